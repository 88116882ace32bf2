//! JSON values kept as they came, where reading them would lose something or is nobody's business.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Any JSON value as its text, to the byte: what DOKU's pages leave open, or a merchant's own
/// data that DOKU echoes.
///
/// It may hold personal data, so `Debug` shows the type alone. `==` compares texts, so the same
/// value with other spaces is another.
///
/// ```
/// use doku_types::verbatim::JsonText;
///
/// let text = JsonText::parse(r#"{"postalCode": 12190}"#).unwrap();
/// assert_eq!(text.as_str(), r#"{"postalCode": 12190}"#);
/// assert!(JsonText::parse("{").is_none());
/// ```
#[derive(Clone)]
pub struct JsonText(Box<RawValue>);

impl JsonText {
    /// Takes a JSON document; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The text, without space around it.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

impl PartialEq for JsonText {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for JsonText {}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonText(..)")
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::deserialize(deserializer).map(Self)
    }
}

/// A JSON string, or a JSON number in its own digits however many. A number is written back as a
/// number.
///
/// `==` and `Hash` look at the text alone: `"900"` and `900` are the same.
///
/// ```
/// use doku_types::verbatim::TextOrNumber;
///
/// let json = "1234567890123456789012345678901234567890";
/// let number: TextOrNumber = serde_json::from_str(json).unwrap();
/// assert_eq!(number.as_str(), json);
/// assert_eq!(serde_json::to_string(&number).unwrap(), json);
/// ```
#[derive(Clone)]
pub struct TextOrNumber {
    text: Box<str>,
    number: bool,
}

impl TextOrNumber {
    /// The text, or the digits.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// As a JSON string.
impl<T: Into<String>> From<T> for TextOrNumber {
    fn from(text: T) -> Self {
        Self { text: text.into().into(), number: false }
    }
}

impl PartialEq for TextOrNumber {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for TextOrNumber {}

impl std::hash::Hash for TextOrNumber {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Debug for TextOrNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.number { f.write_str(&self.text) } else { fmt::Debug::fmt(&self.text, f) }
    }
}

impl fmt::Display for TextOrNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for TextOrNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.number {
            return serializer.serialize_str(&self.text);
        }
        // Only reading a JSON number makes one.
        RawValue::from_string(self.text.to_string())
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TextOrNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match raw.get().as_bytes().first() {
            Some(b'"') => {
                let text: String =
                    serde_json::from_str(raw.get()).map_err(serde::de::Error::custom)?;
                Ok(text.into())
            }
            Some(b'-' | b'0'..=b'9') => Ok(Self { text: raw.get().into(), number: true }),
            _ => Err(serde::de::Error::custom("expected a string or a number")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_or_a_number_is_written_back_as_it_came() {
        for json in ["\"1\"", "1", "-1.50", "1e400", "\"a\\\"b\"", "\"\""] {
            let value: TextOrNumber = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
        }
        for json in ["null", "true", "[]", "{}", "\"\\ud800\""] {
            assert!(serde_json::from_str::<TextOrNumber>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn json_of_any_kind_keeps_its_bytes_and_does_not_print() {
        for json in ["{\"a\" : [1.0, \"marker\"]}", "\"\"", "[]", "1.00", "true"] {
            let text: JsonText = serde_json::from_str(&format!(" {json}\n")).unwrap();
            assert_eq!(serde_json::to_string(&text).unwrap(), json);
            assert!(!format!("{text:?}").contains("marker"));
        }
    }
}
