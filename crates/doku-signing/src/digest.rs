//! Stage one of the non-SNAP scheme: the digest of a body.

use std::fmt;

use http::Method;
use sha2::{Digest as _, Sha256};

use crate::signature;

/// The SHA-256 of a body; `Display` is the base64 that stands in the `Digest:` line.
///
/// Always of the exact bytes sent or received: a body that is parsed and printed again has
/// another digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes, whatever they are.
    pub fn of(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }

    /// A SHA-256 that was computed elsewhere, over a stream, say.
    pub fn from_sha256(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// The digest that belongs into the string to sign of a message, if one does: there is none
    /// without a body, and none for a GET, neither in its request nor in the reply to it
    /// (documented: signature pages; observed). So the signature of a reply to a GET says that
    /// the key's owner answered, but not what: only TLS protects such a body.
    pub fn of_message(method: &Method, body: &[u8]) -> Option<Self> {
        (method != Method::GET && !body.is_empty()).then(|| Self::of(body))
    }

    /// The text of [`Display`](fmt::Display), without an allocation.
    pub(crate) fn text(&self) -> [u8; 44] {
        signature::encode_digest(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&signature::encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_exact_bytes() {
        let qris = concat!(
            r#"{"order":{"amount":6000.00,"tips":0.00,"#,
            r#""terminal_id":"A01             ","note":"Café \u0026 co"}}"#,
        );
        for (body, digest) in [
            ("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
            ("{}", "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="),
            (qris, "8GivffnWQ/xFXWHSQ+sLrUmD784y6PXJ8IXSMEgEFEI="),
        ] {
            assert_eq!(Digest::of(body.as_bytes()).to_string(), digest);
        }
    }

    #[test]
    fn a_get_and_an_empty_body_have_no_digest() {
        assert_eq!(Digest::of_message(&Method::GET, b"{}"), None);
        assert_eq!(Digest::of_message(&Method::POST, b""), None);
        assert!(Digest::of_message(&Method::PUT, b"{}").is_some());
    }
}
