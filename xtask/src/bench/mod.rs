//! `cargo xtask bench`: what the mock achieves, measured through its public API.

mod engine;
mod figures;
mod load;

use std::process::ExitCode;

use crate::cargo;

/// Measures the mock. (What a signature costs is measured by `cargo bench -p doku-signing`.)
#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Engine(engine::Options),
}

pub(crate) fn run(options: &Options) -> ExitCode {
    if cfg!(debug_assertions) {
        return run_optimised();
    }
    match &options.what {
        What::Engine(options) => engine::run(options),
    }
}

/// The same command, built as a benchmark has to be.
fn run_optimised() -> ExitCode {
    let mut command = cargo::command();
    command
        .args(["run", "--release", "--quiet", "--locked", "--package", "xtask", "--"])
        .args(std::env::args_os().skip(1));
    cargo::run(&mut command)
}
