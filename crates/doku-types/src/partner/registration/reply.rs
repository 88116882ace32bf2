//! The reply to a registration (A01).

use serde::{Deserialize, Deserializer, Serialize};
use typed_builder::TypedBuilder;

use crate::{
    code::Status,
    extra::{Extra, keep_extra},
    id::{BrandId, BusinessId},
    lenient::{self, Unwrapped},
    partner::part::Service,
    secret::SecretKey,
};

/// The reply (A01; update's is the same).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
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
