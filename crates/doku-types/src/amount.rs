//! Amounts as text. DOKU writes the same amount as `39000`, `"39000"` and `39000.00`; a float
//! would lose the spelling and, beyond 2^53, the value.

use std::{fmt, iter};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// An amount of money, kept to the byte: a JSON number, or a JSON string of a plain decimal.
///
/// A number is whatever JSON's grammar allows, exponents too. Inside quotes stand an optional
/// minus, digits, and an optional point with digits after it; nothing else is read there: no
/// plus, exponent, space or escape.
///
/// `==` compares spellings, [`numeric_eq`](Self::numeric_eq) values.
///
/// ```
/// use doku_types::Amount;
///
/// let amount: Amount = serde_json::from_str("6000.00").unwrap();
/// assert_eq!(amount.as_str(), "6000.00");
/// assert_eq!(serde_json::to_string(&amount).unwrap(), "6000.00");
///
/// assert_ne!(amount, Amount::from(6000));
/// assert!(amount.numeric_eq(&Amount::from(6000)));
/// ```
#[derive(Clone)]
pub struct Amount(Box<RawValue>);

impl Amount {
    /// An amount written as a JSON string, which is how SNAP writes them.
    ///
    /// ```
    /// use doku_types::Amount;
    ///
    /// let amount = Amount::quoted("10000.00").unwrap();
    /// assert_eq!(serde_json::to_string(&amount).unwrap(), r#""10000.00""#);
    /// assert!(Amount::quoted("Rp 10.000,00").is_err());
    /// ```
    ///
    /// # Errors
    /// [`NotADecimal`] for a text other than a plain decimal.
    pub fn quoted(decimal: &str) -> Result<Self, NotADecimal> {
        if !is_plain_decimal(decimal) {
            return Err(NotADecimal);
        }
        // A plain decimal has no character that a JSON string would have to escape.
        let text = RawValue::from_string(format!("\"{decimal}\"")).expect("a JSON string");
        Ok(Self(text))
    }

    /// An amount written as a JSON number, with its decimals: `6000.00`. [`From<u64>`](From) makes one
    /// without.
    ///
    /// # Errors
    /// [`NotADecimal`] for a text other than a plain decimal, or one with a leading zero, which no
    /// JSON number has.
    pub fn number(decimal: &str) -> Result<Self, NotADecimal> {
        if !is_plain_decimal(decimal) {
            return Err(NotADecimal);
        }
        RawValue::from_string(decimal.to_owned()).map(Self).map_err(|_| NotADecimal)
    }

    /// The digits, without the quotes of an amount that came as a JSON string.
    pub fn as_str(&self) -> &str {
        self.0.get().trim_matches('"')
    }

    /// Whether two amounts have the same value, however they are spelled: `39000`, `"39000.00"`
    /// and `3.9e4` do. Exact, and linear in the length of the texts whatever their exponents.
    pub fn numeric_eq(&self, other: &Self) -> bool {
        Decimal::read(self.as_str()) == Decimal::read(other.as_str())
    }
}

/// A text that is no plain decimal and so no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a plain decimal: send digits, with a fraction where needed, such as 10000.00")]
#[non_exhaustive]
pub struct NotADecimal;

/// As a JSON number.
impl From<u64> for Amount {
    fn from(number: u64) -> Self {
        // The digits of an integer are always a JSON text.
        Self(RawValue::from_string(number.to_string()).expect("digits are JSON"))
    }
}

impl PartialEq for Amount {
    /// Compares the texts as sent: `39000`, `"39000"` and `39000.00` all differ.
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Eq for Amount {}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({})", self.0.get())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let is_amount = match raw.get().strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"').is_some_and(is_plain_decimal),
            // The text is JSON, so what begins like a number is one.
            None => raw.get().starts_with(|first: char| first == '-' || first.is_ascii_digit()),
        };
        if is_amount {
            Ok(Self(raw))
        } else {
            Err(serde::de::Error::custom(
                "expected an amount: a number, or a plain decimal as text",
            ))
        }
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An amount of money: a number, or a plain decimal as text.",
            "type": ["number", "string"],
            "pattern": "^-?[0-9]+(\\.[0-9]+)?$",
        })
    }
}

fn is_plain_decimal(text: &str) -> bool {
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => are_digits(whole) && are_digits(fraction),
        None => are_digits(unsigned),
    }
}

/// A value in pieces of its text: `0.` and the digits of `whole` and `fraction`, times ten to the
/// power of `exponent + point`. Neither end of the digits is a zero, so equal values have equal
/// digits and equal powers.
struct Decimal<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: &'a str,
    point: i64,
}

impl<'a> Decimal<'a> {
    /// Takes apart what the constructors of [`Amount`] let through.
    fn read(text: &'a str) -> Self {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, ""));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut whole = whole.trim_start_matches('0');
        let mut fraction = fraction.trim_end_matches('0');
        // No text is longer than `isize::MAX`.
        let mut point = whole.len() as i64;
        if whole.is_empty() {
            let digits = fraction.trim_start_matches('0');
            point = -((fraction.len() - digits.len()) as i64);
            fraction = digits;
        }
        if fraction.is_empty() {
            whole = whole.trim_end_matches('0');
        }
        Self { negative: unsigned.len() < text.len(), whole, fraction, exponent, point }
    }

    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }

    fn digits(&self) -> impl Iterator<Item = u8> {
        self.whole.bytes().chain(self.fraction.bytes())
    }

    /// The digits of `exponent + point` in ten's complement, the last first. They never end, and
    /// from [`CARRIED`] digits after the exponent's on they are all 0 or, below zero, all 9.
    fn power(&self) -> impl Iterator<Item = i64> {
        let sign = if self.exponent.starts_with('-') { -1 } else { 1 };
        let digits = self.exponent.trim_start_matches(['+', '-']).bytes().rev();
        let mut carry = self.point;
        digits.chain(iter::repeat(b'0')).map(move |digit| {
            let sum = carry + sign * i64::from(digit - b'0');
            carry = sum.div_euclid(10);
            sum.rem_euclid(10)
        })
    }
}

impl PartialEq for Decimal<'_> {
    fn eq(&self, other: &Self) -> bool {
        if self.is_zero() || other.is_zero() {
            return self.is_zero() && other.is_zero();
        }
        let places = self.exponent.len().max(other.exponent.len()) + CARRIED;
        self.negative == other.negative
            && self.digits().eq(other.digits())
            && self.power().take(places).eq(other.power().take(places))
    }
}

/// One more than an `i64` has digits.
const CARRIED: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(json: &str) -> Amount {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_amount_is_made_as_a_number_with_its_decimals() {
        let amount = Amount::number("6000.00").unwrap();
        assert_eq!(serde_json::to_string(&amount).unwrap(), "6000.00");
        for text in ["", "06", "1e3", "\"1\"", " 1", "1 ", "null", "+1"] {
            assert_eq!(Amount::number(text), Err(NotADecimal), "{text:?}");
        }
    }

    #[test]
    fn the_spelling_of_an_amount_survives() {
        for text in [
            "150000",
            "20000.00",
            "\"39000\"",
            "\"-0.50\"",
            "\"007\"",
            "9007199254740993",
            "-1.5E+3",
            "1e999999999",
        ] {
            assert_eq!(serde_json::to_string(&amount(text)).unwrap(), text);
        }
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in [
            "null",
            "true",
            "{}",
            "[1]",
            "+1",
            "01",
            "1.",
            ".5",
            "1e",
            "--1",
            "NaN",
            "\"\"",
            "\"x\"",
            "\"+1\"",
            "\"1.\"",
            "\".5\"",
            "\"1e3\"",
            "\"1,000\"",
            "\" 1\"",
            "\"1 \"",
            "\"-\"",
            "\"--1\"",
            "\"1.2.3\"",
            "\"\\u0031\"",
            "\"1\\\"\"",
            "\"１\"",
        ] {
            assert!(serde_json::from_str::<Amount>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_quoted_amount_is_made_of_a_plain_decimal_only() {
        assert_eq!(Amount::quoted("10000.00"), Ok(amount("\"10000.00\"")));
        for text in ["", "-", "1.", "1e3", "+1", "1\"", "Rp 1", "1.000,00"] {
            assert_eq!(Amount::quoted(text), Err(NotADecimal), "{text:?}");
        }
    }

    #[test]
    fn equal_values_are_found_across_spellings() {
        for (left, right) in [
            ("39000", "\"39000.00\""),
            ("39000", "3.9e4"),
            ("0.0390", "39E-3"),
            ("0", "\"-0.00\""),
            ("0e999999999", "0"),
            ("\"007\"", "7"),
            ("10e99", "1e100"),
            ("1e-100", "0.1e-99"),
            ("100e-2", "1e0"),
            ("0.001e1000000000000000000000000", "10e999999999999999999999996"),
            ("100e-1000000000000000000000001", "1e-999999999999999999999999"),
            ("1e+0005", "100000"),
        ] {
            assert!(amount(left).numeric_eq(&amount(right)), "{left} {right}");
            assert!(amount(right).numeric_eq(&amount(left)), "{left} {right}");
        }
    }

    #[test]
    fn different_values_are_never_taken_for_equal() {
        for (left, right) in [
            ("39000", "3900"),
            ("39000", "-39000"),
            ("9007199254740993", "9007199254740992"),
            ("0.1", "0.10000000000000000001"),
            ("1e999999999", "1e999999998"),
            ("1e999999999", "1e-999999999"),
            ("1e999999999", "0"),
            ("1e1000000000000000000000000", "1e1000000000000000000000001"),
            ("1e1", "1e100000000000000000000000000000000000000001"),
            ("101", "11"),
        ] {
            assert!(!amount(left).numeric_eq(&amount(right)), "{left} {right}");
        }
    }

    proptest! {
        // `i128` is the independent reckoner: both values scaled to ten decimal places.
        #[test]
        fn values_compare_as_integers_of_the_same_scale_do(
            left in -2000_i128..2000, right in -2000_i128..2000,
            left_places in 0_u32..6, right_places in 0_u32..6,
        ) {
            let spell = |number: i128, places: u32| amount(&format!("{number}e-{places}"));
            let scale = |number: i128, places: u32| number * 10_i128.pow(10 - places);
            prop_assert_eq!(
                spell(left, left_places).numeric_eq(&spell(right, right_places)),
                scale(left, left_places) == scale(right, right_places)
            );
        }

        #[test]
        fn moving_the_point_and_the_exponent_together_keeps_the_value(
            whole in "[1-9][0-9]{0,30}", zeros in 0_usize..40, exponent in any::<i64>(),
        ) {
            let shifted = i128::from(exponent) - zeros as i128;
            let plain = amount(&format!("{whole}e{exponent}"));
            let padded = amount(&format!("{whole}{}e{shifted}", "0".repeat(zeros)));
            let off = amount(&format!("{whole}{}e{}", "0".repeat(zeros), shifted + 1));
            prop_assert!(plain.numeric_eq(&padded));
            prop_assert!(!plain.numeric_eq(&off));
        }

        #[test]
        fn every_decimal_survives_in_quotes(text in "-?[0-9]{1,30}(\\.[0-9]{1,30})?") {
            let made = Amount::quoted(&text).unwrap();
            prop_assert_eq!(made.as_str(), &text);
            prop_assert_eq!(&amount(&serde_json::to_string(&made).unwrap()), &made);
        }

        #[test]
        fn no_text_panics(text in "[-+.eE0-9\" ]{0,12}") {
            let _ = Amount::quoted(&text);
            if let Ok(amount) = serde_json::from_str::<Amount>(&text) {
                prop_assert!(amount.numeric_eq(&amount));
            }
        }
    }
}
