//! Replies kept for repeated requests (A13).

use std::time::Duration;

use bytes::Bytes;
use doku_types::ClientId;
use http::Method;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::{State, StoreError};

/// What makes two requests with one Request-Id the same: method, path and body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(method: &Method, path: &str, body: &[u8]) -> Self {
        let mut hash = Sha256::new();
        // Neither a method nor a path contains a line feed.
        hash.update(format!("{method}\n{path}\n"));
        hash.update(body);
        Self(hash.finalize().into())
    }
}

/// What is known of a Request-Id.
#[derive(Debug)]
pub(crate) enum Kept {
    /// The same request: its reply.
    Reply { body: Bytes, assumptions: String },
    /// Another request.
    Other,
}

impl State<'_> {
    /// What a partner's request with this id was answered, if that was less than 24 h ago.
    pub(crate) fn kept_reply(
        &self,
        partner: &ClientId,
        request_id: &str,
        fingerprint: Fingerprint,
    ) -> Result<Option<Kept>, StoreError> {
        let mut query = self.sql.prepare_cached(
            "SELECT fingerprint, at, body, assumptions FROM replies WHERE partner = ?1 AND request_id = ?2",
        )?;
        let found = query.query_row([partner.as_str(), request_id], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, i64>(1)?, row.get(2)?, row.get(3)?))
        });
        let Some((stored, at, body, assumptions)) = found.optional()? else {
            return Ok(None);
        };
        if self.now.as_millis() - at >= RETENTION.as_millis() as i64 {
            return Ok(None);
        }
        let body: Vec<u8> = body;
        Ok(Some(if stored == fingerprint.0 {
            Kept::Reply { body: body.into(), assumptions }
        } else {
            Kept::Other
        }))
    }

    /// Keeps a reply; the partner's oldest goes when it has too many.
    pub(crate) fn keep_reply(
        &mut self,
        partner: &ClientId,
        request_id: &str,
        fingerprint: Fingerprint,
        body: &[u8],
        assumptions: &str,
    ) -> Result<(), StoreError> {
        let last: i64 = self
            .sql
            .prepare_cached("SELECT coalesce(max(number), 0) FROM replies WHERE partner = ?1")?
            .query_row([partner.as_str()], |row| row.get(0))?;
        let number = last + 1;
        self.sql
            .prepare_cached("INSERT OR REPLACE INTO replies VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute(params![
                partner.as_str(),
                number,
                request_id,
                fingerprint.0,
                self.now.as_millis(),
                body,
                assumptions,
            ])?;
        self.sql
            .prepare_cached("DELETE FROM replies WHERE partner = ?1 AND number <= ?2")?
            .execute(params![partner.as_str(), number - MAX_REPLIES])?;
        Ok(())
    }
}

/// How long a reply is kept (A13).
const RETENTION: Duration = Duration::from_hours(24);
/// How many replies are kept at most for each partner: none takes another's away.
const MAX_REPLIES: i64 = 10_000;
