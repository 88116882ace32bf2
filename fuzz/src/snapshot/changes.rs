//! How a snapshot is changed. One change a line; a line that says nothing is passed over.
//!
//! | line | change |
//! | --- | --- |
//! | `set TABLE.COLUMN VALUE` | this value in every row; one that has to differ from the others, in the first |
//! | `add TABLE` | the first row of a table once more, under another key |
//! | `delete TABLE` | no rows |
//! | `json POINTER JSON` | this in the document of every business, or nothing in that place |
//! | `define NAME SQL` | the definition of a table, index or view; with `table`, `view` … before the name its type |
//! | `pragma NAME NUMBER` | `user_version`, `application_id`, `page_size`, `auto_vacuum` or `journal_mode` (1 is WAL) |
//! | `byte PLACE VALUE` | a byte of the file |
//! | `cut LENGTH` | the file ends there |
//!
//! A value is a number, `'` and a text, `x` and hexadecimal bytes, `long` and a count of bytes, or `null`.

use std::{fs, path::Path};

use rusqlite::{Connection, config::DbConfig, params, types::Value};

/// Changes the snapshot in `file`. Changes through SQL come first, then those of bytes.
pub(super) fn make(file: &Path, lines: &str) {
    let lines: Vec<_> = lines.lines().take(MAX_LINES).collect();
    let sql = |file: &Path| Connection::open(file);
    let changed = sql(file).and_then(|sql| {
        sql.pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))?;
        sql.pragma_update(None, "synchronous", "OFF")?;
        sql.pragma_update(None, "foreign_keys", false)?;
        sql.pragma_update(None, "ignore_check_constraints", true)?;
        let strict = let_anything_in(&sql)?;
        drop(sql);
        // Opened again, it has read the other definitions.
        let sql = Connection::open(file)?;
        sql.pragma_update(None, "foreign_keys", false)?;
        sql.pragma_update(None, "ignore_check_constraints", true)?;
        for line in &lines {
            // What is refused stays as it was.
            let _ = rows(&sql, line);
        }
        sql.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
        sql.pragma_update(None, "writable_schema", true)?;
        for (name, definition) in strict {
            let update = "UPDATE sqlite_schema SET sql = ?2 WHERE name = ?1";
            sql.execute(update, params![name, definition])?;
        }
        for line in &lines {
            let _ = definitions(&sql, line);
        }
        Ok(())
    });
    changed.expect("a right snapshot can be changed");
    for line in &lines {
        let _ = bytes(file, line);
    }
}

/// Takes the types of columns out of the definitions, and returns them as they were.
fn let_anything_in(sql: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    sql.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
    sql.pragma_update(None, "writable_schema", true)?;
    let mut tables = sql.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")?;
    let tables = tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let tables = tables.collect::<Result<Vec<(String, String)>, _>>()?;
    sql.execute_batch(
        "UPDATE sqlite_schema SET sql = replace(replace(sql, 'STRICT, WITHOUT', 'WITHOUT'), 'STRICT', '')
         WHERE type = 'table'",
    )?;
    Ok(tables)
}

fn rows(sql: &Connection, line: &str) -> Option<()> {
    let (what, rest) = line.split_once(' ')?;
    match what {
        "set" => {
            let (place, text) = rest.split_once(' ')?;
            let (table, column) = place.split_once('.')?;
            let (table, column) = (word(table)?, word(column)?);
            let value = value(text)?;
            let all = format!("UPDATE {table} SET {column} = ?1");
            if sql.execute(&all, [&value]).is_err() {
                let one = format!("{all} WHERE {column} = (SELECT min({column}) FROM {table})");
                sql.execute(&one, [&value]).ok()?;
            }
        }
        "add" => {
            let table = word(rest)?;
            let columns = match table {
                "businesses" => {
                    "number + 1000, id || '0', partner, NULL, name, status, created, due, document"
                }
                "brands" => "id || '0', business, status, operational_status",
                "files" => "id || '0', partner, category, code, media_type, size, created",
                "contents" => "id || '0', content",
                "callbacks" => "number + 1000, business, request_id, url, body, state, due, copies",
                "attempts" => "callback, number + 1000, at, status, error, latency_ms, by_hand",
                "engine" => "one + 1, now, last_id, random, link_key, last_business, last_callback",
                _ => return None,
            };
            let add = format!("INSERT INTO {table} SELECT {columns} FROM {table} LIMIT 1");
            sql.execute(&add, []).ok()?;
        }
        "delete" => drop(sql.execute(&format!("DELETE FROM {}", word(rest)?), []).ok()?),
        "json" => {
            let (pointer, text) = rest.split_once(' ')?;
            let mut documents = sql.prepare("SELECT number, document FROM businesses").ok()?;
            let read = documents.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).ok()?;
            let read: Vec<(Value, String)> = read.collect::<Result<_, _>>().ok()?;
            for (number, document) in read {
                let document = changed(&document, pointer, text)?;
                let update = "UPDATE businesses SET document = ?2 WHERE number = ?1";
                sql.execute(update, params![number, document]).ok()?;
            }
        }
        "pragma" => {
            let (name, number) = rest.split_once(' ')?;
            let number: i64 = number.trim().parse().ok()?;
            match name {
                "user_version" | "application_id" => sql.pragma_update(None, name, number).ok()?,
                "page_size" | "auto_vacuum" => {
                    sql.pragma_update(None, name, number).ok()?;
                    sql.execute_batch("VACUUM").ok()?;
                }
                "journal_mode" if number == 1 => {
                    sql.pragma_update_and_check(None, name, "WAL", |_| Ok(())).ok()?;
                }
                _ => return None,
            }
        }
        _ => return None,
    }
    Some(())
}

/// A document with `text` at this place, or without it if that is no JSON.
fn changed(document: &str, pointer: &str, text: &str) -> Option<String> {
    use serde_json::Value;
    let mut document: Value = serde_json::from_str(document).ok()?;
    let new = serde_json::from_str::<Value>(text).ok();
    let (parent, key) = pointer.rsplit_once('/')?;
    match (document.pointer_mut(parent)?, new) {
        (Value::Object(fields), Some(new)) => drop(fields.insert(key.to_owned(), new)),
        (Value::Object(fields), None) => drop(fields.remove(key)),
        (Value::Array(entries), Some(new)) if key == "-" => entries.push(new),
        (Value::Array(entries), new) => {
            let place = key.parse().ok().filter(|place| *place < entries.len())?;
            match new {
                Some(new) => entries[place] = new,
                None => drop(entries.remove(place)),
            }
        }
        _ => return None,
    }
    Some(document.to_string())
}

fn definitions(sql: &Connection, line: &str) -> Option<()> {
    let rest = line.strip_prefix("define ")?;
    let kinds = ["table ", "view ", "index ", "trigger "];
    let kind = kinds.iter().find(|kind| rest.starts_with(**kind));
    let rest = &rest[kind.map_or(0, |kind| kind.len())..];
    let (name, definition) = rest.split_once(' ')?;
    let update = "UPDATE sqlite_schema SET sql = ?2 WHERE name = ?1";
    let changed = sql.execute(update, params![name, definition]).ok()?;
    if let Some(kind) = kind {
        let kind = kind.trim();
        if changed == 0 {
            let add = "INSERT INTO sqlite_schema VALUES (?1, ?2, ?2, 0, ?3)";
            sql.execute(add, params![kind, name, definition]).ok()?;
        } else {
            let root = if ["view", "trigger"].contains(&kind) { ", rootpage = 0" } else { "" };
            let update = format!("UPDATE sqlite_schema SET type = ?2{root} WHERE name = ?1");
            sql.execute(&update, params![name, kind]).ok()?;
        }
    }
    Some(())
}

fn bytes(file: &Path, line: &str) -> Option<()> {
    let mut content = fs::read(file).ok()?;
    let mut words = line.split(' ');
    match words.next()? {
        "byte" => {
            let place: usize = words.next()?.parse().ok()?;
            *content.get_mut(place)? = words.next()?.parse().ok()?;
        }
        "cut" => content.truncate(words.next()?.parse().ok()?),
        _ => return None,
    }
    fs::write(file, content).ok()
}

/// A name that can stand in SQL.
fn word(text: &str) -> Option<&str> {
    let is_word = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    (is_word && !text.is_empty()).then_some(text)
}

fn value(text: &str) -> Option<Value> {
    if let Some(text) = text.strip_prefix('\'') {
        return Some(Value::Text(text.to_owned()));
    }
    if let Some(hex) = text.strip_prefix('x') {
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        return Some(Value::Blob(hex.as_bytes().chunks(2).map(byte).collect::<Option<_>>()?));
    }
    if let Some(count) = text.strip_prefix("long ") {
        let count = count.parse::<usize>().ok()?.min(MAX_LONG);
        return Some(Value::Text("9".repeat(count)));
    }
    match text {
        "null" => Some(Value::Null),
        _ if text.contains('.') => text.parse().ok().map(Value::Real),
        _ => text.parse().ok().map(Value::Integer),
    }
}

/// How many changes one input makes.
const MAX_LINES: usize = 16;
/// How long a value may be, in bytes.
const MAX_LONG: usize = 64 << 10;
