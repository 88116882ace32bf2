//! `doku-mock ready`: whether a mock answers.

use std::time::{Duration, Instant};

use http::Method;
use serde::Deserialize;

use super::{Failure, client::Target, duration::duration, table::visible};

/// Says whether a mock answers, or waits until one does.
///
/// Before the tests in a CI job: it returns as soon as a mock answers, with exit code 3 where none does in time.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock ready\n  doku-mock ready --wait 10s --url http://127.0.0.1:8480"
)]
pub(super) struct Options {
    /// Wait so long for it: 10s, 1m.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration)]
    wait: Duration,
    #[command(flatten)]
    target: Target,
}

#[derive(Deserialize)]
struct Ready {
    base_url: String,
}

pub(super) async fn run(Options { wait, target }: &Options) -> Result<(), Failure> {
    let started = Instant::now();
    loop {
        match target.bytes(Method::GET, "/_mock/ready", None).await {
            Err(failure) if failure.code == 3 && started.elapsed() < *wait => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            answer => {
                let told = target
                    .tell(&answer?, |Ready { base_url }| format!("ready at {}", visible(base_url)));
                return told.map(drop);
            }
        }
    }
}
