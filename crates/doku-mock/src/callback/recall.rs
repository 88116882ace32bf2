//! Attempts at callbacks are given up when what they tell of is reset. The store says when, on its own
//! thread: so each piece of work comes before a reset or after it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use doku_types::ClientId;
use tokio::sync::{Notify, watch};

/// The resets so far, and the attempts that one may end.
#[derive(Debug, Default)]
pub(crate) struct Recalls {
    resets: watch::Sender<Resets>,
    attempts: Mutex<Attempts>,
    ended: Notify,
}

/// Resets count up from 1.
#[derive(Debug, Default)]
struct Resets {
    last: u64,
    /// The last one of everything.
    all: u64,
    /// The last one of each partner alone. Grows with the partners that were reset.
    partners: HashMap<ClientId, u64>,
}

impl Resets {
    fn concerns(&self, partner: Option<&ClientId>, since: u64) -> bool {
        let of = partner.and_then(|partner| self.partners.get(partner));
        self.all > since || of.is_some_and(|reset| *reset > since)
    }
}

#[derive(Debug, Default)]
struct Attempts {
    next: u64,
    under_way: HashMap<u64, (ClientId, u64)>,
}

impl Recalls {
    /// How many resets there were.
    pub(crate) fn last(&self) -> u64 {
        self.resets.borrow().last
    }

    /// Which life the mock is in: another one after each reset of everything.
    pub(crate) fn life(&self) -> u64 {
        self.resets.borrow().all
    }

    /// Whether what was known of a partner, or of nobody, when there had been `since` resets is gone.
    pub(crate) fn is_gone(&self, partner: Option<&ClientId>, since: u64) -> bool {
        self.resets.borrow().concerns(partner, since)
    }

    /// Everything is reset, or one partner is. Returns the number of this reset.
    pub(crate) fn reset(&self, partner: Option<&ClientId>) -> u64 {
        let mut number = 0;
        self.resets.send_modify(|resets| {
            resets.last += 1;
            number = resets.last;
            match partner {
                Some(partner) => {
                    resets.partners.insert(partner.clone(), number);
                }
                None => resets.all = number,
            }
        });
        number
    }

    /// Does `attempt`, which knows what there was after `since` resets; `None` if that is reset
    /// meanwhile.
    pub(crate) async fn unless_gone<T>(
        self: &Arc<Self>,
        partner: &ClientId,
        since: u64,
        attempt: impl Future<Output = T>,
    ) -> Option<T> {
        // Before the attempt, so that it is dropped after it.
        let _under_way = UnderWay::new(self, partner, since);
        let mut resets = self.resets.subscribe();
        tokio::select! {
            biased;
            // `self` holds the sender, so the channel cannot be closed.
            _ = resets.wait_for(|resets| resets.concerns(Some(partner), since)) => None,
            done = attempt => Some(done),
        }
    }

    /// Resolves once no attempt is under way that a reset has ended.
    pub(crate) async fn ended(&self) {
        let is_gone = |attempts: &Attempts| {
            let resets = self.resets.borrow();
            attempts.under_way.values().any(|(of, since)| resets.concerns(Some(of), *since))
        };
        self.wait_while(is_gone).await;
    }

    /// Resolves once no attempt is under way at all.
    pub(crate) async fn all_ended(&self) {
        self.wait_while(|attempts| !attempts.under_way.is_empty()).await;
    }

    async fn wait_while(&self, waits: impl Fn(&Attempts) -> bool) {
        loop {
            let mut ended = std::pin::pin!(self.ended.notified());
            ended.as_mut().enable();
            let go_on = !waits(&self.attempts());
            if go_on {
                return;
            }
            ended.await;
        }
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt, until it is dropped.
struct UnderWay {
    recalls: Arc<Recalls>,
    number: u64,
}

impl UnderWay {
    fn new(recalls: &Arc<Recalls>, partner: &ClientId, since: u64) -> Self {
        let mut attempts = recalls.attempts();
        attempts.next += 1;
        let number = attempts.next;
        attempts.under_way.insert(number, (partner.clone(), since));
        drop(attempts);
        Self { recalls: Arc::clone(recalls), number }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.recalls.attempts().under_way.remove(&self.number);
        self.recalls.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;
    use crate::callback::{Held, Place, Releases};

    #[test]
    fn what_was_held_back_over_a_reset_is_known_to_be_gone() {
        let (releases, mut released) = Releases::new();
        let place = Place { lane: 1, callback: 1 };
        let before = Held::new(vec![place], &releases);
        releases.recalls.reset(Some(&partner("BRN-1")));
        let between = Held::new(vec![place], &releases);
        releases.recalls.reset(None);
        let after = Held::new(vec![place], &releases);
        for (held, gone) in [(before, true), (between, true), (after, false)] {
            drop(held);
            let (_, on_its_way) = released.try_recv().unwrap();
            assert_eq!(on_its_way.is_gone(), gone);
        }
    }

    fn partner(id: &str) -> ClientId {
        ClientId::from(id)
    }

    #[tokio::test]
    async fn a_reset_of_one_partner_ends_its_attempts_alone() {
        let recalls = Arc::new(Recalls::default());
        let attempt = |of: &'static str| {
            let recalls = Arc::clone(&recalls);
            tokio::spawn(async move {
                recalls.unless_gone(&partner(of), recalls.last(), pending::<()>()).await
            })
        };
        let (mine, other) = (attempt("BRN-1"), attempt("BRN-2"));
        tokio::task::yield_now().await;
        recalls.reset(Some(&partner("BRN-1")));
        recalls.ended().await;
        assert_eq!(mine.await.unwrap(), None);
        assert!(!other.is_finished());
        recalls.reset(None);
        recalls.ended().await;
        assert_eq!(other.await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_was_read_before_a_reset_is_never_begun_and_what_was_after_it_goes_on() {
        let recalls = Arc::new(Recalls::default());
        let before = recalls.last();
        let after = recalls.reset(None);
        let of = partner("BRN-1");
        assert_eq!(recalls.unless_gone(&of, before, async { panic!("begun") }).await, None::<()>);
        assert_eq!(recalls.unless_gone(&of, after, async { 7 }).await, Some(7));
        assert!(recalls.is_gone(Some(&of), before) && !recalls.is_gone(Some(&of), after));
    }
}
