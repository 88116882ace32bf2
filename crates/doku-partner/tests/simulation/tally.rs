//! What happened, counted: a simulation whose faults struck nothing would show nothing.

use std::{collections::BTreeMap, fmt};

/// How often each thing happened.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<String, u64>);

impl Tally {
    pub(crate) fn count(&mut self, what: &str) {
        self.count_times(what, 1);
    }

    pub(crate) fn count_times(&mut self, what: &str, times: u64) {
        *self.0.entry(what.to_owned()).or_default() += times;
    }

    pub(crate) fn add(&mut self, other: Self) {
        for (what, count) in other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    /// Of a few schedules, any may have missed something.
    pub(crate) fn shows_that_the_faults_happened(&self, schedules: u64) {
        if schedules < ENOUGH {
            return;
        }
        let wanting: Vec<_> = LEAST
            .iter()
            .map(|(what, of_500)| (what, of_500 * schedules / 500))
            .filter(|(what, least)| self.0.get(**what).copied().unwrap_or_default() < *least)
            .collect();
        assert!(wanting.is_empty(), "not as often as is to be expected: {wanting:?}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, count) in &self.0 {
            writeln!(f, "{count:>8}  {what}")?;
        }
        Ok(())
    }
}

const ENOUGH: u64 = 200;

/// What has to happen at least so often in 500 schedules.
const LEAST: [(&str, u64); 64] = [
    ("DOKU was asked, and had it", 5),
    ("DOKU was asked, and had it not", 20),
    ("an update of unknown outcome was sent again after a crash", 60),
    ("callback: answered 500", 150),
    ("callback: delay", 190),
    ("callback: drop", 210),
    ("callback: duplicate", 180),
    ("callback: lost once acknowledged", 140),
    ("callback: reorder", 100),
    ("callback: taken and answered 500", 170),
    ("crash: after a save", 110),
    ("crash: before a request", 180),
    ("crash: before a save", 120),
    ("crash: before an answer", 170),
    ("crash: while waiting", 30),
    ("crash: with a request under way", 100),
    ("crashed while following", 100),
    ("crashed while preparing and uploading", 360),
    ("crashed while registering", 20),
    ("crashed while registering, after the effect", 20),
    ("crashed while registering, before the effect", 110),
    ("crashed while resubmitting", 40),
    ("crashed while resubmitting, after the effect", 4),
    ("crashed while resubmitting, before the effect", 30),
    ("decided by hand", 40),
    ("end: active", 230),
    ("end: crashed for good", 3),
    ("end: given up, not done", 1),
    ("end: given up, of unknown outcome, and done", 2),
    ("error: ambiguous", 130),
    ("error: definite", 540),
    ("error: of unknown outcome, not ambiguous", 150),
    ("error: the state", 230),
    ("fault: 429 with Retry-After", 180),
    ("fault: 5xx after the effect", 180),
    ("fault: 5xx before the effect", 180),
    ("fault: a proxy's page after the effect", 170),
    ("fault: a proxy's page before the effect", 170),
    ("fault: a save fails", 130),
    ("fault: a save fails and is stored all the same", 130),
    ("fault: answer lost", 170),
    ("fault: answer not signed", 120),
    ("fault: answer timed out", 170),
    ("fault: answer to another request", 130),
    ("fault: answer truncated", 180),
    ("fault: answer wrongly signed", 130),
    ("fault: connection refused", 180),
    ("fault: refused by the gateway", 180),
    ("fault: request given up arrives late", 100),
    ("fault: request lost before it arrived", 170),
    ("fault: the client's clock is hours off", 1150),
    ("fault: token refused", 100),
    ("refused by DOKU's business, and mended", 40),
    ("registered after its outcome had been unknown", 110),
    ("registered by a process after the one that had sent it", 90),
    ("registered, and told at once", 170),
    ("registered, and told by a replayed answer", 70),
    ("resubmitted, and told at once", 70),
    ("resubmitted, and told by a replayed answer", 20),
    ("the client is down for more than a day, the outcome unknown", 30),
    ("verdict: active", 230),
    ("verdict: rejected", 120),
    ("verdict: rejected, by name of the part", 90),
    ("verdict: rejected, by name of the whole", 30),
];
