//! Uploads that break off: sent again if they can be, and if not, said to be so.

use std::sync::{Arc, Mutex};

use doku_partner::{ErrorKind, FileUpload};
use doku_types::partner::file::FilePurpose;

use crate::{
    answer::Answer,
    call::gateway,
    host::{Act, Came, Host, Step},
};

/// A PNG of some chunks.
fn content() -> Vec<u8> {
    png(LENGTH)
}

fn png(length: usize) -> Vec<u8> {
    let mut content = b"\x89PNG\r\n\x1a\n".to_vec();
    content.resize(length, b'x');
    content
}

const LENGTH: usize = 2_000_000;

fn token(token: &str) -> Act {
    Answer::ok(serde_json::json!({"token": token}).to_string()).signed().into()
}

fn uploaded() -> Act {
    let reply = r#"{"id":"DCM-1","link":"http://127.0.0.1:1/x","category":"PHOTO_PROOF"}"#;
    Answer::ok(reply).into()
}

/// Ways in which an upload fails that are worth another try.
fn breaks() -> Vec<Act> {
    vec![
        Act::lose(),
        Act::steps(|_| vec![Step::Reset]),
        Act::steps(|_| vec![Step::Reset]).after_reading(100_000),
        Act::lose().after_reading(0),
        Answer::new("500 Internal Server Error", "oops").into(),
    ]
}

/// The file within a multipart body.
fn file(came: &Came) -> &[u8] {
    let start = came.body.windows(8).position(|eight| eight == b"\x89PNG\r\n\x1a\n").unwrap();
    let end =
        came.body.len() - came.header("content-type").split("boundary=").nth(1).unwrap().len();
    &came.body[start..end - b"\r\n----\r\n".len()]
}

async fn assert_repeated(upload: impl AsyncFn() -> FileUpload) {
    for broken in breaks() {
        let host = Host::playing([token("one"), broken, uploaded()]).await;
        let reply = host.client().upload_file(&upload().await).await.unwrap();
        assert_eq!((reply.id.as_str(), reply.attempts), ("DCM-1", 2));
        assert_eq!((reply.is_signed, &reply.request_id), (false, &None));
        let came = host.came();
        assert_eq!(came.len(), 3);
        assert!(file(&came[2]) == content(), "the second time it came whole");
        for upload in &came[1..] {
            assert_eq!(upload.header("authorization"), "Bearer one");
            assert!(!upload.headers.contains_key("request-id"));
        }
        assert_eq!(came[1].header("content-length"), came[2].header("content-length"));
    }
}

#[tokio::test]
async fn an_upload_from_memory_is_sent_again_and_its_progress_begins_anew() {
    let content = bytes::Bytes::from(content());
    let purpose = FilePurpose::photo_proof;
    assert_repeated(async || FileUpload::bytes(purpose(), "a.png", content.clone())).await;

    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let upload = FileUpload::bytes(purpose(), "a.png", content)
        .on_progress(move |progress| tell.lock().unwrap().push(progress.sent));
    let host = Host::playing([token("one"), Act::lose(), uploaded()]).await;
    host.client().upload_file(&upload).await.unwrap();
    let told = told.lock().unwrap();
    let whole: Vec<_> = told.iter().filter(|sent| **sent == LENGTH as u64).collect();
    assert_eq!(whole.len(), 2);
    assert_eq!(told.iter().filter(|sent| **sent <= 64 << 10).count(), 2);
}

#[cfg(feature = "io")]
#[tokio::test]
async fn an_upload_from_a_path_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    std::fs::write(&path, content()).unwrap();
    assert_repeated(async || FileUpload::path(FilePurpose::photo_proof(), &path).await.unwrap())
        .await;
}

#[cfg(feature = "io")]
#[tokio::test]
async fn an_upload_from_a_reader_is_not_sent_again() {
    for broken in breaks() {
        let host = Host::playing([token("one"), broken, uploaded()]).await;
        let reader = std::io::Cursor::new(content());
        let upload = FileUpload::reader(FilePurpose::photo_proof(), "a.png", LENGTH as u64, reader);
        let error = host.client().upload_file(&upload.await.unwrap()).await.unwrap_err();
        assert_eq!((error.attempts(), host.came().len()), (1, 2), "{error}");
        assert!(matches!(error.kind(), ErrorKind::Transport | ErrorKind::Server), "{error}");
        assert!(!error.outcome_unknown(), "a file that nobody names does no harm");
    }
}

#[tokio::test]
async fn a_refusal_before_the_file_is_whole_is_heard() {
    // The host says no to the head, before a file that no buffer of a connection holds has come.
    let refusal = Act::steps(|came| {
        let length: usize = came.header("content-length").parse().unwrap();
        let answer = Answer::new("413 Payload Too Large", r#"{"message":["TOO LARGE"]}"#);
        assert!(came.body.is_empty() && length > 12_000_000);
        vec![Step::Write(answer.bytes(came)), Step::Hold]
    })
    .after_reading(0);
    let host = Host::playing([token("one"), refusal]).await;
    let upload = FileUpload::bytes(FilePurpose::photo_proof(), "a.png", png(12_000_000));
    let error = host.client().upload_file(&upload).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Validation, 1), "{error}");
    assert_eq!(error.status().unwrap(), 413);
}

#[tokio::test]
async fn a_token_is_dropped_once_and_no_more_than_once() {
    let refused = || Act::from(gateway("401 Unauthorized", "invalid_token", "expired"));
    let photo =
        || FileUpload::bytes(FilePurpose::photo_proof(), "a.png", &b"\x89PNG\r\n\x1a\n"[..]);
    let host = Host::playing([token("one"), refused(), token("two"), uploaded()]).await;
    let client = host.client();
    assert!(client.upload_file(&photo()).await.is_ok());
    let bearers: Vec<_> = host
        .came()
        .iter()
        .filter(|came| came.target.ends_with("/file"))
        .map(|came| came.header("authorization").to_owned())
        .collect();
    assert_eq!(bearers, ["Bearer one", "Bearer two"]);

    let host = Host::playing([token("one"), refused(), token("two"), refused(), uploaded()]).await;
    let error = host.client().upload_file(&photo()).await.unwrap_err();
    assert_eq!((error.kind(), host.came().len()), (ErrorKind::Credentials, 4));
}

#[tokio::test]
async fn a_token_is_dropped_whatever_the_words_of_the_401_are() {
    for body in ["", r#"{"error":"invalid_token","error_description":"expired"}"#] {
        let refused = Answer::new("401 Unauthorized", body).into();
        let photo =
            FileUpload::bytes(FilePurpose::photo_proof(), "a.png", &b"\x89PNG\r\n\x1a\n"[..]);
        let host = Host::playing([token("one"), refused, token("two"), uploaded()]).await;
        assert!(host.client().upload_file(&photo).await.is_ok());
        assert_eq!(host.came()[3].header("authorization"), "Bearer two");
    }
}

#[tokio::test]
async fn without_a_token_there_is_no_upload() {
    let host = Host::playing((0..3).map(|_| Act::lose())).await;
    let photo = FileUpload::bytes(FilePurpose::photo_proof(), "a.png", &b"\x89PNG\r\n\x1a\n"[..]);
    let error = host.client().upload_file(&photo).await.unwrap_err();
    assert_eq!(error.operation(), "Generate Token");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 3));
    assert!(host.came().iter().all(|came| came.target.ends_with("/token")));
}

#[tokio::test]
async fn a_token_that_cannot_stand_in_a_header_is_an_error_of_its_own() {
    let host = Host::playing([token("one\r\nX-Forged: two"), uploaded()]).await;
    let photo = FileUpload::bytes(FilePurpose::photo_proof(), "a.png", &b"\x89PNG\r\n\x1a\n"[..]);
    let error = host.client().upload_file(&photo).await.unwrap_err();
    assert_eq!((error.kind(), host.came().len()), (ErrorKind::Request, 1), "{error}");
    assert!(!format!("{error} {error:?}").contains("Forged"), "{error}");
}
