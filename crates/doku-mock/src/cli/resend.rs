//! `doku-mock resend`: a callback once more.

use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::{Failure, client::Target, table::word};

/// Attempts a callback once more, whatever became of its other attempts.
///
/// With the Request-Id of before, as DOKU's retries have: what a receiver has to take for the same. Exit code 1 where
/// the receiver did not acknowledge it.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  doku-mock resend 1\n  doku-mock resend 1 --json")]
pub(super) struct Options {
    /// Which, as doku-mock callbacks numbers them.
    #[arg(value_parser = clap::value_parser!(i64).range(1..))]
    number: i64,
    #[command(flatten)]
    target: Target,
}

/// What became of an attempt.
#[derive(Deserialize)]
struct Attempted {
    number: i64,
    state: String,
}

pub(super) async fn run(Options { number, target }: &Options) -> Result<(), Failure> {
    let path = format!("/_mock/callbacks/{number}/resend");
    let answer = target.bytes(Method::POST, &path, Some(&json!({}))).await?;
    attempted(target, &answer)
}

/// Tells what became of an attempt: not delivered is a failure.
pub(super) fn attempted(target: &Target, answer: &bytes::Bytes) -> Result<(), Failure> {
    let attempted = target.tell(answer, |Attempted { number, state }| {
        format!("Callback {number} is {}.", word(state))
    })?;
    match attempted.state == "delivered" {
        true => Ok(()),
        false => Err(Failure::refused(
            "it was not acknowledged: doku-mock callbacks shows what was answered",
        )),
    }
}
