//! What falls due, in the order in which it will happen.

use std::collections::BTreeMap;

use doku_types::{Timestamp, partner::callback::Callback};
use rusqlite::params;
use schemars::JsonSchema;
use serde::Serialize;

use super::{State, StoreError, businesses::read};
use crate::kyb::Pace;

/// Something that falls due.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Planned {
    /// When, by the engine's clock; `next` in an advance is exact, this is in whole seconds.
    #[serde(serialize_with = "text")]
    #[schemars(with = "String")]
    pub(crate) due: Timestamp,
    /// What happens then.
    pub(crate) what: What,
    /// Whose business it is about, by its `BSN-` id.
    pub(crate) business: String,
    /// The name of that business.
    pub(crate) name: String,
    /// The brand that its callback names, by its `BRN-` id.
    pub(crate) brand: Option<String>,
    /// What is judged, as the type of its callback: `BUSINESS_DOCUMENT`, say.
    #[serde(rename = "type")]
    pub(crate) callback_type: String,
    /// The code of the one service or entry that it is about: `QRIS`, say.
    pub(crate) code: Option<String>,
    /// The verdict, if nothing is decided or sent meanwhile.
    pub(crate) status: String,
    /// The number of the callback; null for a decision, whose callback there is not yet.
    pub(crate) callback: Option<i64>,
    /// Which attempt at it this will be, counted from 1; null for a decision.
    pub(crate) attempt: Option<u32>,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PlannedWhat")]
pub(crate) enum What {
    /// KYB decides, and tells of it.
    Decision,
    /// A callback that was delayed or refused is attempted.
    Attempt,
}

/// When it happens: its instant; of the same instant decisions before attempts; then the number of the
/// business or callback; then its place among what one business decides.
type Place = (i64, bool, i64, usize);

/// The first so many of what was found.
struct First {
    limit: usize,
    found: BTreeMap<Place, Planned>,
}

impl First {
    fn add(&mut self, place: Place, planned: Planned) {
        self.found.insert(place, planned);
        if self.found.len() > self.limit {
            self.found.pop_last();
        }
    }

    /// Whether something that happens then is one of them.
    fn has_room_at(&self, place: Place) -> bool {
        self.found.len() < self.limit
            || self.found.last_key_value().is_some_and(|(last, _)| place < *last)
    }
}

impl State<'_> {
    /// The first so many things that fall due, soonest first. What a business decides is found by letting
    /// its plan happen, at this pace, to a copy of it: so what follows from a decision is there, too.
    pub(crate) fn agenda(&self, pace: Pace, limit: usize) -> Result<Vec<Planned>, StoreError> {
        let mut first = First { limit, found: BTreeMap::new() };
        self.planned_decisions(pace, &mut first)?;
        self.planned_attempts(&mut first)?;
        Ok(first.found.into_values().collect())
    }

    /// Reads businesses, by what falls due of them next, only for as long as one could still have something
    /// to say.
    fn planned_decisions(&self, pace: Pace, first: &mut First) -> Result<(), StoreError> {
        let mut query = self.sql.prepare_cached(DUE_BUSINESSES)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (number, due): (i64, i64) = (row.get(0)?, row.get(1)?);
            if !first.has_room_at((due, false, number, 0)) {
                break;
            }
            let document: String = row.get(2)?;
            // One that cannot be read will not fall due either.
            let Ok(business) = read(number, &document).map(|stored| stored.business) else {
                continue;
            };
            let mut place = 0;
            let (id, name) = (business.id().to_string(), business.name().to_owned());
            for (due, callbacks) in business.foreseen(pace) {
                if !first.has_room_at((due.as_millis(), false, number, place)) {
                    break;
                }
                for callback in callbacks {
                    let planned = Planned {
                        business: id.clone(),
                        name: name.clone(),
                        ..Planned::of(due, &callback)
                    };
                    first.add((due.as_millis(), false, number, place), planned);
                    place += 1;
                }
            }
        }
        Ok(())
    }

    fn planned_attempts(&self, first: &mut First) -> Result<(), StoreError> {
        let mut query = self.sql.prepare_cached(DUE_CALLBACKS)?;
        let mut rows = query.query(params![i64::try_from(first.limit).unwrap_or(i64::MAX)])?;
        while let Some(row) = rows.next()? {
            let (number, due): (i64, i64) = (row.get(0)?, row.get(1)?);
            let place = (due, true, number, 0);
            if !first.has_room_at(place) {
                break;
            }
            let body: String = row.get(2)?;
            let callback = Callback::parse(body.as_bytes())
                .map_err(|_| StoreError::Unreadable { what: "callback" })?;
            let attempts: u32 = row.get(5)?;
            let planned = Planned {
                what: What::Attempt,
                business: row.get(3)?,
                name: row.get(4)?,
                callback: Some(number),
                attempt: Some(attempts.saturating_add(1)),
                ..Planned::of(Timestamp::from_millis(due), &callback)
            };
            first.add(place, planned);
        }
        Ok(())
    }
}

impl Planned {
    /// A decision, by what will be told of it; whose, is still to be said.
    fn of(due: Timestamp, callback: &Callback) -> Self {
        let code = callback.entity.as_ref().and_then(|entity| entity.code.clone());
        Self {
            due,
            what: What::Decision,
            business: String::new(),
            name: String::new(),
            brand: callback.brand.as_ref().map(|brand| brand.id.to_string()),
            callback_type: callback.callback_type.to_string(),
            code: code.map(|code| code.to_string()),
            status: callback.status.to_string(),
            callback: None,
            attempt: None,
        }
    }
}

fn text<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

const DUE_BUSINESSES: &str = "SELECT number, due, document FROM businesses
     WHERE due IS NOT NULL ORDER BY due, number";
const DUE_CALLBACKS: &str = "SELECT callbacks.number, callbacks.due, body, id, name,
            (SELECT count(*) FROM attempts WHERE callback = callbacks.number)
     FROM callbacks JOIN businesses ON businesses.number = business
     WHERE callbacks.due IS NOT NULL ORDER BY callbacks.due, callbacks.number LIMIT ?1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_falls_due_is_read_in_its_order_without_sorting_what_does_not_matter() {
        let sql = rusqlite::Connection::open_in_memory().unwrap();
        sql.execute_batch(include_str!("schema/1.sql")).unwrap();
        for (query, index) in
            [(DUE_BUSINESSES, "businesses_by_due"), (DUE_CALLBACKS, "callbacks_by_due")]
        {
            let mut explained = sql.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
            let arguments: &[&dyn rusqlite::ToSql] =
                if explained.parameter_count() == 0 { &[] } else { &[&1] };
            let plan = explained.query_map(arguments, |row| row.get::<_, String>(3)).unwrap();
            let plan = plan.collect::<Result<Vec<_>, _>>().unwrap().join("\n");
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }

    #[test]
    fn only_the_first_are_kept_and_what_comes_after_them_is_not_looked_at() {
        let callback = Callback::parse(br#"{"type":"BUSINESS","status":"ACTIVE"}"#).unwrap();
        let planned = || Planned::of(Timestamp::from_millis(0), &callback);
        let mut first = First { limit: 2, found: BTreeMap::new() };
        for place in [(5, false, 1, 0), (3, true, 9, 0), (3, false, 2, 0), (4, false, 1, 0)] {
            first.add(place, planned());
        }
        let places: Vec<_> = first.found.keys().copied().collect();
        assert_eq!(places, [(3, false, 2, 0), (3, true, 9, 0)]);
        assert!(first.has_room_at((3, false, 7, 0)) && !first.has_room_at((3, true, 10, 0)));
        let mut none = First { limit: 0, found: BTreeMap::new() };
        none.add((1, false, 1, 0), planned());
        assert!(none.found.is_empty() && !none.has_room_at((0, false, 0, 0)));
    }
}
