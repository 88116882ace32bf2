//! What became of a request.

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use crate::auth::Asked;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It was carried out.
    Accepted,
    /// Its Request-Id was used before: it got the answer of then, or was refused for that (A13).
    Repeated,
    /// It did not prove whose it is: by its headers, its signature or its bearer.
    NotAuthenticated,
    /// It was refused for what it says.
    Refused,
    /// The mock failed over it.
    Failed,
    /// It went no further than the router, a limit or a fault on demand: nobody looked at whose it is.
    NotChecked,
}

impl Verdict {
    /// Every one of them.
    pub(crate) const ALL: [Self; 6] = [
        Self::Accepted,
        Self::Repeated,
        Self::NotAuthenticated,
        Self::Refused,
        Self::Failed,
        Self::NotChecked,
    ];

    /// As it is told.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Repeated => "repeated",
            Self::NotAuthenticated => "not_authenticated",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::NotChecked => "not_checked",
        }
    }

    pub(super) fn of(asked: Option<&Asked>, status: StatusCode, faults: &[String]) -> Self {
        let Some(asked) = asked else {
            return Self::NotChecked;
        };
        match (&asked.partner, status.as_u16()) {
            (None, _) if asked.explanation.is_some() => Self::NotAuthenticated,
            (None, 400 | 401) if faults.is_empty() => Self::NotAuthenticated,
            (None, _) => Self::NotChecked,
            (Some(_), 200..=299) => Self::Accepted,
            (Some(_), 409) => Self::Repeated,
            (Some(_), 500..) => Self::Failed,
            (Some(_), _) => Self::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_has_one_name() {
        for verdict in Verdict::ALL {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.as_str());
        }
    }
}
