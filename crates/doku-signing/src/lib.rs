//! DOKU signatures, made and verified: pure functions over bytes. Time, ids and keys are
//! arguments; nothing here knows a runtime.
//!
//! The non-SNAP scheme ("Jokul": Checkout, cards, the Partner API) is in [`non_snap`], with its
//! three stages open to see: [`Digest`], string to sign, [`non_snap::Signature`].
//! [`Credentials`] does all three at once for an HTTP message:
//!
//! ```
//! use doku_signing::Credentials;
//! use doku_types::Timestamp;
//! use http::Method;
//!
//! let credentials = Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret");
//! let body = br#"{"grant_type":"client_credentials"}"#;
//! let headers = credentials.sign_request(
//!     &Method::POST,
//!     "/adv-core-api/partner/v1.0/token",
//!     body,
//!     "7b1f8a5e-8a0f-4b42-9d2e-111111111111",
//!     Timestamp::parse("2026-11-22T03:04:05Z").unwrap(),
//! );
//! assert!(headers.signature.starts_with("HMACSHA256="));
//! ```

mod credentials;
mod digest;
pub mod non_snap;
pub mod rsa;

pub use credentials::Credentials;
pub use digest::Digest;
