//! The line to the mock, on which things go wrong as they are told to.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use doku_partner::{Body, HyperTransport, Transport, TransportError, TransportErrorKind};
use doku_types::partner::endpoint::Endpoint;
use http::{Request, Response};

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// It does not arrive.
    Unreachable,
    /// It is carried out, and the answer is lost.
    Unanswered,
    /// Something else answers.
    Answered(u16, &'static str),
}

#[derive(Clone, Default)]
pub(crate) struct Line(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// What happens to the next request of an operation.
    next: Vec<(Endpoint, Mishap)>,
    /// After so many more requests: what happens to the one then. Those behind it do not arrive.
    end: Option<(usize, Mishap)>,
}

impl Line {
    /// The next request of this operation meets with it.
    pub(crate) fn strike(&self, operation: Endpoint, mishap: Mishap) {
        self.0.lock().unwrap().next.push((operation, mishap));
    }

    /// So many requests go through, the next one meets with it, and then the process is dead.
    pub(crate) fn end_after(&self, requests: usize, mishap: Mishap) {
        self.0.lock().unwrap().end = Some((requests, mishap));
    }

    /// Another process, on another machine.
    pub(crate) fn mend(&self) {
        *self.0.lock().unwrap() = State::default();
    }

    pub(crate) fn transport(&self) -> impl Transport + use<> {
        let (line, inner) = (self.clone(), HyperTransport::builder().no_proxy().build());
        move |request: Request<Body>| {
            let mishap = line.0.lock().unwrap().meets(&request);
            let inner = inner.clone();
            async move {
                let failed = |kind| Err(TransportError::new(kind, None));
                match mishap {
                    None => inner.send(request).await,
                    Some(Mishap::Unreachable) => failed(TransportErrorKind::Connect),
                    Some(Mishap::Unanswered) => {
                        inner.send(request).await?;
                        failed(TransportErrorKind::Interrupted)
                    }
                    Some(Mishap::Answered(status, body)) => {
                        let answer = Response::builder().status(status);
                        Ok(answer.body(Bytes::from_static(body.as_bytes())).unwrap())
                    }
                }
            }
        }
    }
}

impl State {
    fn meets(&mut self, request: &Request<Body>) -> Option<Mishap> {
        match &mut self.end {
            Some((0, mishap)) => return Some(std::mem::replace(mishap, Mishap::Unreachable)),
            Some((left, _)) => *left -= 1,
            None => {}
        }
        let found = self.next.iter().position(|(operation, _)| is_of(*operation, request))?;
        Some(self.next.remove(found).1)
    }
}

fn is_of(operation: Endpoint, request: &Request<Body>) -> bool {
    let path = request.uri().path();
    let same_path = match operation.path().strip_suffix("{brand}") {
        Some(before) => path.starts_with(before),
        None => path == operation.path(),
    };
    same_path && request.method() == operation.method()
}
