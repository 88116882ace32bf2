//! The four headers of a non-SNAP message.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Component, Form};
use crate::{
    Digest,
    header::{self, HeaderError},
};

/// The four headers of a signed message, as texts.
///
/// Exhaustive on purpose: the scheme has these headers and no others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)]
pub struct SignedHeaders {
    /// `Client-Id`.
    pub client_id: String,
    /// `Request-Id`: visible ASCII, inner blanks allowed, 1 to 128 characters (A10).
    pub request_id: String,
    /// `Request-Timestamp` or `Response-Timestamp`.
    pub timestamp: String,
    /// `Signature`.
    pub signature: String,
}

impl SignedHeaders {
    /// Takes the four from a header map: first whether each is there, in the order in which
    /// DOKU's gateway asks (observed), then their form.
    ///
    /// # Errors
    /// The first header that is missing, blank, there twice or malformed.
    pub fn read(headers: &HeaderMap, form: Form) -> Result<Self, HeaderError> {
        let names = [CLIENT_ID, REQUEST_ID, form.timestamp_header(), SIGNATURE];
        for name in names {
            header::present(headers, name)?;
        }
        let [client_id, request_id, timestamp, signature] =
            names.map(|name| header::text(headers, name));
        let read = Self {
            client_id: client_id?,
            request_id: request_id?,
            timestamp: timestamp?,
            signature: signature?,
        };
        let visible = |id: &str| id.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
        if read.request_id.len() > MAX_REQUEST_ID || !visible(&read.request_id) {
            return Err(HeaderError::Malformed(REQUEST_ID));
        }
        Ok(read)
    }

    /// Sets the four in a header map.
    ///
    /// # Errors
    /// The header whose text cannot stand in one: a control character, say.
    pub fn write(&self, headers: &mut HeaderMap, form: Form) -> Result<(), HeaderError> {
        let texts = [
            (CLIENT_ID, &self.client_id),
            (REQUEST_ID, &self.request_id),
            (form.timestamp_header(), &self.timestamp),
            (SIGNATURE, &self.signature),
        ];
        for (name, text) in texts {
            let value = HeaderValue::from_str(text).map_err(|_| HeaderError::Malformed(name))?;
            // The four names are valid header names.
            let name = HeaderName::try_from(name).map_err(|_| HeaderError::Malformed(name))?;
            headers.insert(name, value);
        }
        Ok(())
    }

    /// What the signature has to cover, given the rest of the message.
    pub fn component<'a>(&'a self, target: &'a str, digest: Option<Digest>) -> Component<'a> {
        Component {
            client_id: &self.client_id,
            request_id: &self.request_id,
            timestamp: &self.timestamp,
            target,
            digest,
        }
    }
}

/// The header that names the caller.
pub const CLIENT_ID: &str = "Client-Id";
/// The header that names the request.
pub const REQUEST_ID: &str = "Request-Id";
/// The header with the signature.
pub const SIGNATURE: &str = "Signature";
/// The longest `Request-Id`, in characters (documented: signature pages).
pub const MAX_REQUEST_ID: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_headers_are_asked_for_in_dokus_order() {
        let order = [CLIENT_ID, REQUEST_ID, "Request-Timestamp", SIGNATURE];
        let mut headers = HeaderMap::new();
        for name in order {
            assert_eq!(
                SignedHeaders::read(&headers, Form::Request),
                Err(HeaderError::Missing(name))
            );
            headers.insert(name, HeaderValue::from_static("x"));
        }
        let read = SignedHeaders::read(&headers, Form::Request).unwrap();
        let mut written = HeaderMap::new();
        read.write(&mut written, Form::Request).unwrap();
        assert_eq!(written, headers);
    }

    #[test]
    fn a_request_id_has_1_to_128_visible_characters() {
        let mut headers = HeaderMap::new();
        for name in [CLIENT_ID, "Request-Timestamp", SIGNATURE] {
            headers.insert(name, HeaderValue::from_static("x"));
        }
        for (id, fine) in [
            ("x".repeat(128), true),
            ("VIRTUAL ACCOUNT 2204".to_owned(), true),
            ("x".repeat(129), false),
            ("a\tb".to_owned(), false),
        ] {
            headers.insert(REQUEST_ID, HeaderValue::from_str(&id).unwrap());
            assert_eq!(SignedHeaders::read(&headers, Form::Request).is_ok(), fine, "{id:?}");
        }
        headers.append(REQUEST_ID, HeaderValue::from_static("second"));
        assert_eq!(
            SignedHeaders::read(&headers, Form::Request),
            Err(HeaderError::Malformed(REQUEST_ID))
        );
    }
}
