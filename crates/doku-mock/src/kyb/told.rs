//! The callbacks that tell of a business (A03, A07, A32, A43, A46).

use doku_types::{
    EntityId,
    code::{CallbackType, Status},
    partner::callback::{Callback, Entity},
};

use super::{
    business::Business,
    part::{Owner, Part, Target},
};

impl Business {
    /// The verdict on a part.
    pub(super) fn tell_part(&self, owner: Owner, part: Part) -> Callback {
        let review = &self.reviews(owner).parts[&part];
        let mut callback =
            self.callback(part.callback_type(), owner, review.part_status(), review.notes());
        callback.entity = self.entity(owner, part);
        callback
    }

    /// The verdict that follows for the business itself or for a brand.
    pub(super) fn tell_own(&self, owner: Owner) -> Callback {
        let reviews = self.reviews(owner);
        let kind = Target::own(owner).callback_type();
        self.callback(kind, owner, reviews.standing().into(), &reviews.notes())
    }

    /// Whether a brand may work; `None` if it was never activated.
    pub(super) fn tell_operation(&self, brand: usize) -> Option<Callback> {
        let operation = self.brands[brand].operation.as_ref()?;
        let kind = CallbackType::BrandOperationalStatus;
        Some(self.callback(kind, Owner::Brand(brand), operation.status(), operation.notes()))
    }

    /// That a brand is suspended in full.
    pub(super) fn tell_full_suspension(&self, brand: usize, notes: &[String]) -> Callback {
        self.callback(CallbackType::Brand, Owner::Brand(brand), Status::FullSuspended, notes)
    }

    /// The verdict on a service.
    pub(super) fn tell_service(&self, brand: usize, service: usize) -> Callback {
        let service = &self.brands[brand].services[service];
        let review = &service.review;
        let kind = CallbackType::BrandProduct;
        let owner = Owner::Brand(brand);
        let mut callback = self.callback(kind, owner, review.service_status(), review.notes());
        callback.entity = Some(Entity::builder().code(Some(service.code().to_string())).build());
        callback
    }

    /// Any verdict on the business or on one of its brands, true or not; without a brand, on the first.
    pub(crate) fn tell_anything(
        &self,
        kind: &CallbackType,
        brand: Option<&str>,
        status: Status,
        notes: &[String],
    ) -> Callback {
        let named = self.brands.iter().position(|of| brand.is_some_and(|id| of.id.as_str() == id));
        let owner = Owner::Brand(named.unwrap_or_default());
        let mut callback = self.callback(kind.clone(), owner, status, notes);
        let part = Part::ALL.into_iter().find(|part| part.callback_type() == *kind);
        callback.entity = match (part, self.brands[named.unwrap_or_default()].services.first()) {
            (Some(part), _) if part.is_of(owner) => self.entity(owner, part),
            (Some(part), _) => self.entity(Owner::Business, part),
            (None, Some(service)) if *kind == CallbackType::BrandProduct => {
                Some(Entity::builder().code(Some(service.code().to_string())).build())
            }
            _ => None,
        };
        callback
    }

    /// Of a business with several brands, what is about the business names the first.
    fn callback(
        &self,
        kind: CallbackType,
        owner: Owner,
        status: Status,
        notes: &[String],
    ) -> Callback {
        let brand = match owner {
            Owner::Business => 0,
            Owner::Brand(index) => index,
        };
        Callback::builder()
            .callback_type(kind)
            .status(status)
            .reject_notes(notes)
            .business(self.id.clone())
            .brand(self.brands[brand].id.clone())
            .build()
    }

    /// The one entry that a part consists of; none if there are several (A32).
    fn entity(&self, owner: Owner, part: Part) -> Option<Entity> {
        let business = &self.registration()?.business;
        let entry = |id: Option<EntityId>, code| Entity::builder().id(id).code(code).build();
        let mut entries: Vec<Entity> = match (part, owner) {
            (Part::Contact, _) => {
                let ids = business.contacts.iter().map(|contact| contact.id.as_ref());
                ids.map(|id| entry(id.map(Into::into), None)).collect()
            }
            (Part::Address, _) => {
                let ids = business.addresses.iter().map(|address| address.id.as_ref());
                ids.map(|id| entry(id.map(Into::into), None)).collect()
            }
            (Part::Bank, _) => {
                let ids = business.banks.iter().map(|bank| bank.id.as_ref());
                ids.map(|id| entry(id.map(Into::into), None)).collect()
            }
            (Part::Document, _) => business
                .contacts
                .iter()
                .flat_map(|contact| &contact.documents)
                .chain(&business.documents)
                .map(|file| entry(Some((&file.id).into()), Some(file.code.to_string())))
                .collect(),
            (Part::SocialMedia, Owner::Brand(brand)) => business.brands[brand]
                .social_media
                .iter()
                .map(|medium| {
                    entry(medium.id.as_ref().map(Into::into), Some(medium.code.to_string()))
                })
                .collect(),
            (Part::PhotoProof, Owner::Brand(brand)) => {
                let ids = &self.brands[brand].photo_proof_ids;
                ids.iter().map(|id| entry(Some(id.into()), None)).collect()
            }
            (Part::SocialMedia | Part::PhotoProof, Owner::Business) => Vec::new(),
        };
        if entries.len() == 1 { entries.pop() } else { None }
    }
}
