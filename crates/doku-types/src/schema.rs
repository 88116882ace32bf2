//! JSON schemas of the bodies, by [`schemars`]: of the types as they are read and written, and of a
//! request as it has to be to be accepted.
//!
//! A type's own schema says what its reading takes, where a blank field is no error. What a request
//! has to have, how long its fields may be and on what each of that stands is in the rules that
//! [`validate`](crate::validate) checks; [`Checked`] adds them, so that there is one truth.
//!
//! ```
//! use doku_types::{partner::token::TokenRequest, schema::Checked};
//!
//! let schema = schemars::schema_for!(Checked<TokenRequest>);
//! assert_eq!(schema.pointer("/required/0").unwrap(), "grant_type");
//! assert_eq!(schema.pointer("/properties/grant_type/x-doku-evidence/0").unwrap(), "TOK");
//! ```

use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, generate::SchemaSettings, json_schema};
use serde_json::{Map, Value, json};

use crate::validate::{Demand, Rule};

/// The schema of a request as the rules of `T` have it: a document that breaks it is refused by
/// `T::parse`, with all that the tables of rules say. Its nested parts stand where they are used. Each
/// field names its evidence in [`EVIDENCE`].
#[derive(Debug)]
pub struct Checked<T>(PhantomData<T>);

/// The keyword under which a schema names the entries of the [ledger](crate::evidence) that it stands on:
/// a list of ids.
pub const EVIDENCE: &str = "x-doku-evidence";

/// The schema of an open code list: any string; what is known of it is told.
pub(crate) fn open_code(known: &[&str]) -> Schema {
    let description = format!("Known: {}. Others may come.", known.join(", "));
    json_schema!({"type": "string", "description": description, "examples": known})
}

/// The schema of `T`, with what the rules demand written over it; fields that no rule names, which a
/// request does not have, are left out.
pub(crate) fn checked<T: JsonSchema>(rules: &[Rule]) -> Schema {
    let mut schema = whole::<T>();
    let demands: Vec<_> = rules.iter().map(Rule::demand).collect();
    for demand in &demands {
        if let Some((parent, name)) = place(&mut schema, demand.path) {
            write(parent, name, demand);
        }
    }
    let paths: Vec<_> = demands.iter().map(|demand| demand.path).collect();
    leave_out(&mut schema, &paths);
    schema.into()
}

/// The paths of rules that have no place in the schema of `T`.
#[cfg(test)]
pub(crate) fn misplaced<T: JsonSchema>(rules: &[Rule]) -> Vec<&'static str> {
    let mut schema = whole::<T>();
    let paths = rules.iter().map(|rule| rule.demand().path);
    paths.filter(|path| place(&mut schema, path).is_none()).collect()
}

/// The schema of `T` without references, so that a path can be followed.
fn whole<T: JsonSchema>() -> Map<String, Value> {
    let mut settings = SchemaSettings::draft2020_12().for_deserialize();
    settings.inline_subschemas = true;
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    for keyword in ["$schema", "title"] {
        schema.remove(keyword);
    }
    schema.ensure_object().clone()
}

/// The schema above the end of `path`, and the name that the place has in it: a property's, or `*`.
fn place<'s>(
    schema: &'s mut Map<String, Value>,
    path: &'static str,
) -> Option<(&'s mut Map<String, Value>, &'static str)> {
    let (above, name) = path.rsplit_once('/')?;
    let mut here = schema;
    for segment in above.split('/').skip(1) {
        here = below(here, first(segment))?;
    }
    let name = first(name);
    below(here, name)?;
    Some((here, name))
}

fn below<'s>(schema: &'s mut Map<String, Value>, name: &str) -> Option<&'s mut Map<String, Value>> {
    match name {
        "*" => schema.get_mut("items")?.as_object_mut(),
        name => schema.get_mut("properties")?.get_mut(name)?.as_object_mut(),
    }
}

/// Of several spellings the one to send.
fn first(segment: &'static str) -> &'static str {
    match segment {
        "*?" => "*",
        names => names.split('|').next().unwrap_or(names),
    }
}

fn write(parent: &mut Map<String, Value>, name: &str, demand: &Demand) {
    if name != "*" {
        if demand.mandatory {
            add(parent, "required", name);
        }
        if demand.mandatory_without_id {
            let either = parent.entry("anyOf");
            let either = either.or_insert_with(|| json!([{"required": ["id"]}, {"required": []}]));
            if let Some(Value::Object(without_id)) = either.get_mut(1) {
                add(without_id, "required", name);
            }
        }
    }
    // `place` has found it.
    let Some(here) = below(parent, name) else { return };
    here.remove("default");
    let types = match demand.types {
        [one] => json!(one),
        several => json!(several),
    };
    here.insert("type".to_owned(), types);
    let (least, most) = match demand.types[0] {
        "array" => ("minItems", "maxItems"),
        _ => ("minLength", "maxLength"),
    };
    if demand.says_something && matches!(demand.types[0], "string" | "array") {
        here.insert(least.to_owned(), json!(1));
    }
    if demand.says_something && demand.types[0] == "string" {
        here.insert("pattern".to_owned(), json!(NOT_BLANK));
    }
    if let Some(max) = demand.max {
        here.insert(most.to_owned(), json!(max));
    }
    let mut evidence = vec![demand.evidence];
    if demand.types[0] == "array" {
        evidence.push(LENGTH_OF_LISTS);
    }
    here.insert(EVIDENCE.to_owned(), json!(evidence));
}

fn add(schema: &mut Map<String, Value>, keyword: &str, name: &str) {
    let names = schema.entry(keyword).or_insert_with(|| json!([]));
    if let Value::Array(names) = names
        && !names.iter().any(|known| known == name)
    {
        names.push(name.into());
    }
}

/// Takes out the properties that no path leads through.
fn leave_out(schema: &mut Map<String, Value>, paths: &[&'static str]) {
    let behind = |name: &str| -> Vec<&'static str> {
        let ways = paths.iter().filter_map(|path| {
            let (segment, rest) = split(path);
            (first(segment) == name).then_some(rest)
        });
        ways.collect()
    };
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.retain(|name, _| !behind(name).is_empty());
        for (name, property) in properties {
            if let Value::Object(property) = property {
                leave_out(property, &behind(name));
            }
        }
    }
    if let Some(Value::Object(items)) = schema.get_mut("items") {
        leave_out(items, &behind("*"));
    }
}

/// The first segment of a path, and the rest with its slash.
fn split(path: &'static str) -> (&'static str, &'static str) {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.find('/').map_or((path, ""), |end| path.split_at(end))
}

/// Something beside blanks.
const NOT_BLANK: &str = r"\S";
/// The ledger's entry on how long lists may be.
const LENGTH_OF_LISTS: &str = "A39";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partner::{registration::Registration, update::Update};

    fn schema<T>() -> Value
    where
        Checked<T>: JsonSchema,
    {
        schemars::schema_for!(Checked<T>).to_value()
    }

    #[test]
    fn a_registration_asks_for_what_its_rules_ask_for() {
        let schema = schema::<Registration>();
        let business = &schema["properties"]["business"];
        assert_eq!(schema["required"], json!(["business"]));
        assert_eq!(business["properties"]["callback_url"]["maxLength"], 2048);
        assert_eq!(business["properties"]["callback_url"][EVIDENCE], json!(["A35"]));
        assert_eq!(business["properties"]["phone_number"]["type"], json!(["string", "integer"]));
        let address = &business["properties"]["addresses"]["items"];
        assert_eq!(address["required"], json!(["area", "country", "name", "primary"]));
        // Only replies have it.
        assert_eq!(address["properties"]["id"], Value::Null);
    }

    #[test]
    fn an_update_asks_for_the_whole_entry_where_it_has_no_id() {
        let schema = schema::<Update>();
        let bank = &schema["properties"]["business"]["properties"]["banks"]["items"];
        assert_eq!(bank["anyOf"][0]["required"], json!(["id"]));
        assert!(bank["anyOf"][1]["required"].as_array().unwrap().contains(&json!("bank_name")));
        assert_eq!(bank["required"], Value::Null);
    }
}
