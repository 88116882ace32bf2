use http_body_util::BodyExt;

use super::*;

const BUDGET: u64 = 1000;

fn id(number: u32) -> FileId {
    FileId::from(format!("DCM-0001-17000000{number:05}"))
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

async fn receive(files: &Files, content: &[u8]) -> io::Result<Received> {
    let mut incoming = files.incoming(&files.place().await).await?;
    for chunk in content.chunks(100) {
        incoming.write(chunk).await?;
    }
    incoming.finish().await
}

async fn read(files: &Files, id: &FileId) -> Vec<u8> {
    files.open(id).await.unwrap().collect().await.unwrap().to_bytes().to_vec()
}

/// A database's place, in a directory that the test can look into.
fn beside() -> (TempDir, PathBuf, PathBuf) {
    let home = TempDir::new().unwrap();
    let database = home.path().join("mock.db");
    let directory = home.path().join("mock.db.files");
    (home, database, directory)
}

#[tokio::test]
async fn a_kept_file_is_read_as_it_was_written_also_by_the_next_process() {
    let (_home, database, directory) = beside();
    let content: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let files = Files::beside(&database, 1_000_000).unwrap();
    let received = receive(&files, &content).await.unwrap();
    assert_eq!((received.size(), received.head()), (800_000, &content[..8]));
    received.keep(&id(1)).unwrap();
    assert_eq!(names(&directory), [id(1).as_str(), "lock"]);

    let body = files.open(&id(1)).await.unwrap();
    assert_eq!(http_body::Body::size_hint(&body).exact(), Some(800_000));
    assert!(read(&files, &id(1)).await == content);

    drop(files);
    let files = Files::beside(&database, 1_000_000).unwrap();
    files.tidy(|known| *known == id(1)).unwrap();
    assert!(read(&files, &id(1)).await == content);
    let refused = receive(&files, &vec![0; 200_001]).await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::QuotaExceeded, "what is there counts");
}

#[tokio::test]
async fn a_file_that_is_not_kept_leaves_nothing_and_gives_its_bytes_back() {
    let files = Files::temporary(BUDGET).unwrap();
    let directory = files.0.path.clone();
    let mut incoming = files.incoming(&files.place().await).await.unwrap();
    incoming.write(&[0; 600]).await.unwrap();
    let [part, lock] = &names(&directory)[..] else { panic!("{:?}", names(&directory)) };
    assert!(is_part(part) && lock == "lock", "{part}");
    drop(incoming);
    drop(receive(&files, &[0; 600]).await.unwrap());
    assert_eq!(names(&directory), ["lock"]);
    receive(&files, &[0; 1000]).await.unwrap().keep(&id(1)).unwrap();
    drop(files);
    assert!(!directory.exists());
}

#[tokio::test]
async fn what_a_stopped_mock_drops_late_is_not_its_successors() {
    let (_home, database, _) = beside();
    let stopped = Files::beside(&database, BUDGET).unwrap();
    let late = stopped.incoming(&stopped.place().await).await.unwrap();
    stopped.close();
    let successor = Files::beside(&database, BUDGET).unwrap();
    successor.tidy(|_| false).unwrap();
    let mut incoming = successor.incoming(&successor.place().await).await.unwrap();
    incoming.write(b"paper").await.unwrap();
    drop(late);
    incoming.finish().await.unwrap().keep(&id(1)).unwrap();
    assert_eq!(read(&successor, &id(1)).await, b"paper");
}

#[tokio::test]
async fn files_that_come_in_at_once_cannot_exceed_the_budget_together() {
    let files = Files::temporary(BUDGET).unwrap();
    let mut first = files.incoming(&files.place().await).await.unwrap();
    let mut second = files.incoming(&files.place().await).await.unwrap();
    first.write(&[0; 600]).await.unwrap();
    let refused = second.write(&[0; 401]).await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::QuotaExceeded);
    second.write(&[0; 400]).await.unwrap();
    drop(first);
    second.write(&[0; 600]).await.unwrap();
}

#[tokio::test]
async fn more_files_than_may_come_in_at_once_wait_for_a_place() {
    use std::time::Duration;

    let files = Files::temporary(BUDGET).unwrap();
    let mut coming = Vec::new();
    for _ in 0..32 {
        coming.push(files.place().await);
    }
    let waiting = tokio::spawn({
        let files = files.clone();
        async move { receive(&files, &[0; 1]).await.map(drop) }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!waiting.is_finished());
    coming.pop();
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn tidying_removes_what_nobody_refers_to_and_nothing_foreign() {
    let (_home, database, directory) = beside();
    let files = Files::beside(&database, BUDGET).unwrap();
    receive(&files, b"known").await.unwrap().keep(&id(1)).unwrap();
    receive(&files, b"orphan").await.unwrap().keep(&id(2)).unwrap();
    drop(files);
    let foreign =
        ["DCM-0001-17.jpg", "README", "incoming-.part", "incoming-1.part.bak", "my-notes"];
    for name in foreign.into_iter().chain(["incoming-7.part"]) {
        fs::write(directory.join(name), "").unwrap();
    }
    // A directory, though it is named as a file would be.
    fs::create_dir(directory.join(id(3).as_str())).unwrap();

    let files = Files::beside(&database, BUDGET).unwrap();
    files.tidy(|known| *known == id(1)).unwrap();
    let mut left: Vec<_> = foreign.map(str::to_owned).into();
    left.extend(["lock".to_owned(), id(1).as_str().to_owned(), id(3).as_str().to_owned()]);
    left.sort();
    assert_eq!(names(&directory), left);
    assert_eq!(files.0.used.load(Ordering::Relaxed), 5);
}

#[tokio::test]
async fn two_mocks_cannot_share_a_database() {
    let (_home, database, directory) = beside();
    let first = Files::beside(&database, BUDGET).unwrap();
    let refused = Files::beside(&database, BUDGET).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!("{} is in use by another doku-mock", directory.display())
    );
    drop(first);
    Files::beside(&database, BUDGET).unwrap();
}

#[tokio::test]
async fn an_id_cannot_lead_out_of_the_directory() {
    let (home, database, directory) = beside();
    let files = Files::beside(&database, BUDGET).unwrap();
    fs::write(home.path().join("secret"), "x").unwrap();
    for text in [
        "",
        ".",
        "..",
        "../secret",
        "lock",
        "incoming-0.part",
        "DCM-0001-1700000000000/../../secret",
        "DCM-0001-170000000000\u{661}",
        "DCM-0001-1700000000000\0",
        "/etc/passwd",
    ] {
        let id = FileId::from(text);
        let refused = files.open(&id).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput, "{text:?}");
        let refused = receive(&files, b"x").await.unwrap().keep(&id).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput, "{text:?}");
    }
    assert_eq!(names(home.path()), ["mock.db.files", "secret"]);
    assert_eq!(names(&directory), ["lock"]);
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_reads_what_was_uploaded() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (_home, database, directory) = beside();
    let kept = Files::beside(&database, BUDGET).unwrap();
    let temporary = Files::temporary(BUDGET).unwrap();
    assert_eq!([mode(&directory), mode(&temporary.0.path)], [0o700, 0o700]);
    receive(&kept, b"x").await.unwrap().keep(&id(1)).unwrap();
    assert_eq!(mode(&directory.join(id(1).as_str())), 0o600);
}

#[tokio::test]
async fn a_file_that_was_cut_short_is_not_sent_as_if_it_were_whole() {
    let files = Files::temporary(BUDGET).unwrap();
    receive(&files, &[7; 500]).await.unwrap().keep(&id(1)).unwrap();
    let content = files.open(&id(1)).await.unwrap();
    File::options().write(true).open(files.0.path_of(&id(1)).unwrap()).unwrap().set_len(9).unwrap();
    let broken = content.collect().await.unwrap_err();
    assert_eq!(broken.kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn what_is_put_in_place_of_the_same_takes_its_room_once() {
    let files = Files::temporary(10).unwrap();
    let [one, other] = ["DCM-0001-1700000000001", "DCM-0001-1700000000002"].map(FileId::from);
    for _ in 0..3 {
        files.put(&one, b"12345").unwrap();
    }
    files.put(&other, b"123").unwrap();
    assert!(files.0.reserve(2).is_ok() && files.0.reserve(1).is_err());
    files.clear(&[one.clone()].into());
    assert!(files.read(&one).is_ok() && files.read(&other).is_err());
    assert!(files.0.reserve(3).is_ok() && files.0.reserve(1).is_err());
}
