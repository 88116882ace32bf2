//! RSA PKCS#1 v1.5 with SHA-256: JWTs of algorithm RS256, and SNAP's asymmetric signatures.
//!
//! Backed by AWS-LC, feature `aws-lc-rs`.

mod aws_lc;

pub use aws_lc::{KeyError, RsaSigner, RsaVerifier};
