//! Get Business Data: `GET /business/{brand id}`, signed (documented: Get Business Data API as
//! far as `photo_proofs`; the rest A02). The business stands at the root, without a wrapper.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize};
use typed_builder::TypedBuilder;

use crate::{
    amount::Amount,
    code::{
        BrandCategory, BusinessType, LegalEntity, Platform, Readiness, ReviewStatus, Status,
        TicketSize, TransactionFrequency, TransactionQuantity,
    },
    extra::{Extra, keep_extra},
    id::{BrandId, BusinessId, ClientId, PhotoProofId},
    lenient::{self, Unwrapped},
    partner::{
        lite::LiteContact,
        part::{Address, Bank, Contact, Document, Service, SocialMedia},
    },
    secret::{FileLink, Personal, SecretKey},
    validate::{self, Fault, FaultKind, ParseError},
};

/// A business as DOKU knows it. Only the id is certain to be there: a lite business that its
/// owner has not completed shows little more (A28).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[builder(field_defaults(default, setter(into)))]
#[serde(default = "BusinessData::empty")]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct BusinessData {
    /// `BSN-…`.
    #[builder(!default)]
    pub id: BusinessId,
    /// `UPDATING` until decided, then `ACTIVE` or `REJECTED` (A02, A07).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::readable")]
    pub status: Option<Status>,
    /// The partner's own name for a lite business.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::readable")]
    pub partner_ref_id: Option<String>,
    /// As registered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::readable")]
    pub name: Option<String>,
    /// As registered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::readable")]
    pub description: Option<String>,
    /// As registered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::readable")]
    pub email: Option<Personal>,
    /// As registered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_text")]
    pub phone_calling_code: Option<String>,
    /// As registered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::readable")]
    pub phone_number: Option<Personal>,
    /// The partner that registered it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::readable")]
    pub partner: Option<ClientId>,
    /// By which way it was registered; `api`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::readable")]
    pub platform: Option<Platform>,
    /// `type`, as registered.
    #[serde(
        rename = "type",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub business_type: Option<BusinessType>,
    /// As registered (A02).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::readable")]
    pub callback_url: Option<String>,
    /// As registered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::readable")]
    pub website_readiness: Option<Coded<Readiness>>,
    /// As registered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::readable")]
    pub mobile_app_readiness: Option<Coded<Readiness>>,
    /// As registered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::readable")]
    pub legal_entity: Option<Coded<LegalEntity>>,
    /// Its brands.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub brands: Vec<BrandData>,
    /// As registered, each with `id` and `status` (A02).
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub addresses: Vec<Address>,
    /// As registered, each with `id` and `status` (A02).
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub banks: Vec<Bank>,
    /// As registered, each with `id` and `status`; documents with a `link` (A02).
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub contacts: Vec<Contact>,
    /// Papers of the company, with a `link` (A02, A22).
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub documents: Vec<Document>,
    /// Of a lite business, as sent (A28).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::readable")]
    pub contact: Option<LiteContact>,
    /// Why it was refused (A02).
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::texts")]
    pub reject_notes: Vec<String>,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

impl BusinessData {
    /// Every absent field's default. An absent id reads as an empty one, which is then refused.
    fn empty() -> Self {
        Self::builder().id("").build()
    }

    /// Reads a reply: the business at the root, as documented, or in a `business` wrapper, as the
    /// other operations have it. Of what only DOKU sets, a field of no known shape reads as absent.
    ///
    /// # Errors
    /// [`ParseError`] when the body is larger than 1 MiB, is not JSON of this shape or has no `id`.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        Self::parse_within(body, validate::MAX_BODY)
    }

    /// As [`Self::parse`], with a limit of one's own in bytes.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_within(body: &[u8], limit: usize) -> Result<Self, ParseError> {
        let Unwrapped(Read(data)) = validate::read_within(body, limit)?;
        if data.id.as_str().is_empty() {
            let message = "is mandatory in a reply: is this a business?";
            return Err(ParseError::Faults(vec![Fault::new(
                "/id",
                FaultKind::Missing,
                "GET",
                message,
            )]));
        }
        Ok(data)
    }
}

/// A business that may have no id.
struct Read(BusinessData);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut extra = Extra::default();
        let reader = crate::extra::Reader { inner: deserializer, extra: &mut extra };
        let mut data = BusinessData::deserialize(reader)?;
        data.extra = extra;
        Ok(Self(data))
    }
}

impl<'de> Deserialize<'de> for BusinessData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Unwrapped(Read(data)) = Deserialize::deserialize(deserializer)?;
        if data.id.as_str().is_empty() {
            return Err(serde::de::Error::custom("a business without an id"));
        }
        Ok(data)
    }
}

impl Serialize for BusinessData {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// A brand as DOKU knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[builder(field_defaults(default, setter(into)))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct BrandData {
    /// `BRN-…`.
    #[builder(!default)]
    pub id: BrandId,
    /// As [`BusinessData::status`] (A02).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub status: Option<Status>,
    /// `ACTIVE`, `SUSPENDED` or `FULL_SUSPENDED`, once there is one (A02).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub operational_status: Option<Status>,
    /// As registered.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub name: Option<String>,
    /// As registered (A02).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub description: Option<String>,
    /// The key to take payments for the brand with: its secret key.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub shared_key: Option<SecretKey>,
    /// As registered.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub category: Option<BrandCategory>,
    /// In IDR; set by DOKU (A29).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub minimum_transaction: Option<Amount>,
    /// In IDR; set by DOKU (A29).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub maximum_transaction: Option<Amount>,
    /// As registered.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub transaction_frequency: Option<Coded<TransactionFrequency>>,
    /// As registered.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub transaction_quantity: Option<Coded<TransactionQuantity>>,
    /// Set by DOKU (A29).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub ticket_size: Option<Coded<TicketSize>>,
    /// Set by DOKU (A29).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub finance_status: Option<ReviewStatus>,
    /// Set by DOKU (A29).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub risk_engine_status: Option<ReviewStatus>,
    /// As registered, under ids of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub photo_proofs: Vec<PhotoProof>,
    /// As registered, each with an `id` (A02).
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub social_media: Vec<SocialMedia>,
    /// Its payment methods (A02).
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "lenient::readable"
    )]
    pub services: Vec<Service>,
    /// Why it was refused or suspended (A02).
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::texts")]
    pub reject_notes: Vec<String>,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

/// A photo proof of a brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct PhotoProof {
    /// `PHP-…`, another than the uploaded file's.
    pub id: PhotoProofId,
    /// Where the photo can be read, for a while.
    #[serde(
        default = "lenient::blank::<FileLink>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub photo: FileLink,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

keep_extra!(BrandData, PhotoProof);

/// A code with the name that people see.
///
/// Read from `{"code","name"}`, from `{"code","value"}` and from the bare code, since the page's
/// sample and table differ; written as `{"code","name"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(rename = "Coded{T}"))]
#[non_exhaustive]
pub struct Coded<T> {
    /// The code.
    pub code: T,
    /// Its name; empty where DOKU's is not known.
    pub name: String,
}

impl<T> Coded<T> {
    /// A code with its name.
    pub fn new(code: T, name: impl Into<String>) -> Self {
        Self { code, name: name.into() }
    }
}

impl<'de, T: From<String>> Deserialize<'de> for Coded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CodedVisitor<T>(PhantomData<T>);

        impl<'de, T: From<String>> serde::de::Visitor<'de> for CodedVisitor<T> {
            type Value = Coded<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a code, or an object with a code and a name")
            }

            fn visit_str<E: serde::de::Error>(self, code: &str) -> Result<Coded<T>, E> {
                Ok(Coded::new(code.to_owned().into(), ""))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Coded<T>, A::Error> {
                #[derive(Deserialize)]
                struct Object {
                    code: String,
                    name: Option<String>,
                    value: Option<String>,
                }

                let object =
                    Object::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                let name = object.name.or(object.value).unwrap_or_default();
                Ok(Coded::new(object.code.into(), name))
            }
        }

        deserializer.deserialize_any(CodedVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coded_field_is_read_in_three_spellings_and_written_in_one() {
        for text in [
            r#"{"code":"UMI","name":"< IDR 20 Mio"}"#,
            r#"{"code":"UMI","value":"< IDR 20 Mio"}"#,
            r#""UMI""#,
        ] {
            let coded: Coded<TransactionFrequency> = serde_json::from_str(text).unwrap();
            assert_eq!(coded.code, TransactionFrequency::Umi);
        }
        let coded = Coded::new(TransactionFrequency::Umi, "x");
        assert_eq!(serde_json::to_string(&coded).unwrap(), r#"{"code":"UMI","name":"x"}"#);
    }

    #[test]
    fn a_reply_needs_an_id_and_nothing_else() {
        let data = BusinessData::parse(br#"{"id":"BSN-1","brands":null,"new":[1]}"#).unwrap();
        assert_eq!(data.id, BusinessId::from("BSN-1"));
        let wrapped =
            BusinessData::parse(br#"{"message":["SUCCESS"],"business":{"id":"BSN-1","new":[1]}}"#)
                .unwrap();
        assert_eq!(wrapped, data);
        assert!(BusinessData::parse(b"{}").is_err());
    }

    #[test]
    fn no_debug_output_shows_a_key_or_a_person() {
        let data = BusinessData::parse(
            br#"{"id":"BSN-1","email":"marker@example.com","phone_number":"marker",
                "brands":[{"id":"BRN-1","shared_key":"marker"}],
                "banks":[{"account_name":"marker","account_number":"marker","bank_id":"4",
                "bank_name":"BANK BCA","country":"ID","currency":"IDR","swift_code":"014"}]}"#,
        )
        .unwrap();
        assert!(!format!("{data:#?}").contains("marker"));
    }
}
