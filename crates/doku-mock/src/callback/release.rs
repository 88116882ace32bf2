//! Callbacks start after the reply that caused them was written (A05): until then they are
//! [`Held`]. Whoever drops a [`Held`], for whatever reason, lets them go, so none is forgotten.

use tokio::sync::{mpsc, watch};

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
    released: mpsc::UnboundedSender<Vec<Place>>,
    load: watch::Sender<Load>,
}

/// How many callbacks are on their way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Load {
    /// Held back.
    pub(crate) held: usize,
    /// Let go, and neither acknowledged nor put off.
    pub(crate) active: usize,
    /// Attempts since the start.
    pub(crate) attempts: u64,
}

impl Releases {
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<Vec<Place>>) {
        let (released, receiver) = mpsc::unbounded_channel();
        (Self { released, load: watch::Sender::default() }, receiver)
    }

    /// Lets callbacks go that nobody held.
    pub(crate) fn release(&self, places: Vec<Place>) {
        drop(Held::new(places, self));
    }

    /// A callback is on its way that nobody held.
    pub(crate) fn begun(&self) {
        self.load.send_modify(|load| load.active += 1);
    }

    /// An attempt has ended.
    pub(crate) fn attempted(&self) {
        self.load.send_modify(|load| load.attempts += 1);
    }

    /// A callback is no longer on its way.
    pub(crate) fn done(&self) {
        self.load.send_modify(|load| load.active -= 1);
    }

    pub(crate) fn load(&self) -> Load {
        *self.load.borrow()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Load> {
        self.load.subscribe()
    }
}

/// Callbacks that are held back.
#[derive(Debug)]
pub(crate) struct Held {
    places: Vec<Place>,
    releases: Releases,
}

impl Held {
    pub(crate) fn new(places: Vec<Place>, releases: &Releases) -> Self {
        if !places.is_empty() {
            releases.load.send_modify(|load| load.held += places.len());
        }
        Self { places, releases: releases.clone() }
    }

    /// Their numbers.
    pub(crate) fn callbacks(&self) -> Vec<i64> {
        self.places.iter().map(|place| place.callback).collect()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let places = std::mem::take(&mut self.places);
        let count = places.len();
        if count == 0 {
            return;
        }
        self.releases.load.send_modify(|load| {
            load.held -= count;
            load.active += count;
        });
        if self.releases.released.send(places).is_err() {
            // The mock has stopped; with a data file they are told at the next start.
            self.releases.load.send_modify(|load| load.active -= count);
        }
    }
}
