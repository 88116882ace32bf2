//! `cargo xtask fuzz`: the fuzz targets, by cargo-fuzz or without it.

use std::{
    path::Path,
    process::{Command, ExitCode, Stdio},
};

/// Fuzzes what reads messages, keys, uploads and snapshots from outside, beginning with the seeds in `fuzz/seeds`.
///
/// By cargo-fuzz, on whatever Rust is in use; where it is not installed, the seeds are replayed
/// with random changes instead, the same ones each time.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo xtask fuzz verify --seconds 600")]
pub(crate) struct Options {
    /// The targets; all if none is named.
    #[arg(value_parser = TARGETS)]
    targets: Vec<String>,
    /// How long to fuzz each target.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Only replay the seeds with random changes, also where cargo-fuzz is installed.
    #[arg(long)]
    replay: bool,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    let has_cargo_fuzz = cargo(&["fuzz", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let passed = if options.replay {
        replay()
    } else if has_cargo_fuzz {
        let all = TARGETS.map(str::to_owned);
        let targets = if options.targets.is_empty() { &all } else { &options.targets[..] };
        targets.iter().all(|target| fuzz(target, options.seconds))
    } else {
        eprintln!(
            "cargo-fuzz is not installed (`cargo install cargo-fuzz`): replaying all seeds instead"
        );
        replay()
    };
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The first corpus is the one that new inputs go to. A sanitizer would take a nightly Rust.
fn fuzz(target: &str, seconds: u64) -> bool {
    let (corpus, seeds) = (format!("fuzz/corpus/{target}"), format!("fuzz/seeds/{target}"));
    if let Err(error) = std::fs::create_dir_all(root().join(&corpus)) {
        eprintln!("{corpus} cannot be made: {error}");
        return false;
    }
    let time = format!("-max_total_time={seconds}");
    let arguments = ["fuzz", "run", "--sanitizer", "none", target, &corpus, &seeds, "--", &time];
    succeeds(&mut cargo(&arguments))
}

fn replay() -> bool {
    let test = ["test", "--release", "--no-default-features", "--locked"];
    succeeds(
        cargo(&test)
            .args(["--manifest-path", "fuzz/Cargo.toml", "--test", "replay", "--", "--nocapture"])
            .env("FUZZ_ROUNDS", ROUNDS),
    )
}

fn succeeds(command: &mut Command) -> bool {
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("cargo cannot be run: {error}");
            false
        }
    }
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = crate::cargo::command();
    command.args(arguments).current_dir(root());
    command
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in the repository")
}

const TARGETS: [&str; 10] = [
    "doctor",
    "headers",
    "minify",
    "multipart",
    "outcome",
    "pem",
    "plus_tag",
    "registration",
    "snapshot",
    "verify",
];
/// Of random changes to the seeds, for each target but those that take long: they have a part of it.
const ROUNDS: &str = "200000";
