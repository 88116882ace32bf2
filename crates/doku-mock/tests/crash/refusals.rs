//! Files that it does not start on: it says what to do and leaves them as they are.

use std::{fs, path::Path};

use doku_mock::MockDoku;

use crate::{partner, program};

#[tokio::test]
async fn two_at_once_do_not_share_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("mock.db");
    let first = program::Program::start(&data);
    let error = program::refused(&data);
    let path = data.display();
    let wanted =
        format!("{path} is in use by another doku-mock: stop that one, or give another path");
    assert!(error.contains(&wanted), "{error}");
    // The first has not noticed, and what it leaves by dying is no hindrance.
    let reply = first.line().await.send(partner::token("token")).await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
    first.kill();
    program::Program::start(&data);
}

#[tokio::test]
async fn a_file_of_something_else_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let ours = data_file(directory.path()).await;
    let mut other_program = ours.clone();
    // Where SQLite keeps the application's id.
    other_program[68..72].copy_from_slice(b"elsE");
    let unmarked = {
        let path = directory.path().join("unmarked.db");
        let sql = rusqlite::Connection::open(&path).unwrap();
        sql.execute_batch("CREATE TABLE accounts (id INTEGER)").unwrap();
        drop(sql);
        fs::read(path).unwrap()
    };
    let text = b"Dear diary, ".repeat(1000);
    let short = b"Dear diary".to_vec();
    for (what, content) in [
        ("another program's", other_program),
        ("nobody's", unmarked),
        ("a text", text),
        ("a short text", short),
        ("the beginning of ours", ours[..99].to_vec()),
    ] {
        let error = refuses_and_leaves(what, &content, true);
        assert!(error.contains("is not a data file of doku-mock"), "{what}: {error}");
        assert!(error.contains("give another path, or move that file away"), "{what}: {error}");
    }
}

#[tokio::test]
async fn a_file_of_a_later_version_is_left_to_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut newer = data_file(directory.path()).await;
    // Where SQLite keeps the user's version.
    newer[60..64].copy_from_slice(&77_u32.to_be_bytes());
    let error = refuses_and_leaves("newer", &newer, false);
    assert!(error.contains("was written by a later doku-mock (format 77, "), "{error}");
    assert!(error.contains("use that version, or another path"), "{error}");
}

#[tokio::test]
async fn a_damaged_file_is_left_to_be_restored() {
    let directory = tempfile::tempdir().unwrap();
    let ours = data_file(directory.path()).await;
    let page = 4096;
    assert!(ours.len() > 8 * page, "{} bytes", ours.len());
    let mut overwritten = ours.clone();
    for byte in &mut overwritten[2 * page..6 * page] {
        *byte ^= 0x55;
    }
    let mut no_schema = ours.clone();
    no_schema[100..page].fill(0xff);
    for (what, content) in [
        ("overwritten", overwritten),
        ("its first page overwritten", no_schema),
        ("cut off between pages", ours[..ours.len() / page / 2 * page].to_vec()),
        ("cut off within a page", ours[..ours.len() - 1000].to_vec()),
        ("its first 100 bytes alone", ours[..100].to_vec()),
    ] {
        let error = refuses_and_leaves(what, &content, false);
        assert!(error.contains("is damaged ("), "{what}: {error}");
        assert!(error.contains("restore a copy of it, or begin anew with another path"), "{error}");
    }
}

/// What it says to a file with this content. Beside a `foreign` one nothing is made.
fn refuses_and_leaves(what: &str, content: &[u8], foreign: bool) -> String {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("mock.db");
    fs::write(&data, content).unwrap();
    let error = program::refused(&data);
    assert!(error.contains(data.to_str().unwrap()), "{what}: {error}");
    assert!(fs::read(&data).unwrap() == content, "{what} was changed");
    let here = fs::read_dir(directory.path()).unwrap();
    let names: Vec<_> = here.map(|entry| entry.unwrap().file_name()).collect();
    assert!(!foreign || names == ["mock.db"], "{what}: {names:?}");
    error
}

/// A data file of the mock, whole, with something in it.
async fn data_file(directory: &Path) -> Vec<u8> {
    let data = directory.join("made.db");
    let mock = MockDoku::builder().data(&data).start().await.unwrap();
    let now = doku_types::Timestamp::from(std::time::SystemTime::now());
    let path = "/adv-core-api/partner/v1.0/business/lite/registration";
    let mut request = http::Request::post(path).body(partner::INVITATION).unwrap();
    mock.credentials().sign_http_request(&mut request, "invitation", now).unwrap();
    let reply = mock.call(request).await;
    assert_eq!(reply.status(), 200, "{:?}", reply.body());
    mock.shutdown().await;
    fs::read(data).unwrap()
}
