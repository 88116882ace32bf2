//! One exchange: routed, read to its end, its callbacks held back until its reply was written.

use std::{sync::Arc, time::Instant};

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
    gate::{Gate, GatedBody},
    journal::write_down,
    reply::Release,
};

/// One exchange: route it, read what the operation left of the request, hold its callbacks back.
pub(super) async fn answer(
    request: Request<Incoming>,
    mut router: Router,
    gate: Gate,
    app: Arc<App>,
) -> Result<http::Response<GatedBody>, std::convert::Infallible> {
    let (at, started) = (app.clock.now(), Instant::now());
    let expects_continue = request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let (body, leftover) = DrainedBody::new(body);
    let request = Request::from_parts(parts.clone(), Body::new(body));
    let mut response: Response = router.call(request).await.into_response();
    let late = response.status() == StatusCode::REQUEST_TIMEOUT;
    if late || !leftover.drain(expects_continue).await {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    write_down(&app, parts, &mut response, at, started);
    let held = response.extensions_mut().remove::<Release>();
    Ok(response.map(|body| GatedBody::new(body, gate, held)))
}

/// One exchange without a socket. Its callbacks go as soon as the reply is there.
pub(crate) async fn call(
    app: &App,
    mut router: Router,
    request: http::Request<Bytes>,
) -> http::Response<Bytes> {
    let (at, started) = (app.clock.now(), Instant::now());
    let (mut parts, body) = request.into_parts();
    // Over a socket, whoever asks names the host; here it is this process.
    parts.headers.entry(header::HOST).or_insert(HeaderValue::from_static("localhost"));
    let request = Request::from_parts(parts.clone(), Body::from(body));
    let mut response: Response = router.call(request).await.into_response();
    write_down(app, parts, &mut response, at, started);
    let (mut parts, body) = response.into_parts();
    let held = parts.extensions.remove::<Release>();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    drop(held);
    parts.extensions.clear();
    http::Response::from_parts(parts, body)
}
