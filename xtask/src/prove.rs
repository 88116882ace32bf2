//! `cargo xtask prove`: promises that take longer to try than a test may.

#[cfg(unix)]
mod contents;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod run;

use std::process::{Command, ExitCode};

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
    /// Tells the mock to end in the middle of its work, by SIGTERM and SIGINT, again and again, and looks
    /// whether it ends with 0 in time, no reply is lost or cut off, and every callback is told.
    ///
    /// It prints a line a round. A failure names its seed; with that in DOKU_MOCK_DRAIN_SEED the same is
    /// sent again.
    #[command(after_help = "Example:\n  cargo xtask prove drain --rounds 500")]
    Drain {
        /// How often the mock is told to end.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
        rounds: u64,
    },
    /// Onboards merchants over a network, a disk and a receiver of callbacks that fail, with a client
    /// that crashes, and looks whether each business is registered exactly once and its verdict reached,
    /// or the error is honest.
    ///
    /// It ends with a table of what went wrong how often. A failure names its seed; with that in
    /// DOKU_PARTNER_FAULT_SEED this one schedule is lived through again, and told step by step.
    #[command(after_help = "Example:\n  cargo xtask prove faults --schedules 100000")]
    Faults {
        /// How many schedules of faults are lived through.
        #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
        schedules: u64,
    },
    /// Sends the mock many requests, right ones and wrong ones, and looks whether its memory stays what it
    /// was once the journal is full, and the journal within its bounds. Linux only.
    ///
    /// It prints the resident memory, the data file and the journal twenty times on its way.
    #[command(after_help = "Example:\n  cargo xtask prove memory --requests 1000000")]
    Memory {
        /// How many requests are sent; the journal has to be full before anything is judged.
        #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(15_000..))]
        requests: u64,
    },
    /// Builds the program as it is put into a container, and looks what is in it, how it starts with nothing
    /// else in its root directory, as no user in particular and as process 1, and how it ends. No container
    /// engine is needed; Linux only.
    ///
    /// What cannot be looked at without root, or without a C compiler for musl, is skipped and named. It is
    /// built in the profile release, as a static program, in a few minutes.
    #[cfg(unix)]
    #[command(
        after_help = "Examples:\n  cargo xtask prove program\n  cargo xtask prove program --program ./doku-mock"
    )]
    Program(program::Options),
}

pub(crate) fn run(options: &Options) -> ExitCode {
    let mut command = match &options.promise {
        #[cfg(unix)]
        Promise::Program(options) => return program::run(options),
        Promise::Crash { rounds } => {
            let mut command = test("doku-mock", "crash", CRASH);
            command.env("DOKU_MOCK_CRASH_ROUNDS", rounds.to_string());
            command
        }
        Promise::Drain { rounds } => {
            let mut command = test("doku-mock", "drain", DRAIN);
            command.env("DOKU_MOCK_DRAIN_ROUNDS", rounds.to_string());
            command
        }
        Promise::Faults { schedules } => {
            let mut command = test("doku-partner", "simulation", FAULTS);
            command.env("DOKU_PARTNER_FAULT_SCHEDULES", schedules.to_string());
            command
        }
        Promise::Memory { requests } => {
            let mut command = test("doku-mock", "memory", MEMORY);
            command.env("DOKU_MOCK_MEMORY_REQUESTS", requests.to_string());
            command
        }
    };
    cargo::run(&mut command)
}

/// Runs this one test, and shows what it prints.
fn test(package: &str, target: &str, name: &str) -> Command {
    let mut command = cargo::command();
    command.args(["test", "--package", package, "--locked", "--test", target, "--"]).args([
        "--exact",
        name,
        "--nocapture",
    ]);
    command
}

/// In crates/doku-mock/tests/crash/rounds.rs.
const CRASH: &str = "rounds::what_was_answered_survives_kill_9_and_every_callback_is_told";
/// In crates/doku-mock/tests/drain.rs.
const DRAIN: &str = "no_reply_and_no_callback_is_lost_when_it_is_told_to_end_at_work";
/// In crates/doku-partner/tests/simulation/main.rs.
const FAULTS: &str = "a_business_is_registered_once_and_its_verdict_reached_or_the_error_is_honest";
/// In crates/doku-mock/tests/memory.rs.
const MEMORY: &str = "memory_is_flat_under_many_requests_and_the_journal_within_its_bounds";

#[cfg(test)]
mod tests {
    // Of a test that is not there cargo says that none has failed.
    #[test]
    fn the_tests_that_it_runs_are_there() {
        let rounds = include_str!("../../crates/doku-mock/tests/crash/rounds.rs");
        let name = super::CRASH.strip_prefix("rounds::").unwrap();
        assert!(rounds.contains(&format!("\nasync fn {name}() {{")));

        let drain = include_str!("../../crates/doku-mock/tests/drain.rs");
        assert!(drain.contains(&format!("\nasync fn {}() {{", super::DRAIN)));

        let simulation = include_str!("../../crates/doku-partner/tests/simulation/main.rs");
        assert!(simulation.contains(&format!("\nfn {}() {{", super::FAULTS)));

        let memory = include_str!("../../crates/doku-mock/tests/memory.rs");
        assert!(memory.contains(&format!("\nasync fn {}() {{", super::MEMORY)));
    }
}
