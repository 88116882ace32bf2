//! The journal: the last exchanges as they went over the wire, those received and those sent. It is
//! bounded, and gone with the process: a memory for people, not the state.

mod entry;
mod received;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use doku_types::{ClientId, Timestamp, partner::endpoint::Endpoint};
use http::Request;

pub use entry::{Answer, Direction, JournalEntry};
pub(crate) use received::write_down;

use entry::size;

use crate::explanation::Explanation;

/// A request that was answered.
pub(crate) struct ReceivedRequest {
    pub(crate) at: Timestamp,
    pub(crate) operation: Option<Endpoint>,
    pub(crate) partner: Option<ClientId>,
    pub(crate) callbacks: Vec<i64>,
    pub(crate) explanation: Option<Explanation>,
    pub(crate) request: Request<Bytes>,
    /// `None` where the connection was reset instead.
    pub(crate) answer: Option<Answer>,
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
        let ReceivedRequest {
            at,
            operation,
            partner,
            callbacks,
            explanation,
            request,
            answer,
            latency_ms,
        } = exchange;
        let counted = answer.as_ref().map(|answer| (operation, answer.status.as_u16()));
        let direction = Direction::Received { operation, partner, callbacks, explanation };
        let entry = JournalEntry::new(at, direction, request, answer, latency_ms);
        let mut kept = self.kept();
        if let Some(counted) = counted {
            *kept.answered.entry(counted).or_default() += 1;
        }
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

const MAX_ENTRIES: usize = 10_000;
const MAX_BYTES: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, StatusCode, Uri};

    use super::{entry::MAX_KEPT_BODY, *};

    fn exchange(body: usize) -> ReceivedRequest {
        ReceivedRequest {
            at: Timestamp::from_millis(0),
            operation: Some(Endpoint::GenerateToken),
            partner: Some("BRN-1".into()),
            callbacks: Vec::new(),
            explanation: None,
            request: Request::post("/x?name=budi").body(vec![b'n'; body].into()).unwrap(),
            answer: Some(Answer {
                status: StatusCode::OK,
                headers: HeaderMap::new(),
                body: Bytes::from_static(b"secret"),
            }),
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
        let answer = received.answer.as_mut().unwrap();
        answer.headers.append("a", value);
        answer.body = read.slice(11..15);
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
