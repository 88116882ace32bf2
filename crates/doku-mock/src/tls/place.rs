//! The authority's directory: made once, whole or not at all, and read with care.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::CaError;

/// What the directory holds, in PEM.
pub(super) struct Files {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// Reads the files, or makes them if neither is there; says whether it made them.
pub(super) fn open_or_make(
    directory: &Path,
    make: impl FnOnce() -> Result<Files, rcgen::Error>,
) -> Result<(Files, bool), CaError> {
    // Without the lock first: the directory may be one that can only be read.
    match read(directory) {
        Ok(Some(files)) => return Ok((files, false)),
        // Somebody may be making it.
        Ok(None) | Err(CaError::Half { .. }) => {}
        Err(error) => return Err(error),
    }
    create(directory).map_err(|error| failed(directory, error))?;
    let lock_path = directory.join(LOCK);
    let lock = File::options().create(true).truncate(false).write(true).open(&lock_path);
    let lock = lock.map_err(|error| failed(&lock_path, error))?;
    // Until it is dropped; whoever holds it is done in milliseconds.
    lock.lock().map_err(|error| failed(&lock_path, error))?;
    if let Some(files) = read(directory)? {
        return Ok((files, false));
    }
    let files = make().map_err(|error| failed(directory, io::Error::other(error)))?;
    // The key first: whoever sees the certificate, which is what gets trusted, has both.
    write(directory, KEY, &files.key, OWNER_ALONE)?;
    write(directory, CERTIFICATE, &files.certificate, EVERYBODY)?;
    Ok((files, true))
}

/// Both files, or none.
fn read(directory: &Path) -> Result<Option<Files>, CaError> {
    let half = |missing| CaError::Half { directory: directory.to_owned(), missing };
    match (content(directory, CERTIFICATE)?, content(directory, KEY)?) {
        (Some(certificate), Some(key)) => Ok(Some(Files { certificate, key })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(half(KEY)),
        (None, Some(_)) => Err(half(CERTIFICATE)),
    }
}

/// A file's text, if it is there.
fn content(directory: &Path, name: &str) -> Result<Option<String>, CaError> {
    let path = directory.join(name);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(&path, error)),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;

        let mode = file.metadata().map_err(|error| failed(&path, error))?.mode();
        if name == KEY && mode & OTHERS != 0 {
            return Err(CaError::Exposed { path });
        }
    }
    let mut text = String::new();
    file.take(MAX_FILE).read_to_string(&mut text).map_err(|error| failed(&path, error))?;
    Ok(Some(text))
}

/// Creates the directory, and those above it, unless it is there.
fn create(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o755);
    builder.create(directory)
}

/// Writes a file that is under its name whole or not there, and never in another's place.
fn write(directory: &Path, name: &str, text: &str, mode: u32) -> Result<(), CaError> {
    let path = directory.join(name);
    let written = || {
        // Made for the owner alone.
        let mut file = NamedTempFile::new_in(directory)?;
        file.write_all(text.as_bytes())?;
        set_mode(file.as_file(), mode)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(&path)?;
        crate::files::sync_directory(directory)
    };
    written().map_err(|error| failed(&path, error))
}

#[cfg(unix)]
fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    file.set_permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(mode))
}

/// Elsewhere a file has the permissions of its directory.
#[cfg(not(unix))]
fn set_mode(_: &File, _: u32) -> io::Result<()> {
    Ok(())
}

fn failed(path: &Path, error: io::Error) -> CaError {
    CaError::Io { path: PathBuf::from(path), error }
}

/// What clients trust.
pub(super) const CERTIFICATE: &str = "ca.pem";
/// What signs.
pub(super) const KEY: &str = "ca-key.pem";
const LOCK: &str = "lock";
const OWNER_ALONE: u32 = 0o600;
const EVERYBODY: u32 = 0o644;
/// Whatever a mode allows to others than the owner.
#[cfg(unix)]
const OTHERS: u32 = 0o077;
/// Ours have less than 2 KiB.
const MAX_FILE: u64 = 64 << 10;
