//! One business: what was submitted, how it was judged, and what is planned.

use std::fmt;

use doku_types::{
    BusinessId, ClientId, Timestamp,
    code::Status,
    partner::{lite::LiteRegistration, registration::Registration},
};
use serde::{Deserialize, Serialize};

use super::{
    agenda::{Agenda, Changed},
    brand::{Brand, Service},
    merge,
    part::{Owner, Part},
    refusal::Refusal,
    review::{Review, Reviews, Standing},
};
use crate::id::IdSource;

/// A business of one partner. Its `Debug` shows its id and status: the rest is personal data.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Business {
    pub(super) id: BusinessId,
    partner: ClientId,
    #[serde(with = "super::millis")]
    created: Timestamp,
    pub(super) submission: Submission,
    pub(super) reviews: Reviews,
    /// In the order of the registration's.
    pub(super) brands: Vec<Brand>,
    pub(super) agenda: Agenda,
}

/// What is known of a business.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Submission {
    /// Invited; its owner has not completed the data (A28).
    Lite(Box<LiteRegistration>),
    /// Registered. Its lists hold the entries' own ids, but neither statuses nor links.
    Full {
        registration: Box<Registration>,
        /// Of the invitation that it began with.
        partner_ref_id: Option<String>,
    },
}

impl Business {
    /// A registration, received: everything it holds is under review (A21). `services` are those of
    /// each brand, by code (A25).
    pub(crate) fn registered(
        registration: Registration,
        partner: ClientId,
        services: &[String],
        ids: &mut IdSource,
        now: Timestamp,
    ) -> (Self, Changed) {
        let services = offered(services);
        let mut registration = Box::new(registration);
        merge::number(&mut registration, ids, now);
        let mut business = Self {
            id: ids.id("BSN", now).into(),
            partner,
            created: now,
            reviews: Reviews::of(Part::submitted(&registration, Owner::Business)),
            submission: Submission::Full { registration, partner_ref_id: None },
            brands: Vec::new(),
            agenda: Agenda::default(),
        };
        business.open_brands(&services, ids, now);
        let changed = business.under_review();
        (business, changed)
    }

    /// An invitation, sent (A28).
    pub(crate) fn invited(
        invitation: LiteRegistration,
        partner: ClientId,
        services: &[String],
        ids: &mut IdSource,
        now: Timestamp,
    ) -> Self {
        Self {
            id: ids.id("BSN", now).into(),
            partner,
            created: now,
            submission: Submission::Lite(Box::new(invitation)),
            reviews: Reviews::of([]),
            brands: vec![Brand::new(offered(services), ids, now)],
            agenda: Agenda::default(),
        }
    }

    /// The owner completes what was an invitation. The invited brand, with its id and key, becomes
    /// the registration's first (A28).
    ///
    /// # Errors
    /// [`Refusal::AlreadyComplete`].
    pub(crate) fn complete(
        &mut self,
        registration: Registration,
        ids: &mut IdSource,
        now: Timestamp,
    ) -> Result<Changed, Refusal> {
        let Submission::Lite(invitation) = &self.submission else {
            return Err(Refusal::AlreadyComplete);
        };
        let partner_ref_id = Some(invitation.business.partner_ref_id.clone());
        let mut registration = Box::new(registration);
        merge::number(&mut registration, ids, now);
        self.reviews = Reviews::of(Part::submitted(&registration, Owner::Business));
        self.submission = Submission::Full { registration, partner_ref_id };
        let services: Vec<_> =
            self.brands.iter().flat_map(|brand| &brand.services).map(Service::anew).collect();
        self.open_brands(&services, ids, now);
        Ok(self.under_review())
    }

    /// Whether it is one that could have come about here: one brand for each that was registered, and
    /// nothing planned of what is not there. What is read from a file may be anything.
    pub(crate) fn is_sound(&self) -> bool {
        let registered = self.registration().map_or(1, |sent| sent.business.brands.len());
        let services: Vec<_> = self.brands.iter().map(|brand| brand.services.len()).collect();
        registered > 0 && registered == self.brands.len() && self.agenda.is_of(&services)
    }

    pub(crate) fn id(&self) -> &BusinessId {
        &self.id
    }

    /// Whose business it is.
    pub(crate) fn partner(&self) -> &ClientId {
        &self.partner
    }

    pub(crate) fn created(&self) -> Timestamp {
        self.created
    }

    /// What was registered, with the entries' ids; `None` until an invited business is complete.
    pub(crate) fn registration(&self) -> Option<&Registration> {
        match &self.submission {
            Submission::Lite(_) => None,
            Submission::Full { registration, .. } => Some(registration),
        }
    }

    /// The invitation; `None` once it is complete.
    pub(crate) fn invitation(&self) -> Option<&LiteRegistration> {
        match &self.submission {
            Submission::Lite(invitation) => Some(invitation),
            Submission::Full { .. } => None,
        }
    }

    /// The partner's own name for a business that began with an invitation.
    pub(crate) fn partner_ref_id(&self) -> Option<&str> {
        match &self.submission {
            Submission::Lite(invitation) => Some(&invitation.business.partner_ref_id),
            Submission::Full { partner_ref_id, .. } => partner_ref_id.as_deref(),
        }
    }

    /// As it was sent last.
    pub(crate) fn name(&self) -> &str {
        match &self.submission {
            Submission::Lite(invitation) => &invitation.business.name,
            Submission::Full { registration, .. } => &registration.business.name,
        }
    }

    /// Where its callbacks go.
    pub(crate) fn callback_url(&self) -> Option<&str> {
        self.registration()?.business.callback_url.as_deref()
    }

    /// In the order of [`Self::registration`]'s; one of an invited business.
    pub(crate) fn brands(&self) -> &[Brand] {
        &self.brands
    }

    /// The root status, by the verdicts on the business and all its brands (A02, A07).
    pub(crate) fn status(&self) -> Status {
        self.standing().into()
    }

    /// The review of a part of the business; `None` if nothing was submitted of it.
    pub(crate) fn part(&self, part: Part) -> Option<&Review> {
        self.reviews.parts.get(&part)
    }

    /// The review that closes those of its parts.
    pub(crate) fn own(&self) -> &Review {
        &self.reviews.own
    }

    /// The status of the business with its parts, its brands left aside.
    pub(crate) fn own_status(&self) -> Status {
        self.reviews.standing().into()
    }

    /// Why the business, its brands left aside, is rejected.
    pub(crate) fn reject_notes(&self) -> Vec<String> {
        self.reviews.notes()
    }

    /// When the next planned step is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.agenda.next_due()
    }

    pub(super) fn standing(&self) -> Standing {
        let brands = self.brands.iter().map(|brand| brand.reviews.standing());
        brands.fold(self.reviews.standing(), Standing::max)
    }

    pub(super) fn owners(&self) -> impl Iterator<Item = Owner> + use<> {
        [Owner::Business].into_iter().chain((0..self.brands.len()).map(Owner::Brand))
    }

    pub(super) fn reviews(&self, owner: Owner) -> &Reviews {
        match owner {
            Owner::Business => &self.reviews,
            Owner::Brand(index) => &self.brands[index].reviews,
        }
    }

    pub(super) fn reviews_mut(&mut self, owner: Owner) -> &mut Reviews {
        match owner {
            Owner::Business => &mut self.reviews,
            Owner::Brand(index) => &mut self.brands[index].reviews,
        }
    }

    /// Everything that is under review, by whatever submission. An owner is whenever a part of it is.
    pub(super) fn under_review(&self) -> Changed {
        let mut open = Changed::default();
        for owner in self.owners() {
            let reviews = self.reviews(owner);
            if reviews.own.is_under_review() {
                let parts = reviews.parts.iter().filter(|(_, review)| review.is_under_review());
                open.put(owner, parts.map(|(part, _)| *part));
            }
        }
        open
    }

    /// Makes the brands that are registered but not here yet, and opens the review of all.
    fn open_brands(&mut self, services: &[Service], ids: &mut IdSource, now: Timestamp) {
        let Submission::Full { registration, .. } = &mut self.submission else {
            return;
        };
        for index in 0..registration.business.brands.len() {
            if index == self.brands.len() {
                self.brands.push(Brand::new(services.to_vec(), ids, now));
            }
            let brand = &mut self.brands[index];
            let sent = &mut registration.business.brands[index];
            brand.photo_proof_ids = merge::number_brand(sent, ids, now);
            brand.reviews = Reviews::of(Part::submitted(registration, Owner::Brand(index)));
        }
    }
}

impl fmt::Debug for Business {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Business")
            .field("id", &self.id)
            .field("status", &self.standing())
            .finish_non_exhaustive()
    }
}

fn offered(codes: &[String]) -> Vec<Service> {
    // A code stands for the name, too.
    codes.iter().map(|code| Service::pending(code.as_str(), code)).collect()
}
