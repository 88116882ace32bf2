//! A package of npm, at one version, in a directory of its own under target/peers.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::bench::load::Result;

pub(super) struct Installed {
    pub(super) name: &'static str,
    pub(super) package: &'static str,
    pub(super) version: &'static str,
}

impl Installed {
    pub(super) fn home(&self) -> PathBuf {
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/peers");
        target.join(self.name.to_lowercase())
    }

    /// Does nothing where it is there at this version.
    pub(super) fn install(&self) -> Result<()> {
        if self.is_there() {
            return Ok(());
        }
        let Self { package, version, .. } = self;
        eprintln!("installing {package} {version}");
        fs::create_dir_all(self.home())?;
        let output = Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"])
            .arg(self.home())
            .arg(format!("{package}@{version}"))
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("npm cannot be run: {error}"))?;
        if output.status.success() && self.is_there() {
            return Ok(());
        }
        let told = String::from_utf8_lossy(&output.stderr);
        Err(format!("npm cannot install it: {}", told.lines().next().unwrap_or("no reason")).into())
    }

    fn is_there(&self) -> bool {
        let about = self.home().join("node_modules").join(self.package).join("package.json");
        fs::read_to_string(about)
            .ok()
            .and_then(|about| serde_json::from_str::<Value>(&about).ok())
            .is_some_and(|about| about["version"] == self.version)
    }

    /// All its files, without the runtime that it needs.
    pub(super) fn bytes(&self) -> io::Result<u64> {
        bytes_below(&self.home().join("node_modules"))
    }
}

fn bytes_below(directory: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        // Of a link that of the link, so that nothing counts twice.
        let about = entry.metadata()?;
        bytes += if about.is_dir() { bytes_below(&entry.path())? } else { about.len() };
    }
    Ok(bytes)
}
