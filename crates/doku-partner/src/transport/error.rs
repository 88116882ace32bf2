//! Why an exchange failed.

use std::{error::Error, fmt};

use crate::BoxError;

/// Why an exchange failed.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<BoxError>,
}

/// The sorts of failure of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: the request was not sent.
    Connect,
    /// The body could not be read, so that the request was not sent whole.
    Body,
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
            Self::Body => "check that the file can be read and does not change while it is sent",
            Self::Interrupted | Self::Timeout => "check the connection and try again",
            Self::TooLarge => "check the base URL: something else than DOKU may answer there",
        }
    }

    /// Whether the host may have acted on the request.
    pub(crate) const fn may_have_arrived(self) -> bool {
        matches!(self, Self::Interrupted | Self::Timeout | Self::TooLarge)
    }
}

impl TransportError {
    /// A failure of this kind.
    pub fn new(kind: TransportErrorKind, source: impl Into<Option<BoxError>>) -> Self {
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
            TransportErrorKind::Body => "what was to be sent could not be read",
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
