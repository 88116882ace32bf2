//! How long an exchange may take.

use std::time::Duration;

/// How long one attempt may take; not the call with its retries, which has
/// [a budget](crate::RetryPolicy::budget).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    pub(super) connect: Duration,
    pub(super) read: Duration,
    pub(super) total: Duration,
}

impl Timeouts {
    /// 5 s to connect, 30 s without a byte in either direction, 60 s in all.
    pub fn new() -> Self {
        Self { connect: CONNECT, read: READ, total: TOTAL }
    }

    /// To connect, through a proxy and with TLS where there are such.
    pub fn connect(mut self, time: Duration) -> Self {
        self.connect = time;
        self
    }

    /// Without progress: nothing of the body taken by the connection, no head and no further piece of the
    /// answer come.
    pub fn read(mut self, time: Duration) -> Self {
        self.read = time;
        self
    }

    /// From the beginning to the end of the answer. For each 64 KiB of a request's body a second is
    /// added, so that a large file has its time on a slow line.
    pub fn total(mut self, time: Duration) -> Self {
        self.total = time;
        self
    }

    /// In all, for a body of this length.
    pub(super) fn total_for(&self, length: u64) -> Duration {
        self.total.saturating_add(Duration::from_secs(length / (64 << 10)))
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::new()
    }
}

const CONNECT: Duration = Duration::from_secs(5);
const READ: Duration = Duration::from_secs(30);
const TOTAL: Duration = Duration::from_secs(60);
