//! The four headers of a non-SNAP message.

use http::HeaderMap;

use super::{Component, Form};
use crate::{
    Digest,
    header::{self, HeaderError, Sent},
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
        let sent = [CLIENT_ID, REQUEST_ID, form.timestamp_header(), SIGNATURE]
            .map(|name| Sent::of(headers, name));
        for header in &sent {
            header.present()?;
        }
        let [client_id, request_id, timestamp, signature] = sent.map(|header| header.text());
        let read = Self {
            client_id: client_id?,
            request_id: request_id?,
            timestamp: timestamp?,
            signature: signature?,
        };
        read.check_length()?;
        Ok(read)
    }

    /// Sets the four in a header map, so that [`read`](Self::read) takes out the same.
    ///
    /// # Errors
    /// The header whose text `read` would refuse or trim, and which therefore could not be
    /// verified: empty, too long, white space around it, or other than visible ASCII. Then none is
    /// set.
    pub fn write(&self, headers: &mut HeaderMap, form: Form) -> Result<(), HeaderError> {
        self.check_length()?;
        header::write(
            headers,
            &[
                (CLIENT_ID, &self.client_id),
                (REQUEST_ID, &self.request_id),
                (form.timestamp_header(), &self.timestamp),
                (SIGNATURE, &self.signature),
            ],
        )
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

    fn check_length(&self) -> Result<(), HeaderError> {
        match self.request_id.len() {
            ..=MAX_REQUEST_ID => Ok(()),
            _ => Err(HeaderError::Malformed(REQUEST_ID)),
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
    use http::HeaderValue;
    use proptest::prelude::*;

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

    #[test]
    fn what_could_not_be_verified_is_not_written() {
        let signed = |request_id: &str| SignedHeaders {
            client_id: "BRN-1".to_owned(),
            request_id: request_id.to_owned(),
            timestamp: "2026-11-22T03:04:05Z".to_owned(),
            signature: "x".to_owned(),
        };
        for (id, error) in [
            (String::new(), HeaderError::Missing(REQUEST_ID)),
            (" ".to_owned(), HeaderError::Missing(REQUEST_ID)),
            (" id".to_owned(), HeaderError::Malformed(REQUEST_ID)),
            ("id ".to_owned(), HeaderError::Malformed(REQUEST_ID)),
            ("a\tb".to_owned(), HeaderError::Malformed(REQUEST_ID)),
            ("a\nb".to_owned(), HeaderError::Malformed(REQUEST_ID)),
            ("id-é".to_owned(), HeaderError::Malformed(REQUEST_ID)),
            ("x".repeat(129), HeaderError::Malformed(REQUEST_ID)),
        ] {
            let mut headers = HeaderMap::new();
            assert_eq!(signed(&id).write(&mut headers, Form::Request), Err(error), "{id:?}");
            assert!(headers.is_empty(), "{id:?}");
        }
        let mut headers = HeaderMap::new();
        let other = SignedHeaders { client_id: "BRN-1 ".to_owned(), ..signed("id") };
        let refused = other.write(&mut headers, Form::Request);
        assert_eq!(refused, Err(HeaderError::Malformed(CLIENT_ID)));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_and_what_is_read_is_written(
            texts in prop::array::uniform4("[ \t!-~é\r]{0,3}|[!-~]{1,130}"), reply in any::<bool>(),
        ) {
            let form = if reply { Form::Response } else { Form::Request };
            let [client_id, request_id, timestamp, signature] = texts.clone();
            let signed = SignedHeaders { client_id, request_id, timestamp, signature };
            let mut headers = HeaderMap::new();
            if signed.write(&mut headers, form).is_ok() {
                prop_assert_eq!(SignedHeaders::read(&headers, form), Ok(signed));
            }
            let mut headers = HeaderMap::new();
            let names = [CLIENT_ID, REQUEST_ID, form.timestamp_header(), SIGNATURE];
            for (name, text) in names.into_iter().zip(&texts) {
                if let Ok(value) = HeaderValue::from_str(text) {
                    headers.insert(name, value);
                }
            }
            if let Ok(read) = SignedHeaders::read(&headers, form) {
                prop_assert_eq!(read.write(&mut HeaderMap::new(), form), Ok(()));
            }
        }
    }
}
