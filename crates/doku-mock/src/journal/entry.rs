//! One exchange as the journal keeps it.

use std::fmt;

use bytes::Bytes;
use doku_types::{BusinessId, ClientId, Timestamp, partner::endpoint::Endpoint};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};

use super::{BusinessState, ReceivedRequest, SentCallback, Verdict};
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
    pub(super) fn partner(&self) -> Option<&str> {
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

    pub(super) fn of_request(exchange: ReceivedRequest) -> Self {
        let ReceivedRequest {
            at,
            asked,
            callbacks,
            touched,
            faults,
            request,
            status,
            answer,
            latency_ms,
        } = exchange;
        let size = match request.body().len() {
            0 => announced(request.headers()),
            read => Some(read as u64),
        };
        let verdict = Verdict::of(asked.as_ref(), status, &faults);
        let (operation, partner, explanation) = match asked {
            Some(asked) => (Some(asked.operation), asked.partner, asked.explanation),
            None => (None, None, None),
        };
        let (business, before, after) = match touched {
            Some(touched) => (Some(touched.business), touched.before, touched.after),
            None => (None, None, None),
        };
        let direction = Direction::Received {
            operation,
            partner,
            callbacks,
            explanation,
            verdict,
            business,
            before,
            after,
        };
        let entry = Self::new(at, direction, request, answer, latency_ms);
        Self { request_size: size, faults, ..entry }
    }

    pub(super) fn of_callback(exchange: SentCallback) -> Self {
        let SentCallback { callback, partner, business, attempt, at, request, answer, latency_ms } =
            exchange;
        let direction = Direction::Sent { callback, partner, business, attempt };
        let size = request.body().len() as u64;
        let entry = Self::new(at, direction, request, answer, latency_ms);
        Self { request_size: Some(size), ..entry }
    }

    /// An entry without its number. All of it is copied: what was read from a connection is a part of
    /// the buffer that it was read into, and would keep the whole of that.
    fn new(
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
            size: answer.size,
        });
        Self {
            number: 0,
            at,
            direction,
            method: parts.method,
            target: shortened(&parts.uri),
            request_headers: copied(parts.headers),
            request_body: capped(&body),
            request_size: None,
            answer,
            latency_ms,
            faults: Vec::new(),
        }
    }
}

impl Answer {
    /// A whole answer.
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        let size = body.len() as u64;
        Self { status, headers, body, size }
    }
}

/// How long a body is that was not read, as its head says.
fn announced(headers: &HeaderMap) -> Option<u64> {
    match headers.get(header::CONTENT_LENGTH) {
        Some(length) => length.to_str().ok()?.parse().ok(),
        None => (!headers.contains_key(header::TRANSFER_ENCODING)).then_some(0),
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
        Direction::Received {
            partner, callbacks, explanation, business, before, after, ..
        } => {
            partner.as_ref().map_or(0, |partner| partner.as_str().len())
                + business.as_ref().map_or(0, |business| business.as_str().len())
                + size_of_val(callbacks.as_slice())
                + explanation.as_ref().map_or(0, |explanation| {
                    explanation.text.len()
                        + explanation.summary.len()
                        + size_of_val(explanation.codes.as_slice())
                })
                + [before, after].into_iter().flatten().map(|state| state.size()).sum::<usize>()
        }
        Direction::Sent { partner, business, .. } => {
            partner.as_str().len() + business.as_str().len()
        }
    };
    let faults = entry.faults.iter().map(|fault| size_of::<String>() + fault.len());
    // The parts of a target are slices of one text; its scheme and host are short or cut off.
    let target = &entry.target;
    let target = target.authority().map_or(0, |authority| authority.as_str().len())
        + target.path_and_query().map_or(0, |path| path.as_str().len());
    size_of::<JournalEntry>()
        + direction
        + faults.sum::<usize>()
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
/// In which an answer names its assumptions.
const ASSUMPTIONS: &str = "doku-mock-assumptions";
/// In which a request says whose it is.
pub(super) const CLIENT_ID: &str = "client-id";
