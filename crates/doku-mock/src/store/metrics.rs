//! How much there is of everything.

use super::{State, StoreError};

/// Counts by state, as text.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// By status.
    pub(crate) businesses: Vec<(String, u64)>,
    /// By state of their delivery.
    pub(crate) callbacks: Vec<(String, u64)>,
    /// By what came of them: `acknowledged`, `refused` or `unanswered`.
    pub(crate) attempts: Vec<(String, u64)>,
    /// Uploaded files.
    pub(crate) files: u64,
    /// What they have together, in bytes.
    pub(crate) file_bytes: u64,
    /// Replies kept for repeated requests.
    pub(crate) replies: u64,
}

impl State<'_> {
    /// Counts everything.
    pub(crate) fn counts(&self) -> Result<Counts, StoreError> {
        let grouped = |query: &str| -> rusqlite::Result<Vec<(String, u64)>> {
            let mut query = self.sql.prepare_cached(query)?;
            let rows = query
                .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?;
            rows.collect()
        };
        let one = |query: &str| -> rusqlite::Result<u64> {
            let count: i64 = self.sql.prepare_cached(query)?.query_row([], |row| row.get(0))?;
            Ok(count.cast_unsigned())
        };
        Ok(Counts {
            businesses: grouped("SELECT status, count(*) FROM businesses GROUP BY 1 ORDER BY 1")?,
            callbacks: grouped("SELECT state, count(*) FROM callbacks GROUP BY 1 ORDER BY 1")?,
            attempts: grouped(
                "SELECT CASE WHEN status BETWEEN 200 AND 299 THEN 'acknowledged'
                             WHEN status IS NOT NULL THEN 'refused' ELSE 'unanswered' END, count(*)
                 FROM attempts GROUP BY 1 ORDER BY 1",
            )?,
            files: one("SELECT count(*) FROM files")?,
            file_bytes: one("SELECT ifnull(sum(size), 0) FROM files")?,
            replies: one("SELECT count(*) FROM replies")?,
        })
    }
}
