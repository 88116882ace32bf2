//! RSASSA-PKCS1-v1_5 with SHA-256: SNAP's asymmetric signatures (documented: the asymmetric
//! signature page) and JWTs of algorithm RS256.
//!
//! [`Signer`] and [`Verifier`] are always here, so that a key in an HSM or a key service can be
//! plugged in. Two backends implement them, each behind a feature of its own name: `aws-lc-rs`,
//! to be preferred, and `rsa`, which needs no C compiler but see what it says of timing.
//! `RsaSigner` and `RsaVerifier` are those of AWS-LC where both features are on; the modules
//! `aws_lc` and `rustcrypto` name one backend whatever the features.
//!
//! ```
//! # #[cfg(any(feature = "aws-lc-rs", feature = "rsa"))]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use doku_signing::rsa::{RsaSigner, RsaVerifier, Signer, Verifier};
//!
//! let pem = std::fs::read_to_string("tests/keys/private-pkcs8.pem")?;
//! let signer = RsaSigner::from_pem(&pem)?;
//! let message = b"BRN-0001-1700000000000|2026-11-22T10:04:05+07:00";
//! let signature = signer.sign(message)?;
//!
//! let pem = std::fs::read_to_string("tests/keys/public-spki.pem")?;
//! assert!(RsaVerifier::from_pem(&pem)?.verify(message, &signature));
//! # Ok(())
//! # }
//! # #[cfg(not(any(feature = "aws-lc-rs", feature = "rsa")))]
//! # fn main() {}
//! ```

use std::error::Error;

#[cfg(feature = "aws-lc-rs")]
pub mod aws_lc;
#[cfg(any(feature = "aws-lc-rs", feature = "rsa"))]
mod key;
#[cfg(feature = "rsa")]
pub mod rustcrypto;

#[cfg(feature = "aws-lc-rs")]
pub use aws_lc::{RsaSigner, RsaVerifier};
#[cfg(any(feature = "aws-lc-rs", feature = "rsa"))]
pub use key::KeyError;
#[cfg(all(feature = "rsa", not(feature = "aws-lc-rs")))]
pub use rustcrypto::{RsaSigner, RsaVerifier};

/// Signs with a private RSA key, wherever it is kept.
///
/// ```
/// use doku_signing::rsa::{SignError, Signer};
///
/// struct InHsm {
///     slot: u32,
/// }
///
/// impl Signer for InHsm {
///     fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
///         ask_the_hsm(self.slot, message).map_err(SignError::new)
///     }
/// }
/// # fn ask_the_hsm(_: u32, _: &[u8]) -> Result<Vec<u8>, std::io::Error> {
/// #     Err(std::io::ErrorKind::NotConnected.into())
/// # }
///
/// let signer: Box<dyn Signer> = Box::new(InHsm { slot: 0 });
/// assert!(signer.sign(b"message").is_err());
/// ```
pub trait Signer: Send + Sync {
    /// The signature of `message`, of as many bytes as the key's modulus. The whole message is
    /// given, not its hash. The same message always has the same signature.
    ///
    /// # Errors
    /// [`SignError`] when the key cannot sign, or cannot be reached.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Verifies with a public RSA key.
pub trait Verifier: Send + Sync {
    /// Whether `signature` is the private half's over `message`.
    #[must_use]
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool;
}

/// No signature was made; the source says why.
#[derive(Debug, thiserror::Error)]
#[error("the RSA key did not sign")]
pub struct SignError(#[source] Box<dyn Error + Send + Sync>);

impl SignError {
    /// From what went wrong in a [`Signer`]; this text is shown to people, so it must not contain
    /// key material.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}
