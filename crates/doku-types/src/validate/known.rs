//! Reading a document without what nobody knows.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::places::{NOTHING, Places};

/// Reads a document without the fields that no rule names: what DOKU's pages do not know is ignored
/// (A10), be it a number or a nesting that no [`Value`] can hold.
pub(crate) fn known<'de, D: Deserializer<'de>>(
    document: D,
    places: &Places,
) -> Result<Value, D::Error> {
    Known(places).deserialize(document)
}

/// Reads what stands below a place.
#[derive(Clone, Copy)]
struct Known<'p>(&'p Places);

impl<'de> DeserializeSeed<'de> for Known<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Known<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let entry = Known(self.0.entry().unwrap_or(&NOTHING));
        let mut read = Vec::new();
        while let Some(entry) = entries.next_element_seed(entry)? {
            read.push(entry);
        }
        Ok(read.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        // One entry without the list around it.
        let here = self.0.lone_entry().unwrap_or(self.0);
        let mut read = serde_json::Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            match here.field(&name) {
                Some(field) => {
                    read.insert(name, fields.next_value_seed(Known(field))?);
                }
                None => {
                    fields.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(read.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::{Rule, list, text};
    use serde_json::json;

    #[test]
    fn fields_that_no_rule_names_are_ignored_at_every_level() {
        let known = |sent, rules: &[Rule]| known(sent, &Places::of(rules));
        let rules = &[
            text("/who/name", "BR"),
            text("/who/code|calling", "BR"),
            text("/who/places/*/area", "BR"),
        ];
        let sent = json!({
            "x": 1,
            "who": {"x": {"name": 1}, "name": "x", "calling": 62, "places": [{"area": "a", "x": []}]},
        });
        let places = json!([{"area": "a"}]);
        assert_eq!(
            known(sent, rules).unwrap(),
            json!({"who": {"name": "x", "calling": 62, "places": places}})
        );

        let rules = &[list("/banks|bank", "BR").lenient(), text("/banks|bank/*?/name", "BR")];
        for (sent, kept) in [
            (json!({"bank": {"name": "x", "y": 1}}), json!({"bank": {"name": "x"}})),
            (json!({"banks": [{"name": "x", "y": 1}]}), json!({"banks": [{"name": "x"}]})),
        ] {
            assert_eq!(known(sent, rules).unwrap(), kept);
        }
    }
}
