//! `cargo xtask prove`: promises that take longer to try than a test may.

use std::process::ExitCode;

use crate::cargo;

/// Tries at length what the tests try briefly.
#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    promise: Promise,
}

#[derive(clap::Subcommand)]
enum Promise {
    /// Kills the mock with SIGKILL in the middle of its work, again and again, and looks whether all
    /// that it answered holds and every callback is told.
    ///
    /// A failure names its seed; with that in DOKU_MOCK_CRASH_SEED the same is sent again. What a kill
    /// cannot show is a loss of power: what the system has taken, it keeps.
    #[command(after_help = "Example:\n  cargo xtask prove crash --rounds 1000")]
    Crash {
        /// How often the mock is killed at work.
        #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
        rounds: u64,
    },
}

pub(crate) fn run(options: &Options) -> ExitCode {
    let Promise::Crash { rounds } = options.promise;
    let mut command = cargo::command();
    command
        .args(["test", "--package", "doku-mock", "--locked", "--test", "crash", "--"])
        .args(["--exact", CRASH, "--nocapture"])
        .env("DOKU_MOCK_CRASH_ROUNDS", rounds.to_string());
    cargo::run(&mut command)
}

/// In crates/doku-mock/tests/crash/rounds.rs.
const CRASH: &str = "rounds::what_was_answered_survives_kill_9_and_every_callback_is_told";

#[cfg(test)]
mod tests {
    #[test]
    fn the_test_that_it_runs_is_there() {
        // Of a test that is not there cargo says that none has failed.
        let rounds = include_str!("../../crates/doku-mock/tests/crash/rounds.rs");
        let name = super::CRASH.strip_prefix("rounds::").unwrap();
        assert!(rounds.contains(&format!("\nasync fn {name}() {{")));
    }
}
