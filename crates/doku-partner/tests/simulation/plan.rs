//! What a seed stands for: who is struck by what, and what becomes of the merchant.

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use doku_mock::{CallbackFault, FaultKind};
use doku_partner::UnsignedReplies;
use fastrand::Rng;

use crate::{
    fault::{Call, DeliveryFault, Fault, SaveFault},
    merchant::{Story, TARGETS},
};

/// One schedule.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) story: Story,
    /// The draft names files that were uploaded before, so that nothing is saved on their account.
    pub(crate) uploaded_before: bool,
    pub(crate) unsigned: UnsignedReplies,
    /// Of each call.
    pub(crate) attempts: u32,
    pub(crate) uploads_at_once: usize,
    /// How far the client's clock is ahead of DOKU's.
    pub(crate) skew_hours: i64,
    /// This call never succeeds.
    pub(crate) hopeless: Option<Call>,
    /// After the first crash with something of unknown outcome more than a day passes.
    pub(crate) is_out_for_a_day: bool,
    /// At which look at DOKU, from 0, half an hour passes there.
    pub(crate) half_hours: Vec<u32>,
    /// At which look a verdict is reached that somebody has to reach by hand.
    pub(crate) decided_at: u32,
    /// After which look the client crashes while it waits.
    pub(crate) crash_after_look: Option<u32>,
    /// What DOKU does to its callbacks.
    pub(crate) armed: Vec<CallbackFault>,
    faults: BTreeMap<Call, Vec<Option<Fault>>>,
    saves: Vec<Option<SaveFault>>,
    deliveries: Vec<Option<DeliveryFault>>,
}

impl Plan {
    pub(crate) fn new(seed: u64) -> Self {
        let random = &mut Rng::with_seed(seed);
        let is_calm = random.u32(..20) == 0;
        let never = [Call::Upload, Call::Register, Call::Register, Call::Look, Call::Update];
        let hopeless = (!is_calm && random.u32(..8) == 0).then(|| never[random.usize(..5)]);
        let most = |most| if is_calm { 0 } else { most };
        let faults = Call::ALL.map(|call| {
            (call, list(random, most(7), 20..=100, |random| Fault::draw(call, random)))
        });
        Self {
            seed,
            story: story(random),
            uploaded_before: random.u32(..4) == 0,
            unsigned: [UnsignedReplies::Accept, UnsignedReplies::Refuse][random.usize(..2)],
            attempts: random.u32(1..=4),
            uploads_at_once: random.usize(1..=3),
            skew_hours: if random.u32(..3) == 0 { random.i64(-20..=20) } else { 0 },
            hopeless,
            is_out_for_a_day: random.u32(..4) == 0,
            half_hours: (0..random.usize(..3)).map(|_| random.u32(..6)).collect(),
            decided_at: random.u32(..6),
            crash_after_look: (!is_calm && random.u32(..4) == 0).then(|| random.u32(..3)),
            armed: armed(random),
            faults: faults.into(),
            saves: list(random, most(20), 5..=50, SaveFault::draw),
            deliveries: list(random, most(7), 20..=100, DeliveryFault::draw),
        }
    }

    /// What strikes the n-th request of this sort.
    pub(crate) fn fault(&self, call: Call, n: u32) -> Option<Fault> {
        if self.hopeless == Some(call) {
            let random = &mut self.random(call as u64, n);
            // In one life or another it is the user who ends it.
            let mut all = std::iter::repeat_with(|| Fault::draw(call, random));
            return all.find(|fault| self.seed.is_multiple_of(2) || !fault.is_crash());
        }
        self.faults[&call].get(n as usize).copied().flatten()
    }

    /// What strikes the n-th save.
    pub(crate) fn save(&self, n: u32) -> Option<SaveFault> {
        self.saves.get(n as usize).copied().flatten()
    }

    /// What strikes the n-th delivery of a callback.
    pub(crate) fn delivery(&self, n: u32) -> Option<DeliveryFault> {
        self.deliveries.get(n as usize).copied().flatten()
    }

    /// Whether the user starts the program afresh after the n-th error.
    pub(crate) fn restarts(&self, n: u32) -> bool {
        self.random(RESTARTS, n).u32(..4) == 0
    }

    /// How often the user tries again. Where faults end, a try that fails has used up one of them.
    pub(crate) fn tries(&self) -> u32 {
        if self.hopeless.is_some() { 12 } else { 100 }
    }

    fn random(&self, of: u64, n: u32) -> Rng {
        Rng::with_seed(fastrand::Rng::with_seed(self.seed ^ (of << 32)).u64(..) ^ u64::from(n))
    }
}

/// What strikes the first few; later ones are spared.
fn list<T>(
    random: &mut Rng,
    most: usize,
    percent: RangeInclusive<u32>,
    draw: impl Fn(&mut Rng) -> T,
) -> Vec<Option<T>> {
    let (length, rate) = (random.usize(..=most), random.u32(percent));
    (0..length).map(|_| (random.u32(..100) < rate).then(|| draw(random))).collect()
}

fn story(random: &mut Rng) -> Story {
    let target = TARGETS[random.usize(..TARGETS.len())];
    match random.u32(..10) {
        0..=2 => Story::Approved,
        3..=5 => Story::Rejected(target),
        6 => Story::DecidedByHand(None),
        7 => Story::DecidedByHand(Some(target)),
        _ => Story::RefusedAtFirst,
    }
}

fn armed(random: &mut Rng) -> Vec<CallbackFault> {
    let kinds = [
        FaultKind::Drop,
        FaultKind::Duplicate,
        FaultKind::Reorder,
        FaultKind::Delay(Duration::from_secs(20 * 60)),
    ];
    let mut armed = Vec::new();
    for kind in kinds {
        if random.u32(..3) == 0 {
            armed.push(CallbackFault::new(kind).times(random.u32(1..5)));
        }
    }
    armed
}

const RESTARTS: u64 = 100;
