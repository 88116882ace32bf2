//! What a test expects to have happened by the time that it drops the mock.

use std::{fmt, ops::RangeInclusive};

use doku_types::{
    code::{CallbackType, Status},
    partner::endpoint::Endpoint,
};

use crate::{callback::CallbackRecord, journal::Journal};

/// What is expected to have happened when the mock is dropped; if it has not, the drop panics.
///
/// ```
/// use doku_mock::Expectation;
/// use doku_types::{code::{CallbackType, Status}, partner::endpoint::Endpoint};
///
/// let registered = Expectation::request(Endpoint::BusinessRegistration).answered(200).times(1..=2);
/// let approved = Expectation::callback(CallbackType::Business).status(Status::Active);
/// assert_eq!(registered.to_string(), "1 to 2 x request Business Registration answered 200");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expectation {
    what: What,
    times: RangeInclusive<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Request { operation: Endpoint, status: Option<u16> },
    Callback { callback_type: CallbackType, status: Option<Status> },
}

/// How often: a number or a range.
pub trait Times {
    /// As a range.
    fn range(self) -> RangeInclusive<u64>;
}

impl Times for u64 {
    fn range(self) -> RangeInclusive<u64> {
        self..=self
    }
}

impl Times for RangeInclusive<u64> {
    fn range(self) -> RangeInclusive<u64> {
        self
    }
}

impl Expectation {
    /// That an operation was called, whatever the answer; once, unless [`Expectation::times`] says
    /// otherwise.
    pub fn request(operation: Endpoint) -> Self {
        Self { what: What::Request { operation, status: None }, times: 1..=1 }
    }

    /// That a callback of this type was acknowledged; once, unless [`Expectation::times`] says otherwise.
    pub fn callback(callback_type: CallbackType) -> Self {
        Self { what: What::Callback { callback_type, status: None }, times: 1..=1 }
    }

    /// Of a request: answered with this HTTP status. Of a callback this changes nothing.
    #[must_use]
    pub fn answered(mut self, http_status: u16) -> Self {
        if let What::Request { status, .. } = &mut self.what {
            *status = Some(http_status);
        }
        self
    }

    /// Of a callback: with this verdict. Of a request this changes nothing.
    #[must_use]
    pub fn status(mut self, verdict: impl Into<Status>) -> Self {
        if let What::Callback { status, .. } = &mut self.what {
            *status = Some(verdict.into());
        }
        self
    }

    /// How often: `2`, or `0..=1`.
    #[must_use]
    pub fn times(mut self, times: impl Times) -> Self {
        self.times = times.range();
        self
    }

    /// What happened instead, if it was not this.
    pub(crate) fn unmet(&self, journal: &Journal, callbacks: &[CallbackRecord]) -> Option<String> {
        let count = match &self.what {
            What::Request { operation, status } => {
                journal.answered(*operation, |answered| status.is_none_or(|of| of == answered))
            }
            What::Callback { callback_type, status } => callbacks
                .iter()
                .filter(|record| record.state == crate::DeliveryState::Delivered)
                .map(|record| &record.callback)
                .filter(|callback| callback.callback_type == *callback_type)
                .filter(|callback| status.as_ref().is_none_or(|of| *of == callback.status))
                .count() as u64,
        };
        (!self.times.contains(&count)).then(|| format!("expected {self}, seen {count} x"))
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.times.start(), self.times.end()) {
            (least, most) if least == most => write!(f, "{least}")?,
            (least, &u64::MAX) => write!(f, "at least {least}")?,
            (least, most) => write!(f, "{least} to {most}")?,
        }
        match &self.what {
            What::Request { operation, status } => {
                write!(f, " x request {operation}")?;
                status.map_or(Ok(()), |status| write!(f, " answered {status}"))
            }
            What::Callback { callback_type, status } => {
                write!(f, " x acknowledged callback {callback_type}")?;
                status.as_ref().map_or(Ok(()), |status| write!(f, " {status}"))
            }
        }
    }
}
