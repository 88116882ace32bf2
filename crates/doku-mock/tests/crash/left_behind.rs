//! A data file that is gone while something of it is left: what is left is neither used nor lost.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{partner, program};

#[tokio::test]
async fn a_data_file_deleted_after_a_kill_does_not_come_back_from_its_log() {
    let directory = tempfile::tempdir().unwrap();
    let data = killed_with_data(directory.path()).await;
    fs::remove_file(&data).unwrap();
    // A process that is killed leaves its log; else this test would be about nothing.
    assert!(!fs::read(beside(&data, "-wal")).unwrap().is_empty());
    for gone in ["-wal", "-shm"] {
        let left = contents(directory.path());
        let error = program::refused(&data);
        let wanted = format!(
            "{} is left of a data file that is gone: move it away too, or bring {} back",
            beside(&data, gone).display(),
            data.display()
        );
        assert!(error.contains(&wanted), "{error}");
        assert!(contents(directory.path()) == left, "nothing is made, changed or deleted");
        fs::remove_file(beside(&data, gone)).unwrap();
    }
    // An empty file is no data file either.
    fs::write(&data, "").unwrap();
    fs::write(beside(&data, "-journal"), "x").unwrap();
    assert!(program::refused(&data).contains("mock.db-journal is left of a data file"));
    fs::remove_file(beside(&data, "-journal")).unwrap();
    let anew = program::Program::start(&data);
    assert!(anew.list("/_mock/businesses").await.is_empty());
}

#[tokio::test]
async fn uploads_whose_data_file_is_gone_are_not_tidied_away() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("mock.db");
    let files = beside(&data, ".files");
    fs::create_dir(&files).unwrap();
    fs::write(files.join("DCM-0001-1700000000000"), "paper").unwrap();
    let error = program::refused(&data);
    let wanted = format!("{} is left of a data file that is gone", files.display());
    assert!(error.contains(&wanted), "{error}");
    assert_eq!(fs::read(files.join("DCM-0001-1700000000000")).unwrap(), b"paper");
    assert!(!data.exists());
    // Without one, as a process leaves it that died before it made the data file, it starts.
    fs::remove_file(files.join("DCM-0001-1700000000000")).unwrap();
    program::Program::start(&data);
}

#[tokio::test]
async fn a_refused_file_is_not_changed_by_the_log_of_a_killed_process() {
    let directory = tempfile::tempdir().unwrap();
    let data = killed_with_data(directory.path()).await;
    let wal = beside(&data, "-wal");
    let sql = rusqlite::Connection::open(&data).unwrap();
    let no_checkpoint = rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    sql.set_db_config(no_checkpoint, true).unwrap();
    // The log alone says so.
    sql.pragma_update(None, "user_version", 77).unwrap();
    drop(sql);
    let before = [fs::read(&data).unwrap(), fs::read(&wal).unwrap()];
    assert_eq!(before[0][60..64], 2_u32.to_be_bytes());
    let error = program::refused(&data);
    assert!(error.contains("was written by a later doku-mock (format 77, "), "{error}");
    assert!(before == [fs::read(&data).unwrap(), fs::read(&wal).unwrap()]);
}

/// A data file with a business in it, of a program that was killed.
async fn killed_with_data(directory: &Path) -> PathBuf {
    let data = directory.join("mock.db");
    let program = program::Program::start(&data);
    let reply = program.line().await.send(partner::invitation("invitation")).await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(program.list("/_mock/businesses").await.len(), 1);
    program.kill();
    data
}

fn beside(data: &Path, end: &str) -> PathBuf {
    let mut path = data.as_os_str().to_owned();
    path.push(end);
    path.into()
}

fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut contents = BTreeMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            contents.extend(self::contents(&path));
        } else {
            contents.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    contents
}
