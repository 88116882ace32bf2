//! Replies that are other than they should be, late, or do not come.

use std::time::Duration;

use doku_types::{ClientId, code::GatewayCode, partner::endpoint::Endpoint};
use http::StatusCode;

/// What goes wrong with exchanges of DOKU's surface from now on. Of several that would do the same to one
/// exchange, such as two statuses, the one armed first strikes. Nothing of it touches `/_mock/`.
///
/// ```
/// use doku_mock::{ReplyFault, ReplyFaultKind};
/// use doku_types::partner::endpoint::Endpoint;
///
/// let lost = ReplyFault::new(ReplyFaultKind::ResetAfter)
///     .of(Endpoint::BusinessRegistration)
///     .nth(2)
///     .times(1);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ReplyFault {
    /// What happens.
    pub kind: ReplyFaultKind,
    /// To which operation; to any without it.
    pub operation: Option<Endpoint>,
    /// To whom, by the `Client-Id` that a request names or the bearer that it carries; to anybody
    /// without it.
    pub partner: Option<ClientId>,
    /// From which call on, counted from 1 among those that the above says; from the first without it.
    pub nth: Option<u32>,
    /// How many times in all; without end without it.
    pub times: Option<u32>,
    /// How probable it is for each call from the `nth` on, from 0 to 1; certain without it.
    pub probability: Option<f64>,
    /// How many times it has happened.
    pub happened: u32,
}

/// What happens to an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyFaultKind {
    /// This status is answered, and nothing is carried out or even checked.
    Status {
        /// From 400 to 599.
        status: StatusCode,
        /// The code of the gateway's form, which is unsigned. Without it it is the business's form, signed
        /// where the request names a partner.
        code: Option<GatewayCode>,
        /// The header `Retry-After`, in whole seconds.
        retry_after: Option<Duration>,
    },
    /// The operation begins so much later, by the machine's clock, at most ten minutes; who leaves meanwhile
    /// may find it carried out all the same.
    Delay(Duration),
    /// Head and body of the reply are sent so many bytes at once, with this pause. Needs a socket.
    Drip {
        /// At least 1.
        bytes: u32,
        /// At most ten minutes.
        pause: Duration,
    },
    /// The connection is closed after so many bytes of the body, or half of them; at least one is missing.
    /// Needs a socket.
    Truncate(Option<u32>),
    /// `Content-Length` is so many bytes too long, and the connection is closed at the body's end; or, if
    /// negative, too short, and what is beyond is not sent. Needs a socket.
    WrongLength(i32),
    /// The request is read, nothing is carried out, and the connection is reset. Needs a socket.
    ResetBefore,
    /// The request is carried out, its callbacks go out, and the connection is reset without a reply. Needs
    /// a socket.
    ResetAfter,
    /// The reply comes without the headers of its signature. Only what would be signed is struck.
    Unsigned,
    /// The signature is one that no key makes of this reply. Only what would be signed is struck.
    WrongSignature,
    /// The mock's clock is so many seconds ahead, or if negative behind, as the caller sees it: in
    /// `Response-Timestamp`, in `Date` (A50), and where it judges `Request-Timestamp`.
    Skew(i32),
}

impl ReplyFault {
    /// Of every exchange, without end.
    pub fn new(kind: ReplyFaultKind) -> Self {
        let (operation, partner, nth, times, probability) = (None, None, None, None, None);
        Self { kind, operation, partner, nth, times, probability, happened: 0 }
    }

    /// Of this operation alone.
    #[must_use]
    pub fn of(mut self, operation: Endpoint) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Of this partner alone.
    #[must_use]
    pub fn partner(mut self, partner: impl Into<ClientId>) -> Self {
        self.partner = Some(partner.into());
        self
    }

    /// From the nth call on, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: u32) -> Self {
        self.nth = Some(nth);
        self
    }

    /// So many times, then no more.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Each time with this probability, from 0 to 1, by the mock's seed.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self
    }

    /// How many times more it can happen; without end if `None`.
    pub fn remaining(&self) -> Option<u32> {
        self.times.map(|times| times.saturating_sub(self.happened))
    }
}

/// What a fault does to an exchange; only one does each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Clock,
    Start,
    Answer,
    Signature,
    Pace,
    End,
}

impl ReplyFaultKind {
    /// This status in the business's form.
    pub fn status(status: StatusCode) -> Self {
        Self::Status { status, code: None, retry_after: None }
    }

    /// As it is named in texts and counted by.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Delay(_) => "delay",
            Self::Drip { .. } => "drip",
            Self::Truncate(_) => "truncate",
            Self::WrongLength(_) => "wrong-length",
            Self::ResetBefore => "reset.before",
            Self::ResetAfter => "reset.after",
            Self::Unsigned => "unsigned",
            Self::WrongSignature => "wrong-signature",
            Self::Skew(_) => "skew",
        }
    }

    pub(super) const fn part(&self) -> Part {
        match self {
            Self::Skew(_) => Part::Clock,
            Self::Delay(_) => Part::Start,
            Self::Status { .. } | Self::ResetBefore => Part::Answer,
            Self::Unsigned | Self::WrongSignature => Part::Signature,
            Self::Drip { .. } => Part::Pace,
            Self::Truncate(_) | Self::WrongLength(_) | Self::ResetAfter => Part::End,
        }
    }

    /// Whether it happens to the connection rather than to the reply.
    pub(super) const fn needs_socket(&self) -> bool {
        matches!(self.part(), Part::Pace | Part::End) || matches!(self, Self::ResetBefore)
    }
}
