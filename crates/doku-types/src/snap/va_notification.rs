//! A virtual account was paid: DOKU's `POST …/v1.1/transfer-va/payment` to the merchant, and the
//! merchant's reply (documented: NTFS; fields of the request as in DOKU's Java SDK, SNAPSDK).

use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::Money;
use crate::{
    lenient,
    response_code::ResponseCode,
    secret::Personal,
    validate::{self, ParseError},
};

/// What was paid, by whom. All texts are also read from numbers; optional ones count as absent
/// when `""`.
///
/// ```
/// use doku_types::snap::va_notification::{VaNotification, VaNotificationReply};
///
/// let body = br#"{"partnerServiceId":"   19008","customerNo":"1","virtualAccountNo":"   190081",
///     "trxId":"INV-1","paymentRequestId":"1234","paidAmount":{"value":"10000.00","currency":"IDR"}}"#;
/// let paid = VaNotification::parse(body).unwrap();
/// assert_eq!(paid.partner_service_id, "   19008");
///
/// let reply = VaNotificationReply::received(&paid);
/// assert_eq!(reply.response_code.as_str(), "2002500");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option(ignore_invalid))))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct VaNotification {
    /// The bank's number for the merchant: 8 characters, filled with spaces on the left, which
    /// belong to it.
    #[builder(!default)]
    #[serde(deserialize_with = "lenient::verbatim")]
    pub partner_service_id: String,
    /// The merchant's number for the customer, as DOKU lengthened it.
    #[builder(!default)]
    #[serde(deserialize_with = "lenient::verbatim")]
    pub customer_no: Personal,
    /// The two before, one after the other.
    #[builder(!default)]
    #[serde(deserialize_with = "lenient::verbatim")]
    pub virtual_account_no: Personal,
    /// The customer's name.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub virtual_account_name: Option<Personal>,
    /// The customer's e-mail address.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub virtual_account_email: Option<Personal>,
    /// The customer's phone number.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub virtual_account_phone: Option<Personal>,
    /// The merchant's own name for the transaction: the invoice number.
    #[builder(!default)]
    #[serde(deserialize_with = "lenient::verbatim")]
    pub trx_id: String,
    /// The payment's own id.
    #[builder(!default)]
    #[serde(deserialize_with = "lenient::verbatim")]
    pub payment_request_id: String,
    /// What was paid.
    #[builder(!default)]
    pub paid_amount: Money,
    /// When, as an ISO 8601 date and time.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub trx_date_time: Option<String>,
    /// Whether the amount was fixed when the VA was created: a code.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub virtual_account_trx_type: Option<String>,
    /// By which way the customer paid: a code of the bank's.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub channel_code: Option<String>,
    /// What was to be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_amount: Option<Money>,
    /// The bank's reference.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::filled"
    )]
    pub reference_no: Option<String>,
    /// Channel and sender.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub additional_info: Option<AdditionalInfo>,
}

impl VaNotification {
    /// Reads a notification's body. Verify its signature first, over the bytes as they came.
    ///
    /// # Errors
    /// [`ParseError`] when the body is not JSON of this shape.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        validate::read(body)
    }
}

/// `additionalInfo` of a notification (SNAPSDK).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option)))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct AdditionalInfo {
    /// Which bank's VA.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub channel: Option<String>,
    /// How the VA was set up.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::object")]
    pub virtual_account_config: Option<VirtualAccountConfig>,
    /// Who paid.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub sender_name: Option<Personal>,
    /// From which account.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub source_account_no: Option<Personal>,
    /// At which bank.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub source_bank_code: Option<String>,
    /// At which bank.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub source_bank_name: Option<String>,
}

/// `virtualAccountConfig`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option)))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct VirtualAccountConfig {
    /// Whether the VA can be paid again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reusable_status: Option<bool>,
}

/// The merchant's reply, with HTTP 200 (documented: NTFS). DOKU's SDKs for Node and PHP answer
/// `2002700`, and Node's flat and as a number: both are read, neither is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into)))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct VaNotificationReply {
    /// `2002500`: service 25, VA payment.
    #[builder(default = "2002500".into())]
    pub response_code: ResponseCode,
    /// For people.
    #[builder(default = "Successful".to_owned())]
    #[serde(default)]
    pub response_message: String,
    /// Of the notification.
    #[builder(setter(strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::object"
    )]
    pub virtual_account_data: Option<VirtualAccountData>,
}

impl VaNotificationReply {
    /// The notification has been dealt with.
    pub fn received(notification: &VaNotification) -> Self {
        Self::builder().virtual_account_data(VirtualAccountData::from(notification)).build()
    }

    /// Reads a reply's body.
    ///
    /// # Errors
    /// [`ParseError`] when the body is not JSON of this shape.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        validate::read(body)
    }
}

/// `virtualAccountData`: what of the notification is echoed (A42).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(default, setter(into, strip_option)))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct VirtualAccountData {
    /// As notified, spaces too.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub partner_service_id: Option<String>,
    /// As notified.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub customer_no: Option<Personal>,
    /// As notified.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub virtual_account_no: Option<Personal>,
    /// As notified.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub virtual_account_name: Option<Personal>,
    /// As notified.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub trx_id: Option<String>,
    /// As notified.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::filled")]
    pub payment_request_id: Option<String>,
    /// As notified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_amount: Option<Money>,
}

impl From<&VaNotification> for VirtualAccountData {
    fn from(notification: &VaNotification) -> Self {
        Self {
            partner_service_id: Some(notification.partner_service_id.clone()),
            customer_no: Some(notification.customer_no.clone()),
            virtual_account_no: Some(notification.virtual_account_no.clone()),
            virtual_account_name: notification.virtual_account_name.clone(),
            trx_id: Some(notification.trx_id.clone()),
            payment_request_id: Some(notification.payment_request_id.clone()),
            paid_amount: Some(notification.paid_amount.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{promises::keeps_the_promises_of_a_body, response_code::ServiceCode};

    const NOTIFICATION: &str = r#"{"partnerServiceId":"   19008","customerNo":"0000000000001",
        "virtualAccountNo":"   190080000000000001","virtualAccountName":"marker",
        "virtualAccountEmail":"marker@example.com","virtualAccountPhone":"marker62811",
        "trxId":"INV-1","paymentRequestId":"42",
        "paidAmount":{"value":{"value":"10000.00","currency":"IDR"}},
        "trxDateTime":"2020-12-21T07:56:11+07:00","virtualAccountTrxType":"C","channelCode":"6010",
        "totalAmount":{"value":"10000.00","currency":"IDR"},"referenceNo":"",
        "additionalInfo":{"channel":"VIRTUAL_ACCOUNT_X","virtualAccountConfig":{
        "reusableStatus":false},"senderName":"marker","sourceAccountNo":"marker",
        "sourceBankCode":"014","sourceBankName":"BCA"}}"#;

    #[test]
    fn notification_and_reply_are_read_in_any_order_with_unknown_fields() {
        keeps_the_promises_of_a_body::<VaNotification>(NOTIFICATION, &[]);
        let paid = VaNotification::parse(NOTIFICATION.as_bytes()).unwrap();
        let reply = serde_json::to_string(&VaNotificationReply::received(&paid)).unwrap();
        keeps_the_promises_of_a_body::<VaNotificationReply>(&reply, &[]);
    }

    #[test]
    fn the_spaces_of_a_partner_service_id_come_and_go() {
        let paid = VaNotification::parse(NOTIFICATION.as_bytes()).unwrap();
        assert_eq!(paid.partner_service_id, "   19008");
        let reply = VaNotificationReply::received(&paid);
        let written = serde_json::to_value(&reply).unwrap();
        assert_eq!(written["responseCode"], "2002500");
        assert_eq!(written["responseMessage"], "Successful");
        let data = &written["virtualAccountData"];
        assert_eq!(data["partnerServiceId"], "   19008");
        assert_eq!(data["virtualAccountNo"], "   190080000000000001");
        assert_eq!(data["paidAmount"]["value"], "10000.00");
    }

    #[test]
    fn additional_info_may_be_an_empty_list_or_text() {
        for nothing in ["null", "[]", "\"\""] {
            let start = NOTIFICATION.split_once("{\"channel\"").unwrap().0;
            let body = format!("{start}{nothing}}}");
            assert_eq!(VaNotification::parse(body.as_bytes()).unwrap().additional_info, None);
        }
    }

    #[test]
    fn replies_of_the_sdks_are_read() {
        let flat = br#"{"responseCode":2002700,"responseMessage":"success","virtualAccoutNo":"1"}"#;
        let reply = VaNotificationReply::parse(flat).unwrap();
        assert_eq!(reply.response_code.service(), Some(ServiceCode::VaCreate));
        assert_eq!(reply.virtual_account_data, None);
    }

    #[test]
    fn no_debug_output_shows_a_person() {
        let paid = VaNotification::parse(NOTIFICATION.as_bytes()).unwrap();
        let printed = format!("{paid:?} {:?}", VaNotificationReply::received(&paid));
        assert!(!printed.contains("marker"), "{printed}");
    }
}
