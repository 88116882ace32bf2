//! The journal: the last exchanges as they went over the wire, those received and those sent. It is
//! bounded, and gone with the process: a memory for people, not the state.

mod assumptions;
mod curl;
mod diagnosis;
mod entry;
#[cfg(test)]
mod example;
mod exchange;
mod har;
mod head;
mod kept;
mod mask;
mod query;
mod received;
mod record;
mod shown;
mod state;
mod verdict;

use std::{
    collections::VecDeque,
    mem,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use doku_types::{ClientId, partner::endpoint::Endpoint};
use tokio::sync::{Semaphore, SemaphorePermit, watch};

pub(crate) use assumptions::Stood;
pub(crate) use curl::curl;
pub(crate) use diagnosis::{Diagnosis, Place, ShownToSign, brief};
pub use entry::{Answer, Direction, JournalEntry};
pub(crate) use exchange::{ReceivedRequest, SentCallback, Told};
pub(crate) use har::har;
pub(crate) use head::Head;
pub(crate) use mask::{Author, Mask};
pub(crate) use query::{MAX_TEXT, Order, Query, Statuses, Text, kebab, no_operation, operation};
pub(crate) use received::Begun;
pub(crate) use shown::{Caused, Header, Message, Shown, shown};
pub(crate) use state::Touched;
pub use state::{BrandState, BusinessState};
pub use verdict::Verdict;

use kept::{Kept, MAX_ENTRIES};
use record::Record;

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

/// How full a journal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// How many entries it holds, [`kept::MAX_ENTRIES`] at most.
    pub(crate) entries: usize,
    /// About how much memory they take, in bytes, [`kept::MAX_BYTES`] at most.
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
        exchange: ReceivedRequest<'_>,
        gone: impl FnOnce(&Record) -> bool,
    ) {
        let operation = exchange.asked.as_ref().map(|asked| asked.operation);
        let counted = exchange.answer.as_ref().map(|answer| (operation, answer.status.as_u16()));
        let record = Arc::new(Record::of_request(exchange));
        let mut kept = self.kept();
        if let Some(counted) = counted {
            *kept.answered.entry(counted).or_default() += 1;
        }
        // With the lock: a reset is counted before it clears what is kept.
        if gone(&record) {
            return;
        }
        self.add(kept, record);
    }

    pub(crate) fn sent(&self, exchange: SentCallback<'_>) {
        let record = Arc::new(Record::of_callback(exchange));
        self.add(self.kept(), record);
    }

    fn add(&self, mut kept: MutexGuard<'_, Kept>, record: Arc<Record>) {
        let evicted = kept.add(record);
        self.written.send_replace(kept.last);
        // Memory is given back without the lock.
        drop(kept);
        drop(evicted);
    }

    /// How full it is.
    pub(crate) fn counts(&self) -> Counts {
        let kept = self.kept();
        let Kept { records, bytes, evicted, last, .. } = &*kept;
        Counts { entries: records.len(), bytes: *bytes, evicted: *evicted, last: *last }
    }

    /// Forgets what is kept, of one partner or of all. Numbers and counts go on.
    pub(crate) fn clear(&self, partner: Option<&ClientId>) {
        let mut kept = self.kept();
        let (gone, stay) = mem::take(&mut kept.records).into_iter().partition(|record| {
            partner.is_none_or(|partner| record.partner().as_deref() == Some(partner))
        });
        kept.records = stay;
        kept.bytes = kept.records.iter().map(|record| record.size()).sum();
        drop(kept);
        drop::<VecDeque<_>>(gone);
    }

    /// The entry with a number, if it is still kept.
    pub(crate) fn entry(&self, number: u64) -> Option<JournalEntry> {
        let record = {
            let kept = self.kept();
            let place = kept.records.binary_search_by_key(&number, |record| record.number).ok()?;
            Arc::clone(&kept.records[place])
        };
        Some(record.entry())
    }

    /// The numbers that are kept before and after one.
    pub(crate) fn beside(&self, number: u64) -> (Option<u64>, Option<u64>) {
        let kept = self.kept();
        let first = kept.records.partition_point(|record| record.number < number);
        let after = kept.records.partition_point(|record| record.number <= number);
        let number = |place: usize| kept.records.get(place).map(|record| record.number);
        (first.checked_sub(1).and_then(number), number(after))
    }

    /// What is kept after a number, oldest first.
    pub(crate) fn after(&self, number: u64) -> Vec<JournalEntry> {
        let records = self.records(number..u64::MAX, Order::Oldest, MAX_ENTRIES);
        records.iter().map(|record| record.entry()).collect()
    }

    /// The right to wait for an entry; `None` if too many do.
    pub(crate) fn place_to_wait(&self) -> Option<SemaphorePermit<'_>> {
        self.waiting.try_acquire().ok()
    }

    /// Tells of each entry, by its number.
    pub(crate) fn written(&self) -> watch::Receiver<u64> {
        self.written.subscribe()
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

    /// The first so many, in this order, that are kept after a number and before another.
    fn records(&self, between: Range<u64>, order: Order, limit: usize) -> Vec<Arc<Record>> {
        let kept = self.kept();
        let first = kept.records.partition_point(|record| record.number <= between.start);
        let end = kept.records.partition_point(|record| record.number < between.end);
        let records = kept.records.range(first..end.max(first));
        match order {
            Order::Oldest => records.take(limit).cloned().collect(),
            Order::Newest => records.rev().take(limit).cloned().collect(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many may wait for an entry at once.
const MAX_WAITING: usize = 64;

#[cfg(test)]
mod tests {
    use super::{example::Example, *};

    #[test]
    fn a_journal_is_read_on_from_a_number() {
        let journal = Journal::default();
        for _ in 0..5 {
            journal.write_down(&Example::of(1));
        }
        let numbers =
            |after| journal.after(after).iter().map(|entry| entry.number).collect::<Vec<_>>();
        assert_eq!(numbers(0), [1, 2, 3, 4, 5]);
        assert_eq!(numbers(3), [4, 5]);
        assert_eq!((numbers(5), numbers(u64::MAX)), (vec![], vec![]));
        assert_eq!(journal.beside(3), (Some(2), Some(4)));
        assert_eq!((journal.beside(1), journal.beside(5)), ((None, Some(2)), (Some(4), None)));
        assert_eq!((journal.beside(0), journal.beside(9)), ((None, Some(1)), (Some(5), None)));
    }

    #[test]
    fn what_is_forgotten_leaves_its_number_and_its_place() {
        let journal = Journal::default();
        for partner in ["BRN-1", "BRN-2", "BRN-1"] {
            journal.write_down(&Example { partner: Some(partner), ..Example::of(1000) });
        }
        let (all, count) = (journal.counts().bytes, |journal: &Journal| journal.counts().entries);
        journal.clear(Some(&"BRN-1".into()));
        assert_eq!((count(&journal), journal.counts().bytes), (1, all / 3));
        assert_eq!(journal.entry(2).unwrap().number, 2);
        assert!(journal.entry(1).is_none() && journal.entry(3).is_none());
        journal.clear(None);
        assert_eq!((count(&journal), journal.counts().bytes), (0, 0));
        journal.write_down(&Example::of(1));
        assert_eq!((journal.after(0)[0].number, journal.counts().evicted), (4, 0));
        assert_eq!(journal.answered(Endpoint::GenerateToken, |_| true), 4);
    }

    #[test]
    fn an_entry_is_shown_without_what_was_said() {
        let journal = Journal::default();
        journal.write_down(&Example::of(1));
        let shown = format!("{:?} {journal:?}", journal.after(0));
        assert!(!shown.contains("secret") && !shown.contains("budi"), "{shown}");
    }
}
