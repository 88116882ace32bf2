//! What is verified, and examined by the doctor: a message as it came.

use std::fmt;

use http::{HeaderMap, Method, Request};

/// A message as it came, its body to the byte. `Debug` leaves headers and body out.
///
/// Exhaustive on purpose: made of what an HTTP message has.
#[derive(Clone, Copy)]
#[allow(clippy::exhaustive_structs)]
pub struct Message<'a> {
    /// Of the request, also for its reply.
    pub method: &'a Method,
    /// Path and query of the request, also for its reply. Behind a proxy: as the caller sent them.
    pub target: &'a str,
    /// All of them; other than the scheme's are ignored.
    pub headers: &'a HeaderMap,
    /// The bytes that came, before anything reads or changes them.
    pub body: &'a [u8],
}

impl<'a> Message<'a> {
    /// A request, its target as it is in the request's URI.
    pub fn of_request<B: AsRef<[u8]>>(request: &'a Request<B>) -> Self {
        Self {
            method: request.method(),
            target: request.uri().path_and_query().map_or("/", |target| target.as_str()),
            headers: request.headers(),
            body: request.body().as_ref(),
        }
    }

    /// The same message, sent to another target: the path of the registered URL where a proxy or a
    /// router changes it on the way.
    pub fn at_target(self, target: &'a str) -> Self {
        Self { target, ..self }
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("method", &self.method)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
