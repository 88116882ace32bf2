//! The mock's own surface, under `/_mock/`. It answers only a request that names this machine as
//! its host, so that no web page can read it by a name of its own that leads here.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use doku_types::{evidence, validate::is_loopback_host};
use http::{StatusCode, Uri, header, uri::Authority};
use std::sync::Arc;

use crate::{app::App, reply::Reply};

/// `GET /_mock/ready`.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Response {
    Reply::ok(&serde_json::json!({"ready": true, "base_url": app.base_url()}), &[]).into_response()
}

/// `GET /_mock/assumptions`: the whole evidence ledger.
pub(crate) async fn assumptions() -> Response {
    Reply::ok(&evidence::ledger(), &[]).into_response()
}

/// `GET /_mock/callbacks`: every callback with its attempts, oldest first.
pub(crate) async fn callbacks(State(app): State<Arc<App>>) -> Response {
    Reply::ok(&app.store().outbox.records(), &[]).into_response()
}

/// Refuses a Host that is neither loopback nor the public URL's.
pub(crate) async fn only_local_hosts(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let public = app.base_url().parse::<Uri>().ok();
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
