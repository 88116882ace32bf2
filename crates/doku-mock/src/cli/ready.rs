//! `doku-mock ready`: whether a mock answers.

use std::time::{Duration, Instant};

use super::{Failure, client::Target, print};

/// Says whether a mock answers, or waits until one does.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock ready\n  doku-mock ready --wait 10s --url http://127.0.0.1:8480"
)]
pub(super) struct Options {
    /// Wait so long for it: 10s, 1m.
    #[arg(long, value_name = "DURATION", default_value = "0s")]
    wait: jiff::SignedDuration,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(Options { wait, target }: &Options) -> Result<(), Failure> {
    let patience = Duration::try_from(*wait).unwrap_or_default();
    let started = Instant::now();
    loop {
        match target.get("/_mock/ready").await {
            Ok(ready) if target.json => print(&ready.to_string()),
            Ok(ready) => print(&format!("ready at {}", ready["base_url"].as_str().unwrap_or("?"))),
            Err(failure) if failure.code != 3 || started.elapsed() >= patience => {
                return Err(failure);
            }
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        }
        return Ok(());
    }
}
