//! Callbacks that DOKU sends: verified and read, for any web framework.
//!
//! Acknowledge first, work later: DOKU waits for an answer, and repeats what gets none. The feature
//! `receiver` has that as a [service](crate::receiver).

pub mod testing;

use doku_signing::{
    Credentials, Message, MessageVerifier, VerifyError,
    non_snap::Form,
    replay::{Admission, ReplayGuard},
};
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
///
/// A type or status that nobody has heard of is data, as is a field; only `type` has to be there.
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
            replay_id: verified.replay_id,
        })
    }
}

/// A callback whose signature was right.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceivedCallback {
    /// What it says.
    pub callback: Callback,
    /// Assumed to be the same each time DOKU sends this callback (A06).
    pub request_id: String,
    /// `Request-Timestamp`, as sent.
    pub timestamp: String,
    /// What tells duplicates: client and Request-Id. A unique column for it in the table where callbacks
    /// are stored makes each count once, whatever crashes in between.
    pub replay_id: String,
}

impl ReceivedCallback {
    /// Whether it may be handled now, or was or is being handled already, by a guard that remembers.
    ///
    /// ```
    /// use doku_partner::callback::{CallbackReceiver, testing};
    /// use doku_signing::replay::{Admission, MemoryReplayGuard, ReplayGuard};
    /// use doku_types::{Timestamp, code::{CallbackType, Status}, partner::callback::Callback};
    /// # use doku_partner::Credentials;
    /// # let credentials = Credentials::new("BRN-1", "SK-1");
    /// # let now = Timestamp::from_millis(0);
    /// # let active = Callback::builder()
    /// #     .callback_type(CallbackType::Business).status(Status::Active).build();
    /// # let url = "https://platform.example/kyb";
    /// # let request = testing::signed(&credentials, url, &active, "event-1", now);
    /// # let receiver = CallbackReceiver::new(credentials, "/kyb");
    /// let guard = MemoryReplayGuard::new();
    /// for delivery in 1..=2 {
    ///     let received = receiver.receive(request.headers(), request.body())?;
    ///     match received.admit(&guard, now)? {
    ///         Admission::New(ticket) => {
    ///             // … store it, then:
    ///             guard.commit(ticket, now)?;
    ///             assert_eq!(delivery, 1);
    ///         }
    ///         Admission::Done => assert_eq!(delivery, 2), // answer 200 and do nothing
    ///         _ => {}                                     // answer 503: it comes again
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The guard's.
    pub fn admit<G: ReplayGuard>(&self, guard: &G, now: Timestamp) -> Result<Admission, G::Error> {
        guard.begin(&self.replay_id, now)
    }
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
