//! What comes of a verification.

use std::time::Duration;

use doku_types::{BearerToken, ClientId};

use crate::{header::HeaderError, signature::SignatureError};

/// What is known of a message whose signature was right.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Which key it was: 0 for the first, then in the order of [`MessageVerifier::or_key`](crate::MessageVerifier::or_key).
    pub key: usize,
    /// `Client-Id` or `X-PARTNER-ID`. SNAP does not sign it: there only the key says who it was.
    pub client_id: ClientId,
    /// `Request-Id` or `X-EXTERNAL-ID`. SNAP does not sign it.
    pub request_id: String,
    /// As it stands in its header.
    pub timestamp: String,
    /// SNAP: the access token that was presented.
    pub token: Option<BearerToken>,
    /// Whether the signature covers the body. False exactly where there is a body and no digest of
    /// it was signed, which is in a non-SNAP GET and in the reply to one: only TLS protects that.
    pub covers_body: bool,
    /// For a [`ReplayGuard`](crate::replay::ReplayGuard): the same for a copy of the message, and
    /// covered by the signature.
    ///
    /// Non-SNAP: client and Request-Id. That a retry of DOKU's keeps its Request-Id is an assumption
    /// (A06).
    ///
    /// SNAP: the signature itself, since the ids can be changed on the way. A retry with a fresh
    /// timestamp has another signature and so another `replay_id`: it tells copies, not retries.
    /// Tell a repeated SNAP notification by what it is about, too: `trxId` and `paymentRequestId`
    /// of its body.
    pub replay_id: String,
}

/// Why a message is refused: which stage, in the order of the checks. Never holds a secret, nor the
/// expected signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A header is missing or malformed.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The timestamp is in none of the protocol's forms.
    #[error("the timestamp is not in the form of its protocol")]
    TimestampFormat,
    /// Older than the window allows.
    #[error("the message is {} s old, more than is allowed", .age.as_secs())]
    TooOld {
        /// From its timestamp to now.
        age: Duration,
    },
    /// Further ahead of now than the window allows.
    #[error("the message is {} s ahead of this machine's clock, more than is allowed", .ahead.as_secs())]
    TooNew {
        /// From now to its timestamp.
        ahead: Duration,
    },
    /// It names another client.
    #[error("the message is of another client")]
    OtherClient,
    /// It names another request than [`MessageVerifier::for_request_id`](crate::MessageVerifier::for_request_id) asks for.
    #[error("the message is of another request")]
    OtherRequest,
    /// The signature is malformed, or of other bytes or by another key.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}
