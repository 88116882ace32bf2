//! `doku-mock metrics`: the mock's counters.

use super::{Failure, client::Mock, print, table::visible};

/// Prints the mock's metrics, as Prometheus reads them.
///
/// Requests, latencies, callbacks, faults that struck, what is stored: in the text format 0.0.4, from /_mock/metrics.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock metrics\n  doku-mock metrics | grep doku_mock_callbacks"
)]
pub(super) struct Options {
    #[command(flatten)]
    mock: Mock,
}

pub(super) async fn run(Options { mock }: &Options) -> Result<(), Failure> {
    let answer = mock.get("/_mock/metrics").await?;
    let text = String::from_utf8_lossy(&answer);
    if !text.contains("doku_mock_") {
        return Err(mock.foreign("it gave no metrics"));
    }
    print(&text.lines().map(visible).collect::<Vec<_>>().join("\n"));
    Ok(())
}
