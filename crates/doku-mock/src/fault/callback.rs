//! Callbacks that come twice, late, in another order, or not at all.

use std::time::Duration;

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

    /// As it was armed, before anything of it happened.
    pub(crate) fn anew(&self) -> Self {
        let times = self.times.map(|times| times.saturating_add(self.happened));
        Self { times, happened: 0, ..self.clone() }
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

/// A callback with what goes wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) callback: Callback,
    pub(crate) delay: Option<Duration>,
    /// How many times it is delivered.
    pub(crate) copies: u32,
    pub(crate) dropped: bool,
}

impl CallbackFault {
    /// What becomes of the callbacks of one cause by this fault; says how often it happened.
    pub(super) fn bend(&mut self, told: &mut [Told]) -> u32 {
        let before = self.happened;
        let places: Vec<_> =
            (0..told.len()).filter(|place| self.is_of(&told[*place].callback)).collect();
        if self.kind == FaultKind::Reorder {
            if places.len() > 1 && self.strikes() {
                let reversed: Vec<_> =
                    places.iter().rev().map(|place| told[*place].clone()).collect();
                for (place, other) in places.into_iter().zip(reversed) {
                    told[place] = other;
                }
            }
            return self.happened.wrapping_sub(before);
        }
        for place in places {
            if !self.strikes() {
                break;
            }
            let told = &mut told[place];
            match self.kind {
                FaultKind::Duplicate => told.copies += 1,
                FaultKind::Delay(by) => {
                    told.delay = Some(told.delay.unwrap_or_default().saturating_add(by));
                }
                FaultKind::Drop => told.dropped = true,
                FaultKind::Reorder => {}
            }
        }
        self.happened.wrapping_sub(before)
    }
}

impl FaultKind {
    /// As it is named in texts and counted by.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "callback.duplicate",
            Self::Reorder => "callback.reorder",
            Self::Delay(_) => "callback.delay",
            Self::Drop => "callback.drop",
        }
    }
}

impl Told {
    /// As nothing goes wrong with it.
    pub(super) fn sound(callback: Callback) -> Self {
        Self { callback, delay: None, copies: 1, dropped: false }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Faults, *};

    fn told(faults: &Faults, kinds: &[&str]) -> Vec<Told> {
        let callback =
            |kind: &&str| Callback::builder().callback_type(*kind).status("ACTIVE").build();
        faults.apply(kinds.iter().map(callback).collect())
    }

    fn arm(faults: &Faults, fault: CallbackFault) {
        faults.arm(fault.into()).unwrap();
    }

    fn happened(faults: &Faults, number: u64) -> u32 {
        faults.list()[&number].happened()
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
        assert_eq!(happened(&faults, 1), 1);
        assert_eq!(happened(&faults, 2), 2);
        faults.clear(None);
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
}
