//! A business that was read, as the update that sends it back.

use super::{
    AddressUpdate, BankUpdate, BrandUpdate, BusinessUpdate, ContactUpdate, DocumentUpdate,
    SocialMediaUpdate, Update,
};
use crate::extra::Extra;
use crate::lenient::Blank;
use crate::partner::{
    business::{BrandData, BusinessData, PhotoProof},
    part::{Address, Bank, Contact, Document, FileRef, SocialMedia},
};

impl BusinessData {
    /// The update that would send this business back as it is: edit it, or the business before it,
    /// and send it. What only DOKU sets (statuses, keys, links, notes) is left out, fields unknown
    /// here go along to the byte.
    ///
    /// ```
    /// use doku_types::partner::business::BusinessData;
    ///
    /// let body = br#"{"id":"BSN-1","name":"Warung","addresses":[{"id":"ADR-1","status":"REJECTED",
    ///     "area":"17133","country":"ID","name":"Jalan 1","primary":true,"geo":-6.20}]}"#;
    /// let mut update = BusinessData::parse(body).unwrap().into_update();
    /// update.business.addresses.as_mut().unwrap()[0].area = Some("17134".into());
    /// assert_eq!(
    ///     serde_json::to_string(&update).unwrap(),
    ///     r#"{"business":{"name":"Warung","addresses":[{"id":"ADR-1","area":"17134",
    /// "country":"ID","name":"Jalan 1","primary":true,"geo":-6.20}]}}"#.replace('\n', ""),
    /// );
    /// ```
    pub fn into_update(self) -> Update {
        let business = BusinessUpdate {
            business_type: self.business_type,
            callback_url: self.callback_url,
            legal_entity: self.legal_entity.map(|coded| coded.code),
            name: self.name,
            description: self.description,
            email: self.email,
            phone_calling_code: self.phone_calling_code,
            phone_number: self.phone_number,
            website_readiness: self.website_readiness.map(|coded| coded.code),
            mobile_app_readiness: self.mobile_app_readiness.map(|coded| coded.code),
            brands: changes(self.brands),
            addresses: changes(self.addresses),
            banks: changes(self.banks),
            contacts: changes(self.contacts),
            documents: changes(self.documents),
            extra: self.extra,
        };
        Update { business, partner: None }
    }
}

/// A list that is not there stays as it is.
fn changes<T, U: From<T>>(list: Vec<T>) -> Option<Vec<U>> {
    (!list.is_empty()).then(|| list.into_iter().map(U::from).collect())
}

impl From<BrandData> for BrandUpdate {
    fn from(brand: BrandData) -> Self {
        Self {
            id: Some(brand.id),
            name: brand.name,
            description: brand.description,
            category: brand.category,
            transaction_frequency: brand.transaction_frequency.map(|coded| coded.code),
            transaction_quantity: brand.transaction_quantity.map(|coded| coded.code),
            social_media: changes(brand.social_media),
            photo_proofs: changes(brand.photo_proofs),
            extra: brand.extra,
        }
    }
}

impl From<PhotoProof> for FileRef {
    /// The photo by its own id, which names its file as well (A08).
    fn from(photo: PhotoProof) -> Self {
        Self { id: photo.id.as_str().into(), extra: ours(photo.extra) }
    }
}

impl From<SocialMedia> for SocialMediaUpdate {
    fn from(sent: SocialMedia) -> Self {
        let SocialMedia { id, accounts, code, extra } = sent;
        let accounts = (!accounts.is_empty()).then_some(accounts);
        Self { id, accounts, code: filled(code), extra: ours(extra) }
    }
}

impl From<Address> for AddressUpdate {
    fn from(address: Address) -> Self {
        let Address { id, status: _, area, country, name, primary, extra } = address;
        Self {
            id,
            area: filled(area),
            country: filled(country),
            name: filled(name),
            primary,
            extra,
        }
    }
}

impl From<Bank> for BankUpdate {
    fn from(bank: Bank) -> Self {
        Self {
            id: bank.id,
            account_name: filled(bank.account_name),
            account_number: filled(bank.account_number),
            bank_id: filled(bank.bank_id),
            bank_name: filled(bank.bank_name),
            country: filled(bank.country),
            currency: filled(bank.currency),
            swift_code: filled(bank.swift_code),
            extra: bank.extra,
        }
    }
}

impl From<Contact> for ContactUpdate {
    fn from(contact: Contact) -> Self {
        Self {
            id: contact.id,
            documents: changes(contact.documents),
            email: filled(contact.email),
            name: filled(contact.name),
            nationality: filled(contact.nationality),
            phone_calling_code: filled(contact.phone_calling_code),
            phone_number: filled(contact.phone_number),
            position: filled(contact.position),
            primary: contact.primary,
            owner_liveness: contact.owner_liveness,
            extra: contact.extra,
        }
    }
}

impl From<Document> for DocumentUpdate {
    fn from(document: Document) -> Self {
        let Document { code, category, id, forms, link: _, extra } = document;
        Self {
            id: filled(id),
            code: filled(code),
            category: filled(category),
            forms: (!forms.is_empty()).then_some(forms),
            extra: ours(extra),
        }
    }
}

/// What a reply left out stays as it is.
fn filled<T: Blank>(value: T) -> Option<T> {
    (!value.is_blank()).then_some(value)
}

/// Without what only DOKU sets, where a reply has it beyond A02.
fn ours(mut extra: Extra) -> Extra {
    for name in ["status", "reject_notes", "link"] {
        extra.remove(name);
    }
    extra
}
