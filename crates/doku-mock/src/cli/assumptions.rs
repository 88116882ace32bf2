//! `doku-mock assumptions`: what the mock stands on.

use http::Method;
use serde::Deserialize;

use super::{
    Failure,
    client::Target,
    table::{table, visible},
};

/// Lists what the mock assumes where DOKU's documentation is silent.
///
/// The header Doku-Mock-Assumptions of a reply names these by their ids. With --all also what is documented, observed
/// or known at second hand, by the page it stands on.
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
}

pub(super) async fn run(Options { ids, all, target }: &Options) -> Result<(), Failure> {
    let answer = target.bytes(Method::GET, "/_mock/assumptions", None).await?;
    let mut unknown: Vec<&str> = Vec::new();
    target.tell(&answer, |ledger: Vec<Entry>| {
        let known = |id: &&String| ledger.iter().any(|entry| entry.id.eq_ignore_ascii_case(id));
        unknown.extend(ids.iter().filter(|id| !known(id)).map(String::as_str));
        let asked = |entry: &&Entry| ids.iter().any(|id| entry.id.eq_ignore_ascii_case(id));
        match ids.is_empty() {
            false => ledger.iter().filter(asked).map(whole).collect::<Vec<_>>().join("\n"),
            true => {
                let rows = ledger.into_iter().filter(|entry| *all || entry.evidence == "assumed");
                let rows: Vec<_> =
                    rows.map(|entry| [entry.id, entry.evidence, entry.what]).collect();
                table(["ID", "EVIDENCE", "WHAT"], &rows)
            }
        }
    })?;
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(Failure::refused(format!(
            "not in the ledger: {}; doku-mock assumptions --all lists it",
            unknown.join(", ")
        ))),
    }
}

fn whole(Entry { id, evidence, what, source }: &Entry) -> String {
    visible(&format!("{id} ({evidence}): {what} [{source}]"))
}
