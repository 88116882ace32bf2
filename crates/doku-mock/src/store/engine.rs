//! Where the engine stands between two runs: its clock, and where ids, keys and links come from.

use doku_types::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::id::IdSource;

pub(super) struct Engine {
    pub(super) ids: IdSource,
    pub(super) link_key: String,
}

/// The stored engine with the instant at which it stood, or a new one.
pub(super) fn load(
    sql: &Connection,
    seed: Option<u64>,
) -> rusqlite::Result<(Engine, Option<Timestamp>)> {
    let stored = sql
        .query_row("SELECT now, last_id, random, link_key FROM engine", [], |row| {
            let now = Timestamp::from_millis(row.get(0)?);
            let random: i64 = row.get(2)?;
            let ids = IdSource::resumed(random.cast_unsigned(), row.get(1)?);
            Ok((Engine { ids, link_key: row.get(3)? }, Some(now)))
        })
        .optional()?;
    Ok(stored.unwrap_or_else(|| {
        let mut ids = IdSource::new(seed);
        let link_key = ids.key();
        (Engine { ids, link_key }, None)
    }))
}

impl Engine {
    /// Goes into each transaction that changes anything.
    pub(super) fn save(&self, sql: &Connection, now: Timestamp) -> rusqlite::Result<()> {
        let (random, last_id) = self.ids.position();
        sql.prepare_cached(
            "INSERT INTO engine (one, now, last_id, random, link_key) VALUES (1, ?1, ?2, ?3, ?4)
             ON CONFLICT (one) DO UPDATE SET now = ?1, last_id = ?2, random = ?3",
        )?
        .execute(params![
            now.as_millis(),
            last_id,
            random.cast_signed(),
            self.link_key
        ])?;
        Ok(())
    }
}
