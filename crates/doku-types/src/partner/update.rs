//! Update Business Data: `PUT /business/{brand id}`, signed (named in the overview; method, path and
//! body A08). The body is shaped like a registration's, with only what changes:
//!
//! * a field that is absent stays as it is, and `null` is a fault;
//! * a list that is sent replaces the stored one, and an entry with the `id` of a stored one keeps
//!   what it leaves out;
//! * a changed part goes back under review.
//!
//! To change one thing of a business that was read, fields unknown here included, see
//! [`BusinessData::into_update`](super::business::BusinessData::into_update).

// Every type here derives `Debug`; the builders that the macro brings with them do not.
#![allow(missing_debug_implementations)]

mod from_data;

use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use crate::{
    code::{
        BrandCategory, BusinessType, Currency, DocumentCode, FileCategory, LegalEntity, Position,
        Readiness, SocialMediaCode, TransactionFrequency, TransactionQuantity,
    },
    extra::{Extra, keep_extra},
    id::{AddressId, BankId, BrandId, ContactId, FileId, SocialMediaId},
    lenient,
    partner::{
        part::{FileRef, Form},
        registration::{Partner, check_callback_url, check_calling_code, check_number, check_type},
    },
    secret::Personal,
    validate::{Fault, Nulls, Rule, flag, list, object, request, text},
};

/// What changes.
///
/// ```
/// use doku_types::partner::update::{BusinessUpdate, Update};
///
/// let business = BusinessUpdate::builder().description("Nasi goreng and tea").build();
/// let update = Update::builder().business(business).build();
/// assert_eq!(
///     serde_json::to_string(&update).unwrap(),
///     r#"{"business":{"description":"Nasi goreng and tea"}}"#,
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Update {
    /// Mandatory.
    pub business: BusinessUpdate,
    /// People of the partner who get access.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<Partner>,
}

macro_rules! change {
    (
        $(#[$meta:meta])*
        $name:ident { $( $(#[$field_meta:meta])* $field:ident: $kind:ty, )+ }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(!remote))]
        #[builder(field_defaults(default, setter(into, strip_option)))]
        #[serde(default, remote = "Self")]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<$kind>,
            )+
            /// Fields that this version does not know.
            #[builder(setter(!strip_option))]
            #[serde(flatten, skip_deserializing)]
            pub extra: Extra,
        }

        keep_extra!($name);
    };
}

change! {
    /// `business`: each field as in [a registration](super::registration::Business).
    BusinessUpdate {
        /// `type`.
        #[serde(rename = "type")]
        business_type: BusinessType,
        /// Where the KYB callbacks go from now on (A35).
        callback_url: String,
        /// The legal form.
        legal_entity: LegalEntity,
        /// The name.
        name: String,
        /// At most 1023 characters.
        description: String,
        /// The e-mail address.
        email: Personal,
        /// Digits, such as `62`. Also read as `calling_code`, and from a number.
        #[serde(alias = "calling_code", deserialize_with = "lenient::option_text")]
        phone_calling_code: String,
        /// Digits, without country code and leading 0. Also read from a number.
        phone_number: Personal,
        /// Also read from a boolean.
        #[serde(deserialize_with = "lenient::readiness")]
        website_readiness: Readiness,
        /// Also read from a boolean.
        #[serde(deserialize_with = "lenient::readiness")]
        mobile_app_readiness: Readiness,
        /// The whole list, or none of it.
        brands: Vec<BrandUpdate>,
        /// The whole list, or none of it.
        addresses: Vec<AddressUpdate>,
        /// The whole list, or none of it. Also read from one object called `bank_account`.
        #[serde(alias = "bank_account", deserialize_with = "lenient::option_one_or_list")]
        banks: Vec<BankUpdate>,
        /// The whole list, or none of it.
        contacts: Vec<ContactUpdate>,
        /// The whole list, or none of it.
        documents: Vec<DocumentUpdate>,
    }
}

change! {
    /// `business.brands[]`.
    BrandUpdate {
        /// Of the brand that changes.
        id: BrandId,
        /// At most 255 characters.
        name: String,
        /// At most 1023 characters.
        description: String,
        /// The category.
        category: BrandCategory,
        /// How much is sold.
        transaction_frequency: TransactionFrequency,
        /// How often.
        transaction_quantity: TransactionQuantity,
        /// The whole list, or none of it.
        social_media: Vec<SocialMediaUpdate>,
        /// The whole list, or none of it: `DCM-` and `PHP-` id name the same photo.
        photo_proofs: Vec<FileRef>,
    }
}

change! {
    /// `social_media[]`.
    SocialMediaUpdate {
        /// Of a stored entry.
        id: SocialMediaId,
        /// URLs of the accounts.
        accounts: Vec<String>,
        /// Which network.
        code: SocialMediaCode,
    }
}

change! {
    /// `business.addresses[]`.
    AddressUpdate {
        /// Of a stored entry.
        id: AddressId,
        /// Postal code, then village up to province. At most 255 characters.
        area: Personal,
        /// ISO 3166 alpha-2.
        country: String,
        /// Street and number. At most 255 characters.
        name: Personal,
        /// Whether this is the main one.
        primary: bool,
    }
}

change! {
    /// `business.banks[]`.
    BankUpdate {
        /// Of a stored entry.
        id: BankId,
        /// Whose account it is.
        account_name: Personal,
        /// The account.
        account_number: Personal,
        /// DOKU's number of the bank.
        #[serde(deserialize_with = "lenient::option_text")]
        bank_id: String,
        /// Such as `BANK BCA`.
        bank_name: String,
        /// ISO 3166 alpha-2.
        country: String,
        /// ISO 4217.
        currency: Currency,
        /// Such as `014`.
        #[serde(deserialize_with = "lenient::option_text")]
        swift_code: String,
    }
}

change! {
    /// `business.contacts[]`.
    ContactUpdate {
        /// Of a stored entry.
        id: ContactId,
        /// The whole list, or none of it.
        documents: Vec<DocumentUpdate>,
        /// The e-mail address.
        email: Personal,
        /// At most 255 characters.
        name: Personal,
        /// ISO 3166 alpha-2.
        nationality: String,
        /// Digits, such as `62`. Also read as `calling_code`, and from a number.
        #[serde(alias = "calling_code", deserialize_with = "lenient::option_text")]
        phone_calling_code: String,
        /// Digits, without country code and leading 0. Also read from a number.
        phone_number: Personal,
        /// What the person is to the business.
        position: Position,
        /// Whether this is the main one.
        primary: bool,
        /// The owner's face, taken live.
        owner_liveness: FileRef,
    }
}

change! {
    /// A document. Its `id` is the file's: a stored one, or a newly uploaded one.
    DocumentUpdate {
        /// Of the file. Mandatory.
        id: FileId,
        /// Which document; as stored without it.
        code: DocumentCode,
        /// `DOCUMENT`; as stored without it.
        category: FileCategory,
        /// What Check Requirements asks to be filled in; as stored without it.
        forms: Vec<Form>,
    }
}

request!(Update, RULES, more_faults, Nulls::Refused);

/// Rules that the table cannot say.
fn more_faults(update: &Update, faults: &mut Vec<Fault>) {
    let business = &update.business;
    check_type(business.business_type.as_ref(), business.legal_entity.as_ref(), faults);
    check_callback_url(business.callback_url.as_deref(), faults);
    let at = || "/business".to_owned();
    let mut check_phone =
        |code: &Option<String>, number: &Option<Personal>, at: &dyn Fn() -> String, evidence| {
            if let Some(code) = code {
                check_calling_code(code, at, evidence, faults);
            }
            if let Some(number) = number {
                check_number(number, at, evidence, faults);
            }
        };
    check_phone(&business.phone_calling_code, &business.phone_number, &at, "BR");
    for (index, contact) in business.contacts.iter().flatten().enumerate() {
        let at = || format!("/business/contacts/{index}");
        check_phone(&contact.phone_calling_code, &contact.phone_number, &at, "A26");
    }
}

const RULES: &[Rule] = &[
    object("/business", "A08").mandatory(),
    text("/business/type", "A08").if_sent(),
    text("/business/callback_url", "A35").max(2048),
    text("/business/legal_entity", "A08").if_sent(),
    text("/business/name", "A08").if_sent(),
    text("/business/description", "A08").max(1023),
    text("/business/email", "A08").if_sent(),
    text("/business/phone_calling_code|calling_code", "A08").if_sent().lenient(),
    text("/business/phone_number", "A08").if_sent().lenient().max(13),
    flag("/business/website_readiness", "A08").lenient(),
    flag("/business/mobile_app_readiness", "A08").lenient(),
    list("/business/brands", "A08").if_sent(),
    object("/business/brands/*", "A08").mandatory(),
    text("/business/brands/*/id", "A08").if_sent(),
    text("/business/brands/*/name", "A08").mandatory_without_id().max(255),
    text("/business/brands/*/description", "A08").mandatory_without_id().max(1023),
    text("/business/brands/*/category", "A08").mandatory_without_id().max(10),
    text("/business/brands/*/transaction_frequency", "A08").max(3),
    text("/business/brands/*/transaction_quantity", "A08").max(255),
    list("/business/brands/*/social_media", "A08"),
    object("/business/brands/*/social_media/*", "A08").mandatory(),
    text("/business/brands/*/social_media/*/id", "A08").if_sent(),
    list("/business/brands/*/social_media/*/accounts", "A08").mandatory_without_id(),
    text("/business/brands/*/social_media/*/accounts/*", "A08").mandatory(),
    text("/business/brands/*/social_media/*/code", "A08").mandatory_without_id(),
    list("/business/brands/*/photo_proofs", "A08").mandatory_without_id(),
    object("/business/brands/*/photo_proofs/*", "A08").mandatory(),
    text("/business/brands/*/photo_proofs/*/id", "A08").mandatory(),
    list("/business/addresses", "A08").if_sent(),
    object("/business/addresses/*", "A08").mandatory(),
    text("/business/addresses/*/id", "A08").if_sent(),
    text("/business/addresses/*/area", "A08").mandatory_without_id().max(255),
    text("/business/addresses/*/country", "A08").mandatory_without_id().max(2),
    text("/business/addresses/*/name", "A08").mandatory_without_id().max(255),
    flag("/business/addresses/*/primary", "A08").mandatory_without_id(),
    list("/business/banks|bank_account", "A08").if_sent().lenient(),
    object("/business/banks|bank_account/*?", "A08").mandatory(),
    text("/business/banks|bank_account/*?/id", "A08").if_sent(),
    text("/business/banks|bank_account/*?/account_name", "A08").mandatory_without_id(),
    text("/business/banks|bank_account/*?/account_number", "A08").mandatory_without_id().lenient(),
    text("/business/banks|bank_account/*?/bank_id", "A08").mandatory_without_id().lenient(),
    text("/business/banks|bank_account/*?/bank_name", "A08").mandatory_without_id(),
    text("/business/banks|bank_account/*?/country", "A08").mandatory_without_id().max(2),
    text("/business/banks|bank_account/*?/currency", "A08").mandatory_without_id(),
    text("/business/banks|bank_account/*?/swift_code", "A08").mandatory_without_id().lenient(),
    list("/business/contacts", "A08").if_sent(),
    object("/business/contacts/*", "A08").mandatory(),
    text("/business/contacts/*/id", "A08").if_sent(),
    text("/business/contacts/*/name", "A08").mandatory_without_id().max(255),
    text("/business/contacts/*/email", "A08").mandatory_without_id(),
    text("/business/contacts/*/nationality", "A08").mandatory_without_id().max(2),
    text("/business/contacts/*/phone_calling_code|calling_code", "A08")
        .mandatory_without_id()
        .lenient(),
    text("/business/contacts/*/phone_number", "A08").mandatory_without_id().lenient().max(13),
    text("/business/contacts/*/position", "A08").mandatory_without_id(),
    flag("/business/contacts/*/primary", "A08").mandatory_without_id(),
    object("/business/contacts/*/owner_liveness", "A08"),
    text("/business/contacts/*/owner_liveness/id", "A08").mandatory(),
    list("/business/contacts/*/documents", "A08").mandatory_without_id(),
    object("/business/contacts/*/documents/*", "A08").mandatory(),
    text("/business/contacts/*/documents/*/id", "A08").mandatory(),
    text("/business/contacts/*/documents/*/code", "A08").if_sent(),
    text("/business/contacts/*/documents/*/category", "A08").if_sent(),
    list("/business/contacts/*/documents/*/forms", "A08"),
    object("/business/contacts/*/documents/*/forms/*", "A08").mandatory(),
    text("/business/contacts/*/documents/*/forms/*/code", "A08").mandatory(),
    text("/business/contacts/*/documents/*/forms/*/value", "A08").mandatory().lenient(),
    list("/business/documents", "A22"),
    object("/business/documents/*", "A22").mandatory(),
    text("/business/documents/*/id", "A22").mandatory(),
    text("/business/documents/*/code", "A22").if_sent(),
    text("/business/documents/*/category", "A22").if_sent(),
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

    fn faults(body: &str) -> Vec<String> {
        let error = Update::parse(body.as_bytes()).unwrap_err();
        error.faults().iter().map(|fault| fault.pointer.clone()).collect()
    }

    #[test]
    fn what_is_left_out_is_no_fault_and_null_is() {
        assert!(Update::parse(br#"{"business":{}}"#).is_ok());
        assert!(Update::parse(br#"{"business":{"unheard_of":null}}"#).is_ok());
        assert_eq!(faults(r#"{"business":{"description":null}}"#), ["/business/description"]);
        let body = r#"{"business":{"addresses":[{"area":null,"country":"ID","name":"x","primary":true}]}}"#;
        assert_eq!(faults(body), ["/business/addresses/0/area"]);
    }

    #[test]
    fn an_entry_with_an_id_may_be_partial_and_a_new_one_may_not() {
        let body = br#"{"business":{"banks":[{"id":"BNK-1","account_number":98765432}]}}"#;
        let update = Update::parse(body).unwrap();
        assert_eq!(update.business.banks.unwrap()[0].account_number, Some("98765432".into()));
        assert_eq!(
            faults(
                r#"{"business":{"social_media":1,"contacts":[],"addresses":[{"country":"ID"}]}}"#
            ),
            [
                "/business/addresses/0/area",
                "/business/addresses/0/name",
                "/business/addresses/0/primary",
                "/business/contacts",
            ]
        );
    }

    #[test]
    fn a_changed_number_or_url_is_checked_as_in_a_registration() {
        assert_eq!(
            faults(
                r#"{"business":{"callback_url":"x","phone_number":"0812",
                    "contacts":[{"id":"CNT-1","phone_number":"+62"}]}}"#
            ),
            [
                "/business/callback_url",
                "/business/phone_number",
                "/business/contacts/0/phone_number"
            ]
        );
    }
}
