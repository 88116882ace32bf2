//! Amounts as text. DOKU writes the same amount as `39000`, `"39000"` and `39000.00`; a float
//! would lose the spelling and, beyond 2^53, the value.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A JSON number or string, kept to the byte.
///
/// ```
/// use doku_types::Amount;
///
/// let amount: Amount = serde_json::from_str("6000.00").unwrap();
/// assert_eq!(amount.as_str(), "6000.00");
/// assert_eq!(serde_json::to_string(&amount).unwrap(), "6000.00");
/// ```
#[derive(Clone)]
pub struct Amount(Box<RawValue>);

impl Amount {
    /// The digits, without the quotes of an amount that came as a JSON string.
    pub fn as_str(&self) -> &str {
        self.0.get().trim_matches('"')
    }
}

impl From<u64> for Amount {
    fn from(number: u64) -> Self {
        // The digits of an integer are always a JSON text.
        Self(RawValue::from_string(number.to_string()).expect("digits are JSON"))
    }
}

impl PartialEq for Amount {
    /// Compares the texts as sent: `39000` and `39000.00` differ.
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

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
        let amount = Self(raw);
        let digits = amount.as_str();
        let decimal =
            digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
        if decimal && digits.bytes().any(|b| b.is_ascii_digit()) {
            Ok(amount)
        } else {
            Err(serde::de::Error::custom("expected an amount: a number, or a string of one"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spelling_of_an_amount_survives() {
        for text in ["150000", "20000.00", "\"39000\"", "9007199254740993"] {
            let amount: Amount = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&amount).unwrap(), text);
        }
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in ["null", "true", "\"\"", "\"x\"", "{}", "[1]"] {
            assert!(serde_json::from_str::<Amount>(text).is_err(), "{text}");
        }
    }
}
