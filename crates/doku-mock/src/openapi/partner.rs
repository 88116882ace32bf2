//! DOKU's Partner API, from the list of its operations.

use doku_types::{
    code::{BusinessLine, BusinessType, CallbackType, LegalEntity},
    error::ApiError,
    partner::{
        business::BusinessData,
        callback::Callback,
        endpoint::Endpoint,
        file::{UploadParts, UploadedFile},
        lite::{LiteRegistration, LiteReply},
        registration::{Registration, RegistrationReply},
        requirements::{Requirements, RequirementsQuery},
        token::{TokenReply, TokenRequest},
        update::Update,
    },
    schema::{Checked, EVIDENCE},
};
use serde_json::{Map, Value, json};

use super::{
    MOCK,
    reply::{json_reply, refusal},
    schemas::Schemas,
    standing_on,
};

/// Adds every operation of the list.
pub(super) fn add_paths(paths: &mut Map<String, Value>, schemas: &mut Schemas) {
    for endpoint in Endpoint::all() {
        let path = paths.entry(endpoint.path()).or_insert_with(|| json!({}));
        path[endpoint.method().to_ascii_lowercase()] = described(*endpoint, schemas);
    }
}

fn described(endpoint: Endpoint, schemas: &mut Schemas) -> Value {
    let evidence = evidence(endpoint);
    let mut described = json!({
        "operationId": operation_id(endpoint),
        "tags": [TAG],
        "summary": endpoint.name(),
        "description": format!("{}\n\n{}", about(endpoint), standing_on(&evidence)),
        "parameters": parameters(endpoint, schemas),
        "responses": replies(endpoint, schemas),
        "security": [if is_signed(endpoint) { json!({SIGNED: []}) } else { json!({BEARER: []}) }],
        EVIDENCE: evidence,
    });
    if let Some((media_type, schema)) = body(endpoint, schemas) {
        described["requestBody"] =
            json!({"required": true, "content": {media_type: {"schema": schema}}});
    }
    if takes_outcome(endpoint) {
        described["callbacks"] = json!({"kyb": {"$ref": "#/components/callbacks/kyb"}});
    }
    described
}

/// All but uploads, which have a bearer.
fn is_signed(endpoint: Endpoint) -> bool {
    endpoint != Endpoint::UploadFile
}

/// What KYB judges.
pub(crate) fn takes_outcome(endpoint: Endpoint) -> bool {
    matches!(endpoint, Endpoint::BusinessRegistration | Endpoint::UpdateBusinessData)
}

fn operation_id(endpoint: Endpoint) -> String {
    let name = endpoint.name().replace(' ', "");
    let (first, rest) = name.split_at(1);
    first.to_ascii_lowercase() + rest
}

/// What it is for.
pub(crate) fn about(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::CheckRequirements => {
            "What a registration of this sort needs: files, and what to fill in beside them."
        }
        Endpoint::GenerateToken => "A token to upload files with.",
        Endpoint::UploadFile => "A file, for a registration to name by the id that is answered.",
        Endpoint::BusinessRegistration => {
            "A merchant, in full. KYB decides, and callbacks tell its verdicts. Sent again under the same Request-Id with the same body it is done once, and answered 409 with the first reply."
        }
        Endpoint::CreateBusinessLite => {
            "A merchant, to be completed by its owner, who is invited by e-mail."
        }
        Endpoint::GetBusinessData => "A merchant as DOKU knows it.",
        Endpoint::UpdateBusinessData => {
            "A change to a merchant: only what changes. A changed part goes back under review."
        }
        // The list may grow: its name says what it is.
        _ => endpoint.name(),
    }
}

/// The entries of the ledger on which an operation stands, its own first.
fn evidence(endpoint: Endpoint) -> Vec<&'static str> {
    let more: &[&str] = match endpoint {
        Endpoint::CheckRequirements => &["A16", "A22", "A23", "A33"],
        Endpoint::GenerateToken => &["A13", "A15"],
        Endpoint::UploadFile => &["A11", "A16", "A17", "A18", "A27", "A35", "A36", "A37", "A48"],
        Endpoint::BusinessRegistration => {
            &["A01", "A13", "A21", "A22", "A24", "A25", "A26", "A34", "A47"]
        }
        Endpoint::CreateBusinessLite => &["A13", "A20", "A28"],
        Endpoint::GetBusinessData => &["A02", "A12", "A23", "A28", "A29", "A38", "A46"],
        Endpoint::UpdateBusinessData => &["A01", "A12", "A13", "A44", "A45"],
        _ => &[],
    };
    let signed: &[&str] = if is_signed(endpoint) { &["SIG", "A10", "A14"] } else { &[] };
    [&[endpoint.evidence()], signed, more].concat()
}

fn body(endpoint: Endpoint, schemas: &mut Schemas) -> Option<(&'static str, Value)> {
    let schema = match endpoint {
        Endpoint::GenerateToken => schemas.given::<Checked<TokenRequest>>(),
        Endpoint::BusinessRegistration => schemas.given::<Checked<Registration>>(),
        Endpoint::CreateBusinessLite => schemas.given::<Checked<LiteRegistration>>(),
        Endpoint::UpdateBusinessData => schemas.given::<Checked<Update>>(),
        Endpoint::UploadFile => {
            return Some(("multipart/form-data", schemas.given::<UploadParts>()));
        }
        _ => return None,
    };
    Some(("application/json", schema))
}

fn replies(endpoint: Endpoint, schemas: &mut Schemas) -> Value {
    let schema = match endpoint {
        Endpoint::CheckRequirements => schemas.given::<Requirements>(),
        Endpoint::GenerateToken => schemas.given::<TokenReply>(),
        Endpoint::UploadFile => schemas.given::<UploadedFile>(),
        Endpoint::BusinessRegistration | Endpoint::UpdateBusinessData => {
            schemas.given::<RegistrationReply>()
        }
        Endpoint::CreateBusinessLite => schemas.given::<LiteReply>(),
        Endpoint::GetBusinessData => schemas.given::<BusinessData>(),
        _ => json!({}),
    };
    let signed = is_signed(endpoint);
    let mut replies = json!({
        "200": json_reply("Done.", schema.clone(), signed),
        "400": refusal("Refused"),
        "408": refusal("Late"),
        "413": refusal("TooLarge"),
        "5XX": refusal("Failed"),
    });
    if signed && endpoint.method() != "GET" {
        let either = json!({"anyOf": [schema, schemas.given::<ApiError>()]});
        let mut repeated = json_reply(
            "The Request-Id was used before: with the same request, the first reply once more; with another, a refusal.",
            either,
            signed,
        );
        repeated[EVIDENCE] = json!(["IDEM", "A13"]);
        replies["409"] = repeated;
    }
    if !signed {
        replies["401"] = refusal("InvalidToken");
    }
    if endpoint.path().contains('{') {
        replies["404"] = refusal("NotFound");
    }
    replies
}

fn parameters(endpoint: Endpoint, schemas: &mut Schemas) -> Vec<Value> {
    let mut parameters = Vec::new();
    if endpoint.path().contains('{') {
        parameters.push(json!({
            "name": "brand",
            "in": "path",
            "required": true,
            "description": "The merchant's brand.",
            "schema": {"type": "string", "pattern": "^[!-.0-~]+$", "examples": ["BRN-0104-1678960841263"]},
        }));
    }
    if matches!(endpoint, Endpoint::CheckRequirements | Endpoint::GetBusinessData) {
        // On the page both take the four; only the first needs them.
        let required = endpoint == Endpoint::CheckRequirements;
        let shapes = [
            schemas.given::<BusinessType>(),
            schemas.given::<LegalEntity>(),
            schemas.given::<BusinessLine>(),
            json!({"type": "string", "description": "ISO 3166 alpha-2."}),
        ];
        for ((name, value), schema) in RequirementsQuery::personal().pairs().into_iter().zip(shapes)
        {
            parameters.push(json!({
                "name": name,
                "in": "query",
                "required": required,
                "schema": schema,
                "example": value,
                EVIDENCE: [endpoint.evidence()],
            }));
        }
    }
    if is_signed(endpoint) {
        let signed = ["Client-Id", "Request-Id", "Request-Timestamp"];
        let signed = signed.map(|name| json!({"$ref": format!("#/components/parameters/{name}")}));
        parameters.extend(signed);
    }
    if takes_outcome(endpoint) {
        parameters.push(json!({"$ref": "#/components/parameters/Doku-Mock-Outcome"}));
    }
    parameters
}

/// Parameters, security and callbacks.
pub(super) fn components(schemas: &mut Schemas) -> Map<String, Value> {
    let parameters = json!({
        "Client-Id": {
            "name": "Client-Id", "in": "header", "required": true,
            "description": "The partner's brand id.",
            "schema": {"type": "string", "minLength": 1},
            "example": crate::DEFAULT_CLIENT_ID,
            EVIDENCE: ["SIG"],
        },
        "Request-Id": {
            "name": "Request-Id", "in": "header", "required": true,
            "description": "Unique for each request; the same again means the same request again.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 128},
            EVIDENCE: ["SIG", "IDEM", "A10"],
        },
        "Request-Timestamp": {
            "name": "Request-Timestamp", "in": "header", "required": true,
            "description": "UTC, whole seconds; within an hour of now.",
            "schema": {"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$"},
            "example": "2020-08-11T08:45:42Z",
            EVIDENCE: ["SIG", "GW"],
        },
        "Doku-Mock-Outcome": {
            "name": "Doku-Mock-Outcome", "in": "header",
            "description": "What KYB decides of this submission: `approve`, `pending`, `reject.<PART>`, `suspend`, `suspend.full`, `activate`, `product.activate.<CODE>` or `product.reject.<CODE>`; several by comma. The mock's own: DOKU ignores it.",
            "schema": {"type": "string"},
            "example": "reject.BUSINESS_DOCUMENT",
            EVIDENCE: [MOCK],
        },
    });
    let security = json!({
        SIGNED: {
            "type": "apiKey", "in": "header", "name": "Signature",
            "description": "`HMACSHA256=` and the Base64 of the HMAC-SHA256, under the secret key, of the lines `Client-Id:…`, `Request-Id:…`, `Request-Timestamp:…`, `Request-Target:…` (the path, without the query) and, with a body, `Digest:…` (the Base64 of its SHA-256), joined by line feeds.",
            EVIDENCE: ["SIG", "A23"],
        },
        BEARER: {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "The token of Generate Token.",
            EVIDENCE: ["UPL", "A11"],
        },
        "adminToken": {
            "type": "http", "scheme": "bearer",
            "description": "Of a mock that was started with an admin token.",
            EVIDENCE: [MOCK],
        },
    });
    let components = json!({
        "parameters": parameters,
        "securitySchemes": security,
        "callbacks": {"kyb": callback(schemas)},
    });
    match components {
        Value::Object(components) => components,
        _ => Map::new(),
    }
}

/// A verdict, told to the partner.
fn callback(schemas: &mut Schemas) -> Value {
    let evidence = ["OV", "NTF", "A03", "A04", "A05", "A06", "A07", "A32", "A43"];
    let types: Vec<_> = CallbackType::all().iter().map(CallbackType::as_str).collect();
    let about = format!(
        "One verdict of KYB, of one of the types {}. Signed as a request is, with the partner's key. \
         Whatever is not answered 2xx is tried again 30 minutes, 6 and 12 hours after the first attempt.",
        types.join(", "),
    );
    let signed = ["Client-Id", "Request-Id", "Request-Timestamp"];
    json!({
        "{$request.body#/business/callback_url}": {
            "post": {
                "summary": "KYB callback",
                "description": format!("{about}\n\n{}", standing_on(&evidence)),
                "parameters": signed
                    .map(|name| json!({"$ref": format!("#/components/parameters/{name}")})),
                "security": [{SIGNED: []}],
                "requestBody": {
                    "required": true,
                    "content": {"application/json": {"schema": schemas.given::<Callback>()}},
                },
                "responses": {
                    "2XX": {"description": "Heard."},
                    "default": {"description": "Not heard: it is told again."},
                },
                EVIDENCE: evidence,
            },
        },
    })
}

/// Under which its operations are listed.
pub(super) const TAG: &str = "Partner API";
const SIGNED: &str = "signature";
const BEARER: &str = "bearer";
