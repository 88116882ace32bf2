//! What became of a merchant: a line of the result.

use std::io;

use doku_partner::onboarding::{OnboardingState, Verdict};

use crate::{host::Failure, merchant::Merchant};

/// A line, whose fields are the columns.
#[derive(serde::Serialize)]
pub(crate) struct Outcome {
    pub(crate) name: String,
    business: String,
    brand: String,
    pub(crate) status: Status,
    /// Why it was rejected and how to mend it, or why there is no verdict.
    pub(crate) reasons: String,
}

/// From the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    Active,
    Rejected,
    /// Run it again later.
    Pending,
    /// Run it again once what the reason says is mended.
    Failed,
}

impl Outcome {
    pub(crate) fn new(
        merchant: &Merchant,
        state: Option<&OnboardingState>,
        came: Result<Verdict, Failure>,
    ) -> Self {
        let (status, reasons) = match came {
            Ok(Verdict::Active(_)) => (Status::Active, String::new()),
            Ok(Verdict::Rejected { rejections, .. }) => {
                let reasons: Vec<_> = rejections.iter().map(ToString::to_string).collect();
                (Status::Rejected, reasons.join(" | "))
            }
            Ok(_) => (Status::Pending, "no verdict yet".to_owned()),
            Err(error) => (Status::Failed, error.to_string()),
        };
        let business = state.and_then(OnboardingState::business);
        let brand = state.and_then(OnboardingState::brand);
        Self {
            name: merchant.name.clone(),
            business: business.map(ToString::to_string).unwrap_or_default(),
            brand: brand.map(ToString::to_string).unwrap_or_default(),
            status,
            reasons,
        }
    }

    /// Whoever reads along sees each line when it comes.
    pub(crate) fn write<W: io::Write>(&self, lines: &mut csv::Writer<W>) -> Result<(), Failure> {
        lines.serialize(self)?;
        Ok(lines.flush()?)
    }
}
