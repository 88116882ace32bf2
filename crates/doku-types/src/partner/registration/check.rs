//! The rules of a registration, some of which an update has too.

use super::Registration;
use crate::{
    code::{BusinessType, LegalEntity},
    partner::part::Contact,
    secret::Personal,
    validate::{Fault, FaultKind, Rule, flag, is_http_url, list, object, text},
};

/// Rules that the table cannot say.
pub(super) fn more_faults(registration: &Registration, faults: &mut Vec<Fault>) {
    let business = &registration.business;
    check_type(Some(&business.business_type), Some(&business.legal_entity), faults);
    check_callback_url(business.callback_url.as_deref(), faults);
    check_calling_code(&business.phone_calling_code, || "/business".to_owned(), "BR", faults);
    check_number(&business.phone_number, || "/business".to_owned(), "BR", faults);
    for (index, contact) in business.contacts.iter().enumerate() {
        let pointer = || format!("/business/contacts/{index}");
        check_calling_code(&contact.phone_calling_code, pointer, "A26", faults);
        check_number(&contact.phone_number, pointer, "A26", faults);
        if business.business_type == BusinessType::Personal {
            check_personal(contact, &pointer(), faults);
        }
    }
}

/// What the sample has, which is of a `PERSONAL` business, and that of a company may not need (A26).
fn check_personal(contact: &Contact, pointer: &str, faults: &mut Vec<Fault>) {
    let mut missing = |pointer: String, message: &str| {
        faults.push(Fault::new(pointer, FaultKind::Missing, "A26", message));
    };
    if contact.owner_liveness.is_none() {
        let message = "is mandatory: upload an OWNER_LIVENESS file and name its id";
        missing(format!("{pointer}/owner_liveness"), message);
    }
    for (index, document) in contact.documents.iter().enumerate() {
        if document.forms.is_empty() {
            let message = "is mandatory: send what Check Requirements asks for, such as NO_KTP";
            missing(format!("{pointer}/documents/{index}/forms"), message);
        }
    }
}

/// Type and legal form, of a registration and of an update, which may leave out either.
pub(crate) fn check_type(
    business_type: Option<&BusinessType>,
    legal_entity: Option<&LegalEntity>,
    faults: &mut Vec<Fault>,
) {
    let mut fault = |pointer: &str, message: &str| {
        faults.push(Fault::new(pointer, FaultKind::NotAllowed, "A33", message));
    };
    let personal = legal_entity.map(|entity| *entity == LegalEntity::Perseorangan);
    match (business_type, personal) {
        (Some(BusinessType::Unknown(_)), _) => {
            fault("/business/type", "is not known: send PERSONAL or CORPORATE");
        }
        (Some(BusinessType::Personal), Some(false)) => {
            fault("/business/legal_entity", "does not go with PERSONAL: send PERSEORANGAN");
        }
        (Some(BusinessType::Corporate), Some(true)) => fault(
            "/business/legal_entity",
            "does not go with CORPORATE: send the company's form, such as PT",
        ),
        _ => {}
    }
}

/// A calling code, of a registration and of an update; blank counts as missing, which the table
/// reports. `pointer` is of the object it stands in.
pub(crate) fn check_calling_code(
    code: &str,
    pointer: impl FnOnce() -> String,
    evidence: &'static str,
    faults: &mut Vec<Fault>,
) {
    if !code.trim().is_empty() && !code.bytes().all(|b| b.is_ascii_digit()) {
        let pointer = format!("{}/phone_calling_code", pointer());
        let message = "is not a calling code: send its digits alone, such as 62";
        faults.push(Fault::new(pointer, FaultKind::NotAllowed, evidence, message));
    }
}

/// `callback_url`, of a registration and of an update.
pub(crate) fn check_callback_url(url: Option<&str>, faults: &mut Vec<Fault>) {
    // A blank one cannot be called either.
    if url.is_some_and(|url| !is_http_url(url)) {
        let message = "is not an absolute http or https URL without user name and fragment: send one such as https://shop.example/doku";
        let pointer = "/business/callback_url";
        faults.push(Fault::new(pointer, FaultKind::NotAllowed, "A35", message));
    }
}

/// A phone number, as [`check_calling_code`].
pub(crate) fn check_number(
    number: &Personal,
    pointer: impl FnOnce() -> String,
    evidence: &'static str,
    faults: &mut Vec<Fault>,
) {
    let number = number.expose();
    let local = number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
    if !local && !number.trim().is_empty() {
        let message = "is not a local number: send digits only, without country code or leading 0";
        let pointer = format!("{}/phone_number", pointer());
        faults.push(Fault::new(pointer, FaultKind::NotAllowed, evidence, message));
    }
}

pub(super) const RULES: &[Rule] = &[
    object("/business", "BR").mandatory(),
    text("/business/type", "BR").mandatory(),
    text("/business/callback_url", "A35").max(2048),
    text("/business/legal_entity", "BR").mandatory(),
    text("/business/name", "BR").mandatory(),
    text("/business/description", "BR").max(1023),
    text("/business/email", "BR").mandatory(),
    text("/business/phone_calling_code|calling_code", "BR").mandatory().lenient(),
    text("/business/phone_number", "BR").mandatory().lenient().max(13),
    flag("/business/website_readiness", "A26").lenient(),
    flag("/business/mobile_app_readiness", "A26").lenient(),
    list("/business/brands", "BR").mandatory(),
    object("/business/brands/*", "BR").mandatory(),
    text("/business/brands/*/name", "BR").mandatory().max(255),
    text("/business/brands/*/description", "BR").mandatory().max(1023),
    text("/business/brands/*/category", "BR").mandatory().max(10),
    text("/business/brands/*/transaction_frequency", "BR").max(3),
    text("/business/brands/*/transaction_quantity", "BR").max(255),
    list("/business/brands/*/social_media", "A26"),
    object("/business/brands/*/social_media/*", "A26").mandatory(),
    list("/business/brands/*/social_media/*/accounts", "A26").mandatory(),
    text("/business/brands/*/social_media/*/accounts/*", "A26").mandatory(),
    text("/business/brands/*/social_media/*/code", "A26").mandatory(),
    list("/business/brands/*/photo_proofs", "A26").mandatory(),
    object("/business/brands/*/photo_proofs/*", "A26").mandatory(),
    text("/business/brands/*/photo_proofs/*/id", "A26").mandatory(),
    list("/business/addresses", "BR").mandatory(),
    object("/business/addresses/*", "BR").mandatory(),
    text("/business/addresses/*/area", "BR").mandatory().max(255),
    text("/business/addresses/*/country", "BR").mandatory().max(2),
    text("/business/addresses/*/name", "BR").mandatory().max(255),
    flag("/business/addresses/*/primary", "BR").mandatory(),
    list("/business/banks|bank_account", "A26").mandatory().lenient(),
    object("/business/banks|bank_account/*?", "A26").mandatory(),
    text("/business/banks|bank_account/*?/account_name", "A26").mandatory(),
    text("/business/banks|bank_account/*?/account_number", "A26").mandatory().lenient(),
    text("/business/banks|bank_account/*?/bank_id", "A26").mandatory().lenient(),
    text("/business/banks|bank_account/*?/bank_name", "A26").mandatory(),
    text("/business/banks|bank_account/*?/country", "A26").mandatory().max(2),
    text("/business/banks|bank_account/*?/currency", "A26").mandatory(),
    text("/business/banks|bank_account/*?/swift_code", "A26").mandatory().lenient(),
    list("/business/contacts", "A26").mandatory(),
    object("/business/contacts/*", "A26").mandatory(),
    text("/business/contacts/*/name", "BR").mandatory().max(255),
    text("/business/contacts/*/email", "A26").mandatory(),
    text("/business/contacts/*/nationality", "A26").mandatory().max(2),
    text("/business/contacts/*/phone_calling_code|calling_code", "A26").mandatory().lenient(),
    text("/business/contacts/*/phone_number", "A26").mandatory().lenient().max(13),
    text("/business/contacts/*/position", "A26").mandatory(),
    flag("/business/contacts/*/primary", "A26").mandatory(),
    object("/business/contacts/*/owner_liveness", "A26"),
    text("/business/contacts/*/owner_liveness/id", "A26").mandatory(),
    list("/business/contacts/*/documents", "A26").mandatory(),
    object("/business/contacts/*/documents/*", "A26").mandatory(),
    text("/business/contacts/*/documents/*/code", "A26").mandatory(),
    text("/business/contacts/*/documents/*/category", "A26").mandatory(),
    text("/business/contacts/*/documents/*/id", "A26").mandatory(),
    list("/business/contacts/*/documents/*/forms", "A26"),
    object("/business/contacts/*/documents/*/forms/*", "A26").mandatory(),
    text("/business/contacts/*/documents/*/forms/*/code", "A26").mandatory(),
    text("/business/contacts/*/documents/*/forms/*/value", "A26").mandatory().lenient(),
    list("/business/documents", "A22"),
    object("/business/documents/*", "A22").mandatory(),
    text("/business/documents/*/code", "A22").mandatory(),
    text("/business/documents/*/category", "A22").mandatory(),
    text("/business/documents/*/id", "A22").mandatory(),
    list("/business/documents/*/forms", "A22"),
    object("/business/documents/*/forms/*", "A22").mandatory(),
    text("/business/documents/*/forms/*/code", "A22").mandatory(),
    text("/business/documents/*/forms/*/value", "A22").mandatory().lenient(),
    object("/partner", "A26"),
    list("/partner/invited_user", "A26"),
    text("/partner/invited_user/*", "A26").mandatory(),
];
