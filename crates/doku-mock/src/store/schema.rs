//! The database: its tables, and how a file with them is opened, made or refused.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::reset;
use crate::files::{beside, create_owned, parent, sync_directory};

/// Why a data file cannot be used. It was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file is not a database, or one of another program.
    #[error("{0} is not a data file of doku-mock: give another path, or move that file away")]
    Foreign(PathBuf),
    /// A later version of the mock wrote it.
    #[error(
        "{path} was written by a later doku-mock (format {version}, this one reads up to {known}): use that version, or another path"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        version: i64,
        /// The latest format that this version reads.
        known: i64,
    },
    /// The file is damaged.
    #[error("{path} is damaged ({why}): restore a copy of it, or begin anew with another path")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        why: String,
    },
    /// The file is gone or empty, but not what SQLite or the mock keeps beside it.
    #[error(
        "{} is left of a data file that is gone: move it away too, or bring {} back",
        left.display(), path.display()
    )]
    LeftBehind {
        /// The file.
        path: PathBuf,
        /// What is left: a log that SQLite would play into a new file, or the uploaded files.
        left: PathBuf,
    },
    /// A snapshot is a beginning; this data file has gone on from another.
    #[error(
        "{0} exists already, and a mock that starts from a snapshot begins a new data file: give another path, or leave the snapshot out"
    )]
    Exists(PathBuf),
    /// The file is not a snapshot.
    #[error(
        "{0} is not a snapshot of doku-mock: GET /_mock/snapshot of a running mock gives one; a data file is given as --data"
    )]
    NoSnapshot(PathBuf),
    /// The file is a snapshot, not a data file.
    #[error("{0} is a snapshot of doku-mock: give it as --snapshot, and a new path as --data")]
    Snapshot(PathBuf),
    /// Another mock has it open.
    #[error("{0} is in use by another doku-mock: stop that one, or give another path")]
    InUse(PathBuf),
    /// The file cannot be read or written.
    #[error("{path} cannot be opened: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        error: io::Error,
    },
    /// SQLite failed.
    #[error("{path} cannot be opened: {error}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Its reason.
        #[source]
        error: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A database in memory, gone with its connection.
pub(super) fn in_memory() -> rusqlite::Result<Connection> {
    let mut sql = Connection::open_in_memory()?;
    create(&mut sql)?;
    settle(&sql)?;
    Ok(sql)
}

/// Whether there is a data file; `false` also for an empty one.
///
/// # Errors
/// [`DataError`], if there is another file, or none but the logs of one.
pub(crate) fn recognise(path: &Path) -> Result<bool, DataError> {
    let io = |error| DataError::Io { path: path.to_owned(), error };
    let length = match std::fs::metadata(path) {
        Ok(found) if found.is_file() => found.len(),
        Ok(_) => return Err(DataError::Foreign(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(io(error)),
    };
    if length == 0 {
        nothing_left(path)?;
        return Ok(false);
    }
    if is_marked(path, SNAPSHOT_ID).map_err(io)? {
        return Err(DataError::Snapshot(path.to_owned()));
    }
    if !is_marked(path, APPLICATION_ID).map_err(io)? {
        return Err(DataError::Foreign(path.to_owned()));
    }
    Ok(true)
}

/// SQLite would play a log that a killed process left into whatever file has its name.
fn nothing_left(path: &Path) -> Result<(), DataError> {
    for end in ["-wal", "-shm", "-journal"] {
        let left = beside(path, end);
        if left.try_exists().map_err(|error| DataError::Io { path: left.clone(), error })? {
            return Err(DataError::LeftBehind { path: path.to_owned(), left });
        }
    }
    Ok(())
}

/// The database in a file, made if there is none: empty, or as `from`.
pub(super) fn in_file(path: &Path, from: Option<&Connection>) -> Result<Connection, DataError> {
    if !recognise(path)? {
        make(path, from)?;
    } else if from.is_some() {
        return Err(DataError::Exists(path.to_owned()));
    }
    let sqlite = |error| sqlite_error(path, error);
    let mut sql = Connection::open_with_flags(path, FLAGS).map_err(sqlite)?;
    // Closing it would move the log of a killed process into a file that is refused.
    sql.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(sqlite)?;
    let version = sound_version(&sql, path)?;
    sql.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(sqlite)?;
    migrate(&mut sql, version).map_err(sqlite)?;
    // The first answers with the mode, which the others do not.
    sql.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).map_err(sqlite)?;
    sql.pragma_update(None, "synchronous", "FULL").map_err(sqlite)?;
    settle(&sql).map_err(sqlite)?;
    Ok(sql)
}

/// The format of a database.
pub(super) fn version(sql: &Connection, path: &Path) -> Result<i64, DataError> {
    let read = sql.pragma_query_value(None, "user_version", |row| row.get(0));
    let version: i64 = read.map_err(|error| sqlite_error(path, error))?;
    let known = KNOWN;
    if version > known {
        return Err(DataError::Newer { path: path.to_owned(), version, known });
    }
    Ok(version)
}

/// The format of a database that is whole.
pub(super) fn sound_version(sql: &Connection, path: &Path) -> Result<i64, DataError> {
    let sqlite = |error| sqlite_error(path, error);
    let version = version(sql, path)?;
    let found: String =
        sql.pragma_query_value(None, "quick_check", |row| row.get(0)).map_err(sqlite)?;
    if found != "ok" {
        return Err(DataError::Corrupt { path: path.to_owned(), why: found });
    }
    Ok(version)
}

/// Makes the file under another name first: under its own it is whole or not there.
fn make(path: &Path, from: Option<&Connection>) -> Result<(), DataError> {
    let io = |error| DataError::Io { path: path.to_owned(), error };
    let unfinished = beside(path, ".new");
    let _ = std::fs::remove_file(&unfinished);
    let file = create_owned(&unfinished).map_err(io)?;
    let sqlite = |error| sqlite_error(path, error);
    let mut sql = Connection::open_with_flags(&unfinished, FLAGS).map_err(sqlite)?;
    match from {
        Some(from) => reset::copy(from, &mut sql).map_err(sqlite)?,
        None => create(&mut sql).map_err(sqlite)?,
    }
    sql.close().map_err(|(_, error)| sqlite(error))?;
    file.sync_all().map_err(io)?;
    std::fs::rename(&unfinished, path).map_err(io)?;
    sync_directory(parent(path)).map_err(io)
}

/// Whether the file is a SQLite database with this mark of ours: told from its first bytes, since SQLite may
/// write to a file that it opens.
pub(super) fn is_marked(path: &Path, mark: u32) -> io::Result<bool> {
    let mut head = [0; 100];
    match File::open(path)?.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        Err(error) => return Err(error),
    }
    Ok(head.starts_with(b"SQLite format 3\0") && head[68..72] == mark.to_be_bytes())
}

pub(super) fn sqlite_error(path: &Path, error: rusqlite::Error) -> DataError {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseCorrupt, NotADatabase};
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => DataError::Corrupt { path, why: error.to_string() },
        Some(DatabaseBusy) => DataError::InUse(path),
        _ => DataError::Sqlite { path, error: error.into() },
    }
}

fn create(sql: &mut Connection) -> rusqlite::Result<()> {
    sql.pragma_update(None, "application_id", APPLICATION_ID)?;
    migrate(sql, 0)
}

/// Brings a database of this version to the present one, whole or not at all.
pub(super) fn migrate(sql: &mut Connection, version: i64) -> rusqlite::Result<()> {
    let from = usize::try_from(version).unwrap_or_default();
    if from == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = sql.transaction()?;
    for migration in &MIGRATIONS[from..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", KNOWN)?;
    transaction.commit()
}

/// The types, names, tables and definitions of what a database has, in their order.
pub(super) fn definitions(sql: &Connection) -> rusqlite::Result<Vec<Definition>> {
    let mut read =
        sql.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")?;
    let read =
        read.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
    read.collect()
}

/// As SQLite keeps it; an index that it makes by itself has no text of its own.
pub(super) type Definition = [Option<String>; 4];

/// As [`definitions`], of a database of this version with what `more` adds; `None` if there is no such
/// version.
pub(super) fn known_definitions(
    version: i64,
    more: &str,
) -> rusqlite::Result<Option<Vec<Definition>>> {
    let migrations = usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(..version));
    let Some(migrations) = migrations.filter(|migrations| !migrations.is_empty()) else {
        return Ok(None);
    };
    let sql = Connection::open_in_memory()?;
    for migration in migrations {
        sql.execute_batch(migration)?;
    }
    sql.execute_batch(more)?;
    definitions(&sql).map(Some)
}

fn settle(sql: &Connection) -> rusqlite::Result<()> {
    // Else SQLite may plan a cached statement anew for each value that is bound to it; no
    // statement here is better off by another index for other values.
    sql.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    sql.pragma_update(None, "foreign_keys", true)?;
    sql.pragma_update(None, "cache_size", CACHE_KIB)?;
    sql.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// "DOKU": a data file.
pub(super) const APPLICATION_ID: u32 = 0x444f_4b55;
/// "DOKS": a snapshot.
pub(super) const SNAPSHOT_ID: u32 = 0x444f_4b53;
/// Negative: in KiB, not in pages.
const CACHE_KIB: i64 = -65_536;
const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);
const KNOWN: i64 = MIGRATIONS.len() as i64;
/// What was added, version by version. A migration that was released is never changed.
const MIGRATIONS: &[&str] = &[include_str!("schema/1.sql"), include_str!("schema/2.sql")];
