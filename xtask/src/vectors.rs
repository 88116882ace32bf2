//! `cargo xtask vectors`: the signature vectors, listed, or verified without the Rust code.

use std::{
    fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// Lists the signature vectors, or verifies them by two scripts that know nothing of the Rust code.
///
/// The vectors are in tests/vectors, where README.md tells what their files are. Exits with 0 when
/// all is well, 1 when a vector is wrong, 2 for wrong options. An interpreter that is not
/// installed is skipped.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cargo xtask vectors\n  cargo xtask vectors --verify")]
pub(crate) struct Options {
    /// Rebuild every stage of every vector, in Python and in Node, and compare.
    #[arg(long)]
    verify: bool,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    if options.verify {
        return verify(&directory);
    }
    match list(&directory) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the vectors cannot be listed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Both scripts run, also when the first fails: where they disagree tells most.
fn verify(directory: &Path) -> ExitCode {
    let (mut ran, mut failed) = (0, false);
    for (interpreter, script) in [("python3", "check.py"), ("node", "check.mjs")] {
        match Command::new(interpreter).arg(directory.join(script)).status() {
            Ok(status) => {
                let verdict = if status.success() { "verified" } else { "failed" };
                println!("{script}: {verdict}");
                ran += 1;
                failed |= !status.success();
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                println!("{script}: skipped, {interpreter} is not installed");
            }
            Err(error) => {
                println!("{script}: failed, {interpreter} cannot be run: {error}");
                failed = true;
            }
        }
    }
    if ran == 0 && !failed {
        println!("nothing was verified");
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// A line per case: its directory, the verdict that is expected, what it is about.
fn list(directory: &Path) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for scheme in directories(directory)? {
        for case in directories(&scheme)? {
            let context: Context =
                serde_json::from_str(&fs::read_to_string(case.join("context.json"))?)?;
            let name = case.strip_prefix(directory).unwrap_or(&case).display();
            writeln!(out, "{name} ({}): {}", context.expect, context.about)?;
        }
    }
    Ok(())
}

fn directories(parent: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(parent)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.is_dir());
    paths.sort();
    Ok(paths)
}

#[derive(serde::Deserialize)]
struct Context {
    about: String,
    expect: String,
}
