//! KYB callbacks, `POST` to `business.callback_url` (types documented: the overview; the body is
//! not, A03).

use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use crate::{
    code::{CallbackType, Status},
    extra::{Extra, keep_extra},
    id::{BrandId, BusinessId, EntityId},
    lenient,
    validate::{self, ParseError},
};

/// One verdict (A03).
///
/// ```
/// use doku_types::{code::CallbackType, partner::callback::Callback};
///
/// let body = br#"{"type":"BUSINESS","status":"ACTIVE","business":{"id":"BSN-1"},"new":1}"#;
/// let callback = Callback::parse(body).unwrap();
/// assert_eq!(callback.callback_type, CallbackType::Business);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[builder(field_defaults(setter(into)))]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct Callback {
    /// `type`: what the verdict is about.
    #[serde(rename = "type")]
    pub callback_type: CallbackType,
    /// The verdict: of a part `APPROVED` or `REJECTED`, of a business or brand `ACTIVE` or
    /// `REJECTED`, of the operation `ACTIVE`, `SUSPENDED` or `FULL_SUSPENDED`, of a service
    /// `ACTIVE` or `REJECTED` (A07).
    #[serde(
        default = "lenient::blank::<Status>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub status: Status,
    /// Why it was refused or suspended.
    #[builder(default)]
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::texts")]
    pub reject_notes: Vec<String>,
    /// Whose verdict.
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub business: Option<BusinessRef>,
    /// The brand; of a business with several and a verdict about the business, the first.
    #[builder(default, setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub brand: Option<BrandRef>,
    /// The one entry or service that the verdict is about, where there is one (A32).
    #[builder(default)]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::readable"
    )]
    pub entity: Option<Entity>,
    /// Fields that this version does not know: none of the body is documented.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

keep_extra!(Callback);

impl Callback {
    /// Reads a callback's body. Verify its signature first.
    ///
    /// # Errors
    /// [`ParseError`] when the body is larger than 1 MiB, is not a JSON object or has no `type`. Since
    /// the body is not documented, any other field that is of another shape than expected reads as
    /// absent.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        validate::read(body)
    }
}

/// Names a business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BusinessRef {
    /// `BSN-…`.
    pub id: BusinessId,
}

impl<T: Into<BusinessId>> From<T> for BusinessRef {
    fn from(id: T) -> Self {
        Self { id: id.into() }
    }
}

/// Names a brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BrandRef {
    /// `BRN-…`.
    pub id: BrandId,
}

impl<T: Into<BrandId>> From<T> for BrandRef {
    fn from(id: T) -> Self {
        Self { id: id.into() }
    }
}

/// Names what a verdict is about: an address, a bank, a contact, a document, a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[builder(field_defaults(default))]
#[non_exhaustive]
pub struct Entity {
    /// As Get Business Data shows it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::option_verbatim"
    )]
    pub id: Option<EntityId>,
    /// Of a document (`KTP`), a social medium (`INSTAGRAM`) or a service (`QRIS`).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::option_verbatim"
    )]
    pub code: Option<String>,
}
