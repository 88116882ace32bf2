//! The case table of SNAP (ASPI), with what DOKU and its SDKs make of it.

use super::Category;

/// One case: what a pair of HTTP status and case number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Case {
    /// The HTTP status.
    pub http_status: u16,
    /// The case number under it, 0 to 99.
    pub number: u8,
    /// The standard's text; `{…}` and `[…]` stand for what is filled in. DOKU's `responseMessage`
    /// may differ, see [`note`](field@Self::note): do not compare with it.
    pub message: &'static str,
    /// The standard's own category.
    pub class: CaseClass,
    /// What to do next (A41). Of 404/18 it depends on the service: see
    /// [`ResponseCode::category`](super::ResponseCode::category).
    pub category: Category,
    /// Where DOKU or its SDKs deviate, or what else to know.
    pub note: Option<&'static str>,
    /// On what it stands: an id of [`crate::evidence::ledger`].
    pub evidence: &'static str,
}

/// The categories of the standard: who or what a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CaseClass {
    /// It worked.
    Success,
    /// The systems on either side.
    System,
    /// The shape of the message.
    Message,
    /// The business: payment, payer, merchant.
    Business,
}

/// The whole table, by HTTP status and number.
pub const fn cases() -> &'static [Case] {
    CASES
}

/// The case `number` under `http_status`.
///
/// ```
/// use doku_types::response_code::case;
///
/// assert_eq!(case(409, 1).unwrap().message, "Duplicate partnerReferenceNo");
/// assert!(case(409, 99).is_none());
/// ```
pub fn case(http_status: u16, number: u8) -> Option<&'static Case> {
    CASES.iter().find(|case| (case.http_status, case.number) == (http_status, number))
}

const fn row(
    http_status: u16,
    number: u8,
    class: CaseClass,
    category: Category,
    message: &'static str,
) -> Case {
    Case { http_status, number, message, class, category, note: None, evidence: "ASPI" }
}

impl Case {
    const fn note(self, note: &'static str) -> Self {
        Self { note: Some(note), ..self }
    }

    const fn only_in_sdk(self) -> Self {
        Self { evidence: "SNAPSDK", ..self }
    }
}

/// The one whose meaning depends on the service.
pub(super) const INCONSISTENT_REQUEST: Case =
    row(404, 18, CaseClass::Business, Category::Duplicate, "Inconsistent Request").note(
        "done before for a transfer, a VA payment, a refund; failed for a debit payment, CPM, \
         auth, capture, OTC; DOKU answers so to a trxId used twice to create a VA, where the \
         standard has 409/01",
    );

const CASES: &[Case] = {
    use CaseClass::{Business, Message, Success, System};
    use Category as To;

    &[
        row(200, 0, Success, To::Success, "Successful"),
        row(202, 0, Success, To::Pending, "Request In Progress"),
        row(400, 0, System, To::CallerFault, "Bad Request"),
        row(400, 1, Message, To::CallerFault, "Invalid Field Format {field}"),
        row(400, 2, Message, To::CallerFault, "Invalid Mandatory Field {field}")
            .note("not in DOKU's copy of the table"),
        row(400, 3, Business, To::Duplicate, "Transaction Already Success")
            .note("only in DOKU's Java SDK")
            .only_in_sdk(),
        row(400, 4, Message, To::CallerFault, "Invalid Parameter")
            .note("only in DOKU's Java SDK")
            .only_in_sdk(),
        row(401, 0, System, To::CallerFault, "Unauthorized. [reason]")
            .note("an unknown client or a bad signature"),
        row(401, 1, System, To::CallerFault, "Invalid Token (B2B)").note(
            "DOKU's text is \"Access Token Invalid (B2B)\"; its Java SDK has \"Invalid \
             Additional Info Data\" here",
        ),
        row(401, 2, System, To::CallerFault, "Invalid Customer Token"),
        row(401, 3, System, To::CallerFault, "Token Not Found (B2B)"),
        row(401, 4, System, To::CallerFault, "Customer Token Not Found"),
        row(403, 0, Business, To::Business, "Transaction Expired"),
        row(403, 1, System, To::CallerFault, "Feature Not Allowed [reason]"),
        row(403, 2, Business, To::Business, "Exceeds Transaction Amount Limit"),
        row(403, 3, Business, To::Business, "Suspected Fraud"),
        row(403, 4, Business, To::Business, "Activity Count Limit Exceeded"),
        row(403, 5, Business, To::Business, "Do Not Honor"),
        row(403, 6, System, To::Retryable, "Feature Not Allowed At This Time. [reason]")
            .note("after the cut-off time"),
        row(403, 7, Business, To::Business, "Card Blocked"),
        row(403, 8, Business, To::Business, "Card Expired"),
        row(403, 9, Business, To::Business, "Dormant Account"),
        row(403, 10, Business, To::Business, "Need To Set Token Limit"),
        row(403, 11, System, To::Business, "OTP Blocked"),
        row(403, 12, System, To::Business, "OTP Lifetime Expired")
            .note("DOKU's copy of the table has the description of another row here"),
        row(403, 13, System, To::Business, "OTP Sent To Cardholder"),
        row(403, 14, Business, To::Business, "Insufficient Funds"),
        row(403, 15, Business, To::Business, "Transaction Not Permitted. [reason]"),
        row(403, 16, Business, To::Business, "Suspend Transaction"),
        row(403, 17, Business, To::Business, "Token Limit Exceeded"),
        row(403, 18, Business, To::Business, "Inactive Card/Account/Customer"),
        row(403, 19, Business, To::Business, "Merchant Blacklisted"),
        row(403, 20, Business, To::Business, "Merchant Limit Exceed"),
        row(403, 21, Business, To::Business, "Set Limit Not Allowed"),
        row(403, 22, Business, To::Business, "Token Limit Invalid"),
        row(403, 23, Business, To::Business, "Account Limit Exceed"),
        row(404, 0, Business, To::Business, "Invalid Transaction Status"),
        row(404, 1, Business, To::Business, "Transaction Not Found"),
        row(404, 2, System, To::CallerFault, "Invalid Routing"),
        row(404, 3, System, To::Business, "Bank Not Supported By Switch"),
        row(404, 4, Business, To::Business, "Transaction Cancelled"),
        row(
            404,
            5,
            Business,
            To::Business,
            "Merchant Is Not Registered For Card Registration Services",
        ),
        row(404, 6, System, To::CallerFault, "Need To Request OTP"),
        row(404, 7, System, To::CallerFault, "Journey Not Found"),
        row(404, 8, Business, To::Business, "Invalid Merchant"),
        row(404, 9, Business, To::Business, "No Issuer"),
        row(404, 10, System, To::CallerFault, "Invalid API Transition"),
        row(
            404,
            11,
            Business,
            To::Business,
            "Invalid Card/Account/Customer [info]/Virtual Account",
        ),
        row(404, 12, Business, To::Business, "Invalid Bill/Virtual Account [reason]")
            .note("blocked or not found"),
        row(404, 13, Business, To::Business, "Invalid Amount"),
        row(404, 14, Business, To::Business, "Paid Bill"),
        row(404, 15, System, To::Business, "Invalid OTP"),
        row(404, 16, Business, To::Business, "Partner Not Found"),
        row(404, 17, Business, To::Business, "Invalid Terminal"),
        INCONSISTENT_REQUEST,
        row(404, 19, Business, To::Business, "Invalid Bill/Virtual Account").note("expired"),
        row(405, 0, System, To::CallerFault, "Requested Function Is Not Supported"),
        row(405, 1, Business, To::Business, "Requested Operation Is Not Allowed"),
        row(409, 0, System, To::Duplicate, "Conflict").note(
            "the same X-EXTERNAL-ID on the same day; in DOKU's Java SDK also an invalid UUID",
        ),
        row(409, 1, System, To::Duplicate, "Duplicate partnerReferenceNo")
            .note("DOKU answers 404/18 to a trxId used twice to create a VA"),
        row(429, 0, System, To::Retryable, "Too Many Requests"),
        row(500, 0, System, To::Retryable, "General Error")
            .note("DOKU's Java SDK has \"Connection Failed\" here"),
        row(500, 1, System, To::Retryable, "Internal Server Error"),
        row(500, 2, System, To::Retryable, "External Server Error"),
        row(504, 0, System, To::Retryable, "Timeout"),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence;

    #[test]
    fn the_table_is_in_order_without_a_case_twice() {
        let keys = CASES.iter().map(|case| (case.http_status, case.number));
        assert!(keys.is_sorted_by(|one, next| one < next));
        assert_eq!(CASES.len(), 65);
    }

    // How many rows the standard's table has under each status.
    #[test]
    fn the_rows_of_the_standard_are_all_there() {
        let standard = CASES.iter().filter(|case| case.evidence == "ASPI");
        let count = |status| standard.clone().filter(|case| case.http_status == status).count();
        let counts = [200, 202, 400, 401, 403, 404, 405, 409, 429, 500, 504].map(count);
        assert_eq!(counts, [1, 1, 3, 5, 24, 20, 2, 2, 1, 3, 1]);
    }

    #[test]
    fn what_the_standard_calls_business_is_never_worth_a_retry() {
        for case in CASES {
            assert!(evidence::entry(case.evidence).is_some());
            if case.class == CaseClass::Business {
                assert!(matches!(case.category, Category::Business | Category::Duplicate));
            }
        }
    }
}
