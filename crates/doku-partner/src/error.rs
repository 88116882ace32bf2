//! What can go wrong with a call.

use std::fmt;

use doku_signing::HeaderError;
use doku_types::{code::GatewayCode, error::ApiError, validate::ParseError};
use http::StatusCode;

use crate::transport::TransportError;

/// Why a call failed. Never shows a secret or personal data of the request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request could not be made; nothing was sent.
    #[error("the request could not be made: {0}")]
    Request(#[from] HeaderError),
    /// The request could not be made: a part is no valid URL or header; nothing was sent.
    #[error("the request could not be made: {0}")]
    Http(#[from] http::Error),
    /// No usable answer came.
    #[error("{source}{}", RequestId(.request_id))]
    Transport {
        /// What happened.
        source: TransportError,
        /// To look for at DOKU, should the request have arrived; an upload has none.
        request_id: Option<String>,
    },
    /// DOKU refused.
    #[error("DOKU refused with HTTP {}: {error}{}", status.as_u16(), RequestId(.request_id))]
    Refused {
        /// Of the answer.
        status: StatusCode,
        /// As DOKU words it.
        error: ApiError,
        /// Of the request; an upload has none.
        request_id: Option<String>,
    },
    /// The answer is neither the operation's reply nor one of DOKU's refusals.
    #[error("HTTP {} with a body that is in none of DOKU's formats: {error}{}", status.as_u16(), RequestId(.request_id))]
    Decode {
        /// Of the answer.
        status: StatusCode,
        /// What the body lacks.
        error: ParseError,
        /// Of the request; an upload has none.
        request_id: Option<String>,
    },
    /// The answer carries a signature, and it is wrong: do not trust the answer.
    #[error("the answer is wrongly signed: {why}{}", RequestId(.request_id))]
    ReplySignature {
        /// What is wrong with it.
        why: String,
        /// Of the request; an upload has none.
        request_id: Option<String>,
    },
}

/// The end of a sentence.
struct RequestId<'a>(&'a Option<String>);

impl fmt::Display for RequestId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |id| write!(f, " (Request-Id {id})"))
    }
}

impl Error {
    /// What to do about it, where that can be said.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Refused { status, .. } | Self::Decode { status, .. }
                if status.is_server_error() =>
            {
                Some("DOKU is in trouble: try again later, but ask with Get Business Data first")
            }
            Self::Refused { error, .. } => match error {
                ApiError::Gateway { code, .. } => match code {
                    GatewayCode::InvalidSignature => Some(
                        "the secret key is not this client id's: copy it again from DOKU's dashboard",
                    ),
                    GatewayCode::InvalidClientId => Some(
                        "the host does not know this client id: check it, and that it belongs to this environment",
                    ),
                    GatewayCode::RequestTimeOutOfRange => {
                        Some("this machine's clock is more than an hour off: set it")
                    }
                    GatewayCode::InvalidToken => Some("generate a new token and upload again"),
                    _ => None,
                },
                ApiError::Business(_) => Some("mend what the message names and send again"),
                _ => Some("check the base URL: the host has no such path"),
            },
            Self::Transport { source, .. } => Some(source.kind().advice()),
            Self::Decode { status, .. } if status.is_success() => Some(
                "the request may have been carried out: ask with Get Business Data, or ask DOKU, before sending it again",
            ),
            Self::Decode { .. } => {
                Some("check the base URL: something else than DOKU may answer there")
            }
            Self::ReplySignature { .. } => {
                Some("something between here and DOKU may have changed the answer: do not use it")
            }
            Self::Request(_) | Self::Http(_) => None,
        }
    }
}
