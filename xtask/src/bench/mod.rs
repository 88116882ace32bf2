//! `cargo xtask bench`: what the client and the mock achieve, measured through their public APIs.

mod client;
mod engine;
mod figures;
mod floor;
mod load;
mod mock;
mod process;
mod spells;

use std::process::ExitCode;

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

/// The same command, built as a benchmark has to be.
fn run_optimised() -> ExitCode {
    let mut command = cargo::command();
    command
        .args(["run", "--release", "--quiet", "--locked", "--package", "xtask", "--"])
        .args(std::env::args_os().skip(1));
    cargo::run(&mut command)
}
