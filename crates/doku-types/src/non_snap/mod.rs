//! What DOKU's non-SNAP APIs tell about an order: snake_case, amounts mostly as numbers. One file
//! per body: `notification`, with its parts in `part`, and `check_status`. What both have is here.
//!
//! An id that is not set comes as `null` (documented: STAT) or `""` (STATLIVE). Both are read as
//! `None`, and so is every other optional text that is empty.

pub mod check_status;
pub mod notification;
pub mod part;

use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use crate::{amount::Amount, code::open_code, lenient};

open_code! {
    /// `transaction.status`: what became of a payment (documented: NTFN; `REVERSED` and
    /// `CANCELLED` second hand).
    TransactionStatus {
        Success = "SUCCESS";
        /// Not final for an order of Checkout: the customer may try another channel (NTFTOLD).
        Failed = "FAILED";
        Pending = "PENDING";
        Expired = "EXPIRED";
        Refunded = "REFUNDED";
        Timeout = "TIMEOUT";
        Redirect = "REDIRECT";
        Reversed = "REVERSED";
        Cancelled = "CANCELLED";
    }
}

impl TransactionStatus {
    /// Whether DOKU calls the status final: `SUCCESS`, `EXPIRED` and `REFUNDED`, no other
    /// (documented: NTFN). A `SUCCESS` may still be refunded.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Success | Self::Expired | Self::Refunded)
    }
}

open_code! {
    /// `transaction.type` (documented: NTFN; `PAYMENT` STATLIVE).
    TransactionType {
        /// A card was charged.
        Sale = "SALE";
        /// An amount was held on a card, not charged.
        Authorize = "AUTHORIZE";
        Payment = "PAYMENT";
    }
}

open_code! {
    /// `order.status` (documented: STAT, from July 2025; only for merchants registered from
    /// December 2024 on, unless support enables it). It may stay `ORDER_GENERATED` on a paid order
    /// (STATLIVE), so it does not tell whether an order is paid.
    OrderStatus {
        Generated = "ORDER_GENERATED";
        Expired = "ORDER_EXPIRED";
        Recovered = "ORDER_RECOVERED";
    }
}

open_code! {
    /// `service.id`: how a payment is made (documented: NTFN, whose list may go on).
    ServiceId {
        VirtualAccount = "VIRTUAL_ACCOUNT";
        OnlineToOffline = "ONLINE_TO_OFFLINE";
        CreditCard = "CREDIT_CARD";
        Emoney = "EMONEY";
        DirectDebit = "DIRECT_DEBIT";
        PeerToPeerLending = "PEER_TO_PEER_LENDING";
        Qris = "QRIS";
    }
}

open_code! {
    /// `channel.id`: by which bank, wallet or store. DOKU has many more than those seen by name
    /// (NTFLIVE).
    ChannelId {
        QrisDoku = "QRIS_DOKU";
        VirtualAccountBankSyariahMandiri = "VIRTUAL_ACCOUNT_BANK_SYARIAH_MANDIRI";
    }
}

/// An id, with a name where DOKU gives one: `service`, `acquirer`, `issuer`, `channel`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: From<String>"))]
#[non_exhaustive]
pub struct Named<T> {
    /// None before the customer has picked a channel.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub id: Option<T>,
    /// For people.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub name: Option<String>,
}

impl<T> Named<T> {
    /// An id without a name.
    pub fn new(id: impl Into<T>) -> Self {
        Self { id: Some(id.into()), name: None }
    }

    /// The same with a name.
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }
}

/// `order`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option(ignore_invalid))))]
#[non_exhaustive]
pub struct Order {
    /// The merchant's own number for the order.
    #[builder(!default)]
    #[serde(deserialize_with = "lenient::verbatim")]
    pub invoice_number: String,
    /// In IDR: an integer (VA, Checkout) or with two decimals (QRIS), both NTFLIVE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// In IDR, of QRIS (NTFLIVE).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tips: Option<Amount>,
    /// Of QRIS: filled with spaces on the right to 16 characters (NTFLIVE).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub terminal_id: Option<String>,
    /// Does not tell whether the order is paid.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub status: Option<OrderStatus>,
}

/// `transaction`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option(ignore_invalid))))]
#[non_exhaustive]
pub struct Transaction {
    /// What became of it.
    #[builder(!default)]
    pub status: TransactionStatus,
    /// `type`, of cards and in check-status replies.
    #[serde(
        default,
        rename = "type",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub transaction_type: Option<TransactionType>,
    /// When, in UTC: `2026-07-01T03:04:05Z`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub date: Option<String>,
    /// The `Request-Id` of the request that made the order; of QRIS made through SNAP, 13 digits
    /// of milliseconds (NTFLIVE).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub original_request_id: Option<String>,
}

impl Transaction {
    /// Whether this is a payment that succeeded: status `SUCCESS`, and not the mere hold of
    /// [`TransactionType::Authorize`].
    pub fn is_paid(&self) -> bool {
        self.status == TransactionStatus::Success
            && self.transaction_type != Some(TransactionType::Authorize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_documented_statuses_are_final() {
        let is_final = |status: &&TransactionStatus| status.is_final();
        let finals: Vec<_> = TransactionStatus::all().iter().filter(is_final).collect();
        assert_eq!(
            finals,
            [
                &TransactionStatus::Success,
                &TransactionStatus::Expired,
                &TransactionStatus::Refunded
            ]
        );
        assert!(!TransactionStatus::from("SETTLED").is_final());
    }

    #[test]
    fn an_id_that_is_not_set_is_none_however_it_is_written() {
        for body in ["{}", r#"{"id":null}"#, r#"{"id":""}"#, r#"{"id":"","name":null}"#] {
            let named: Named<ChannelId> = serde_json::from_str(body).unwrap();
            assert_eq!(named.id, None, "{body}");
        }
        let named: Named<ChannelId> = serde_json::from_str(r#"{"id":"QRIS_DOKU"}"#).unwrap();
        assert_eq!(named, Named::new("QRIS_DOKU"));
    }

    #[test]
    fn an_authorized_amount_is_not_a_paid_one() {
        let held = Transaction::builder()
            .status(TransactionStatus::Success)
            .transaction_type(TransactionType::Authorize)
            .build();
        assert!(!held.is_paid());
        for status in TransactionStatus::all() {
            let transaction = Transaction::builder().status(status.clone()).build();
            assert_eq!(transaction.is_paid(), *status == TransactionStatus::Success, "{status}");
        }
    }
}
