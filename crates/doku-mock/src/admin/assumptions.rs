//! The evidence ledger: on what the mock stands, and how much of the traffic so far stood on it.

use std::{str::FromStr, sync::Arc};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use doku_types::evidence::{self, Evidence};
use http::Uri;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Operation, one_of};
use crate::{app::App, journal::Stood, reply::Reply};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(
            "/_mock/assumptions",
            "assumptions",
            "Lists the evidence ledger, and on how many replies in the journal each entry has stood",
            list,
        )
        .query::<Evidence>("evidence", "Only what is known like this")
        .gives::<Vec<StoodOn>>(),
    ]
}

/// An entry of the ledger.
#[derive(Serialize, JsonSchema)]
pub(crate) struct StoodOn {
    #[serde(flatten)]
    pub(crate) entry: evidence::Entry,
    /// How many replies that the journal keeps stood on it.
    pub(crate) replies: u64,
    /// The number of the last of them in the journal.
    pub(crate) last_reply: Option<u64>,
}

/// `GET /_mock/assumptions?evidence=assumed`.
async fn list(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let listed = async {
        let kind = one_of(&uri, "evidence", &Kind::ALL.map(|kind| (kind.as_str(), kind)))?;
        Ok(Reply::ok(&assumptions(&app, kind), &[]))
    };
    listed.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// The ledger in its order, all of it or what is known like this.
pub(crate) fn assumptions(app: &App, kind: Option<Kind>) -> Vec<StoodOn> {
    let stood = app.journal.assumptions();
    let entries = evidence::ledger().iter();
    let wanted = entries.filter(|entry| kind.is_none_or(|Kind(kind)| entry.evidence == kind));
    let stood_on = |entry: &evidence::Entry| {
        let Stood { replies, last } = stood.get(entry.id).copied().unwrap_or_default();
        StoodOn { entry: *entry, replies, last_reply: (replies > 0).then_some(last) }
    };
    wanted.map(stood_on).collect()
}

/// How something is known, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind(pub(crate) Evidence);

impl Kind {
    /// Strongest first.
    pub(crate) const ALL: [Self; 4] = [
        Self(Evidence::Documented),
        Self(Evidence::Observed),
        Self(Evidence::SecondHand),
        Self(Evidence::Assumed),
    ];

    /// As it stands in the ledger's JSON.
    pub(crate) fn as_str(self) -> &'static str {
        match self.0 {
            Evidence::Documented => "documented",
            Evidence::Observed => "observed",
            Evidence::SecondHand => "second_hand",
            // The ledger's own list may grow; the test below would tell.
            _ => "assumed",
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_in_the_ledger_is_written_as_in_its_json_and_reads_back() {
        for entry in evidence::ledger() {
            let written = serde_json::to_value(entry.evidence).unwrap();
            let kind = written.as_str().unwrap().parse();
            assert_eq!(kind, Ok(Kind(entry.evidence)), "{}", entry.id);
        }
        assert_eq!("Assumed".parse::<Kind>(), Err(()));
    }
}
