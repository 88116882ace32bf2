//! `doku-mock advance`: the engine's clock, moved on.

use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::{
    Failure,
    client::Target,
    duration,
    table::{count, word},
};

/// Moves the mock's clock on; whatever falls due in between happens.
///
/// Verdicts, retries of callbacks, the expiry of tokens and links: all go by that clock. It returns once everything
/// has happened, each at its own instant, and the callbacks of it were attempted.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock advance 48h\n  doku-mock advance --to next\n  doku-mock advance --to 2030-01-01T00:00:00Z\n  doku-mock advance 1h30m --json"
)]
pub(super) struct Options {
    /// How far: 30m, 48h or 1h30m.
    #[arg(value_parser = duration::checked, required_unless_present = "to")]
    by: Option<String>,
    /// To which instant: next, for the next at which something falls due, or one such as 2030-01-01T00:00:00Z.
    #[arg(long, value_name = "INSTANT", conflicts_with = "by")]
    to: Option<String>,
    #[command(flatten)]
    target: Target,
}

#[derive(Deserialize)]
struct Advanced {
    now: String,
    delivered: u64,
}

pub(super) async fn run(Options { by, to, target }: Options) -> Result<(), Failure> {
    let target = target.patiently();
    let wanted = by.map_or_else(|| json!({ "to": to }), |by| json!({ "by": by }));
    let answer = target.bytes(Method::POST, "/_mock/clock/advance", Some(&wanted)).await?;
    let told = target.tell(&answer, |Advanced { now, delivered }| {
        let attempts = count(*delivered, "callback was attempted", "callbacks were attempted");
        format!("It is {}; {attempts}.", word(now))
    });
    told.map(drop)
}
