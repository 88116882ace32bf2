//! `doku-mock reset`: as if just started.

use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::{
    Failure,
    client::{Target, id},
    table::count,
};

/// Forgets everything, or what is one partner's.
///
/// Between tests. Without --partner the mock is as if just started, its clock and ids too; with it the others notice
/// nothing, so that tests that run side by side can each have a partner. Callbacks on their way are given up.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock reset\n  doku-mock reset --partner BRN-0001-1700000000000"
)]
pub(super) struct Options {
    /// Only what is this partner's, by its client id.
    #[arg(long, value_name = "ID", value_parser = id)]
    partner: Option<String>,
    #[command(flatten)]
    target: Target,
}

#[derive(Deserialize)]
struct Gone {
    businesses: u64,
    files: u64,
    callbacks: u64,
    replies: u64,
}

pub(super) async fn run(Options { partner, target }: &Options) -> Result<(), Failure> {
    let whose = partner.as_ref().map_or_else(|| json!({}), |partner| json!({"partner": partner}));
    let answer = target.bytes(Method::POST, "/_mock/reset", Some(&whose)).await?;
    let told = target.tell(&answer, |Gone { businesses, files, callbacks, replies }| {
        format!(
            "Gone: {}, {}, {}, {}.",
            count(*businesses, "business", "businesses"),
            count(*files, "file", "files"),
            count(*callbacks, "callback", "callbacks"),
            count(*replies, "kept reply", "kept replies"),
        )
    });
    told.map(drop)
}
