//! An exchange as it is handed over to the journal.

use bytes::Bytes;
use doku_types::{BusinessId, ClientId, Timestamp};
use http::{HeaderMap, StatusCode};

use super::{Head, Touched};
use crate::auth::Asked;

/// A request that was answered.
pub(crate) struct ReceivedRequest<'a> {
    pub(crate) at: Timestamp,
    /// Of a request for an operation.
    pub(crate) asked: Option<Asked>,
    pub(crate) callbacks: Vec<i64>,
    pub(crate) touched: Option<Touched>,
    pub(crate) faults: Vec<String>,
    pub(crate) head: Head,
    /// What was decided, also where no answer left.
    pub(crate) status: StatusCode,
    /// `None` where the connection was reset instead.
    pub(crate) answer: Option<Told<'a>>,
    pub(crate) latency_ms: u64,
}

/// An attempt at a callback.
pub(crate) struct SentCallback<'a> {
    pub(crate) callback: i64,
    pub(crate) partner: ClientId,
    pub(crate) business: BusinessId,
    pub(crate) attempt: u32,
    pub(crate) at: Timestamp,
    pub(crate) head: Head,
    pub(crate) body: &'a Bytes,
    pub(crate) answer: Option<Told<'a>>,
    pub(crate) latency_ms: u64,
}

/// What was answered, with its whole body.
#[derive(Clone, Copy)]
pub(crate) struct Told<'a> {
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}
