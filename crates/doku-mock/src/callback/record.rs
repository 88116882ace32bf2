//! A callback as people see it: what it said, and what became of it.

use std::fmt;

use doku_types::{BusinessId, ClientId, Timestamp, partner::callback::Callback};
use serde::{Serialize, Serializer};

/// A callback and what became of it. Its `Debug` leaves out where it goes and what it says beside type
/// and status: a URL may hold a secret, and reject notes speak of people.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CallbackRecord {
    /// Counts up in the order of delivery.
    pub number: i64,
    /// The same in every attempt (A06).
    pub request_id: String,
    /// Whose key signs it.
    pub client_id: ClientId,
    /// Whose business it is about.
    pub business: BusinessId,
    /// Where it goes.
    pub url: String,
    /// What it says.
    pub callback: Callback,
    /// The very text of its body.
    #[serde(skip)]
    pub body: String,
    /// How far it is.
    pub state: DeliveryState,
    /// When the next attempt falls due, by the engine's clock: for a delayed one and a retry.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text_of_option")]
    pub due: Option<Timestamp>,
    /// In their order.
    pub attempts: Vec<Attempt>,
}

impl fmt::Debug for CallbackRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackRecord")
            .field("number", &self.number)
            .field("request_id", &self.request_id)
            .field("business", &self.business)
            .field("type", &self.callback.callback_type)
            .field("status", &self.callback.status)
            .field("state", &self.state)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// How far the delivery of a callback is (A05).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryState {
    /// To be attempted, for the first time or again.
    Pending,
    /// Acknowledged by a 2xx.
    Delivered,
    /// Attempted four times in vain.
    Exhausted,
    /// Given up at once: the target is not allowed, as the one attempt says.
    Blocked,
    /// Never attempted, because a fault said so.
    Dropped,
}

/// One attempt at a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// When, by the engine's clock, as the `Request-Timestamp` said.
    #[serde(serialize_with = "text_of")]
    pub at: Timestamp,
    /// The HTTP status answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took, in milliseconds of the machine's clock.
    pub latency_ms: u64,
    /// Whether it was asked for by hand; such an attempt is no step of the ladder.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
}

impl DeliveryState {
    /// As it is stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Exhausted => "exhausted",
            Self::Blocked => "blocked",
            Self::Dropped => "dropped",
        }
    }
}

fn text_of<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

fn text_of_option<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&at.map(|at| at.to_string()).unwrap_or_default())
}
