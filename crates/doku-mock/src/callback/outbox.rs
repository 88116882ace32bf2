//! The outbox: what is to be told, written with what caused it, and what became of it.

use std::time::Duration;

use bytes::Bytes;
use doku_types::{BusinessId, ClientId, Timestamp, partner::callback::Callback};
use rusqlite::{OptionalExtension, Row, params};

use super::{Attempt, CallbackRecord, DeliveryState, Place};
use crate::store::{State, StoreError, Stored};

/// A callback as its delivery needs it.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) number: i64,
    pub(crate) partner: ClientId,
    pub(crate) business: BusinessId,
    pub(crate) request_id: String,
    pub(crate) url: String,
    pub(crate) body: Bytes,
    /// How many resets there had been when it was read.
    pub(crate) since: u64,
    /// In which life of the mock that was.
    pub(crate) life: u64,
    /// How many attempts at it have ended.
    pub(crate) attempts: u32,
}

/// A callback that has fallen due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DueCallback {
    pub(crate) number: i64,
    /// Whether it was delayed and never attempted.
    pub(crate) is_first: bool,
}

impl State<'_> {
    /// Puts callbacks of a business into the outbox, to be delivered in this order, and says their
    /// numbers; none without a callback URL.
    pub(crate) fn tell(
        &mut self,
        stored: &Stored,
        callbacks: Vec<Callback>,
    ) -> Result<Vec<i64>, StoreError> {
        let mut numbers = Vec::with_capacity(callbacks.len());
        let Some(url) = stored.business.callback_url() else {
            return Ok(numbers);
        };
        let last: i64 = self
            .sql
            .prepare_cached(
                "SELECT max((SELECT ifnull(max(number), 0) FROM callbacks),
                            (SELECT ifnull(max(last_callback), 0) FROM engine))",
            )?
            .query_row([], |row| row.get(0))?;
        let mut insert = self.sql.prepare_cached(
            "INSERT INTO callbacks (number, business, request_id, url, body, state, due, copies)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        for (callback, told) in (last + 1..).zip(self.faults.apply(callbacks)) {
            // A callback is text and lists of text: writing it cannot fail.
            let body = serde_json::to_string(&told.callback).expect("a callback can be written");
            // What is dropped is not due either, however late it would have been.
            let due = told.delay.filter(|_| !told.dropped).map(|delay| self.now + delay);
            let state = if told.dropped { DeliveryState::Dropped } else { DeliveryState::Pending };
            insert.execute(params![
                callback,
                stored.number,
                self.ids.request_id(),
                url,
                body,
                state.as_str(),
                due.map(Timestamp::as_millis),
                told.copies,
            ])?;
            numbers.push(callback);
            match (told.dropped, due) {
                (true, _) => {}
                (false, Some(_)) => self.agenda_changed = true,
                (false, None) => self.places.push(Place { lane: stored.number, callback }),
            }
        }
        Ok(numbers)
    }

    /// What the attempts at these callbacks need, of those that there are.
    pub(crate) fn outgoing(&self, callbacks: &[i64]) -> Result<Vec<Outgoing>, StoreError> {
        let mut query = self.sql.prepare_cached(
            "SELECT callbacks.number, partner, request_id, url, body, id,
                    (SELECT count(*) FROM attempts WHERE callback = callbacks.number) FROM callbacks
             JOIN businesses ON businesses.number = business WHERE callbacks.number = ?1",
        )?;
        let mut found = Vec::with_capacity(callbacks.len());
        for callback in callbacks {
            let outgoing = query.query_row([callback], |row| {
                Ok(Outgoing {
                    number: row.get(0)?,
                    partner: row.get::<_, String>(1)?.into(),
                    request_id: row.get(2)?,
                    url: row.get(3)?,
                    body: row.get::<_, String>(4)?.into(),
                    since: self.recalls.last(),
                    life: self.recalls.life(),
                    business: row.get::<_, String>(5)?.into(),
                    attempts: row.get(6)?,
                })
            });
            found.extend(outgoing.optional()?);
        }
        Ok(found)
    }

    /// Records an attempt and says what follows: how far it is, and how many copies are still to be sent.
    pub(crate) fn record_attempt(
        &mut self,
        callback: i64,
        attempt: &Attempt,
        blocked: bool,
    ) -> Result<(DeliveryState, u32), StoreError> {
        let ((all, steps), first, before, due, copies) = self
            .sql
            .prepare_cached(
                "SELECT count(attempts.number), count(attempts.number) FILTER (WHERE NOT by_hand),
                        min(at) FILTER (WHERE NOT by_hand), state, due, copies
                 FROM callbacks LEFT JOIN attempts ON callback = callbacks.number
                 WHERE callbacks.number = ?1",
            )?
            .query_row([callback], |row| {
                let instant = |column| -> rusqlite::Result<_> {
                    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
                };
                let counts = (row.get::<_, i64>(0)?, row.get::<_, u32>(1)?);
                Ok((counts, instant(2)?, state(row, 3)?, instant(4)?, row.get::<_, u32>(5)?))
            })?;
        self.sql
            .prepare_cached("INSERT INTO attempts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute(params![
                callback,
                all + 1,
                attempt.at.as_millis(),
                attempt.status,
                attempt.error,
                attempt.latency_ms.cast_signed(),
                attempt.by_hand,
            ])?;
        let acknowledged = attempt.status.is_some_and(|status| (200..300).contains(&status));
        let first = first.unwrap_or(attempt.at);
        let (state, due) = match (before, LADDER.get(steps as usize)) {
            _ if acknowledged => (DeliveryState::Delivered, None),
            // What failed by hand changes nothing, nor does a failed copy of what was delivered.
            (before, _) if attempt.by_hand || before != DeliveryState::Pending => (before, due),
            _ if blocked => (DeliveryState::Blocked, None),
            (_, Some(after)) => {
                let due = first + *after;
                // The ladder gives a receiver time. If the mock stood still meanwhile, it goes on from
                // here, instead of using up all attempts at once.
                let step =
                    steps.checked_sub(1).map_or(*after, |last| *after - LADDER[last as usize]);
                let due = if due > attempt.at { due } else { attempt.at + step };
                (DeliveryState::Pending, Some(due))
            }
            (_, None) => (DeliveryState::Exhausted, None),
        };
        let left = if acknowledged { copies.saturating_sub(1) } else { copies };
        self.agenda_changed |= due.is_some();
        self.sql
            .prepare_cached(
                "UPDATE callbacks SET state = ?2, due = ?3, copies = ?4 WHERE number = ?1",
            )?
            .execute(params![callback, state.as_str(), due.map(Timestamp::as_millis), left])?;
        Ok((state, if acknowledged { left } else { 0 }))
    }

    /// Takes the callbacks that have fallen due, earliest first, and no more than `limit`. Whoever
    /// dies with them begins with them.
    pub(crate) fn take_due_callbacks(
        &mut self,
        limit: u32,
    ) -> Result<Vec<DueCallback>, StoreError> {
        let mut query = self.sql.prepare_cached(
            "SELECT number, NOT EXISTS (SELECT 1 FROM attempts WHERE callback = callbacks.number)
             FROM callbacks WHERE due <= ?1 ORDER BY due, number LIMIT ?2",
        )?;
        let due: Vec<DueCallback> = query
            .query_map(params![self.now.as_millis(), limit], |row| {
                Ok(DueCallback { number: row.get(0)?, is_first: row.get(1)? })
            })?
            .collect::<Result<_, _>>()?;
        let mut take =
            self.sql.prepare_cached("UPDATE callbacks SET due = NULL WHERE number = ?1")?;
        for callback in &due {
            take.execute([callback.number])?;
        }
        Ok(due)
    }

    /// What was to be attempted at once when the mock ended: more callbacks after this number.
    pub(crate) fn unfinished(&self, after: i64, limit: u32) -> Result<Vec<Place>, StoreError> {
        let mut query = self.sql.prepare_cached(
            "SELECT business, number FROM callbacks
             WHERE state = 'pending' AND due IS NULL AND number > ?1 ORDER BY number LIMIT ?2",
        )?;
        let places = query.query_map(params![after, limit], |row| {
            Ok(Place { lane: row.get(0)?, callback: row.get(1)? })
        })?;
        Ok(places.collect::<Result<_, _>>()?)
    }

    /// When something falls due next: a decision, a delayed callback or a retry.
    pub(crate) fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let next: Option<i64> = self
            .sql
            .prepare_cached(
                "SELECT min(due) FROM (SELECT min(due) AS due FROM businesses WHERE due IS NOT NULL
                 UNION ALL SELECT min(due) FROM callbacks WHERE due IS NOT NULL)",
            )?
            .query_row([], |row| row.get(0))?;
        Ok(next.map(Timestamp::from_millis))
    }

    /// How many callbacks are neither acknowledged nor given up.
    pub(crate) fn pending_callbacks(&self) -> Result<u64, StoreError> {
        let mut query =
            self.sql.prepare_cached("SELECT count(*) FROM callbacks WHERE state = 'pending'")?;
        let count: i64 = query.query_row([], |row| row.get(0))?;
        Ok(count.cast_unsigned())
    }

    /// Callbacks with their attempts, in order, after a number; of one business, if one is named.
    pub(crate) fn callbacks(
        &self,
        business: Option<i64>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<CallbackRecord>, StoreError> {
        self.callbacks_between(business, (after, i64::MAX), false, limit)
    }

    /// Callbacks with their attempts, between two numbers; of one business, if one is named.
    pub(crate) fn callbacks_between(
        &self,
        business: Option<i64>,
        range: (i64, i64),
        newest_first: bool,
        limit: u32,
    ) -> Result<Vec<CallbackRecord>, StoreError> {
        // One statement for all would read the whole outbox for each business.
        let query = match (business, newest_first) {
            (Some(_), false) => CALLBACKS_OF_BUSINESS,
            (None, false) => CALLBACKS,
            (Some(_), true) => NEWEST_CALLBACKS_OF_BUSINESS,
            (None, true) => NEWEST_CALLBACKS,
        };
        self.callback_records(query, business, range, limit)
    }

    fn callback_records(
        &self,
        query: &str,
        business: Option<i64>,
        (after, before): (i64, i64),
        limit: u32,
    ) -> Result<Vec<CallbackRecord>, StoreError> {
        let mut query = self.sql.prepare_cached(query)?;
        let mut rows = match business {
            Some(business) => query.query(params![after, before, limit, business])?,
            None => query.query(params![after, before, limit])?,
        };
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            let body: String = row.get(5)?;
            let callback = Callback::parse(body.as_bytes())
                .map_err(|_| StoreError::Unreadable { what: "callback" })?;
            let number = row.get(0)?;
            records.push(CallbackRecord {
                number,
                request_id: row.get(1)?,
                client_id: row.get::<_, String>(2)?.into(),
                business: row.get::<_, String>(3)?.into(),
                url: row.get(4)?,
                callback,
                body,
                state: state(row, 6)?,
                due: row.get::<_, Option<i64>>(7)?.map(Timestamp::from_millis),
                attempts: self.attempts(number)?,
            });
        }
        Ok(records)
    }

    fn attempts(&self, callback: i64) -> Result<Vec<Attempt>, StoreError> {
        let mut query = self.sql.prepare_cached(
            "SELECT at, status, error, latency_ms, by_hand FROM attempts WHERE callback = ?1 ORDER BY number",
        )?;
        let attempts = query.query_map([callback], |row| {
            Ok(Attempt {
                at: Timestamp::from_millis(row.get(0)?),
                status: row.get(1)?,
                error: row.get(2)?,
                latency_ms: row.get::<_, i64>(3)?.cast_unsigned(),
                by_hand: row.get(4)?,
            })
        })?;
        Ok(attempts.collect::<Result<_, _>>()?)
    }
}

fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<DeliveryState> {
    let text: String = row.get(column)?;
    Ok(match text.as_str() {
        "delivered" => DeliveryState::Delivered,
        "exhausted" => DeliveryState::Exhausted,
        "blocked" => DeliveryState::Blocked,
        "dropped" => DeliveryState::Dropped,
        _ => DeliveryState::Pending,
    })
}

/// When the retries are due, after the first attempt (documented: notification pages; A05).
const LADDER: [Duration; 3] =
    [Duration::from_mins(30), Duration::from_hours(6), Duration::from_hours(12)];
const CALLBACKS: &str =
    "SELECT callbacks.number, request_id, partner, id, url, body, state, callbacks.due
     FROM callbacks JOIN businesses ON businesses.number = business
     WHERE callbacks.number > ?1 AND callbacks.number < ?2 ORDER BY callbacks.number LIMIT ?3";
const CALLBACKS_OF_BUSINESS: &str =
    "SELECT callbacks.number, request_id, partner, id, url, body, state, callbacks.due
     FROM callbacks JOIN businesses ON businesses.number = business
     WHERE business = ?4 AND callbacks.number > ?1 AND callbacks.number < ?2 ORDER BY callbacks.number LIMIT ?3";
const NEWEST_CALLBACKS: &str =
    "SELECT callbacks.number, request_id, partner, id, url, body, state, callbacks.due
     FROM callbacks JOIN businesses ON businesses.number = business
     WHERE callbacks.number > ?1 AND callbacks.number < ?2 ORDER BY callbacks.number DESC LIMIT ?3";
const NEWEST_CALLBACKS_OF_BUSINESS: &str =
    "SELECT callbacks.number, request_id, partner, id, url, body, state, callbacks.due
     FROM callbacks JOIN businesses ON businesses.number = business
     WHERE business = ?4 AND callbacks.number > ?1 AND callbacks.number < ?2 ORDER BY callbacks.number DESC LIMIT ?3";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callbacks_of_a_business_are_found_without_reading_the_others() {
        let sql = rusqlite::Connection::open_in_memory().unwrap();
        sql.execute_batch(include_str!("../store/schema/1.sql")).unwrap();
        for query in [CALLBACKS_OF_BUSINESS, NEWEST_CALLBACKS_OF_BUSINESS] {
            let mut query = sql.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
            let plan = query.query_map([0, 1, 1, 1], |row| row.get::<_, String>(3)).unwrap();
            let plan = plan.collect::<Result<Vec<_>, _>>().unwrap().join("\n");
            assert!(plan.contains("callbacks USING INDEX callbacks_by_business"), "{plan}");
            assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
