//! The parts of a notification: who paid and was paid, and what each way of paying adds.

use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use crate::{amount::Amount, lenient, secret::Personal};

/// `customer` (NTFLIVE).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option)))]
#[serde(default)]
#[non_exhaustive]
pub struct Customer {
    /// DOKU's own number for the customer.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub doku_id: Option<Personal>,
    /// The customer's name.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub name: Option<Personal>,
    /// The customer's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub email: Option<Personal>,
    /// The customer's phone number.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub phone: Option<Personal>,
}

/// `merchant` (NTFLIVE).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option)))]
#[serde(default)]
#[non_exhaustive]
pub struct Merchant {
    /// As the customer's wallet shows it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub name: Option<String>,
    /// The merchant's number in QRIS.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub pan: Option<String>,
}

/// `virtual_account_info` (documented: NTFN).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option)))]
#[serde(default)]
#[non_exhaustive]
pub struct VirtualAccountInfo {
    /// What the customer paid to.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub virtual_account_number: Option<Personal>,
}

/// `virtual_account_payment` (documented: NTFN; more fields NTFLIVE).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option(ignore_invalid))))]
#[serde(default)]
#[non_exhaustive]
pub struct VirtualAccountPayment {
    /// When, in western Indonesian time (UTC+7): `yyyyMMddHHmmss`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub date: Option<String>,
    /// The bank's trace number.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub systrace_number: Option<String>,
    /// The bank's reference.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub reference_number: Option<String>,
    /// By which way the customer paid, such as `6019`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub channel_code: Option<String>,
    /// The bank's request.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub request_id: Option<String>,
    /// More of the bank's data. See [`identifiers`](Self::identifiers).
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub identifier: Vec<Identifier>,
    /// The same, as the page's sample misspells it.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub identifer: Vec<Identifier>,
}

impl VirtualAccountPayment {
    /// All of `identifier` and `identifer`.
    pub fn identifiers(&self) -> impl Iterator<Item = &Identifier> {
        self.identifier.iter().chain(&self.identifer)
    }
}

/// A value by name (NTFLIVE): `REQUEST_ID`, `REFERENCE`, `CHANNEL_TYPE`, `PAY_TERMINAL_ID`,
/// `BANK_REFERENCE`, `PAY_CHANNEL`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Identifier {
    /// Which value.
    #[serde(deserialize_with = "lenient::verbatim")]
    pub name: String,
    /// May be `null`. Guarded, for the names are the bank's own and may be anything.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub value: Option<Personal>,
}

impl Identifier {
    /// A value by name.
    pub fn new(name: impl Into<String>, value: Option<Personal>) -> Self {
        Self { name: name.into(), value }
    }
}

/// `card_payment` (documented: NTFN).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option)))]
#[serde(default)]
#[non_exhaustive]
pub struct CardPayment {
    /// The first and last digits of the card.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub masked_card_number: Option<Personal>,
    /// The issuer's approval.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub approval_code: Option<String>,
    /// By ISO 8583: `00` is approved.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub response_code: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub response_message: Option<String>,
}

/// `emoney_payment` (NTFLIVE).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option)))]
#[serde(default)]
#[non_exhaustive]
pub struct EmoneyPayment {
    /// Whose wallet; came empty.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub account_id: Option<Personal>,
    /// The issuer's approval.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub approval_code: Option<String>,
}

/// `shopeepay_configuration` (documented: NTFN).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option)))]
#[serde(default)]
#[non_exhaustive]
pub struct ShopeepayConfiguration {
    /// The merchant at ShopeePay.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub merchant_ext_id: Option<String>,
    /// The merchant's store at ShopeePay.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub store_ext_id: Option<String>,
}

/// `shopeepay_payment` (documented: NTFN).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option(ignore_invalid))))]
#[serde(default)]
#[non_exhaustive]
pub struct ShopeepayPayment {
    /// ShopeePay's own.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub transaction_status: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub transaction_message: Option<String>,
    /// More of ShopeePay's data.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub identifier: Vec<Identifier>,
}

/// `settlement[]`: a share of the amount (documented: NTFN).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option)))]
#[serde(default)]
#[non_exhaustive]
pub struct Settlement {
    /// Which bank account, by DOKU's number.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub bank_account_settlement_id: Option<String>,
    /// How much, by [`settlement_type`](Self::settlement_type).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Amount>,
    /// `type`: what `value` means.
    #[serde(
        rename = "type",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub settlement_type: Option<String>,
}
