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
    collections::{HashMap, HashSet, VecDeque},
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
/// It remembers 100,000 handled messages for 24 hours, DOKU's retries ending after 12 to 17.5 (its page says both); a
/// ticket runs out after a minute. Where there would be more of them, the one handled longest ago is forgotten.
/// Messages being handled have as much room of their own, and are never forgotten before their
/// tickets run out.
#[derive(Debug)]
pub struct MemoryReplayGuard {
    capacity: usize,
    keep: Duration,
    lease: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Messages being handled, since when.
    in_progress: HashMap<String, Timestamp>,
    /// Messages handled.
    done: HashSet<String>,
    /// The same, the oldest first.
    by_age: VecDeque<(Timestamp, String)>,
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

    /// Room for so many handled messages, and for as many being handled; at least one.
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
        if state.done.contains(id) {
            return Ok(Admission::Done);
        }
        let lives = |since: Timestamp| now < since + self.lease;
        match state.in_progress.get(id) {
            Some(since) if lives(*since) => return Ok(Admission::InProgress),
            // A ticket that ran out: the new one takes its place.
            Some(_) => {}
            None if state.in_progress.len() < self.capacity => {}
            None => {
                state.in_progress.retain(|_, since| lives(*since));
                if state.in_progress.len() >= self.capacity {
                    return Err(Full);
                }
            }
        }
        state.in_progress.insert(id.to_owned(), now);
        Ok(Admission::New(Ticket::new(id, now)))
    }

    fn commit(&self, ticket: Ticket, now: Timestamp) -> Result<(), Full> {
        let mut state = self.state();
        state.forget(now, self.keep);
        // Also where the ticket had run out meanwhile: the work is done all the same.
        state.in_progress.remove(&ticket.id);
        if state.done.insert(ticket.id.clone()) {
            state.by_age.push_back((now, ticket.id));
        }
        if state.done.len() > self.capacity {
            state.forget_oldest();
        }
        Ok(())
    }

    fn abort(&self, ticket: Ticket) -> Result<(), Full> {
        let mut state = self.state();
        // Not the entry of a later ticket for the same message.
        if state.in_progress.get(&ticket.id) == Some(&ticket.begun) {
            state.in_progress.remove(&ticket.id);
        }
        Ok(())
    }
}

impl State {
    fn forget(&mut self, now: Timestamp, keep: Duration) {
        while let Some((at, _)) = self.by_age.front()
            && *at + keep < now
        {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, id)) = self.by_age.pop_front() {
            self.done.remove(&id);
        }
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
    fn a_full_guard_forgets_the_oldest_that_is_done_and_never_what_is_in_progress() {
        let guard = MemoryReplayGuard::new().capacity(2);
        let a = ticket(&guard, "a", 0);
        let b = ticket(&guard, "b", 0);
        assert_eq!(guard.begin("c", at(0)).unwrap_err(), Full);
        guard.commit(b, at(0)).unwrap();
        let c = ticket(&guard, "c", 0);
        assert!(matches!(guard.begin("a", at(0)), Ok(Admission::InProgress)));
        guard.commit(a, at(0)).unwrap();
        guard.commit(c, at(0)).unwrap();
        assert!(matches!(guard.begin("a", at(0)), Ok(Admission::Done)));
        assert!(matches!(guard.begin("c", at(0)), Ok(Admission::Done)));
        let _ = ticket(&guard, "b", 0);
    }

    #[test]
    fn a_message_is_done_once_it_is_committed_even_where_its_ticket_had_run_out() {
        let guard = MemoryReplayGuard::new().capacity(1).lease(Duration::from_secs(60));
        let a = ticket(&guard, "a", 0);
        let b = ticket(&guard, "b", 60);
        guard.commit(a, at(60)).unwrap();
        assert!(matches!(guard.begin("a", at(61)), Ok(Admission::Done)));
        assert!(matches!(guard.begin("b", at(61)), Ok(Admission::InProgress)));
        guard.commit(b, at(62)).unwrap();
    }

    #[test]
    fn work_that_was_not_done_forgets_nothing() {
        let guard = MemoryReplayGuard::new().capacity(1);
        let a = ticket(&guard, "a", 0);
        guard.commit(a, at(0)).unwrap();
        let b = ticket(&guard, "b", 1);
        guard.abort(b).unwrap();
        assert!(matches!(guard.begin("a", at(2)), Ok(Admission::Done)));
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
        fn whatever_comes_it_stays_within_its_bounds_and_what_is_done_stays_done(
            steps in prop::collection::vec(
                (0..8_u8, prop_oneof![2 => Just(0_u8), 1 => Just(1), 1 => Just(2)], 0..30_i64),
                0..200,
            ),
        ) {
            let guard = MemoryReplayGuard::new()
                .capacity(3)
                .lease(Duration::from_secs(20))
                .keep(Duration::from_secs(100));
            let mut tickets = VecDeque::new();
            let mut now = 0;
            // What must be remembered: the last three, for 100 seconds each.
            let mut done: VecDeque<(i64, String)> = VecDeque::new();
            for (id, step, passed) in steps {
                now += passed;
                done.retain(|(at, _)| at + 100 >= now);
                match step {
                    0 => {
                        let id = id.to_string();
                        let known = done.iter().any(|(_, done)| *done == id);
                        let admission = guard.begin(&id, at(now));
                        prop_assert_eq!(known, matches!(admission, Ok(Admission::Done)));
                        if let Ok(Admission::New(ticket)) = admission {
                            tickets.push_back(ticket);
                        }
                    }
                    1 => if let Some(ticket) = tickets.pop_front() {
                        let id = ticket.id().to_owned();
                        guard.commit(ticket, at(now)).unwrap();
                        if done.iter().all(|(_, done)| *done != id) {
                            done.push_back((now, id));
                        }
                        while done.len() > 3 {
                            done.pop_front();
                        }
                    },
                    _ => if let Some(ticket) = tickets.pop_back() {
                        guard.abort(ticket).unwrap();
                    },
                }
                for (_, id) in &done {
                    prop_assert!(matches!(guard.begin(id, at(now)), Ok(Admission::Done)));
                }
                let state = guard.state();
                prop_assert!(state.in_progress.len() <= 3 && state.done.len() <= 3);
                prop_assert_eq!(state.done.len(), state.by_age.len());
            }
        }
    }
}
