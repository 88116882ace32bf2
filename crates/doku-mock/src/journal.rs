//! The journal: the last exchanges as they went over the wire, those received and those sent. It is
//! bounded, and gone with the process: a memory for people, not the state.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use doku_types::{ClientId, Timestamp, partner::endpoint::Endpoint};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};

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
    /// Shared, so that whoever reads them copies them without holding up those who write.
    entries: VecDeque<Arc<JournalEntry>>,
    last: u64,
    bytes: usize,
    /// How many requests were answered, of each operation and status.
    answered: HashMap<(Option<Endpoint>, u16), u64>,
}

impl Journal {
    pub(crate) fn received(&self, exchange: ReceivedRequest) {
        let ReceivedRequest { at, operation, partner, callbacks, request, answer, latency_ms } =
            exchange;
        let counted = (operation, answer.status.as_u16());
        let direction = Direction::Received { operation, partner, callbacks };
        let entry = JournalEntry::new(at, direction, request, Some(answer), latency_ms);
        let mut kept = self.kept();
        *kept.answered.entry(counted).or_default() += 1;
        kept.add(entry);
    }

    pub(crate) fn sent(&self, exchange: SentCallback) {
        let SentCallback { callback, at, request, answer, latency_ms } = exchange;
        let direction = Direction::Sent { callback };
        let entry = JournalEntry::new(at, direction, request, answer, latency_ms);
        self.kept().add(entry);
    }

    /// What is kept after a number, oldest first.
    pub(crate) fn after(&self, number: u64) -> Vec<Arc<JournalEntry>> {
        let kept = self.kept();
        let first = kept.entries.partition_point(|entry| entry.number <= number);
        kept.entries.range(first..).cloned().collect()
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

impl JournalEntry {
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

impl Kept {
    fn add(&mut self, mut entry: JournalEntry) {
        self.last += 1;
        entry.number = self.last;
        self.bytes += size(&entry);
        self.entries.push_back(Arc::new(entry));
        while self.entries.len() > MAX_ENTRIES || self.bytes > MAX_BYTES {
            let Some(oldest) = self.entries.pop_front() else {
                return;
            };
            self.bytes -= size(&oldest);
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
fn size(entry: &JournalEntry) -> usize {
    let headers = |headers: &HeaderMap| -> usize {
        headers.iter().map(|(name, value)| name.as_str().len() + value.len() + HEADER).sum()
    };
    let answer = |answer: &Answer| headers(&answer.headers) + answer.body.len();
    let direction = match &entry.direction {
        Direction::Received { partner, callbacks, .. } => {
            partner.as_ref().map_or(0, |partner| partner.as_str().len())
                + size_of_val(callbacks.as_slice())
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
pub(crate) const MAX_KEPT_BODY: usize = 64 << 10;
/// How much of a target is kept, in bytes.
const MAX_KEPT_TARGET: usize = 4 << 10;
/// What a header takes beside its name and value, in bytes: its place in a map that doubles.
const HEADER: usize = 200;
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
        let entries = journal.after(0);
        assert_eq!((entries.len(), entries[0].number), (MAX_ENTRIES, 11));
        assert_eq!(
            journal.answered(Endpoint::GenerateToken, |s| s == 200),
            MAX_ENTRIES as u64 + 10
        );

        for _ in 0..2000 {
            journal.received(exchange(1_000_000));
        }
        let entries = journal.after(0);
        assert!(entries.len() <= MAX_BYTES / MAX_KEPT_BODY);
        assert_eq!(entries.last().unwrap().number, MAX_ENTRIES as u64 + 2010);
        assert_eq!(entries.last().unwrap().request_body.len(), MAX_KEPT_BODY);
    }

    /// A target is cut off; what is not, counts.
    #[test]
    fn long_targets_methods_and_lists_of_callbacks_do_not_outgrow_the_journal() {
        let long = format!("/x?{}", "q".repeat(60_000));
        let said = |entry: &JournalEntry| {
            let Direction::Received { callbacks, .. } = &entry.direction else {
                return 0;
            };
            entry.method.as_str().len() + entry.target.to_string().len() + 8 * callbacks.len()
        };
        let journal = Journal::default();
        for count in [0, 20_000] {
            for _ in 0..MAX_ENTRIES {
                let mut received = exchange(0);
                *received.request.uri_mut() = long.parse().unwrap();
                received.callbacks = vec![1; count];
                journal.received(received);
            }
            let entries = journal.after(0);
            assert!(entries.iter().map(|entry| said(entry)).sum::<usize>() <= 64 << 20);
            assert_eq!(entries[0].target.to_string(), long[..4096]);
        }
        for _ in 0..2000 {
            let mut received = exchange(0);
            *received.request.method_mut() = "M".repeat(60_000).parse().unwrap();
            journal.received(received);
        }
        assert!(journal.after(0).iter().map(|entry| said(entry)).sum::<usize>() <= 64 << 20);
    }

    #[test]
    fn an_entry_does_not_keep_the_buffer_that_its_request_was_read_into() {
        let read = Bytes::from(b"/x?y value body".repeat(1000));
        let mut received = exchange(0);
        *received.request.uri_mut() = Uri::from_maybe_shared(read.slice(..4)).unwrap();
        *received.request.body_mut() = read.slice(11..15);
        let value = HeaderValue::from_maybe_shared(read.slice(5..10)).unwrap();
        received.request.headers_mut().append("a", value.clone());
        received.request.headers_mut().append("a", value.clone());
        received.answer.headers.append("a", value);
        received.answer.body = read.slice(11..15);
        assert!(!read.is_unique());

        let journal = Journal::default();
        journal.received(received);
        assert!(read.is_unique());
        let entry = &journal.after(0)[0];
        assert_eq!(entry.target, "/x?y");
        assert_eq!(entry.request_headers.get_all("a").iter().collect::<Vec<_>>(), ["value"; 2]);
        assert_eq!((&entry.request_body[..], entry.request_headers.len()), (&b"body"[..], 2));
    }

    #[test]
    fn a_journal_is_read_on_from_a_number() {
        let journal = Journal::default();
        for _ in 0..5 {
            journal.received(exchange(1));
        }
        let numbers =
            |after| journal.after(after).iter().map(|entry| entry.number).collect::<Vec<_>>();
        assert_eq!(numbers(0), [1, 2, 3, 4, 5]);
        assert_eq!(numbers(3), [4, 5]);
        assert_eq!((numbers(5), numbers(u64::MAX)), (vec![], vec![]));
    }

    #[test]
    fn an_entry_is_shown_without_what_was_said() {
        let journal = Journal::default();
        journal.received(exchange(1));
        let shown = format!("{:?}", journal.after(0));
        assert!(!shown.contains("secret") && !shown.contains("budi"), "{shown}");
    }
}
