//! The words of DOKU's wire.
//!
//! Ids, open code lists, requests, replies, callbacks and errors of DOKU's Partner API
//! ([`partner`]), with the rules that a request has to keep and the evidence behind each of them;
//! and the words that DOKU's payment APIs share ([`snap`], [`non_snap`]). No I/O, no clock, no
//! async: other DOKU integrations can build on this crate whatever runtime they use.
//!
//! Three ideas run through it:
//!
//! * **Open on the way in, exact on the way out.** A code that nobody has heard of is data, not
//!   an error ([`code`]); a field that nobody knows is kept where the document goes back to DOKU
//!   ([`extra`]); what is sent has one spelling.
//! * **Evidence is data.** DOKU's documentation has holes. What fills them stands in one ledger
//!   ([`evidence`]), and a fault found by [`validate`] names the entry it stands on.
//! * **Secrets and personal data do not print.** See [`secret`].
//!
//! ```
//! use doku_types::partner::registration::Registration;
//!
//! let draft = br#"{"business":{"type":"PERSONAL"}}"#;
//! let faults = Registration::parse(draft).unwrap_err().faults().to_vec();
//! assert!(faults.iter().any(|fault| fault.pointer == "/business/name"));
//! ```

pub mod amount;
pub mod code;
pub mod error;
pub mod evidence;
#[cfg(feature = "bodies")]
pub mod extra;
pub mod id;
// The bodies are what reads leniently; a secret needs only part of it.
#[cfg_attr(not(feature = "bodies"), allow(dead_code))]
mod lenient;
#[cfg(feature = "bodies")]
pub mod non_snap;
#[cfg(feature = "bodies")]
pub mod partner;
#[cfg(all(test, feature = "bodies"))]
mod promises;
pub mod response_code;
#[cfg(feature = "schemars")]
pub mod schema;
pub mod secret;
#[cfg(feature = "bodies")]
pub mod snap;
pub mod timestamp;
#[cfg(feature = "bodies")]
pub mod validate;
pub mod verbatim;

/// The largest body that is read, in bytes, unless a limit is given: 1 MiB (A10).
pub const MAX_BODY: usize = 1 << 20;

pub use amount::Amount;
pub use id::{
    AddressId, BankId, BrandId, BusinessId, ClientId, ContactId, EntityId, FileId, PhotoProofId,
    SocialMediaId,
};
pub use response_code::ResponseCode;
pub use secret::{BearerToken, FileLink, Personal, SecretKey};
pub use timestamp::Timestamp;
