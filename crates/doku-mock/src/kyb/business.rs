//! One business: what was submitted, how each part of it was judged, and what follows from that.
//!
//! Pure: `(business, event) -> (business, callbacks)`. Nothing here reads a clock, stores or sends.

use std::collections::BTreeMap;

use doku_types::{
    BrandId, BusinessId, ClientId, EntityId, PhotoProofId, SecretKey, Timestamp,
    code::{CallbackType, Status},
    partner::{
        callback::{Callback, Entity},
        lite::LiteRegistration,
        part::Service,
        registration::Registration,
    },
};

use crate::id::IdSource;

/// A business of one partner.
#[derive(Debug, Clone)]
pub(crate) struct Business {
    pub(crate) id: BusinessId,
    pub(crate) partner: ClientId,
    pub(crate) brands: Vec<Brand>,
    pub(crate) submission: Submission,
}

/// What is known of a business.
#[derive(Debug, Clone)]
pub(crate) enum Submission {
    /// Invited; its owner has not completed the data (A28).
    Lite(LiteRegistration),
    /// Registered. Its lists hold the entries' own ids.
    Full {
        registration: Box<Registration>,
        /// Of each part of the business that was submitted.
        verdicts: BTreeMap<CallbackType, Verdict>,
    },
}

/// A brand of a business.
#[derive(Debug, Clone)]
pub(crate) struct Brand {
    pub(crate) id: BrandId,
    pub(crate) shared_key: SecretKey,
    pub(crate) services: Vec<Service>,
    /// Ids of the photo proofs, which are others than their files'.
    pub(crate) photo_proof_ids: Vec<PhotoProofId>,
    /// Of each part of the brand that was submitted.
    verdicts: BTreeMap<CallbackType, Verdict>,
    pub(crate) operational_status: Option<Status>,
}

/// The judgement on one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    UnderReview,
    Approved,
}

/// What happens to a business.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    /// Every part under review is approved, and every service is activated.
    Approved,
}

impl Business {
    /// A registration, received: everything it holds is under review (A21).
    pub(crate) fn registered(
        mut registration: Registration,
        partner: ClientId,
        services: &[(&str, &str)],
        ids: &mut IdSource,
        now: Timestamp,
    ) -> Self {
        let business = &mut registration.business;
        for address in &mut business.addresses {
            address.id = Some(ids.id("ADR", now).into());
        }
        for bank in &mut business.banks {
            bank.id = Some(ids.id("BNK", now).into());
        }
        for contact in &mut business.contacts {
            contact.id = Some(ids.id("CNT", now).into());
        }
        let id = ids.id("BSN", now).into();
        let mut brands = Vec::new();
        for sent in &mut business.brands {
            let mut brand = Brand::new(services, ids, now);
            for social_media in &mut sent.social_media {
                social_media.id = Some(ids.id("SCM", now).into());
            }
            brand.photo_proof_ids =
                sent.photo_proofs.iter().map(|_| ids.id("PHP", now).into()).collect();
            brand.verdicts = under_review([
                (CallbackType::BrandSocialMedia, sent.social_media.is_empty()),
                (CallbackType::BrandPhotoProof, sent.photo_proofs.is_empty()),
            ]);
            brands.push(brand);
        }
        let no_document = business.documents.is_empty()
            && business.contacts.iter().all(|contact| contact.documents.is_empty());
        let verdicts = under_review([
            (CallbackType::BusinessContact, business.contacts.is_empty()),
            (CallbackType::BusinessAddress, business.addresses.is_empty()),
            (CallbackType::BusinessDocument, no_document),
            (CallbackType::BusinessBank, business.banks.is_empty()),
        ]);
        let submission = Submission::Full { registration: Box::new(registration), verdicts };
        Self { id, partner, brands, submission }
    }

    /// An invitation, sent.
    pub(crate) fn invited(
        invitation: LiteRegistration,
        partner: ClientId,
        services: &[(&str, &str)],
        ids: &mut IdSource,
        now: Timestamp,
    ) -> Self {
        Self {
            id: ids.id("BSN", now).into(),
            partner,
            brands: vec![Brand::new(services, ids, now)],
            submission: Submission::Lite(invitation),
        }
    }

    /// What `event` makes of the business, and which callbacks tell of it, in order (A07).
    pub(crate) fn apply(mut self, event: Event) -> (Self, Vec<Callback>) {
        let Event::Approved = event;
        let Submission::Full { verdicts, .. } = &mut self.submission else {
            // Nobody reviews what nobody has completed.
            return (self, Vec::new());
        };
        let business_parts = approve(verdicts);
        let brand_parts: Vec<_> =
            self.brands.iter_mut().map(|brand| approve(&mut brand.verdicts)).collect();

        let mut callbacks = Vec::new();
        for part in business_parts {
            callbacks.push(self.callback(part, Status::Approved, 0, self.entity(part, 0)));
        }
        for (index, parts) in brand_parts.into_iter().enumerate() {
            for part in parts {
                callbacks.push(self.callback(
                    part,
                    Status::Approved,
                    index,
                    self.entity(part, index),
                ));
            }
        }
        callbacks.push(self.callback(&CallbackType::Business, self.business_status(), 0, None));
        for index in 0..self.brands.len() {
            let status = self.brands[index].status();
            callbacks.push(self.callback(&CallbackType::Brand, status, index, None));
        }
        if self.status() == Status::Active {
            for index in 0..self.brands.len() {
                self.brands[index].operational_status = Some(Status::Active);
                let kind = CallbackType::BrandOperationalStatus;
                callbacks.push(self.callback(&kind, Status::Active, index, None));
            }
            for index in 0..self.brands.len() {
                for service in 0..self.brands[index].services.len() {
                    let service = &mut self.brands[index].services[service];
                    service.status = Status::Active;
                    let entity = Entity::builder().code(Some(service.code.to_string())).build();
                    let kind = CallbackType::BrandProduct;
                    callbacks.push(self.callback(&kind, Status::Active, index, Some(entity)));
                }
            }
        }
        (self, callbacks)
    }

    /// `UPDATING` until all is decided, else `ACTIVE` (A02, A07).
    pub(crate) fn status(&self) -> Status {
        let decided = self.business_status() == Status::Active
            && self.brands.iter().all(|brand| brand.status() == Status::Active);
        if decided { Status::Active } else { Status::Updating }
    }

    /// The verdict on a part of the business.
    pub(crate) fn part(&self, part: &CallbackType) -> Status {
        match &self.submission {
            Submission::Full { verdicts, .. } if verdicts.get(part) == Some(&Verdict::Approved) => {
                Status::Approved
            }
            _ => Status::Updating,
        }
    }

    /// The status that its own parts give, the brands' left aside.
    fn business_status(&self) -> Status {
        match &self.submission {
            Submission::Full { verdicts, .. } => derived(verdicts),
            Submission::Lite(_) => Status::Updating,
        }
    }

    fn callback(
        &self,
        kind: &CallbackType,
        status: Status,
        brand: usize,
        entity: Option<Entity>,
    ) -> Callback {
        Callback::builder()
            .callback_type(kind.clone())
            .status(status)
            .business(self.id.clone())
            .brand(self.brands[brand].id.clone())
            .entity(entity)
            .build()
    }

    /// The one entry that a part consists of; none if there are several (A32).
    fn entity(&self, part: &CallbackType, brand: usize) -> Option<Entity> {
        let Submission::Full { registration, .. } = &self.submission else {
            return None;
        };
        let business = &registration.business;
        let entry = |id: Option<EntityId>, code| Entity::builder().id(id).code(code).build();
        let mut entries: Vec<Entity> = match part {
            CallbackType::BusinessContact => business
                .contacts
                .iter()
                .map(|contact| entry(contact.id.as_ref().map(Into::into), None))
                .collect(),
            CallbackType::BusinessAddress => business
                .addresses
                .iter()
                .map(|address| entry(address.id.as_ref().map(Into::into), None))
                .collect(),
            CallbackType::BusinessBank => business
                .banks
                .iter()
                .map(|bank| entry(bank.id.as_ref().map(Into::into), None))
                .collect(),
            CallbackType::BusinessDocument => business
                .contacts
                .iter()
                .flat_map(|contact| &contact.documents)
                .chain(&business.documents)
                .map(|file| entry(Some((&file.id).into()), Some(file.code.to_string())))
                .collect(),
            CallbackType::BrandSocialMedia => business.brands[brand]
                .social_media
                .iter()
                .map(|account| {
                    entry(account.id.as_ref().map(Into::into), Some(account.code.to_string()))
                })
                .collect(),
            CallbackType::BrandPhotoProof => {
                let ids = &self.brands[brand].photo_proof_ids;
                ids.iter().map(|id| entry(Some(id.into()), None)).collect()
            }
            _ => Vec::new(),
        };
        if entries.len() == 1 { entries.pop() } else { None }
    }
}

impl Brand {
    fn new(services: &[(&str, &str)], ids: &mut IdSource, now: Timestamp) -> Self {
        let service = |(code, name): &(&str, &str)| {
            Service::builder().code(*code).name(*name).status(Status::Pending).build()
        };
        Self {
            id: ids.id("BRN", now).into(),
            shared_key: ids.shared_key(),
            services: services.iter().map(service).collect(),
            photo_proof_ids: Vec::new(),
            verdicts: BTreeMap::new(),
            operational_status: None,
        }
    }

    /// The status that the brand's own parts give.
    pub(crate) fn status(&self) -> Status {
        derived(&self.verdicts)
    }
}

/// A verdict for each part, but for those of which nothing was submitted.
fn under_review<const N: usize>(
    parts: [(CallbackType, bool); N],
) -> BTreeMap<CallbackType, Verdict> {
    parts
        .into_iter()
        .filter(|(_, nothing)| !nothing)
        .map(|(part, _)| (part, Verdict::UnderReview))
        .collect()
}

/// Approves what is under review and says what that was, in A07's order.
fn approve(verdicts: &mut BTreeMap<CallbackType, Verdict>) -> Vec<&'static CallbackType> {
    PARTS
        .iter()
        .filter(|part| {
            verdicts.get_mut(part).is_some_and(|verdict| {
                std::mem::replace(verdict, Verdict::Approved) == Verdict::UnderReview
            })
        })
        .collect()
}

fn derived(verdicts: &BTreeMap<CallbackType, Verdict>) -> Status {
    let approved = |verdict: &Verdict| *verdict == Verdict::Approved;
    if !verdicts.is_empty() && verdicts.values().all(approved) {
        Status::Active
    } else {
        Status::Updating
    }
}

/// The parts that are judged, in the order in which their callbacks are sent.
const PARTS: [CallbackType; 6] = [
    CallbackType::BusinessContact,
    CallbackType::BusinessAddress,
    CallbackType::BusinessDocument,
    CallbackType::BusinessBank,
    CallbackType::BrandSocialMedia,
    CallbackType::BrandPhotoProof,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(brands: &str) -> Registration {
        let body = format!(
            r#"{{"business":{{"type":"PERSONAL","legal_entity":"PERSEORANGAN","name":"x","email":"x",
            "phone_calling_code":"62","phone_number":"8","brands":[{brands}],
            "addresses":[{{"area":"x","country":"ID","name":"x","primary":true}},
                         {{"area":"y","country":"ID","name":"y","primary":false}}],
            "banks":[{{"account_name":"x","account_number":"1","bank_id":"4","bank_name":"x",
                      "country":"ID","currency":"IDR","swift_code":"014"}}],
            "contacts":[{{"documents":[{{"code":"KTP","category":"DOCUMENT","id":"DCM-1",
                           "forms":[{{"code":"NO_KTP","value":"1"}}]}}],
                         "owner_liveness":{{"id":"CNT-1"}},
                         "email":"x","name":"x","nationality":"ID","phone_calling_code":"62",
                         "phone_number":"8","position":"OWNER","primary":true}}]}}}}"#
        );
        Registration::parse(body.as_bytes()).unwrap()
    }

    const BRAND: &str =
        r#"{"name":"x","description":"x","category":"RETAIL","photo_proofs":[{"id":"DCM-2"}]}"#;

    fn business(brands: &str) -> Business {
        let now = Timestamp::from_millis(1_700_000_000_000);
        let mut ids = IdSource::new(Some(1));
        Business::registered(
            registration(brands),
            "BRN-P".into(),
            &[("QRIS", "QRIS")],
            &mut ids,
            now,
        )
    }

    fn told(callbacks: &[Callback]) -> Vec<String> {
        callbacks.iter().map(|c| format!("{} {}", c.callback_type, c.status)).collect()
    }

    #[test]
    fn a_registered_business_is_under_review_in_every_part() {
        let business = business(BRAND);
        assert_eq!(business.status(), Status::Updating);
        assert_eq!(business.brands[0].status(), Status::Updating);
        assert_eq!(business.part(&CallbackType::BusinessBank), Status::Updating);
        assert_eq!(business.brands[0].services[0].status, Status::Pending);
    }

    #[test]
    fn approval_is_told_parts_first_and_nothing_submitted_is_nothing_told() {
        let (business, callbacks) = business(BRAND).apply(Event::Approved);
        assert_eq!(business.status(), Status::Active);
        assert_eq!(
            told(&callbacks),
            [
                "BUSINESS_CONTACT APPROVED",
                "BUSINESS_ADDRESS APPROVED",
                "BUSINESS_DOCUMENT APPROVED",
                "BUSINESS_BANK APPROVED",
                "BRAND_PHOTO_PROOF APPROVED",
                "BUSINESS ACTIVE",
                "BRAND ACTIVE",
                "BRAND.OPERATIONAL_STATUS ACTIVE",
                "BRAND_PRODUCT ACTIVE",
            ]
        );
        let entities: Vec<_> = callbacks.iter().map(|callback| callback.entity.is_some()).collect();
        // Of two addresses neither is the one that the verdict is about.
        assert_eq!(entities, [true, false, true, true, true, false, false, false, true]);
    }

    #[test]
    fn each_brand_is_told_of_on_its_own() {
        let (business, callbacks) = business(&format!("{BRAND},{BRAND}")).apply(Event::Approved);
        for kind in [CallbackType::BrandPhotoProof, CallbackType::Brand, CallbackType::BrandProduct]
        {
            let brands: Vec<_> = callbacks
                .iter()
                .filter(|callback| callback.callback_type == kind)
                .map(|callback| callback.brand.as_ref().unwrap().id.clone())
                .collect();
            assert_eq!(brands, [business.brands[0].id.clone(), business.brands[1].id.clone()]);
        }
    }

    #[test]
    fn an_invited_business_waits_for_its_owner() {
        let body =
            br#"{"business":{"partner_ref_id":"x","name":"x","contact":{"name":"x","email":"x",
            "phone_calling_code":62,"phone_number":8}},"invited_user":{"email":"x"}}"#;
        let invitation = LiteRegistration::parse(body).unwrap();
        let mut ids = IdSource::new(Some(1));
        let now = Timestamp::from_millis(0);
        let invited = Business::invited(invitation, "BRN-P".into(), &[], &mut ids, now);
        let (invited, callbacks) = invited.apply(Event::Approved);
        assert_eq!(invited.status(), Status::Updating);
        assert_eq!(callbacks, []);
    }
}
