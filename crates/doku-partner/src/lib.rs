//! A thin client for DOKU's Partner API.
//!
//! An [`Operation`] becomes an [`http::Request`], any [`Transport`] carries it, a reply is
//! verified and parsed: [`PartnerClient`] puts the three together.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use doku_mock::MockDoku;
//! use doku_partner::{Environment, PartnerClient};
//! use doku_types::partner::requirements::RequirementsQuery;
//!
//! // In production: `Environment::production()` and the credentials of DOKU's dashboard.
//! let mock = MockDoku::start().await;
//! let environment = Environment::custom(mock.base_url())?;
//! let client = PartnerClient::builder(environment, mock.credentials().clone()).build();
//!
//! let requirements = client.check_requirements(&RequirementsQuery::personal()).await?;
//! assert_eq!(requirements.business.contact.documents[0].code, "KTP");
//! # Ok(())
//! # }
//! ```
//!
//! KYB verdicts come back as signed callbacks: see [`callback`], and with the feature `receiver`
//! `receiver::CallbackListener`. How to test what you build on this: [`testing_your_code`].

mod body;
mod builder;
mod call;
pub mod callback;
mod client;
mod environment;
mod error;
pub mod onboarding;
pub mod operation;
#[cfg(feature = "receiver")]
pub mod receiver;
mod reply;
pub mod retry;
#[doc = include_str!("../docs/testing.md")]
pub mod testing_your_code {}
mod token_cache;
mod transport;
mod upload;

pub use body::{Body, BoxError};
pub use builder::{PartnerClientBuilder, UnsignedReplies};
pub use client::PartnerClient;
pub use environment::{Environment, InvalidBaseUrl};
pub use error::{Error, ErrorKind};
pub use operation::Operation;
pub use reply::{Outcome, Reply};
pub use retry::RetryPolicy;
#[cfg(feature = "tls")]
pub use transport::InvalidCertificate;
pub use transport::{
    HyperTransport, HyperTransportBuilder, InvalidProxy, Timeouts, Transport, TransportError,
    TransportErrorKind, TransportFuture,
};
pub use upload::{FileUpload, Progress};

pub use doku_signing::{self, Credentials};
pub use doku_types;
