//! Check Status: `GET /orders/v1/status/{invoice number or Request-Id}`, signed in the non-SNAP
//! way, from 60 s after a payment on (documented: STAT).

use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::{ChannelId, Named, Order, ServiceId, Transaction};
use crate::{
    lenient,
    validate::{self, ParseError},
};

/// The reply: an order as DOKU knows it (documented: STAT; STATLIVE).
///
/// ```
/// use doku_types::non_snap::{OrderStatus, check_status::CheckStatusReply};
///
/// let body = br#"{"order":{"invoice_number":"INV-1","amount":39000,"status":"ORDER_GENERATED"},
///     "transaction":{"status":"SUCCESS","type":"PAYMENT"}}"#;
/// let reply = CheckStatusReply::parse(body).unwrap();
/// assert!(reply.is_paid());
/// assert_eq!(reply.order.status, Some(OrderStatus::Generated));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option(ignore_invalid))))]
#[non_exhaustive]
pub struct CheckStatusReply {
    /// Which order.
    #[builder(!default)]
    pub order: Order,
    /// What became of it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub transaction: Option<Transaction>,
    /// How it is paid; its id is none before the customer has picked a channel.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub service: Option<Named<ServiceId>>,
    /// Who takes the payment; its id is none before the customer has picked a channel.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub acquirer: Option<Named<String>>,
    /// By which channel; its id is none before the customer has picked one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub channel: Option<Named<ChannelId>>,
}

impl CheckStatusReply {
    /// Reads a reply's body.
    ///
    /// # Errors
    /// [`ParseError`] when the body is not JSON of this shape.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        validate::read(body)
    }

    /// Whether the order is paid, by [`Transaction::is_paid`]; `order.status` does not tell.
    pub fn is_paid(&self) -> bool {
        self.transaction.as_ref().is_some_and(Transaction::is_paid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promises::keeps_the_promises_of_a_body;

    const PAID: &str = r#"{"order":{"invoice_number":"INV-1","amount":39000,
        "status":"ORDER_GENERATED"},"transaction":{"status":"SUCCESS","type":"PAYMENT",
        "date":"2025-12-01T03:04:05Z","original_request_id":"8f14e45f"},
        "service":{"id":"VIRTUAL_ACCOUNT"},"acquirer":{"id":"BCA","name":"BCA"},
        "channel":{"id":"VIRTUAL_ACCOUNT_X"}}"#;

    #[test]
    fn a_status_is_read_in_any_order_with_unknown_fields() {
        keeps_the_promises_of_a_body::<CheckStatusReply>(PAID, &[]);
    }

    #[test]
    fn an_order_is_paid_by_its_transaction_alone() {
        assert!(CheckStatusReply::parse(PAID.as_bytes()).unwrap().is_paid());
        let body = PAID.replace("SUCCESS", "PENDING").replace("ORDER_GENERATED", "ORDER_RECOVERED");
        assert!(!CheckStatusReply::parse(body.as_bytes()).unwrap().is_paid());
        let bare = br#"{"order":{"invoice_number":"INV-1"}}"#;
        assert!(!CheckStatusReply::parse(bare).unwrap().is_paid());
    }

    #[test]
    fn before_a_channel_is_picked_no_id_is_set() {
        for unset in ["null", "\"\""] {
            let body = format!(
                r#"{{"order":{{"invoice_number":"INV-1","amount":39000}},
                "transaction":{{"status":"PENDING","original_request_id":{unset}}},
                "service":{{"id":{unset}}},"acquirer":{{"id":{unset}}},"channel":{{"id":{unset}}}}}"#
            );
            let reply = CheckStatusReply::parse(body.as_bytes()).unwrap();
            assert_eq!(reply.service.unwrap().id, None);
            assert_eq!(reply.acquirer.unwrap().id, None);
            assert_eq!(reply.channel.unwrap().id, None);
            assert_eq!(reply.transaction.unwrap().original_request_id, None);
        }
    }
}
