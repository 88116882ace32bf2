//! One exchange as the journal keeps it.

use std::fmt;

use bytes::Bytes;
use doku_types::{ClientId, Timestamp, partner::endpoint::Endpoint};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};

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
    /// Its body, of which at most 64 KiB are kept.
    pub request_body: Bytes,
    /// The answer; `None` if none came.
    pub answer: Option<Answer>,
    /// How long it took, in milliseconds of the machine's clock.
    pub latency_ms: u64,
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
    },
    /// From the mock: an attempt at this callback.
    #[non_exhaustive]
    Sent {
        /// Its number.
        callback: i64,
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
    /// An entry without its number. All of it is copied: what was read from a connection is a part of
    /// the buffer that it was read into, and would keep the whole of that.
    pub(super) fn new(
        at: Timestamp,
        direction: Direction,
        request: Request<Bytes>,
        answer: Option<Answer>,
        latency_ms: u64,
    ) -> Self {
        let (parts, body) = request.into_parts();
        let answer = answer.map(|answer| Answer {
            status: answer.status,
            headers: copied(answer.headers),
            body: capped(&answer.body),
        });
        Self {
            number: 0,
            at,
            direction,
            method: parts.method,
            target: shortened(&parts.uri),
            request_headers: copied(parts.headers),
            request_body: capped(&body),
            answer,
            latency_ms,
        }
    }
}

/// As much of a body as is kept.
fn capped(body: &Bytes) -> Bytes {
    Bytes::copy_from_slice(&body[..body.len().min(MAX_KEPT_BODY)])
}

/// As much of a target as is kept.
fn shortened(target: &Uri) -> Uri {
    let text = target.to_string();
    let kept = &text[..text.floor_char_boundary(MAX_KEPT_TARGET)];
    // The beginning of a target is one, but for a host that is cut within its brackets.
    kept.parse().unwrap_or_default()
}

fn copied(mut headers: HeaderMap) -> HeaderMap {
    for value in headers.values_mut() {
        let copy = HeaderValue::from_bytes(value.as_bytes());
        let mut copy = copy.expect("the bytes of a header value are those of one");
        copy.set_sensitive(value.is_sensitive());
        *value = copy;
    }
    headers
}

/// About how much memory an entry takes.
pub(super) fn size(entry: &JournalEntry) -> usize {
    let headers = |headers: &HeaderMap| -> usize {
        headers.iter().map(|(name, value)| name.as_str().len() + value.len() + HEADER).sum()
    };
    let answer = |answer: &Answer| headers(&answer.headers) + answer.body.len();
    let direction = match &entry.direction {
        Direction::Received { partner, callbacks, explanation, .. } => {
            partner.as_ref().map_or(0, |partner| partner.as_str().len())
                + size_of_val(callbacks.as_slice())
                + explanation.as_ref().map_or(0, |explanation| explanation.text.len())
        }
        Direction::Sent { .. } => 0,
    };
    // The parts of a target are slices of one text; its scheme and host are short or cut off.
    let target = &entry.target;
    let target = target.authority().map_or(0, |authority| authority.as_str().len())
        + target.path_and_query().map_or(0, |path| path.as_str().len());
    size_of::<JournalEntry>()
        + direction
        + entry.method.as_str().len()
        + target
        + headers(&entry.request_headers)
        + entry.request_body.len()
        + entry.answer.as_ref().map_or(0, answer)
}

/// How much of a body is kept, in bytes.
pub(super) const MAX_KEPT_BODY: usize = 64 << 10;
/// How much of a target is kept, in bytes.
const MAX_KEPT_TARGET: usize = 4 << 10;
/// What a header takes beside its name and value, in bytes: its place in a map that doubles.
const HEADER: usize = 200;
