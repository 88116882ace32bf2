//! Links to uploaded files: they point at the mock itself and expire (A18).

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use doku_types::{FileId, FileLink, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderValue, StatusCode, Uri, header};
use sha2::Sha256;

use crate::{app::App, reply::Reply};

/// Makes and checks links, with a key of the mock's own. Clones share it.
#[derive(Clone)]
pub(crate) struct FileLinks {
    base_url: String,
    key: Arc<RwLock<String>>,
}

impl FileLinks {
    pub(crate) fn new(base_url: &str, key: String) -> Self {
        Self { base_url: base_url.to_owned(), key: Arc::new(RwLock::new(key)) }
    }

    /// Takes another key: links from before are good no more.
    pub(crate) fn sign_with(&self, key: String) {
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = key;
    }

    /// A link, good for 60 minutes from `now`.
    pub(crate) fn make(&self, id: &FileId, now: Timestamp) -> FileLink {
        let expires = (now + LIFETIME).as_seconds();
        let signature = BASE64.encode(self.mac(id, expires).finalize().into_bytes());
        format!("{}{PATH}{id}?Expires={expires}&Signature={signature}", self.base_url).into()
    }

    fn verify(&self, id: &FileId, query: &str, now: Timestamp) -> bool {
        let parameter = |name: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find_map(|(key, value)| (key == name).then(|| value.into_owned()))
        };
        let Some(expires) = parameter("Expires").and_then(|text| text.parse::<i64>().ok()) else {
            return false;
        };
        let Some(signature) = parameter("Signature").and_then(|text| BASE64.decode(text).ok())
        else {
            return false;
        };
        now.as_seconds() < expires && self.mac(id, expires).verify_slice(&signature).is_ok()
    }

    fn mac(&self, id: &FileId, expires: i64) -> Hmac<Sha256> {
        let key = self.key.read().unwrap_or_else(PoisonError::into_inner);
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes());
        let mut mac = mac.expect("HMAC takes any key length");
        mac.update(format!("{id} {expires}").as_bytes());
        mac
    }
}

/// Answers a link: the file, or 403.
pub(crate) async fn serve(app: &App, link: &Uri) -> Response {
    let id = FileId::from(link.path().strip_prefix(PATH).unwrap_or_default());
    let query = link.query().unwrap_or_default();
    if !app.links.verify(&id, query, app.clock.now()) {
        return gone();
    }
    let wanted = id.clone();
    let file = match app.store.run(move |state| state.file(&wanted).map_err(Reply::from)).await {
        Ok((file, _)) => file,
        Err(failed) => return failed.into_response(),
    };
    let Some(file) = file else {
        return gone();
    };
    match app.files.open(&id).await {
        Ok(content) => {
            let mut response = Body::new(content).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, media_type(&file.media_type));
            // A stranger's file must not run as a page of the mock's.
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
            response
        }
        Err(error) => Reply::storage(error).into_response(),
    }
}

fn gone() -> Response {
    let message = "THE LINK HAS EXPIRED OR IS NOT VALID";
    Reply::business(StatusCode::FORBIDDEN, message, "A18").into_response()
}

/// Whatever stands in the data file, it is sent as what the mock takes or as mere bytes.
fn media_type(stored: &str) -> HeaderValue {
    let known = HeaderValue::from_str(stored).ok();
    known.unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// What the path of a link begins with.
pub(crate) const PATH: &str = "/_mock/files/";
const LIFETIME: Duration = Duration::from_mins(60);
