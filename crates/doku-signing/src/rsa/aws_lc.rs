//! The backend on AWS-LC: private-key arithmetic in constant time, but a C compiler to build it.

use std::fmt;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeyPair,
    signature::{
        KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256 as ALGORITHM, RSA_PKCS1_SHA256,
    },
};

use super::{
    KeyError, SignError, Signer, Verifier,
    key::{self, Half},
};

/// A private key. It does not print itself.
#[derive(Clone)]
pub struct RsaSigner(KeyPair);

impl RsaSigner {
    /// Reads an unencrypted key of 2048 to 8192 bits, in PKCS#8 (`BEGIN PRIVATE KEY`) or PKCS#1
    /// (`BEGIN RSA PRIVATE KEY`). Text around the key is ignored, and so are other keys and
    /// certificates in it.
    ///
    /// # Errors
    /// [`KeyError`] for anything else.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        Self::from_der(&key::decode_pem(pem, Half::Private)?)
    }

    /// Reads an unencrypted key of 2048 to 8192 bits in the DER of PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// [`KeyError`] for anything else.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let key = KeyPair::from_der(key::private_pkcs1(der)?);
        key.map(Self).map_err(|_| KeyError::Rejected)
    }

    /// The public half.
    pub fn verifier(&self) -> RsaVerifier {
        RsaVerifier::from_der(self.0.public_key().as_ref())
            .expect("the public half has the size of the private half, which was checked")
    }
}

impl Signer for RsaSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(SignError::new)?;
        Ok(signature)
    }
}

impl fmt::Debug for RsaSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaSigner(..)")
    }
}

/// A public key.
#[derive(Clone)]
pub struct RsaVerifier(ParsedPublicKey);

impl RsaVerifier {
    /// Reads a key of 2048 to 8192 bits, as SubjectPublicKeyInfo (`BEGIN PUBLIC KEY`) or PKCS#1
    /// (`BEGIN RSA PUBLIC KEY`). Text around the key is ignored, and so are certificates in it.
    ///
    /// # Errors
    /// [`KeyError`] for anything else.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        Self::from_der(&key::decode_pem(pem, Half::Public)?)
    }

    /// Reads a key of 2048 to 8192 bits in the DER of SubjectPublicKeyInfo or PKCS#1.
    ///
    /// # Errors
    /// [`KeyError`] for anything else.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let key = ParsedPublicKey::new(&ALGORITHM, key::public_pkcs1(der)?);
        key.map(Self).map_err(|_| KeyError::Rejected)
    }
}

impl Verifier for RsaVerifier {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

impl fmt::Debug for RsaVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaVerifier(..)")
    }
}
