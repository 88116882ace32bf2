//! What is planned: who is judged when, and what follows once the business is active.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
    time::Duration,
};

use doku_types::{Timestamp, code::PaymentMethod};
use serde::{Deserialize, Serialize};

use super::{
    brand::Suspension,
    outcome::Decision,
    part::{Owner, Part},
    review::Verdict,
};

/// How fast decisions fall due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Pace {
    /// All at once.
    #[default]
    Instant,
    /// Within DOKU's times: KYB in 2x24 hours, services in 5x24 hours more (documented: overview).
    Realistic,
}

/// What is no pace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a pace: give instant or realistic")]
#[non_exhaustive]
pub struct PaceError;

impl FromStr for Pace {
    type Err = PaceError;

    fn from_str(text: &str) -> Result<Self, PaceError> {
        match text {
            "instant" => Ok(Self::Instant),
            "realistic" => Ok(Self::Realistic),
            _ => Err(PaceError),
        }
    }
}

impl Pace {
    /// When step `n` of `of`, from 1, of a review that begins at `start` is due.
    pub(super) fn review(self, start: Timestamp, n: usize, of: usize) -> Timestamp {
        self.within(KYB, start, n, of)
    }

    /// As [`Self::review`], of the activation of services.
    pub(super) fn activation(self, start: Timestamp, n: usize, of: usize) -> Timestamp {
        self.within(ACTIVATION, start, n, of)
    }

    /// When what follows the last service is due.
    pub(super) fn suspension(self, last_service: Timestamp) -> Timestamp {
        self.within(DAY, last_service, 1, 1)
    }

    fn within(self, all: Duration, start: Timestamp, n: usize, of: usize) -> Timestamp {
        match self {
            Self::Instant => start,
            // A business has some hundreds of parts at most.
            Self::Realistic => start + all * n as u32 / of as u32,
        }
    }
}

/// What a submission puts under review: parts, each with its owner, and owners by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Changed(BTreeMap<Owner, BTreeSet<Part>>);

impl Changed {
    /// A change of an owner and these parts of it, of which something is still submitted.
    pub(super) fn put(&mut self, owner: Owner, parts: impl IntoIterator<Item = Part>) {
        self.0.entry(owner).or_default().extend(parts);
    }

    /// Whether nothing is to be judged.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whose verdict is open again.
    pub(crate) fn owners(&self) -> impl Iterator<Item = Owner> {
        self.0.keys().copied()
    }

    /// The parts, in the order in which they are told of.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (Owner, Part)> {
        self.0.iter().flat_map(|(owner, parts)| parts.iter().map(|part| (*owner, *part)))
    }
}

/// The steps that are planned, in their order, and what the next activation brings.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Agenda {
    steps: Vec<Step>,
    pub(super) after: After,
}

/// A step that is taken once it is due. Of steps due together the order is that of [`Action`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Step {
    #[serde(with = "super::millis")]
    pub(super) due: Timestamp,
    pub(super) action: Action,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Action {
    /// A part is judged.
    Judge(Owner, Part, Verdict),
    /// The owners themselves are, after their parts. There is one such step at most.
    Close(Vec<(Owner, Verdict)>),
    /// A service is decided: the brand's place, and the service's in it.
    Service(usize, usize, Verdict),
    /// Every brand is suspended.
    Suspend(Suspension, Vec<String>),
}

/// What follows when the business becomes active.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum After {
    /// Services are activated, but for these, and the brands may be suspended after that.
    Services {
        refused: Vec<(PaymentMethod, Vec<String>)>,
        /// Such as were rejected before, and are activated nevertheless.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        activated: Vec<PaymentMethod>,
        suspension: Option<(Suspension, Vec<String>)>,
    },
    /// A suspension is lifted, and every service is activated.
    Activate,
}

impl Default for After {
    fn default() -> Self {
        Self::Services { refused: Vec::new(), activated: Vec::new(), suspension: None }
    }
}

impl After {
    /// Takes over what a decision says of the time after activation; what it does not speak of
    /// stays as it was.
    pub(super) fn follow(&mut self, decision: &Decision, notes: &[String]) {
        let Decision::Approve { refused, activated, suspension } = decision else {
            if *decision == Decision::Activate {
                *self = Self::Activate;
            }
            return;
        };
        if refused.is_empty() && activated.is_empty() && suspension.is_none() {
            return;
        }
        if *self == Self::Activate {
            *self = Self::default();
        }
        if let Self::Services { refused: before, activated: again, suspension: suspended } = self {
            if !refused.is_empty() {
                *before = refused.iter().map(|code| (code.clone(), notes.to_vec())).collect();
            }
            if !activated.is_empty() {
                *again = activated.iter().cloned().collect();
            }
            // The later word counts.
            before.retain(|(code, _)| !activated.contains(code));
            again.retain(|code| !refused.contains(code));
            if let Some(how) = suspension {
                *suspended = Some((*how, notes.to_vec()));
            }
        }
    }
}

impl Agenda {
    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.after == After::default()
    }

    /// Whether every place that a step names is there, of brands with so many services each.
    pub(super) fn is_of(&self, brands: &[usize]) -> bool {
        let is_there = |owner: &Owner| match owner {
            Owner::Business => true,
            Owner::Brand(index) => *index < brands.len(),
        };
        self.steps.iter().all(|step| match &step.action {
            Action::Judge(owner, ..) => is_there(owner),
            Action::Close(owners) => owners.iter().all(|(owner, _)| is_there(owner)),
            Action::Service(brand, service, _) => {
                brands.get(*brand).is_some_and(|services| service < services)
            }
            Action::Suspend(..) => true,
        })
    }

    /// When the next step is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.steps.first().map(|step| step.due)
    }

    /// Takes out the next step that is due.
    pub(super) fn next(&mut self, now: Timestamp) -> Option<Step> {
        (self.next_due()? <= now).then(|| self.steps.remove(0))
    }

    pub(super) fn plan(&mut self, due: Timestamp, action: Action) {
        let step = Step { due, action };
        let place = self.steps.partition_point(|planned| *planned <= step);
        self.steps.insert(place, step);
    }

    /// Plans the one closing: after every part, and for whom an earlier one was planned as well.
    pub(super) fn close(&mut self, mut due: Timestamp, mut owners: Vec<(Owner, Verdict)>) {
        self.steps.retain_mut(|step| match &mut step.action {
            Action::Close(earlier) => {
                due = due.max(step.due);
                owners.append(earlier);
                false
            }
            Action::Judge(..) => {
                due = due.max(step.due);
                true
            }
            _ => true,
        });
        owners.sort();
        self.plan(due, Action::Close(owners));
    }

    /// Drops the steps of an earlier submission for what has changed since, and holds back what
    /// would have followed its activation until the next one.
    pub(super) fn give_way_to(
        &mut self,
        changed: &Changed,
        code: impl Fn(usize, usize) -> PaymentMethod,
    ) {
        let (mut held_services, mut held_suspension) = (Vec::new(), None);
        self.steps.retain_mut(|step| match &mut step.action {
            Action::Judge(owner, part, _) => {
                !changed.0.get(owner).is_some_and(|parts| parts.contains(part))
            }
            Action::Close(owners) => {
                owners.retain(|(owner, _)| !changed.0.contains_key(owner));
                !owners.is_empty()
            }
            Action::Service(brand, service, verdict) => {
                if let Verdict::Rejected(notes) = verdict {
                    held_services.push((code(*brand, *service), std::mem::take(notes)));
                }
                false
            }
            Action::Suspend(how, notes) => {
                held_suspension = Some((*how, std::mem::take(notes)));
                false
            }
        });
        if let After::Services { refused, suspension, .. } = &mut self.after {
            refused.append(&mut held_services);
            *suspension = held_suspension.or_else(|| suspension.take());
        }
    }

    /// Drops the steps that do not stay.
    pub(super) fn retain(&mut self, stays: impl Fn(&Action) -> bool) {
        self.steps.retain(|step| stays(&step.action));
    }
}

const DAY: Duration = Duration::from_hours(24);
const KYB: Duration = Duration::from_hours(2 * 24);
const ACTIVATION: Duration = Duration::from_hours(5 * 24);
