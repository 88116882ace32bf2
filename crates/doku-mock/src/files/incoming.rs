//! A file that is coming in: written in chunks, gone unless it is kept.

use std::{
    fs, io,
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
};

use doku_types::FileId;
use tokio::{
    fs::File,
    io::{AsyncWriteExt, BufWriter},
};

use super::{Directory, logged, part_name, sync_directory};

/// A file being written. Dropped, it is removed.
#[derive(Debug)]
pub(crate) struct Incoming {
    // Before the part, so that it is closed when the part is removed.
    file: BufWriter<File>,
    head: Vec<u8>,
    part: Part,
}

/// A file that is here whole, and that nothing refers to yet. Dropped, it is removed.
#[derive(Debug)]
pub(crate) struct Received {
    head: Vec<u8>,
    part: Part,
}

/// What an unkept file takes up, until dropped: a name and bytes of the budget.
#[derive(Debug)]
struct Part {
    directory: Arc<Directory>,
    path: PathBuf,
    bytes: u64,
    kept: bool,
}

impl Incoming {
    pub(super) async fn create(directory: &Arc<Directory>) -> io::Result<Self> {
        let number = directory.next.fetch_add(1, Ordering::Relaxed);
        let path = directory.path.join(part_name(number));
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(OWNER_ONLY);
        let file = options.open(&path).await.map_err(|error| logged(error, &path))?;
        let part = Part { directory: Arc::clone(directory), path, bytes: 0, kept: false };
        Ok(Self { file: BufWriter::with_capacity(BUFFER, file), head: Vec::new(), part })
    }

    /// How many bytes were written so far.
    pub(crate) fn size(&self) -> u64 {
        self.part.bytes
    }

    /// Writes the next bytes.
    ///
    /// # Errors
    /// [`io::ErrorKind::QuotaExceeded`] if all files together would be too large, or whatever the
    /// disk says; logged. The file is of no more use.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let length = bytes.len() as u64;
        self.part.directory.reserve(length).map_err(|error| self.part.failed(error))?;
        self.part.bytes += length;
        let missing = HEAD.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(missing));
        self.file.write_all(bytes).await.map_err(|error| self.part.failed(error))
    }

    /// The end of the file.
    ///
    /// # Errors
    /// As of [`Incoming::write`].
    pub(crate) async fn finish(mut self) -> io::Result<Received> {
        self.file.flush().await.map_err(|error| self.part.failed(error))?;
        if self.part.directory.sync {
            self.file.get_ref().sync_all().await.map_err(|error| self.part.failed(error))?;
        }
        Ok(Received { head: self.head, part: self.part })
    }
}

impl Received {
    /// In bytes.
    pub(crate) fn size(&self) -> u64 {
        self.part.bytes
    }

    /// Its first bytes, enough to tell its kind.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Gives it its name, for good. Called within the transaction that refers to it: should that
    /// fail, the file is left to [`Files::tidy`](super::Files::tidy).
    ///
    /// # Errors
    /// It cannot be renamed, or `id` is none that the mock makes; logged, and the file is removed.
    pub(crate) fn keep(mut self, id: &FileId) -> io::Result<()> {
        let part = &mut self.part;
        let path = part.directory.path_of(id)?;
        fs::rename(&part.path, &path).map_err(|error| part.failed(error))?;
        part.path = path;
        if part.directory.sync {
            sync_directory(&part.directory.path).map_err(|error| part.failed(error))?;
        }
        part.kept = true;
        Ok(())
    }
}

impl Part {
    fn failed(&self, error: io::Error) -> io::Error {
        logged(error, &self.path)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        if let Err(error) = fs::remove_file(&self.path) {
            logged(error, &self.path);
        }
        self.directory.give_back(self.bytes);
    }
}

/// What is written at once, in bytes.
const BUFFER: usize = 64 << 10;
/// How much of a file's beginning is needed to judge it, in bytes: `FileRequirement::check`.
const HEAD: usize = 8;
/// The files may be of identity papers.
#[cfg(unix)]
const OWNER_ONLY: u32 = 0o600;
