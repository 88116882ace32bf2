//! `cargo xtask prove program`: the program as it is put into a container, looked at and run without one.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use super::{
    contents::{Elf, private_keys},
    run::{Place, runs},
};
use crate::cargo;

/// Looks into a program, and runs it where there is nothing else, as no user in particular. Linux only.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Look at this program instead of building one.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// What is promised of the program, and what became of that.
#[derive(Default)]
pub(super) struct Promises {
    broken: u32,
}

impl Promises {
    /// Whether a promise is kept, and what was seen.
    pub(super) fn look(&mut self, promise: &str, kept: bool, seen: &str) {
        self.broken += u32::from(!kept);
        let word = if kept { "kept" } else { "BROKEN" };
        println!("{word:<8} {promise:<52} {seen}");
    }

    /// A promise that cannot be looked at here.
    pub(super) fn skip(&self, promise: &str, why: &str) {
        println!("{:<8} {promise:<52} {why}", "skipped");
    }
}

pub(super) fn run(options: &Options) -> ExitCode {
    if !cfg!(target_os = "linux") {
        eprintln!("this looks at a program for Linux: run it there");
        return ExitCode::FAILURE;
    }
    match prove(options) {
        Ok(promises) if promises.broken == 0 => ExitCode::SUCCESS,
        Ok(promises) => {
            eprintln!("promises broken: {}", promises.broken);
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn prove(options: &Options) -> Result<Promises, String> {
    let mut promises = Promises::default();
    let (program, is_static) = match &options.program {
        Some(program) => (program.clone(), true),
        None => build()?,
    };
    println!("{}", program.display());
    let bytes = std::fs::read(&program)
        .map_err(|error| format!("{} cannot be read: {error}", program.display()))?;
    let elf = Elf::read(&bytes).ok_or("it is no 64-bit little-endian ELF program")?;
    let needed = "needs neither loader nor library";
    if is_static {
        let seen = format!("loader: {}, libraries: {}", elf.has_loader, elf.libraries);
        promises.look(needed, !elf.has_loader && elf.libraries == 0, &seen);
    } else {
        promises.skip(needed, "no static build here, see above");
    }
    promises.look("is stripped of its symbols", !elf.has_symbols, "");
    let mib = bytes.len() as f64 / f64::from(1 << 20);
    promises.look("is of 12 MiB at most", bytes.len() <= MAX_SIZE, &format!("{mib:.1} MiB"));
    let found = paths(&bytes);
    promises.look("names no directory of the machine that built it", found.is_empty(), &found);
    let keys = private_keys(&bytes, THROW_AWAY_KEY);
    let seen = format!("throw-away: {}, others: {}", keys.known, keys.others);
    promises.look("has no private key but the throw-away one", keys == ONE_KEY, &seen);
    let place = Place::new(&program, is_static && !elf.has_loader)?;
    runs(&place, &mut promises)?;
    Ok(promises)
}

/// Builds it, and says where it is and whether it is to be static.
fn build() -> Result<(PathBuf, bool), String> {
    let target = |libc: &str| format!("{}-unknown-linux-{libc}", env::consts::ARCH);
    let musl = target("musl");
    let missing = if !has_target(&musl) {
        Some(format!("rustup target add {musl}"))
    } else if !has_musl_compiler(&musl) {
        Some("apt-get install musl-tools, say".to_owned())
    } else {
        None
    };
    let target = match &missing {
        None => musl,
        Some(how) => {
            println!("not built as a static program; for that: {how}");
            target("gnu")
        }
    };
    let mut command = cargo::command();
    command
        .args(["build", "--release", "--locked", "--package", "doku-mock", "--target", &target])
        .arg("--message-format=json-render-diagnostics")
        .env("CARGO_ENCODED_RUSTFLAGS", rust_flags())
        .stderr(Stdio::inherit());
    if missing.is_none() && env::var_os(compiler_of(&target)).is_none() {
        command.env(compiler_of(&target), MUSL_COMPILER);
    }
    let output = command.output().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !output.status.success() {
        return Err("it cannot be built".to_owned());
    }
    let lines = output.stdout.split(|byte| *byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok());
    let mut programs =
        messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    let program = programs.next().ok_or("cargo does not say where the program is")?;
    Ok((program, missing.is_none()))
}

fn has_target(target: &str) -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let asked = Command::new(rustc).args(["--print", "target-libdir", "--target", target]).output();
    asked.is_ok_and(|output| {
        output.status.success()
            && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    })
}

fn has_musl_compiler(target: &str) -> bool {
    let compiler = env::var_os(compiler_of(target)).unwrap_or_else(|| MUSL_COMPILER.into());
    let asked = Command::new(compiler).arg("--version").stdout(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// The variable by which the C compiler for a target is chosen.
fn compiler_of(target: &str) -> String {
    format!("CC_{}", target.replace('-', "_"))
}

/// As they are, and so that panics do not tell where this machine has its sources.
fn rust_flags() -> OsString {
    let mut flags: Vec<String> = match env::var("CARGO_ENCODED_RUSTFLAGS") {
        Ok(flags) => flags.split('\x1f').map(str::to_owned).collect(),
        Err(_) => {
            let flags = env::var("RUSTFLAGS").unwrap_or_default();
            flags.split_whitespace().map(str::to_owned).collect()
        }
    };
    flags.retain(|flag| !flag.is_empty());
    for (directory, name) in [(cargo_home(), "/cargo"), (workspace(), "/doku")] {
        if let Some(directory) = directory {
            flags.push(format!("--remap-path-prefix={}={name}", directory.display()));
        }
    }
    flags.join("\x1f").into()
}

/// Which directories of this machine a program names, and how often.
fn paths(bytes: &[u8]) -> String {
    let home = env::home_dir().map(|home| home.join(""));
    let mut found = Vec::new();
    for directory in [home, cargo_home(), workspace()].into_iter().flatten() {
        let text = directory.to_string_lossy().into_owned();
        // `/` is nobody's.
        let times = match text.len() {
            0..3 => 0,
            _ => memchr::memmem::find_iter(bytes, text.as_bytes()).count(),
        };
        if times > 0 {
            found.push(format!("{text} {times} times"));
        }
    }
    found.join(", ")
}

fn cargo_home() -> Option<PathBuf> {
    let set = env::var_os("CARGO_HOME").map(PathBuf::from);
    set.or_else(|| Some(env::home_dir()?.join(".cargo")))
}

fn workspace() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf)
}

const MUSL_COMPILER: &str = "musl-gcc";
/// In bytes.
const MAX_SIZE: usize = 12 << 20;
/// The key that signs tokens, which anybody may have.
const THROW_AWAY_KEY: &[u8] = include_bytes!("../../../crates/doku-mock/src/token-key.der");
const ONE_KEY: super::contents::Keys = super::contents::Keys { known: 1, others: 0 };
