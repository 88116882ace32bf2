//! `cargo xtask bench`: what the mock achieves, measured through its public API.

mod engine;
mod figures;
mod load;

use std::process::{Command, ExitCode};

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
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--release", "--quiet", "--locked", "--package", "xtask", "--"])
        .args(std::env::args_os().skip(1))
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
