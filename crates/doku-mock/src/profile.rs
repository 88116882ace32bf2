//! How much the mock asks of a request.

use std::str::FromStr;

use doku_types::validate::{Fault, FaultKind, ParseError};

use crate::{operation::unreadable, reply::Reply};

/// How much the mock asks of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// Refuses what DOKU's pages refuse. What only an assumption demands of a registration's fields
    /// (A22, A26, A34) passes, and is named in `Doku-Mock-Assumptions`.
    #[default]
    Documented,
    /// Refuses every fault, and every field that no page knows.
    Strict,
}

/// What is no profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a profile: give documented or strict")]
#[non_exhaustive]
pub struct ProfileError;

impl FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        match text {
            "documented" => Ok(Self::Documented),
            "strict" => Ok(Self::Strict),
            _ => Err(ProfileError),
        }
    }
}

/// Reads a body with its faults.
type Examine<T> = fn(&[u8]) -> Result<(T, Vec<Fault>), ParseError>;

impl Profile {
    /// Reads a request's body by this profile, and says which assumptions it does not meet.
    ///
    /// # Errors
    /// The refusal.
    pub(crate) fn read<T>(
        self,
        body: &[u8],
        examine: Examine<T>,
        unknown: fn(&[u8]) -> Vec<Fault>,
    ) -> Result<(T, Vec<&'static str>), Reply> {
        let (read, mut faults) = examine(body).map_err(|error| {
            // What made it unreadable, without what would have passed.
            let refusal = self.sift(error.faults().to_vec()).err();
            refusal.unwrap_or_else(|| unreadable(&error))
        })?;
        if self == Self::Strict {
            faults.extend(unknown(body));
        }
        Ok((read, self.sift(faults)?))
    }

    /// What of these faults is waived, by the assumptions behind them.
    ///
    /// # Errors
    /// The refusal, if not all of them are.
    pub(crate) fn sift(self, faults: Vec<Fault>) -> Result<Vec<&'static str>, Reply> {
        let (waived, refused): (Vec<_>, Vec<_>) =
            faults.into_iter().partition(|fault| self.waives(fault));
        let waived: Vec<_> = waived.iter().map(|fault| fault.evidence).collect();
        if refused.is_empty() {
            return Ok(waived);
        }
        let mut refusal = Reply::faults(&refused);
        refusal.assumptions.extend(waived);
        Err(refusal)
    }

    fn waives(self, fault: &Fault) -> bool {
        self == Self::Documented
            && WAIVED.contains(&fault.evidence)
            && fault.kind != FaultKind::WrongType
    }
}

/// The assumptions about what is mandatory where DOKU's table is cut off, and in which form.
const WAIVED: [&str; 3] = ["A22", "A26", "A34"];
