//! A diagnosis as people and programs see it.

use doku_signing::diagnose::{Difference, Mistake};
use http::Uri;
use schemars::JsonSchema;
use serde::Serialize;

use super::mask::Mask;
use crate::explanation::{Explanation, ToSign};

/// Why a request was refused.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Diagnosis {
    /// What was done wrong, by names for machines.
    pub(crate) codes: Vec<&'static str>,
    /// What to do, in a sentence or two.
    pub(crate) summary: String,
    /// What the mistakes in a signature are; none where no known one explains it, or it is not that.
    pub(crate) mistakes: Vec<Advice>,
    /// What was to be signed; null if the signature was not looked into.
    pub(crate) to_sign: Option<ShownToSign>,
    /// All of it for people, in several lines.
    pub(crate) text: String,
}

/// A mistake in a signature.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Advice {
    /// Its name for machines, which is one of the codes.
    pub(crate) code: &'static str,
    /// What was done, and what to do instead.
    pub(crate) advice: &'static str,
}

/// What was to be signed, and what was instead.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ToSign")]
pub(crate) struct ShownToSign {
    /// The string that should have been signed.
    pub(crate) right: String,
    /// The string that was signed; null if that is not known.
    pub(crate) signed: Option<String>,
    /// Where the two first differ; null if they do not, or that is not known. What is masked counts as it
    /// was.
    pub(crate) difference: Option<Place>,
    /// Where the body that was hashed first differs from the one that was sent; null if it does not, or that
    /// is not known.
    pub(crate) body_difference: Option<Place>,
}

/// The first byte in which two texts differ.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Place {
    /// Its place, in bytes from 0.
    pub(crate) offset: usize,
    /// The line it is in, from 1.
    pub(crate) line: usize,
    /// Its place in the line, in bytes from 1.
    pub(crate) column: usize,
    /// What should stand there: of a string to sign an excerpt in quotes, of a body the kind of character.
    pub(crate) right: String,
    /// What stands there, written alike.
    pub(crate) signed: String,
}

impl Diagnosis {
    /// Of a request to this target.
    pub(crate) fn of(explanation: &Explanation, mask: &Mask<'_>, target: &Uri) -> Self {
        let known = |code: &&'static str| {
            let mistake = Mistake::ALL.iter().find(|mistake| mistake.code() == *code)?;
            Some(Advice { code: mistake.code(), advice: mistake.advice() })
        };
        let to_sign = explanation.to_sign.as_deref();
        Self {
            codes: explanation.codes.clone(),
            summary: mask.diagnosis(&explanation.summary, target),
            mistakes: explanation.codes.iter().filter_map(known).collect(),
            to_sign: to_sign.map(|to_sign| ShownToSign::of(to_sign, mask, target)),
            text: mask.diagnosis(&explanation.text, target),
        }
    }
}

impl ShownToSign {
    fn of(to_sign: &ToSign, mask: &Mask<'_>, target: &Uri) -> Self {
        let place = |difference: &Difference| Place {
            offset: difference.offset(),
            line: difference.line(),
            column: difference.column(),
            right: mask.diagnosis(difference.right(), target),
            signed: mask.diagnosis(difference.signed(), target),
        };
        Self {
            right: mask.diagnosis(&to_sign.right, target),
            signed: to_sign.signed.as_deref().map(|signed| mask.diagnosis(signed, target)),
            difference: to_sign.difference.as_ref().map(place),
            body_difference: to_sign.body_difference.as_ref().map(place),
        }
    }
}

/// The first sentence of what to do, in one line.
pub(crate) fn brief(explanation: &Explanation, mask: &Mask<'_>, target: &Uri) -> String {
    let first = explanation.codes.first();
    let mistake = Mistake::ALL.iter().find(|mistake| Some(&mistake.code()) == first);
    let text = match mistake {
        Some(mistake) => mistake.advice().to_owned(),
        None => mask.diagnosis(&explanation.summary, target),
    };
    match text.find(". ") {
        Some(end) => text[..=end].to_owned(),
        None => text,
    }
}
