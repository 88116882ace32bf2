//! Upload File: from memory, from a path, by a URL. A token comes before each.

use doku_partner::{FileUpload, Operation, operation::UploadFile};
use doku_types::{BearerToken, code::DocumentCode, partner::file::FilePurpose};

use crate::{
    snapshot,
    tape::{Answer, Tape, credentials, start},
};

pub(crate) const TOKEN: &str = include_str!("../../../../tests/samples/generate-token.reply.json");
pub(crate) const UPLOADED: &str = include_str!("../../../../tests/samples/upload-file.reply.json");

/// The smallest content that is told for a PNG, and bytes that are no text.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\\\xff\x00";

/// Uploads it, and compares what was sent with what the operation alone makes.
async fn uploaded(upload: &FileUpload) -> Tape {
    let tape = Tape::answering([Answer::Reply(200, TOKEN), Answer::Reply(200, UPLOADED)]).await;
    let reply = tape.client.upload_file(upload).await.unwrap();
    assert_eq!((reply.id.as_str(), &reply.request_id), ("CNT-0104-1676639713907", &None));
    let token = BearerToken::from("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwYXlsb2FkIn0.c2lnbmF0dXJl");
    // The boundary comes of the id, which is not sent; a bearer needs no time.
    let operation = UploadFile::new(&token, upload);
    let request =
        operation.into_request(&tape.environment, &credentials(), "request-2", start()).unwrap();
    tape.assert_sent(1, request).await;
    tape
}

#[tokio::test]
async fn upload_file_from_memory() {
    let upload = FileUpload::bytes(FilePurpose::document(DocumentCode::Ktp), "ktp.png", PNG);
    let tape = uploaded(&upload).await;
    snapshot!("upload_file_from_memory", tape.written());
}

#[tokio::test]
async fn upload_file_from_a_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tempat \"usaha\" é.pdf");
    std::fs::write(&path, b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\r\n").unwrap();
    let upload = FileUpload::path(FilePurpose::photo_proof(), &path).await.unwrap();
    let tape = uploaded(&upload).await;
    snapshot!("upload_file_from_a_path", tape.written());
}

#[tokio::test]
async fn upload_file_by_a_url() {
    let url = "https://shop.example/face.jpg?signed=1&for=doku";
    let upload = FileUpload::url(FilePurpose::owner_liveness(), url);
    let tape = uploaded(&upload).await;
    snapshot!("upload_file_by_a_url", tape.written());
}
