//! Callbacks that DOKU sends: verified and read, for any web framework.

use doku_signing::{Credentials, Message, MessageVerifier, VerifyError, non_snap::Form};
use doku_types::{SecretKey, Timestamp, partner::callback::Callback, validate::ParseError};
use http::{HeaderMap, Method};

/// Verifies callbacks to one URL.
///
/// ```
/// use doku_partner::{Credentials, callback::CallbackReceiver};
/// use http::HeaderMap;
///
/// let credentials = Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret");
/// let receiver = CallbackReceiver::new(credentials, "/doku/callbacks");
/// // In a handler: the header map and the raw bytes of the body, before anything parses them.
/// assert!(receiver.receive(&HeaderMap::new(), b"{}").is_err());
/// ```
#[derive(Debug, Clone)]
pub struct CallbackReceiver {
    verifier: MessageVerifier,
    target: String,
}

impl CallbackReceiver {
    /// For callbacks to a URL of this path, with its query if it has one: the path as registered
    /// in `business.callback_url`, whatever a proxy makes of it on the way here. Signed is the path,
    /// but path and query are accepted too (A04).
    pub fn new(credentials: Credentials, path: impl Into<String>) -> Self {
        let Credentials { client_id, secret_key, .. } = credentials;
        let verifier = MessageVerifier::new(secret_key).for_client(client_id);
        Self { verifier: verifier.or_target_with_query(), target: path.into() }
    }

    /// Also those signed by another key, while the secret key is being changed.
    pub fn or_key(mut self, key: impl Into<SecretKey>) -> Self {
        self.verifier = self.verifier.or_key(key);
        self
    }

    /// Verifies and reads one callback, however old: DOKU repeats them for 12 to 17.5 hours (its page
    /// says both). Acknowledge it by any 2xx, and work later.
    ///
    /// # Errors
    /// [`CallbackError`]: answer 4xx, and DOKU will send it again.
    pub fn receive(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<ReceivedCallback, CallbackError> {
        let message = Message { method: &Method::POST, target: &self.target, headers, body };
        // The verifier has no time window, so no time is needed.
        let now = Timestamp::from_millis(0);
        let verified = self.verifier.non_snap(Form::Request, &message, now)?;
        Ok(ReceivedCallback {
            callback: Callback::parse(body)?,
            request_id: verified.request_id,
            timestamp: verified.timestamp,
        })
    }
}

/// A callback whose signature was right.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceivedCallback {
    /// What it says.
    pub callback: Callback,
    /// Assumed to be the same each time DOKU sends this callback (A06): to tell duplicates by.
    pub request_id: String,
    /// `Request-Timestamp`, as sent.
    pub timestamp: String,
}

/// Why a callback is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// It is not DOKU's, or for another partner, or was changed on the way.
    #[error(transparent)]
    Signature(#[from] VerifyError),
    /// It is DOKU's, but not readable.
    #[error(transparent)]
    Body(#[from] ParseError),
}
