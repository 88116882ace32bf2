//! Create Business Lite: `POST /business/lite/registration`, signed (documented: Create Business
//! Lite API). Invites the owner, who completes the data in DOKU's dashboard.

use serde::{Deserialize, Deserializer, Serialize};
use typed_builder::TypedBuilder;

use crate::{
    extra::{Extra, keep_extra},
    id::{BrandId, BusinessId},
    lenient::{self, Unwrapped},
    secret::Personal,
    validate::{Fault, FaultKind, Rule, object, request, text},
};

/// The invitation.
///
/// ```
/// use doku_types::partner::lite::{LiteBusiness, LiteContact, LiteRegistration};
///
/// let invitation = LiteRegistration::builder()
///     .business(
///         LiteBusiness::builder()
///             .partner_ref_id("shop-42")
///             .name("Warung Sederhana")
///             .contact(
///                 LiteContact::builder()
///                     .name("Siti")
///                     .email("siti@example.com")
///                     .phone_calling_code("62")
///                     .phone_number("81234567890")
///                     .build(),
///             )
///             .build(),
///     )
///     .invited_user("siti@example.com")
///     .build();
/// assert!(serde_json::to_string(&invitation).unwrap().contains("shop-42"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
pub struct LiteRegistration {
    /// Mandatory.
    pub business: LiteBusiness,
    /// Optional.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// Who gets the invitation. Mandatory.
    pub invited_user: InvitedUser,
}

/// `business` of an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
pub struct LiteBusiness {
    /// The partner's own name for the business. Not to be used twice (A20).
    #[serde(
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub partner_ref_id: String,
    /// Mandatory.
    #[serde(
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub name: String,
    /// Mandatory.
    pub contact: LiteContact,
}

/// Whom to ask about the business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
#[serde(remote = "Self")]
pub struct LiteContact {
    /// Mandatory.
    #[serde(
        default = "lenient::blank::<Personal>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub name: Personal,
    /// Mandatory.
    #[serde(
        default = "lenient::blank::<Personal>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub email: Personal,
    /// Digits, such as `62`. Also read from a number.
    #[serde(
        alias = "calling_code",
        default = "lenient::blank::<String>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::text_or_blank"
    )]
    pub phone_calling_code: String,
    /// Digits. Also read from a number.
    #[serde(
        default = "lenient::blank::<Personal>",
        skip_serializing_if = "lenient::is_blank",
        deserialize_with = "lenient::or_blank"
    )]
    pub phone_number: Personal,
    /// Fields that this version does not know.
    #[builder(default)]
    #[serde(flatten, skip_deserializing)]
    pub extra: Extra,
}

/// `referral`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
pub struct Referral {
    /// At most 6 characters. Optional.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// `invited_user`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct InvitedUser {
    /// Mandatory.
    pub email: Personal,
}

impl<T: Into<Personal>> From<T> for InvitedUser {
    fn from(email: T) -> Self {
        Self { email: email.into() }
    }
}

/// The reply: ids, but no status and no key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LiteReply {
    /// The one field of the reply. Read without this wrapper too, as Get Business Data is.
    pub business: InvitedBusiness,
}

impl<'de> Deserialize<'de> for LiteReply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Unwrapped::deserialize(deserializer).map(|Unwrapped(business)| Self { business })
    }
}

/// An invited business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
pub struct InvitedBusiness {
    /// `BSN-…`.
    pub id: BusinessId,
    /// As sent.
    pub partner_ref_id: String,
    /// One.
    #[serde(default, deserialize_with = "lenient::list")]
    pub brands: Vec<InvitedBrand>,
}

/// The brand of an invited business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[builder(field_defaults(setter(into)))]
#[non_exhaustive]
pub struct InvitedBrand {
    /// `BRN-…`; Get Business Data is asked by it.
    pub id: BrandId,
}

keep_extra!(LiteContact);
request!(LiteRegistration, RULES, more_faults);

/// Rules that the table cannot say: both are numbers on the page.
fn more_faults(invitation: &LiteRegistration, faults: &mut Vec<Fault>) {
    let contact = &invitation.business.contact;
    for (name, digits) in [
        ("phone_calling_code", contact.phone_calling_code.as_str()),
        ("phone_number", contact.phone_number.expose()),
    ] {
        if !digits.trim().is_empty() && !digits.bytes().all(|b| b.is_ascii_digit()) {
            let pointer = format!("/business/contact/{name}");
            let message = "is not a number: send digits only";
            faults.push(Fault::new(pointer, FaultKind::NotAllowed, "LITE", message));
        }
    }
}

const RULES: &[Rule] = &[
    object("/business", "LITE").mandatory(),
    text("/business/partner_ref_id", "LITE").mandatory(),
    text("/business/name", "LITE").mandatory(),
    object("/business/contact", "LITE").mandatory(),
    text("/business/contact/name", "LITE").mandatory(),
    text("/business/contact/email", "LITE").mandatory(),
    text("/business/contact/phone_calling_code|calling_code", "LITE").mandatory().lenient(),
    text("/business/contact/phone_number", "LITE").mandatory().lenient().max(13),
    object("/referral", "LITE"),
    text("/referral/code", "LITE").max(6),
    object("/invited_user", "LITE").mandatory(),
    text("/invited_user/email", "LITE").mandatory(),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_the_referral_is_mandatory() {
        let pointers: Vec<_> = LiteRegistration::parse(br#"{"business":{"contact":{}}}"#)
            .unwrap_err()
            .faults()
            .iter()
            .map(|fault| fault.pointer.clone())
            .collect();
        assert_eq!(
            pointers,
            [
                "/business/partner_ref_id",
                "/business/name",
                "/business/contact/name",
                "/business/contact/email",
                "/business/contact/phone_calling_code",
                "/business/contact/phone_number",
                "/invited_user",
            ]
        );
    }
}
