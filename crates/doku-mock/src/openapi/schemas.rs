//! The schemas of both surfaces, collected as components and finished for their readers.

use doku_types::{
    evidence::{self, Evidence},
    schema::EVIDENCE,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// Makes schemas. What is given refers to components, under the names of the types; what is taken stands
/// whole where it is used, since a type may be read otherwise than it is written.
pub(super) struct Schemas {
    given: SchemaGenerator,
    taken: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let mut given = SchemaSettings::draft2020_12().for_serialize();
        given.definitions_path = "/components/schemas".into();
        let mut taken = SchemaSettings::draft2020_12().for_deserialize();
        taken.inline_subschemas = true;
        Self { given: given.into_generator(), taken: taken.into_generator() }
    }

    /// The schema of something that is answered, or of a request that has its rules with it.
    pub(super) fn given<T: JsonSchema>(&mut self) -> Value {
        self.given_by(SchemaGenerator::subschema_for::<T>)
    }

    pub(super) fn given_by(&mut self, make: fn(&mut SchemaGenerator) -> Schema) -> Value {
        finished_given(make(&mut self.given))
    }

    /// The schema of something that is asked.
    pub(super) fn taken_by(&mut self, make: fn(&mut SchemaGenerator) -> Schema) -> Value {
        finished(make(&mut self.taken))
    }

    /// All that was referred to, by name.
    pub(super) fn into_components(mut self) -> Value {
        let mut schemas = Value::Object(self.given.take_definitions(true));
        finish(&mut schemas);
        never_null(&mut schemas);
        schemas
    }
}

fn finished_given(schema: Schema) -> Value {
    let mut schema = finished(schema);
    never_null(&mut schema);
    schema
}

fn finished(schema: Schema) -> Value {
    let mut schema = schema.to_value();
    finish(&mut schema);
    schema
}

/// Goes through a schema, or a map of schemas: descriptions for people who do not read Rust, no defaults
/// that say nothing, and the evidence that a description names.
fn finish(value: &mut Value) {
    match value {
        Value::Object(schema) => {
            finish_one(schema);
            schema.values_mut().for_each(finish);
        }
        Value::Array(entries) => entries.iter_mut().for_each(finish),
        _ => {}
    }
}

fn finish_one(schema: &mut Map<String, Value>) {
    let says_nothing = |default: &Value| match default {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    // A property may be called `default` too: that one is a schema.
    if schema.get("default").is_some_and(says_nothing) {
        schema.remove("default");
    }
    let Some(Value::String(description)) = schema.get_mut("description") else { return };
    *description = without_links(&without_code(description));
    let named = assumptions(description);
    if !named.is_empty() && !schema.contains_key(EVIDENCE) {
        schema.insert(EVIDENCE.to_owned(), json!(named));
    }
}

/// What is left out where there is nothing to tell is never null, whatever its type in the code.
fn never_null(value: &mut Value) {
    match value {
        Value::Object(schema) => {
            let required = schema.get("required").cloned().unwrap_or_default();
            let is_required = |name: &String| {
                required.as_array().is_some_and(|required| required.iter().any(|one| one == name))
            };
            if let Some(Value::Object(properties)) = schema.get_mut("properties") {
                for (_, property) in properties.iter_mut().filter(|(name, _)| !is_required(name)) {
                    without_null(property);
                }
            }
            schema.values_mut().for_each(never_null);
        }
        Value::Array(entries) => entries.iter_mut().for_each(never_null),
        _ => {}
    }
}

fn without_null(property: &mut Value) {
    let Value::Object(property) = property else { return };
    if let Some(Value::Array(types)) = property.get_mut("type") {
        types.retain(|one| one != "null");
        if let [one] = &types[..] {
            let one = one.clone();
            property.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(either)) = property.get_mut("anyOf") {
        either.retain(|one| one["type"] != "null");
        if let [Value::Object(one)] = &mut either[..] {
            let one = std::mem::take(one);
            property.remove("anyOf");
            for (keyword, value) in one {
                property.entry(keyword).or_insert(value);
            }
        }
    }
}

/// Without examples in Rust.
fn without_code(text: &str) -> String {
    // Between fences, every other piece is code.
    let prose: Vec<_> = text.split("```").step_by(2).map(str::trim).collect();
    prose.join("\n\n").trim().to_owned()
}

/// The assumptions that a text names.
fn assumptions(text: &str) -> Vec<&'static str> {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric());
    let mut named: Vec<_> = words
        .filter_map(evidence::entry)
        .filter(|entry| entry.evidence == Evidence::Assumed)
        .map(|entry| entry.id)
        .collect();
    named.sort_unstable();
    named.dedup();
    named
}

/// Links between items of the code lead nowhere here: ``[`Name`](path)`` becomes `` `Name` ``, and lines
/// of a paragraph run on.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        let Some((name, after)) = link.split_once(']') else { break };
        plain.push_str(before);
        let target = after.strip_prefix('(').and_then(|target| target.split_once(')'));
        match target {
            Some((target, behind)) if !target.contains("://") => {
                plain.push_str(name);
                rest = behind;
            }
            _ if name.starts_with('`') => {
                plain.push_str(name);
                rest = after;
            }
            _ => {
                plain.push('[');
                plain.push_str(name);
                plain.push(']');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_items_become_their_names_and_others_stay() {
        for (text, plain) in [
            ("As [`BusinessData::status`] (A02).", "As `BusinessData::status` (A02)."),
            ("See [a registration](super::Business).", "See a registration."),
            ("`banks[]` and [DOKU](https://doku.com)", "`banks[]` and [DOKU](https://doku.com)"),
            ("open [", "open ["),
        ] {
            assert_eq!(without_links(text), plain);
        }
    }

    #[test]
    fn a_description_names_assumptions_and_not_what_looks_like_one() {
        assert_eq!(assumptions("As sent (A28, A02); BR, A2."), ["A02", "A28"]);
    }
}
