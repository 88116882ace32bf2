//! A snapshot: the whole state as one SQLite file, uploaded files included. The same state gives the same
//! bytes.

use std::{collections::HashSet, fs::File, io, path::Path};

use doku_types::FileId;
use rusqlite::{Connection, params};
use tempfile::NamedTempFile;

use super::{
    DataError, StoreError,
    schema::{self, SNAPSHOT_ID, is_marked},
    sound,
    writer::Writer,
};
use crate::files::Files;

impl Writer {
    /// Writes what the database has to a new file at `path`.
    pub(super) fn write_state(&mut self, path: &Path) -> Result<(), StoreError> {
        // A state in which nothing has happened yet still has its randomness.
        let begun: bool =
            self.sql.query_row("SELECT count(*) > 0 FROM engine", [], |row| row.get(0))?;
        if !begun {
            self.engine.save(&self.sql, self.clock.now())?;
        }
        let path = path.to_str().ok_or_else(|| {
            let error = io::Error::other("the directory for temporary files is not named in UTF-8");
            StoreError::Io(error.into())
        })?;
        self.sql.execute("VACUUM INTO ?1", [path])?;
        Ok(())
    }
}

/// Makes the copy of a state at `path` a snapshot: puts the uploaded files in, one after the other.
///
/// # Errors
/// The disk is full, say. A file that is missing is one too.
pub(crate) fn complete(path: &Path, files: &Files) -> Result<(), StoreError> {
    let sql = Connection::open(path)?;
    // It is of no use unless it is whole.
    sql.pragma_update_and_check(None, "journal_mode", "OFF", |_| Ok(()))?;
    sql.pragma_update(None, "synchronous", "OFF")?;
    sql.pragma_update(None, "cache_size", CACHE_KIB)?;
    sql.execute_batch("BEGIN")?;
    sql.execute_batch(CONTENTS)?;
    sql.pragma_update(None, "application_id", SNAPSHOT_ID)?;
    {
        let mut ids = sql.prepare("SELECT id FROM files ORDER BY id")?;
        let mut add = sql.prepare("INSERT INTO contents VALUES (?1, ?2)")?;
        let mut ids = ids.query([])?;
        while let Some(row) = ids.next()? {
            let id: String = row.get(0)?;
            // At most 15 MB: what an upload may have.
            let content = files.read(&id.as_str().into());
            let content = content.map_err(|error| StoreError::Io(error.into()))?;
            add.execute(params![id, content])?;
        }
    }
    // It counts how often the tables were made, which says nothing of the state.
    sql.pragma_update(None, "schema_version", 1)?;
    sql.execute_batch("COMMIT")?;
    sql.close().map_err(|(_, error)| error.into())
}

/// A snapshot that was read and found sound: a copy, so that the file itself stays as it is.
pub(crate) struct Snapshot {
    sql: Connection,
    // After the connection, so that it is closed when the file is removed.
    _copy: NamedTempFile,
}

impl Snapshot {
    /// Reads a snapshot.
    ///
    /// # Errors
    /// [`DataError`] with what to do: the file is not there, no snapshot, damaged, or of a later
    /// version.
    pub(crate) fn open(path: &Path) -> Result<Self, DataError> {
        let io = |error| DataError::Io { path: path.to_owned(), error };
        let metadata = std::fs::metadata(path).map_err(io)?;
        if !metadata.is_file() || !is_marked(path, SNAPSHOT_ID).map_err(io)? {
            return Err(DataError::NoSnapshot(path.to_owned()));
        }
        let mut copy = NamedTempFile::with_prefix("doku-mock-").map_err(io)?;
        let mut original = File::open(path).map_err(io)?;
        std::io::copy(&mut original, copy.as_file_mut()).map_err(io)?;
        let sqlite = |error| unusable(path, error);
        let mut sql = Connection::open(copy.path()).map_err(sqlite)?;
        sql.pragma_update_and_check(None, "journal_mode", "OFF", |_| Ok(())).map_err(sqlite)?;
        sql.pragma_update(None, "synchronous", "OFF").map_err(sqlite)?;
        // What it says is data: no view or trigger of it is to do anything.
        sql.pragma_update(None, "trusted_schema", false).map_err(sqlite)?;
        let damaged = |why| DataError::Corrupt { path: path.to_owned(), why };
        // First of all: what looks into a table must not come upon a view that has no end.
        let version = schema::version(&sql, path)?;
        let strange = sound::strange_definition(&sql, version, CONTENTS).map_err(sqlite)?;
        strange.map_or(Ok(()), |why| Err(damaged(why)))?;
        schema::sound_version(&sql, path)?;
        schema::migrate(&mut sql, version).map_err(sqlite)?;
        let wrong = sound::wrong_row(&sql).map_err(sqlite)?;
        wrong.map_or(Ok(()), |why| Err(damaged(why)))?;
        // The contents stay aside: what becomes the state is the rest.
        sql.execute_batch(
            "ATTACH '' AS aside;
             CREATE TABLE aside.contents AS SELECT id, content FROM main.contents;
             DROP TABLE main.contents;",
        )
        .map_err(sqlite)?;
        sql.pragma_update(None, "application_id", schema::APPLICATION_ID).map_err(sqlite)?;
        // A database in memory takes no other pages than its own.
        sql.pragma_update(None, "page_size", PAGE_SIZE).map_err(sqlite)?;
        sql.execute_batch("VACUUM main").map_err(sqlite)?;
        Ok(Self { sql, _copy: copy })
    }

    /// The state without the uploaded files.
    pub(super) fn state(&self) -> &Connection {
        &self.sql
    }

    /// The ids of the uploaded files.
    pub(super) fn file_ids(&self) -> rusqlite::Result<HashSet<FileId>> {
        let mut ids = self.sql.prepare("SELECT id FROM aside.contents")?;
        let ids = ids.query_map([], |row| Ok(row.get::<_, String>(0)?.into()))?;
        ids.collect()
    }

    /// Puts the uploaded files in their place.
    ///
    /// # Errors
    /// The disk is full, say.
    pub(crate) fn write_files(&self, files: &Files) -> Result<(), StoreError> {
        let mut contents = self.sql.prepare("SELECT id, content FROM aside.contents")?;
        let mut contents = contents.query([])?;
        while let Some(row) = contents.next()? {
            let (id, content): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let written = files.put(&id.as_str().into(), &content);
            written.map_err(|error| StoreError::Io(error.into()))?;
        }
        Ok(())
    }
}

/// Whatever SQLite does not like about a copy of our own is in the snapshot, but for a disk or memory that
/// is full.
fn unusable(path: &Path, error: rusqlite::Error) -> DataError {
    use rusqlite::ErrorCode::{CannotOpen, DiskFull, OutOfMemory, SystemIoFailure};
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(CannotOpen | DiskFull | OutOfMemory | SystemIoFailure) => {
            DataError::Sqlite { path, error: error.into() }
        }
        _ => DataError::Corrupt { path, why: error.to_string() },
    }
}

const CONTENTS: &str = "CREATE TABLE contents (
    id TEXT PRIMARY KEY REFERENCES files,
    content BLOB NOT NULL
) STRICT";
/// Negative: in KiB, not in pages.
const CACHE_KIB: i64 = -16_384;
/// SQLite's own, in bytes.
const PAGE_SIZE: i64 = 4096;
