//! Uploaded bytes: one directory with one file per id, read and written in chunks, so that memory
//! does not grow with what is uploaded. What a file is, and whose, stands in the database.

mod content;
mod incoming;

use std::{
    collections::HashSet,
    fs::{self, DirBuilder, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

pub(crate) use content::Content;
use doku_types::FileId;
pub(crate) use incoming::{Incoming, Received};
use tempfile::TempDir;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{error, warn};

/// The directory. Clones share it; while one lives, no other mock can open it.
#[derive(Debug, Clone)]
pub(crate) struct Files(Arc<Directory>);

#[derive(Debug)]
struct Directory {
    path: PathBuf,
    /// Whether content is on the disk before anything refers to it.
    sync: bool,
    /// All files together, in bytes.
    budget: u64,
    /// What of the budget is taken by files that are here or coming in.
    used: AtomicU64,
    /// Counts incoming files, for their names, from anywhere: a part that is dropped late must not be
    /// named as one of the next mock's.
    next: AtomicU64,
    places: Arc<Semaphore>,
    lock: File,
    /// The directory, to be removed in the end, if nobody is to find it again.
    temporary: Mutex<Option<TempDir>>,
}

/// The right to have a file come in.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Files {
    /// The files of a database: `<database>.files/`, created if it is not there, for its owner
    /// alone. Contents survive a power failure from [`Received::keep`] on. Before the first upload,
    /// [`tidy`](Self::tidy) it, which also counts what is there.
    ///
    /// # Errors
    /// The directory cannot be created or locked, or another mock has locked it.
    pub(crate) fn beside(database: &Path, budget: u64) -> io::Result<Self> {
        let path = beside(database, ".files");
        create(&path).map_err(|error| named(&error, &path))?;
        Self::open_directory(path, budget, None)
    }

    /// A directory that is removed when the last clone is dropped. Nothing in it is synced.
    ///
    /// # Errors
    /// The directory for temporary files does not take it.
    pub(crate) fn temporary(budget: u64) -> io::Result<Self> {
        let mut directory = tempfile::Builder::new();
        #[cfg(unix)]
        directory.permissions(std::os::unix::fs::PermissionsExt::from_mode(OWNER_ONLY));
        let temporary = directory.prefix("doku-mock-").tempdir()?;
        Self::open_directory(temporary.path().to_owned(), budget, Some(temporary))
    }

    fn open_directory(path: PathBuf, budget: u64, temporary: Option<TempDir>) -> io::Result<Self> {
        Ok(Self(Arc::new(Directory {
            lock: lock(&path)?,
            path,
            sync: temporary.is_none(),
            budget,
            used: AtomicU64::new(0),
            next: AtomicU64::new(fastrand::u64(..)),
            places: Arc::new(Semaphore::new(MAX_INCOMING)),
            temporary: Mutex::new(temporary),
        })))
    }

    /// Waits for the right to have a file come in, until it is dropped: only so many do at once.
    pub(crate) async fn place(&self) -> Place {
        let place = Arc::clone(&self.0.places).acquire_owned().await;
        Place { _permit: place.expect("the semaphore is never closed") }
    }

    /// A new file to be written, by whoever has a place.
    ///
    /// # Errors
    /// It cannot be created; logged.
    pub(crate) async fn incoming(&self, _: &Place) -> io::Result<Incoming> {
        Incoming::create(&self.0).await
    }

    /// A file's content, to be sent.
    ///
    /// # Errors
    /// It cannot be opened, or `id` is none that the mock makes; logged.
    pub(crate) async fn open(&self, id: &FileId) -> io::Result<Content> {
        let path = self.0.path_of(id)?;
        Content::open(&path).await.map_err(|error| logged(error, &path))
    }

    /// A file's whole content.
    ///
    /// # Errors
    /// As of [`Files::open`].
    pub(crate) fn read(&self, id: &FileId) -> io::Result<Vec<u8>> {
        let path = self.0.path_of(id)?;
        fs::read(&path).map_err(|error| logged(error, &path))
    }

    /// Writes a file whole that another mock had, beyond the budget if need be.
    ///
    /// # Errors
    /// It cannot be written, or `id` is none that the mock makes; logged.
    pub(crate) fn put(&self, id: &FileId, content: &[u8]) -> io::Result<()> {
        let path = self.0.path_of(id)?;
        let part = self.new_part();
        let mut before = 0;
        let mut write = || {
            let mut file = create_owned(&part)?;
            io::Write::write_all(&mut file, content)?;
            if self.0.sync {
                file.sync_all()?;
            }
            // It may be there already, from the same mock.
            before = fs::metadata(&path).map_or(0, |metadata| metadata.len());
            fs::rename(&part, &path)?;
            if self.0.sync { sync_directory(&self.0.path) } else { Ok(()) }
        };
        write().map_err(|error| {
            let _ = fs::remove_file(&part);
            logged(error, &path)
        })?;
        self.0.used.fetch_add(content.len() as u64, Ordering::Relaxed);
        self.0.give_back(before);
        Ok(())
    }

    /// Removes a file that nothing refers to any more. One that cannot be removed is only logged.
    pub(crate) fn remove(&self, id: &FileId) {
        let Ok(path) = self.0.path_of(id) else {
            return;
        };
        let removed = fs::metadata(&path).and_then(|metadata| {
            fs::remove_file(&path)?;
            self.0.give_back(metadata.len());
            Ok(())
        });
        if let Err(error) = removed {
            warn!(path = %path.display(), %error, "cannot remove a file");
        }
    }

    /// Removes all files but those that are `known`; those that are coming in go on.
    pub(crate) fn clear(&self, known: &HashSet<FileId>) {
        let entries = fs::read_dir(&self.0.path).into_iter().flatten().flatten();
        for entry in entries {
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if let Some(name) =
                entry.file_name().to_str().filter(|name| is_file && is_file_id(name))
            {
                let id = FileId::from(name);
                if !known.contains(&id) {
                    self.remove(&id);
                }
            }
        }
    }

    /// A path for a file of passing use, which the next start removes if it was left.
    pub(crate) fn new_part(&self) -> PathBuf {
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.0.path.join(part_name(number))
    }

    /// Lets another mock open it, or removes it, though a clone may live a moment longer.
    pub(crate) fn close(&self) {
        drop(self.0.temporary.lock().unwrap_or_else(PoisonError::into_inner).take());
        // A lock that cannot be given up goes with the last clone.
        let _ = self.0.lock.unlock();
    }

    /// Where they are.
    pub(crate) fn path(&self) -> &Path {
        &self.0.path
    }

    /// Whether something was kept here.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub(crate) fn has_any(&self) -> io::Result<bool> {
        for entry in fs::read_dir(&self.0.path)? {
            if entry?.file_name().to_str().is_some_and(is_file_id) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes what an earlier process left without using it: files that were coming in, and those
    /// whose id nobody knows. Nothing else in the directory is touched. What stays is counted, so
    /// this is called before the first upload.
    ///
    /// # Errors
    /// The directory cannot be read. A file that cannot be removed is only logged.
    pub(crate) fn tidy(&self, known: impl Fn(&FileId) -> bool) -> io::Result<()> {
        let mut used = 0;
        for entry in fs::read_dir(&self.0.path)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| is_file_id(name) || is_part(name)) else {
                continue;
            };
            let metadata = entry.metadata()?;
            if !metadata.is_file() {
                continue;
            }
            if is_file_id(name) && known(&FileId::from(name)) {
                used += metadata.len();
            } else if let Err(error) = fs::remove_file(entry.path()) {
                warn!(path = %entry.path().display(), %error, "cannot remove a left-over file");
            }
        }
        self.0.used.store(used, Ordering::Relaxed);
        Ok(())
    }
}

impl Directory {
    /// Where the file of an id is.
    ///
    /// # Errors
    /// The id is none that the mock makes and might lead out of the directory; logged.
    fn path_of(&self, id: &FileId) -> io::Result<PathBuf> {
        if !is_file_id(id.as_str()) {
            let message = format!("{:?} is not an id of a file", id.as_str());
            return Err(logged(io::Error::new(io::ErrorKind::InvalidInput, message), &self.path));
        }
        Ok(self.path.join(id.as_str()))
    }

    /// Takes `bytes` of the budget.
    fn reserve(&self, bytes: u64) -> io::Result<()> {
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|used| *used <= self.budget)
        });
        taken.map(drop).map_err(|_| {
            let message = format!("files may have {} bytes together", self.budget);
            io::Error::new(io::ErrorKind::QuotaExceeded, message)
        })
    }

    fn give_back(&self, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The form of the mock's own ids, such as `DCM-0001-1700000000000`: nothing in it can be part of a
/// path, and no other file of the directory is named like one.
pub(crate) fn is_file_id(name: &str) -> bool {
    let mut parts = name.split('-');
    let (Some(prefix), Some(series), Some(millis), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    prefix.len() == 3
        && prefix.bytes().all(|b| b.is_ascii_uppercase())
        && series.len() == 4
        && digits(series)
        && (13..=19).contains(&millis.len())
        && digits(millis)
}

fn part_name(number: u64) -> String {
    format!("{PART}{number}{PART_END}")
}

fn is_part(name: &str) -> bool {
    let number = name.strip_prefix(PART).and_then(|rest| rest.strip_suffix(PART_END));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// A new file for its owner alone.
pub(crate) fn create_owned(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Creates the directory unless it is there.
fn create(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, OWNER_ONLY);
    match builder.create(path) {
        Ok(()) => sync_directory(parent(path)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Holds the directory for as long as the returned file is open, and no longer: a process that dies
/// leaves no lock behind.
fn lock(directory: &Path) -> io::Result<File> {
    let path = directory.join("lock");
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| named(&error, &path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => {
            let message = format!("{} is in use by another doku-mock", directory.display());
            Err(io::Error::new(io::ErrorKind::ResourceBusy, message))
        }
        Err(TryLockError::Error(error)) => Err(named(&error, &path)),
    }
}

/// The file beside this one whose name has this in addition.
pub(crate) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(end);
    PathBuf::from(path)
}

/// Where a file is.
pub(crate) fn parent(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// Makes names given in a directory survive a power failure.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    // Elsewhere a directory cannot be opened, and names need no such care.
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

fn named(error: &io::Error, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// The path is for the log alone: a reply does not show it.
fn logged(error: io::Error, path: &Path) -> io::Error {
    error!(path = %path.display(), %error, "cannot keep or read an uploaded file");
    error
}

/// How many files come in at once, each with a file handle and a buffer.
const MAX_INCOMING: usize = 32;
/// The files may be of identity papers.
#[cfg(unix)]
const OWNER_ONLY: u32 = 0o700;
const PART: &str = "incoming-";
const PART_END: &str = ".part";

#[cfg(test)]
mod tests;
