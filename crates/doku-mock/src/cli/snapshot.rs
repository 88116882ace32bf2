//! `doku-mock snapshot`: the mock's state as a file.

use std::{
    fs::File,
    io::{BufWriter, Read, Seek, Write},
    path::{Path, PathBuf},
};

use serde_json::json;
use tempfile::NamedTempFile;

use super::{Failure, client::Target, print, stop::StopSignals};

/// Saves the mock's whole state to a file that others can start from.
///
/// It is one SQLite file, uploaded files included, readable by its owner alone since it holds what merchants sent. It
/// is there whole or not at all; doku-mock --snapshot FILE starts from it, however often.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock snapshot onboarded.db\n  doku-mock snapshot onboarded.db --force --json"
)]
pub(super) struct Options {
    /// Where it goes; not over a file that is there.
    file: PathBuf,
    /// Replace a file that is there.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    let Options { file, force, target } = options;
    let target = target.patiently();
    if !force && file.symlink_metadata().is_ok() {
        return Err(taken(&file));
    }
    let mut stop = StopSignals::catch().map_err(|error| Failure::refused(error.to_string()))?;
    // Dropped before it has its name, the half of it that was written is removed.
    let bytes = tokio::select! {
        saved = save(&target, &file, force) => saved?,
        () = stop.next() => return Err(Failure::interrupted()),
    };
    let name = file.display();
    match target.json {
        true => print(&json!({"file": name.to_string(), "bytes": bytes}).to_string()),
        false => {
            print(&format!("{name}: {bytes} bytes; doku-mock --snapshot {name} starts from it"))
        }
    }
    Ok(())
}

/// Returns how many bytes it has.
async fn save(target: &Target, file: &Path, force: bool) -> Result<u64, Failure> {
    let failed = |error: std::io::Error| Failure::refused(format!("{}: {error}", file.display()));
    let directory = file.parent().filter(|directory| !directory.as_os_str().is_empty());
    let made = NamedTempFile::new_in(directory.unwrap_or(Path::new("."))).map_err(failed)?;
    let mut writer = BufWriter::new(made);
    target.mock().download("/_mock/snapshot", &mut writer).await?;
    let mut made = writer.into_inner().map_err(|error| failed(error.into_error()))?;
    made.flush().map_err(failed)?;
    if !is_sqlite(made.as_file_mut()).map_err(failed)? {
        return Err(target.mock().foreign("it gave no snapshot"));
    }
    made.as_file().sync_all().map_err(failed)?;
    let bytes = made.as_file().metadata().map_err(failed)?.len();
    let persisted = if force { made.persist(file) } else { made.persist_noclobber(file) };
    persisted.map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => taken(file),
        _ => failed(error.error),
    })?;
    Ok(bytes)
}

fn is_sqlite(file: &mut File) -> std::io::Result<bool> {
    let mut magic = Vec::new();
    file.rewind()?;
    file.take(MAGIC.len() as u64).read_to_end(&mut magic)?;
    Ok(magic == MAGIC)
}

fn taken(file: &Path) -> Failure {
    Failure::refused(format!("{} is there already: --force replaces it", file.display()))
}

/// What every SQLite file begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";
