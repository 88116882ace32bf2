//! SNAP, the Indonesian standard in DOKU's dialect: camelCase, amounts as strings, a
//! [`ResponseCode`] in every reply. One file per body: `token` and `va_notification`.

pub mod token;
pub mod va_notification;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::{
    amount::{Amount, NotADecimal},
    response_code::ResponseCode,
    validate::{self, ParseError},
};

/// Money: a value and its currency. `==` compares the value's spelling.
///
/// Also read from the double nesting `{"value":{"value":"10000.00","currency":"IDR"}}` that VA
/// status replies have (SNAPLIVE); written flat.
///
/// ```
/// use doku_types::snap::Money;
///
/// let money = Money::idr(10_000);
/// let json = r#"{"value":"10000.00","currency":"IDR"}"#;
/// assert_eq!(serde_json::to_string(&money).unwrap(), json);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Money {
    /// In the currency's main unit, with two decimal places in quotes.
    pub value: Amount,
    /// ISO 4217, such as `IDR`.
    pub currency: String,
}

impl Money {
    /// So much of a currency.
    pub fn new(value: Amount, currency: impl Into<String>) -> Self {
        Self { value, currency: currency.into() }
    }

    /// Whole rupiah, spelled as SNAP asks.
    pub fn idr(rupiah: u64) -> Self {
        // Digits and two more are a plain decimal.
        let value: Result<_, NotADecimal> = Amount::quoted(&format!("{rupiah}.00"));
        Self::new(value.expect("a plain decimal"), "IDR")
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Outer {
            value: Box<RawValue>,
            currency: Option<String>,
        }

        #[derive(Deserialize)]
        struct Inner {
            value: Amount,
            currency: String,
        }

        let Outer { value, currency } = Outer::deserialize(deserializer)?;
        let read = if value.get().starts_with('{') {
            serde_json::from_str(value.get())
                .map(|Inner { value, currency }| (value, Some(currency)))
        } else {
            serde_json::from_str(value.get()).map(|value| (value, currency))
        };
        match read {
            Ok((value, Some(currency))) => Ok(Self { value, currency }),
            _ => Err(serde::de::Error::custom("expected a value and a currency")),
        }
    }
}

/// A reply that refuses (documented: SNAP pages): what every SNAP reply begins with, and nothing
/// else. A merchant that DOKU calls refuses with it too.
///
/// ```
/// use doku_types::{response_code::{ResponseCode, ServiceCode}, snap::Refusal};
///
/// let code = ResponseCode::new(401, &ServiceCode::TokenB2b, 0);
/// let refusal = Refusal::new(code, "Unauthorized. Invalid Signature");
/// let json = r#"{"responseCode":"4017300","responseMessage":"Unauthorized. Invalid Signature"}"#;
/// assert_eq!(serde_json::to_string(&refusal).unwrap(), json);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Refusal {
    /// Why.
    pub response_code: ResponseCode,
    /// For people, at most 150 characters.
    #[serde(default)]
    pub response_message: String,
}

impl Refusal {
    /// A refusal with its sentence.
    pub fn new(response_code: ResponseCode, response_message: impl Into<String>) -> Self {
        Self { response_code, response_message: response_message.into() }
    }

    /// Reads the code and sentence of any SNAP reply.
    ///
    /// # Errors
    /// [`ParseError`] when the body is not JSON or has no `responseCode`.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        validate::read(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_flat_or_nested_twice_and_written_flat() {
        for body in [
            r#"{"value":"10000.00","currency":"IDR"}"#,
            r#"{"new":1,"currency":"IDR","value":"10000.00"}"#,
            r#"{"value":{"value":"10000.00","currency":"IDR"}}"#,
            r#"{"currency":"IDR","value":{"new":1,"currency":"IDR","value":"10000.00"}}"#,
        ] {
            let money: Money = serde_json::from_str(body).unwrap();
            assert_eq!(money, Money::idr(10_000), "{body}");
        }
    }

    #[test]
    fn money_without_value_or_currency_is_refused() {
        for body in [
            r#"{"value":"10000.00"}"#,
            r#"{"currency":"IDR"}"#,
            r#"{"value":"","currency":"IDR"}"#,
            r#"{"value":{"value":{"value":"1.00","currency":"IDR"}}}"#,
            r#"{"value":{},"currency":"IDR"}"#,
            r#"[]"#,
        ] {
            assert!(serde_json::from_str::<Money>(body).is_err(), "{body}");
        }
    }

    #[test]
    fn a_refusal_needs_a_code_and_nothing_else() {
        let refusal = Refusal::parse(br#"{"responseCode":4042601,"new":[]}"#).unwrap();
        assert_eq!(refusal, Refusal::new("4042601".into(), ""));
        assert!(Refusal::parse(b"{}").is_err());
    }
}
