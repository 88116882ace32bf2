//! What comes before a request, by DOKU's own operations: a token, and the papers that a registration names.

use bytes::Bytes;
use doku_types::partner::{
    endpoint::Endpoint,
    file::{FilePurpose, UploadedFile},
    token::TokenReply,
};
use http::{HeaderValue, Request, header};
use maud::{Markup, html};

use super::{
    example,
    exchange::{self, Answered, REQUEST_ID},
};
use crate::{
    admin::{Draft, compose},
    app::App,
    inspector::api::{Api, Refusal},
};

/// A body, and what was done for it.
///
/// # Errors
/// An upload was refused.
pub(super) async fn body(
    app: &App,
    api: &Api,
    operation: Endpoint,
    partner: Option<String>,
) -> Result<(String, Markup), Refusal> {
    if operation != Endpoint::BusinessRegistration {
        let told = html! { div.notice.good role="status" { p { "Filled in. Send it." } } };
        return Ok((example::body(operation, example::NO_PAPERS), told));
    }
    let bearer = bearer(app, api, partner).await?;
    let mut ids = Vec::new();
    for (purpose, name, content) in example::papers() {
        ids.push(upload(app, api, &bearer, &purpose, name, content).await?);
    }
    let [photo_proof, ktp, face] = &ids[..] else {
        return Err(Refusal::of("the papers were not uploaded"));
    };
    let told = html! {
        div.notice.good role="status" {
            p { "Filled in, with three drawings that were uploaded for it: " (ids.join(", ")) ". Send it." }
        }
    };
    Ok((example::body(operation, [photo_proof, ktp, face]), told))
}

/// The header of a partner's fresh token.
///
/// # Errors
/// None was given.
pub(super) async fn bearer(
    app: &App,
    api: &Api,
    partner: Option<String>,
) -> Result<HeaderValue, Refusal> {
    let body = example::body(Endpoint::GenerateToken, example::NO_PAPERS);
    let draft = Draft { partner, body: Some(body), ..Draft::new(Endpoint::GenerateToken) };
    let request = compose(app, draft)?.request();
    let answered = exchange::send(app, api, request, &REQUEST_ID).await;
    let token: TokenReply = read(&answered, "Generate Token")?;
    let header = HeaderValue::try_from(format!("Bearer {}", token.token.expose()));
    let mut header = header.map_err(|_| Refusal::of("Generate Token gave no token"))?;
    header.set_sensitive(true);
    Ok(header)
}

async fn upload(
    app: &App,
    api: &Api,
    bearer: &HeaderValue,
    purpose: &FilePurpose,
    name: &str,
    content: &[u8],
) -> Result<String, Refusal> {
    let code = purpose.code().map(ToString::to_string).unwrap_or_default();
    let mut body = Vec::new();
    for (part, text) in [("category", purpose.category().as_str()), ("code", &code)] {
        let head =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{part}\"\r\n\r\n");
        body.extend_from_slice(format!("{head}{text}\r\n").as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(content);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = http::Uri::from_static(Endpoint::UploadFile.path());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    // The boundary is plain ASCII.
    let kind = HeaderValue::try_from(kind).expect("a media type is a header value");
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    request.headers_mut().insert(header::AUTHORIZATION, bearer.clone());
    let answered = exchange::send(app, api, request, &header::AUTHORIZATION).await;
    let uploaded: UploadedFile = read(&answered, "Upload File")?;
    Ok(uploaded.id.to_string())
}

/// What was answered with 200.
fn read<T: serde::de::DeserializeOwned>(answered: &Answered, of: &str) -> Result<T, Refusal> {
    let response = &answered.response;
    if response.status().is_success()
        && let Ok(read) = serde_json::from_slice(response.body())
    {
        return Ok(read);
    }
    let mut refusal = Refusal::told(response.status(), response.body());
    if refusal.status.is_success() {
        refusal.status = http::StatusCode::BAD_GATEWAY;
        refusal.messages = vec!["the answer cannot be read".to_owned()];
    }
    refusal.messages.insert(0, format!("{of}, which comes first, was refused:"));
    Err(refusal)
}

const BOUNDARY: &str = "doku-mock-papers-4f1c2a9be07d";
