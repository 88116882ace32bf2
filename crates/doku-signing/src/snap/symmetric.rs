//! The signature of every SNAP request but the token's: HMAC-SHA512 over five parts joined by
//! colons (documented: symmetric signature page; verified against the sandbox, observed).
//!
//! ```
//! use doku_signing::snap::{BodyHash, symmetric::Component};
//! use doku_types::SecretKey;
//!
//! let component = Component {
//!     method: "GET",
//!     path: "/x/v1.0/y?b=2&a=1",
//!     token: "eyJhbGciOiJSUzI1NiJ9.vector.token",
//!     body: BodyHash::of(b""),
//!     timestamp: "2024-03-26T16:01:41+07:00",
//! };
//! assert_eq!(
//!     component.sign(&SecretKey::from("SK-vector-0123456789")).to_string(),
//!     "oZSIu4E25OeDVavCthmgHXmw3kNvr8euIIBZLIIgWYfKEBbBqLcFSqML/Wa1dCXO52POieGezVs/RtB16YyvIQ==",
//! );
//! ```

use std::fmt;

use doku_types::SecretKey;
use hmac::{Hmac, Mac};
use sha2::Sha512;
use zeroize::Zeroizing;

use super::BodyHash;
use crate::{
    mac,
    signature::{self, SignatureError},
};

/// What a signature covers. Neither `X-PARTNER-ID` nor `X-EXTERNAL-ID` is among it.
///
/// Exhaustive on purpose: the scheme has these parts and no others.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)]
pub struct Component<'a> {
    /// The HTTP method, in capitals; `DELETE` too has a body here.
    pub method: &'a str,
    /// `EndpointUrl`: the path from the first `/` after the host as it is on the wire, with its
    /// query if it has one. Of a notification the path of the merchant's own URL, with its prefix.
    pub path: &'a str,
    /// The access token without `Bearer `; empty where a caller has none.
    pub token: &'a str,
    /// By [`BodyHash::of`].
    pub body: BodyHash,
    /// `X-TIMESTAMP`, to the byte.
    pub timestamp: &'a str,
}

impl Component<'_> {
    /// Stage two: `method:path:token:hash:timestamp`. It holds the access token, so it does not
    /// print.
    pub fn string_to_sign(&self) -> StringToSign {
        let mut text = Zeroizing::new(String::with_capacity(
            self.method.len() + self.path.len() + self.token.len() + self.timestamp.len() + 68,
        ));
        // Every part is UTF-8.
        self.write(|part| text.push_str(std::str::from_utf8(part).unwrap_or_default()));
        StringToSign(text)
    }

    /// Stage three: the signature.
    pub fn sign(&self, key: &SecretKey) -> Signature {
        Signature(self.mac(key).finalize().into_bytes().into())
    }

    /// Whether `presented`, the text of `X-SIGNATURE`, is this component's signature. Compares
    /// decoded bytes in constant time.
    ///
    /// # Errors
    /// [`SignatureError::NoKey`] for an empty key, what is wrong with the presented text, or
    /// [`SignatureError::Mismatch`]; never the expected signature.
    pub fn verify(&self, key: &SecretKey, presented: &str) -> Result<(), SignatureError> {
        mac::check_key(key)?;
        let presented = Signature::parse(presented)?;
        mac::verify(self.mac(key), &presented.0)
    }

    fn mac(&self, key: &SecretKey) -> Hmac<Sha512> {
        let mut mac = mac::keyed(key.expose().as_bytes());
        self.write(|part| mac.update(part));
        mac
    }

    /// The string to sign, part by part: to be read and to be signed it is written only here.
    fn write(&self, mut part: impl FnMut(&[u8])) {
        for text in [self.method, ":", self.path, ":", self.token, ":"] {
            part(text.as_bytes());
        }
        part(&self.body.text());
        part(b":");
        part(self.timestamp.as_bytes());
    }
}

impl fmt::Debug for Component<'_> {
    /// Without the access token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Component")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("body", &self.body)
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}

/// A SNAP string to sign with an access token in it: zeroed on drop, and it does not print.
#[derive(Clone)]
pub struct StringToSign(Zeroizing<String>);

impl StringToSign {
    /// The text itself. Do not log it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StringToSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StringToSign(..)")
    }
}

/// An HMAC-SHA512; `Display` is the header's value, 88 characters of base64.
#[derive(Clone, Copy)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Reads a header's value: standard base64, with its padding or without.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        signature::decode_array(text).map(Self)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&signature::encode(&self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_token_nor_signature_prints() {
        let component = Component {
            method: "POST",
            path: "/x",
            token: "marker-token",
            body: BodyHash::of(b"{}"),
            timestamp: "2024-03-26T16:01:41+07:00",
        };
        let text = component.string_to_sign();
        assert!(text.expose().starts_with("POST:/x:marker-token:"));
        let signature = component.sign(&SecretKey::from("SK-1"));
        let printed = format!("{component:?} {text:?} {signature:?}");
        assert!(!printed.contains("marker") && !printed.contains(&signature.to_string()));
    }
}
