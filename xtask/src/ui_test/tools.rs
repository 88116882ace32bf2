//! What the stories need: Node, Chromium, and two packages of npm.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{root, succeed};

/// Where they are.
pub(super) struct Tools {
    pub(super) chromium: PathBuf,
    /// The directory with the packages.
    pub(super) packages: PathBuf,
}

/// What is missing on this machine, and how one comes to it.
pub(super) struct Missing(pub(super) String);

impl Tools {
    /// Finds them, and installs what can be installed.
    ///
    /// # Errors
    /// What is there is not as it should be.
    pub(super) fn find() -> Result<Result<Self, Missing>, String> {
        if let Err(missing) = node() {
            return Ok(Err(missing));
        }
        let chromium = match chromium()? {
            Ok(chromium) => chromium,
            Err(missing) => return Ok(Err(missing)),
        };
        Ok(packages()?.map(|packages| Self { chromium, packages }))
    }
}

fn node() -> Result<(), Missing> {
    let told = Command::new("node").arg("--version").output();
    let version = told.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let version = version.map_err(|_| Missing("node is not installed".to_owned()))?;
    let major = version.trim_start_matches('v').split('.').next().unwrap_or_default();
    if major.parse::<u32>().is_ok_and(|major| major >= OLDEST_NODE) {
        return Ok(());
    }
    Err(Missing(format!("node is {version}, and has to be {OLDEST_NODE} or later")))
}

/// The one that is named has to be there.
fn chromium() -> Result<Result<PathBuf, Missing>, String> {
    if let Some(named) = env::var_os("DOKU_CHROMIUM") {
        let named = PathBuf::from(named);
        return match named.is_file() {
            true => Ok(Ok(named)),
            false => Err(format!("DOKU_CHROMIUM={}: there is no such file", named.display())),
        };
    }
    if let Some(found) = on_the_path() {
        return Ok(Ok(found));
    }
    if on_path("apt-get").is_some() {
        println!("ui-test: Chromium is not installed: asking apt-get for it");
        // Whoever may not, or has no network, is told by the line that says that it is skipped.
        let _ = apt_get(&["update", "-qq"]);
        let _ = apt_get(&["install", "-qq", "-y", "--no-install-recommends", "chromium"]);
    }
    let missing =
        "Chromium is not installed: apt-get install chromium, or name one by DOKU_CHROMIUM";
    Ok(on_the_path().ok_or_else(|| Missing(missing.to_owned())))
}

fn on_the_path() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| on_path(name))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|directory| directory.join(name)).find(|file| file.is_file())
}

/// It gives up rather than wait for a network that is not there.
fn apt_get(arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new("apt-get");
    command
        .args(["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=30"])
        .args(["-o", "DPkg::Lock::Timeout=60"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null());
    succeed(&mut command)
}

/// Installed once for each lock file.
fn packages() -> Result<Result<PathBuf, Missing>, String> {
    let (from, home) = (root().join("tests/ui"), root().join("target/ui-tools"));
    let told = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let lock = from.join(LOCK);
    let wanted = fs::read_to_string(&lock).map_err(|error| told(&lock, error))?;
    let installed = home.join("installed.json");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(Ok(home));
    }
    fs::create_dir_all(&home).map_err(|error| told(&home, error))?;
    for name in ["package.json", LOCK] {
        fs::copy(from.join(name), home.join(name)).map_err(|error| told(&home, error))?;
    }
    let Some(npm) = on_path("npm") else {
        return Ok(Err(Missing("npm is not installed".to_owned())));
    };
    let mut npm = Command::new(npm);
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"])
        .args(["--fetch-retries=1", "--fetch-timeout=60000"])
        .current_dir(&home)
        .stdin(Stdio::null());
    if let Err(why) = succeed(&mut npm) {
        let missing = format!("playwright-core and axe-core cannot be installed: {why}");
        return Ok(Err(Missing(missing)));
    }
    fs::write(&installed, wanted).map_err(|error| told(&installed, error))?;
    Ok(Ok(home))
}

/// The first with all that the stories and playwright-core use.
const OLDEST_NODE: u32 = 20;
const LOCK: &str = "package-lock.json";
