//! What armed faults make of callbacks.

use crate::{
    model::Told,
    operation::{Fault, Kind},
};

/// What becomes of a callback that is told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fate {
    pub(crate) delay_minutes: u64,
    pub(crate) copies: usize,
    pub(crate) dropped: bool,
}

/// What the armed faults, in their order, make of the callbacks of one cause.
pub(crate) fn befall(faults: &mut [Fault], told: Vec<Told>) -> Vec<(Told, Fate)> {
    let sound = Fate { delay_minutes: 0, copies: 1, dropped: false };
    let mut told: Vec<_> = told.into_iter().map(|told| (told, sound.clone())).collect();
    for fault in faults {
        let struck: Vec<_> =
            (0..told.len()).filter(|n| fault.of.is_none_or(|of| of == told[*n].0.kind)).collect();
        if fault.kind == Kind::Reorder {
            if struck.len() > 1 && strikes(fault) {
                for (a, b) in struck.iter().zip(struck.iter().rev()).take(struck.len() / 2) {
                    told.swap(*a, *b);
                }
            }
            continue;
        }
        for n in struck {
            if !strikes(fault) {
                break;
            }
            let fate = &mut told[n].1;
            match fault.kind {
                Kind::Duplicate => fate.copies += 1,
                Kind::Delay { minutes } => fate.delay_minutes += minutes,
                Kind::Drop | Kind::Reorder => fate.dropped = true,
            }
        }
    }
    told
}

fn strikes(fault: &mut Fault) -> bool {
    let left = fault.times;
    fault.times = left.map(|left| left.saturating_sub(1));
    left != Some(0)
}
