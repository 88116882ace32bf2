//! Everything back to how it began, or one partner's part of it gone. Done on the store's thread, alone,
//! so that each request comes before a reset or after it.

use std::collections::HashSet;

use doku_types::{ClientId, FileId};
use rusqlite::{Connection, backup::Backup, params};
use tracing::error;

use super::{StoreError, engine, schema, snapshot::Snapshot, writer::Writer};
use crate::{file_link::FileLinks, files::Files};

/// What a reset took away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Taken {
    pub(crate) businesses: u64,
    pub(crate) files: u64,
    pub(crate) callbacks: u64,
    pub(crate) replies: u64,
}

/// What a reset of everything needs to know.
pub(crate) struct Beginning {
    /// As at the start.
    pub(crate) seed: Option<u64>,
    /// What the mock was started from, read anew.
    pub(crate) snapshot: Option<Snapshot>,
    pub(crate) files: Files,
    /// Signed with another key from then on.
    pub(crate) links: FileLinks,
}

/// What is told of a reset of everything.
pub(crate) struct Begun {
    pub(crate) taken: Taken,
    /// The life of the mock that began with it.
    pub(crate) life: u64,
}

impl Writer {
    /// Everything is as it was at the start.
    pub(super) fn begin_anew(&mut self, beginning: &Beginning) -> Result<Begun, StoreError> {
        let taken = taken(&self.sql, None)?;
        let empty;
        let from = match &beginning.snapshot {
            Some(snapshot) => snapshot.state(),
            None => {
                empty = schema::in_memory()?;
                &empty
            }
        };
        // Before the state that refers to them: should this fail, everything is as it was.
        let known = match &beginning.snapshot {
            Some(snapshot) => {
                snapshot.write_files(&beginning.files)?;
                snapshot.file_ids()?
            }
            None => HashSet::new(),
        };
        copy(from, &mut self.sql)?;
        let (engine, stored) = engine::load(&self.sql, beginning.seed)?;
        beginning.links.sign_with(engine.link_key.clone());
        self.engine = engine;
        self.clock.restart(stored);
        self.releases.recalls.reset(None);
        let life = self.releases.recalls.life();
        beginning.files.clear(&known);
        self.told_of_change();
        Ok(Begun { taken, life })
    }

    /// Nothing of a partner is there any more; the others go on.
    pub(super) fn forget_partner(
        &mut self,
        partner: &ClientId,
        is_known: bool,
        files: &Files,
    ) -> Result<Taken, StoreError> {
        let transaction = self.sql.transaction()?;
        let taken = taken(&transaction, Some(partner))?;
        if !is_known && taken == Taken::default() {
            // Resets are remembered by partner: not by whatever name somebody sends.
            return Ok(taken);
        }
        let id = partner.as_str();
        let ids: Vec<FileId> = transaction
            .prepare("SELECT id FROM files WHERE partner = ?1")?
            .query_map([id], |row| Ok(row.get::<_, String>(0)?.into()))?
            .collect::<Result<_, _>>()?;
        // Numbers are never given twice: whoever reads on from one misses nothing.
        transaction.execute(
            "UPDATE engine SET
                 last_business = max(last_business, (SELECT ifnull(max(number), 0) FROM businesses)),
                 last_callback = max(last_callback, (SELECT ifnull(max(number), 0) FROM callbacks))",
            [],
        )?;
        for statement in FORGET {
            transaction.execute(statement, params![id])?;
        }
        transaction.commit()?;
        self.releases.recalls.reset(Some(partner));
        for id in ids {
            files.remove(&id);
        }
        self.told_of_change();
        Ok(taken)
    }

    /// Whoever waits for a change, or for something to fall due, looks again.
    fn told_of_change(&self) {
        self.changed.send_modify(|count| *count += 1);
        self.agenda.notify_one();
    }
}

/// How much there is of a partner, or of all.
fn taken(sql: &Connection, partner: Option<&ClientId>) -> rusqlite::Result<Taken> {
    let count = |query: &str| -> rusqlite::Result<u64> {
        let id = partner.map(ClientId::as_str);
        let count: i64 = sql.query_row(query, [id], |row| row.get(0))?;
        Ok(count.cast_unsigned())
    };
    Ok(Taken {
        businesses: count("SELECT count(*) FROM businesses WHERE ?1 IS NULL OR partner = ?1")?,
        files: count("SELECT count(*) FROM files WHERE ?1 IS NULL OR partner = ?1")?,
        callbacks: count(
            "SELECT count(*) FROM callbacks JOIN businesses ON businesses.number = business
             WHERE ?1 IS NULL OR partner = ?1",
        )?,
        replies: count("SELECT count(*) FROM replies WHERE ?1 IS NULL OR partner = ?1")?,
    })
}

/// Makes one database the same as another, whole or not at all.
pub(super) fn copy(from: &Connection, to: &mut Connection) -> rusqlite::Result<()> {
    let copied = Backup::new(from, to)?.step(-1)?;
    if copied == rusqlite::backup::StepResult::Done {
        return Ok(());
    }
    error!(?copied, "a database could not be copied: it is in use");
    Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None))
}

/// In this order: each refers to those after it.
const FORGET: [&str; 6] = [
    "DELETE FROM attempts WHERE callback IN (SELECT callbacks.number FROM callbacks
     JOIN businesses ON businesses.number = business WHERE partner = ?1)",
    "DELETE FROM callbacks WHERE business IN (SELECT number FROM businesses WHERE partner = ?1)",
    "DELETE FROM brands WHERE business IN (SELECT number FROM businesses WHERE partner = ?1)",
    "DELETE FROM businesses WHERE partner = ?1",
    "DELETE FROM files WHERE partner = ?1",
    "DELETE FROM replies WHERE partner = ?1",
];
