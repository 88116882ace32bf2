//! The evidence ledger: on what each statement about DOKU's wire stands.
//!
//! Code that stands on an assumption names its id (`A16`); a [`Fault`](crate::validate::Fault)
//! carries one; the mock tells per reply which ones it stood on. To correct an assumption, edit
//! its entry here and the code that names its id.
//!
//! ```
//! use doku_types::evidence::{self, Evidence};
//!
//! let entry = evidence::entry("A16").unwrap();
//! assert_eq!(entry.evidence, Evidence::Assumed);
//! ```

mod ledger;

use serde::Serialize;

/// How a fact is known, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Evidence {
    /// On a page of DOKU's documentation.
    Documented,
    /// In a public record of real calls to DOKU (its payment APIs).
    Observed,
    /// In somebody's client code for this API.
    SecondHand,
    /// Nobody says so in public: the project's own choice, by DOKU's conventions.
    Assumed,
}

/// One entry of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Entry {
    /// Short and stable: a page's key (`UPL`), a callback type (`BUSINESS_BANK`) or an assumption's
    /// number (`A16`).
    pub id: &'static str,
    /// How it is known.
    pub evidence: Evidence,
    /// What is stated.
    pub what: &'static str,
    /// Where it comes from: a page of `developers.doku.com`, or what the choice follows.
    pub source: &'static str,
}

/// The whole ledger: what has a source first, then assumptions by number.
pub const fn ledger() -> &'static [Entry] {
    ledger::LEDGER
}

/// The entry called `id`: a page, an assumption, or a callback type by its own text.
pub fn entry(id: &str) -> Option<&'static Entry> {
    ledger().iter().find(|entry| entry.id == id)
}

/// The whole ledger for other programs: a JSON list of objects with `id`, `evidence`, `what` and
/// `source`.
///
/// ```
/// let json = doku_types::evidence::to_json();
/// assert!(json.contains(r#"{"id":"A16","evidence":"assumed""#));
/// ```
pub fn to_json() -> String {
    // Texts and unit variants: writing them cannot fail.
    serde_json::to_string(ledger()).expect("the ledger can be written")
}

#[cfg(all(test, feature = "bodies"))]
mod tests {
    use super::*;
    use crate::{code::CallbackType, partner::endpoint::Endpoint};

    #[test]
    fn every_id_is_there_once_and_assumptions_have_no_gap() {
        for entry in ledger() {
            let same = ledger().iter().filter(|other| other.id == entry.id).count();
            assert_eq!(same, 1, "{}", entry.id);
        }
        let assumptions: Vec<_> = ledger()
            .iter()
            .filter(|entry| entry.evidence == Evidence::Assumed)
            .map(|entry| entry.id)
            .collect();
        let numbered: Vec<_> =
            (1..=assumptions.len()).map(|number| format!("A{number:02}")).collect();
        assert_eq!(assumptions, numbered);
    }

    #[test]
    fn every_operation_and_every_callback_type_has_an_entry() {
        for endpoint in Endpoint::all() {
            assert!(entry(endpoint.evidence()).is_some(), "{endpoint}");
        }
        for callback in CallbackType::all() {
            let entry = entry(callback.as_str()).unwrap_or_else(|| panic!("{callback}"));
            assert_eq!(entry.evidence, Evidence::Documented);
        }
    }
}
