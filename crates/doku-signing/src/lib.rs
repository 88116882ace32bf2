//! Every DOKU signature, made, verified and explained: pure functions over bytes. Time, ids and
//! keys are arguments; nothing here knows a runtime.
//!
//! DOKU speaks two protocols:
//!
//! | | non-SNAP | SNAP |
//! | --- | --- | --- |
//! | spoken by | Checkout, cards, e-wallets, check status, the Partner API | virtual accounts, QRIS, direct debit, payout |
//! | signed by | HMAC-SHA256 over up to five lines | HMAC-SHA512 over five parts; RSA for the token |
//! | module | [`non_snap`] | [`snap`] |
//!
//! In either, each stage is open to see: the digest of the body, the string to sign, the signature.
//! [`Credentials`] does all of them at once for an HTTP message, [`MessageVerifier`] undoes them, and
//! [`replay`] sees to it that a message counts once. When a signature does not match, [`diagnose`],
//! the doctor, says which mistake was made.
//!
//! ```
//! use doku_signing::Credentials;
//! use doku_types::Timestamp;
//! use http::Request;
//!
//! let credentials = Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret");
//! let mut request = Request::post("https://api-uat.doku.com/adv-core-api/partner/v1.0/token")
//!     .body(r#"{"grant_type":"client_credentials"}"#)
//!     .unwrap();
//! let now = Timestamp::parse("2026-11-22T03:04:05Z").unwrap();
//! credentials
//!     .sign_http_request(&mut request, "7b1f8a5e-8a0f-4b42-9d2e-111111111111", now)
//!     .unwrap();
//! assert!(request.headers()["Signature"].to_str().unwrap().starts_with("HMACSHA256="));
//! ```
//!
//! The features `aws-lc-rs` (preferred) and `rsa` (pure Rust) add the RSA backends of [`rsa`]; with
//! neither no C compiler is needed, and RSA keys are what you plug into its traits.

mod credentials;
pub mod diagnose;
mod digest;
mod header;
mod hex;
mod mac;
mod message;
pub mod non_snap;
pub mod replay;
pub mod rsa;
mod signature;
pub mod snap;
mod verdict;
mod verify;

pub use credentials::Credentials;
pub use digest::Digest;
pub use header::HeaderError;
pub use message::Message;
pub use signature::SignatureError;
pub use verdict::{Verified, VerifyError};
pub use verify::{MessageVerifier, Window};
