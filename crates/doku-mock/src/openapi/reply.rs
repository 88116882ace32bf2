//! Replies: their headers, and the refusals that operations share.

use doku_types::error::ApiError;
use serde_json::{Map, Value, json};

use super::{MOCK, schemas::Schemas};
use doku_types::schema::EVIDENCE;

/// A reply with a JSON body.
pub(super) fn json_reply(description: &str, schema: Value, signed: bool) -> Value {
    let mut headers = Map::new();
    let mut names = vec!["Doku-Mock-Assumptions"];
    if signed {
        names.extend(["Client-Id", "Request-Id", "Response-Timestamp", "Signature"]);
    }
    for name in names {
        headers.insert(name.to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    }
    json!({
        "description": description,
        "headers": headers,
        "content": {"application/json": {"schema": schema}},
    })
}

/// A reference to a refusal of [`REFUSALS`].
pub(super) fn refusal(name: &str) -> Value {
    json!({"$ref": format!("#/components/responses/{name}")})
}

/// Adds `headers` and `responses`.
pub(super) fn add_components(components: &mut Map<String, Value>, schemas: &mut Schemas) {
    let mut headers = Map::new();
    for (name, about, evidence) in HEADERS {
        let header = json!({
            "description": about,
            "schema": {"type": "string"},
            EVIDENCE: evidence,
        });
        headers.insert((*name).to_owned(), header);
    }
    components.insert("headers".to_owned(), headers.into());
    let mut responses = Map::new();
    for (name, about, example, evidence) in REFUSALS {
        let mut response = json_reply(about, schemas.given::<ApiError>(), false);
        // The table's own text.
        let example: Value = serde_json::from_str(example).expect("a JSON example");
        response["content"]["application/json"]["example"] = example;
        response[EVIDENCE] = json!(evidence);
        responses.insert((*name).to_owned(), response);
    }
    components.insert("responses".to_owned(), responses.into());
}

const HEADERS: &[(&str, &str, &[&str])] = &[
    (
        "Doku-Mock-Assumptions",
        "The assumptions that this reply stands on, by comma; absent where there is none.",
        &[MOCK],
    ),
    (
        "Client-Id",
        "As the request had it. Only on replies to requests with a right signature.",
        &["SIG", "A14", "A40"],
    ),
    (
        "Request-Id",
        "As the request had it. Only on replies to requests with a right signature.",
        &["SIG", "A14", "A40"],
    ),
    ("Response-Timestamp", "UTC, whole seconds: `2020-08-11T08:45:42Z`.", &["SIG", "A14"]),
    (
        "Signature",
        "`HMACSHA256=` and the Base64 of the HMAC, made as a request's with `Response-Timestamp` in the place of `Request-Timestamp`.",
        &["SIG", "A14"],
    ),
];

/// Name, meaning, example and evidence.
const REFUSALS: &[(&str, &str, &str, &[&str])] = &[
    (
        "Refused",
        "Headers or signature are wrong (the gateway's envelope), or the request breaks rules (the business's, one text per fault).",
        r#"{"error":{"code":"invalid_signature","message":"Invalid Header Signature","type":"invalid_request_error"}}"#,
        &["GW", "A10"],
    ),
    (
        "InvalidToken",
        "The bearer is missing, malformed, foreign or expired.",
        r#"{"error":{"code":"invalid_token","message":"The access token is expired","type":"invalid_request_error"}}"#,
        &["A11"],
    ),
    (
        "NotFound",
        "There is no such business, or it is another partner's.",
        r#"{"message":["BUSINESS NOT FOUND"]}"#,
        &["A12"],
    ),
    (
        "Late",
        "The request did not come whole in time.",
        r#"{"message":["THE REQUEST TOOK TOO LONG"]}"#,
        &["A30"],
    ),
    (
        "TooLarge",
        "The body, or the file, is too large.",
        r#"{"message":["the document is larger than 1048576 bytes"]}"#,
        &["A10", "A16"],
    ),
    (
        "Failed",
        "The mock itself has failed; its log says why. 507: its space for files is used up.",
        r#"{"message":["THE MOCK CANNOT KEEP OR READ A FILE: ITS LOG SAYS WHY"]}"#,
        &[MOCK],
    ),
    (
        "OwnRefusal",
        "A refusal, which says what to do: 400 for what cannot be read, 401 without the admin token where there is one, 403 for a Host that is not this machine, 404 for what there is not, 409 for what the state does not allow, 413 for too large a document, 415 for another media type than `application/json`, 5xx if the mock has failed.",
        r#"{"message":["SEND IT AS JSON: Content-Type: application/json"]}"#,
        &[MOCK],
    ),
];
