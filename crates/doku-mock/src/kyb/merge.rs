//! How the lists of an update meet those that are stored (A08), and how entries get their ids.

use doku_types::{
    AddressId, BankId, ContactId, PhotoProofId, SocialMediaId, Timestamp,
    partner::{
        part::{Address, Bank, Contact, Document, FileRef, SocialMedia},
        registration::{Brand, Registration},
        update::{AddressUpdate, BankUpdate, ContactUpdate, DocumentUpdate, SocialMediaUpdate},
    },
    validate::{Fault, FaultKind},
};

use crate::id::IdSource;

/// An entry of a list that has an id of its own.
pub(super) trait Entry: Clone + PartialEq {
    type Id: Clone + PartialEq + From<String>;
    type Sent;
    const PREFIX: &'static str;

    fn id(&self) -> Option<&Self::Id>;
    fn set_id(&mut self, id: Option<Self::Id>);
    fn sent_id(sent: &Self::Sent) -> Option<&Self::Id>;

    /// An entry of which nothing is known.
    fn blank() -> Self;

    /// Takes over what was sent; the rest stays.
    fn take(&mut self, sent: Self::Sent, pointer: &str, faults: &mut Vec<Fault>);

    /// What is judged of it.
    fn content(&self) -> Self {
        let mut content = self.clone();
        content.set_id(None);
        content
    }
}

/// The list that was sent, its entries completed from the stored ones; new ones have no id yet.
pub(super) fn list<E: Entry>(
    stored: &[E],
    sent: Option<Vec<E::Sent>>,
    pointer: &str,
    faults: &mut Vec<Fault>,
) -> Vec<E> {
    let Some(sent) = sent else {
        return stored.to_vec();
    };
    let mut merged: Vec<E> = Vec::with_capacity(sent.len());
    for (index, sent) in sent.into_iter().enumerate() {
        let pointer = format!("{pointer}/{index}");
        let mut entry = match E::sent_id(&sent) {
            None => E::blank(),
            Some(id) => {
                if merged.iter().any(|entry| entry.id() == Some(id)) {
                    faults.push(repeated(&pointer));
                }
                let known = stored.iter().find(|entry| entry.id() == Some(id));
                known.cloned().unwrap_or_else(|| {
                    faults.push(unknown(&pointer));
                    E::blank()
                })
            }
        };
        entry.take(sent, &pointer, faults);
        merged.push(entry);
    }
    merged
}

/// As [`list`], of documents: one whose file is not known in this list is new.
pub(super) fn documents(
    stored: &[Document],
    sent: Option<Vec<DocumentUpdate>>,
    pointer: &str,
    faults: &mut Vec<Fault>,
) -> Vec<Document> {
    let Some(sent) = sent else {
        return stored.to_vec();
    };
    let mut merged: Vec<Document> = Vec::with_capacity(sent.len());
    for (index, sent) in sent.into_iter().enumerate() {
        let id = sent.id.unwrap_or_else(|| "".into());
        if merged.iter().any(|document| document.id == id) {
            faults.push(repeated(&format!("{pointer}/{index}")));
        }
        let known = stored.iter().find(|document| document.id == id).cloned();
        let mut document = known.unwrap_or_else(|| Document::builder().code("").id(id).build());
        set(&mut document.code, sent.code);
        set(&mut document.category, sent.category);
        set(&mut document.forms, sent.forms);
        merged.push(document);
    }
    merged
}

/// A photo proof: the id that the brand shows it by, unless it is new, and its file.
pub(super) type Photo = (Option<PhotoProofId>, FileRef);

/// As [`list`], of photo proofs, which `DCM-` and `PHP-` ids name alike.
pub(super) fn photos(
    stored: Vec<Photo>,
    sent: Option<Vec<FileRef>>,
    pointer: &str,
    faults: &mut Vec<Fault>,
) -> Vec<Photo> {
    let Some(sent) = sent else {
        return stored;
    };
    let mut merged: Vec<Photo> = Vec::with_capacity(sent.len());
    for (index, sent) in sent.into_iter().enumerate() {
        let pointer = format!("{pointer}/{index}");
        let names = |(id, file): &&Photo| {
            file.id == sent.id || id.as_ref().is_some_and(|id| id.as_str() == sent.id.as_str())
        };
        let photo = match stored.iter().find(names) {
            Some(known) => known.clone(),
            None => {
                if sent.id.prefix() == Some("PHP") {
                    faults.push(unknown(&pointer));
                }
                (None, sent)
            }
        };
        // Two photos may be of one file, as they may in a registration; one photo is there once.
        let again = |(id, file): &Photo| match (id, &photo.0) {
            (None, None) => file.id == photo.1.id,
            (id, known) => id == known,
        };
        if merged.iter().any(again) {
            faults.push(repeated(&pointer));
        }
        merged.push(photo);
    }
    merged
}

/// Gives each entry without an id one: that of a stored entry which is the same, or a new one.
pub(super) fn identify<E: Entry>(
    stored: &[E],
    merged: &mut [E],
    ids: &mut IdSource,
    now: Timestamp,
) {
    for index in 0..merged.len() {
        if merged[index].id().is_some() {
            continue;
        }
        let content = merged[index].content();
        let taken = |id: &E::Id| merged.iter().any(|entry| entry.id() == Some(id));
        let same = stored
            .iter()
            .filter(|entry| entry.content() == content)
            .find_map(|entry| entry.id().filter(|id| !taken(id)).cloned());
        let id = same.unwrap_or_else(|| ids.id(E::PREFIX, now).into());
        merged[index].set_id(Some(id));
    }
}

/// Whether two lists say the same.
pub(super) fn same<E: Entry>(one: &[E], other: &[E]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| one.content() == other.content())
}

/// Gives the entries of a new registration their ids, and takes out what only replies have.
pub(super) fn number(registration: &mut Registration, ids: &mut IdSource, now: Timestamp) {
    let business = &mut registration.business;
    for address in &mut business.addresses {
        address.id = None;
        address.status = None;
    }
    for bank in &mut business.banks {
        bank.id = None;
        bank.status = None;
    }
    for contact in &mut business.contacts {
        contact.id = None;
        contact.status = None;
    }
    let contacts = business.contacts.iter_mut().flat_map(|contact| &mut contact.documents);
    for document in contacts.chain(&mut business.documents) {
        document.link = None;
    }
    identify(&[], &mut business.addresses, ids, now);
    identify(&[], &mut business.banks, ids, now);
    identify(&[], &mut business.contacts, ids, now);
}

/// As [`number`], of a new brand; returns the ids of its photo proofs.
pub(super) fn number_brand(
    brand: &mut Brand,
    ids: &mut IdSource,
    now: Timestamp,
) -> Vec<PhotoProofId> {
    for medium in &mut brand.social_media {
        medium.id = None;
    }
    identify(&[], &mut brand.social_media, ids, now);
    brand.photo_proofs.iter().map(|_| ids.id("PHP", now).into()).collect()
}

/// Takes a field over if it was sent.
pub(super) fn set<T>(field: &mut T, sent: Option<T>) {
    if let Some(sent) = sent {
        *field = sent;
    }
}

/// As [`set`], of a field that need not be there.
pub(super) fn set_option<T>(field: &mut Option<T>, sent: Option<T>) {
    if sent.is_some() {
        *field = sent;
    }
}

pub(super) fn unknown(pointer: &str) -> Fault {
    let message =
        "names no stored entry: send an id that Get Business Data shows, or none for a new entry";
    Fault::new(format!("{pointer}/id"), FaultKind::NotFound, "A08", message)
}

pub(super) fn repeated(pointer: &str) -> Fault {
    let message = "names an entry for the second time: send each entry once";
    Fault::new(format!("{pointer}/id"), FaultKind::NotAllowed, "A08", message)
}

macro_rules! identified {
    ($id:ident, $sent:ident, $prefix:literal) => {
        type Id = $id;
        type Sent = $sent;
        const PREFIX: &'static str = $prefix;

        fn id(&self) -> Option<&$id> {
            self.id.as_ref()
        }

        fn set_id(&mut self, id: Option<$id>) {
            self.id = id;
        }

        fn sent_id(sent: &$sent) -> Option<&$id> {
            sent.id.as_ref()
        }
    };
}

impl Entry for Address {
    identified!(AddressId, AddressUpdate, "ADR");

    fn blank() -> Self {
        let mut blank = Self::builder().area("").country("").name("").primary(false).build();
        blank.primary = None;
        blank
    }

    fn take(&mut self, sent: AddressUpdate, _: &str, _: &mut Vec<Fault>) {
        set(&mut self.area, sent.area);
        set(&mut self.country, sent.country);
        set(&mut self.name, sent.name);
        set_option(&mut self.primary, sent.primary);
    }
}

impl Entry for Bank {
    identified!(BankId, BankUpdate, "BNK");

    fn blank() -> Self {
        Self::builder()
            .account_name("")
            .account_number("")
            .bank_id("")
            .bank_name("")
            .country("")
            .currency("")
            .swift_code("")
            .build()
    }

    fn take(&mut self, sent: BankUpdate, _: &str, _: &mut Vec<Fault>) {
        set(&mut self.account_name, sent.account_name);
        set(&mut self.account_number, sent.account_number);
        set(&mut self.bank_id, sent.bank_id);
        set(&mut self.bank_name, sent.bank_name);
        set(&mut self.country, sent.country);
        set(&mut self.currency, sent.currency);
        set(&mut self.swift_code, sent.swift_code);
    }
}

impl Entry for SocialMedia {
    identified!(SocialMediaId, SocialMediaUpdate, "SCM");

    fn blank() -> Self {
        Self::builder().accounts([]).code("").build()
    }

    fn take(&mut self, sent: SocialMediaUpdate, _: &str, _: &mut Vec<Fault>) {
        set(&mut self.accounts, sent.accounts);
        set(&mut self.code, sent.code);
    }
}

impl Entry for Contact {
    identified!(ContactId, ContactUpdate, "CNT");

    fn blank() -> Self {
        let mut blank = Self::builder()
            .documents([])
            .email("")
            .name("")
            .nationality("")
            .phone_calling_code("")
            .phone_number("")
            .position("")
            .primary(false)
            .build();
        blank.primary = None;
        blank
    }

    fn take(&mut self, sent: ContactUpdate, pointer: &str, faults: &mut Vec<Fault>) {
        let pointer = format!("{pointer}/documents");
        self.documents = documents(&self.documents, sent.documents, &pointer, faults);
        set(&mut self.email, sent.email);
        set(&mut self.name, sent.name);
        set(&mut self.nationality, sent.nationality);
        set(&mut self.phone_calling_code, sent.phone_calling_code);
        set(&mut self.phone_number, sent.phone_number);
        set(&mut self.position, sent.position);
        set_option(&mut self.primary, sent.primary);
        set_option(&mut self.owner_liveness, sent.owner_liveness);
    }

    /// Its documents are judged by themselves.
    fn content(&self) -> Self {
        let mut content = self.clone();
        content.id = None;
        content.documents.clear();
        content
    }
}
