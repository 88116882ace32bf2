//! The headers of SNAP requests.

use doku_types::BearerToken;
use http::{HeaderMap, HeaderValue};

use super::{BodyHash, asymmetric::TokenComponent, symmetric::Component};
use crate::header::{self, HeaderError};

/// The headers of a signed SNAP request, in either direction.
///
/// Exhaustive on purpose: what one product adds (`X-IP-ADDRESS`, `X-DEVICE-ID`,
/// `Authorization-Customer`) is not signed and goes into the header map as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)]
pub struct SignedHeaders {
    /// `Authorization`, without `Bearer `; `None` also where nothing follows that word. DOKU's
    /// notifications have a dummy one, or none, where no Token URL is registered.
    pub token: Option<BearerToken>,
    /// `X-PARTNER-ID`: the client id. Not signed.
    pub partner_id: String,
    /// `X-EXTERNAL-ID`: unique within a day; send at most 32 digits. Not signed.
    pub external_id: String,
    /// `X-TIMESTAMP`.
    pub timestamp: String,
    /// `X-SIGNATURE`.
    pub signature: String,
    /// `CHANNEL-ID`: `H2H` (documented); check-status calls have none. Not signed, so one that is
    /// blank, there twice or malformed is read as `None` and refuses no message.
    pub channel_id: Option<String>,
}

impl SignedHeaders {
    /// Takes them from a header map.
    ///
    /// # Errors
    /// The first header but `CHANNEL-ID` that is missing, blank, there twice or malformed; an
    /// `Authorization` of another scheme than `Bearer`.
    pub fn read(headers: &HeaderMap) -> Result<Self, HeaderError> {
        Ok(Self {
            partner_id: header::text(headers, PARTNER_ID)?,
            external_id: header::text(headers, EXTERNAL_ID)?,
            timestamp: header::text(headers, TIMESTAMP)?,
            signature: header::text(headers, SIGNATURE)?,
            token: bearer(headers)?,
            channel_id: header::text(headers, CHANNEL_ID).ok(),
        })
    }

    /// Sets them in a header map, so that [`read`](Self::read) takes out the same. The token is
    /// marked as sensitive, but a header's value cannot be zeroed: it lives as long as the message.
    ///
    /// # Errors
    /// The header whose text `read` would refuse or trim, and which therefore could not be
    /// verified: empty, white space around it, or other than visible ASCII; so too the token.
    /// Then none is set.
    pub fn write(&self, headers: &mut HeaderMap) -> Result<(), HeaderError> {
        let authorization = self.token.as_ref().map(authorization).transpose()?;
        let mut texts = vec![
            (PARTNER_ID, self.partner_id.as_str()),
            (EXTERNAL_ID, &self.external_id),
            (TIMESTAMP, &self.timestamp),
            (SIGNATURE, &self.signature),
        ];
        texts.extend(self.channel_id.as_deref().map(|channel_id| (CHANNEL_ID, channel_id)));
        header::write(headers, &texts)?;
        if let Some(value) = authorization {
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

    /// Sets the three in a header map, so that [`read`](Self::read) takes out the same.
    ///
    /// # Errors
    /// The header whose text `read` would refuse or trim. Then none is set.
    pub fn write(&self, headers: &mut HeaderMap) -> Result<(), HeaderError> {
        header::write(
            headers,
            &[
                (CLIENT_KEY, &self.client_id),
                (TIMESTAMP, &self.timestamp),
                (SIGNATURE, &self.signature),
            ],
        )
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
    let token = token.trim();
    Ok((!token.is_empty()).then(|| token.into()))
}

fn authorization(token: &BearerToken) -> Result<HeaderValue, HeaderError> {
    header::check(AUTHORIZATION, token.expose())?;
    let text = zeroize::Zeroizing::new(format!("Bearer {}", token.expose()));
    let mut value =
        HeaderValue::from_str(&text).map_err(|_| HeaderError::Malformed(AUTHORIZATION))?;
    value.set_sensitive(true);
    Ok(value)
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
    use proptest::prelude::*;

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
        for (value, token) in [
            ("bearer DUMMY", Some("DUMMY")),
            ("BEARER  x ", Some("x")),
            ("Bearer", None),
            ("Bearer  ", None),
        ] {
            headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
            let read = SignedHeaders::read(&headers).unwrap();
            assert_eq!(read.token, token.map(BearerToken::from), "{value}");
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

    #[test]
    fn an_odd_channel_id_refuses_nothing() {
        let mut headers = HeaderMap::new();
        signed().write(&mut headers).unwrap();
        headers.append(CHANNEL_ID, HeaderValue::from_static("WEB"));
        assert_eq!(SignedHeaders::read(&headers).unwrap().channel_id, None);
        for odd in ["", " ", "é"] {
            headers.insert(CHANNEL_ID, HeaderValue::from_str(odd).unwrap());
            assert_eq!(SignedHeaders::read(&headers).unwrap().channel_id, None, "{odd:?}");
        }
    }

    #[test]
    fn what_could_not_be_verified_is_not_written() {
        for (token, error) in [
            ("", HeaderError::Missing(AUTHORIZATION)),
            (" token", HeaderError::Malformed(AUTHORIZATION)),
            ("token ", HeaderError::Malformed(AUTHORIZATION)),
            ("token\n", HeaderError::Malformed(AUTHORIZATION)),
            ("tokén", HeaderError::Malformed(AUTHORIZATION)),
        ] {
            let mut headers = HeaderMap::new();
            let refused =
                SignedHeaders { token: Some(token.into()), ..signed() }.write(&mut headers);
            assert_eq!((refused, headers.len()), (Err(error), 0), "{token:?}");
        }
        let blank = SignedHeaders { external_id: " 1".to_owned(), ..signed() };
        let refused = blank.write(&mut HeaderMap::new());
        assert_eq!(refused, Err(HeaderError::Malformed(EXTERNAL_ID)));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            texts in prop::array::uniform5("[ \t!-~é\r]{0,3}|[!-~]{1,9}"),
            token in prop::option::of("[ \t!-~é\r]{0,3}|[!-~]{1,9}"),
        ) {
            let [partner_id, external_id, timestamp, signature, channel_id] = texts;
            let asked = TokenHeaders {
                client_id: partner_id.clone(),
                timestamp: timestamp.clone(),
                signature: signature.clone(),
            };
            let signed = SignedHeaders {
                token: token.map(BearerToken::from),
                partner_id, external_id, timestamp, signature,
                channel_id: Some(channel_id),
            };
            let mut headers = HeaderMap::new();
            if signed.write(&mut headers).is_ok() {
                prop_assert_eq!(SignedHeaders::read(&headers), Ok(signed));
            }
            if asked.write(&mut headers).is_ok() {
                prop_assert_eq!(TokenHeaders::read(&headers), Ok(asked));
            }
        }
    }
}
