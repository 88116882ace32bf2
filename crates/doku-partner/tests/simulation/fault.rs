//! What can go wrong, each with the name that it is counted under.

use http::Method;

/// An operation, as the transport sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Call {
    Requirements,
    Token,
    Upload,
    Register,
    Look,
    Update,
}

impl Call {
    pub(crate) const ALL: [Self; 6] =
        [Self::Requirements, Self::Token, Self::Upload, Self::Register, Self::Look, Self::Update];

    pub(crate) fn of(method: &Method, path: &str) -> Self {
        let last = path.rsplit('/').next().unwrap_or_default();
        match (method.as_str(), last) {
            ("GET", "file") => Self::Requirements,
            ("POST", "token") => Self::Token,
            ("POST", "file") => Self::Upload,
            ("POST", "business") => Self::Register,
            ("GET", _) => Self::Look,
            ("PUT", _) => Self::Update,
            _ => panic!("no operation of an onboarding: {method} {path}"),
        }
    }

    /// Whether it makes or changes a business.
    pub(crate) fn changes(self) -> bool {
        matches!(self, Self::Register | Self::Update)
    }

    fn reads(self) -> bool {
        matches!(self, Self::Requirements | Self::Look)
    }
}

/// What happens to one request or its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    ConnectionRefused,
    LostBeforeItArrived,
    AnswerLost,
    AnswerTimedOut,
    /// It arrives after so many other requests, long given up.
    ArrivesLate(u32),
    AnswerTruncated,
    ErrorBefore(u16),
    ErrorAfter(u16),
    TooManyRequests,
    /// A proxy's page in place of the request or of the answer.
    PageBefore(u16),
    PageAfter(u16),
    RefusedByTheGateway,
    WrongSignature,
    NoSignature,
    AnswerToAnother,
    TokenRefused,
    CrashBefore,
    /// The client is gone, its request is not.
    CrashInFlight(u32),
    /// The answer comes to nobody.
    CrashAfter,
}

impl Fault {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ConnectionRefused => "fault: connection refused",
            Self::LostBeforeItArrived => "fault: request lost before it arrived",
            Self::AnswerLost => "fault: answer lost",
            Self::AnswerTimedOut => "fault: answer timed out",
            Self::ArrivesLate(_) => "fault: request given up arrives late",
            Self::AnswerTruncated => "fault: answer truncated",
            Self::ErrorBefore(_) => "fault: 5xx before the effect",
            Self::ErrorAfter(_) => "fault: 5xx after the effect",
            Self::TooManyRequests => "fault: 429 with Retry-After",
            Self::PageBefore(_) => "fault: a proxy's page before the effect",
            Self::PageAfter(_) => "fault: a proxy's page after the effect",
            Self::RefusedByTheGateway => "fault: refused by the gateway",
            Self::WrongSignature => "fault: answer wrongly signed",
            Self::NoSignature => "fault: answer not signed",
            Self::AnswerToAnother => "fault: answer to another request",
            Self::TokenRefused => "fault: token refused",
            Self::CrashBefore => "crash: before a request",
            Self::CrashInFlight(_) => "crash: with a request under way",
            Self::CrashAfter => "crash: before an answer",
        }
    }

    pub(crate) fn is_crash(self) -> bool {
        matches!(self, Self::CrashBefore | Self::CrashInFlight(_) | Self::CrashAfter)
    }

    /// One that can strike this call.
    pub(crate) fn draw(call: Call, random: &mut fastrand::Rng) -> Self {
        let server_error = [500, 502, 503][random.usize(..3)];
        let later = random.u32(1..6);
        let mut all = vec![
            Self::ConnectionRefused,
            Self::LostBeforeItArrived,
            Self::AnswerLost,
            Self::AnswerTimedOut,
            Self::AnswerTruncated,
            Self::ErrorBefore(server_error),
            Self::ErrorAfter(server_error),
            Self::TooManyRequests,
            Self::PageBefore([200, 403, 502][random.usize(..3)]),
            Self::PageAfter([200, 403, 502, 504][random.usize(..4)]),
            Self::RefusedByTheGateway,
            Self::CrashBefore,
            Self::CrashAfter,
        ];
        if call == Call::Upload {
            all.extend([Self::TokenRefused; 2]);
        } else {
            all.extend([Self::WrongSignature, Self::NoSignature, Self::AnswerToAnother]);
        }
        if !call.reads() {
            all.extend([Self::ArrivesLate(later), Self::CrashInFlight(later)]);
        }
        if call.changes() {
            all.extend([Self::CrashBefore, Self::CrashInFlight(later), Self::CrashAfter]);
        }
        all[random.usize(..all.len())]
    }
}

/// What happens to the state on its way to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SaveFault {
    Fails,
    /// It is on the disk, and the answer of the database is lost.
    FailsButIsStored,
    CrashBefore,
    CrashAfter,
}

impl SaveFault {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fails => "fault: a save fails",
            Self::FailsButIsStored => "fault: a save fails and is stored all the same",
            Self::CrashBefore => "crash: before a save",
            Self::CrashAfter => "crash: after a save",
        }
    }

    pub(crate) fn draw(random: &mut fastrand::Rng) -> Self {
        let all = [Self::Fails, Self::FailsButIsStored, Self::CrashBefore, Self::CrashAfter];
        all[random.usize(..all.len())]
    }
}

/// What happens to a callback that reaches the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeliveryFault {
    /// Answered 500: it comes again later.
    Refused,
    /// Taken, and answered 500 all the same: it comes twice.
    RefusedThoughTaken,
    /// Acknowledged, and gone before it was handed over.
    LostOnceAcknowledged,
}

impl DeliveryFault {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Refused => "callback: answered 500",
            Self::RefusedThoughTaken => "callback: taken and answered 500",
            Self::LostOnceAcknowledged => "callback: lost once acknowledged",
        }
    }

    pub(crate) fn draw(random: &mut fastrand::Rng) -> Self {
        let all = [Self::Refused, Self::RefusedThoughTaken, Self::LostOnceAcknowledged];
        all[random.usize(..all.len())]
    }
}
