//! SNAP's access tokens: B2B, `POST /authorization/v1/access-token/b2b`, for the merchant itself,
//! and B2B2C, `…/b2b2c`, for one of its customers (documented: SNAPTOK). DOKU asks a merchant for
//! a B2B token in the same words before it notifies (documented: SNAPSIG).

use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use crate::{
    code::open_code,
    lenient,
    response_code::ResponseCode,
    secret::{AuthCode, BearerToken, RefreshToken},
    validate::{self, ParseError},
    verbatim::JsonText,
};

open_code! {
    /// `grantType` (documented: SNAPTOK).
    GrantType {
        /// B2B.
        ClientCredentials = "client_credentials";
        /// B2B2C, with an `authCode`.
        AuthorizationCode = "authorization_code";
        /// B2B2C, with a `refreshToken`.
        RefreshToken = "refresh_token";
    }
}

/// Asks for a B2B token.
///
/// ```
/// use doku_types::snap::token::TokenRequest;
///
/// let json = serde_json::to_string(&TokenRequest::builder().build()).unwrap();
/// assert_eq!(json, r#"{"grantType":"client_credentials"}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TokenRequest {
    /// Always `client_credentials`.
    #[builder(default = GrantType::ClientCredentials)]
    pub grant_type: GrantType,
    /// Of no known use; DOKU's PHP SDK sends `[]`.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_info: Option<JsonText>,
}

impl TokenRequest {
    /// Reads a request's body.
    ///
    /// # Errors
    /// [`ParseError`] when the body is not JSON of this shape.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        validate::read(body)
    }
}

/// The reply with a B2B token. While a token is alive DOKU may answer with the same one
/// (SNAPLIVE).
///
/// ```
/// use doku_types::snap::token::TokenReply;
///
/// let reply = TokenReply::builder().access_token("eyJ…").expires_in(900).build();
/// let json = r#"{"responseCode":"2007300","responseMessage":"Successful","accessToken":"eyJ…",
///     "tokenType":"Bearer ","expiresIn":"900","additionalInfo":""}"#;
/// let read = TokenReply::parse(json.as_bytes()).unwrap();
/// assert_eq!(read.access_token, reply.access_token);
/// assert_eq!(read.expires_in, reply.expires_in);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(setter(into)))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TokenReply {
    /// `2007300`.
    #[builder(default = "2007300".into())]
    pub response_code: ResponseCode,
    /// For people.
    #[builder(default = SUCCESSFUL.to_owned())]
    #[serde(default)]
    pub response_message: String,
    /// At most 2048 characters. DOKU's is a JWT (RS256) with the claims `exp`, `iss` and
    /// `clientId`.
    pub access_token: BearerToken,
    /// `Bearer`; in an SDK's test with a space behind it (SNAPSDK).
    #[builder(default = BEARER.to_owned())]
    pub token_type: String,
    /// How long the token lives, in seconds: 900. Read from a number (SNAPLIVE) or a string
    /// (documented), written as a number.
    #[builder(setter(!into))]
    #[serde(deserialize_with = "lenient::seconds")]
    pub expires_in: u64,
    /// An object or `""`, of no known use.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_info: Option<JsonText>,
}

impl TokenReply {
    /// Reads a reply's body. A refusal is no such reply: read it as a
    /// [`Refusal`](super::Refusal).
    ///
    /// # Errors
    /// [`ParseError`] when the body is not JSON of this shape.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        validate::read(body)
    }
}

/// Asks for a customer's token, by the code that binding gave or by the token's refresh token.
///
/// ```
/// use doku_types::snap::token::CustomerTokenRequest;
///
/// let request = CustomerTokenRequest::with_auth_code("a6975f82");
/// let json = r#"{"grantType":"authorization_code","authCode":"a6975f82"}"#;
/// assert_eq!(serde_json::to_string(&request).unwrap(), json);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(setter(into)))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CustomerTokenRequest {
    /// `authorization_code` or `refresh_token`.
    pub grant_type: GrantType,
    /// For `authorization_code`.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_code: Option<AuthCode>,
    /// For `refresh_token`. The page's sample has both.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshToken>,
    /// Of no known use.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_info: Option<JsonText>,
}

impl CustomerTokenRequest {
    /// The first token of a customer.
    pub fn with_auth_code(auth_code: impl Into<AuthCode>) -> Self {
        Self::builder().grant_type(GrantType::AuthorizationCode).auth_code(auth_code).build()
    }

    /// The next token of a customer.
    pub fn with_refresh_token(refresh_token: impl Into<RefreshToken>) -> Self {
        Self::builder().grant_type(GrantType::RefreshToken).refresh_token(refresh_token).build()
    }

    /// Reads a request's body.
    ///
    /// # Errors
    /// [`ParseError`] when the body is not JSON of this shape.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        validate::read(body)
    }
}

/// The reply with a customer's token, which goes into the header `Authorization-Customer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[builder(field_defaults(setter(into)))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CustomerTokenReply {
    /// `2007400`.
    #[builder(default = "2007400".into())]
    pub response_code: ResponseCode,
    /// For people.
    #[builder(default = SUCCESSFUL.to_owned())]
    #[serde(default)]
    pub response_message: String,
    /// The customer's token.
    pub access_token: BearerToken,
    /// `Bearer`.
    #[builder(default = BEARER.to_owned())]
    pub token_type: String,
    /// Until when, as an ISO 8601 date and time.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_expiry_time: Option<String>,
    /// For the next token.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshToken>,
    /// Until when, as an ISO 8601 date and time.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token_expiry_time: Option<String>,
    /// Of no known use.
    #[builder(default, setter(strip_option))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_info: Option<JsonText>,
}

impl CustomerTokenReply {
    /// Reads a reply's body. A refusal is no such reply: read it as a
    /// [`Refusal`](super::Refusal).
    ///
    /// # Errors
    /// [`ParseError`] when the body is not JSON of this shape.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        validate::read(body)
    }
}

const SUCCESSFUL: &str = "Successful";
const BEARER: &str = "Bearer";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promises::keeps_the_promises_of_a_body;

    const REPLY: &str = r#"{"responseCode":"2007300","responseMessage":"Successful",
        "accessToken":"marker","tokenType":"Bearer","expiresIn":900,"additionalInfo":{"a":1.0}}"#;
    const CUSTOMER_REPLY: &str = r#"{"responseCode":"2007400","responseMessage":"Successful",
        "accessToken":"marker","tokenType":"Bearer","refreshToken":"marker",
        "accessTokenExpiryTime":"2023-01-01T00:00:00+07:00",
        "refreshTokenExpiryTime":"2024-01-01T00:00:00+07:00","additionalInfo":{}}"#;
    const CUSTOMER_REQUEST: &str = r#"{"grantType":"authorization_code","authCode":"marker",
        "refreshToken":"marker","additionalInfo":{}}"#;

    #[test]
    fn token_bodies_are_read_in_any_order_with_unknown_fields() {
        let request = r#"{"grantType":"client_credentials","additionalInfo":[]}"#;
        keeps_the_promises_of_a_body::<TokenRequest>(request, &["additionalInfo"]);
        keeps_the_promises_of_a_body::<TokenReply>(REPLY, &["additionalInfo"]);
        keeps_the_promises_of_a_body::<CustomerTokenRequest>(CUSTOMER_REQUEST, &["additionalInfo"]);
        keeps_the_promises_of_a_body::<CustomerTokenReply>(CUSTOMER_REPLY, &["additionalInfo"]);
    }

    #[test]
    fn a_lifetime_is_whole_seconds_as_number_or_text_and_written_as_a_number() {
        for (json, seconds) in [("900", 900), ("\"900\"", 900), ("0", 0), ("\"0900\"", 900)] {
            let reply = TokenReply::parse(REPLY.replace("900", json).as_bytes()).unwrap();
            assert_eq!(reply.expires_in, seconds);
            let written = serde_json::to_string(&reply).unwrap();
            assert!(written.contains(&format!("\"expiresIn\":{seconds},")), "{written}");
        }
        for json in ["null", "-1", "\"\"", "\"+9\"", "\"9 \"", "9.5", "\"99999999999999999999\""] {
            assert!(TokenReply::parse(REPLY.replace("900", json).as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn additional_info_of_any_kind_is_kept() {
        for json in ["\"\"", "[]", "{}", "{\"b\": 1.00}"] {
            let body = REPLY.replace(r#"{"a":1.0}"#, json);
            let reply = TokenReply::parse(body.as_bytes()).unwrap();
            assert_eq!(reply.additional_info.as_ref().map(JsonText::as_str), Some(json));
        }
        let body = REPLY.replace(r#"{"a":1.0}"#, "null");
        assert_eq!(TokenReply::parse(body.as_bytes()).unwrap().additional_info, None);
    }

    #[test]
    fn a_token_type_is_kept_with_its_space() {
        let body = REPLY.replace("\"Bearer\"", "\"Bearer \"");
        assert_eq!(TokenReply::parse(body.as_bytes()).unwrap().token_type, "Bearer ");
    }

    #[test]
    fn no_debug_output_shows_a_token_or_a_code() {
        let printed = format!(
            "{:?} {:?} {:?}",
            TokenReply::parse(REPLY.as_bytes()).unwrap(),
            CustomerTokenReply::parse(CUSTOMER_REPLY.as_bytes()).unwrap(),
            CustomerTokenRequest::parse(CUSTOMER_REQUEST.as_bytes()).unwrap(),
        );
        assert!(!printed.contains("marker"), "{printed}");
    }
}
