//! The strings to sign, as far as they are kept.

use doku_signing::diagnose::{Difference, Report};

/// What was to be signed, and what was instead, as far as that is known. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToSign {
    /// The string that should have been signed.
    pub right: String,
    /// The string that was signed, where it is known.
    pub signed: Option<String>,
    /// Where the two first differ, if they do: not where only the key is at fault, or how the signature is
    /// written.
    pub difference: Option<Difference>,
    /// Where the body that was hashed first differs from the one that was sent, if it does.
    pub body_difference: Option<Difference>,
}

impl ToSign {
    /// Of a report; `None` if it is too long to be kept.
    pub(crate) fn of(report: &Report) -> Option<Box<Self>> {
        let signed = report.signed();
        if report.right().len() + signed.map_or(0, str::len) > MAX_LENGTH {
            return None;
        }
        Some(Box::new(Self {
            right: report.right().to_owned(),
            signed: signed.map(str::to_owned),
            difference: report.difference().cloned(),
            body_difference: report.body_difference().cloned(),
        }))
    }

    /// How much memory it takes, in bytes, but for what an allocator adds.
    pub(super) fn size(&self) -> usize {
        let differences = [&self.difference, &self.body_difference].into_iter().flatten();
        let excerpts = differences.map(|of| of.right().len() + of.signed().len());
        let strings = self.right.len() + self.signed.as_ref().map_or(0, String::len);
        size_of::<Self>() + strings + excerpts.sum::<usize>()
    }
}

/// The longest that both strings together may be, in bytes: twice the longest target that is examined, and
/// what stands around it.
const MAX_LENGTH: usize = 16 << 10;
