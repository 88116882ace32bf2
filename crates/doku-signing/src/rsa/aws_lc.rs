//! The backend on AWS-LC.

use std::fmt;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeyPair,
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey},
};

/// Signs with a private key; does not print it.
pub struct RsaSigner(KeyPair);

impl RsaSigner {
    /// Reads an unencrypted PKCS#8 key in DER of 2048 to 8192 bits.
    ///
    /// # Errors
    /// [`KeyError`] for anything else.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyError> {
        KeyPair::from_pkcs8(der).map(Self).map_err(|_| KeyError)
    }

    /// The signature of `message`: as many bytes as the key has. The same message always has the
    /// same signature.
    ///
    /// # Errors
    /// [`KeyError`] when the key cannot sign.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| KeyError)?;
        Ok(signature)
    }

    /// The public half.
    pub fn verifier(&self) -> RsaVerifier {
        RsaVerifier(self.0.public_key().as_ref().to_vec())
    }
}

impl fmt::Debug for RsaSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaSigner(..)")
    }
}

/// Verifies with a public key.
#[derive(Debug, Clone)]
pub struct RsaVerifier(Vec<u8>);

impl RsaVerifier {
    /// Whether `signature` is the private half's over `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.0)
            .verify(message, signature)
            .is_ok()
    }
}

/// The key is not a private RSA key of 2048 to 8192 bits in unencrypted PKCS#8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an unencrypted PKCS#8 RSA key of at least 2048 bits: make one with `openssl genpkey -algorithm RSA -outform DER`"
)]
#[non_exhaustive]
pub struct KeyError;
