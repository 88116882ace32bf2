//! What is armed, whom it strikes, and how often it has.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use doku_types::{
    ClientId,
    partner::{callback::Callback, endpoint::Endpoint},
};
use fastrand::Rng;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Fault, ReplyFault, ReplyFaultKind, callback::Told, reply::Part};

/// A fault is not armed: 100 are already, with those that will not happen any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_FAULTS} faults are armed already: disarm them first")]
#[non_exhaustive]
pub struct TooManyFaults;

/// The faults that are armed, by number.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: Option<u64>,
    armed: Mutex<Armed>,
    /// The places of those who asked for a delay by a header.
    delays: Semaphore,
}

#[derive(Debug, Default)]
struct Armed {
    last: u64,
    faults: BTreeMap<u64, Entry>,
    /// How many times each kind happened, whether still armed or not.
    happened: BTreeMap<&'static str, u64>,
}

#[derive(Debug)]
struct Entry {
    fault: Fault,
    /// How many exchanges it could have struck so far.
    seen: u64,
    /// Its own, so that what strikes one call does not hang on other faults.
    random: Rng,
}

/// An exchange that a fault may strike.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) operation: Endpoint,
    /// Who asks, as far as the request says.
    pub(super) partner: Option<ClientId>,
    /// Whether it goes over a socket.
    pub(super) over_socket: bool,
}

/// How far an exchange is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// Nothing was done yet.
    Before,
    /// There is a reply to be sent.
    After { signed: bool },
}

impl Default for Faults {
    fn default() -> Self {
        Self::new(None)
    }
}

impl Faults {
    /// None yet; which of those with a probability strike, follows from the seed.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self { seed, armed: Mutex::default(), delays: Semaphore::new(MAX_OWN_DELAYS) }
    }

    /// The right to be delayed by one's own header; `None` if too many are.
    pub(super) fn place_for_delay(&self) -> Option<SemaphorePermit<'_>> {
        self.delays.try_acquire().ok()
    }

    /// Arms a fault, and gives its number.
    pub(crate) fn arm(&self, fault: Fault) -> Result<u64, TooManyFaults> {
        let mut armed = self.armed();
        if armed.faults.len() >= MAX_FAULTS {
            return Err(TooManyFaults);
        }
        armed.last += 1;
        let number = armed.last;
        let seed = self.seed.map(|seed| seed.wrapping_add(number.wrapping_mul(GOLDEN)));
        let random = seed.map_or_else(Rng::new, Rng::with_seed);
        armed.faults.insert(number, Entry { fault, seen: 0, random });
        Ok(number)
    }

    /// Every armed fault with its number, also those that will not happen any more.
    pub(crate) fn list(&self) -> BTreeMap<u64, Fault> {
        let armed = self.armed();
        armed.faults.iter().map(|(number, entry)| (*number, entry.fault.clone())).collect()
    }

    /// Disarms one; says whether it was there.
    pub(crate) fn disarm(&self, number: u64) -> bool {
        self.armed().faults.remove(&number).is_some()
    }

    /// Disarms all, so that numbers begin with 1 again; of a partner, those that are limited to it.
    pub(crate) fn clear(&self, partner: Option<&ClientId>) {
        let mut armed = self.armed();
        let Some(partner) = partner else {
            armed.faults.clear();
            armed.last = 0;
            return;
        };
        armed.faults.retain(|_, entry| match &entry.fault {
            Fault::Reply(fault) => fault.partner.as_ref() != Some(partner),
            Fault::Callback(_) => true,
        });
    }

    /// How many times each kind has happened, by its name.
    pub(crate) fn happened(&self) -> BTreeMap<&'static str, u64> {
        self.armed().happened.clone()
    }

    /// What happens to the callbacks of one cause.
    pub(crate) fn apply(&self, callbacks: Vec<Callback>) -> Vec<Told> {
        let mut told: Vec<_> = callbacks.into_iter().map(Told::sound).collect();
        let mut armed = self.armed();
        let Armed { faults, happened, .. } = &mut *armed;
        for entry in faults.values_mut() {
            if let Fault::Callback(fault) = &mut entry.fault {
                let times = fault.bend(&mut told);
                if times > 0 {
                    *happened.entry(fault.kind.name()).or_default() += u64::from(times);
                }
            }
        }
        told
    }

    /// Whether anything is armed of replies.
    pub(super) fn any_of_replies(&self) -> bool {
        self.armed().faults.values().any(|entry| matches!(entry.fault, Fault::Reply(_)))
    }

    /// What happens to an exchange now: first of what it asked for itself, then of what is armed.
    pub(super) fn strike(
        &self,
        exchange: &Exchange,
        moment: Moment,
        own: &[ReplyFaultKind],
    ) -> Vec<ReplyFaultKind> {
        let mut armed = self.armed();
        let Armed { faults, happened, .. } = &mut *armed;
        let own = own.iter().map(|kind| (None, kind.clone()));
        let mut candidates: Vec<(Option<u64>, ReplyFaultKind)> = own.collect();
        for (number, entry) in faults.iter_mut() {
            if let Fault::Reply(fault) = &entry.fault
                && is_possible(&fault.kind, moment, exchange.over_socket)
                && fault.is_of(exchange)
            {
                entry.seen += 1;
                if fault.strikes(entry.seen, &mut entry.random) {
                    candidates.push((Some(*number), fault.kind.clone()));
                }
            }
        }
        candidates.retain(|(_, kind)| is_possible(kind, moment, exchange.over_socket));
        let mut taken: Vec<Part> = Vec::new();
        candidates.retain(|(_, kind)| {
            let free = !taken.contains(&kind.part());
            taken.push(kind.part());
            free
        });
        // Nothing of the reply is seen.
        if candidates.iter().any(|(_, kind)| *kind == ReplyFaultKind::ResetAfter) {
            candidates.retain(|(_, kind)| *kind == ReplyFaultKind::ResetAfter);
        }
        for (number, kind) in &candidates {
            *happened.entry(kind.name()).or_default() += 1;
            let entry = number.and_then(|number| faults.get_mut(&number));
            if let Some(Entry { fault: Fault::Reply(fault), .. }) = entry {
                fault.happened = fault.happened.saturating_add(1);
            }
        }
        candidates.into_iter().map(|(_, kind)| kind).collect()
    }

    fn armed(&self) -> MutexGuard<'_, Armed> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReplyFault {
    fn is_of(&self, exchange: &Exchange) -> bool {
        self.operation.is_none_or(|operation| operation == exchange.operation)
            && (self.partner.is_none() || self.partner == exchange.partner)
    }

    /// Whether it happens to this call of those it is for.
    fn strikes(&self, call: u64, random: &mut Rng) -> bool {
        if call < self.nth.unwrap_or(1).into() {
            return false;
        }
        // Drawn for every call, so that the nth draw is the nth call's whatever else struck.
        let drawn = self.probability.is_none_or(|probability| random.f64() < probability);
        drawn && self.remaining() != Some(0)
    }
}

/// Whether a fault of this kind could happen now.
fn is_possible(kind: &ReplyFaultKind, moment: Moment, over_socket: bool) -> bool {
    let now = match (kind.part(), moment) {
        (Part::Clock | Part::Start | Part::Answer, moment) => moment == Moment::Before,
        (Part::Signature, moment) => moment == Moment::After { signed: true },
        (Part::Pace | Part::End, moment) => moment != Moment::Before,
    };
    now && (over_socket || !kind.needs_socket())
}

const MAX_FAULTS: usize = 100;
/// How many requests are delayed by their own header at once.
const MAX_OWN_DELAYS: usize = 64;
/// Spreads the seeds of neighbouring faults.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CallbackFault, FaultKind};

    fn call(faults: &Faults, partner: &str) -> usize {
        let exchange = Exchange {
            operation: Endpoint::GenerateToken,
            partner: Some(partner.into()),
            over_socket: true,
        };
        faults.strike(&exchange, Moment::Before, &[]).len()
    }

    fn reset() -> ReplyFault {
        ReplyFault::new(ReplyFaultKind::ResetBefore)
    }

    #[test]
    fn faults_are_bounded() {
        let faults = Faults::default();
        for _ in 0..MAX_FAULTS {
            assert!(faults.arm(CallbackFault::new(FaultKind::Drop).into()).is_ok());
        }
        assert_eq!(faults.arm(reset().into()), Err(TooManyFaults));
    }

    #[test]
    fn nth_times_and_partner_say_which_calls_are_struck() {
        let faults = Faults::default();
        faults.arm(reset().partner("BRN-1").nth(2).times(2).into()).unwrap();
        let calls = ["BRN-1", "BRN-2", "BRN-1", "BRN-2", "BRN-1", "BRN-1"];
        assert_eq!(calls.map(|partner| call(&faults, partner)), [0, 0, 1, 0, 1, 0]);
        assert_eq!(faults.happened(), BTreeMap::from([("reset.before", 2)]));
        faults.clear(Some(&"BRN-2".into()));
        assert_eq!(faults.list().len(), 1);
        faults.clear(Some(&"BRN-1".into()));
        assert_eq!((faults.list().len(), faults.happened()["reset.before"]), (0, 2));
    }

    #[test]
    fn the_same_seed_strikes_the_same_calls_whatever_else_is_armed() {
        let run = |seed, others: usize| -> Vec<usize> {
            let faults = Faults::new(Some(seed));
            faults.arm(reset().probability(0.3).into()).unwrap();
            for _ in 0..others {
                faults.arm(reset().partner("BRN-2").probability(0.5).into()).unwrap();
            }
            (0..1000).map(|_| call(&faults, "BRN-1")).collect()
        };
        let struck = run(7, 0);
        assert_eq!((&struck, &struck), (&run(7, 0), &run(7, 5)));
        assert_ne!(struck, run(8, 0));
        let count: usize = struck.iter().sum();
        assert!((200..400).contains(&count), "{count}");
    }

    #[test]
    fn of_those_that_do_the_same_the_first_strikes_and_only_that_counts() {
        let faults = Faults::default();
        faults
            .arm(
                ReplyFault::new(ReplyFaultKind::status(http::StatusCode::BAD_GATEWAY))
                    .times(1)
                    .into(),
            )
            .unwrap();
        faults.arm(reset().into()).unwrap();
        assert_eq!((call(&faults, "BRN-1"), call(&faults, "BRN-1")), (1, 1));
        let happened: Vec<_> = faults.list().values().map(Fault::happened).collect();
        assert_eq!(happened, [1, 1]);
    }
}
