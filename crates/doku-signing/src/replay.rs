//! Each message handled once, although it comes twice: DOKU repeats what is not acknowledged in
//! time, and anybody who has seen a message can send it again.
//!
//! Three steps: [`begin`](ReplayGuard::begin) before the work, [`commit`](ReplayGuard::commit) once
//! it is done and stored, [`abort`](ReplayGuard::abort) if it failed, so that the next attempt is
//! let in.
//!
//! How a message is known again, [`Verified::replay_id`](crate::Verified::replay_id), goes only so
//! far. Non-SNAP: by its Request-Id, which DOKU is assumed to keep when it repeats a notification
//! (A06). SNAP: by its signature, so a copy is told, but a retry with a fresh timestamp is admitted
//! again. So let the work itself bear to be done twice: store a payment once by invoice number and
//! status, or of SNAP by `trxId` and `paymentRequestId`.
//!
//! ```
//! use doku_signing::replay::{Admission, MemoryReplayGuard, ReplayGuard};
//! use doku_types::Timestamp;
//!
//! let guard = MemoryReplayGuard::new();
//! let now = Timestamp::from_millis(0);
//! let Admission::New(ticket) = guard.begin("BRN-1 request-1", now)? else { unreachable!() };
//! // … do the work, then:
//! guard.commit(ticket, now)?;
//! assert!(matches!(guard.begin("BRN-1 request-1", now)?, Admission::Done));
//! # Ok::<(), doku_signing::replay::Full>(())
//! ```

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use doku_types::Timestamp;

/// Remembers which messages were handled. Ask it after the signature was verified, by
/// [`Verified::replay_id`](crate::Verified::replay_id), so that nobody else can fill it.
///
/// [`MemoryReplayGuard`] forgets with its process. For a table in a database: `begin` inserts the id
/// unless it is there, `commit` marks it, `abort` deletes it.
pub trait ReplayGuard {
    /// What the store can fail with.
    type Error;

    /// Whether the message may be handled now.
    ///
    /// # Errors
    /// The store's: then handle nothing, and answer 5xx so that DOKU sends it again.
    fn begin(&self, id: &str, now: Timestamp) -> Result<Admission, Self::Error>;

    /// The work is done: from now on the message is [`Admission::Done`].
    ///
    /// # Errors
    /// The store's.
    fn commit(&self, ticket: Ticket, now: Timestamp) -> Result<(), Self::Error>;

    /// The work failed: the next attempt is [`Admission::New`].
    ///
    /// # Errors
    /// The store's.
    fn abort(&self, ticket: Ticket) -> Result<(), Self::Error>;
}

/// The answer to [`ReplayGuard::begin`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Admission {
    /// Not handled yet: handle it, then hand the ticket back.
    New(Ticket),
    /// Being handled at this moment: answer 5xx, and it will come again.
    InProgress,
    /// Handled: acknowledge it and do nothing.
    Done,
}

/// The right to handle one message; used up by [`ReplayGuard::commit`] or [`ReplayGuard::abort`].
///
/// One that is lost, because its worker died, runs out by itself.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "commit or abort it"]
pub struct Ticket {
    id: String,
    begun: Timestamp,
}

impl Ticket {
    /// For the message of this id, handled from this instant; called by a [`ReplayGuard`].
    pub fn new(id: impl Into<String>, begun: Timestamp) -> Self {
        Self { id: id.into(), begun }
    }

    /// Of the message.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When handling began: tells two tickets for one message apart.
    pub fn begun(&self) -> Timestamp {
        self.begun
    }
}

/// A [`ReplayGuard`] in memory, bounded in number and time.
///
/// It holds 100,000 messages for 24 hours, DOKU's retries ending after 12 to 17.5 (its page says both); a
/// ticket runs out after a minute. When it is full, the message handled longest ago is forgotten; messages being
/// handled never are.
#[derive(Debug)]
pub struct MemoryReplayGuard {
    capacity: usize,
    keep: Duration,
    lease: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: HashMap<String, Entry>,
    /// Handled messages, the oldest first.
    done: VecDeque<(Timestamp, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    InProgress(Timestamp),
    Done,
}

/// As many messages are being handled at once as the guard has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the replay guard is full of messages in progress: answer 503, or give it more room")]
#[non_exhaustive]
pub struct Full;

impl MemoryReplayGuard {
    /// One of the default size.
    pub fn new() -> Self {
        Self { capacity: CAPACITY, keep: KEEP, lease: LEASE, state: Mutex::default() }
    }

    /// Room for so many messages, at least one.
    pub fn capacity(mut self, messages: usize) -> Self {
        self.capacity = messages.max(1);
        self
    }

    /// How long a handled message is remembered.
    pub fn keep(mut self, time: Duration) -> Self {
        self.keep = time;
        self
    }

    /// How long a message may be handled before another attempt is let in.
    pub fn lease(mut self, time: Duration) -> Self {
        self.lease = time;
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is done before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryReplayGuard {
    fn default() -> Self {
        Self::new()
    }
}

impl ReplayGuard for MemoryReplayGuard {
    type Error = Full;

    fn begin(&self, id: &str, now: Timestamp) -> Result<Admission, Full> {
        let mut state = self.state();
        state.forget(now, self.keep);
        match state.entries.get(id) {
            Some(Entry::Done) => return Ok(Admission::Done),
            Some(Entry::InProgress(since)) if now < *since + self.lease => {
                return Ok(Admission::InProgress);
            }
            // A ticket that ran out: its place is free already.
            Some(Entry::InProgress(_)) => {}
            None => state.make_room(self.capacity, self.lease, now)?,
        }
        state.entries.insert(id.to_owned(), Entry::InProgress(now));
        Ok(Admission::New(Ticket::new(id, now)))
    }

    fn commit(&self, ticket: Ticket, now: Timestamp) -> Result<(), Full> {
        let mut state = self.state();
        // Also where the ticket had run out meanwhile: the work is done all the same.
        if state.entries.insert(ticket.id.clone(), Entry::Done) != Some(Entry::Done) {
            state.done.push_back((now, ticket.id));
        }
        // A ticket that had run out may have lost its place.
        if state.entries.len() > self.capacity {
            state.forget_oldest();
        }
        Ok(())
    }

    fn abort(&self, ticket: Ticket) -> Result<(), Full> {
        let mut state = self.state();
        // Not the entry of a later ticket for the same message.
        if state.entries.get(&ticket.id) == Some(&Entry::InProgress(ticket.begun)) {
            state.entries.remove(&ticket.id);
        }
        Ok(())
    }
}

impl State {
    fn forget(&mut self, now: Timestamp, keep: Duration) {
        while let Some((at, _)) = self.done.front()
            && *at + keep < now
        {
            self.forget_oldest();
        }
    }

    /// Forgets the message handled longest ago; false if there is none.
    fn forget_oldest(&mut self) -> bool {
        let oldest = self.done.pop_front();
        oldest.is_some_and(|(_, id)| self.entries.remove(&id).is_some())
    }

    fn make_room(&mut self, capacity: usize, lease: Duration, now: Timestamp) -> Result<(), Full> {
        if self.entries.len() < capacity || self.forget_oldest() {
            return Ok(());
        }
        self.entries.retain(|_, entry| match entry {
            Entry::InProgress(since) => now < *since + lease,
            Entry::Done => true,
        });
        if self.entries.len() < capacity { Ok(()) } else { Err(Full) }
    }
}

const CAPACITY: usize = 100_000;
const KEEP: Duration = Duration::from_hours(24);
const LEASE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn ticket(guard: &MemoryReplayGuard, id: &str, seconds: i64) -> Ticket {
        match guard.begin(id, at(seconds)).unwrap() {
            Admission::New(ticket) => ticket,
            other => panic!("{id}: {other:?}"),
        }
    }

    #[test]
    fn a_message_is_handled_once() {
        let guard = MemoryReplayGuard::new();
        let first = ticket(&guard, "a", 0);
        assert!(matches!(guard.begin("a", at(1)), Ok(Admission::InProgress)));
        guard.commit(first, at(2)).unwrap();
        assert!(matches!(guard.begin("a", at(3)), Ok(Admission::Done)));
    }

    #[test]
    fn a_message_whose_handling_failed_is_let_in_again() {
        let guard = MemoryReplayGuard::new();
        let first = ticket(&guard, "a", 0);
        guard.abort(first).unwrap();
        let second = ticket(&guard, "a", 1);
        guard.commit(second, at(1)).unwrap();
    }

    #[test]
    fn a_lost_ticket_runs_out_and_cannot_spoil_the_next() {
        let guard = MemoryReplayGuard::new().lease(Duration::from_secs(60));
        let lost = ticket(&guard, "a", 0);
        assert!(matches!(guard.begin("a", at(59)), Ok(Admission::InProgress)));
        let next = ticket(&guard, "a", 60);
        guard.abort(lost).unwrap();
        assert!(matches!(guard.begin("a", at(61)), Ok(Admission::InProgress)));
        guard.commit(next, at(62)).unwrap();
        assert!(matches!(guard.begin("a", at(63)), Ok(Admission::Done)));
    }

    #[test]
    fn a_handled_message_is_forgotten_in_time() {
        let guard = MemoryReplayGuard::new().keep(Duration::from_secs(10));
        let first = ticket(&guard, "a", 0);
        guard.commit(first, at(0)).unwrap();
        assert!(matches!(guard.begin("a", at(10)), Ok(Admission::Done)));
        let _ = ticket(&guard, "a", 11);
    }

    #[test]
    fn a_full_guard_forgets_what_is_done_and_never_what_is_in_progress() {
        let guard = MemoryReplayGuard::new().capacity(2);
        let a = ticket(&guard, "a", 0);
        let b = ticket(&guard, "b", 0);
        assert_eq!(guard.begin("c", at(0)).unwrap_err(), Full);
        guard.commit(b, at(0)).unwrap();
        let _ = ticket(&guard, "c", 0);
        assert!(matches!(guard.begin("a", at(0)), Ok(Admission::InProgress)));
        guard.commit(a, at(0)).unwrap();
    }

    #[test]
    fn lost_tickets_do_not_fill_it_for_good() {
        let guard = MemoryReplayGuard::new().capacity(1).lease(Duration::from_secs(60));
        let lost = ticket(&guard, "a", 0);
        assert_eq!(guard.begin("b", at(59)).unwrap_err(), Full);
        let b = ticket(&guard, "b", 60);
        guard.commit(lost, at(61)).unwrap();
        guard.commit(b, at(62)).unwrap();
        assert!(matches!(guard.begin("b", at(63)), Ok(Admission::Done)));
    }

    proptest! {
        #[test]
        fn it_stays_within_its_bounds_whatever_comes(
            steps in prop::collection::vec((0..8_u8, 0..3_u8, 0..100_i64), 0..200),
        ) {
            let guard = MemoryReplayGuard::new().capacity(4).lease(Duration::from_secs(20));
            let mut tickets = Vec::new();
            let mut now = 0;
            for (id, step, passed) in steps {
                now += passed;
                match step {
                    0 => if let Ok(Admission::New(t)) = guard.begin(&id.to_string(), at(now)) {
                        tickets.push(t);
                    },
                    1 => if let Some(t) = tickets.pop() { guard.commit(t, at(now)).unwrap() },
                    _ => if let Some(t) = tickets.pop() { guard.abort(t).unwrap() },
                }
                let state = guard.state();
                let done = state.entries.values().filter(|e| **e == Entry::Done).count();
                prop_assert_eq!(done, state.done.len());
                prop_assert!(state.entries.len() <= 4);
            }
        }
    }
}
