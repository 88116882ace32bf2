//! A host that says what it should not: keys and people stay out of errors all the same.

use doku_partner::{
    FileUpload,
    operation::{GenerateToken, UploadFile},
};
use doku_types::{
    BearerToken,
    partner::{file::FilePurpose, token::TokenRequest},
};

use crate::{
    answer::Answer,
    call::{EMAIL, KEY, NIK, assert_discreet, business, gateway, register},
    host::Host,
};

#[tokio::test]
async fn what_the_host_repeats_of_a_request_is_blotted_out() {
    let echo = format!("{EMAIL} with NIK {NIK} and key {KEY} is known");
    for answer in [
        business("400 Bad Request", &echo),
        gateway("400 Bad Request", "invalid_parameter", &echo),
        gateway("400 Bad Request", &echo, "odd"),
        Answer::new("404 Not Found", serde_json::json!({"message": echo}).to_string()),
        Answer::new("400 Bad Request", &echo),
    ] {
        let host = Host::playing([answer]).await;
        let error = register(&host.client()).await.unwrap_err();
        assert_discreet(&error);
        assert!(error.api_error().is_none_or(
            |said| said.to_string().contains("is known") || said.to_string().contains("odd")
        ));
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_not_quoted() {
    let nearly = format!(r#"{{"business":{{"id":"{NIK}","brands":[{{"id":"{EMAIL}""#);
    let host = Host::playing([Answer::ok(&nearly), Answer::ok(&nearly)]).await;
    assert_discreet(&register(&host.client()).await.unwrap_err());
    let odd = format!(r#"{{"business":{{"id":["{NIK}"]}}}}"#);
    let host = Host::playing([Answer::ok(&odd), Answer::ok(&odd)]).await;
    assert_discreet(&register(&host.client()).await.unwrap_err());
}

#[tokio::test]
async fn a_token_that_the_host_repeats_is_blotted_out() {
    let token = "eyJ-token-marker.eyJ.x";
    let refusal = gateway("401 Unauthorized", "invalid_token", &format!("no such token {token}"));
    let host = Host::playing([refusal]).await;
    let photo = FileUpload::bytes(FilePurpose::photo_proof(), "a.png", &b"\x89PNG\r\n\x1a\n"[..]);
    let bearer = BearerToken::from(token);
    let error = host.client().call(&UploadFile::new(&bearer, &photo)).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("token-marker"), "{error}");
    assert!(error.to_string().contains("no such token"), "{error}");
}

#[tokio::test]
async fn a_line_of_a_log_cannot_be_forged_by_a_host() {
    let wish = TokenRequest::new();
    let forged = business("400 Bad Request", "no\nERROR all is lost\u{1b}[31m");
    let host = Host::playing([forged]).await;
    let error = host.client().call(&GenerateToken::new(&wish)).await.unwrap_err();
    assert!(!error.to_string().contains(char::is_control), "{error}");
    let long = business("400 Bad Request", &"x".repeat(100_000));
    let host = Host::playing([long]).await;
    let error = host.client().call(&GenerateToken::new(&wish)).await.unwrap_err();
    assert!(error.to_string().len() < 1000);
}
