//! Verdicts, and the status that follows from them and from nothing else.

use std::collections::BTreeMap;

use doku_types::code::Status;
use serde::{Deserialize, Serialize};

use super::part::Part;

/// How far the review of one thing is.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Review {
    UnderReview,
    Judged(Verdict),
}

/// A judgement.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Verdict {
    Approved,
    /// With the reasons.
    Rejected(Vec<String>),
}

impl Verdict {
    /// A rejection with these notes, or with the default one.
    pub(super) fn rejected(notes: &[String], default: &str) -> Self {
        Self::Rejected(if notes.is_empty() { vec![default.to_owned()] } else { notes.to_vec() })
    }

    /// Why it was rejected; empty for an approval.
    pub(crate) fn notes(&self) -> &[String] {
        match self {
            Self::Approved => &[],
            Self::Rejected(notes) => notes,
        }
    }
}

impl Review {
    pub(crate) fn is_under_review(&self) -> bool {
        matches!(self, Self::UnderReview)
    }

    pub(crate) fn is_rejected(&self) -> bool {
        matches!(self, Self::Judged(Verdict::Rejected(_)))
    }

    /// Why it was rejected; empty otherwise.
    pub(crate) fn notes(&self) -> &[String] {
        match self {
            Self::UnderReview => &[],
            Self::Judged(verdict) => verdict.notes(),
        }
    }

    /// As the status of a part: `UPDATING`, `APPROVED` or `REJECTED` (A07).
    pub(crate) fn part_status(&self) -> Status {
        self.status(Status::Updating, Status::Approved)
    }

    /// As the status of a service: `PENDING`, `ACTIVE` or `REJECTED` (A02).
    pub(crate) fn service_status(&self) -> Status {
        self.status(Status::Pending, Status::Active)
    }

    fn status(&self, under_review: Status, approved: Status) -> Status {
        match self {
            Self::UnderReview => under_review,
            Self::Judged(Verdict::Approved) => approved,
            Self::Judged(Verdict::Rejected(_)) => Status::Rejected,
        }
    }

    fn standing(&self) -> Standing {
        match self {
            Self::UnderReview => Standing::Updating,
            Self::Judged(Verdict::Approved) => Standing::Active,
            Self::Judged(Verdict::Rejected(_)) => Standing::Rejected,
        }
    }
}

/// Where a business or brand stands. Of several the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    Active,
    Rejected,
    Updating,
}

impl From<Standing> for Status {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Active => Self::Active,
            Standing::Rejected => Self::Rejected,
            Standing::Updating => Self::Updating,
        }
    }
}

/// The reviews of a business or of a brand: of each part that was submitted, and its own, which
/// closes them and is a rejection only where an outcome forces one.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Reviews {
    pub(super) own: Review,
    pub(super) parts: BTreeMap<Part, Review>,
}

impl Reviews {
    /// Everything is under review (A21).
    pub(super) fn of(parts: impl IntoIterator<Item = Part>) -> Self {
        let parts = parts.into_iter().map(|part| (part, Review::UnderReview)).collect();
        Self { own: Review::UnderReview, parts }
    }

    pub(super) fn standing(&self) -> Standing {
        self.parts.values().map(Review::standing).fold(self.own.standing(), Standing::max)
    }

    pub(super) fn has_part_under_review(&self) -> bool {
        self.parts.values().any(Review::is_under_review)
    }

    /// Why it stands rejected: the notes of its parts and its own, each once; empty otherwise.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut told = Vec::new();
        if self.standing() == Standing::Rejected {
            for note in self.parts.values().chain([&self.own]).flat_map(Review::notes) {
                if !told.contains(note) {
                    told.push(note.clone());
                }
            }
        }
        told
    }
}
