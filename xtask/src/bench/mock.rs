//! `cargo xtask bench mock`: the program over HTTP, beside a bare hyper server and, if asked for, other
//! mocks; how fast it is ready, and what it takes.

mod cores;
mod figures;
mod floor;
mod footprint;
mod generator;
mod inspector;
mod partner;
mod peers;
mod rates;
mod receiver;
mod server;
mod steady;
mod wire;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use self::{cores::Cores, figures::Figures};
use super::load::Result;
use crate::cargo;

pub(crate) use self::{
    floor::serve_floor,
    inspector::{Options as InspectorOptions, run as run_inspector},
};

/// Measures the program doku-mock over HTTP; takes five minutes, most of them for a million requests.
///
/// Servers have one core, the load another. The program as it is installed, with its log and its
/// journal, takes turns with a bare hyper server that returns the same bytes. Exits with 1 when an aim is
/// missed: of the bare server's rate 0.5 for Check Requirements and 0.25 for Business Registration; ready
/// in 60 ms; 16 MiB of memory when idle, 64 MiB after a million requests; a program of 12 MiB.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask bench mock --peers\n  cargo xtask bench mock --seconds 2 --requests 20000"
)]
pub(crate) struct Options {
    /// How long each server is measured for each row, in seconds.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
    /// How many requests are sent before memory is looked at.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..))]
    requests: u64,
    /// Measure Prism, Mockoon and WireMock too; npm installs them under target/peers.
    #[arg(long)]
    peers: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// What is asked of a server.
#[derive(Clone, Copy)]
enum What {
    Requirements,
    Registration,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    // One thread for all of the load.
    let measured = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(options)));
    super::told(measured, options.json, Figures::aims_met)
}

async fn measure(options: &Options) -> Result<Figures> {
    // With all cores.
    let program = build()?;
    if options.peers {
        peers::install();
    }
    let cores = Cores::choose();
    Ok(Figures {
        pinned: cores.pinned(),
        rates: rates::measure(&program, &cores, options.seconds).await?,
        start: footprint::start(&program, &cores)?,
        idle: footprint::idle(&program, &cores).await?,
        after: footprint::after(&program, &cores, options.requests).await?,
        peers: if options.peers {
            peers::measure(&program, &cores, options.seconds).await?
        } else {
            Vec::new()
        },
        program_bytes: std::fs::metadata(&program)?.len(),
    })
}

/// The program as it is installed: a release build with the default features.
fn build() -> Result<PathBuf> {
    eprintln!("building doku-mock");
    let status = cargo::command()
        .args(["build", "--release", "--quiet", "--locked", "--package", "doku-mock"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status()?;
    if !status.success() {
        return Err("doku-mock cannot be built".into());
    }
    // Beside this one, which is of the same profile.
    let own = std::env::current_exe()?;
    let name = format!("doku-mock{}", std::env::consts::EXE_SUFFIX);
    Ok(own.parent().unwrap_or(Path::new("")).join(name))
}
