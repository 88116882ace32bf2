//! How a request gets to the host and its answer back.

mod connect;
mod error;
mod hyper;
mod timeouts;
#[cfg(feature = "tls")]
mod tls;

use std::{future::Future, pin::Pin};

use bytes::Bytes;
use http::{Request, Response};

use crate::Body;

#[cfg(feature = "tls")]
pub use self::tls::InvalidCertificate;
pub use self::{
    connect::InvalidProxy,
    error::{TransportError, TransportErrorKind},
    hyper::{HyperTransport, HyperTransportBuilder},
    timeouts::Timeouts,
};

/// The future of one exchange.
pub type TransportFuture =
    Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send>>;

/// Carries one request. The default is [`HyperTransport`]; a closure is another.
///
/// A transport does not follow redirects, does not repeat a request that may have arrived and does not
/// change a byte: requests are signed. It bounds its own time and the size of an answer.
///
/// ```
/// use bytes::Bytes;
/// use doku_partner::{Body, Credentials, Environment, PartnerClient, TransportError};
/// use http::{Request, Response};
///
/// let canned = |_: Request<Body>| async {
///     Ok::<_, TransportError>(Response::new(Bytes::from_static(br#"{"token":"eyJ"}"#)))
/// };
/// let client = PartnerClient::builder(Environment::uat(), Credentials::new("BRN-1", "SK-1"))
///     .transport(canned)
///     .build();
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and reads the whole answer.
    fn send(&self, request: Request<Body>) -> TransportFuture;
}

impl<F, A> Transport for F
where
    F: Fn(Request<Body>) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Response<Bytes>, TransportError>> + Send + 'static,
{
    fn send(&self, request: Request<Body>) -> TransportFuture {
        Box::pin(self(request))
    }
}
