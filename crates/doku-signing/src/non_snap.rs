//! The non-SNAP scheme: four headers, one of them an HMAC-SHA256 over up to five lines
//! (documented: signature pages).
//!
//! ```
//! use doku_signing::non_snap::{Component, Form};
//! use doku_types::SecretKey;
//!
//! let component = Component {
//!     client_id: "MCH-0001-10791114622547",
//!     request_id: "d895fb53-479c-4f77-a76a-ab81b40d77cb",
//!     timestamp: "2020-08-11T08:45:42Z",
//!     target: "/orders/v1/status/INV-123123-12313",
//!     digest: None,
//! };
//! assert_eq!(
//!     component.string_to_sign(Form::Request),
//!     "Client-Id:MCH-0001-10791114622547\n\
//!      Request-Id:d895fb53-479c-4f77-a76a-ab81b40d77cb\n\
//!      Request-Timestamp:2020-08-11T08:45:42Z\n\
//!      Request-Target:/orders/v1/status/INV-123123-12313"
//! );
//! assert_eq!(
//!     component.sign(Form::Request, &SecretKey::from("SK-vector-0123456789")).to_string(),
//!     "HMACSHA256=7FXCF0rQhWIn2Iezm3N9OngLZbILbuEiH2UJtiZbNj4="
//! );
//! ```

use std::fmt;

use base64::{
    Engine,
    alphabet::STANDARD as ALPHABET,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use doku_types::SecretKey;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::Digest;

/// What a signature covers.
///
/// Exhaustive on purpose: the scheme has these parts and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)]
pub struct Component<'a> {
    /// The header `Client-Id`.
    pub client_id: &'a str,
    /// The header `Request-Id`.
    pub request_id: &'a str,
    /// The header `Request-Timestamp`, or of a reply `Response-Timestamp`, to the byte.
    pub timestamp: &'a str,
    /// The path from the first `/` after the host, as it is on the wire, without its query (A23).
    /// Of a reply, the path of its request.
    pub target: &'a str,
    /// By [`Digest::of_message`].
    pub digest: Option<Digest>,
}

/// Which way a message goes: the two forms differ in the name of the timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// A request, in either direction; so also a callback or notification.
    Request,
    /// A reply to a request.
    Response,
}

impl Form {
    /// The name of the timestamp's header.
    pub const fn timestamp_header(self) -> &'static str {
        match self {
            Self::Request => "Request-Timestamp",
            Self::Response => "Response-Timestamp",
        }
    }
}

impl Component<'_> {
    /// Stage two: the lines, joined by `\n`, without one at the end.
    pub fn string_to_sign(&self, form: Form) -> String {
        let Self { client_id, request_id, timestamp, target, digest } = self;
        let mut lines = format!(
            "Client-Id:{client_id}\nRequest-Id:{request_id}\n{}:{timestamp}\nRequest-Target:{target}",
            form.timestamp_header(),
        );
        if let Some(digest) = digest {
            lines.push_str("\nDigest:");
            lines.push_str(&digest.to_string());
        }
        lines
    }

    /// Stage three: the signature.
    pub fn sign(&self, form: Form, key: &SecretKey) -> Signature {
        // HMAC takes a key of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes())
            .expect("HMAC takes any key length");
        mac.update(self.string_to_sign(form).as_bytes());
        Signature(mac.finalize().into_bytes().into())
    }

    /// Whether `presented`, the text of a `Signature` header, is this component's signature.
    /// Compares decoded bytes in constant time.
    ///
    /// # Errors
    /// What is wrong with the presented text, or [`VerifyError::Mismatch`]; never the expected
    /// signature.
    pub fn verify(&self, form: Form, key: &SecretKey, presented: &str) -> Result<(), VerifyError> {
        let presented = Signature::parse(presented)?;
        if self.sign(form, key).0.ct_eq(&presented.0).into() {
            Ok(())
        } else {
            Err(VerifyError::Mismatch)
        }
    }
}

/// An HMAC-SHA256; `Display` is the header's value, `HMACSHA256=` and base64.
#[derive(Clone, Copy)]
pub struct Signature([u8; 32]);

impl Signature {
    /// Reads a header's value. The padding may be left out (observed in one of DOKU's samples);
    /// another alphabet or trailing bits may not.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, VerifyError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(VerifyError::Prefix)?;
        let bytes = LENIENT_PADDING.decode(encoded).map_err(|_| VerifyError::Base64)?;
        bytes.try_into().map(Self).map_err(|_| VerifyError::Length)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(..)")
    }
}

/// Why a signature is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The text does not begin with `HMACSHA256=`.
    #[error("the signature does not begin with HMACSHA256=")]
    Prefix,
    /// What follows is not standard base64.
    #[error("the signature is not standard base64")]
    Base64,
    /// What follows is not 32 bytes.
    #[error("the signature is not 32 bytes long")]
    Length,
    /// The signature is of other bytes or by another key.
    #[error(
        "the signature does not match: check the secret key, the target path and that the body is signed as sent"
    )]
    Mismatch,
}

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
            let blank = |value: &HeaderValue| value.as_bytes().trim_ascii().is_empty();
            if headers.get(name).is_none_or(blank) {
                return Err(HeaderError::Missing(name));
            }
        }
        let text = |name: &'static str| {
            let mut values = headers.get_all(name).iter();
            match (values.next().map(HeaderValue::to_str), values.next()) {
                (Some(Ok(text)), None) => Ok(text.trim().to_owned()),
                _ => Err(HeaderError::Malformed(name)),
            }
        };
        let [client_id, request_id, timestamp, signature] = names.map(text);
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

/// Which header is at fault; the names are spelled as DOKU does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// Not there, or blank.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// There twice, too long, or with characters that it may not have.
    #[error("the header {0} is malformed")]
    Malformed(&'static str),
}

/// The header that names the caller.
pub const CLIENT_ID: &str = "Client-Id";
/// The header that names the request.
pub const REQUEST_ID: &str = "Request-Id";
/// The header with the signature.
pub const SIGNATURE: &str = "Signature";
/// The longest `Request-Id`, in characters (documented: signature pages).
pub const MAX_REQUEST_ID: usize = 128;

const PREFIX: &str = "HMACSHA256=";
const LENIENT_PADDING: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const N3_BODY: &str = r#"{"order":{"amount":20000,"invoice_number":"INV-20210231-0001"},"payment":{"payment_due_date":60}}"#;

    fn n3(digest: Option<Digest>) -> Component<'static> {
        Component {
            client_id: "BRN-0200-1700000000000",
            request_id: "8f14e45f-ceea-467f-a8f4-3c1a2b3c4d5e",
            timestamp: "2026-11-22T03:04:05Z",
            target: "/checkout/v1/payment",
            digest,
        }
    }

    fn key() -> SecretKey {
        SecretKey::from("SK-vector-0123456789")
    }

    fn n3_signature() -> String {
        n3(Some(Digest::of(N3_BODY.as_bytes()))).sign(Form::Request, &key()).to_string()
    }

    fn refusal(presented: &str) -> VerifyError {
        n3(Some(Digest::of(N3_BODY.as_bytes())))
            .verify(Form::Request, &key(), presented)
            .unwrap_err()
    }

    #[test]
    fn known_mistakes_are_refused() {
        // Each the result of one mistake on vector N3: CRLF, hex digest, `SHA-256=` digest.
        for signature in [
            "HMACSHA256=uvfEzZUA6t4FstVIKwlJwhuKr8LH7xS2vEVzJA54Zfs=",
            "HMACSHA256=wxa14nvHJxgVhu6+WCtNFdaf+e3ajMpKP3YLx23U5NM=",
            "HMACSHA256=fNO1oS5CwBUfs2ETocGteqC11ZFGU3Y2YixaKASXlzM=",
        ] {
            assert_eq!(refusal(signature), VerifyError::Mismatch);
        }
        assert_eq!(refusal(&n3_signature().replace(PREFIX, "")), VerifyError::Prefix);
        assert_eq!(refusal("hmacsha256=AAAA"), VerifyError::Prefix);
        assert_eq!(refusal("HMACSHA256=AAAA"), VerifyError::Length);
        assert_eq!(refusal("HMACSHA256=____"), VerifyError::Base64);
        assert_eq!(refusal("HMACSHA256="), VerifyError::Length);
    }

    #[test]
    fn the_padding_may_be_left_out() {
        let signature = n3_signature();
        let component = n3(Some(Digest::of(N3_BODY.as_bytes())));
        for presented in [signature.as_str(), signature.trim_end_matches('=')] {
            assert_eq!(component.verify(Form::Request, &key(), presented), Ok(()));
        }
    }

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

    proptest! {
        #[test]
        fn any_other_byte_of_the_body_breaks_the_signature(
            at in 0..N3_BODY.len(), bit in 0..8_u8,
        ) {
            let mut body = N3_BODY.as_bytes().to_vec();
            body[at] ^= 1 << bit;
            let verdict = n3(Some(Digest::of(&body))).verify(Form::Request, &key(), &n3_signature());
            prop_assert_eq!(verdict, Err(VerifyError::Mismatch));
        }

        #[test]
        fn the_case_of_any_letter_of_the_signature_matters(at in PREFIX.len()..54_usize) {
            let signature = n3_signature();
            let flipped: String = signature
                .char_indices()
                .map(|(index, c)| match c {
                    c if index != at => c,
                    c if c.is_ascii_lowercase() => c.to_ascii_uppercase(),
                    c => c.to_ascii_lowercase(),
                })
                .collect();
            prop_assume!(flipped != signature);
            prop_assert!(n3(Some(Digest::of(N3_BODY.as_bytes())))
                .verify(Form::Request, &key(), &flipped)
                .is_err());
        }

        #[test]
        fn no_text_panics_the_parser(text in "(HMACSHA256=)?.{0,60}") {
            let _ = Signature::parse(&text);
        }
    }
}
