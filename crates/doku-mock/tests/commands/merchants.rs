//! Merchants that a mock has before a command is run: each registered at a second of its own, so that its id is known.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::SystemTime,
};

use doku_signing::Credentials;
use serde_json::{Value, json};

use crate::{program::Mock, receiver};

/// Approved, with all its callbacks delivered.
pub(crate) const APPROVED: &str = "BSN-0001-1795316646003";
/// Waits for a verdict.
pub(crate) const PENDING: &str = "BSN-0001-1795316647003";
/// Invited, not yet filled in.
pub(crate) const INVITED: &str = "BSN-0001-1795316648000";

/// Has three merchants registered, and writes a further registration to `registration.json` in a directory.
pub(crate) fn register(mock: &Mock, directory: &Path) {
    let url = receiver::answering(receiver::reply("200 OK", "text/plain", ""));
    let token = send(mock, "/token", &json!({"grant_type": "client_credentials"}), "");
    let token = token["token"].as_str().unwrap();
    let papers = ["PHOTO_PROOF", "DOCUMENT", "OWNER_LIVENESS"].map(|of| upload(mock, token, of));
    let business = registration(&papers, &url);
    fs::write(directory.join("registration.json"), business.to_string()).unwrap();

    mock.told(&["advance", "1s"]);
    assert_eq!(send(mock, "/business", &business, "approve")["business"]["id"], APPROVED);
    mock.told(&["advance", "1s"]);
    assert_eq!(send(mock, "/business", &business, "pending")["business"]["id"], PENDING);
    mock.told(&["advance", "1s"]);
    let lite = include_str!("../../../../tests/samples/create-business-lite.request.json");
    let lite = send(mock, "/business/lite/registration", &serde_json::from_str(lite).unwrap(), "");
    assert_eq!(lite["business"]["id"], INVITED, "{lite}");
}

fn registration(papers: &[String; 3], callback_url: &str) -> Value {
    let sample = include_str!("../../../../tests/samples/business-registration.request.json");
    let mut document: Value = serde_json::from_str(sample).unwrap();
    let [photo, identity_card, face] = papers;
    let business = &mut document["business"];
    business["callback_url"] = callback_url.into();
    business["brands"][0]["photo_proofs"] = json!([{ "id": photo }]);
    business["contacts"][0]["documents"][0]["id"] = identity_card.as_str().into();
    business["contacts"][0]["owner_liveness"]["id"] = face.as_str().into();
    document
}

/// A signed `POST` of the Partner API; the document of its answer.
fn send(mock: &Mock, operation: &str, document: &Value, outcome: &str) -> Value {
    let target = format!("/adv-core-api/partner/v1.0{operation}");
    let body = document.to_string();
    let mut head = signed(&target, &body, &format!("{operation}-{outcome}"));
    head.push("Content-Type: application/json".to_owned());
    if !outcome.is_empty() {
        head.push(format!("Doku-Mock-Outcome: {outcome}"));
    }
    exchange(mock, &target, &head.join("\r\n"), body.as_bytes())
}

/// The headers of a `POST` of the Partner API that is signed rightly, a line each.
pub(crate) fn signed(target: &str, body: &str, request_id: &str) -> Vec<String> {
    let credentials = Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret");
    let now = SystemTime::now().into();
    let signed =
        credentials.sign_request(&http::Method::POST, target, body.as_bytes(), request_id, now);
    vec![
        format!("Client-Id: {}", signed.client_id),
        format!("Request-Id: {}", signed.request_id),
        format!("Request-Timestamp: {}", signed.timestamp),
        format!("Signature: {}", signed.signature),
    ]
}

fn upload(mock: &Mock, token: &str, category: &str) -> String {
    let part = "--xyz\r\nContent-Disposition: form-data; name=";
    let code = if category == "DOCUMENT" { "KTP" } else { "" };
    let body = format!(
        "{part}\"category\"\r\n\r\n{category}\r\n{part}\"code\"\r\n\r\n{code}\r\n{part}\"file\"; filename=\"paper.png\"\r\n\r\n"
    );
    let body = [body.as_bytes(), b"\x89PNG\r\n\x1a\n paper", b"\r\n--xyz--\r\n"].concat();
    let head =
        format!("Authorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary=xyz");
    let answer = exchange(mock, "/adv-core-api/partner/v1.0/file", &head, &body);
    answer["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

fn exchange(mock: &Mock, target: &str, head: &str, body: &[u8]) -> Value {
    let address = mock.url.strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        socket,
        "POST {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n\r\n"
    )
    .unwrap();
    socket.write_all(body).unwrap();
    let mut reply = String::new();
    socket.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200 OK"), "{target}: {reply}");
    serde_json::from_str(reply.split_once("\r\n\r\n").unwrap().1).unwrap()
}
