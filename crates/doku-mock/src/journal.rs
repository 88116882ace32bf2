//! The journal: the last exchanges as they went over the wire, those received and those sent. It is
//! bounded, and gone with the process: a memory for people, not the state.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use doku_types::{ClientId, Timestamp, partner::endpoint::Endpoint};
use http::{HeaderMap, Method, Request, StatusCode, Uri};

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
    /// Its target: of one received path and query, of one sent the whole URL.
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

/// A request that was answered.
pub(crate) struct ReceivedRequest {
    pub(crate) at: Timestamp,
    pub(crate) operation: Option<Endpoint>,
    pub(crate) partner: Option<ClientId>,
    pub(crate) callbacks: Vec<i64>,
    pub(crate) request: Request<Bytes>,
    pub(crate) answer: Answer,
    pub(crate) latency_ms: u64,
}

/// An attempt at a callback.
pub(crate) struct SentCallback {
    pub(crate) callback: i64,
    pub(crate) at: Timestamp,
    pub(crate) request: Request<Bytes>,
    pub(crate) answer: Option<Answer>,
    pub(crate) latency_ms: u64,
}

/// The entries, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    entries: VecDeque<JournalEntry>,
    last: u64,
    bytes: usize,
    /// How many requests were answered, of each operation and status.
    answered: HashMap<(Option<Endpoint>, u16), u64>,
}

impl Journal {
    pub(crate) fn received(&self, exchange: ReceivedRequest) {
        let ReceivedRequest { at, operation, partner, callbacks, request, answer, latency_ms } =
            exchange;
        let mut kept = self.kept();
        *kept.answered.entry((operation, answer.status.as_u16())).or_default() += 1;
        let direction = Direction::Received { operation, partner, callbacks };
        kept.add(at, direction, request, Some(answer), latency_ms);
    }

    pub(crate) fn sent(&self, exchange: SentCallback) {
        let SentCallback { callback, at, request, answer, latency_ms } = exchange;
        self.kept().add(at, Direction::Sent { callback }, request, answer, latency_ms);
    }

    /// What is kept, oldest first.
    pub(crate) fn entries(&self) -> Vec<JournalEntry> {
        self.kept().entries.iter().cloned().collect()
    }

    /// How many requests of an operation were answered with such a status.
    pub(crate) fn answered(&self, operation: Endpoint, status: impl Fn(u16) -> bool) -> u64 {
        let kept = self.kept();
        let counted = kept.answered.iter();
        counted
            .filter(|((of, with), _)| *of == Some(operation) && status(*with))
            .map(|(_, count)| count)
            .sum()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn add(
        &mut self,
        at: Timestamp,
        direction: Direction,
        request: Request<Bytes>,
        answer: Option<Answer>,
        latency_ms: u64,
    ) {
        self.last += 1;
        let (parts, body) = request.into_parts();
        let entry = JournalEntry {
            number: self.last,
            at,
            direction,
            method: parts.method,
            target: parts.uri,
            request_headers: parts.headers,
            request_body: capped(&body),
            answer: answer.map(|answer| Answer { body: capped(&answer.body), ..answer }),
            latency_ms,
        };
        self.bytes += size(&entry);
        self.entries.push_back(entry);
        while self.entries.len() > MAX_ENTRIES || self.bytes > MAX_BYTES {
            let Some(oldest) = self.entries.pop_front() else {
                return;
            };
            self.bytes -= size(&oldest);
        }
    }
}

/// As much of a body as is kept. A copy where something is left out, so that the rest is freed.
fn capped(body: &Bytes) -> Bytes {
    if body.len() <= MAX_KEPT_BODY {
        body.clone()
    } else {
        Bytes::copy_from_slice(&body[..MAX_KEPT_BODY])
    }
}

/// About how much memory an entry takes.
fn size(entry: &JournalEntry) -> usize {
    let headers = |headers: &HeaderMap| -> usize {
        headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 64).sum()
    };
    let answer = |answer: &Answer| headers(&answer.headers) + answer.body.len();
    size_of::<JournalEntry>()
        + headers(&entry.request_headers)
        + entry.request_body.len()
        + entry.answer.as_ref().map_or(0, answer)
}

/// How much of a body is kept, in bytes.
pub(crate) const MAX_KEPT_BODY: usize = 64 << 10;
const MAX_ENTRIES: usize = 10_000;
const MAX_BYTES: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(body: usize) -> ReceivedRequest {
        ReceivedRequest {
            at: Timestamp::from_millis(0),
            operation: Some(Endpoint::GenerateToken),
            partner: Some("BRN-1".into()),
            callbacks: Vec::new(),
            request: Request::post("/x?name=budi").body(vec![b'n'; body].into()).unwrap(),
            answer: Answer {
                status: StatusCode::OK,
                headers: HeaderMap::new(),
                body: Bytes::from_static(b"secret"),
            },
            latency_ms: 1,
        }
    }

    #[test]
    fn the_journal_is_bounded_by_count_and_by_bytes_and_still_counts() {
        let journal = Journal::default();
        for _ in 0..MAX_ENTRIES + 10 {
            journal.received(exchange(1));
        }
        let entries = journal.entries();
        assert_eq!((entries.len(), entries[0].number), (MAX_ENTRIES, 11));
        assert_eq!(
            journal.answered(Endpoint::GenerateToken, |s| s == 200),
            MAX_ENTRIES as u64 + 10
        );

        for _ in 0..2000 {
            journal.received(exchange(1_000_000));
        }
        let entries = journal.entries();
        assert!(entries.iter().map(size).sum::<usize>() <= MAX_BYTES);
        assert_eq!(entries.last().unwrap().request_body.len(), MAX_KEPT_BODY);
    }

    #[test]
    fn an_entry_is_shown_without_what_was_said() {
        let journal = Journal::default();
        journal.received(exchange(1));
        let shown = format!("{:?}", journal.entries());
        assert!(!shown.contains("secret") && !shown.contains("budi"), "{shown}");
    }
}
