//! `cargo xtask openapi`: the OpenAPI document, written, verified, validated, and put to the test.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use doku_mock::MockDoku;

/// Writes docs/openapi.json, the OpenAPI document of the Partner API and of the mock's own surface.
///
/// The tools of --validate and --schemathesis are in Python: they are installed at a fixed version into
/// an environment of their own under target/, and skipped where there is no Python 3. Exits with 0 when
/// all is well, 1 when something is wrong, 2 for wrong options.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask openapi\n  cargo xtask openapi --verify --validate\n  cargo xtask openapi --schemathesis --examples 100"
)]
pub(crate) struct Options {
    /// Write nothing: fail if the document is another than the one in docs.
    #[arg(long)]
    verify: bool,
    /// Have a public validator judge the document (openapi-spec-validator).
    #[arg(long)]
    validate: bool,
    /// Have schemathesis ask everything of a running mock that the document allows, and more.
    #[arg(long)]
    schemathesis: bool,
    /// How many requests schemathesis makes up for each operation.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    examples: u16,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    match attempt(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn attempt(options: &Options) -> Result<(), String> {
    let path = root().join("docs/openapi.json");
    let document = format!("{}\n", doku_mock::openapi());
    if options.verify {
        let written = fs::read_to_string(&path).unwrap_or_default();
        if written != document {
            return Err("docs/openapi.json is out of date: run cargo xtask openapi".to_owned());
        }
        println!("docs/openapi.json: up to date");
    } else {
        fs::write(&path, document).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("docs/openapi.json: written");
    }
    if options.validate {
        validate(&path)?;
    }
    if options.schemathesis {
        schemathesis(options.examples)?;
    }
    Ok(())
}

fn validate(document: &Path) -> Result<(), String> {
    let Some(bin) = tools()? else { return Ok(()) };
    succeed(
        Command::new(bin.join("openapi-spec-validator")).args(["--schema", "3.1"]).arg(document),
    )
}

/// Both surfaces of a mock of this process.
fn schemathesis(examples: u16) -> Result<(), String> {
    let Some(bin) = tools()? else { return Ok(()) };
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let mock = runtime.block_on(MockDoku::builder().start()).map_err(|error| error.to_string())?;
    let config = root().join("tests/openapi/schemathesis.toml");
    succeed(
        Command::new(bin.join("schemathesis"))
            .arg("--config-file")
            .arg(config)
            .args(["run", &format!("{}/_mock/openapi.json", mock.base_url())])
            .args(["--max-examples", &examples.to_string()])
            // For the hooks, which sign.
            .env("PYTHONPATH", root().join("tests/openapi"))
            .env("DOKU_BASE_URL", mock.base_url())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("DOKU_CLIENT_ID", doku_mock::DEFAULT_CLIENT_ID)
            .env("DOKU_SECRET_KEY", doku_mock::DEFAULT_SECRET_KEY)
            .current_dir(root().join("target")),
    )
}

/// Where the Python tools are, installed if they were not; `None`, and a line that says why, where they
/// cannot be.
fn tools() -> Result<Option<PathBuf>, String> {
    let requirements = root().join("tests/openapi/requirements.txt");
    let wanted = fs::read_to_string(&requirements).map_err(|error| error.to_string())?;
    let home = root().join("target/openapi-tools");
    let bin = home.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let installed = home.join("requirements.txt");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(Some(bin));
    }
    let skipped = |why: &str| {
        println!("validator and schemathesis: skipped, {why}");
        Ok(None)
    };
    match Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home).status() {
        Ok(status) if status.success() => {}
        Ok(_) => return skipped("python3 has no module venv: install python3-venv"),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return skipped("python3 is not installed");
        }
        Err(error) => return Err(format!("python3 cannot be run: {error}")),
    }
    let mut pip = Command::new(bin.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(requirements);
    if let Err(why) = succeed(&mut pip) {
        return skipped(&format!("they cannot be installed: {why}"));
    }
    fs::write(installed, wanted).map_err(|error| error.to_string())?;
    Ok(Some(bin))
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
