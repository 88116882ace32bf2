//! An update: what is sent meets what is stored, and what has changed is under review again (A08,
//! A44, A45).

use doku_types::{
    PhotoProofId, Timestamp,
    code::BrandCategory,
    partner::{
        part::Document,
        registration::{self, Registration},
        update::{BrandUpdate, Update},
    },
    validate::{Fault, FaultKind},
};

use super::{
    agenda::{Action, Changed},
    brand::{Brand, Service},
    business::{Business, Submission},
    merge::{self, Photo, set, set_option},
    part::{Owner, Part},
    review::{Review, Reviews},
};
use crate::id::IdSource;

impl Business {
    /// The business with `update` in it, and what that puts under review; no step is planned for it
    /// yet. The caller looks at [`Self::registration`] of the result, which may lack something and whose
    /// files may be new, and keeps the result or not. It differs also where `Changed` is empty: nobody judges a `callback_url`.
    ///
    /// # Errors
    /// All faults of entries that are not stored (A08).
    pub(crate) fn update(
        &self,
        update: Update,
        ids: &mut IdSource,
        now: Timestamp,
    ) -> Result<(Self, Changed), Vec<Fault>> {
        let Submission::Full { registration: stored, partner_ref_id } = &self.submission else {
            let message = "is not complete: its owner has to complete the invitation first";
            return Err(vec![Fault::new("/business", FaultKind::NotAllowed, "A28", message)]);
        };
        let mut faults = Vec::new();
        let (mut merged, mut photos) = self.merged(stored, update, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }

        let (old, new) = (&stored.business, &mut merged.business);
        merge::identify(&old.addresses, &mut new.addresses, ids, now);
        merge::identify(&old.banks, &mut new.banks, ids, now);
        merge::identify(&old.contacts, &mut new.contacts, ids, now);
        for (index, brand) in new.brands.iter_mut().enumerate() {
            let media = old.brands.get(index).map(|brand| &*brand.social_media);
            merge::identify(media.unwrap_or_default(), &mut brand.social_media, ids, now);
        }

        let changed = changed(stored, &merged);
        let mut business = self.clone();
        business.submission = Submission::Full {
            registration: Box::new(merged),
            partner_ref_id: partner_ref_id.clone(),
        };
        let services: Vec<_> = self.brands[0].services.iter().map(Service::anew).collect();
        for (index, photos) in photos.drain(..).enumerate() {
            if index == business.brands.len() {
                business.brands.push(Brand::new(services.clone(), ids, now));
            }
            let mut number =
                |id: Option<PhotoProofId>| id.unwrap_or_else(|| ids.id("PHP", now).into());
            business.brands[index].photo_proof_ids =
                photos.into_iter().map(|(id, _)| number(id)).collect();
        }
        business.reopen(&changed);
        Ok((business, changed))
    }

    /// The registration as the update makes it, with the photos of each brand.
    fn merged(
        &self,
        stored: &Registration,
        update: Update,
        faults: &mut Vec<Fault>,
    ) -> (Registration, Vec<Vec<Photo>>) {
        let mut merged = stored.clone();
        set_option(&mut merged.partner, update.partner);
        let business = &mut merged.business;
        let sent = update.business;
        set(&mut business.business_type, sent.business_type);
        set_option(&mut business.callback_url, sent.callback_url);
        set(&mut business.legal_entity, sent.legal_entity);
        set(&mut business.name, sent.name);
        set_option(&mut business.description, sent.description);
        set(&mut business.email, sent.email);
        set(&mut business.phone_calling_code, sent.phone_calling_code);
        set(&mut business.phone_number, sent.phone_number);
        set_option(&mut business.website_readiness, sent.website_readiness);
        set_option(&mut business.mobile_app_readiness, sent.mobile_app_readiness);
        let at = |list: &str| format!("/business/{list}");
        business.addresses =
            merge::list(&business.addresses, sent.addresses, &at("addresses"), faults);
        business.banks = merge::list(&business.banks, sent.banks, &at("banks"), faults);
        business.contacts = merge::list(&business.contacts, sent.contacts, &at("contacts"), faults);
        business.documents =
            merge::documents(&business.documents, sent.documents, &at("documents"), faults);

        let stored_photos = business.brands.iter().zip(&self.brands).map(|(sent, brand)| {
            let ids = brand.photo_proof_ids.iter().cloned().map(Some);
            ids.zip(sent.photo_proofs.iter().cloned()).collect()
        });
        let mut photos: Vec<Vec<Photo>> = stored_photos.collect();
        if let Some(sent) = sent.brands {
            self.merge_brands(&mut business.brands, &mut photos, sent, faults);
        }
        for (brand, photos) in business.brands.iter_mut().zip(&photos) {
            brand.photo_proofs = photos.iter().map(|(_, file)| file.clone()).collect();
        }
        (merged, photos)
    }

    /// Brands keep their places; new ones follow. None can be left out, for none can be removed.
    fn merge_brands(
        &self,
        brands: &mut Vec<registration::Brand>,
        photos: &mut Vec<Vec<Photo>>,
        sent: Vec<BrandUpdate>,
        faults: &mut Vec<Fault>,
    ) {
        let mut seen = vec![false; self.brands.len()];
        for (n, sent) in sent.into_iter().enumerate() {
            let pointer = format!("/business/brands/{n}");
            let place = match &sent.id {
                None => {
                    brands.push(blank());
                    photos.push(Vec::new());
                    brands.len() - 1
                }
                Some(id) => {
                    let Some(place) = self.brands.iter().position(|brand| brand.id == *id) else {
                        faults.push(merge::unknown(&pointer));
                        continue;
                    };
                    if std::mem::replace(&mut seen[place], true) {
                        faults.push(merge::repeated(&pointer));
                    }
                    place
                }
            };
            let stored = std::mem::take(&mut photos[place]);
            let at = format!("{pointer}/photo_proofs");
            photos[place] = merge::photos(stored, sent.photo_proofs, &at, faults);
            let brand = &mut brands[place];
            set(&mut brand.name, sent.name);
            set(&mut brand.description, sent.description);
            set(&mut brand.category, sent.category);
            set_option(&mut brand.transaction_frequency, sent.transaction_frequency);
            set_option(&mut brand.transaction_quantity, sent.transaction_quantity);
            let at = format!("{pointer}/social_media");
            brand.social_media = merge::list(&brand.social_media, sent.social_media, &at, faults);
        }
        if seen.contains(&false) {
            let message = "leaves out a brand, which cannot be removed: send every stored brand, an unchanged one with its id alone";
            faults.push(Fault::new("/business/brands", FaultKind::Missing, "A08", message));
        }
    }

    /// Opens the review of what has changed, and of whoever it belongs to.
    fn reopen(&mut self, changed: &Changed) {
        if changed.is_empty() {
            return;
        }
        let brands = &self.brands;
        self.agenda
            .give_way_to(changed, |brand, service| brands[brand].services[service].code().clone());
        for owner in changed.owners() {
            let Some(registration) = self.registration() else { return };
            let gone: Vec<_> = Part::ALL
                .into_iter()
                .filter(|part| part.is_of(owner) && !part.is_in(registration, owner))
                .collect();
            let Reviews { own, parts } = self.reviews_mut(owner);
            *own = Review::UnderReview;
            parts.retain(|part, _| !gone.contains(part));
            self.agenda.retain(|action| {
                !matches!(action, Action::Judge(of, part, _) if *of == owner && gone.contains(part))
            });
        }
        for (owner, part) in changed.parts() {
            self.reviews_mut(owner).parts.insert(part, Review::UnderReview);
        }
    }
}

/// What differs in content, but for what nobody judges.
fn changed(old: &Registration, new: &Registration) -> Changed {
    let mut changed = Changed::default();
    let mut compare = |owner, own: bool, parts: &[(Part, bool)]| {
        let differ = parts.iter().filter(|(_, same)| !same).map(|(part, _)| *part);
        if !own || parts.iter().any(|(_, same)| !same) {
            changed.put(owner, differ.filter(|part| part.is_in(new, owner)));
        }
    };
    let (before, after) = (&old.business, &new.business);
    let parts = [
        (Part::Contact, merge::same(&before.contacts, &after.contacts)),
        (Part::Address, merge::same(&before.addresses, &after.addresses)),
        (Part::Document, documents(before).eq(documents(after))),
        (Part::Bank, merge::same(&before.banks, &after.banks)),
    ];
    compare(Owner::Business, own_fields(before) == own_fields(after), &parts);
    for (index, after) in after.brands.iter().enumerate() {
        let owner = Owner::Brand(index);
        match before.brands.get(index) {
            Some(before) => {
                let media = merge::same(&before.social_media, &after.social_media);
                let photos = before.photo_proofs == after.photo_proofs;
                let own = brand_fields(before) == brand_fields(after);
                compare(owner, own, &[(Part::SocialMedia, media), (Part::PhotoProof, photos)]);
            }
            // All of a new brand.
            None => compare(owner, false, &[(Part::SocialMedia, false), (Part::PhotoProof, false)]),
        }
    }
    changed
}

/// All documents, the contacts' first.
fn documents(business: &registration::Business) -> impl Iterator<Item = &Document> {
    business.contacts.iter().flat_map(|contact| &contact.documents).chain(&business.documents)
}

/// The fields that are the business's own, without its parts.
fn own_fields(business: &registration::Business) -> registration::Business {
    let mut own = business.clone();
    own.callback_url = None;
    own.addresses.clear();
    own.banks.clear();
    own.brands.clear();
    own.contacts.clear();
    own.documents.clear();
    own
}

/// As [`own_fields`], of a brand.
fn brand_fields(brand: &registration::Brand) -> registration::Brand {
    let mut own = brand.clone();
    own.social_media.clear();
    own.photo_proofs.clear();
    own
}

/// A brand of which nothing is known.
fn blank() -> registration::Brand {
    registration::Brand::builder()
        .name("")
        .description("")
        .category(BrandCategory::from(""))
        .photo_proofs([])
        .build()
}
