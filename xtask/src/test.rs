//! `cargo xtask test`: unit, doc and contract tests, the same way every time.

use std::process::ExitCode;

use crate::cargo;

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
    let mut command = cargo::command();
    command
        .args(["test", "--workspace", "--all-features", "--locked"])
        .args(&options.more)
        .env("INSTA_UPDATE", "no")
        .env("INSTA_FORCE_PASS", "0")
        .env("PROPTEST_RNG_SEED", "1");
    cargo::run(&mut command)
}
