//! Business Registration: `POST /business`, signed (documented: Business Registration API; its
//! reply is not, A01). The page's table of fields is cut off: what is mandatory beyond it
//! follows the page's sample (A26).

mod check;
mod reply;

use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use crate::{
    code::{
        BrandCategory, BusinessType, LegalEntity, Readiness, TransactionFrequency,
        TransactionQuantity,
    },
    extra::{Extra, keep_extra},
    id::FileId,
    lenient,
    partner::{
        file::FilePurpose,
        part::{Address, Bank, Contact, Document, FileRef, SocialMedia},
    },
    secret::Personal,
    validate::request,
};

pub(super) use check::{check_callback_url, check_calling_code, check_number, check_type};
pub use reply::{RegisteredBrand, RegisteredBusiness, RegistrationReply};

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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct Business {
    /// `type`; `PERSONAL`, the only documented value, unless set. Mandatory.
    #[builder(default = BusinessType::Personal)]
    #[serde(rename = "type")]
    #[serde(
        default = "lenient::blank::<BusinessType>",
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
        default = "lenient::blank::<LegalEntity>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub legal_entity: LegalEntity,
    /// Mandatory.
    #[serde(
        default = "lenient::blank::<String>",
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
        default = "lenient::blank::<Personal>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub email: Personal,
    /// Digits, such as `62`. Mandatory. Also read as `calling_code`, and from a number.
    #[serde(
        alias = "calling_code",
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::text_or_blank"
    )]
    pub phone_calling_code: String,
    /// Digits, without country code and leading 0. Mandatory. Also read from a number.
    #[serde(
        default = "lenient::blank::<Personal>",
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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct Brand {
    /// At most 255 characters. Mandatory.
    #[serde(
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub name: String,
    /// At most 1023 characters. Mandatory.
    #[serde(
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub description: String,
    /// Mandatory.
    #[serde(
        default = "lenient::blank::<BrandCategory>",
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

keep_extra!(Registration, Partner, Business, Brand);
request!(Registration, check::RULES, check::more_faults);
