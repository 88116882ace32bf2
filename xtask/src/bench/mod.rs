//! `cargo xtask bench`: what the client and the mock achieve, measured through their public APIs.

mod client;
mod engine;
mod figures;
mod floor;
mod load;
mod mock;
mod process;
mod spells;

use std::{fmt::Display, process::ExitCode};

use serde::Serialize;

use crate::cargo;

/// Measures the client and the mock. (What a signature costs is measured by
/// `cargo bench -p doku-signing`.)
#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Client(client::Options),
    Engine(engine::Options),
    /// The floor that the mock is compared with; started by `bench mock`.
    #[command(hide = true)]
    Floor,
    Inspector(mock::InspectorOptions),
    Mock(mock::Options),
}

pub(crate) fn run(options: &Options) -> ExitCode {
    if cfg!(debug_assertions) {
        return run_optimised();
    }
    match &options.what {
        What::Client(options) => client::run(options),
        What::Engine(options) => engine::run(options),
        What::Floor => mock::serve_floor(),
        What::Inspector(options) => mock::run_inspector(options),
        What::Mock(options) => mock::run(options),
    }
}

/// Prints what was measured, for people or as JSON; fails if nothing was, or if it is not as it should be.
fn told<F: Display + Serialize>(
    measured: load::Result<F>,
    as_json: bool,
    is_met: impl Fn(&F) -> bool,
) -> ExitCode {
    let figures = match measured {
        Ok(figures) => figures,
        Err(error) => {
            eprintln!("not measured: {error}");
            return ExitCode::FAILURE;
        }
    };
    if as_json {
        println!("{}", serde_json::to_string(&figures).expect("numbers and texts can be written"));
    } else {
        print!("{figures}");
    }
    if is_met(&figures) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The same command, built as a benchmark has to be.
fn run_optimised() -> ExitCode {
    let mut command = cargo::command();
    command
        .args(["run", "--release", "--quiet", "--locked", "--package", "xtask", "--"])
        .args(std::env::args_os().skip(1));
    cargo::run(&mut command)
}
