//! The callbacks that were caused, each with the attempts at its delivery.

use std::ops::Range;

use bytes::Bytes;
use doku_types::{BusinessId, ClientId, partner::callback::Callback};
use serde::Serialize;

use crate::id::IdSource;

/// All callbacks, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    records: Vec<CallbackRecord>,
}

/// A callback and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CallbackRecord {
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
    /// The very bytes of its body.
    #[serde(skip)]
    pub body: Bytes,
    /// How far it is.
    pub state: DeliveryState,
    /// In their order.
    pub attempts: Vec<Attempt>,
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
}

/// One attempt at a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// When, by the engine's clock, as the `Request-Timestamp` said.
    pub at: String,
    /// The HTTP status answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took, in milliseconds of the machine's clock.
    pub latency_ms: u64,
}

impl Outbox {
    /// Puts callbacks in, to be delivered in this order; returns their places.
    pub(crate) fn add(
        &mut self,
        ids: &mut IdSource,
        client_id: &ClientId,
        business: &BusinessId,
        url: &str,
        callbacks: Vec<Callback>,
    ) -> Range<usize> {
        let first = self.records.len();
        for callback in callbacks {
            // A callback is text and lists of text: writing it cannot fail.
            let body = serde_json::to_vec(&callback).expect("a callback can be written");
            self.records.push(CallbackRecord {
                request_id: ids.request_id(),
                client_id: client_id.clone(),
                business: business.clone(),
                url: url.to_owned(),
                callback,
                body: body.into(),
                state: DeliveryState::Pending,
                attempts: Vec::new(),
            });
        }
        first..self.records.len()
    }

    /// The callback at a place that [`Outbox::add`] gave.
    pub(crate) fn get(&self, place: usize) -> &CallbackRecord {
        &self.records[place]
    }

    /// The callback at a place that [`Outbox::add`] gave.
    pub(crate) fn get_mut(&mut self, place: usize) -> &mut CallbackRecord {
        &mut self.records[place]
    }

    /// All of them.
    pub(crate) fn records(&self) -> &[CallbackRecord] {
        &self.records
    }
}
