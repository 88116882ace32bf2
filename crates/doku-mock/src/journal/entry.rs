//! One exchange as the journal keeps it.

use std::fmt;

use bytes::Bytes;
use doku_types::{BusinessId, ClientId, Timestamp, partner::endpoint::Endpoint};
use http::{HeaderMap, Method, StatusCode, Uri};

use super::{BusinessState, Verdict, mask::Author};
use crate::explanation::Explanation;

/// One exchange. Headers and bodies are raw, with whatever secrets and personal data they hold, so
/// `Debug` shows neither.
#[derive(Clone)]
#[non_exhaustive]
pub struct JournalEntry {
    /// Counts up from 1.
    pub number: u64,
    /// When it began, by the engine's clock.
    pub at: Timestamp,
    /// Received, or sent.
    pub direction: Direction,
    /// The request's method.
    pub method: Method,
    /// Its target: of one received path and query, of one sent the whole URL. What goes beyond 4 KiB is
    /// cut off.
    pub target: Uri,
    /// Its headers.
    pub request_headers: HeaderMap,
    /// Its body, of which at most 64 KiB are kept, and nothing of an upload's.
    pub request_body: Bytes,
    /// How long its whole body was, in bytes; `None` if it did not say so and was not read.
    pub request_size: Option<u64>,
    /// The answer; `None` if none came.
    pub answer: Option<Answer>,
    /// How long it took, in milliseconds of the machine's clock.
    pub latency_ms: u64,
    /// The faults on demand that struck it.
    pub faults: Vec<String>,
}

/// Which way an exchange went.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Direction {
    /// To the mock.
    #[non_exhaustive]
    Received {
        /// The operation, if the request was for one.
        operation: Option<Endpoint>,
        /// The partner, if it proved who it is.
        partner: Option<ClientId>,
        /// The numbers of the callbacks that it caused.
        callbacks: Vec<i64>,
        /// Why it was refused, if that was by its headers or its signature.
        explanation: Option<Explanation>,
        /// What became of it.
        verdict: Verdict,
        /// The business that it was about, if that is known.
        business: Option<BusinessId>,
        /// How that business stood before; `None` if it changed nothing, or made the business.
        before: Option<Box<BusinessState>>,
        /// How that business stood afterwards; `None` if it changed nothing.
        after: Option<Box<BusinessState>>,
    },
    /// From the mock: an attempt at this callback.
    #[non_exhaustive]
    Sent {
        /// Its number.
        callback: i64,
        /// Whose key signed it.
        partner: ClientId,
        /// The business that it is about.
        business: BusinessId,
        /// Which attempt at it this is, from 1, by those that had ended when it was made ready.
        attempt: u32,
    },
}

/// An answer as it went over the wire.
#[derive(Clone)]
#[non_exhaustive]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, of which at most 64 KiB are kept.
    pub body: Bytes,
    /// How long the whole body was, in bytes.
    pub size: u64,
}

impl fmt::Debug for JournalEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalEntry")
            .field("number", &self.number)
            .field("direction", &self.direction)
            .field("method", &self.method)
            .field("path", &self.target.path())
            .field("status", &self.answer.as_ref().map(|answer| answer.status))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

impl JournalEntry {
    /// The ids of [`doku_types::evidence`] that its answer named.
    pub fn assumptions(&self) -> Vec<&str> {
        let headers = self.answer.as_ref().map(|answer| &answer.headers);
        let named = headers.and_then(|headers| headers.get(ASSUMPTIONS)?.to_str().ok());
        named.unwrap_or_default().split(',').filter(|id| !id.is_empty()).collect()
    }

    /// The partner: of a callback whose key signed it; of a request who proved to have sent it, else who is
    /// said to have.
    pub(crate) fn partner(&self) -> Option<&str> {
        match &self.direction {
            Direction::Received { partner: Some(partner), .. }
            | Direction::Sent { partner, .. } => Some(partner.as_str()),
            Direction::Received { partner: None, .. } => {
                self.request_headers.get(CLIENT_ID)?.to_str().ok()
            }
        }
    }

    /// The operation of a received request.
    pub(super) fn operation(&self) -> Option<Endpoint> {
        match &self.direction {
            Direction::Received { operation, .. } => *operation,
            Direction::Sent { .. } => None,
        }
    }
}

impl Direction {
    /// Whose words the request and the answer are.
    pub(super) fn authors(&self) -> (Author, Author) {
        match self {
            Self::Received { .. } => (Author::Stranger, Author::Mock),
            Self::Sent { .. } => (Author::Mock, Author::Stranger),
        }
    }
}

/// In which an answer names its assumptions.
pub(super) const ASSUMPTIONS: &str = "doku-mock-assumptions";
/// In which a request says whose it is.
pub(super) const CLIENT_ID: &str = "client-id";
