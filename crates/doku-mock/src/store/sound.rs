//! Whether a database from outside is one that the mock could have written: what it says is then worked
//! with as if the mock had.

use std::collections::HashSet;

use doku_types::partner::callback::Callback;
use rusqlite::{Connection, types::ValueRef};

use super::{
    businesses,
    schema::{definitions, known_definitions},
};
use crate::files::is_file_id;

/// What is defined otherwise than by the mock of this version, whose tables `more` adds to: a view in the
/// place of a table, say, which could have rows without end.
pub(super) fn strange_definition(
    sql: &Connection,
    version: i64,
    more: &str,
) -> rusqlite::Result<Option<String>> {
    let Some(known) = known_definitions(version, more)? else {
        return Ok(Some(format!("there is no format {version}")));
    };
    let found = definitions(sql)?;
    let strange = found.iter().find(|definition| !known.contains(definition));
    let missing = known.iter().find(|definition| !found.contains(definition));
    Ok(strange.or(missing).map(|[kind, name, ..]| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        format!("{} {:?} is not as the mock makes it", text(kind), text(name))
    }))
}

/// What is wrong with a row, if one is.
pub(super) fn wrong_row(sql: &Connection) -> rusqlite::Result<Option<String>> {
    for table in TABLES {
        if !is_text(sql, table)? {
            return Ok(Some(format!("a text in {table} is not UTF-8")));
        }
    }
    for (why, rows) in WRONG {
        if sql.prepare(&format!("{rows} LIMIT 1"))?.exists([])? {
            return Ok(Some((*why).to_owned()));
        }
    }
    if sql.prepare("PRAGMA foreign_key_check")?.exists([])? {
        return Ok(Some("a row refers to one that is missing".to_owned()));
    }
    let is_file = |row: &[&str]| is_file_id(row[0]);
    if !all(sql, "SELECT id FROM files", is_file)? {
        return Ok(Some("a file's id is none".to_owned()));
    }
    let is_callback = |row: &[&str]| Callback::parse(row[0].as_bytes()).is_ok();
    if !all(sql, "SELECT body FROM callbacks", is_callback)? {
        return Ok(Some("a callback is not readable".to_owned()));
    }
    let mut brands = sql.prepare("SELECT id FROM brands WHERE business = ?1")?;
    let mut brands_of = |number: &str| -> rusqlite::Result<HashSet<String>> {
        brands.query_map([number], |row| row.get(0))?.collect()
    };
    let is_business = |row: &[&str]| {
        let [document, id, partner, number] = *row else { return false };
        let (Ok(stored), Ok(listed)) = (businesses::read(0, document), brands_of(number)) else {
            return false;
        };
        let business = &stored.business;
        let ids = business.brands().iter().map(|brand| brand.id().to_string());
        (business.id().as_str(), business.partner().as_str()) == (id, partner)
            && business.brands().len() == listed.len()
            && ids.collect::<HashSet<_>>() == listed
    };
    if !all(sql, "SELECT document, id, partner, number || '' FROM businesses", is_business)? {
        return Ok(Some("a business is not readable, or not as it is listed".to_owned()));
    }
    Ok(None)
}

/// Whether every text of a table is one.
fn is_text(sql: &Connection, table: &str) -> rusqlite::Result<bool> {
    let mut rows = sql.prepare(&format!("SELECT * FROM {table}"))?;
    let columns = rows.column_count();
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            if let ValueRef::Text(text) = row.get_ref(column)?
                && std::str::from_utf8(text).is_err()
            {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Whether all rows are such; their columns have to be texts.
fn all(
    sql: &Connection,
    rows: &str,
    mut such: impl FnMut(&[&str]) -> bool,
) -> rusqlite::Result<bool> {
    let mut rows = sql.prepare(rows)?;
    let columns = rows.column_count();
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let texts: Option<Vec<&str>> =
            (0..columns).map(|column| row.get_ref(column).ok()?.as_str().ok()).collect();
        if !texts.is_some_and(|texts| such(&texts)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// All but the contents of files, which are bytes.
const TABLES: [&str; 7] =
    ["engine", "businesses", "brands", "files", "callbacks", "attempts", "replies"];

/// Rows that cannot be, and what is wrong with them. Instants and ids end with the year 2255, after which an
/// id has no room for its milliseconds; numbers far before there is none to follow.
const WRONG: &[(&str, &str)] = &[
    ("there is no engine", "SELECT 1 WHERE (SELECT count(*) FROM engine) != 1"),
    (
        "the engine stands where it cannot",
        "SELECT 1 FROM engine WHERE now NOT BETWEEN 0 AND 9999999999999
            OR last_id NOT BETWEEN 0 AND 9999999999999
            OR last_business NOT BETWEEN 0 AND 1 << 53 OR last_callback NOT BETWEEN 0 AND 1 << 53",
    ),
    ("a business has no number", "SELECT 1 FROM businesses WHERE number NOT BETWEEN 1 AND 1 << 53"),
    (
        "a callback cannot be",
        "SELECT 1 FROM callbacks WHERE number NOT BETWEEN 1 AND 1 << 53
            OR copies NOT BETWEEN 0 AND 1000
            OR state NOT IN ('pending', 'delivered', 'exhausted', 'blocked', 'dropped')",
    ),
    (
        "an attempt cannot be",
        "SELECT 1 FROM attempts WHERE number NOT BETWEEN 0 AND 4294967295
            OR status NOT BETWEEN 0 AND 65535 OR latency_ms < 0",
    ),
    (
        "attempts are not numbered in order",
        "SELECT 1 FROM attempts GROUP BY callback HAVING min(number) != 1 OR max(number) != count(*)",
    ),
    ("a kept reply has no number", "SELECT 1 FROM replies WHERE number NOT BETWEEN 0 AND 1 << 53"),
    (
        "the content of a file is missing or of another length",
        "SELECT 1 FROM files LEFT JOIN contents USING (id) WHERE ifnull(length(content), -1) != size",
    ),
    (
        "the content of a file is of none",
        "SELECT 1 FROM contents WHERE id NOT IN (SELECT id FROM files)",
    ),
];
