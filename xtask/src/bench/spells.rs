//! Spells of a rate, taken in turns: what slows the machine down slows all that are compared.

use std::time::Duration;

use serde::Serialize;

use super::figures::median;

/// What one achieved in a while.
pub(crate) struct Spell {
    pub(crate) requests: u64,
    pub(crate) took: Duration,
    /// Of the processor's time; only Linux tells.
    pub(crate) processor: Option<Duration>,
}

/// One of those that take turns, over all its spells.
#[derive(Default)]
pub(crate) struct Side {
    rates: Vec<f64>,
    requests: u64,
    processor: Option<f64>,
    took: f64,
}

/// What it comes to.
#[derive(Serialize)]
pub(crate) struct Figure {
    /// Requests: the median of all spells.
    pub(crate) per_second: f64,
    /// The processor's, for one request.
    pub(crate) processor_us: Option<f64>,
    /// The part of the time in which it had a processor; above 1 with several.
    pub(crate) busy: Option<f64>,
}

impl Side {
    pub(crate) fn add(&mut self, spell: &Spell) {
        self.rates.push(spell.requests as f64 / spell.took.as_secs_f64());
        self.requests += spell.requests;
        self.took += spell.took.as_secs_f64();
        if let Some(spent) = spell.processor {
            *self.processor.get_or_insert_default() += spent.as_secs_f64();
        }
    }

    /// Of the other's rate: the median of all spells, each compared with the one beside it.
    pub(crate) fn ratio(&self, other: &Self) -> f64 {
        median(self.rates.iter().zip(&other.rates).map(|(own, other)| own / other).collect())
    }

    pub(crate) fn figure(self) -> Figure {
        let us = self.processor.map(|seconds| seconds * 1e6 / self.requests as f64);
        let busy = self.processor.map(|seconds| seconds / self.took);
        Figure { per_second: median(self.rates), processor_us: us, busy }
    }
}
