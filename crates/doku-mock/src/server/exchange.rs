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
use tracing::error;

use crate::{
    app::App,
    body::DrainedBody,
    fault::{OverSocket, Wire},
    gate::{Gate, GatedBody},
    journal::Begun,
    panic::{Panicked, caught, caught_now},
    reply::{Release, Reply},
};

/// One exchange: route it, read what the operation left of the request, hold its callbacks back.
pub(super) async fn answer(
    request: Request<Incoming>,
    mut router: Router,
    gate: Gate,
    app: Arc<App>,
) -> Result<http::Response<GatedBody>, Reset> {
    let expects_continue = request.headers().contains_key(header::EXPECT);
    // A chunked body may have had a length as well, of which hyper does not tell: whoever stands between may have
    // seen another end of it, so that nothing after it is believed (RFC 9112, 6.3).
    let is_chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let (parts, body) = request.into_parts();
    let begun = Begun::new(&app, &parts);
    let (body, leftover) = DrainedBody::new(body);
    let mut request = Request::from_parts(parts, Body::new(body));
    request.extensions_mut().insert(OverSocket);
    let mut response = routed(&mut router, request).await;
    let late = response.status() == StatusCode::REQUEST_TIMEOUT;
    let is_whole = !late && leftover.drain(expects_continue).await;
    if !is_whole || is_chunked {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    written(&app, begun, &mut response);
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

/// What the routes answer; 500 with an id, should they panic.
async fn routed(router: &mut Router, request: Request) -> Response {
    match caught(router.call(request)).await {
        Ok(answered) => answered.into_response(),
        Err(Panicked) => {
            let id = format!("{:016x}", fastrand::u64(..));
            error!(id, "a request could not be answered: the panic before this says where");
            let message =
                format!("THE MOCK HAS FAILED: ITS LOG SAYS WHERE, BESIDE {id}. PLEASE REPORT IT");
            Reply::business(StatusCode::INTERNAL_SERVER_ERROR, message, "A30").into_response()
        }
    }
}

/// Logs the exchange and keeps it in the journal; a reply is not lost for that.
fn written(app: &App, begun: Begun, response: &mut Response) {
    if caught_now(|| begun.write_down(app, response)).is_err() {
        error!("an exchange could not be written down: the panic before this says where");
    }
}

/// The connection is reset, by a fault on demand.
#[derive(Debug, thiserror::Error)]
#[error("reset by a fault")]
pub(super) struct Reset;

/// One exchange without a socket. Its callbacks go as soon as the reply is there.
pub(crate) async fn call(
    app: &App,
    mut router: Router,
    request: http::Request<impl Into<Body>>,
) -> http::Response<Bytes> {
    let (mut parts, body) = request.into_parts();
    // Over a socket, whoever asks names the host; here it is this process.
    parts.headers.entry(header::HOST).or_insert(HeaderValue::from_static("localhost"));
    let begun = Begun::new(app, &parts);
    let request = Request::from_parts(parts, body.into());
    let mut response = routed(&mut router, request).await;
    written(app, begun, &mut response);
    let (mut parts, body) = response.into_parts();
    let held = parts.extensions.remove::<Release>();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    drop(held);
    parts.extensions.clear();
    http::Response::from_parts(parts, body)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;

    use super::*;
    use crate::MockDoku;

    /// Panics where a handler would wait.
    async fn wrong() -> Reply {
        tokio::task::yield_now().await;
        panic!("budi@example.com")
    }

    #[tokio::test]
    async fn a_panic_becomes_500_with_an_id_in_the_journal_and_the_mock_goes_on() {
        let mock = MockDoku::start().await;
        let router = Router::new().route("/adv-core-api/wrong", get(wrong));
        let request = http::Request::get("/adv-core-api/wrong").body(Bytes::new()).unwrap();
        let reply = call(&mock.app, router, request).await;
        assert_eq!(reply.status(), 500);
        let body = std::str::from_utf8(reply.body()).unwrap();
        assert!(body.contains("BESIDE ") && !body.contains("budi"), "{body}");
        let id = body.split_once("BESIDE ").unwrap().1.split_once('.').unwrap().0;
        assert!(id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
        assert_eq!(mock.journal().len(), 1);
        let ready = http::Request::get("/_mock/ready").body("").unwrap();
        assert_eq!(mock.call(ready).await.status(), 200);
    }
}
