//! How a request gets to the host and its answer back.

mod hyper;

use std::{error::Error, fmt, future::Future, pin::Pin};

use bytes::Bytes;
use http::{Request, Response};

pub use self::hyper::HyperTransport;

/// The future of one exchange.
pub type TransportFuture =
    Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send>>;

/// Carries one request. The default is [`HyperTransport`]; a closure is another.
///
/// A transport does not follow redirects and does not change a byte: requests are signed.
///
/// ```
/// use bytes::Bytes;
/// use doku_partner::{Credentials, Environment, PartnerClient, TransportError};
/// use http::{Request, Response};
///
/// let canned = |_: Request<Bytes>| async {
///     Ok::<_, TransportError>(Response::new(Bytes::from_static(br#"{"token":"eyJ"}"#)))
/// };
/// let client = PartnerClient::builder(Environment::uat(), Credentials::new("BRN-1", "SK-1"))
///     .transport(canned)
///     .build();
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and reads the whole answer.
    fn send(&self, request: Request<Bytes>) -> TransportFuture;
}

impl<F, A> Transport for F
where
    F: Fn(Request<Bytes>) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Response<Bytes>, TransportError>> + Send + 'static,
{
    fn send(&self, request: Request<Bytes>) -> TransportFuture {
        Box::pin(self(request))
    }
}

/// Why an exchange failed.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// The sorts of failure of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: the request was not sent.
    Connect,
    /// The connection broke: the request may have arrived.
    Interrupted,
    /// No whole answer in time: the request may have arrived.
    Timeout,
    /// The answer is larger than the limit: the request arrived.
    TooLarge,
}

impl TransportErrorKind {
    pub(crate) const fn advice(self) -> &'static str {
        match self {
            Self::Connect => "check that the host is up and the base URL is its own",
            Self::Interrupted | Self::Timeout => {
                "the request may have arrived: ask with Get Business Data before sending it again"
            }
            Self::TooLarge => "check the base URL: something else than DOKU may answer there",
        }
    }
}

impl TransportError {
    /// A failure of this kind.
    pub fn new(
        kind: TransportErrorKind,
        source: impl Into<Option<Box<dyn Error + Send + Sync>>>,
    ) -> Self {
        Self { kind, source: source.into() }
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::Connect => "no connection",
            TransportErrorKind::Interrupted => "the connection broke before the answer was whole",
            TransportErrorKind::Timeout => "no whole answer in time",
            TransportErrorKind::TooLarge => "the answer is larger than allowed",
        })?;
        // The innermost cause says most: "Connection refused", not "client error".
        let mut cause = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(inner) = cause.and_then(Error::source) {
            cause = Some(inner);
        }
        cause.map_or(Ok(()), |cause| write!(f, ": {cause}"))
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
