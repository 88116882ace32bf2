//! RSA PKCS#1 v1.5 with SHA-256: JWTs of algorithm RS256, and SNAP's asymmetric signatures.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;

#[cfg(feature = "aws-lc-rs")]
pub use aws_lc::{KeyError, RsaSigner, RsaVerifier};

/// Signs.
pub trait Signer {
    /// Signs.
    ///
    /// # Errors
    /// It cannot.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Verifies.
pub trait Verifier {
    /// Verifies.
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool;
}

/// It cannot.
#[derive(Debug, thiserror::Error)]
#[error("cannot sign")]
#[non_exhaustive]
pub struct SignError;
