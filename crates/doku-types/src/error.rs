//! What DOKU answers when it refuses: four envelopes, one type.

use std::fmt;

use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::Value;

use crate::{MAX_BODY, code::GatewayCode};

/// A refusal, as DOKU words it.
///
/// | envelope | from | evidence |
/// | --- | --- | --- |
/// | `{"error":{"code","message","type"}}` | the gateway: headers and signature, mostly HTTP 400 | observed |
/// | `{"code","message","type"}` | the same without its wrapper | observed, in one copy |
/// | `{"message":["…"]}` | the business behind the gateway | observed |
/// | `{"message":"…"}` | the router: unknown path | observed |
///
/// A 409 need not be any of them: a repeated `Request-Id` is answered with it and the body of the
/// first reply (IDEM), a success too, or with [`GatewayCode::IdempotentRequest`] (second hand).
///
/// ```
/// use doku_types::{code::GatewayCode, error::ApiError};
///
/// let body = br#"{"error":{"code":"invalid_signature","message":"Invalid Header Signature"}}"#;
/// let error = ApiError::parse(body).unwrap();
/// assert_eq!(error.code(), Some(&GatewayCode::InvalidSignature));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApiError {
    /// From the gateway.
    Gateway {
        /// Which check failed.
        code: GatewayCode,
        /// DOKU's sentence; may be empty.
        message: String,
        /// `invalid_request_error` where present.
        kind: Option<String>,
    },
    /// From the business behind the gateway: one text per fault.
    Business(Vec<String>),
    /// From the router.
    Router(String),
}

impl ApiError {
    /// The gateway's envelope, of type `invalid_request_error`.
    pub fn gateway(code: GatewayCode, message: impl Into<String>) -> Self {
        Self::Gateway { code, message: message.into(), kind: Some(REQUEST_ERROR.to_owned()) }
    }

    /// The business envelope with one text.
    pub fn business(message: impl Into<String>) -> Self {
        Self::Business(vec![message.into()])
    }

    /// Reads any of the four envelopes; `None` if the body is none of them, or larger than
    /// [`MAX_BODY`].
    pub fn parse(body: &[u8]) -> Option<Self> {
        if body.len() > MAX_BODY {
            return None;
        }
        let Value::Object(document) = serde_json::from_slice(body).ok()? else {
            return None;
        };
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let inner = match document.get("error") {
            Some(Value::Object(inner)) => inner,
            _ => &document,
        };
        if let Some(code) = inner.get("code").and_then(Value::as_str) {
            return Some(Self::Gateway {
                code: code.into(),
                message: text(inner.get("message")).unwrap_or_default(),
                kind: text(inner.get("type")),
            });
        }
        // A success has both: the answer to a repeated Request-Id.
        if document.contains_key("response") {
            return None;
        }
        match document.get("message")? {
            Value::String(message) => Some(Self::Router(message.clone())),
            Value::Array(messages) => messages
                .iter()
                .map(|message| text(Some(message)))
                .collect::<Option<_>>()
                .map(Self::Business),
            _ => None,
        }
    }

    /// The gateway's code, if this is the gateway's envelope.
    pub fn code(&self) -> Option<&GatewayCode> {
        match self {
            Self::Gateway { code, .. } => Some(code),
            _ => None,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gateway { code, message, .. } => write!(f, "{code}: {message}"),
            Self::Business(messages) => f.write_str(&messages.join("; ")),
            Self::Router(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for ApiError {}

impl Serialize for ApiError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Inner<'a> {
            code: &'a GatewayCode,
            message: &'a str,
            #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
            kind: Option<&'a str>,
        }

        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Gateway { code, message, kind } => {
                map.serialize_entry("error", &Inner { code, message, kind: kind.as_deref() })?;
            }
            Self::Business(messages) => map.serialize_entry("message", messages)?,
            Self::Router(message) => map.serialize_entry("message", message)?,
        }
        map.end()
    }
}

/// The three envelopes that are written.
#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ApiError {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ApiError".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let code = generator.subschema_for::<GatewayCode>();
        schemars::json_schema!({
            "description": "What DOKU answers when it refuses (A10).",
            "oneOf": [
                {
                    "title": "Gateway",
                    "description": "From the gateway: which check of headers or signature failed.",
                    "type": "object",
                    "properties": {
                        "error": {
                            "type": "object",
                            "properties": {
                                "code": code,
                                "message": {"description": "DOKU's sentence.", "type": "string"},
                                "type": {
                                    "description": "`invalid_request_error`.",
                                    "type": "string",
                                },
                            },
                            "required": ["code", "message"],
                        },
                    },
                    "required": ["error"],
                },
                {
                    "title": "Business",
                    "description": "From the business behind the gateway: one text per fault.",
                    "type": "object",
                    "properties": {"message": {"type": "array", "items": {"type": "string"}}},
                    "required": ["message"],
                },
                {
                    "title": "Router",
                    "description": "From the router: unknown path or method.",
                    "type": "object",
                    "properties": {"message": {"type": "string"}},
                    "required": ["message"],
                },
            ],
        })
    }
}

const REQUEST_ERROR: &str = "invalid_request_error";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_envelope_is_read_and_written_alike() {
        for body in [
            r#"{"error":{"code":"invalid_client_id","message":"Invalid Client-Id","type":"invalid_request_error"}}"#,
            r#"{"error":{"code":"new_code","message":"x"}}"#,
            r#"{"message":["INVOICE ALREADY USED","AMOUNT NOT MATCH"]}"#,
            r#"{"message":"No static resource x."}"#,
        ] {
            let error = ApiError::parse(body.as_bytes()).unwrap();
            assert_eq!(serde_json::to_string(&error).unwrap(), body);
        }
    }

    #[test]
    fn the_unwrapped_gateway_error_is_read_too() {
        let body = br#"{"code":"invalid_signature","message":"Invalid Header Signature"}"#;
        let error = ApiError::parse(body).unwrap();
        assert_eq!(error.to_string(), "invalid_signature: Invalid Header Signature");
    }

    #[test]
    fn what_is_no_envelope_is_none() {
        for body in ["", "[]", "{}", r#"{"message":1}"#, r#"{"message":[1]}"#, "<html>"] {
            assert_eq!(ApiError::parse(body.as_bytes()), None, "{body}");
        }
    }
}
