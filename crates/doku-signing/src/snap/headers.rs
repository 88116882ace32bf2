//! The headers of SNAP requests.

use doku_types::BearerToken;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::{BodyHash, asymmetric::TokenComponent, symmetric::Component};
use crate::header::{self, HeaderError};

/// The headers of a signed SNAP request, in either direction.
///
/// Exhaustive on purpose: what one product adds (`X-IP-ADDRESS`, `X-DEVICE-ID`,
/// `Authorization-Customer`) is not signed and goes into the header map as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)]
pub struct SignedHeaders {
    /// `Authorization`, without `Bearer `. DOKU's notifications have a dummy one, or none, where no
    /// Token URL is registered.
    pub token: Option<BearerToken>,
    /// `X-PARTNER-ID`: the client id. Not signed.
    pub partner_id: String,
    /// `X-EXTERNAL-ID`: unique within a day; send at most 32 digits. Not signed.
    pub external_id: String,
    /// `X-TIMESTAMP`.
    pub timestamp: String,
    /// `X-SIGNATURE`.
    pub signature: String,
    /// `CHANNEL-ID`: `H2H` (documented); check-status calls have none. Not signed.
    pub channel_id: Option<String>,
}

impl SignedHeaders {
    /// Takes them from a header map.
    ///
    /// # Errors
    /// The first header that is missing, blank, there twice or malformed; an `Authorization` of
    /// another scheme than `Bearer`.
    pub fn read(headers: &HeaderMap) -> Result<Self, HeaderError> {
        let optional = |name| match headers.contains_key(name) {
            true => header::text(headers, name).map(Some),
            false => Ok(None),
        };
        Ok(Self {
            partner_id: header::text(headers, PARTNER_ID)?,
            external_id: header::text(headers, EXTERNAL_ID)?,
            timestamp: header::text(headers, TIMESTAMP)?,
            signature: header::text(headers, SIGNATURE)?,
            token: bearer(headers)?,
            channel_id: optional(CHANNEL_ID)?,
        })
    }

    /// Sets them in a header map; the token is marked as sensitive.
    ///
    /// # Errors
    /// The header whose text cannot stand in one: a control character, say.
    pub fn write(&self, headers: &mut HeaderMap) -> Result<(), HeaderError> {
        put(headers, PARTNER_ID, &self.partner_id)?;
        put(headers, EXTERNAL_ID, &self.external_id)?;
        put(headers, TIMESTAMP, &self.timestamp)?;
        put(headers, SIGNATURE, &self.signature)?;
        if let Some(channel_id) = &self.channel_id {
            put(headers, CHANNEL_ID, channel_id)?;
        }
        if let Some(token) = &self.token {
            let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))
                .map_err(|_| HeaderError::Malformed(AUTHORIZATION))?;
            value.set_sensitive(true);
            headers.insert(http::header::AUTHORIZATION, value);
        }
        Ok(())
    }

    /// What the signature has to cover, given the rest of the message.
    pub fn component<'a>(
        &'a self,
        method: &'a str,
        path: &'a str,
        body: BodyHash,
    ) -> Component<'a> {
        let token = self.token.as_ref().map_or("", BearerToken::expose);
        Component { method, path, token, body, timestamp: &self.timestamp }
    }
}

/// The headers of a request for an access token, in either direction.
///
/// Exhaustive on purpose: the scheme has these headers and no others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)]
pub struct TokenHeaders {
    /// `X-CLIENT-KEY`: the client id.
    pub client_id: String,
    /// `X-TIMESTAMP`.
    pub timestamp: String,
    /// `X-SIGNATURE`.
    pub signature: String,
}

impl TokenHeaders {
    /// Takes the three from a header map.
    ///
    /// # Errors
    /// The first header that is missing, blank, there twice or malformed.
    pub fn read(headers: &HeaderMap) -> Result<Self, HeaderError> {
        Ok(Self {
            client_id: header::text(headers, CLIENT_KEY)?,
            timestamp: header::text(headers, TIMESTAMP)?,
            signature: header::text(headers, SIGNATURE)?,
        })
    }

    /// Sets the three in a header map.
    ///
    /// # Errors
    /// The header whose text cannot stand in one.
    pub fn write(&self, headers: &mut HeaderMap) -> Result<(), HeaderError> {
        put(headers, CLIENT_KEY, &self.client_id)?;
        put(headers, TIMESTAMP, &self.timestamp)?;
        put(headers, SIGNATURE, &self.signature)
    }

    /// What the signature has to cover.
    pub fn component(&self) -> TokenComponent<'_> {
        TokenComponent { client_id: &self.client_id, timestamp: &self.timestamp }
    }
}

/// The token of an `Authorization: Bearer …`, whatever the case of `Bearer`.
fn bearer(headers: &HeaderMap) -> Result<Option<BearerToken>, HeaderError> {
    if !headers.contains_key(AUTHORIZATION) {
        return Ok(None);
    }
    let value = zeroize::Zeroizing::new(header::text(headers, AUTHORIZATION)?);
    let (scheme, token) = value.split_once(' ').unwrap_or((&value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(HeaderError::Malformed(AUTHORIZATION));
    }
    Ok(Some(token.trim().into()))
}

fn put(headers: &mut HeaderMap, name: &'static str, text: &str) -> Result<(), HeaderError> {
    let value = HeaderValue::from_str(text).map_err(|_| HeaderError::Malformed(name))?;
    // The names below are valid header names.
    let key = HeaderName::try_from(name).map_err(|_| HeaderError::Malformed(name))?;
    headers.insert(key, value);
    Ok(())
}

/// The header with the access token.
pub const AUTHORIZATION: &str = "Authorization";
/// The header that names the way a request comes.
pub const CHANNEL_ID: &str = "CHANNEL-ID";
/// The header that names the caller of a token request.
pub const CLIENT_KEY: &str = "X-CLIENT-KEY";
/// The header that names a request.
pub const EXTERNAL_ID: &str = "X-EXTERNAL-ID";
/// The header that names the caller.
pub const PARTNER_ID: &str = "X-PARTNER-ID";
/// The header with the signature.
pub const SIGNATURE: &str = "X-SIGNATURE";
/// The header with the time of a request.
pub const TIMESTAMP: &str = "X-TIMESTAMP";

#[cfg(test)]
mod tests {
    use super::*;

    fn signed() -> SignedHeaders {
        SignedHeaders {
            token: Some("marker-token".into()),
            partner_id: "BRN-1".to_owned(),
            external_id: "1".to_owned(),
            timestamp: "2024-03-26T16:01:41+07:00".to_owned(),
            signature: "x".to_owned(),
            channel_id: Some("H2H".to_owned()),
        }
    }

    #[test]
    fn what_is_written_reads_back_and_the_token_does_not_print() {
        let mut headers = HeaderMap::new();
        signed().write(&mut headers).unwrap();
        assert_eq!(SignedHeaders::read(&headers), Ok(signed()));
        assert!(!format!("{headers:?} {:?}", signed()).contains("marker"));

        let token = TokenHeaders {
            client_id: "BRN-1".to_owned(),
            timestamp: "2020-09-22T01:51:00Z".to_owned(),
            signature: "x".to_owned(),
        };
        token.write(&mut headers).unwrap();
        assert_eq!(TokenHeaders::read(&headers), Ok(token));
    }

    #[test]
    fn a_notification_may_come_without_a_bearer_or_with_an_odd_one() {
        let mut headers = HeaderMap::new();
        SignedHeaders { token: None, channel_id: None, ..signed() }.write(&mut headers).unwrap();
        assert_eq!(SignedHeaders::read(&headers).unwrap().token, None);
        for (value, token) in [("bearer DUMMY", "DUMMY"), ("Bearer", ""), ("BEARER  x ", "x")] {
            headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
            assert_eq!(SignedHeaders::read(&headers).unwrap().token, Some(token.into()));
        }
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Basic eDp5"));
        let refused = SignedHeaders::read(&headers);
        assert_eq!(refused, Err(HeaderError::Malformed(AUTHORIZATION)));
    }

    #[test]
    fn every_header_that_is_missing_twice_or_blank_is_named() {
        for name in [PARTNER_ID, EXTERNAL_ID, TIMESTAMP, SIGNATURE] {
            let mut headers = HeaderMap::new();
            signed().write(&mut headers).unwrap();
            headers.append(name, HeaderValue::from_static("x"));
            assert_eq!(SignedHeaders::read(&headers), Err(HeaderError::Malformed(name)));
            headers.insert(name, HeaderValue::from_static(" "));
            assert_eq!(SignedHeaders::read(&headers), Err(HeaderError::Missing(name)));
            headers.remove(name);
            assert_eq!(SignedHeaders::read(&headers), Err(HeaderError::Missing(name)));
        }
    }
}
