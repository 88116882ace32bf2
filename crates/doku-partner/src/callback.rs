//! Callbacks that DOKU sends: verified and read, for any web framework.

use doku_signing::{
    Credentials,
    non_snap::{Form, HeaderError, SignedHeaders, VerifyError},
};
use doku_types::{partner::callback::Callback, validate::ParseError};
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
    credentials: Credentials,
    targets: Vec<String>,
}

impl CallbackReceiver {
    /// For callbacks to a URL of this path, with its query if it has one: the path as registered
    /// in `business.callback_url`, whatever a proxy makes of it on the way here.
    pub fn new(credentials: Credentials, path: impl Into<String>) -> Self {
        let path = path.into();
        // Signed is the path, but path and query are accepted too (A04).
        let mut targets = vec![path.split('?').next().unwrap_or_default().to_owned()];
        if path.contains('?') {
            targets.push(path);
        }
        Self { credentials, targets }
    }

    /// Verifies and reads one callback. Acknowledge it by any 2xx, and work later.
    ///
    /// # Errors
    /// [`CallbackError`]: answer 4xx, and DOKU will send it again.
    pub fn receive(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<ReceivedCallback, CallbackError> {
        let headers = SignedHeaders::read(headers, Form::Request)?;
        if headers.client_id != self.credentials.client_id.as_str() {
            return Err(CallbackError::OtherClient);
        }
        let mut verdict = Err(VerifyError::Mismatch);
        for target in &self.targets {
            verdict = verdict.or_else(|_| {
                self.credentials.verify_request(&Method::POST, target, body, &headers)
            });
        }
        verdict?;
        let callback = Callback::parse(body)?;
        Ok(ReceivedCallback {
            callback,
            request_id: headers.request_id,
            timestamp: headers.timestamp,
        })
    }
}

/// A callback whose signature was right.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceivedCallback {
    /// What it says.
    pub callback: Callback,
    /// The same each time DOKU sends this callback (A06): to tell duplicates by.
    pub request_id: String,
    /// `Request-Timestamp`, as sent.
    pub timestamp: String,
}

/// Why a callback is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// A header is missing or malformed.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// It is for another partner.
    #[error("the callback's Client-Id is not ours")]
    OtherClient,
    /// It is not DOKU's, or was changed on the way.
    #[error(transparent)]
    Signature(#[from] VerifyError),
    /// It is DOKU's, but not readable.
    #[error(transparent)]
    Body(#[from] ParseError),
}
