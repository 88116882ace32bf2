//! A brand of a business: its key, its services and whether it may work.

use doku_types::{
    BrandId, PhotoProofId, SecretKey, Timestamp,
    code::{PaymentMethod, Status},
    partner::part,
};
use serde::{Deserialize, Serialize};

use super::{
    part::Part,
    review::{Review, Reviews, Standing},
};
use crate::id::IdSource;

/// A brand, but for what was registered of it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Brand {
    pub(super) id: BrandId,
    pub(super) shared_key: SecretKey,
    /// Of the photo proofs, in their order: others than their files'.
    pub(super) photo_proof_ids: Vec<PhotoProofId>,
    pub(super) reviews: Reviews,
    pub(super) services: Vec<Service>,
    /// `None` until the business becomes active for the first time.
    pub(super) operation: Option<Operation>,
}

/// A service (payment method) of a brand.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Service {
    code: PaymentMethod,
    name: String,
    pub(super) review: Review,
}

/// Whether an activated brand may work.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Operation {
    Active,
    /// With the reasons.
    Suspended(Suspension, Vec<String>),
}

/// How far a suspension goes (A43).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Suspension {
    Plain,
    Full,
}

impl Brand {
    pub(super) fn new(services: Vec<Service>, ids: &mut IdSource, now: Timestamp) -> Self {
        Self {
            id: ids.id("BRN", now).into(),
            shared_key: ids.shared_key(),
            photo_proof_ids: Vec::new(),
            reviews: Reviews::of([]),
            services,
            operation: None,
        }
    }

    pub(crate) fn id(&self) -> &BrandId {
        &self.id
    }

    pub(crate) fn shared_key(&self) -> &SecretKey {
        &self.shared_key
    }

    /// `UPDATING`, `ACTIVE` or `REJECTED`, by the verdicts on its parts and itself.
    pub(crate) fn status(&self) -> Status {
        self.reviews.standing().into()
    }

    pub(crate) fn services(&self) -> &[Service] {
        &self.services
    }

    /// `ACTIVE`, `SUSPENDED` or `FULL_SUSPENDED`; `None` before the first activation.
    pub(crate) fn operational_status(&self) -> Option<Status> {
        self.operation.as_ref().map(Operation::status)
    }

    /// The review of a part of the brand; `None` if nothing was submitted of it.
    pub(crate) fn part(&self, part: Part) -> Option<&Review> {
        self.reviews.parts.get(&part)
    }

    /// The review that closes those of its parts.
    pub(crate) fn own(&self) -> &Review {
        &self.reviews.own
    }

    /// In the order of the registered photo proofs.
    pub(crate) fn photo_proof_ids(&self) -> &[PhotoProofId] {
        &self.photo_proof_ids
    }

    /// Why it is rejected, or else why it is suspended (A43, A46).
    pub(crate) fn reject_notes(&self) -> Vec<String> {
        if self.reviews.standing() == Standing::Rejected {
            return self.reviews.notes();
        }
        self.operation.as_ref().map(Operation::notes).unwrap_or_default().to_vec()
    }

    pub(super) fn is_suspended(&self) -> bool {
        matches!(self.operation, Some(Operation::Suspended(..)))
    }

    pub(super) fn is_suspended_by(&self, how: Suspension) -> bool {
        matches!(&self.operation, Some(Operation::Suspended(so, _)) if *so == how)
    }
}

impl Service {
    /// A service that is not yet decided.
    pub(super) fn pending(code: impl Into<PaymentMethod>, name: impl Into<String>) -> Self {
        Self { code: code.into(), name: name.into(), review: Review::UnderReview }
    }

    /// The same service for another brand.
    pub(super) fn anew(&self) -> Self {
        Self::pending(self.code.clone(), self.name.clone())
    }

    pub(crate) fn code(&self) -> &PaymentMethod {
        &self.code
    }

    /// How far its review is.
    pub(crate) fn review(&self) -> &Review {
        &self.review
    }

    /// As replies show it.
    pub(crate) fn shown(&self) -> part::Service {
        let status = self.review.service_status();
        part::Service::builder()
            .code(self.code.clone())
            .name(self.name.clone())
            .status(status)
            .build()
    }
}

impl Operation {
    pub(super) fn status(&self) -> Status {
        match self {
            Self::Active => Status::Active,
            Self::Suspended(how, _) => how.status(),
        }
    }

    pub(super) fn notes(&self) -> &[String] {
        match self {
            Self::Active => &[],
            Self::Suspended(_, notes) => notes,
        }
    }
}

impl Suspension {
    pub(super) fn status(self) -> Status {
        match self {
            Self::Plain => Status::Suspended,
            Self::Full => Status::FullSuspended,
        }
    }

    /// What a suspension says unless notes are given.
    pub(super) fn default_note(self) -> &'static str {
        match self {
            Self::Plain => "The brand is suspended while its transactions are looked at: ask DOKU",
            Self::Full => "The brand is suspended in full for breach of the terms: ask DOKU",
        }
    }
}
