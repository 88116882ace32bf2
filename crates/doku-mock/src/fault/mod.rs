//! Faults on demand: of callbacks and of replies. What is armed is gone with the process; what it has done
//! to callbacks is stored with them.

mod armed;
mod callback;
mod reply;
mod strike;
mod text;

pub(crate) use armed::Faults;
pub use armed::TooManyFaults;
pub use callback::{CallbackFault, FaultKind};
pub use reply::{ReplyFault, ReplyFaultKind};
pub(crate) use strike::{OverSocket, Skew, Wire, around};
pub use text::FaultError;

/// Something that goes wrong on demand.
///
/// It is written as its kind, then what it is limited to, by semicolon. Durations are `250ms`, `30s`, `1h30m`.
///
/// | kind | what happens |
/// | --- | --- |
/// | `status=503` | this status is answered in DOKU's form and nothing is carried out; with `code=invalid_signature` as the gateway's refusal, with `retry-after=5s` the header |
/// | `delay=2s` | the operation begins so much later, by the machine's clock |
/// | `drip=100ms` | the reply comes byte by byte with this pause; with `bytes=16` so many at once |
/// | `truncate`, `truncate=10` | the connection closes after half the body, or so many bytes of it |
/// | `wrong-length`, `wrong-length=-5` | `Content-Length` is one too long, or this much off |
/// | `reset.before` | the connection is reset, nothing is carried out |
/// | `reset.after` | the request is carried out, then the connection is reset |
/// | `unsigned` | the reply has no signature headers |
/// | `wrong-signature` | the reply's signature is not the right one |
/// | `skew=2h`, `skew=-90m` | the mock's clock is so much ahead or behind, as the caller sees it |
/// | `callback.duplicate`, `callback.reorder`, `callback.drop`, `callback.delay=30m` | see [`FaultKind`]; limited by `type=BRAND` and `times=1` alone |
///
/// | limit | which exchanges |
/// | --- | --- |
/// | `operation=business-registration` | of this operation |
/// | `partner=BRN-…` | of this partner, as the request names it |
/// | `nth=2` | from the second of them on |
/// | `times=1` | so many times, then no more |
/// | `probability=0.1` | each with this probability, by the mock's seed |
///
/// ```
/// use doku_mock::Fault;
///
/// let fault: Fault = "reset.after; operation=Business Registration; nth=2; times=1".parse().unwrap();
/// assert_eq!(fault.to_string(), "reset.after;operation=business-registration;nth=2;times=1");
/// assert!("explode".parse::<Fault>().unwrap_err().to_string().contains("reset.before"));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Of callbacks.
    Callback(CallbackFault),
    /// Of replies.
    Reply(ReplyFault),
}

impl Fault {
    /// How many times it has happened.
    pub fn happened(&self) -> u32 {
        match self {
            Self::Callback(fault) => fault.happened,
            Self::Reply(fault) => fault.happened,
        }
    }

    /// How many times more it can happen; without end if `None`.
    pub(crate) fn remaining(&self) -> Option<u32> {
        match self {
            Self::Callback(fault) => fault.times,
            Self::Reply(fault) => fault.remaining(),
        }
    }

    /// The text that arms the same again, whatever has happened.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Callback(fault) => fault.anew().to_string(),
            Self::Reply(fault) => fault.to_string(),
        }
    }

    /// Its kind, as its text begins.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Callback(fault) => fault.kind.name(),
            Self::Reply(fault) => fault.kind.name(),
        }
    }
}

impl From<CallbackFault> for Fault {
    fn from(fault: CallbackFault) -> Self {
        Self::Callback(fault)
    }
}

impl From<ReplyFault> for Fault {
    fn from(fault: ReplyFault) -> Self {
        Self::Reply(fault)
    }
}

/// Rides on a response to the journal: the faults on demand that struck its exchange, as text.
#[derive(Debug, Clone)]
pub(crate) struct Struck(pub(crate) Vec<String>);
