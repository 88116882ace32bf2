//! The mock's own surface, under `/_mock/`. It answers only a request that names this machine as
//! its host, so that no web page can read it by a name of its own that leads here; and a change has
//! to be sent as `application/json`, which no page's form can. A callback is all that, should its URL
//! lead here; so no document may hold a field of another.

mod businesses;
mod callbacks;
mod clock;
mod faults;
mod journal;
mod operation;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use doku_types::{
    evidence,
    validate::{self, MAX_BODY, is_loopback_host},
};
use http::{HeaderMap, StatusCode, Uri, header, uri::Authority};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::{app::App, body, reply::Reply};

pub(crate) use businesses::decide_business;
pub(crate) use operation::{Gives, Operation};

/// All of it but the links to files.
pub(crate) fn routes() -> Router<Arc<App>> {
    operations().into_iter().fold(Router::new(), |router, operation| operation.route(router))
}

/// Everything that can be asked of the mock's own surface.
pub(crate) fn operations() -> Vec<Operation> {
    let own = [
        Operation::get("/_mock/ready", "ready", "Says whether the mock is up", ready)
            .gives::<Ready>(),
        Operation::get(
            "/_mock/assumptions",
            "assumptions",
            "Lists the evidence ledger",
            assumptions,
        )
        .gives::<Vec<evidence::Entry>>(),
        Operation::get("/_mock/openapi.json", "openapi", "Gives this document", openapi)
            .gives::<serde_json::Map<String, serde_json::Value>>(),
    ];
    [
        Vec::from(own),
        clock::operations(),
        businesses::operations(),
        callbacks::operations(),
        journal::operations(),
        faults::operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The mock is up.
#[derive(Serialize, JsonSchema)]
struct Ready {
    /// Always true: who cannot serve does not answer.
    ready: bool,
    /// What a client puts before DOKU's paths.
    base_url: String,
}

/// `GET /_mock/ready`.
async fn ready(State(app): State<Arc<App>>) -> Response {
    Reply::ok(&Ready { ready: true, base_url: app.base_url.clone() }, &[]).into_response()
}

/// `GET /_mock/assumptions`: the whole evidence ledger.
async fn assumptions() -> Response {
    Reply::ok(&evidence::ledger(), &[]).into_response()
}

/// `GET /_mock/openapi.json`.
async fn openapi() -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (json, crate::openapi::openapi()).into_response()
}

/// A change's document, such as `example`.
///
/// # Errors
/// 415 for another media type, and what is wrong with the document.
async fn read<T: DeserializeOwned>(request: Request, example: &str) -> Result<T, Reply> {
    let bytes = read_bytes(request).await?;
    validate::read(&bytes).map_err(|error| {
        let message = format!("{error}; send {example}, say");
        Reply::business(StatusCode::BAD_REQUEST, message, "A30")
    })
}

/// The same, unread.
async fn read_bytes(request: Request) -> Result<Bytes, Reply> {
    if !is_json(request.headers()) {
        let message = "SEND IT AS JSON: Content-Type: application/json";
        return Err(Reply::business(StatusCode::UNSUPPORTED_MEDIA_TYPE, message, "A30"));
    }
    body::read(&mut request.into_body(), MAX_BODY).await
}

fn is_json(headers: &HeaderMap) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|sent| sent.to_str().ok());
    let media_type = sent.unwrap_or_default().split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}

/// A query parameter, if it is there and can be read.
///
/// # Errors
/// 400 for one that cannot.
fn parameter<T: std::str::FromStr>(uri: &Uri, name: &str) -> Result<Option<T>, Reply> {
    let query = uri.query().unwrap_or_default();
    let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
    found.map(|(_, value)| value.parse()).transpose().map_err(|_| {
        Reply::business(StatusCode::BAD_REQUEST, format!("{name} is not readable"), "A30")
    })
}

/// Refuses a Host that is neither loopback nor the public URL's.
pub(crate) async fn only_local_hosts(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let public = app.base_url.parse::<Uri>().ok();
    let public = public.as_ref().and_then(Uri::host);
    let is_ours = |authority: &Authority| {
        let bare = !authority.as_str().contains('@');
        bare && (is_loopback_host(authority.host()) || Some(authority.host()) == public)
    };
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().and_then(|host| host.parse().ok()),
        _ => None,
    };
    // A request may name its host in its target too.
    let target = request.uri().authority();
    if host.as_ref().is_some_and(is_ours) && target.is_none_or(is_ours) {
        return next.run(request).await;
    }
    let message = "THE HOST IS NOT THIS MACHINE: CALL IT 127.0.0.1 OR LOCALHOST";
    Reply::business(StatusCode::FORBIDDEN, message, "A30").into_response()
}

/// What all of its paths begin with.
pub(crate) const PREFIX: &str = "/_mock/";
