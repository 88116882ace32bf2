//! The journal: the last exchanges as they went over the wire, those received and those sent. It is
//! bounded, and gone with the process: a memory for people, not the state.

mod curl;
mod entry;
mod har;
mod mask;
mod query;
mod received;
mod shown;
mod state;
mod verdict;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use doku_types::{BusinessId, ClientId, Timestamp, partner::endpoint::Endpoint};
use http::{Request, StatusCode};
use tokio::sync::{Semaphore, SemaphorePermit, watch};

pub(crate) use curl::curl;
pub use entry::{Answer, Direction, JournalEntry};
pub(crate) use har::har;
pub(crate) use query::{Query, Statuses, kebab, operation};
pub(crate) use received::write_down;
pub(crate) use shown::{Shown, shown};
pub(crate) use state::Touched;
pub use state::{BrandState, BusinessState};
pub use verdict::Verdict;

use entry::size;

use crate::auth::Asked;

/// A request that was answered.
pub(crate) struct ReceivedRequest {
    pub(crate) at: Timestamp,
    /// Of a request for an operation.
    pub(crate) asked: Option<Asked>,
    pub(crate) callbacks: Vec<i64>,
    pub(crate) touched: Option<Touched>,
    pub(crate) faults: Vec<String>,
    pub(crate) request: Request<Bytes>,
    /// What was decided, also where no answer left.
    pub(crate) status: StatusCode,
    /// `None` where the connection was reset instead.
    pub(crate) answer: Option<Answer>,
    pub(crate) latency_ms: u64,
}

/// An attempt at a callback.
pub(crate) struct SentCallback {
    pub(crate) callback: i64,
    pub(crate) partner: ClientId,
    pub(crate) business: BusinessId,
    pub(crate) attempt: u32,
    pub(crate) at: Timestamp,
    pub(crate) request: Request<Bytes>,
    pub(crate) answer: Option<Answer>,
    pub(crate) latency_ms: u64,
}

/// The entries, oldest first.
#[derive(Debug)]
pub(crate) struct Journal {
    kept: Mutex<Kept>,
    /// The number of the last one, for those who wait.
    written: watch::Sender<u64>,
    /// The places of those who wait.
    waiting: Semaphore,
}

impl Default for Journal {
    fn default() -> Self {
        let (kept, written) = (Mutex::default(), watch::Sender::default());
        Self { kept, written, waiting: Semaphore::new(MAX_WAITING) }
    }
}

#[derive(Debug, Default)]
struct Kept {
    /// Shared, so that whoever reads them copies them without holding up those who write.
    entries: VecDeque<Arc<JournalEntry>>,
    last: u64,
    bytes: usize,
    evicted: u64,
    /// How many requests were answered, of each operation and status.
    answered: HashMap<(Option<Endpoint>, u16), u64>,
}

/// How full a journal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// How many entries it holds, [`MAX_ENTRIES`] at most.
    pub(crate) entries: usize,
    /// About how much memory they take, in bytes, [`MAX_BYTES`] at most.
    pub(crate) bytes: usize,
    /// How many entries made room for later ones.
    pub(crate) evicted: u64,
    /// The number of the last entry; 0 before the first.
    pub(crate) last: u64,
}

impl Journal {
    /// Keeps an exchange, unless it is `gone` by a reset; it counts all the same.
    pub(crate) fn received(
        &self,
        exchange: ReceivedRequest,
        gone: impl FnOnce(&JournalEntry) -> bool,
    ) {
        let operation = exchange.asked.as_ref().map(|asked| asked.operation);
        let counted = exchange.answer.as_ref().map(|answer| (operation, answer.status.as_u16()));
        let entry = JournalEntry::of_request(exchange);
        let mut kept = self.kept();
        if let Some(counted) = counted {
            *kept.answered.entry(counted).or_default() += 1;
        }
        // With the lock: a reset is counted before it clears what is kept.
        if gone(&entry) {
            return;
        }
        let last = kept.add(entry);
        self.written.send_replace(last);
    }

    pub(crate) fn sent(&self, exchange: SentCallback) {
        let entry = JournalEntry::of_callback(exchange);
        let mut kept = self.kept();
        let last = kept.add(entry);
        self.written.send_replace(last);
    }

    /// How full it is.
    pub(crate) fn counts(&self) -> Counts {
        let kept = self.kept();
        let Kept { entries, bytes, evicted, last, .. } = &*kept;
        Counts { entries: entries.len(), bytes: *bytes, evicted: *evicted, last: *last }
    }

    /// Forgets what is kept, of one partner or of all. Numbers and counts go on.
    pub(crate) fn clear(&self, partner: Option<&ClientId>) {
        let mut kept = self.kept();
        kept.entries.retain(|entry| {
            partner.is_some_and(|partner| entry.partner() != Some(partner.as_str()))
        });
        kept.bytes = kept.entries.iter().map(|entry| size(entry)).sum();
    }

    /// The entry with a number, if it is still kept.
    pub(crate) fn entry(&self, number: u64) -> Option<Arc<JournalEntry>> {
        let kept = self.kept();
        let place = kept.entries.binary_search_by_key(&number, |entry| entry.number).ok()?;
        Some(Arc::clone(&kept.entries[place]))
    }

    /// The right to wait for an entry; `None` if too many do.
    pub(crate) fn place_to_wait(&self) -> Option<SemaphorePermit<'_>> {
        self.waiting.try_acquire().ok()
    }

    /// Tells of each entry, by its number.
    pub(crate) fn written(&self) -> watch::Receiver<u64> {
        self.written.subscribe()
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
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Returns the entry's number.
    fn add(&mut self, mut entry: JournalEntry) -> u64 {
        self.last += 1;
        entry.number = self.last;
        self.bytes += size(&entry);
        self.entries.push_back(Arc::new(entry));
        while self.entries.len() > MAX_ENTRIES || self.bytes > MAX_BYTES {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.bytes -= size(&oldest);
            self.evicted += 1;
        }
        self.last
    }
}

/// How many entries are kept.
pub(crate) const MAX_ENTRIES: usize = 10_000;
/// About how much memory they may take, in bytes.
pub(crate) const MAX_BYTES: usize = 64 << 20;
/// How many may wait for an entry at once.
const MAX_WAITING: usize = 64;

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Uri};

    use super::{entry::MAX_KEPT_BODY, *};

    fn exchange(body: usize) -> ReceivedRequest {
        ReceivedRequest {
            at: Timestamp::from_millis(0),
            asked: Some(Asked {
                partner: Some("BRN-1".into()),
                ..Asked::new(Endpoint::GenerateToken)
            }),
            callbacks: Vec::new(),
            touched: None,
            faults: Vec::new(),
            request: Request::post("/x?name=budi").body(vec![b'n'; body].into()).unwrap(),
            status: StatusCode::OK,
            answer: Some(Answer::new(
                StatusCode::OK,
                HeaderMap::new(),
                Bytes::from_static(b"secret"),
            )),
            latency_ms: 1,
        }
    }

    #[test]
    fn the_journal_is_bounded_by_count_and_by_bytes_and_still_counts() {
        let journal = Journal::default();
        for _ in 0..MAX_ENTRIES + 10 {
            journal.received(exchange(1), |_| false);
        }
        let entries = journal.after(0);
        assert_eq!((entries.len(), entries[0].number), (MAX_ENTRIES, 11));
        let Counts { entries, bytes, evicted, last } = journal.counts();
        assert_eq!((entries, evicted, last), (MAX_ENTRIES, 10, MAX_ENTRIES as u64 + 10));
        assert!(bytes <= MAX_BYTES);
        assert_eq!(
            journal.answered(Endpoint::GenerateToken, |s| s == 200),
            MAX_ENTRIES as u64 + 10
        );

        for _ in 0..2000 {
            journal.received(exchange(1_000_000), |_| false);
        }
        let entries = journal.after(0);
        let Counts { bytes, evicted, last, .. } = journal.counts();
        assert_eq!(evicted + entries.len() as u64, last);
        assert!(bytes <= MAX_BYTES && bytes > MAX_BYTES / 2, "{bytes}");
        assert!(entries.len() <= MAX_BYTES / MAX_KEPT_BODY);
        assert_eq!(entries.last().unwrap().number, MAX_ENTRIES as u64 + 2010);
        let last = entries.last().unwrap();
        assert_eq!((last.request_body.len(), last.request_size), (MAX_KEPT_BODY, Some(1_000_000)));
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
                journal.received(received, |_| false);
            }
            let entries = journal.after(0);
            assert!(entries.iter().map(|entry| said(entry)).sum::<usize>() <= 64 << 20);
            assert_eq!(entries[0].target.to_string(), long[..4096]);
        }
        for _ in 0..2000 {
            let mut received = exchange(0);
            *received.request.method_mut() = "M".repeat(60_000).parse().unwrap();
            journal.received(received, |_| false);
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
        journal.received(received, |_| false);
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
            journal.received(exchange(1), |_| false);
        }
        let numbers =
            |after| journal.after(after).iter().map(|entry| entry.number).collect::<Vec<_>>();
        assert_eq!(numbers(0), [1, 2, 3, 4, 5]);
        assert_eq!(numbers(3), [4, 5]);
        assert_eq!((numbers(5), numbers(u64::MAX)), (vec![], vec![]));
    }

    #[test]
    fn what_is_forgotten_leaves_its_number_and_its_place() {
        let journal = Journal::default();
        for partner in ["BRN-1", "BRN-2", "BRN-1"] {
            let mut received = exchange(1000);
            received.asked.as_mut().unwrap().partner = Some(partner.into());
            journal.received(received, |_| false);
        }
        let (all, count) = (journal.counts().bytes, |journal: &Journal| journal.counts().entries);
        journal.clear(Some(&"BRN-1".into()));
        assert_eq!((count(&journal), journal.counts().bytes), (1, all / 3));
        assert_eq!(journal.entry(2).unwrap().number, 2);
        assert!(journal.entry(1).is_none() && journal.entry(3).is_none());
        journal.clear(None);
        assert_eq!((count(&journal), journal.counts().bytes), (0, 0));
        journal.received(exchange(1), |_| false);
        assert_eq!((journal.after(0)[0].number, journal.counts().evicted), (4, 0));
        assert_eq!(journal.answered(Endpoint::GenerateToken, |_| true), 4);
    }

    #[test]
    fn an_entry_is_shown_without_what_was_said() {
        let journal = Journal::default();
        journal.received(exchange(1), |_| false);
        let shown = format!("{:?}", journal.after(0));
        assert!(!shown.contains("secret") && !shown.contains("budi"), "{shown}");
    }
}
