//! A request for one of DOKU's operations, composed and signed as a partner would: so that it can be looked at
//! before it is sent, or compared with one's own.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use doku_signing::{
    Credentials, Digest,
    non_snap::{Form, SignedHeaders},
};
use doku_types::{
    ClientId,
    partner::{endpoint::Endpoint, requirements::RequirementsQuery},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Operation, read};
use crate::{
    app::App,
    auth::{self, OUTCOME},
    curl::Curl,
    journal::{no_operation, operation},
    openapi::takes_outcome,
    reply::Reply,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::post(
            "/_mock/compose",
            "composeRequest",
            "Composes a signed request for one of DOKU's operations, and sends nothing",
            answer,
        )
        .takes::<Wish>(EXAMPLE)
        .gives::<Shown>(),
    ]
}

/// What is to be composed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Compose")]
struct Wish {
    /// The operation, by DOKU's name or in kebab case: `business-registration`. Not Upload File, which is not signed.
    operation: String,
    /// The client id of the partner who signs; the mock's first without it.
    partner: Option<String>,
    /// The `BRN-` id in the path of Get and Update Business Data.
    brand: Option<String>,
    /// The parameters of the query, not percent-encoded: of Check Requirements and Get Business Data.
    query: Option<BTreeMap<String, String>>,
    /// The body: text, which is sent as it is, or a JSON document, which is sent to the byte as it stands here.
    #[schemars(with = "Option<serde_json::Value>")]
    body: Option<Box<RawValue>>,
    /// The header Request-Id; a fresh one without it.
    request_id: Option<String>,
    /// The header Doku-Mock-Outcome, of a registration or an update: what is to become of it.
    outcome: Option<String>,
}

/// A signed request.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComposedRequest")]
struct Shown {
    /// DOKU's name of the operation.
    operation: &'static str,
    /// The client id of the partner who signed it.
    partner: String,
    /// The request's method.
    method: String,
    /// Path and query.
    target: String,
    /// Where it goes.
    url: String,
    /// All that it needs, but for those that every client sets.
    headers: Vec<Header>,
    /// The body, to the byte; empty if it has none.
    body: String,
    /// The digest of the body, which is a line of the string to sign; null if it has none.
    digest: Option<String>,
    /// What the header Signature is made of.
    string_to_sign: String,
    /// A command for a POSIX shell that sends it, within an hour.
    curl: String,
}

/// One header.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComposedHeader")]
struct Header {
    /// As DOKU's pages write it.
    name: String,
    /// Its value.
    value: String,
}

/// `POST /_mock/compose`.
async fn answer(State(app): State<Arc<App>>, request: Request) -> Response {
    let composed = async {
        let draft = Draft::of(read(&app, request, EXAMPLE).await?)?;
        let composed = compose(&app, draft)?;
        let header =
            |(name, value): (&str, &str)| Header { name: name.into(), value: value.into() };
        let shown = Shown {
            operation: composed.operation.name(),
            partner: composed.signed.client_id.clone(),
            method: composed.method.to_string(),
            target: composed.uri.to_string(),
            url: composed.url(&app),
            headers: composed.headers().map(header).collect(),
            digest: composed.digest(),
            string_to_sign: composed.string_to_sign(),
            curl: composed.curl(&app),
            body: composed.body,
        };
        Ok(Reply::ok(&shown, &[]))
    };
    composed.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// What a request is to say.
pub(crate) struct Draft {
    pub(crate) operation: Endpoint,
    /// The mock's first without it.
    pub(crate) partner: Option<String>,
    pub(crate) brand: Option<String>,
    /// Names and values, not percent-encoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Option<String>,
    /// A fresh one without it.
    pub(crate) request_id: Option<String>,
    pub(crate) outcome: Option<String>,
}

impl Draft {
    /// A request for an operation, which says nothing yet.
    pub(crate) fn new(operation: Endpoint) -> Self {
        let (partner, brand, query, body) = (None, None, Vec::new(), None);
        Self { operation, partner, brand, query, body, request_id: None, outcome: None }
    }

    fn of(wish: Wish) -> Result<Self, Reply> {
        let operation = operation(&wish.operation).ok_or_else(|| refused(no_operation()))?;
        let body = wish.body.map(|body| match serde_json::from_str::<String>(body.get()) {
            Ok(text) => text,
            Err(_) => body.get().to_owned(),
        });
        let query = wish.query.unwrap_or_default().into_iter().collect();
        let Wish { partner, brand, request_id, outcome, .. } = wish;
        Ok(Self { operation, partner, brand, query, body, request_id, outcome })
    }
}

/// A signed request. Its key is not in it.
pub(crate) struct Composed {
    pub(crate) operation: Endpoint,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) signed: SignedHeaders,
    outcome: Option<HeaderValue>,
    pub(crate) body: String,
}

/// Composes and signs a request, now by the engine's clock.
///
/// # Errors
/// 400 with what cannot be composed, and what there is instead.
pub(crate) fn compose(app: &App, draft: Draft) -> Result<Composed, Reply> {
    let operation = draft.operation;
    if operation == Endpoint::UploadFile {
        return Err(refused(UPLOAD));
    }
    let credentials = partner(app, draft.partner.as_deref())?;
    // Every method of the list is a word of HTTP.
    let method = Method::from_bytes(operation.method().as_bytes()).unwrap_or_default();
    if method == Method::GET && draft.body.is_some() {
        return Err(refused(format!("{operation} has no body: leave body out")));
    }
    let uri = uri(operation, draft.brand.as_deref(), draft.query)?;
    let outcome = draft.outcome;
    if outcome.is_some() && !takes_outcome(operation) {
        let message = "outcome goes with Business Registration and Update Business Data alone";
        return Err(refused(message));
    }
    auth::outcome(outcome.as_deref())?;
    let outcome = outcome.map(|text| HeaderValue::try_from(text.trim()));
    let outcome = outcome.transpose().map_err(|_| refused("outcome is none: give approve, say"))?;
    let body = draft.body.unwrap_or_default();
    // Not of the engine's seed: to compose a request changes nothing.
    let fresh = || format!("{:032x}", fastrand::u128(..));
    let id = draft.request_id.unwrap_or_else(fresh);
    let now = app.clock.now();
    let signed = credentials.sign_request(&method, uri.path(), body.as_bytes(), &id, now);
    signed
        .write(&mut HeaderMap::new(), Form::Request)
        .map_err(|error| refused(format!("{error}: give up to 128 characters of visible ASCII")))?;
    Ok(Composed { operation, method, uri, signed, outcome, body })
}

impl Composed {
    /// Name and value of each header, as DOKU's pages write them.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let SignedHeaders { client_id, request_id, timestamp, signature } = &self.signed;
        let signed = [
            (doku_signing::non_snap::CLIENT_ID, client_id.as_str()),
            (doku_signing::non_snap::REQUEST_ID, request_id),
            (Form::Request.timestamp_header(), timestamp),
            (doku_signing::non_snap::SIGNATURE, signature),
        ];
        let json = (!self.body.is_empty()).then_some(("Content-Type", "application/json"));
        let outcome = self.outcome.as_ref().and_then(|outcome| outcome.to_str().ok());
        let outcome = outcome.map(|outcome| ("Doku-Mock-Outcome", outcome));
        signed.into_iter().chain(json).chain(outcome)
    }

    /// Where it goes.
    pub(crate) fn url(&self, app: &App) -> String {
        format!("{}{}", app.base_url, self.uri)
    }

    /// The digest of its body, if it has one.
    pub(crate) fn digest(&self) -> Option<String> {
        Digest::of_message(&self.method, self.body.as_bytes()).map(|digest| digest.to_string())
    }

    /// What its signature is made of.
    pub(crate) fn string_to_sign(&self) -> String {
        let digest = Digest::of_message(&self.method, self.body.as_bytes());
        self.signed.component(self.uri.path(), digest).string_to_sign(Form::Request)
    }

    /// A command that sends it.
    pub(crate) fn curl(&self, app: &App) -> String {
        let mut curl = Curl::new(self.method.as_str(), &self.url(app));
        for (name, value) in self.headers() {
            curl.header(name, value);
        }
        if !self.body.is_empty() {
            curl.body(self.body.as_bytes());
        }
        curl.finish()
    }

    /// It, to be sent in this process.
    pub(crate) fn request(&self) -> http::Request<Bytes> {
        let body = Bytes::copy_from_slice(self.body.as_bytes());
        let mut request = http::Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        // It was written before, to see that it can be.
        let _ = self.signed.write(headers, Form::Request);
        if !self.body.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        headers.extend(self.outcome.clone().map(|outcome| (OUTCOME, outcome)));
        request
    }
}

fn partner<'a>(app: &'a App, named: Option<&str>) -> Result<&'a Credentials, Reply> {
    let partners = &app.config.partners;
    match named {
        // There always is one: without any told, the built-in one.
        None => Ok(&partners[0]),
        Some(named) => app.credentials(&ClientId::from(named)).ok_or_else(|| {
            let known = partners.iter().take(MAX_NAMED).map(|partner| partner.client_id.as_str());
            let known = known.collect::<Vec<_>>().join(", ");
            let more = if partners.len() > MAX_NAMED { ", …" } else { "" };
            refused(format!("partner is none of {known}{more}"))
        }),
    }
}

fn uri(
    operation: Endpoint,
    brand: Option<&str>,
    mut query: Vec<(String, String)>,
) -> Result<Uri, Reply> {
    let mut target = match (operation.path().split_once("{brand}"), brand) {
        (Some((before, after)), Some(brand)) if is_id(brand) => format!("{before}{brand}{after}"),
        (Some(_), Some(_)) => {
            return Err(refused("brand is no id: it has letters, digits, - and _ alone"));
        }
        (Some(_), None) => {
            let message =
                "brand is missing: give the BRN- id of a brand, which a registration answers with";
            return Err(refused(message));
        }
        (None, Some(_)) => return Err(refused(format!("{operation} takes no brand"))),
        (None, None) => operation.path().to_owned(),
    };
    if !query.is_empty() {
        if !takes_query(operation) {
            return Err(refused(format!("{operation} takes no query")));
        }
        // Those that DOKU names in its order.
        let names = RequirementsQuery::personal().pairs().map(|(name, _)| name.to_owned());
        query.sort_by_key(|(name, _)| names.iter().position(|known| known == name).unwrap_or(4));
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        target = format!("{target}?{}", encoded.extend_pairs(query).finish());
    }
    if target.len() > MAX_TARGET {
        return Err(refused(format!("path and query have over {MAX_TARGET} bytes: shorten them")));
    }
    target.parse().map_err(|_| refused("path and query are not readable"))
}

/// Whether it has parameters in its query: of Get Business Data they are not looked at.
pub(crate) fn takes_query(operation: Endpoint) -> bool {
    matches!(operation, Endpoint::CheckRequirements | Endpoint::GetBusinessData)
}

fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=MAX_ID).contains(&text.len()) && text.bytes().all(plain)
}

fn refused(message: impl Into<String>) -> Reply {
    Reply::business(StatusCode::BAD_REQUEST, message.into(), "A30")
}

const EXAMPLE: &str =
    r#"{"operation":"generate-token","body":{"grant_type":"client_credentials"}}"#;
const UPLOAD: &str = "Upload File is not signed, so there is nothing to compose: get a token by Generate Token, and \
                      send it as Authorization: Bearer with the parts category, code and file as multipart/form-data";
/// The longest id in a path, in bytes.
const MAX_ID: usize = 64;
/// The longest path with its query, in bytes.
const MAX_TARGET: usize = 4096;
/// How many partners a refusal names.
const MAX_NAMED: usize = 20;
