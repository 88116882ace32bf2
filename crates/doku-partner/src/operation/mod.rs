//! The operations of the Partner API, one file each, named as in `doku-types` and `doku-mock`.
//!
//! An operation knows its method, path, authentication and body, and how to read its reply; it
//! knows nothing of sockets. [`PartnerClient::call`](crate::PartnerClient::call) takes any.

mod business;
mod file;
mod lite;
mod registration;
mod requirements;
mod token;

use std::fmt;

use bytes::Bytes;
use doku_types::{BearerToken, validate::ParseError};
use http::Method;

pub use business::GetBusinessData;
pub use file::{FileUpload, UploadFile};
pub use lite::CreateBusinessLite;
pub use registration::RegisterBusiness;
pub use requirements::CheckRequirements;
pub use token::GenerateToken;

/// One operation, ready to be sent.
pub trait Operation {
    /// What DOKU answers.
    type Reply;
    /// DOKU's name for it.
    const NAME: &'static str;
    /// Its HTTP method.
    const METHOD: Method;

    /// Its path with its query, from the `/` after the host.
    fn path_and_query(&self) -> String;

    /// How the caller proves who it is; by the HMAC headers, unless the operation says otherwise.
    fn authentication(&self) -> Authentication<'_> {
        Authentication::Signature
    }

    /// Its body, if it has one. `request_id` is unique to the call: a multipart body takes its
    /// boundary from it.
    fn body(&self, request_id: &str) -> Option<Encoded>;

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

/// A body with its media type. `Debug` shows its length alone: it may hold personal data.
#[derive(Clone)]
#[non_exhaustive]
pub struct Encoded {
    /// For the header `Content-Type`.
    pub content_type: String,
    /// The very bytes to be signed and sent.
    pub bytes: Bytes,
}

impl Encoded {
    /// A body of any type.
    pub fn new(content_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { content_type: content_type.into(), bytes: bytes.into() }
    }

    /// Compact JSON.
    fn json(document: &impl serde::Serialize) -> Self {
        // The requests are structs of text, flags and lists: writing them cannot fail.
        let bytes = serde_json::to_vec(document).expect("a request can be written");
        Self::new("application/json", bytes)
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoded")
            .field("content_type", &self.content_type)
            .field("length", &self.bytes.len())
            .finish()
    }
}
