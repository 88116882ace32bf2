//! The partners' receiver: it answers by a script and remembers everything.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use doku_signing::{
    Credentials,
    non_snap::{Form, SignedHeaders},
};
use http::{Request, StatusCode};

use crate::operation::Answer;

/// A callback as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) headers: SignedHeaders,
    /// By the key of the partner that it names.
    pub(crate) verified: bool,
    pub(crate) url: String,
    pub(crate) body: Bytes,
    pub(crate) answer: Answer,
    /// How many operations had returned by then.
    pub(crate) returned: usize,
}

#[derive(Debug)]
pub(crate) struct Receiver {
    partners: Vec<Credentials>,
    answers: Vec<Answer>,
    received: Mutex<Vec<Received>>,
    returned: AtomicUsize,
}

impl Receiver {
    pub(crate) fn new(partners: Vec<Credentials>, answers: Vec<Answer>) -> Self {
        Self { partners, answers, received: Mutex::default(), returned: AtomicUsize::new(0) }
    }

    /// An operation has returned.
    pub(crate) fn operation_returned(&self) {
        self.returned.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes a callback. What is answered depends on its id and on how many times it came before,
    /// so that it does not matter in which order different ones come.
    pub(crate) fn take(&self, request: &Request<Bytes>) -> StatusCode {
        let headers = SignedHeaders::read(request.headers(), Form::Request)
            .expect("a callback has the four headers");
        let (body, path) = (request.body().clone(), request.uri().path());
        let verified = self.partners.iter().any(|partner| {
            partner.client_id.as_str() == headers.client_id
                && partner.verify_request(request.method(), path, &body, &headers).is_ok()
        });
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        let before =
            received.iter().filter(|one| one.headers.request_id == headers.request_id).count();
        let spread: usize = headers.request_id.bytes().map(usize::from).sum();
        let answer = self.answers[(spread + before) % self.answers.len()];
        let returned = self.returned.load(Ordering::SeqCst);
        let url = request.uri().to_string();
        received.push(Received { headers, verified, url, body, answer, returned });
        drop(received);
        match answer {
            Answer::Status(status) => StatusCode::from_u16(status).expect("a status of the script"),
            // Unlike a panic it prints nothing.
            Answer::Panic => std::panic::resume_unwind(Box::new(())),
        }
    }
}
