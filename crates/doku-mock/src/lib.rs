//! A local stand-in for DOKU's Partner API.
//!
//! It checks signatures as DOKU's gateway does, keeps files and businesses, decides KYB, and sends
//! the signed callbacks; all on this machine, so that an integration in any language can be tested
//! end to end, offline. What DOKU's documentation leaves open is assumed, and each reply names its
//! assumptions in the header `Doku-Mock-Assumptions`.
//!
//! From a shell: `cargo run -p doku-mock`. From a Rust test:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use doku_mock::MockDoku;
//!
//! let mock = MockDoku::start().await;
//! println!("point the client at {}", mock.base_url());
//! // Dropping it stops it.
//! # }
//! ```

mod admin;
mod agenda;
mod app;
mod auth;
mod bearer;
mod body;
mod callback;
mod clock;
mod config;
mod curl;
mod error;
mod expectation;
mod explanation;
mod fault;
mod file_link;
mod files;
mod gate;
mod id;
mod inspector;
mod journal;
mod kyb;
mod mock;
mod openapi;
mod operation;
mod outbound;
mod panic;
mod profile;
mod reply;
mod server;
mod start;
mod store;
mod tls;

pub use agenda::AdvanceError;
pub use callback::{Attempt, CallbackRecord, DeliveryState};
pub use clock::{Clock, ClockError};
pub use config::{Builder, DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY};
pub use error::{Refused, StartError, WaitError};
pub use expectation::{Expectation, Times};
pub use explanation::{Explanation, ToSign};
pub use fault::{
    CallbackFault, Fault, FaultError, FaultKind, ReplyFault, ReplyFaultKind, TooManyFaults,
};
pub use journal::{Answer, BrandState, BusinessState, Direction, JournalEntry, Verdict};
pub use kyb::{Outcome, OutcomeError, Pace, PaceError};
pub use mock::MockDoku;
pub use openapi::openapi;
pub use profile::{Profile, ProfileError};
pub use store::{DataError, StoreError};
pub use tls::{CaError, CertificateAuthority};
