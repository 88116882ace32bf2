//! Any update.

use doku_types::partner::{
    part::{Address, Bank, Contact},
    registration::Brand,
    update::{
        AddressUpdate, BankUpdate, BrandUpdate, BusinessUpdate, ContactUpdate, DocumentUpdate,
        SocialMediaUpdate, Update,
    },
};
use proptest::prelude::*;

use super::{Values, registrations};

/// Updates of which each field may be left out, made of a registration's parts: those of an entry
/// with an id, and now and then of one without.
pub(crate) fn updates(values: Values) -> impl Strategy<Value = Update> {
    let ids = || (values.or_odd(Just(true), Just(false)), values.text(30));
    (registrations(values), any::<u32>(), ids()).prop_map(|(registration, kept, (has_id, id))| {
        let mut bits = kept;
        let mut keep = || {
            bits = bits.rotate_left(1);
            bits & 1 == 1
        };
        let id = has_id.then_some(id);
        let from = registration.business;
        let mut business = BusinessUpdate::builder().extra(from.extra).build();
        business.business_type = keep().then_some(from.business_type);
        business.legal_entity = keep().then_some(from.legal_entity);
        business.name = keep().then_some(from.name);
        business.email = keep().then_some(from.email);
        business.phone_calling_code = keep().then_some(from.phone_calling_code);
        business.phone_number = keep().then_some(from.phone_number);
        business.callback_url = from.callback_url;
        business.description = from.description;
        business.website_readiness = from.website_readiness;
        business.mobile_app_readiness = from.mobile_app_readiness;
        business.brands = keep().then(|| {
            let brand = |from: Brand| {
                let mut brand = BrandUpdate::builder().extra(from.extra).build();
                brand.id = id.clone().map(Into::into);
                brand.name = keep().then_some(from.name);
                brand.description = keep().then_some(from.description);
                brand.category = keep().then_some(from.category);
                brand.transaction_frequency = from.transaction_frequency;
                brand.transaction_quantity = from.transaction_quantity;
                brand.social_media = keep()
                    .then(|| from.social_media.into_iter().map(SocialMediaUpdate::from).collect());
                brand.photo_proofs = keep().then_some(from.photo_proofs);
                brand
            };
            from.brands.into_iter().map(brand).collect()
        });
        business.addresses = keep().then(|| {
            let address = |from: Address| {
                let mut address = AddressUpdate::from(from);
                address.id = id.clone().map(Into::into);
                address.area = address.area.filter(|_| keep());
                address.primary = address.primary.filter(|_| keep());
                address
            };
            from.addresses.into_iter().map(address).collect()
        });
        business.banks = keep().then(|| {
            let bank = |from: Bank| {
                let mut bank = BankUpdate::from(from);
                bank.id = id.clone().map(Into::into);
                bank.bank_id = bank.bank_id.filter(|_| keep());
                bank.swift_code = bank.swift_code.filter(|_| keep());
                bank
            };
            from.banks.into_iter().map(bank).collect()
        });
        business.contacts = keep().then(|| {
            let contact = |from: Contact| {
                let mut contact = ContactUpdate::from(from);
                contact.id = id.clone().map(Into::into);
                contact.email = contact.email.filter(|_| keep());
                contact.documents = contact.documents.filter(|_| keep());
                contact
            };
            from.contacts.into_iter().map(contact).collect()
        });
        business.documents =
            keep().then(|| from.documents.into_iter().map(DocumentUpdate::from).collect());
        let mut update = Update::builder().business(business).build();
        update.partner = registration.partner;
        update
    })
}
