//! Reading a document without what nobody knows.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::Rule;

/// Reads a document without the fields that no rule names: what DOKU's pages do not know is ignored
/// (A10), be it a number or a nesting that no [`Value`] can hold.
pub(crate) fn known<'de, D: Deserializer<'de>>(
    document: D,
    rules: &[Rule],
) -> Result<Value, D::Error> {
    let paths: Vec<_> = rules.iter().map(|rule| rule.path.trim_start_matches('/')).collect();
    Known(&paths).deserialize(document)
}

/// Reads what the paths lead to.
#[derive(Clone, Copy)]
struct Known<'p>(&'p [&'p str]);

impl<'p> Known<'p> {
    /// What is left of each path behind a first segment of which `wanted` holds.
    fn behind(self, wanted: impl Fn(&str) -> bool) -> Vec<&'p str> {
        self.0
            .iter()
            .map(|path| path.split_once('/').unwrap_or((path, "")))
            .filter(|(segment, _)| wanted(segment))
            .map(|(_, rest)| rest)
            .collect()
    }
}

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
        let rests = self.behind(|segment| matches!(segment, "*" | "*?"));
        let mut read = Vec::new();
        while let Some(entry) = entries.next_element_seed(Known(&rests))? {
            read.push(entry);
        }
        Ok(read.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        // One entry without the list around it.
        let entry = self.behind(|segment| segment == "*?");
        let here = if entry.is_empty() { self } else { Known(&entry) };
        let mut read = serde_json::Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let rests = here.behind(|segment| segment.split('|').any(|known| known == name));
            if rests.is_empty() {
                fields.next_value::<IgnoredAny>()?;
            } else {
                read.insert(name, fields.next_value_seed(Known(&rests))?);
            }
        }
        Ok(read.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::{list, text};
    use serde_json::json;

    #[test]
    fn fields_that_no_rule_names_are_ignored_at_every_level() {
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
