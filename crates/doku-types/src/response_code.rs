//! SNAP's `responseCode`: HTTP status, service and case in seven digits, `4042718`.

mod case;

use serde::{Deserialize, Serialize};

use case::INCONSISTENT_REQUEST;

use crate::{code::open_code, verbatim::TextOrNumber};

pub use case::{Case, CaseClass, case, cases};

/// A `responseCode`: HTTP status in three digits, service in two, case in two (documented: SNAP
/// pages; ASPI).
///
/// It is read from a JSON string or number, for payouts show a number, and written back as it
/// came. Whatever else stands there, such as the six digits of a slip or a word, is kept and has no
/// parts. `==` and `Hash` look at the digits alone: `"2007300"` and `2007300` are the same code.
///
/// The body is authoritative: a code of 4xx was once met under HTTP 200 (second hand).
///
/// ```
/// use doku_types::response_code::{Category, ResponseCode, ServiceCode};
///
/// let code = ResponseCode::from("4042601");
/// assert_eq!(code.http_status(), Some(404));
/// assert_eq!(code.service(), Some(ServiceCode::VaStatus));
/// assert_eq!(code.entry().unwrap().message, "Transaction Not Found");
/// assert_eq!(code.category(), Category::Business);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResponseCode(TextOrNumber);

impl ResponseCode {
    /// The code that answers a call of `service`, for a mock or a merchant that DOKU calls; written
    /// as a string. See [`cases`] for what there is. Parts that do not fit into three, two and two
    /// digits give a text without parts.
    ///
    /// ```
    /// use doku_types::response_code::{ResponseCode, ServiceCode};
    ///
    /// let code = ResponseCode::new(200, &ServiceCode::VaPayment, 0);
    /// assert_eq!(serde_json::to_string(&code).unwrap(), r#""2002500""#);
    /// ```
    pub fn new(http_status: u16, service: &ServiceCode, case: u8) -> Self {
        Self(format!("{http_status:03}{service}{case:02}").into())
    }

    /// The code as it stands on the wire.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The first three digits, from 100 to 599.
    pub fn http_status(&self) -> Option<u16> {
        self.parts().map(|(http_status, ..)| http_status)
    }

    /// The fourth and fifth digit: what was called.
    pub fn service(&self) -> Option<ServiceCode> {
        self.parts().map(|(_, service, _)| service.into())
    }

    /// The last two digits: what came of it. Its meaning depends on the HTTP status.
    pub fn case(&self) -> Option<u8> {
        self.parts().map(|(.., case)| case)
    }

    /// What the case table says, if it has this case.
    pub fn entry(&self) -> Option<&'static Case> {
        let (http_status, _, number) = self.parts()?;
        case(http_status, number)
    }

    /// What to do next (A41). A case that the table does not have is judged by its HTTP status
    /// where that leaves no doubt: 202, 400, 401, 405, 409, 429 and 5xx. A new case of 200 is not
    /// taken for success.
    ///
    /// 404/18, Inconsistent Request, depends on the service, as ASPI's text has it: `Success` for
    /// a transfer, a VA payment, a cancellation or a refund, which was done the first time; `Business` for a debit
    /// payment, which failed; `Duplicate` for all others, as observed of a `trxId` used twice to
    /// create a VA.
    pub fn category(&self) -> Category {
        let Some((http_status, service, number)) = self.parts() else {
            return Category::Unknown;
        };
        match (case(http_status, number), http_status) {
            (Some(&INCONSISTENT_REQUEST), _) => match service.into() {
                ServiceCode::PayoutTransfer
                | ServiceCode::VaPayment
                | ServiceCode::DebitCancel
                | ServiceCode::DebitRefund
                | ServiceCode::QrRefund => Category::Success,
                ServiceCode::DebitPayment => Category::Business,
                _ => INCONSISTENT_REQUEST.category,
            },
            (Some(entry), _) => entry.category,
            (None, 202) => Category::Pending,
            (None, 400 | 401 | 405) => Category::CallerFault,
            (None, 409) => Category::Duplicate,
            (None, 429 | 500..) => Category::Retryable,
            (None, _) => Category::Unknown,
        }
    }

    fn parts(&self) -> Option<(u16, &str, u8)> {
        let digits = self.as_str();
        if digits.len() != 7 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let http_status = digits[..3].parse().ok().filter(|status| (100..600).contains(status))?;
        Some((http_status, &digits[3..5], digits[5..].parse().ok()?))
    }
}

/// As a JSON string.
impl<T: Into<String>> From<T> for ResponseCode {
    fn from(text: T) -> Self {
        Self(text.into().into())
    }
}

impl std::fmt::Display for ResponseCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a caller does next (A41).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Category {
    /// Done.
    Success,
    /// Accepted, not decided: ask for the status later.
    Pending,
    /// May pass later. After a 5xx the call may have been carried out: ask for the status first,
    /// then send the same `trxId` or `partnerReferenceNo` under a new `X-EXTERNAL-ID`.
    Retryable,
    /// The request or its credential has to be mended. 401/01 and 401/03 ask for a new token.
    CallerFault,
    /// The `X-EXTERNAL-ID`, `trxId` or `partnerReferenceNo` was used before: ask for its status.
    Duplicate,
    /// Decided against, because of the payment, the payer or the merchant. The same again gets the
    /// same answer.
    Business,
    /// Neither the case nor its HTTP status tells: ask for the status.
    Unknown,
}

open_code! {
    /// The two digits of a `responseCode` that name what was called (documented: SNAP pages;
    /// ASPI; 01, 05 and 11 by the constants of DOKU's SDKs alone). A debit's refund and others stand in DOKU's SDKs under other numbers, copied from
    /// call to call; those are not listed.
    ServiceCode {
        CardBind = "01", "Card registration";
        CardUnbind = "05", "Card unbinding";
        AccountBind = "07", "Account binding";
        BindingInquiry = "08", "Binding inquiry";
        AccountUnbind = "09", "Account unbinding";
        OAuthUrl = "10", "Get auth code";
        BalanceInquiry = "11", "Balance inquiry";
        /// DOKU asks the merchant before a payment.
        VaInquiry = "24", "VA inquiry";
        /// DOKU notifies the merchant of a payment.
        VaPayment = "25", "VA payment";
        VaStatus = "26", "VA status";
        VaCreate = "27", "Create VA";
        VaUpdate = "28", "Update VA";
        VaUpdateStatus = "29", "Update VA status";
        VaDetail = "30", "VA detail";
        VaDelete = "31", "Delete VA";
        PayoutInquiry = "42", "Payout account inquiry";
        PayoutTransfer = "43", "Payout transfer";
        QrGenerate = "47", "QR MPM generate";
        QrQuery = "51", "QR MPM query";
        QrNotify = "52", "QR MPM notify";
        PayoutStatus = "53", "Payout status";
        DebitPayment = "54", "Debit payment";
        DebitStatus = "55", "Debit status";
        /// DOKU notifies the merchant.
        DebitNotify = "56", "Debit notify";
        DebitCancel = "57", "Debit cancel";
        DebitRefund = "58", "Debit refund";
        TokenB2b = "73", "Access token B2B";
        TokenB2b2c = "74", "Access token B2B2C";
        QrRefund = "78", "QR MPM refund";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn category(code: &str) -> Category {
        ResponseCode::from(code).category()
    }

    #[test]
    fn codes_seen_live_are_what_they_were_seen_to_be() {
        for (code, http_status, service, message) in [
            ("2007300", 200, ServiceCode::TokenB2b, "Successful"),
            ("4017300", 401, ServiceCode::TokenB2b, "Unauthorized. [reason]"),
            ("2002700", 200, ServiceCode::VaCreate, "Successful"),
            ("4042718", 404, ServiceCode::VaCreate, "Inconsistent Request"),
            ("4042601", 404, ServiceCode::VaStatus, "Transaction Not Found"),
            ("4012601", 401, ServiceCode::VaStatus, "Invalid Token (B2B)"),
        ] {
            let read = ResponseCode::from(code);
            assert_eq!(read.http_status(), Some(http_status));
            assert_eq!(read.service(), Some(service));
            assert_eq!(read.entry().map(|entry| entry.message), Some(message));
        }
    }

    #[test]
    fn a_number_stays_a_number_and_equals_its_string() {
        let number: ResponseCode = serde_json::from_str("2005300").unwrap();
        let string: ResponseCode = serde_json::from_str("\"2005300\"").unwrap();
        assert_eq!(number, string);
        assert_eq!(number.service(), Some(ServiceCode::PayoutStatus));
        assert_eq!(serde_json::to_string(&number).unwrap(), "2005300");
        assert_eq!(serde_json::to_string(&string).unwrap(), "\"2005300\"");
    }

    #[test]
    fn what_is_no_code_is_kept_and_has_no_parts() {
        for json in [
            "\"200730\"",
            "200730",
            "\"\"",
            "\"OK\"",
            "-200730",
            "2.00730",
            "\"９００２７００\"",
            "\"0002700\"",
            "\"6002700\"",
            "\"20027000\"",
        ] {
            let code: ResponseCode = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&code).unwrap(), json);
            assert_eq!((code.http_status(), code.service(), code.case()), (None, None, None));
            assert_eq!(code.category(), Category::Unknown, "{json}");
        }
    }

    #[test]
    fn an_inconsistent_request_means_what_its_service_makes_of_it() {
        for code in ["4042518", "4044318", "4045718", "4045818", "4047818"] {
            assert_eq!(category(code), Category::Success, "{code}");
        }
        assert_eq!(category("4045418"), Category::Business);
        for code in ["4042718", "4049918"] {
            assert_eq!(category(code), Category::Duplicate, "{code}");
        }
    }

    #[test]
    fn an_unknown_case_is_judged_by_its_status_only_where_that_is_safe() {
        for (code, expected) in [
            ("2002799", Category::Unknown),
            ("2022799", Category::Pending),
            ("3022799", Category::Unknown),
            ("4002799", Category::CallerFault),
            ("4012799", Category::CallerFault),
            ("4032799", Category::Unknown),
            ("4042799", Category::Unknown),
            ("4052799", Category::CallerFault),
            ("4092799", Category::Duplicate),
            ("4182799", Category::Unknown),
            ("4292799", Category::Retryable),
            ("5032799", Category::Retryable),
        ] {
            assert_eq!(category(code), expected, "{code}");
        }
    }

    #[test]
    fn an_unknown_service_keeps_its_digits() {
        let code = ResponseCode::from("2009900");
        assert_eq!(code.service().unwrap().as_str(), "99");
        assert_eq!(code.category(), Category::Success);
    }

    proptest! {
        #[test]
        fn a_code_is_made_of_its_parts(http_status in 100_u16..600, service in "[0-9]{2}", case in 0_u8..100) {
            let code = ResponseCode::new(http_status, &service.as_str().into(), case);
            prop_assert_eq!(code.as_str().len(), 7);
            prop_assert_eq!(code.http_status(), Some(http_status));
            prop_assert_eq!(code.service(), Some(service.as_str().into()));
            prop_assert_eq!(code.case(), Some(case));
        }

        #[test]
        fn any_text_survives_and_none_panics(text in ".*") {
            let code = ResponseCode::from(text.as_str());
            let _ = (code.category(), code.entry());
            let json = serde_json::to_string(&code).unwrap();
            let read: ResponseCode = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(read.as_str(), &text);
        }

        #[test]
        fn parts_out_of_range_give_no_panic(http_status: u16, service in ".{0,4}", case: u8) {
            let _ = ResponseCode::new(http_status, &service.as_str().into(), case).category();
        }
    }
}
