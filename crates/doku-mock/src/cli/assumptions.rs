//! `doku-mock assumptions`: what the mock stands on.

use http::Method;
use serde::Deserialize;

use super::{
    Failure,
    client::Target,
    table::{count, table, visible},
};

/// Lists what the mock assumes where DOKU's documentation is silent.
///
/// The header Doku-Mock-Assumptions of a reply names these by their ids. With --all also what is documented, observed
/// or known at second hand, by the page it stands on. REPLIES says how many of the replies in the journal stood on it.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock assumptions\n  doku-mock assumptions A14 A23\n  doku-mock assumptions --all --json"
)]
pub(super) struct Options {
    /// Only these, such as A14, with their sources.
    #[arg(value_name = "ID", conflicts_with = "all")]
    ids: Vec<String>,
    /// The whole ledger. What --json prints is always the whole.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    evidence: String,
    what: String,
    source: String,
    /// A mock of before does not say it.
    #[serde(default)]
    replies: u64,
}

pub(super) async fn run(Options { ids, all, target }: &Options) -> Result<(), Failure> {
    let answer = target.bytes(Method::GET, "/_mock/assumptions", None).await?;
    let named = |entry: &Entry, id: &str| entry.id.eq_ignore_ascii_case(id);
    let ledger = target.tell(&answer, |ledger: &Vec<Entry>| {
        if !ids.is_empty() {
            let asked = ledger.iter().filter(|entry| ids.iter().any(|id| named(entry, id)));
            return asked.map(whole).collect::<Vec<_>>().join("\n");
        }
        let shown = ledger.iter().filter(|entry| *all || entry.evidence == "assumed");
        let row = |Entry { id, evidence, replies, what, .. }: &Entry| {
            [id.clone(), evidence.clone(), replies.to_string(), what.clone()]
        };
        table(["ID", "EVIDENCE", "REPLIES", "WHAT"], &shown.map(row).collect::<Vec<_>>())
    })?;
    let unknown = ids.iter().filter(|id| !ledger.iter().any(|entry| named(entry, id)));
    let unknown: Vec<_> = unknown.map(String::as_str).collect();
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(Failure::refused(format!(
            "not in the ledger: {}; doku-mock assumptions --all lists it",
            unknown.join(", ")
        ))),
    }
}

fn whole(Entry { id, evidence, what, source, replies }: &Entry) -> String {
    let stood = count(*replies, "reply", "replies");
    visible(&format!("{id} ({evidence}, {stood}): {what} [{source}]"))
}
