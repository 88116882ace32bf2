//! Business Registration: `POST /business`, signed (documented: Business Registration API; its
//! reply is not, A01). The page's table of fields is cut off: what is mandatory beyond it
//! follows the page's sample (A26).

use serde::{Deserialize, Deserializer, Serialize};
use typed_builder::TypedBuilder;

use crate::{
    code::{
        BrandCategory, BusinessType, LegalEntity, Readiness, Status, TransactionFrequency,
        TransactionQuantity,
    },
    extra::{Extra, keep_extra},
    id::{BrandId, BusinessId, FileId},
    lenient::{self, Unwrapped},
    partner::{
        file::FilePurpose,
        part::{Address, Bank, Contact, Document, FileRef, Service, SocialMedia},
    },
    secret::{Personal, SecretKey},
    validate::{Fault, FaultKind, Rule, flag, is_http_url, list, object, request, text},
};

/// A registration: the business, and whom of the partner's people to invite.
///
/// The builders know what is mandatory: what is left out does not compile. A personal merchant:
///
/// ```
/// use doku_types::code::{BrandCategory, Position, SocialMediaCode};
/// use doku_types::partner::part::{Address, Bank, Contact, Document, FileRef, SocialMedia};
/// use doku_types::partner::registration::{Brand, Business, Registration};
///
/// let business = Business::builder()
///     .name("Warung Contoh")
///     .email("warung@example.com")
///     .phone_calling_code("62")
///     .phone_number("81234567890")
///     .callback_url("https://platform.example/doku/callbacks")
///     .brands([Brand::builder()
///         .name("Warung Contoh")
///         .description("Nasi goreng")
///         .category(BrandCategory::NonRetail)
///         .social_media([SocialMedia::builder()
///             .code(SocialMediaCode::Instagram)
///             .accounts(["https://www.instagram.com/warung".to_owned()])
///             .build()])
///         .photo_proofs([FileRef::from("DCM-0131-1234567890123")])
///         .build()])
///     .addresses([Address::builder()
///         .area("17133 - Kali Baru - Medan Satria - Bekasi - Jawa Barat")
///         .name("Jalan Contoh 1")
///         .country("ID")
///         .primary(true)
///         .build()])
///     .banks([Bank::builder()
///         .account_name("John Doe")
///         .account_number("98765432")
///         .bank_id("4")
///         .bank_name("BANK BCA")
///         .swift_code("014")
///         .country("ID")
///         .currency("IDR")
///         .build()])
///     .contacts([Contact::builder()
///         .name("John Doe")
///         .email("john@example.com")
///         .nationality("ID")
///         .phone_calling_code("62")
///         .phone_number("81987654321")
///         .position(Position::Owner)
///         .primary(true)
///         .documents([Document::ktp("DCM-0132-1234567890123", "1234567890123456")])
///         .owner_liveness("CNT-0114-1234567890123")
///         .build()])
///     .build();
/// let registration = Registration::builder().business(business).build();
/// assert_eq!(registration.validate(), []);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct Registration {
    /// Mandatory.
    pub business: Business,
    /// Optional.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<Partner>,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

impl Registration {
    /// Every file that the registration names: its pointer, what it is and its id.
    pub fn files(&self) -> Vec<(String, FilePurpose, &FileId)> {
        let mut files = Vec::new();
        let business = &self.business;
        for (b, brand) in business.brands.iter().enumerate() {
            for (p, proof) in brand.photo_proofs.iter().enumerate() {
                let pointer = format!("/business/brands/{b}/photo_proofs/{p}/id");
                files.push((pointer, FilePurpose::photo_proof(), &proof.id));
            }
        }
        for (c, contact) in business.contacts.iter().enumerate() {
            for (d, document) in contact.documents.iter().enumerate() {
                let pointer = format!("/business/contacts/{c}/documents/{d}/id");
                files.push((pointer, FilePurpose::document(document.code.clone()), &document.id));
            }
            if let Some(liveness) = &contact.owner_liveness {
                let pointer = format!("/business/contacts/{c}/owner_liveness/id");
                files.push((pointer, FilePurpose::owner_liveness(), &liveness.id));
            }
        }
        for (d, document) in business.documents.iter().enumerate() {
            let pointer = format!("/business/documents/{d}/id");
            files.push((pointer, FilePurpose::document(document.code.clone()), &document.id));
        }
        files
    }
}

/// `partner`: people of the partner who get access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct Partner {
    /// E-mail addresses.
    #[serde(default, deserialize_with = "lenient::list")]
    pub invited_user: Vec<Personal>,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

/// `business`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct Business {
    /// `type`; `PERSONAL`, the only documented value, unless set. Mandatory.
    #[builder(default = BusinessType::Personal)]
    #[serde(rename = "type")]
    #[serde(
        default = "lenient::blank",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub business_type: BusinessType,
    /// Where the KYB callbacks go: an absolute http or https URL of at most 2048 characters (A35).
    /// Without it none are sent.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// Mandatory; `PERSEORANGAN`, which goes with `PERSONAL`, unless set.
    #[builder(default = LegalEntity::Perseorangan)]
    #[serde(
        default = "lenient::blank",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub legal_entity: LegalEntity,
    /// Mandatory.
    #[serde(
        default = "lenient::blank",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub name: String,
    /// At most 1023 characters.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Mandatory.
    #[serde(
        default = "lenient::blank",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub email: Personal,
    /// Digits, such as `62`. Mandatory. Also read as `calling_code`, and from a number.
    #[serde(
        alias = "calling_code",
        default = "lenient::blank",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::text_or_blank"
    )]
    pub phone_calling_code: String,
    /// Digits, without country code and leading 0. Mandatory. Also read from a number.
    #[serde(
        default = "lenient::blank",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub phone_number: Personal,
    /// Also read from a boolean.
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readiness"
    )]
    pub website_readiness: Option<Readiness>,
    /// Also read from a boolean.
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readiness"
    )]
    pub mobile_app_readiness: Option<Readiness>,
    /// At least one.
    #[serde(default, deserialize_with = "lenient::list")]
    pub brands: Vec<Brand>,
    /// At least one.
    #[serde(default, deserialize_with = "lenient::list")]
    pub addresses: Vec<Address>,
    /// At least one. Also read from one object called `bank_account`.
    #[serde(default, alias = "bank_account", deserialize_with = "lenient::one_or_list")]
    pub banks: Vec<Bank>,
    /// At least one.
    #[serde(default, deserialize_with = "lenient::list")]
    pub contacts: Vec<Contact>,
    /// Papers of the company; `CORPORATE` only (A22).
    #[builder(default)]
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub documents: Vec<Document>,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

/// `business.brands[]`: what the customers see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct Brand {
    /// At most 255 characters. Mandatory.
    #[serde(
        default = "lenient::blank",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub name: String,
    /// At most 1023 characters. Mandatory.
    #[serde(
        default = "lenient::blank",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub description: String,
    /// Mandatory.
    #[serde(
        default = "lenient::blank",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub category: BrandCategory,
    /// How much is sold.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_frequency: Option<TransactionFrequency>,
    /// How often.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_quantity: Option<TransactionQuantity>,
    /// Where the brand is found.
    #[builder(default)]
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub social_media: Vec<SocialMedia>,
    /// At least one.
    #[serde(default, deserialize_with = "lenient::list")]
    pub photo_proofs: Vec<FileRef>,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

/// The reply (A01; update's is the same).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TypedBuilder)]
#[non_exhaustive]
pub struct RegistrationReply {
    /// The one field of the reply. Read without this wrapper too, as Get Business Data is.
    pub business: RegisteredBusiness,
}

impl<'de> Deserialize<'de> for RegistrationReply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Unwrapped::deserialize(deserializer).map(|Unwrapped(business)| Self { business })
    }
}

/// A registered business (A01). Since the reply is not documented, only the ids are certain: what is
/// of another shape than expected reads as absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct RegisteredBusiness {
    /// `BSN-…`.
    pub id: BusinessId,
    /// `UPDATING` (A21).
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub status: Option<Status>,
    /// As many as were sent, in their order.
    #[serde(default, deserialize_with = "lenient::list")]
    pub brands: Vec<RegisteredBrand>,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

/// A registered brand (A01).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct RegisteredBrand {
    /// `BRN-…`; Get Business Data is asked by it.
    pub id: BrandId,
    /// `UPDATING` (A21).
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub status: Option<Status>,
    /// The key to take payments for the brand with.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_key: Option<SecretKey>,
    /// Its payment methods, to be activated.
    #[serde(default, deserialize_with = "lenient::readable")]
    pub services: Vec<Service>,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

keep_extra!(RegisteredBusiness, RegisteredBrand);
keep_extra!(Registration, Partner, Business, Brand);
request!(Registration, RULES, more_faults);

/// Rules that the table cannot say.
fn more_faults(registration: &Registration, faults: &mut Vec<Fault>) {
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
pub(super) fn check_type(
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
pub(super) fn check_calling_code(
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
pub(super) fn check_callback_url(url: Option<&str>, faults: &mut Vec<Fault>) {
    // A blank one cannot be called either.
    if url.is_some_and(|url| !is_http_url(url)) {
        let message = "is not an absolute http or https URL without user name and fragment: send one such as https://shop.example/doku";
        let pointer = "/business/callback_url";
        faults.push(Fault::new(pointer, FaultKind::NotAllowed, "A35", message));
    }
}

/// A phone number, as [`check_calling_code`].
pub(super) fn check_number(
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

const RULES: &[Rule] = &[
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_of_which_only_the_ids_are_certain_is_read() {
        let body = br#"{"business":{"id":"BSN-1","brands":[{"id":"BRN-1","services":null}]}}"#;
        let reply: RegistrationReply = crate::validate::read(body).unwrap();
        assert_eq!(reply.business.brands[0].id, BrandId::from("BRN-1"));
        let unwrapped = br#"{"id":"BSN-1","brands":[{"id":"BRN-1"}]}"#;
        assert_eq!(crate::validate::read::<RegistrationReply>(unwrapped).unwrap(), reply);
    }
}
