//! Callbacks, on their way to the onboardings that they are about.

use std::sync::Arc;

use doku_types::partner::callback::Callback;
use tokio::sync::broadcast;

/// Hands callbacks to every [`Onboarding`](super::Onboarding) that listens; each takes those about its
/// own business. Clones are one.
///
/// Callbacks are hints: what counts is what Get Business Data says. So one that is lost or comes twice
/// does no harm, as far as Get tells a status (A02); the notes of single parts are in callbacks alone.
/// One from before an update that comes after it may tell old notes.
///
/// ```
/// # use doku_partner::onboarding::CallbackHints;
/// # #[cfg(feature = "receiver")]
/// # fn example(mut callbacks: doku_partner::receiver::Callbacks) {
/// let hints = CallbackHints::new();
/// let publish = hints.clone();
/// tokio::spawn(async move {
///     while let Some(received) = callbacks.next().await {
///         if let Ok(received) = received {
///             publish.publish(received.callback);
///         }
///     }
/// });
/// // Then, for each merchant: onboarding.hints(&hints);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct CallbackHints(broadcast::Sender<Arc<Callback>>);

impl CallbackHints {
    /// With nobody listening yet.
    pub fn new() -> Self {
        Self(broadcast::channel(KEPT).0)
    }

    /// A callback came, and its signature was right.
    pub fn publish(&self, callback: Callback) {
        // An error means that nobody listens.
        let _ = self.0.send(Arc::new(callback));
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Arc<Callback>> {
        self.0.subscribe()
    }
}

impl Default for CallbackHints {
    fn default() -> Self {
        Self::new()
    }
}

/// For a listener that is busy. One that misses some looks at DOKU all the same.
const KEPT: usize = 1024;
