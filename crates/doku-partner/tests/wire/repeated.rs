//! What is sent again: the same request under the same Request-Id, signed anew.

use doku_partner::FileUpload;
use doku_types::{
    code::DocumentCode,
    partner::{file::FilePurpose, registration::Registration},
};

use crate::{
    snapshot,
    tape::{Answer, Tape},
    uploads::{PNG, TOKEN, UPLOADED},
};

/// Of a request, what a header says.
fn header(request: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(request);
    let found = text.split("\r\n").find_map(|line| line.strip_prefix(&format!("{name}: ")));
    found.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
}

fn body(request: &[u8]) -> &[u8] {
    let end = request.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    &request[end + 4..]
}

#[tokio::test]
async fn a_registration_whose_answer_was_lost_is_sent_again_under_its_request_id() {
    let reply = include_str!("../../../../tests/samples/business-registration.reply.json");
    // DOKU answers what it did before with 409 and the reply of then.
    let tape = Tape::answering([Answer::Lost, Answer::Reply(409, reply)]).await;
    let sample = include_bytes!("../../../../tests/samples/business-registration.request.json");
    let registration = Registration::parse(sample).unwrap();
    let reply = tape.client.register_business(&registration).await.unwrap();
    assert!(reply.is_replayed());
    assert_eq!((reply.attempts, reply.request_id.as_deref()), (2, Some("request-1")));
    snapshot!("registration_after_a_lost_answer", tape.written());

    let (first, second) = (tape.request(0), tape.request(1));
    assert_eq!(body(&first), body(&second));
    assert_eq!(header(&first, "request-id"), header(&second, "request-id"));
    for fresh in ["request-timestamp", "signature"] {
        assert_ne!(header(&first, fresh), header(&second, fresh));
    }
}

#[tokio::test]
async fn an_upload_whose_token_was_refused_is_sent_again_with_a_new_one() {
    let refused = r#"{"error":{"code":"invalid_token","message":"Token expired","type":"invalid_request_error"}}"#;
    let tape = Tape::answering([
        Answer::Reply(200, TOKEN),
        Answer::Reply(401, refused),
        Answer::Reply(200, r#"{"token":"eyJ.another.one"}"#),
        Answer::Reply(200, UPLOADED),
    ])
    .await;
    let upload = FileUpload::bytes(FilePurpose::document(DocumentCode::Ktp), "ktp.png", PNG);
    tape.client.upload_file(&upload).await.unwrap();
    snapshot!("upload_after_a_refused_token", tape.written());
    assert_eq!(header(&tape.request(3), "authorization"), "Bearer eyJ.another.one");

    // The clones have the new one too, and ask for none.
    let other = tape.client.clone();
    let error = other.upload_file(&upload).await.unwrap_err();
    assert_eq!(error.attempts(), 4, "nothing answers any more");
    assert_eq!(header(&tape.request(4), "authorization"), "Bearer eyJ.another.one");
}
