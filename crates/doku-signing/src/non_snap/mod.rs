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

mod headers;
mod ovo;

use std::fmt;

use doku_types::SecretKey;
use hmac::{Hmac, Mac};
use sha2::Sha256;

pub use headers::{CLIENT_ID, MAX_REQUEST_ID, REQUEST_ID, SIGNATURE, SignedHeaders};
pub use ovo::ovo_checksum;

use crate::{
    Digest, mac,
    signature::{self, SignatureError},
};

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
///
/// Exhaustive on purpose: there is no third way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)]
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

    const fn timestamp_line(self) -> &'static str {
        match self {
            Self::Request => "\nRequest-Timestamp:",
            Self::Response => "\nResponse-Timestamp:",
        }
    }
}

impl Component<'_> {
    /// Stage two: the lines, joined by `\n`, without one at the end.
    pub fn string_to_sign(&self, form: Form) -> String {
        let mut lines = Vec::new();
        self.write(form, |part| lines.extend_from_slice(part));
        // Every part is UTF-8.
        String::from_utf8(lines).unwrap_or_default()
    }

    /// Stage three: the signature.
    pub fn sign(&self, form: Form, key: &SecretKey) -> Signature {
        Signature(self.mac(form, key).finalize().into_bytes().into())
    }

    /// Whether `presented`, the text of a `Signature` header, is this component's signature.
    /// Compares decoded bytes in constant time.
    ///
    /// # Errors
    /// [`SignatureError::NoKey`] for an empty key, what is wrong with the presented text, or
    /// [`SignatureError::Mismatch`]; never the expected signature.
    pub fn verify(
        &self,
        form: Form,
        key: &SecretKey,
        presented: &str,
    ) -> Result<(), SignatureError> {
        mac::check_key(key)?;
        let presented = Signature::parse(presented)?;
        mac::verify(self.mac(form, key), &presented.0)
    }

    fn mac(&self, form: Form, key: &SecretKey) -> Hmac<Sha256> {
        let mut mac = mac::keyed(key.expose().as_bytes());
        self.write(form, |part| mac.update(part));
        mac
    }

    /// The string to sign, part by part: to be read and to be signed it is written only here.
    fn write(&self, form: Form, mut part: impl FnMut(&[u8])) {
        let Self { client_id, request_id, timestamp, target, digest } = self;
        for (name, value) in [
            ("Client-Id:", client_id),
            ("\nRequest-Id:", request_id),
            (form.timestamp_line(), timestamp),
            ("\nRequest-Target:", target),
        ] {
            part(name.as_bytes());
            part(value.as_bytes());
        }
        if let Some(digest) = digest {
            part(b"\nDigest:");
            part(&digest.text());
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
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SignatureError::Prefix)?;
        signature::decode_array(encoded).map(Self)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        // The text of 32 bytes of base64 is ASCII.
        f.write_str(std::str::from_utf8(&signature::encode_digest(&self.0)).unwrap_or_default())
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(..)")
    }
}

const PREFIX: &str = "HMACSHA256=";

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

    fn refusal(presented: &str) -> SignatureError {
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
            assert_eq!(refusal(signature), SignatureError::Mismatch);
        }
        assert_eq!(refusal(&n3_signature().replace(PREFIX, "")), SignatureError::Prefix);
        assert_eq!(refusal("hmacsha256=AAAA"), SignatureError::Prefix);
        assert_eq!(refusal("HMACSHA256=AAAA"), SignatureError::Length);
        assert_eq!(refusal("HMACSHA256=____"), SignatureError::Base64);
        assert_eq!(refusal("HMACSHA256="), SignatureError::Length);
    }

    #[test]
    fn the_padding_may_be_left_out() {
        let signature = n3_signature();
        let component = n3(Some(Digest::of(N3_BODY.as_bytes())));
        for presented in [signature.as_str(), signature.trim_end_matches('=')] {
            assert_eq!(component.verify(Form::Request, &key(), presented), Ok(()));
        }
    }

    proptest! {
        #[test]
        fn any_other_byte_of_the_body_breaks_the_signature(
            at in 0..N3_BODY.len(), bit in 0..8_u8,
        ) {
            let mut body = N3_BODY.as_bytes().to_vec();
            body[at] ^= 1 << bit;
            let verdict = n3(Some(Digest::of(&body))).verify(Form::Request, &key(), &n3_signature());
            prop_assert_eq!(verdict, Err(SignatureError::Mismatch));
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
