//! `doku-mock callbacks`: what was told, and what became of it.

use doku_types::partner::callback::Callback;
use http::Method;
use serde::Deserialize;

use super::{
    Failure,
    client::{Target, id},
    table::table,
};

/// Lists the callbacks with their attempts, in the order of delivery.
///
/// ATTEMPTS shows the HTTP status of each answer, or why there was none; a * marks one asked for by hand.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock callbacks\n  doku-mock callbacks --business BSN-0001-1795316646003\n  doku-mock callbacks --after 5 --json"
)]
pub(super) struct Options {
    /// Only those of this business, by its BSN- or BRN- id.
    #[arg(long, value_name = "ID", value_parser = id)]
    business: Option<String>,
    /// Only those after this number.
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
    after: i64,
    /// At most so many.
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    #[command(flatten)]
    target: Target,
}

#[derive(Deserialize)]
struct Told {
    number: i64,
    business: String,
    callback: Callback,
    state: String,
    due: Option<String>,
    attempts: Vec<Attempt>,
}

#[derive(Deserialize)]
struct Attempt {
    status: Option<u16>,
    error: Option<String>,
    #[serde(default)]
    by_hand: bool,
}

pub(super) async fn run(
    Options { business, after, limit, target }: &Options,
) -> Result<(), Failure> {
    let business = business.as_ref().map(|id| format!("&business={id}")).unwrap_or_default();
    let path = format!("/_mock/callbacks?after={after}&limit={limit}{business}");
    let answer = target.bytes(Method::GET, &path, None).await?;
    let listed = target.tell(&answer, |told: &Vec<Told>| {
        let Some(last) = told.last().map(|told| told.number) else {
            return "No callback was told yet.".to_owned();
        };
        let more = told.len() >= usize::try_from(*limit).unwrap_or(usize::MAX);
        let rows: Vec<_> = told.iter().map(row).collect();
        let head = ["NUMBER", "BUSINESS", "TYPE", "STATUS", "STATE", "ATTEMPTS"];
        let listed = table(head, &rows);
        match more {
            true => format!("{listed}\nThere may be more: --after {last}"),
            false => listed,
        }
    });
    listed.map(drop)
}

fn row(told: &Told) -> [String; 6] {
    let attempts = told.attempts.iter().map(|attempt| {
        let answer = match (attempt.status, &attempt.error) {
            (Some(status), _) => status.to_string(),
            (None, Some(error)) => error.clone(),
            (None, None) => "no answer".to_owned(),
        };
        if attempt.by_hand { format!("{answer}*") } else { answer }
    });
    let due = told.due.as_ref().map(|due| format!("due {due}"));
    let attempts: Vec<_> = attempts.chain(due).collect();
    [
        told.number.to_string(),
        told.business.clone(),
        told.callback.callback_type.to_string(),
        told.callback.status.to_string(),
        told.state.clone(),
        attempts.join(", "),
    ]
}
