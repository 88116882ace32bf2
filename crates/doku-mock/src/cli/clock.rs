//! `doku-mock clock`: what time it is for the mock.

use http::Method;
use serde::Deserialize;

use super::{Failure, client::Target, table::visible};

/// Tells what time it is for the mock, and when something falls due next.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  doku-mock clock\n  doku-mock clock --json")]
pub(super) struct Options {
    #[command(flatten)]
    target: Target,
}

#[derive(Deserialize)]
struct Clock {
    now: String,
    next_due: Option<String>,
}

pub(super) async fn run(Options { target }: &Options) -> Result<(), Failure> {
    let answer = target.bytes(Method::GET, "/_mock/clock", None).await?;
    let told = target.tell(&answer, |Clock { now, next_due }| {
        let next = next_due.as_ref().map_or_else(
            || "nothing is planned".to_owned(),
            |due| format!("next falls due {}", visible(due)),
        );
        format!("It is {}; {next}.", visible(now))
    });
    told.map(drop)
}
