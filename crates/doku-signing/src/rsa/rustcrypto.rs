//! The backend on RustCrypto's `rsa`: no C compiler.
//!
//! That crate's private-key arithmetic does not run in constant time (RUSTSEC-2023-0071, not
//! fixed in 0.9). Here each signature is computed on a blinded value, so that its time does not
//! follow from the message; what remains is a reason to prefer AWS-LC where others can measure
//! many signatures. Verification uses no secret.

use std::fmt;

use ::rsa::{
    BigUint, RsaPrivateKey, RsaPublicKey,
    pkcs1::DecodeRsaPrivateKey,
    pkcs1v15::{Signature, SigningKey, VerifyingKey},
    rand_core::OsRng,
    sha2::Sha256,
    signature::{Keypair, RandomizedSigner, SignatureEncoding, Verifier as _},
};
use pkcs8::der::Decode;

use super::{
    KeyError, SignError, Signer, Verifier,
    key::{self, Half},
};

/// A private key. It does not print itself, and is zeroized on drop.
#[derive(Clone)]
pub struct RsaSigner(SigningKey<Sha256>);

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
        let key = RsaPrivateKey::from_pkcs1_der(key::private_pkcs1(der)?);
        key.map(|key| Self(SigningKey::new(key))).map_err(|_| KeyError::Rejected)
    }

    /// The public half.
    pub fn verifier(&self) -> RsaVerifier {
        RsaVerifier(self.0.verifying_key())
    }
}

impl Signer for RsaSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        // A random generator makes the crate blind; the signature is the same with any.
        let signature = self.0.try_sign_with_rng(&mut OsRng, message).map_err(SignError::new)?;
        Ok(signature.to_vec())
    }
}

impl fmt::Debug for RsaSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaSigner(..)")
    }
}

/// A public key.
#[derive(Clone)]
pub struct RsaVerifier(VerifyingKey<Sha256>);

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
        let der = key::public_pkcs1(der)?;
        let key = pkcs1::RsaPublicKey::from_der(der).map_err(|_| KeyError::Damaged)?;
        let [modulus, exponent] = [key.modulus, key.public_exponent]
            .map(|number| BigUint::from_bytes_be(number.as_bytes()));
        // The crate's own limit would be 4096 bits.
        let key = RsaPublicKey::new_with_max_size(modulus, exponent, key::MAX_BITS);
        key.map(|key| Self(VerifyingKey::new(key))).map_err(|_| KeyError::Rejected)
    }
}

impl Verifier for RsaVerifier {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::try_from(signature);
        signature.is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

impl fmt::Debug for RsaVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaVerifier(..)")
    }
}
