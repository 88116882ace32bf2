//! SNAP's RSA signatures: the request for an access token, in either direction, and the standard's
//! variant for transactions without a token.
//!
//! Keys are whatever implements [`Signer`] and [`Verifier`]: this crate's two backends, or a
//! hardware module.

use crate::{
    rsa::{SignError, Signer, Verifier},
    signature::{self, SignatureError},
    snap::BodyHash,
};

/// What the request for an access token is signed over (documented: Get Token pages; observed).
///
/// Exhaustive on purpose: the scheme has these parts and no others.
///
/// ```
/// use doku_signing::snap::asymmetric::TokenComponent;
///
/// let component =
///     TokenComponent { client_id: "BRN-0239-1736742088036", timestamp: "2020-09-22T01:51:00Z" };
/// assert_eq!(component.string_to_sign(), "BRN-0239-1736742088036|2020-09-22T01:51:00Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)]
pub struct TokenComponent<'a> {
    /// `X-CLIENT-KEY`.
    pub client_id: &'a str,
    /// `X-TIMESTAMP`, to the byte.
    pub timestamp: &'a str,
}

impl TokenComponent<'_> {
    /// Stage one and only: `client|timestamp`.
    pub fn string_to_sign(&self) -> String {
        format!("{}|{}", self.client_id, self.timestamp)
    }

    /// `X-SIGNATURE`: base64 of the RSA signature.
    ///
    /// # Errors
    /// The signer's own.
    pub fn sign(&self, signer: &(impl Signer + ?Sized)) -> Result<String, SignError> {
        sign(&self.string_to_sign(), signer)
    }

    /// Whether `presented`, the text of `X-SIGNATURE`, was made by the private half of this key:
    /// the merchant's when DOKU is asked, DOKU's when the merchant is.
    ///
    /// # Errors
    /// What is wrong with the presented text, or [`SignatureError::Mismatch`].
    pub fn verify(
        &self,
        verifier: &(impl Verifier + ?Sized),
        presented: &str,
    ) -> Result<(), SignatureError> {
        verify(&self.string_to_sign(), verifier, presented)
    }
}

/// What a transaction without an access token is signed over: `method:path:hash:timestamp`. On
/// DOKU's page and in the standard; that DOKU uses it is not on record.
///
/// Exhaustive on purpose: the scheme has these parts and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)]
pub struct TransactionComponent<'a> {
    /// The HTTP method, in capitals.
    pub method: &'a str,
    /// The path as it is on the wire, with its query if it has one.
    pub path: &'a str,
    /// By [`BodyHash::of`].
    pub body: BodyHash,
    /// `X-TIMESTAMP`, to the byte.
    pub timestamp: &'a str,
}

impl TransactionComponent<'_> {
    /// Stage two: `method:path:hash:timestamp`.
    pub fn string_to_sign(&self) -> String {
        format!("{}:{}:{}:{}", self.method, self.path, self.body, self.timestamp)
    }

    /// `X-SIGNATURE`: base64 of the RSA signature.
    ///
    /// # Errors
    /// The signer's own.
    pub fn sign(&self, signer: &(impl Signer + ?Sized)) -> Result<String, SignError> {
        sign(&self.string_to_sign(), signer)
    }

    /// Whether `presented`, the text of `X-SIGNATURE`, was made by the private half of this key.
    ///
    /// # Errors
    /// What is wrong with the presented text, or [`SignatureError::Mismatch`].
    pub fn verify(
        &self,
        verifier: &(impl Verifier + ?Sized),
        presented: &str,
    ) -> Result<(), SignatureError> {
        verify(&self.string_to_sign(), verifier, presented)
    }
}

fn sign(text: &str, signer: &(impl Signer + ?Sized)) -> Result<String, SignError> {
    signer.sign(text.as_bytes()).map(|signature| signature::encode(&signature))
}

fn verify(
    text: &str,
    verifier: &(impl Verifier + ?Sized),
    presented: &str,
) -> Result<(), SignatureError> {
    // A key of 8192 bits gives 1024 bytes; what is longer is no signature.
    if presented.len() > 2048 {
        return Err(SignatureError::Length);
    }
    let presented = signature::decode(presented)?;
    if verifier.verify(text.as_bytes(), &presented) {
        Ok(())
    } else {
        Err(SignatureError::Mismatch)
    }
}
