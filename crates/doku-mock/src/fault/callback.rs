//! Callbacks that come twice, late, in another order, or not at all.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use doku_types::{code::CallbackType, partner::callback::Callback};

/// What goes wrong with callbacks that are told from now on.
///
/// ```
/// use std::time::Duration;
/// use doku_mock::{CallbackFault, FaultKind};
/// use doku_types::code::CallbackType;
///
/// let late = CallbackFault::new(FaultKind::Delay(Duration::from_secs(60)))
///     .of(CallbackType::Business)
///     .times(1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallbackFault {
    /// What happens.
    pub kind: FaultKind,
    /// To which callbacks; to any without it.
    pub callback_type: Option<CallbackType>,
    /// How many times more; without end without it.
    pub times: Option<u32>,
    /// How many times it has happened.
    pub happened: u32,
}

/// What happens to a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// Once acknowledged it is sent once more, with the same Request-Id.
    Duplicate,
    /// Those of one cause are sent the other way round. Counts once a cause.
    Reorder,
    /// It is sent so much later, by the engine's clock, and holds nothing back meanwhile.
    Delay(Duration),
    /// It is never sent.
    Drop,
}

impl CallbackFault {
    /// Of every callback, without end.
    pub fn new(kind: FaultKind) -> Self {
        Self { kind, callback_type: None, times: None, happened: 0 }
    }

    /// Of callbacks of this type alone.
    #[must_use]
    pub fn of(mut self, callback_type: CallbackType) -> Self {
        self.callback_type = Some(callback_type);
        self
    }

    /// So many times, then no more.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    fn is_of(&self, callback: &Callback) -> bool {
        self.callback_type.as_ref().is_none_or(|of| *of == callback.callback_type)
    }

    /// Whether it happens now.
    fn strikes(&mut self) -> bool {
        if self.times == Some(0) {
            return false;
        }
        self.times = self.times.map(|times| times - 1);
        self.happened += 1;
        true
    }
}

/// A fault is not armed: 100 are already, with those that will not happen any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_FAULTS} faults are armed already: disarm them first")]
#[non_exhaustive]
pub struct TooManyFaults;

/// A callback with what goes wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) callback: Callback,
    pub(crate) delay: Option<Duration>,
    /// How many times it is delivered.
    pub(crate) copies: u32,
    pub(crate) dropped: bool,
}

/// The faults that are armed, by number.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Armed>);

#[derive(Debug, Default)]
struct Armed {
    last: u64,
    faults: BTreeMap<u64, CallbackFault>,
}

impl Faults {
    /// Arms a fault, and gives its number.
    pub(crate) fn arm(&self, fault: CallbackFault) -> Result<u64, TooManyFaults> {
        let mut armed = self.armed();
        if armed.faults.len() >= MAX_FAULTS {
            return Err(TooManyFaults);
        }
        armed.last += 1;
        let number = armed.last;
        armed.faults.insert(number, fault);
        Ok(number)
    }

    /// Every armed fault with its number, also those that will not happen any more.
    pub(crate) fn list(&self) -> BTreeMap<u64, CallbackFault> {
        self.armed().faults.clone()
    }

    /// Disarms all.
    pub(crate) fn clear(&self) {
        self.armed().faults.clear();
    }

    /// What happens to the callbacks of one cause.
    pub(crate) fn apply(&self, callbacks: Vec<Callback>) -> Vec<Told> {
        let sound = |callback| Told { callback, delay: None, copies: 1, dropped: false };
        let mut told: Vec<_> = callbacks.into_iter().map(sound).collect();
        for fault in self.armed().faults.values_mut() {
            let places: Vec<_> =
                (0..told.len()).filter(|place| fault.is_of(&told[*place].callback)).collect();
            if fault.kind == FaultKind::Reorder {
                if places.len() > 1 && fault.strikes() {
                    let reversed: Vec<_> =
                        places.iter().rev().map(|place| told[*place].clone()).collect();
                    for (place, other) in places.into_iter().zip(reversed) {
                        told[place] = other;
                    }
                }
                continue;
            }
            for place in places {
                if !fault.strikes() {
                    break;
                }
                let told = &mut told[place];
                match fault.kind {
                    FaultKind::Duplicate => told.copies += 1,
                    FaultKind::Delay(by) => {
                        told.delay = Some(told.delay.unwrap_or_default().saturating_add(by));
                    }
                    FaultKind::Drop => told.dropped = true,
                    FaultKind::Reorder => {}
                }
            }
        }
        told
    }

    fn armed(&self) -> MutexGuard<'_, Armed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const MAX_FAULTS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(faults: &Faults, kinds: &[&str]) -> Vec<Told> {
        let callback =
            |kind: &&str| Callback::builder().callback_type(*kind).status("ACTIVE").build();
        faults.apply(kinds.iter().map(callback).collect())
    }

    fn arm(faults: &Faults, fault: CallbackFault) {
        faults.arm(fault).unwrap();
    }

    fn types(told: &[Told]) -> Vec<&str> {
        told.iter().map(|told| told.callback.callback_type.as_str()).collect()
    }

    #[test]
    fn a_fault_strikes_its_type_as_often_as_it_was_told_to() {
        let faults = Faults::default();
        arm(&faults, CallbackFault::new(FaultKind::Duplicate).of(CallbackType::Brand).times(1));
        arm(&faults, CallbackFault::new(FaultKind::Drop).of(CallbackType::Business));
        let first = told(&faults, &["BUSINESS", "BRAND", "BRAND"]);
        assert_eq!(
            first.iter().map(|t| (t.copies, t.dropped)).collect::<Vec<_>>(),
            [(1, true), (2, false), (1, false)]
        );
        assert!(told(&faults, &["BUSINESS"])[0].dropped);
        assert_eq!(faults.list()[&1].happened, 1);
        assert_eq!(faults.list()[&2].happened, 2);
        faults.clear();
        assert!(!told(&faults, &["BUSINESS"])[0].dropped);
    }

    #[test]
    fn reordered_callbacks_come_the_other_way_round_and_delays_add_up() {
        let faults = Faults::default();
        arm(&faults, CallbackFault::new(FaultKind::Reorder).times(1));
        let minute = Duration::from_secs(60);
        arm(&faults, CallbackFault::new(FaultKind::Delay(minute)).of(CallbackType::Brand));
        arm(&faults, CallbackFault::new(FaultKind::Delay(minute)).of(CallbackType::Brand));
        let reordered = told(&faults, &["BUSINESS", "BRAND", "BRAND_PRODUCT"]);
        assert_eq!(types(&reordered), ["BRAND_PRODUCT", "BRAND", "BUSINESS"]);
        assert_eq!(reordered[1].delay, Some(2 * minute));
        assert_eq!(types(&told(&faults, &["BUSINESS", "BRAND"])), ["BUSINESS", "BRAND"]);
    }

    #[test]
    fn delays_beyond_all_time_add_up_to_the_longest() {
        let faults = Faults::default();
        for _ in 0..2 {
            arm(&faults, CallbackFault::new(FaultKind::Delay(Duration::MAX)));
        }
        assert_eq!(told(&faults, &["BUSINESS"])[0].delay, Some(Duration::MAX));
    }

    #[test]
    fn faults_are_bounded() {
        let faults = Faults::default();
        for _ in 0..MAX_FAULTS {
            assert!(faults.arm(CallbackFault::new(FaultKind::Drop)).is_ok());
        }
        assert_eq!(faults.arm(CallbackFault::new(FaultKind::Drop)), Err(TooManyFaults));
    }
}
