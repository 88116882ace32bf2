//! `cargo xtask test`: unit, doc and contract tests, the same way every time.

use std::process::{Command, ExitCode};

/// Runs all tests: unit, contract, demo and doc tests.
///
/// Snapshots are compared, never written, and random tests use one seed, so that two runs of one
/// tree give one result. To accept changed snapshots: INSTA_UPDATE=always cargo test -p contract.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo xtask test -- a_signature_covers")]
pub(crate) struct Options {
    /// Passed on to `cargo test`: a part of a test's name, say.
    #[arg(last = true)]
    more: Vec<String>,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["test", "--workspace", "--all-features", "--locked"])
        .args(&options.more)
        .env("INSTA_UPDATE", "no")
        .env("INSTA_FORCE_PASS", "0")
        .env("PROPTEST_RNG_SEED", "1")
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo cannot be run: {error}");
            ExitCode::FAILURE
        }
    }
}
