//! The mock's own surface, under `/_mock/`. It answers only a request that names this machine as
//! its host, so that no web page can read it by a name of its own that leads here; and a change has
//! to be sent as `application/json`, which no page's form can. A callback is all that, should its URL
//! lead here; so no document may hold a field of another.

mod businesses;
mod callbacks;
mod clock;
mod faults;
mod journal;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use doku_types::{
    evidence,
    validate::{self, MAX_BODY, is_loopback_host},
};
use http::{HeaderMap, StatusCode, Uri, header, uri::Authority};
use serde::de::DeserializeOwned;

use crate::{app::App, body, reply::Reply};

pub(crate) use businesses::decide_business;

/// All of it but the links to files.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/_mock/ready", get(ready))
        .route("/_mock/assumptions", get(assumptions))
        .route("/_mock/clock", get(clock::read))
        .route("/_mock/clock/advance", post(clock::advance))
        .route("/_mock/businesses", get(businesses::list))
        .route("/_mock/businesses/{id}", get(businesses::get))
        .route("/_mock/businesses/{id}/decide", post(businesses::decide))
        .route("/_mock/businesses/{id}/complete", post(businesses::complete))
        .route("/_mock/callbacks", get(callbacks::list))
        .route("/_mock/callbacks/{number}/resend", post(callbacks::resend))
        .route("/_mock/journal", get(journal::list))
        .route("/_mock/faults", get(faults::list).post(faults::arm).delete(faults::clear))
}

/// `GET /_mock/ready`.
async fn ready(State(app): State<Arc<App>>) -> Response {
    Reply::ok(&serde_json::json!({"ready": true, "base_url": app.base_url}), &[]).into_response()
}

/// `GET /_mock/assumptions`: the whole evidence ledger.
async fn assumptions() -> Response {
    Reply::ok(&evidence::ledger(), &[]).into_response()
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
