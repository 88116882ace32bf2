//! DOKU's notification of a payment, `POST` to the merchant's notification URL, signed in the
//! non-SNAP way (documented: NTFN). One type for all channels: each fills the parts it has. QRIS
//! that was made through SNAP is notified so too (NTFLIVE).

use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::{
    ChannelId, Named, Order, ServiceId, Transaction,
    part::{
        CardPayment, Customer, EmoneyPayment, Merchant, Settlement, ShopeepayConfiguration,
        ShopeepayPayment, VirtualAccountInfo, VirtualAccountPayment,
    },
};
use crate::{
    lenient,
    validate::{self, ParseError},
    verbatim::{JsonText, TextOrNumber},
};

/// What became of an order.
///
/// DOKU repeats a notification until any 2xx acknowledges it (NTF), and one order of Checkout can
/// bring `FAILED` and then `SUCCESS` (NTFTOLD): take every pair of invoice number and status once.
///
/// ```
/// use doku_types::non_snap::{ServiceId, notification::Notification};
///
/// let body = br#"{"service":{"id":"VIRTUAL_ACCOUNT"},"order":{"invoice_number":"INV-1",
///     "amount":150000},"transaction":{"status":"SUCCESS","date":"2026-07-01T03:04:05Z"}}"#;
/// let notification = Notification::parse(body).unwrap();
/// assert!(notification.is_paid());
/// assert_eq!(notification.service_id(), Some(&ServiceId::VirtualAccount));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option(ignore_invalid))))]
#[non_exhaustive]
pub struct Notification {
    /// Which order.
    #[builder(!default)]
    pub order: Order,
    /// What became of it.
    #[builder(!default)]
    pub transaction: Transaction,
    /// How it was paid. See [`service_id`](Self::service_id).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub service: Option<Named<ServiceId>>,
    /// Who took the payment.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub acquirer: Option<Named<String>>,
    /// Whose wallet paid, of QRIS (NTFLIVE).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub issuer: Option<Named<String>>,
    /// By which channel. See [`channel_id`](Self::channel_id).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub channel: Option<Named<ChannelId>>,
    /// Who paid.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub customer: Option<Customer>,
    /// Who was paid, of QRIS (NTFLIVE).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub merchant: Option<Merchant>,
    /// Of a virtual account (documented: NTFN).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub virtual_account_info: Option<VirtualAccountInfo>,
    /// Of a virtual account (documented: NTFN; NTFLIVE).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub virtual_account_payment: Option<VirtualAccountPayment>,
    /// Of a convenience store (documented: NTFN), whose fields are not told here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online_to_offline_info: Option<JsonText>,
    /// Of a convenience store (documented: NTFN), whose fields are not told here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online_to_offline_payment: Option<JsonText>,
    /// Of a card (documented: NTFN).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub card_payment: Option<CardPayment>,
    /// Of a card that was authorized, not charged: what to capture it by (documented: NTFN).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub authorize_id: Option<String>,
    /// Of a wallet, and of QRIS (NTFLIVE).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub emoney_payment: Option<EmoneyPayment>,
    /// Of ShopeePay (documented: NTFN).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub shopeepay_configuration: Option<ShopeepayConfiguration>,
    /// Of ShopeePay (documented: NTFN).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub shopeepay_payment: Option<ShopeepayPayment>,
    /// Of a paylater (documented: NTFN), whose fields are not told here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_to_peer_info: Option<JsonText>,
    /// How the amount is split between bank accounts (documented: NTFN).
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub settlement: Vec<Settlement>,
    /// DOKU's own number for the order: up to 40 digits, as a JSON number. Observed in the reply
    /// that makes an order (NTFLIVE), not yet in a notification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<TextOrNumber>,
    /// What the merchant sent along, and where the order comes from: see
    /// [`origin`](Self::origin).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_info: Option<JsonText>,
}

impl Notification {
    /// Reads a notification's body. Verify its signature first, over the bytes as they came.
    ///
    /// # Errors
    /// [`ParseError`] when the body is not JSON of this shape.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        validate::read(body)
    }

    /// Whether the order is paid, by [`Transaction::is_paid`]; `order.status` does not tell.
    pub fn is_paid(&self) -> bool {
        self.transaction.is_paid()
    }

    /// How it was paid, if that is told.
    pub fn service_id(&self) -> Option<&ServiceId> {
        self.service.as_ref()?.id.as_ref()
    }

    /// By which channel, if that is told.
    pub fn channel_id(&self) -> Option<&ChannelId> {
        self.channel.as_ref()?.id.as_ref()
    }

    /// Where the order comes from: `additional_info.origin`, if it is there and readable.
    pub fn origin(&self) -> Option<Origin> {
        #[derive(Deserialize)]
        struct AdditionalInfo {
            origin: Origin,
        }

        let info = serde_json::from_str(self.additional_info.as_ref()?.as_str());
        info.ok().map(|AdditionalInfo { origin }| origin)
    }
}

/// `additional_info.origin`: by which of DOKU's products the order was made (NTFLIVE).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Origin {
    /// Such as `CHECKOUT`.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub product: Option<String>,
    /// Such as `mid-jokul-checkout-system`.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub system: Option<String>,
    /// Such as `direct`.
    #[serde(default, deserialize_with = "lenient::filled")]
    pub source: Option<String>,
    #[serde(default, rename = "apiFormat", deserialize_with = "lenient::filled")]
    api_format_in_camel_case: Option<String>,
    #[serde(default, rename = "api_format", deserialize_with = "lenient::filled")]
    api_format_in_snake_case: Option<String>,
}

impl Origin {
    /// `apiFormat` or `api_format`, for both are seen: `JOKUL` or `SNAP`.
    pub fn api_format(&self) -> Option<&str> {
        let format = self.api_format_in_camel_case.as_deref();
        format.or(self.api_format_in_snake_case.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{amount::Amount, promises::keeps_the_promises_of_a_body};

    // After a capture of 2025, without its persons.
    const VA: &str = r#"{"service":{"id":"VIRTUAL_ACCOUNT"},"acquirer":{"id":"BCA"},
        "channel":{"id":"VIRTUAL_ACCOUNT_X"},"transaction":{"status":"SUCCESS",
        "date":"2025-12-01T03:04:05Z","original_request_id":"8f14e45f"},
        "order":{"invoice_number":"INV-1","amount":150000},
        "virtual_account_info":{"virtual_account_number":"1900800000000001"},
        "virtual_account_payment":{"date":"20251201100405","systrace_number":"1",
        "reference_number":"2","channel_code":"","request_id":"3","identifier":[
        {"name":"REQUEST_ID","value":"marker"},{"name":"PAY_TERMINAL_ID","value":null}]},
        "additional_info":{"origin":{"source":"direct","system":"mid-jokul-checkout-system",
        "product":"CHECKOUT","apiFormat":"JOKUL"},"account":{"id":"SAC-1"}}}"#;

    // After a capture of 2026, without its persons.
    const QRIS: &str = r#"{"service":{"id":"QRIS","name":"QRIS"},
        "acquirer":{"id":"93600899","name":"DOKU"},"issuer":{"id":"93600914","name":"X"},
        "channel":{"id":"QRIS_DOKU","name":"QRIS DOKU"},"customer":{"doku_id":"marker",
        "name":"marker","email":"marker@example.com","phone":"marker"},
        "merchant":{"name":"Shop","pan":"936008990000000001"},"order":{"invoice_number":"INV-2",
        "amount":6000.00,"tips":0.00,"terminal_id":"A01             "},
        "emoney_payment":{"account_id":"","approval_code":"123456"},"transaction":{
        "status":"SUCCESS","date":"2026-07-01T03:04:05Z","original_request_id":"1782875045000"},
        "additional_info":{"postalCode":"12190","feeType":"1"}}"#;

    const CARD: &str = r#"{"order":{"invoice_number":"INV-3","amount":"20000"},"customer":{
        "name":"marker"},"transaction":{"type":"SALE","status":"FAILED",
        "date":"2026-07-01T03:04:05Z"},"service":{"id":"CREDIT_CARD"},
        "acquirer":{"id":"BANK_MANDIRI"},"card_payment":{"masked_card_number":"marker",
        "approval_code":"","response_code":"51","response_message":"DECLINED"},
        "authorize_id":"","settlement":[{"bank_account_settlement_id":"SBS-1","value":50,
        "type":"PERCENTAGE"}],"shopeepay_configuration":{"merchant_ext_id":"1",
        "store_ext_id":"2"},"shopeepay_payment":{"transaction_status":"1",
        "transaction_message":"x","identifier":[]},"peer_to_peer_info":{},
        "uuid":1234567890123456789012345678901234567890}"#;

    #[test]
    fn notifications_are_read_in_any_order_with_unknown_fields() {
        for sample in [VA, QRIS, CARD] {
            keeps_the_promises_of_a_body::<Notification>(
                sample,
                &["additional_info", "peer_to_peer_info"],
            );
        }
    }

    #[test]
    fn the_payment_of_a_virtual_account_tells_what_was_captured() {
        let va = Notification::parse(VA.as_bytes()).unwrap();
        assert!(va.is_paid());
        assert_eq!(va.service_id(), Some(&ServiceId::VirtualAccount));
        assert_eq!(va.order.amount, Some(Amount::from(150_000)));
        let payment = va.virtual_account_payment.as_ref().unwrap();
        assert_eq!(payment.channel_code, None);
        let names: Vec<_> = payment.identifiers().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["REQUEST_ID", "PAY_TERMINAL_ID"]);
        assert_eq!(payment.identifiers().nth(1).unwrap().value, None);
        let origin = va.origin().unwrap();
        assert_eq!(origin.product.as_deref(), Some("CHECKOUT"));
        assert_eq!(origin.api_format(), Some("JOKUL"));
    }

    #[test]
    fn amounts_ids_and_spaces_of_qris_are_kept() {
        let qris = Notification::parse(QRIS.as_bytes()).unwrap();
        assert_eq!(qris.channel_id(), Some(&ChannelId::QrisDoku));
        assert_eq!(qris.order.amount.as_ref().map(Amount::as_str), Some("6000.00"));
        assert_eq!(qris.order.terminal_id.as_deref(), Some("A01             "));
        assert_eq!(qris.emoney_payment.as_ref().unwrap().account_id, None);
        assert_eq!(qris.origin(), None);
        let written = serde_json::to_string(&qris).unwrap();
        assert!(written.contains(r#""amount":6000.00,"tips":0.00"#), "{written}");
        assert!(written.contains(r#"{"postalCode":"12190","feeType":"1"}"#), "{written}");
    }

    #[test]
    fn both_spellings_of_identifier_and_api_format_are_read_even_at_once() {
        for spelling in [r#""identifer""#, r#""identifier""#] {
            let body = VA.replace(r#""identifier""#, spelling);
            let va = Notification::parse(body.as_bytes()).unwrap();
            assert_eq!(va.virtual_account_payment.unwrap().identifiers().count(), 2);
        }
        let body = VA.replace(r#""identifier":["#, r#""identifer":[{"name":"X"}],"identifier":["#);
        let va = Notification::parse(body.as_bytes()).unwrap();
        assert_eq!(va.virtual_account_payment.unwrap().identifiers().count(), 3);

        for both in [r#""api_format":"SNAP""#, r#""api_format":"SNAP","apiFormat":"SNAP""#] {
            let body = VA.replace(r#""apiFormat":"JOKUL""#, both);
            let origin = Notification::parse(body.as_bytes()).unwrap().origin().unwrap();
            assert_eq!(origin.api_format(), Some("SNAP"));
        }
    }

    #[test]
    fn a_number_of_forty_digits_keeps_them_all() {
        let card = Notification::parse(CARD.as_bytes()).unwrap();
        let digits = "1234567890123456789012345678901234567890";
        assert_eq!(card.uuid.as_ref().map(TextOrNumber::as_str), Some(digits));
        let written = serde_json::to_string(&card).unwrap();
        assert!(written.contains(&format!(r#""uuid":{digits}"#)), "{written}");
        assert!(!card.is_paid());
    }

    #[test]
    fn an_empty_part_is_no_part() {
        for nothing in ["null", "[]", "\"\""] {
            let body = QRIS.replace("\"merchant\":{", &format!("\"merchant\":{nothing},\"x\":{{"));
            assert_eq!(Notification::parse(body.as_bytes()).unwrap().merchant, None);
        }
        for wrong in ["1", "[1]", "\"x\"", "true"] {
            let body = QRIS.replace("\"merchant\":{", &format!("\"merchant\":{wrong},\"x\":{{"));
            assert!(Notification::parse(body.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_notification_can_be_made_as_doku_makes_it() {
        let made = Notification::builder()
            .service(Named::new(ServiceId::Qris))
            .channel(Named::new(ChannelId::QrisDoku).with_name("QRIS DOKU"))
            .order(
                Order::builder()
                    .invoice_number("INV-1")
                    .amount(serde_json::from_str::<Amount>("6000.00").unwrap())
                    .build(),
            )
            .transaction(Transaction::builder().status("SUCCESS").build())
            .additional_info(JsonText::parse("{}").unwrap())
            .build();
        assert_eq!(
            serde_json::to_string(&made).unwrap(),
            r#"{"order":{"invoice_number":"INV-1","amount":6000.00},"transaction":{"status":"SUCCESS"},"service":{"id":"QRIS"},"channel":{"id":"QRIS_DOKU","name":"QRIS DOKU"},"additional_info":{}}"#
        );
    }

    #[test]
    fn no_debug_output_shows_a_person() {
        for sample in [VA, QRIS, CARD] {
            let printed = format!("{:?}", Notification::parse(sample.as_bytes()).unwrap());
            assert!(!printed.contains("marker"), "{printed}");
        }
    }
}
