//! Callbacks start after the reply that caused them was written (A05): until then they are
//! [`Held`]. Whoever drops a [`Held`], for whatever reason, lets them go, so none is forgotten.
//!
//! What is on its way is counted by epochs, so that somebody can wait for all that is on its way
//! now, and not for what others cause meanwhile.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::{mpsc, watch};

use super::Recalls;

/// A callback of the outbox that is to be attempted at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Callbacks of one lane are attempted one after the other: the business's number.
    pub(crate) lane: i64,
    /// The callback's number.
    pub(crate) callback: i64,
}

/// Where callbacks go once they are let go.
#[derive(Debug, Clone)]
pub(crate) struct Releases {
    released: mpsc::UnboundedSender<(Place, OnItsWay)>,
    load: watch::Sender<Load>,
    pub(crate) recalls: Arc<Recalls>,
}

/// How many callbacks are on their way, by the epoch in which they began.
#[derive(Debug, Default)]
pub(crate) struct Load {
    epoch: u64,
    held: BTreeMap<u64, usize>,
    active: BTreeMap<u64, usize>,
    attempts: u64,
}

impl Load {
    /// Whether nothing is held back of what began up to an epoch.
    pub(crate) fn none_held(&self, epoch: u64) -> bool {
        self.held.range(..=epoch).next().is_none()
    }

    /// Whether nothing is being attempted, or to be attempted at once, of what began up to an epoch.
    pub(crate) fn none_active(&self, epoch: u64) -> bool {
        self.active.range(..=epoch).next().is_none()
    }
}

impl Releases {
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<(Place, OnItsWay)>) {
        let (released, receiver) = mpsc::unbounded_channel();
        (Self { released, load: watch::Sender::default(), recalls: Arc::default() }, receiver)
    }

    /// Lets callbacks go that nobody held.
    pub(crate) fn release(&self, places: Vec<Place>) {
        drop(Held::new(places, self));
    }

    /// A callback is on its way that nobody held, and that was found in this life of the mock.
    pub(crate) fn begin(&self, life: u64) -> OnItsWay {
        let mut epoch = 0;
        self.load.send_modify(|load| {
            epoch = load.epoch;
            add(&mut load.active, epoch, 1);
        });
        OnItsWay { releases: self.clone(), epoch, life }
    }

    /// An attempt has ended.
    pub(crate) fn attempted(&self) {
        self.load.send_modify(|load| load.attempts += 1);
    }

    /// How many attempts have ended.
    pub(crate) fn attempts(&self) -> u64 {
        self.load.borrow().attempts
    }

    /// Begins another epoch, and says which one has ended with that.
    pub(crate) fn next_epoch(&self) -> (u64, watch::Receiver<Load>) {
        let mut ended = 0;
        self.load.send_modify(|load| {
            ended = load.epoch;
            load.epoch += 1;
        });
        (ended, self.load.subscribe())
    }
}

/// Callbacks that are held back. Small, for it rides in every reply.
#[derive(Debug)]
pub(crate) struct Held(Box<HeldBack>);

#[derive(Debug)]
struct HeldBack {
    places: Vec<Place>,
    epoch: u64,
    life: u64,
    since: u64,
    releases: Releases,
}

impl Held {
    /// Made on the store's thread, so that no reset comes between the work and this.
    pub(crate) fn new(places: Vec<Place>, releases: &Releases) -> Self {
        let mut epoch = 0;
        if !places.is_empty() {
            releases.load.send_modify(|load| {
                epoch = load.epoch;
                add(&mut load.held, epoch, places.len());
            });
        }
        let (life, since) = (releases.recalls.life(), releases.recalls.last());
        Self(Box::new(HeldBack { places, epoch, life, since, releases: releases.clone() }))
    }

    /// Their numbers.
    pub(crate) fn callbacks(&self) -> Vec<i64> {
        self.0.places.iter().map(|place| place.callback).collect()
    }

    /// How many resets there had been when the work was done that they come of.
    pub(crate) fn since(&self) -> u64 {
        self.0.since
    }

    /// In which life of the mock the work was done that they come of.
    pub(crate) fn life(&self) -> u64 {
        self.0.life
    }
}

impl Drop for HeldBack {
    fn drop(&mut self) {
        let (places, epoch) = (std::mem::take(&mut self.places), self.epoch);
        if places.is_empty() {
            return;
        }
        self.releases.load.send_modify(|load| {
            sub(&mut load.held, epoch, places.len());
            add(&mut load.active, epoch, places.len());
        });
        for place in places {
            let on_its_way = OnItsWay { releases: self.releases.clone(), epoch, life: self.life };
            // If the mock has stopped, it comes back and is dropped; with a data file it is told at
            // the next start.
            let _ = self.releases.released.send((place, on_its_way));
        }
    }
}

/// One callback that is on its way, until this is dropped.
#[derive(Debug)]
pub(crate) struct OnItsWay {
    releases: Releases,
    epoch: u64,
    life: u64,
}

impl OnItsWay {
    /// In which life of the mock it was told.
    pub(super) fn life(&self) -> u64 {
        self.life
    }

    /// Whether everything was reset since it was told: its number may be another's now.
    pub(super) fn is_gone(&self) -> bool {
        self.life != self.releases.recalls.life()
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.releases.load.send_modify(|load| sub(&mut load.active, self.epoch, 1));
    }
}

fn add(counts: &mut BTreeMap<u64, usize>, epoch: u64, count: usize) {
    *counts.entry(epoch).or_default() += count;
}

/// A count that comes to nothing goes, so that the rest can be told by looking for any.
fn sub(counts: &mut BTreeMap<u64, usize>, epoch: u64, count: usize) {
    if let Some(left) = counts.get_mut(&epoch) {
        *left = left.saturating_sub(count);
        if *left == 0 {
            counts.remove(&epoch);
        }
    }
}
