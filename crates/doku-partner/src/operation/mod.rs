//! The operations of the Partner API, one file each, named as in `doku-types` and `doku-mock`.
//!
//! An operation knows its method, path, authentication and body, and how to read its reply; it
//! knows nothing of sockets, time or retries. [`PartnerClient::call`](crate::PartnerClient::call)
//! takes any. Without the client, over whatever carries HTTP:
//!
//! ```
//! use doku_partner::{Credentials, Environment, Operation, operation::GenerateToken};
//! use doku_types::{Timestamp, partner::token::TokenRequest};
//!
//! let credentials = Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret");
//! let at = Timestamp::parse("2026-11-22T03:04:05Z").unwrap();
//! let wish = TokenRequest::minutes(360);
//! let request =
//!     GenerateToken::new(&wish).into_request(&Environment::uat(), &credentials, "request-1", at)?;
//! assert_eq!(
//!     request.headers()["signature"],
//!     "HMACSHA256=89b+bhacB0IKfPdyHmbtsuFF3Y+KC2WKrP+2TIh8sVg=",
//! );
//! // … send it, and read the body of what comes back:
//! let reply = GenerateToken::parse(br#"{"token":"eyJ"}"#).unwrap();
//! # Ok::<(), doku_partner::Error>(())
//! ```

mod business;
mod encoded;
mod file;
mod lite;
mod prepared;
mod registration;
mod requirements;
mod token;
mod update;

use doku_signing::Credentials;
use doku_types::{
    BearerToken, Timestamp,
    validate::{Fault, ParseError},
};
use http::{Method, Request};

use crate::{Body, Environment, Error, client::USER_AGENT};

pub use business::GetBusinessData;
pub use encoded::Encoded;
pub use file::UploadFile;
pub use lite::CreateBusinessLite;
pub(crate) use prepared::Prepared;
pub use registration::RegisterBusiness;
pub use requirements::CheckRequirements;
pub use token::GenerateToken;
pub use update::UpdateBusinessData;

/// One operation, ready to be sent.
pub trait Operation: Sync {
    /// What DOKU answers.
    type Reply;
    /// DOKU's name for it.
    const NAME: &'static str;
    /// Its HTTP method.
    const METHOD: Method;
    /// Whether it makes or changes a business. Such a request is sent again only under its
    /// Request-Id, which DOKU processes once (IDEM), and when no answer comes it is told as
    /// [`ErrorKind::Ambiguous`](crate::ErrorKind::Ambiguous).
    const CHANGES: bool = false;
    /// The assumptions of the [ledger](doku_types::evidence) that its request or reply stands on.
    const ASSUMPTIONS: &'static [&'static str] = &[];

    /// Its path with its query, from the `/` after the host.
    fn path_and_query(&self) -> String;

    /// How the caller proves who it is; by the HMAC headers, unless the operation says otherwise.
    fn authentication(&self) -> Authentication<'_> {
        Authentication::Signature
    }

    /// Its body, if it has one. `request_id` is unique to the call: a multipart body takes its
    /// boundary from it.
    fn body(&self, request_id: &str) -> Option<Encoded>;

    /// What is wrong with it, known before anything is sent; with any fault the client sends nothing.
    fn faults(&self) -> Vec<Fault> {
        Vec::new()
    }

    /// The request, signed: what the client sends, for whoever sends it by other means. `request_id`
    /// is unique, of 1 to 128 visible ASCII characters; `at` within an hour of DOKU's clock.
    ///
    /// # Errors
    /// [`ErrorKind::Request`](crate::ErrorKind::Request): a part is no valid URL or header.
    fn into_request(
        self,
        environment: &Environment,
        credentials: &Credentials,
        request_id: &str,
        at: Timestamp,
    ) -> Result<Request<Body>, Error>
    where
        Self: Sized,
    {
        Prepared::new(&self, environment, request_id)?.request(
            credentials,
            &USER_AGENT,
            request_id,
            at,
        )
    }

    /// Reads the body of a successful reply.
    ///
    /// # Errors
    /// When it is not such a reply.
    fn parse(body: &[u8]) -> Result<Self::Reply, ParseError>;
}

/// How a request is authenticated.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Authentication<'a> {
    /// By the four HMAC headers.
    Signature,
    /// By `Authorization: Bearer …`.
    Bearer(&'a BearerToken),
}
