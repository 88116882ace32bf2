//! What can go wrong with a call.

mod advice;
mod kind;
mod scrub;

use std::{fmt, sync::Arc, time::Duration};

use doku_types::{
    code::GatewayCode,
    error::ApiError,
    validate::{Fault, ParseError},
};
use http::StatusCode;

use crate::{
    body::BoxError,
    transport::{TransportError, TransportErrorKind},
};

pub use kind::ErrorKind;
pub(crate) use scrub::scrub;

/// Why a call failed: [what sort of failure](Self::kind), whether [it may have been carried
/// out](Self::outcome_unknown) all the same, whether [another try](Self::is_retryable) may help, what
/// DOKU said and [what to do](Self::advice). Cheap to clone.
///
/// Neither `Display` nor `Debug` nor an accessor shows a secret or personal data of the request. In
/// DOKU's texts e-mail addresses and runs of 16 digits or more are blotted out, and the key and the
/// token of the call.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use doku_mock::MockDoku;
/// use doku_partner::{Credentials, Environment, ErrorKind, PartnerClient};
/// use doku_types::partner::requirements::RequirementsQuery;
///
/// let mock = MockDoku::start().await;
/// let environment = Environment::custom(mock.base_url()).unwrap();
/// let client_id = mock.credentials().client_id.clone();
/// let client = PartnerClient::builder(environment, Credentials::new(client_id, "SK-other")).build();
///
/// let error = client.check_requirements(&RequirementsQuery::personal()).await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Signature);
/// assert!(error.advice().unwrap().contains("secret key"));
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    operation: &'static str,
    cause: Cause,
    request_id: Option<String>,
    attempts: u32,
    unanswered: bool,
    outcome_unknown: bool,
    settled: bool,
    retry_after: Option<Duration>,
    assumptions: Vec<&'static str>,
}

/// What happened last.
#[derive(Clone)]
pub(crate) enum Cause {
    /// It could not be made.
    Request(Arc<dyn std::error::Error + Send + Sync>),
    /// It was not sent: these faults were found before.
    Faults(Vec<Fault>),
    /// No usable answer.
    Transport(Arc<TransportError>),
    /// DOKU's words.
    Refused(StatusCode, ApiError),
    /// An answer in none of DOKU's formats.
    Decode(StatusCode, Option<ParseError>),
    /// An answer that has no right signature.
    Reply(StatusCode, String),
    /// The state of an onboarding could not be saved, or does not fit.
    State(Arc<dyn std::error::Error + Send + Sync>),
}

impl Cause {
    pub(crate) fn request(error: impl Into<BoxError>) -> Self {
        Self::Request(error.into().into())
    }

    pub(crate) fn state(error: impl Into<BoxError>) -> Self {
        Self::State(error.into().into())
    }
}

impl Error {
    /// Of an operation, without more.
    pub(crate) fn new(operation: &'static str, cause: Cause) -> Self {
        Self(Arc::new(Inner {
            operation,
            cause,
            request_id: None,
            attempts: 0,
            unanswered: false,
            outcome_unknown: false,
            settled: false,
            retry_after: None,
            assumptions: Vec::new(),
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// After so many attempts under this Request-Id.
    pub(crate) fn sent(self, request_id: Option<String>, attempts: u32) -> Self {
        self.with(|inner| (inner.request_id, inner.attempts) = (request_id, attempts))
    }

    /// Whether an attempt that may have arrived was not answered, and whether it is unknown if the
    /// request was carried out.
    pub(crate) fn unknown(self, unanswered: bool, outcome_unknown: bool) -> Self {
        self.with(|inner| (inner.unanswered, inner.outcome_unknown) = (unanswered, outcome_unknown))
    }

    /// Of a call after another under this Request-Id, which may have been carried out.
    pub(crate) fn still_unknown(self, request_id: String) -> Self {
        self.with(|inner| {
            inner.outcome_unknown = true;
            inner.request_id.get_or_insert(request_id);
        })
    }

    /// Whether DOKU's business refused it, and with it whatever went before under its Request-Id.
    pub(crate) fn settled(self, settled: bool) -> Self {
        self.with(|inner| inner.settled = settled)
    }

    pub(crate) fn retry_at_earliest_in(self, wait: Option<Duration>) -> Self {
        self.with(|inner| inner.retry_after = wait)
    }

    /// Those of the operation.
    pub(crate) fn standing_on(self, assumptions: &'static [&'static str]) -> Self {
        self.with(|inner| inner.assumptions.extend(assumptions))
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> ErrorKind {
        if self.0.unanswered && self.0.outcome_unknown {
            return ErrorKind::Ambiguous;
        }
        match &self.0.cause {
            Cause::Request(_) => ErrorKind::Request,
            Cause::Faults(_) => ErrorKind::Validation,
            Cause::Transport(error) => match error.kind() {
                TransportErrorKind::Timeout => ErrorKind::Timeout,
                TransportErrorKind::Body => ErrorKind::Request,
                _ => ErrorKind::Transport,
            },
            Cause::Refused(status, error) => ErrorKind::of_refusal(*status, error),
            Cause::Decode(status, _) => ErrorKind::of_unreadable(*status),
            Cause::Reply(..) => ErrorKind::ReplySignature,
            Cause::State(_) => ErrorKind::State,
        }
    }

    /// Whether the same request may succeed later: under [the same Request-Id](Self::request_id), by
    /// [`PartnerClient::call_as`](crate::PartnerClient::call_as), so that it is not done twice.
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            // Refused here: the same again would be refused again.
            _ if matches!(self.0.cause, Cause::State(_)) => false,
            ErrorKind::Transport => {
                !matches!(&self.0.cause, Cause::Transport(error) if error.kind() == TransportErrorKind::TooLarge)
            }
            // Asked again, DOKU answers as it did then, or what it does by then.
            ErrorKind::Conflict | ErrorKind::Decode | ErrorKind::ReplySignature => {
                self.0.outcome_unknown
            }
            kind => matches!(
                kind,
                ErrorKind::Timeout
                    | ErrorKind::RateLimited
                    | ErrorKind::Server
                    | ErrorKind::Ambiguous
            ),
        }
    }

    /// Whether a registration, invitation or update may have been carried out although the call failed.
    /// Look for it at DOKU by the [Request-Id](Self::request_id), or call again under that id within 24
    /// hours (A13); do not send it under another.
    pub fn outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    /// Whether nothing under its Request-Id was carried out, not even by an earlier call whose outcome
    /// was unknown: then it takes the refusal of DOKU's business, which knows the id (A13).
    pub(crate) fn settles(&self, earlier_call: bool) -> bool {
        !self.0.outcome_unknown && (self.0.settled || !earlier_call)
    }

    /// DOKU's name of the operation.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// Of the request. An upload has none, nor has what failed before it was made.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How often it was sent; 0 if nothing was.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Of the last answer.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.cause {
            Cause::Refused(status, _) | Cause::Decode(status, _) | Cause::Reply(status, _) => {
                Some(*status)
            }
            _ => None,
        }
    }

    /// What DOKU said, without e-mail addresses, long numbers, the key and the token.
    pub fn api_error(&self) -> Option<&ApiError> {
        match &self.0.cause {
            Cause::Refused(_, error) => Some(error),
            _ => None,
        }
    }

    /// What was found wrong here, before anything was sent.
    pub fn faults(&self) -> &[Fault] {
        match &self.0.cause {
            Cause::Faults(faults) => faults,
            _ => &[],
        }
    }

    /// What is at fault, as JSON pointers such as `/business/name`: of the [faults](Self::faults) found
    /// here, or named in DOKU's texts (A10).
    pub fn pointers(&self) -> Vec<&str> {
        let texts = match self.api_error() {
            Some(ApiError::Business(texts)) => texts.as_slice(),
            _ => &[],
        };
        let named = texts.iter().flat_map(|text| text.split_whitespace());
        let named = named.map(|word| word.trim_end_matches([',', ';', ':', '.']));
        let named = named.filter(|word| word.starts_with('/') && word.len() > 1);
        self.0.faults_pointers().chain(named).collect()
    }

    /// How long the host asked to wait before another try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The assumptions of the [ledger](doku_types::evidence) that the operation and this failure's
    /// reading stand on: where to look first if the failure makes no sense.
    pub fn assumptions(&self) -> Vec<&'static str> {
        let mut ids = self.0.assumptions.clone();
        ids.extend(self.faults().iter().map(|fault| fault.evidence).filter(|id| is_assumed(id)));
        ids.extend(match &self.0.cause {
            Cause::Refused(status, ApiError::Gateway { code, .. }) => match code {
                GatewayCode::InvalidToken => &["A11"][..],
                GatewayCode::IdempotentRequest => &["A13"],
                _ if *status == StatusCode::UNAUTHORIZED => &["A11"],
                _ => &["A10"],
            },
            Cause::Refused(StatusCode::NOT_FOUND, ApiError::Business(_)) => &["A12"],
            // An id that DOKU does not know is named by its path.
            Cause::Refused(..) if self.pointers().iter().any(|at| at.ends_with("/id")) => {
                &["A10", "A12"]
            }
            Cause::Refused(..) => &["A10"],
            Cause::Reply(..) => &["A14", "A40"],
            _ => &[],
        });
        if self.0.outcome_unknown {
            ids.extend(["A13", "A49"]);
        }
        if self.0.retry_after.is_some() {
            ids.push("A50");
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

impl Inner {
    fn faults_pointers(&self) -> impl Iterator<Item = &str> {
        let faults = match &self.cause {
            Cause::Faults(faults) => faults.as_slice(),
            _ => &[],
        };
        faults.iter().map(|fault| fault.pointer.as_str())
    }
}

fn is_assumed(id: &str) -> bool {
    use doku_types::evidence::{Evidence, entry};
    entry(id).is_some_and(|entry| entry.evidence == Evidence::Assumed)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.0.operation)?;
        if self.0.outcome_unknown {
            f.write_str("sent, and it is not known whether it was carried out: ")?;
        }
        match &self.0.cause {
            Cause::Request(error) => write!(f, "the request could not be made: {error}")?,
            Cause::Faults(faults) => {
                f.write_str("not sent: ")?;
                for (index, fault) in faults.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "; " };
                    write!(f, "{comma}{fault}")?;
                }
            }
            Cause::Transport(error) => write!(f, "{error}")?,
            Cause::Refused(status, error) => {
                write!(f, "DOKU refused with HTTP {}: {error}", status.as_u16())?;
            }
            Cause::Decode(status, error) => {
                let status = status.as_u16();
                write!(f, "HTTP {status} with a body that is in none of DOKU's formats")?;
                if let Some(error) = error {
                    write!(f, ": {error}")?;
                }
            }
            Cause::Reply(_, why) => write!(f, "the answer is not to be believed: {why}")?,
            Cause::State(error) => write!(f, "{error}")?,
        }
        match (&self.0.request_id, self.0.attempts) {
            (Some(id), 0 | 1) => write!(f, " (Request-Id {id})"),
            (Some(id), attempts) => write!(f, " (Request-Id {id}, {attempts} attempts)"),
            (None, 0 | 1) => Ok(()),
            (None, attempts) => write!(f, " ({attempts} attempts)"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("outcome_unknown", &self.0.outcome_unknown)
            .field("message", &self.to_string())
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.cause {
            Cause::Request(error) | Cause::State(error) => Some(&**error),
            // Its text is in this one's.
            Cause::Transport(error) => error.source(),
            Cause::Decode(_, Some(error)) => Some(error),
            _ => None,
        }
    }
}
