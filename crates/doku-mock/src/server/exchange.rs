//! One exchange: routed, read to its end, its callbacks held back until its reply was written.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use hyper::body::Incoming;
use tower_service::Service;

use crate::{
    app::App,
    body::DrainedBody,
    fault::{OverSocket, Wire},
    gate::{Gate, GatedBody},
    journal::Begun,
    reply::Release,
};

/// One exchange: route it, read what the operation left of the request, hold its callbacks back.
pub(super) async fn answer(
    request: Request<Incoming>,
    mut router: Router,
    gate: Gate,
    app: Arc<App>,
) -> Result<http::Response<GatedBody>, Reset> {
    let expects_continue = request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let begun = Begun::new(&app, &parts);
    let (body, leftover) = DrainedBody::new(body);
    let mut request = Request::from_parts(parts, Body::new(body));
    request.extensions_mut().insert(OverSocket);
    let mut response: Response = router.call(request).await.into_response();
    let late = response.status() == StatusCode::REQUEST_TIMEOUT;
    if late || !leftover.drain(expects_continue).await {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    begun.write_down(&app, &mut response);
    let held = response.extensions_mut().remove::<Release>();
    let wire = response.extensions_mut().remove::<Wire>().unwrap_or_default();
    if wire.reset {
        gate.reset(held);
        return Err(Reset);
    }
    if let Some((bytes, pause)) = wire.drip {
        gate.drip(bytes, pause);
    }
    if let Some(length) = wire.length {
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    }
    let is_wrong = wire.length.is_some();
    Ok(response.map(|body| GatedBody::new(body, gate, held).cut(wire.cut, is_wrong)))
}

/// The connection is reset, by a fault on demand.
#[derive(Debug, thiserror::Error)]
#[error("reset by a fault")]
pub(super) struct Reset;

/// One exchange without a socket. Its callbacks go as soon as the reply is there.
pub(crate) async fn call(
    app: &App,
    mut router: Router,
    request: http::Request<Bytes>,
) -> http::Response<Bytes> {
    let (mut parts, body) = request.into_parts();
    // Over a socket, whoever asks names the host; here it is this process.
    parts.headers.entry(header::HOST).or_insert(HeaderValue::from_static("localhost"));
    let begun = Begun::new(app, &parts);
    let request = Request::from_parts(parts, Body::from(body));
    let mut response: Response = router.call(request).await.into_response();
    begun.write_down(app, &mut response);
    let (mut parts, body) = response.into_parts();
    let held = parts.extensions.remove::<Release>();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    drop(held);
    parts.extensions.clear();
    http::Response::from_parts(parts, body)
}
