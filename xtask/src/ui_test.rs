//! `cargo xtask ui-test`: the inspector, tried in a real browser.

mod stories;
mod tools;

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use serde_json::Value;

use crate::cargo;
use stories::End;
use tools::{Missing, Tools};

/// Tries the inspector's pages in Chromium without a window, and looks at them with axe-core.
///
/// The stories are in tests/ui. playwright-core and axe-core are installed by npm, at the versions of the lock file there,
/// under target/. Chromium is the one that DOKU_CHROMIUM names or that is on the PATH, and is installed by apt-get
/// where that is possible. Where there is no Node 20 or later, no npm or no Chromium, the stories are skipped,
/// and what is missing is told. Exits with 0 when all is well, 1 when something is wrong, 2 for wrong
/// options, 130 at Ctrl-C.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask ui-test\n  cargo xtask ui-test --require\n  cargo xtask ui-test --update-pictures\n  cargo xtask ui-test -- --test-name-pattern keyboard"
)]
pub(crate) struct Options {
    /// Make the pictures in docs/inspector anew, in passing; the ports 8480 and 8099 have to be free.
    #[arg(long)]
    update_pictures: bool,
    /// Fail where something is missing, instead of skipping the stories.
    #[arg(long)]
    require: bool,
    /// Passed on to `node --test`.
    #[arg(last = true)]
    more: Vec<String>,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    match attempt(options) {
        Ok(End::Well) => ExitCode::SUCCESS,
        Ok(End::Failed) => ExitCode::FAILURE,
        Ok(End::Interrupted) => ExitCode::from(130),
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn attempt(options: &Options) -> Result<End, String> {
    let tools = match Tools::find()? {
        Ok(tools) => tools,
        Err(Missing(what)) if options.require => return Err(format!("ui-test: {what}")),
        Err(Missing(what)) => {
            println!("ui-test: skipped, {what}");
            return Ok(End::Well);
        }
    };
    let program = build()?;
    let pictures = options.update_pictures.then(|| root().join("docs/inspector"));
    if let Some(pictures) = &pictures {
        std::fs::create_dir_all(pictures)
            .map_err(|error| format!("{}: {error}", pictures.display()))?;
    }
    stories::tell(&tools, &program, pictures.as_deref(), &options.more)
}

/// The program that the stories run, as `cargo build` makes it; where it is.
fn build() -> Result<PathBuf, String> {
    let output = cargo::command()
        .args(["build", "--package", "doku-mock", "--locked"])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !output.status.success() {
        return Err("doku-mock cannot be built".to_owned());
    }
    let lines = output.stdout.split(|byte| *byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let mut programs =
        messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    programs.next().ok_or_else(|| "cargo does not say where doku-mock is".to_owned())
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} has failed: {status}")),
        Err(error) => Err(format!("{program} cannot be run: {error}")),
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
