//! Fields that this version does not know: kept to the byte, and written back.
//!
//! DOKU adds fields without notice. Whoever reads a business, changes one thing and sends it back
//! must not lose them, so the types that go both ways have a field `extra`.

use std::fmt;

use serde::{
    Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, IntoDeserializer, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The unknown fields of one object, in their order, each value as its JSON text.
///
/// `Debug` shows how many there are, not what they say: they may be personal data.
///
/// ```
/// use doku_types::partner::part::Address;
///
/// let text = r#"{"area":"17133","country":"ID","name":"Jalan 1","primary":true,"geo":[-6.20, 106.8]}"#;
/// let address: Address = serde_json::from_str(text).unwrap();
/// assert_eq!(address.extra.get("geo"), Some("[-6.20, 106.8]"));
/// assert_eq!(serde_json::to_string(&address).unwrap(), text);
/// ```
#[derive(Clone, Default)]
pub struct Extra(Vec<(Box<str>, Box<RawValue>)>);

impl Extra {
    /// The JSON text of a field's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(field, _)| *field == name).map(|(_, json)| json)
    }

    /// Names and JSON texts, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, json)| (&**name, json.get()))
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether every field was known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets a field, such as one that DOKU has added since this version. A field that this version
    /// knows has a place of its own: set here, it would be written twice.
    ///
    /// # Errors
    /// `json` is not a JSON text.
    pub fn set(&mut self, name: &str, json: &str) -> Result<(), NotJson> {
        let json = RawValue::from_string(json.to_owned()).map_err(|_| NotJson)?;
        self.put(name.into(), json);
        Ok(())
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        let place = self.0.iter().position(|(field, _)| **field == *name)?;
        Some(self.0.remove(place).1.get().to_owned())
    }

    /// Of a field that comes twice the last value counts, as it does for known ones.
    fn put(&mut self, name: Box<str>, json: Box<RawValue>) {
        match self.0.iter_mut().find(|(field, _)| *field == name) {
            Some((_, value)) => *value = json,
            None => self.0.push((name, json)),
        }
    }
}

impl PartialEq for Extra {
    /// Compares names and texts, in their order.
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Extra {}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extra({})", self.len())
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, json)| (name, json)))
    }
}

/// Any field, of any shape.
#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Extra {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Extra".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "object", "additionalProperties": true})
    }
}

/// The text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON text: a string needs its quotes")]
#[non_exhaustive]
pub struct NotJson;

/// Gives a type with a field `extra` its `Deserialize` and `Serialize`, made of those that serde
/// derives for it as `remote = "Self"`: what the derived reading does not know goes into `extra`.
///
/// Serde's own `flatten` can write such a field but not read it, since it reads numbers as floats.
macro_rules! keep_extra {
    ($($name:ident),+) => { $(
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut extra = crate::extra::Extra::default();
                let mut read = Self::deserialize(crate::extra::Reader {
                    inner: deserializer,
                    extra: &mut extra,
                })?;
                read.extra = extra;
                Ok(read)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }
    )+ };
}

pub(crate) use keep_extra;

/// Reads one struct; its unknown fields go into `extra`.
pub(crate) struct Reader<'e, D> {
    pub(crate) inner: D,
    pub(crate) extra: &'e mut Extra,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Reader<'_, D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Sieve { inner: visitor, fields, extra: self.extra })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Lets the known fields of a map through; the type's own names, other spellings among them.
struct Sieve<'e, T> {
    inner: T,
    fields: &'static [&'static str],
    extra: &'e mut Extra,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Sieve<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Sieve { inner: map, fields: self.fields, extra: self.extra })
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Sieve<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(name) = self.inner.next_key::<String>()? {
            if self.fields.contains(&name.as_str()) {
                return seed.deserialize(name.into_deserializer()).map(Some);
            }
            if self.extra.len() == MAX_FIELDS {
                return Err(A::Error::custom("too many unknown fields"));
            }
            let json = self.inner.next_value()?;
            self.extra.put(name.into(), json);
        }
        Ok(None)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        self.inner.next_value_seed(seed)
    }
}

/// The most unknown fields that one object may have.
const MAX_FIELDS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partner::{business::BusinessData, part::Contact};
    use proptest::prelude::*;

    const CONTACT: &str = r#"{"documents":[{"code":"KTP","category":"DOCUMENT","id":"DCM-1","ocr":{"score":0.90}}],"email":"a@b","name":"x","nationality":"ID","phone_calling_code":"62","phone_number":"8","position":"OWNER","primary":true,"born":1990,"ratio":1.500e3}"#;

    #[test]
    fn unknown_fields_survive_at_every_level_to_the_byte() {
        let mut contact: Contact = serde_json::from_str(CONTACT).unwrap();
        assert_eq!(contact.extra.get("ratio"), Some("1.500e3"));
        assert_eq!(contact.documents[0].extra.get("ocr"), Some(r#"{"score":0.90}"#));
        assert_eq!(serde_json::to_string(&contact).unwrap(), CONTACT);

        contact.name = "y".into();
        contact.extra.set("born", "1991").unwrap();
        contact.extra.remove("ratio").unwrap();
        let edited = serde_json::to_string(&contact).unwrap();
        assert!(edited.ends_with(r#""primary":true,"born":1991}"#), "{edited}");
    }

    #[test]
    fn another_spelling_of_a_known_field_is_not_an_unknown_one() {
        let text = CONTACT.replace("phone_calling_code", "calling_code");
        let contact: Contact = serde_json::from_str(&text).unwrap();
        assert_eq!(contact.phone_calling_code, "62");
        assert_eq!(contact.extra.get("calling_code"), None);
    }

    #[test]
    fn unknown_fields_do_not_print() {
        let data =
            br#"{"id":"BSN-1","marker-name":"marker","brands":[{"id":"BRN-1","m":"marker"}]}"#;
        let data = BusinessData::parse(data).unwrap();
        assert_eq!(data.extra.len(), 1);
        assert!(!format!("{data:?}").contains("marker"));
    }

    #[test]
    fn only_json_can_be_set_and_only_so_many_fields_are_read() {
        let mut extra = Extra::default();
        assert_eq!(extra.set("a", "unquoted"), Err(NotJson));
        assert!(extra.set("a", "\"quoted\"").is_ok() && !extra.is_empty());

        let fields: Vec<_> = (0..2000).map(|n| format!("\"x{n}\":0")).collect();
        let text = format!("{{\"id\":\"BSN-1\",{}}}", fields.join(","));
        assert!(BusinessData::parse(text.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn any_number_keeps_its_spelling(text in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?") {
            let body = format!(r#"{{"id":"BSN-1","brands":[{{"id":"BRN-1","new":{text}}}]}}"#);
            let data = BusinessData::parse(body.as_bytes()).unwrap();
            prop_assert_eq!(data.brands[0].extra.get("new"), Some(text.as_str()));
            prop_assert_eq!(serde_json::to_string(&data).unwrap(), body);
        }
    }
}
