//! Generate Token: `POST /token`, signed (documented: Generate Token API).

use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use crate::{
    lenient,
    secret::BearerToken,
    validate::{Fault, FaultKind, Rule, request, text},
};

/// Asks for a token to upload files with.
///
/// ```
/// use doku_types::partner::token::TokenRequest;
///
/// let request = TokenRequest::minutes(360);
/// let json = serde_json::to_string(&request).unwrap();
/// assert_eq!(json, r#"{"grant_type":"client_credentials","valid_time":"360"}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TokenRequest {
    /// Always `client_credentials`. Mandatory.
    #[builder(default = CLIENT_CREDENTIALS.to_owned(), setter(into))]
    pub grant_type: String,
    /// How long the token is to live, in minutes, as text. Optional: 5 minutes without it (A15).
    /// Read from a string or a number.
    #[builder(default, setter(into, strip_option))]
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::option_text"
    )]
    pub valid_time: Option<String>,
}

impl TokenRequest {
    /// A token of the default length.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A token for so many minutes, 1 to [`MAX_MINUTES`].
    pub fn minutes(minutes: u32) -> Self {
        Self::builder().valid_time(minutes.to_string()).build()
    }

    /// How long the token is to live, in minutes; `None` if `valid_time` is no such number (A15).
    pub fn lifetime_minutes(&self) -> Option<u32> {
        match self.valid_time.as_deref() {
            None => Some(DEFAULT_MINUTES),
            // `u32` reads a plus sign too, which is no digit.
            Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => {
                text.parse().ok().filter(|minutes| (1..=MAX_MINUTES).contains(minutes))
            }
            Some(_) => None,
        }
    }
}

fn more_faults(request: &TokenRequest, faults: &mut Vec<Fault>) {
    // A blank one is missing, which the table reports.
    if request.grant_type != CLIENT_CREDENTIALS && !request.grant_type.trim().is_empty() {
        let message = "is not known: send client_credentials";
        faults.push(Fault::new("/grant_type", FaultKind::NotAllowed, "TOK", message));
    }
    if request.lifetime_minutes().is_none() {
        let message = format!("is not a lifetime: send whole minutes from 1 to {MAX_MINUTES}");
        faults.push(Fault::new("/valid_time", FaultKind::NotAllowed, "A15", message));
    }
}

impl Default for TokenRequest {
    fn default() -> Self {
        Self::new()
    }
}

/// The reply: the token and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TypedBuilder)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TokenReply {
    /// A JWT (RS256) with the claims `sub`, `exp`, `user.businessServiceClientId` and `iat`.
    #[builder(setter(into))]
    pub token: BearerToken,
}

/// The lifetime of a token when none is asked for (A15).
pub const DEFAULT_MINUTES: u32 = 5;
/// The longest lifetime (A15): one day.
pub const MAX_MINUTES: u32 = 1440;

const CLIENT_CREDENTIALS: &str = "client_credentials";

const RULES: &[Rule] =
    &[text("/grant_type", "TOK").mandatory(), text("/valid_time", "TOK").lenient()];

request!(TokenRequest, RULES, more_faults);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_may_be_text_or_number_but_only_whole_minutes_of_a_day() {
        for (valid_time, minutes) in
            [("\"360\"", 360), ("360", 360), ("\"1440\"", 1440), ("null", 5)]
        {
            let body =
                format!(r#"{{"grant_type":"client_credentials","valid_time":{valid_time}}}"#);
            let request = TokenRequest::parse(body.as_bytes()).unwrap();
            assert_eq!(request.lifetime_minutes(), Some(minutes));
        }
        for valid_time in
            ["\"0\"", "0", "-5", "\"-5\"", "\"+5\"", "1441", "\"\"", "\"x\"", "1.5", "true"]
        {
            let body =
                format!(r#"{{"grant_type":"client_credentials","valid_time":{valid_time}}}"#);
            let error = TokenRequest::parse(body.as_bytes()).unwrap_err();
            assert_eq!(error.faults()[0].pointer, "/valid_time", "{valid_time}");
        }
    }

    #[test]
    fn the_grant_type_is_client_credentials() {
        let error = TokenRequest::parse(br#"{"grant_type":"password"}"#).unwrap_err();
        assert_eq!(error.faults()[0].kind, FaultKind::NotAllowed);
        let error = TokenRequest::parse(b"{}").unwrap_err();
        assert_eq!(error.faults()[0].kind, FaultKind::Missing);
    }
}
