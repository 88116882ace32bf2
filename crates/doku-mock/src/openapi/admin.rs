//! The mock's own surface, from its registry.

use doku_types::schema::EVIDENCE;
use serde_json::{Map, Value, json};

use super::{
    MOCK,
    reply::{json_reply, refusal},
    schemas::Schemas,
};
use crate::admin::{self, Gives, Operation};

/// Adds every operation of the registry.
pub(super) fn add_paths(paths: &mut Map<String, Value>, schemas: &mut Schemas) {
    for operation in admin::operations() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.to_ascii_lowercase()] = described(&operation, schemas);
    }
}

fn described(operation: &Operation, schemas: &mut Schemas) -> Value {
    let answer = match &operation.gives {
        Gives::Json => json_reply("Done.", json!({}), false),
        Gives::Document(schema) => json_reply("Done.", schemas.given_by(*schema), false),
        Gives::Media(media_type) => {
            json!({"description": "Done.", "content": {*media_type: {}}})
        }
    };
    let mut described = json!({
        "operationId": operation.id,
        "tags": [TAG],
        "summary": operation.summary,
        // Only a mock that was started with an admin token asks for it.
        "security": [{}, {"adminToken": []}],
        "parameters": parameters(operation, schemas),
        "responses": {"200": answer, "default": refusal("OwnRefusal")},
        EVIDENCE: [MOCK],
    });
    if let Some(document) = &operation.takes {
        let mut content = json!({"schema": schemas.taken_by(document.schema)});
        if let Some(example) = document.example {
            // The registry's own text.
            content["example"] = serde_json::from_str(example).expect("a JSON example");
        }
        described["requestBody"] =
            json!({"required": true, "content": {"application/json": content}});
    }
    described
}

/// Those of the path, then those of the query, then headers.
fn parameters(operation: &Operation, schemas: &mut Schemas) -> Vec<Value> {
    let in_path = operation.path.split('/').filter_map(|segment| {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({
            "name": name,
            "in": "path",
            "required": true,
            "schema": {"type": if name == "number" { "integer" } else { "string" }},
        }))
    });
    let mut all: Vec<_> = in_path.collect();
    for (place, parameters) in [("query", &operation.parameters), ("header", &operation.headers)] {
        all.extend(parameters.iter().map(|parameter| {
            json!({
                "name": parameter.name,
                "in": place,
                "description": format!("{}.", parameter.about),
                "schema": schemas.taken_by(parameter.schema),
            })
        }));
    }
    all
}

/// Under which its operations are listed.
pub(super) const TAG: &str = "Mock";
