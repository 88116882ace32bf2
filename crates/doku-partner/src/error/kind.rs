//! The sorts of failure, and how an answer is sorted.

use doku_types::{code::GatewayCode, error::ApiError};
use http::StatusCode;

/// The sorts of failure of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request could not be made or its file not be read; nothing that DOKU acts on was sent.
    Request,
    /// Faults of the request, found here before it was sent, or by DOKU:
    /// [`pointers`](crate::Error::pointers) says where.
    Validation,
    /// DOKU does not know the client id, or no longer takes the token.
    Credentials,
    /// DOKU found the request's signature wrong: the secret key is another.
    Signature,
    /// This machine's clock is more than an hour off DOKU's.
    Clock,
    /// There is no such business, or no such path.
    NotFound,
    /// The Request-Id was used for another request, or this one is still being processed (A13).
    Conflict,
    /// Too many requests: see [`retry_after`](crate::Error::retry_after).
    RateLimited,
    /// No connection; or, of a request that changes nothing, one that broke.
    Transport,
    /// No answer in time, to a request that changes nothing.
    Timeout,
    /// A registration, invitation or update was sent, and no answer said what became of it.
    Ambiguous,
    /// DOKU failed (HTTP 5xx).
    Server,
    /// The answer is in none of DOKU's formats.
    Decode,
    /// The answer's signature is wrong, or missing where it is asked for: do not believe the answer.
    ReplySignature,
    /// The state of an onboarding could not be saved, or does not fit what is asked of it.
    State,
}

impl ErrorKind {
    pub(super) fn of_refusal(status: StatusCode, error: &ApiError) -> Self {
        if let ApiError::Gateway { code, .. } = error {
            match code {
                GatewayCode::InvalidSignature => return Self::Signature,
                GatewayCode::InvalidClientId | GatewayCode::InvalidToken => {
                    return Self::Credentials;
                }
                GatewayCode::RequestTimeOutOfRange => return Self::Clock,
                GatewayCode::IdempotentRequest => return Self::Conflict,
                _ => {}
            }
        }
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Self::Credentials,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::CONFLICT => Self::Conflict,
            StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
            StatusCode::REQUEST_TIMEOUT => Self::Timeout,
            status if status.is_server_error() => Self::Server,
            _ => Self::Validation,
        }
    }

    /// Of an answer that is not in DOKU's words: a proxy's, say, which may be in trouble itself.
    pub(super) fn of_unreadable(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Credentials,
            StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
            StatusCode::REQUEST_TIMEOUT => Self::Timeout,
            status if status.is_server_error() => Self::Server,
            _ => Self::Decode,
        }
    }
}
