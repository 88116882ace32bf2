//! Snapshots: the whole state in a file, from which other mocks start.

use std::{path::Path, time::Duration};

use contract::{PNG, Sink, World, path};
use doku_mock::{Builder, DataError, MockDoku, Pace, StartError};
use doku_partner::FileUpload;
use doku_types::partner::file::FilePurpose;
use http::{Method, Uri};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A world in the middle of things: decided and open businesses, a retry to come.
async fn lived_in(sink: &Sink, change: impl FnOnce(Builder) -> Builder) -> World {
    let world = World::with(|mock| change(mock.pace(Pace::Realistic))).await;
    world.registered(sink).await;
    world.mock.advance(Duration::from_secs(30 * 3600)).await.unwrap();
    let papers = world.upload_papers().await;
    let document = world.document(&papers, &sink.url("/kyb"));
    world.answer(world.register(&document, Some("reject.BUSINESS_BANK"))).await;
    world
}

/// A mock from a snapshot.
async fn from(snapshot: &Path, change: impl FnOnce(Builder) -> Builder) -> World {
    // Another seed: what is in the snapshot goes on.
    let change = |mock: Builder| change(mock.pace(Pace::Realistic).seed(99).snapshot(snapshot));
    // It knows the Request-Ids of the original.
    World::named("again-", change).await
}

async fn refused(change: impl FnOnce(Builder) -> Builder) -> StartError {
    change(MockDoku::builder()).start().await.unwrap_err()
}

#[tokio::test]
async fn a_mock_started_from_a_snapshot_gives_the_same_snapshot_to_the_byte() {
    let directory = tempfile::tempdir().unwrap();
    let sink = Sink::answering([500]).await;
    let world = lived_in(&sink, |mock| mock).await;
    let (first, second) = (directory.path().join("first"), directory.path().join("second"));
    world.mock.snapshot(&first).await.unwrap();
    let original = std::fs::read(&first).unwrap();

    let reply = world.send(world.plain(Method::GET, "/_mock/snapshot", b"")).await;
    assert_eq!(reply.headers()["content-type"], "application/vnd.sqlite3");
    assert!(reply.body() == &original, "over HTTP it is the same");

    let data = directory.path().join("mock.db");
    for (name, again) in [
        ("in memory", from(&first, |mock| mock).await),
        ("in a file", from(&first, |mock| mock.data(&data)).await),
    ] {
        again.mock.snapshot(&second).await.unwrap();
        assert!(std::fs::read(&second).unwrap() == original, "{name}");
    }
    // And from the data file, once it is opened as such.
    let reopened = World::with(|mock| mock.pace(Pace::Realistic).data(&data)).await;
    reopened.mock.snapshot(&second).await.unwrap();
    assert!(std::fs::read(&second).unwrap() == original);
    assert!(std::fs::read(&first).unwrap() == original, "it was left as it was");
}

/// What comes next, whoever is asked: replies and callbacks to the byte.
async fn sequel(world: &World, sink: &Sink) -> (Vec<Value>, Vec<String>, Vec<Vec<u8>>) {
    let before = sink.requests().len();
    let mut answers = Vec::new();
    let ids = world.mock.businesses();
    for id in &ids {
        let brand = world.mock.business(id).unwrap().brands[0].id.clone();
        answers.push(world.get(&brand).await);
    }
    world.mock.advance(Duration::from_secs(200 * 3600)).await.unwrap();
    let papers = world.upload_papers().await;
    let document = world.document(&papers, &sink.url("/kyb"));
    answers.push(world.answer(world.register(&document, Some("approve"))).await.1);
    world.mock.advance(Duration::from_secs(200 * 3600)).await.unwrap();
    for id in world.mock.businesses() {
        answers.push(json!(world.mock.business(&id)));
    }
    let told = world.told(0);
    let sent = sink.requests().split_off(before);
    let sent = sent
        .into_iter()
        .map(|request| [request.headers["signature"].as_bytes(), b" ", &request.body].concat());
    (answers, told, sent.collect())
}

#[tokio::test]
async fn it_answers_and_tells_what_the_original_would_have() {
    let directory = tempfile::tempdir().unwrap();
    let snapshot = directory.path().join("snapshot");
    let sink = Sink::answering([500]).await;
    let world = lived_in(&sink, |mock| mock).await;
    world.mock.snapshot(&snapshot).await.unwrap();
    let again = from(&snapshot, |mock| mock).await;
    assert_eq!(again.mock.now(), world.mock.now());

    let expected = sequel(&world, &sink).await;
    let found = sequel(&again, &sink).await;
    assert!(expected.2.len() > 10);
    assert_eq!(found, expected);
}

#[tokio::test]
async fn links_and_kept_replies_of_the_original_are_good_in_the_copy() {
    let directory = tempfile::tempdir().unwrap();
    let snapshot = directory.path().join("snapshot");
    let sink = Sink::answering([]).await;
    let world = World::new().await;
    let papers = world.upload_papers().await;
    let register = world.register(&world.document(&papers, &sink.url("/kyb")), None);
    let registered = world.answer(register.clone()).await.1;
    let brand = registered["business"]["brands"][0]["id"].as_str().unwrap();
    let photo = world.get(brand).await["brands"][0]["photo_proofs"][0]["photo"].clone();
    world.mock.snapshot(&snapshot).await.unwrap();

    let again = from(&snapshot, |mock| mock).await;
    let link: Uri = photo.as_str().unwrap().parse().unwrap();
    let target = link.path_and_query().unwrap().as_str();
    let reply = again.send(again.plain(Method::GET, target, b"")).await;
    assert_eq!((reply.status().as_u16(), reply.body().as_ref()), (200, PNG));
    let mut repeated = again.plain(Method::POST, &path("/business"), register.body());
    *repeated.headers_mut() = register.headers().clone();
    repeated.headers_mut().remove("host");
    assert_eq!(again.answer(repeated).await, (409, registered));
}

#[tokio::test]
async fn a_reset_leads_back_to_the_snapshot() {
    let directory = tempfile::tempdir().unwrap();
    let snapshot = directory.path().join("snapshot");
    let sink = Sink::answering([]).await;
    let world = World::new().await;
    world.registered(&sink).await;
    world.mock.snapshot(&snapshot).await.unwrap();
    let original = std::fs::read(&snapshot).unwrap();

    let again = from(&snapshot, |mock| mock).await;
    again.mock.advance(Duration::from_secs(60)).await.unwrap();
    again.registered(&sink).await;
    assert_eq!(again.mock.businesses().len(), 2);
    let taken = again.own(Method::POST, "reset", Some(&json!({}))).await.1;
    assert_eq!(taken["businesses"], 2);
    assert_eq!(again.mock.businesses(), world.mock.businesses());
    let copy = directory.path().join("copy");
    again.mock.snapshot(&copy).await.unwrap();
    assert!(std::fs::read(&copy).unwrap() == original);

    std::fs::remove_file(&snapshot).unwrap();
    let refused = again.own(Method::POST, "reset", Some(&json!({}))).await;
    assert_eq!(refused.0, 409, "{refused:?}");
    assert!(refused.1["message"][0].as_str().unwrap().contains("nothing was reset"));
    assert_eq!(again.mock.businesses(), world.mock.businesses());
}

#[tokio::test]
async fn a_mock_in_which_nothing_has_happened_has_a_snapshot_too() {
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (directory.path().join("first"), directory.path().join("second"));
    let world = World::new().await;
    world.mock.snapshot(&first).await.unwrap();
    let again = from(&first, |mock| mock).await;
    again.mock.snapshot(&second).await.unwrap();
    assert!(std::fs::read(&first).unwrap() == std::fs::read(&second).unwrap());
    let sink = Sink::answering([]).await;
    let (one, other) = (world.registered(&sink).await, again.registered(&sink).await);
    assert_eq!(json!(one), json!(other), "the seed is in it");
}

#[tokio::test]
async fn what_is_no_sound_snapshot_is_refused_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let world = World::with(|mock| mock.data(at("mock.db"))).await;
    let sink = Sink::answering([]).await;
    world.registered(&sink).await;
    world.mock.snapshot(at("good")).await.unwrap();
    world.mock.shutdown().await;
    let good = std::fs::read(at("good")).unwrap();

    let error = refused(|mock| mock.snapshot(at("missing"))).await;
    assert!(matches!(error, StartError::Data(DataError::Io { .. })), "{error}");
    std::fs::write(at("notes"), "what I bought".repeat(100)).unwrap();
    for name in ["notes", "mock.db"] {
        let error = refused(|mock| mock.snapshot(at(name))).await;
        assert!(matches!(error, StartError::Data(DataError::NoSnapshot(_))), "{error}");
        assert!(error.to_string().contains("GET /_mock/snapshot of a running mock gives one"));
    }

    // Cut off; a page of zeros; a file's content gone, or another.
    std::fs::write(at("cut"), &good[..good.len() / 2]).unwrap();
    let mut zeros = good.clone();
    zeros[4096..8192].fill(0);
    std::fs::write(at("zeros"), zeros).unwrap();
    std::fs::write(at("lost"), &good).unwrap();
    let sql = rusqlite::Connection::open(at("lost")).unwrap();
    sql.execute("DELETE FROM contents WHERE rowid = 1", []).unwrap();
    drop(sql);
    std::fs::write(at("short"), &good).unwrap();
    let sql = rusqlite::Connection::open(at("short")).unwrap();
    sql.execute("UPDATE contents SET content = x'00' WHERE rowid = 1", []).unwrap();
    drop(sql);
    for name in ["cut", "zeros", "lost", "short"] {
        let before = std::fs::read(at(name)).unwrap();
        let error = refused(|mock| mock.snapshot(at(name)).data(at("new.db"))).await;
        assert!(matches!(error, StartError::Data(DataError::Corrupt { .. })), "{name}: {error}");
        assert!(error.to_string().contains("restore a copy of it"), "{error}");
        assert!(std::fs::read(at(name)).unwrap() == before);
        assert!(!at("new.db").exists(), "and no data file is made of it");
    }

    let sql = rusqlite::Connection::open(at("good")).unwrap();
    sql.pragma_update(None, "user_version", 1000).unwrap();
    drop(sql);
    let error = refused(|mock| mock.snapshot(at("good"))).await;
    assert!(matches!(error, StartError::Data(DataError::Newer { .. })), "{error}");
}

#[tokio::test]
async fn a_snapshot_that_says_what_no_mock_would_is_refused_before_anything_is_done_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let world = World::new().await;
    world.registered(&Sink::answering([]).await).await;
    world.mock.snapshot(at("good")).await.unwrap();
    let changed = |name: &str, sql: &str| {
        std::fs::copy(at("good"), at(name)).unwrap();
        let database = rusqlite::Connection::open(at(name)).unwrap();
        database.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
        at(name)
    };
    for (name, why, sql) in [
        (
            "rows without end",
            "\"files\" is not as the mock makes it",
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET type = 'view', rootpage = 0, sql = 'CREATE VIEW files AS
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, 1 AS size FROM n'
             WHERE name = 'files'",
        ),
        (
            "a trigger",
            "\"other\" is not as the mock makes it",
            "CREATE TRIGGER other AFTER INSERT ON brands BEGIN DELETE FROM files; END",
        ),
        ("an older format", "there is no format 0", "PRAGMA user_version = 0"),
        (
            "a file elsewhere",
            "a file's id is none",
            "UPDATE files SET id = '../../outside' WHERE id = (SELECT min(id) FROM files);
             UPDATE contents SET id = '../../outside' WHERE id = (SELECT min(id) FROM contents)",
        ),
        (
            "a service that is not there",
            "a business is not readable",
            r#"UPDATE businesses SET document = json_set(document, '$.agenda.steps',
                json('[{"due":0,"action":{"Service":[7,0,"Approved"]}}]'))"#,
        ),
        (
            "brands that were not registered",
            "a business is not readable",
            "UPDATE businesses SET document =
                json_remove(document, '$.submission.Full.registration.business.brands[0]')",
        ),
        (
            "no more ids",
            "the engine stands where it cannot",
            "UPDATE engine SET last_id = 9223372036854775807",
        ),
        ("no text", "is not UTF-8", "UPDATE businesses SET name = CAST(x'ff' AS TEXT)"),
        ("an orphan", "refers to one that is missing", "DELETE FROM brands; DELETE FROM businesses"),
        (
            "a brand of somebody else",
            "a business is not readable, or not as it is listed",
            "UPDATE brands SET id = 'BRN-0001-1700000000999'",
        ),
        (
            "an attempt out of order",
            "attempts are not numbered in order",
            "INSERT INTO attempts SELECT min(number), 7, 0, 200, NULL, 0, 0 FROM callbacks",
        ),
        (
            "a callback without end",
            "a callback cannot be",
            "UPDATE callbacks SET copies = 4294967295",
        ),
    ] {
        let snapshot = changed(name, sql);
        let error = refused(|mock| mock.snapshot(snapshot)).await;
        assert!(matches!(error, StartError::Data(DataError::Corrupt { .. })), "{name}: {error}");
        assert!(error.to_string().contains(why), "{name}: {error}");
    }

    let pages = changed("other pages", "PRAGMA page_size = 512; VACUUM");
    let again = from(&pages, |mock| mock).await;
    assert_eq!(again.mock.businesses(), world.mock.businesses());
}

#[tokio::test]
async fn a_data_file_that_is_there_is_not_begun_anew_and_a_snapshot_is_no_data_file() {
    let directory = tempfile::tempdir().unwrap();
    let (data, snapshot) = (directory.path().join("mock.db"), directory.path().join("snapshot"));
    let world = World::with(|mock| mock.data(&data)).await;
    world.mock.snapshot(&snapshot).await.unwrap();
    world.mock.shutdown().await;
    let error = refused(|mock| mock.data(&data).snapshot(&snapshot)).await;
    assert!(matches!(error, StartError::Data(DataError::Exists(_))), "{error}");
    let error = refused(|mock| mock.data(&snapshot)).await;
    assert!(matches!(error, StartError::Data(DataError::Snapshot(_))), "{error}");
    assert!(error.to_string().contains("give it as --snapshot"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_snapshot_is_its_owner_s_and_leaves_nothing_beside_it() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("mock.db");
    let world = World::with(|mock| mock.data(&data)).await;
    world.upload_papers().await;
    let snapshot = directory.path().join("snapshot");
    // In place of what was there.
    std::fs::write(&snapshot, "old").unwrap();
    world.mock.snapshot(&snapshot).await.unwrap();
    let reply = world.send(world.plain(Method::GET, "/_mock/snapshot", b"")).await;
    assert_eq!(reply.status(), 200);
    assert_eq!(std::fs::metadata(&snapshot).unwrap().permissions().mode() & 0o777, 0o600);
    let uploads = std::fs::read_dir(directory.path().join("mock.db.files")).unwrap();
    assert_eq!(uploads.count(), 4, "three files and the lock");
    let missing = directory.path().join("nowhere").join("snapshot");
    world.mock.snapshot(&missing).await.unwrap_err();
}

#[tokio::test]
async fn no_more_than_four_snapshots_are_read_at_once() {
    let world = World::new().await;
    let mut paper = PNG.to_vec();
    // More than sockets hold.
    paper.resize(12_000_000, 0);
    let upload = FileUpload::bytes(FilePurpose::photo_proof(), "paper.png", paper);
    world.client.upload_file(&upload).await.unwrap();

    let mut readers = Vec::new();
    for _ in 0..4 {
        let mut socket = TcpStream::connect(world.mock.address()).await.unwrap();
        let request = b"GET /_mock/snapshot HTTP/1.1\r\nHost: localhost\r\n\r\n";
        socket.write_all(request).await.unwrap();
        let mut head = [0; 15];
        socket.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200 OK");
        readers.push(socket);
    }
    let ask = || async {
        let request = world.plain(Method::GET, "/_mock/snapshot", b"");
        world.mock.call(request).await.status()
    };
    assert_eq!(ask().await, 503);
    drop(readers);
    for _ in 0..1000 {
        if ask().await == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the places of those who left are not given back");
}
