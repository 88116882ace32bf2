//! The parts of a business: what Business Registration sends (documented: Business Registration
//! API) and Get Business Data shows again, with the fields that only replies have (A02).
//!
//! What is mandatory is so in a request: the builders ask for it, and `validate()` tells what is
//! blank. A reply may leave out anything, since none is documented this far; what it leaves out reads
//! as blank, and is left out again when it is written.

use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use crate::{
    code::{
        Currency, DocumentCode, FileCategory, FormCode, PaymentMethod, Position, SocialMediaCode,
        Status,
    },
    extra::{Extra, keep_extra},
    id::{AddressId, BankId, ContactId, FileId, SocialMediaId},
    lenient,
    secret::{FileLink, Personal},
};

/// `social_media[]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct SocialMedia {
    /// Only in replies (A02).
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::reply_only"
    )]
    pub id: Option<SocialMediaId>,
    /// URLs of the accounts.
    #[serde(default, deserialize_with = "lenient::list")]
    pub accounts: Vec<String>,
    /// Which network.
    #[serde(
        default = "lenient::blank::<SocialMediaCode>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub code: SocialMediaCode,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

/// An uploaded file, named by its id: `photo_proofs[]` and `owner_liveness`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct FileRef {
    /// From the upload's reply.
    #[serde(
        default = "lenient::blank::<FileId>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub id: FileId,
    /// Fields that this version does not know.
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

impl<T: Into<FileId>> From<T> for FileRef {
    fn from(id: T) -> Self {
        Self { id: id.into(), extra: Extra::default() }
    }
}

/// `business.addresses[]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct Address {
    /// Only in replies (A02).
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::reply_only"
    )]
    pub id: Option<AddressId>,
    /// Only in replies (A02).
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::reply_only"
    )]
    pub status: Option<Status>,
    /// `17133 - Kali Baru - Medan Satria - Bekasi - Jawa Barat`: postal code, then village up to
    /// province. At most 255 characters.
    #[serde(
        default = "lenient::blank::<Personal>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub area: Personal,
    /// ISO 3166 alpha-2.
    #[serde(
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub country: String,
    /// Street and number. At most 255 characters.
    #[serde(
        default = "lenient::blank::<Personal>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub name: Personal,
    /// Whether this is the main one.
    #[builder(setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

/// `business.banks[]`: where the money goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct Bank {
    /// Only in replies (A02).
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::reply_only"
    )]
    pub id: Option<BankId>,
    /// Only in replies (A02).
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::reply_only"
    )]
    pub status: Option<Status>,
    /// Whose account it is.
    #[serde(
        default = "lenient::blank::<Personal>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub account_name: Personal,
    /// The account.
    #[serde(
        default = "lenient::blank::<Personal>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub account_number: Personal,
    /// DOKU's number of the bank, such as `4`.
    #[serde(
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::text_or_blank"
    )]
    pub bank_id: String,
    /// Such as `BANK BCA`.
    #[serde(
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub bank_name: String,
    /// ISO 3166 alpha-2.
    #[serde(
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub country: String,
    /// ISO 4217; `IDR`.
    #[serde(
        default = "lenient::blank::<Currency>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub currency: Currency,
    /// Such as `014`.
    #[serde(
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::text_or_blank"
    )]
    pub swift_code: String,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

/// `business.contacts[]`: a person, with papers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct Contact {
    /// Only in replies (A02).
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::reply_only"
    )]
    pub id: Option<ContactId>,
    /// Only in replies (A02).
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::reply_only"
    )]
    pub status: Option<Status>,
    /// The papers that Check Requirements asks for.
    #[serde(default, deserialize_with = "lenient::list")]
    pub documents: Vec<Document>,
    /// Mandatory.
    #[serde(
        default = "lenient::blank::<Personal>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub email: Personal,
    /// At most 255 characters. Mandatory.
    #[serde(
        default = "lenient::blank::<Personal>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub name: Personal,
    /// ISO 3166 alpha-2.
    #[serde(
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub nationality: String,
    /// Digits, such as `62`. Also read as `calling_code`, and from a number.
    #[serde(
        alias = "calling_code",
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::text_or_blank"
    )]
    pub phone_calling_code: String,
    /// Digits, without country code and leading 0. Also read from a number.
    #[serde(
        default = "lenient::blank::<Personal>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub phone_number: Personal,
    /// What the person is to the business.
    #[serde(
        default = "lenient::blank::<Position>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub position: Position,
    /// Whether this is the main one.
    #[builder(setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
    /// The owner's face, taken live; mandatory for `PERSONAL`.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_liveness: Option<FileRef>,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

/// A document: an uploaded file, and what stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct Document {
    /// Which document.
    #[serde(
        default = "lenient::blank::<DocumentCode>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub code: DocumentCode,
    /// `DOCUMENT`.
    #[builder(default = FileCategory::Document)]
    #[serde(
        default = "lenient::blank::<FileCategory>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub category: FileCategory,
    /// From the upload's reply.
    #[serde(
        default = "lenient::blank::<FileId>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub id: FileId,
    /// What Check Requirements asks to be filled in.
    #[builder(default)]
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub forms: Vec<Form>,
    /// Where the file can be read for 60 minutes; only in replies (A02).
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::reply_only"
    )]
    pub link: Option<FileLink>,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

impl Document {
    /// An identity card of Indonesia: the id of its upload, and the 16 digits of its NIK.
    pub fn ktp(id: impl Into<FileId>, nik: impl Into<Personal>) -> Self {
        let form = Form::new(FormCode::NoKtp, nik);
        Self::builder().code(DocumentCode::Ktp).id(id).forms([form]).build()
    }
}

/// One value of a document's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct Form {
    /// Such as `NO_KTP`.
    #[serde(
        default = "lenient::blank::<FormCode>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub code: FormCode,
    /// Such as the 16 digits of a NIK: personal data.
    #[serde(
        default = "lenient::blank::<Personal>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub value: Personal,
    /// Fields that this version does not know.
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

impl Form {
    /// The form `code` with its value.
    pub fn new(code: impl Into<FormCode>, value: impl Into<Personal>) -> Self {
        Self { code: code.into(), value: value.into(), extra: Extra::default() }
    }
}

/// A service (payment method) of a brand (A01, A02).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct Service {
    /// Such as `QRIS`.
    #[serde(
        default = "lenient::blank::<PaymentMethod>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub code: PaymentMethod,
    /// For people.
    #[serde(
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub name: String,
    /// `PENDING`, then `ACTIVE` or `REJECTED`.
    #[serde(
        default = "lenient::blank::<Status>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub status: Status,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

keep_extra!(SocialMedia, FileRef, Address, Bank, Contact, Document, Form, Service);
