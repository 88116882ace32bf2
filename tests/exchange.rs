//! Exchanges written down as they went over the wire, but for the date and the port.

use std::{
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use doku_partner::{Body, HyperTransport, Transport, TransportError, TransportErrorKind};
use doku_types::evidence;
use http::{HeaderMap, Request, Response};

/// What was sent and what came back, in order.
#[derive(Debug, Clone, Default)]
pub struct Exchanges(Arc<Mutex<Vec<String>>>);

impl Exchanges {
    /// The last exchange.
    pub fn last(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last().cloned().unwrap_or_default()
    }

    fn add(&self, exchange: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }
}

/// The default transport, writing down.
pub(crate) fn recording(exchanges: Exchanges) -> impl Transport {
    let inner = HyperTransport::new();
    move |request: Request<Body>| {
        let (inner, exchanges) = (inner.clone(), exchanges.clone());
        async move {
            let (head, body) = request.into_parts();
            let unread = |error| TransportError::new(TransportErrorKind::Body, Some(error));
            let request = Request::from_parts(head, body.collect().await.map_err(unread)?);
            let mut text = render_request(&request);
            let response = inner.send(request.map(Into::into)).await?;
            assert_named_assumptions(response.headers());
            render_reply(&mut text, &response);
            exchanges.add(text);
            Ok(response)
        }
    }
}

/// Whatever a reply stands on has to be in the ledger, as an assumption.
pub(crate) fn assert_named_assumptions(headers: &HeaderMap) {
    let named = headers.get("doku-mock-assumptions").and_then(|named| named.to_str().ok());
    for id in named.into_iter().flat_map(|named| named.split(',')) {
        let entry = evidence::entry(id).unwrap_or_else(|| panic!("{id} is not in the ledger"));
        assert_eq!(entry.evidence, evidence::Evidence::Assumed, "{id}");
    }
}

/// Method and path, sorted headers, body.
pub(crate) fn render_request(request: &Request<Bytes>) -> String {
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    let mut text = format!("{} {target}\n", request.method());
    render(&mut text, request.headers(), request.body());
    text
}

/// Status, sorted headers, body, behind the request.
pub(crate) fn render_reply(text: &mut String, reply: &Response<Bytes>) {
    let _ = write!(text, "\n\nHTTP {}\n", reply.status());
    render(text, reply.headers(), reply.body());
}

/// The head of a request as it goes over a raw socket, with the length of its body.
pub fn render_head(request: &Request<Bytes>) -> String {
    let mut head = format!("{} {} HTTP/1.1\r\nhost: x\r\n", request.method(), request.uri().path());
    for (name, value) in request.headers() {
        let _ = write!(head, "{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    let _ = write!(head, "content-length: {}\r\n\r\n", request.body().len());
    head
}

fn render(text: &mut String, headers: &HeaderMap, body: &[u8]) {
    let mut lines: Vec<_> = headers
        .iter()
        .filter(|(name, _)| *name != http::header::DATE && *name != http::header::HOST)
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or("[not text]")))
        .collect();
    lines.sort();
    let _ = write!(text, "{}\n\n{}", lines.join("\n"), printable(body));
}

/// JSON and form parts as they are, other bytes escaped.
fn printable(body: &[u8]) -> String {
    String::from_utf8(body.to_vec()).unwrap_or_else(|_| {
        let escaped = body.escape_ascii().to_string();
        escaped.replace("\\r\\n", "\n").replace("\\\"", "\"")
    })
}
