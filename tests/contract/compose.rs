//! `POST /_mock/compose`: a signed request for one of DOKU's operations.

use bytes::Bytes;
use contract::{Sink, World};
use doku_mock::DEFAULT_SECRET_KEY;
use doku_partner::Credentials;
use doku_signing::{
    Digest,
    non_snap::{Form, SignedHeaders},
};
use http::{Method, Request};
use serde_json::{Value, json};

use crate::journal::sent_by;

/// What is composed of a document.
async fn composed(world: &World, document: &Value) -> Value {
    let (status, composed) = world.own(Method::POST, "compose", Some(document)).await;
    assert_eq!(status, 200, "{document} {composed}");
    composed
}

/// The request that was composed, to be sent to the mock of this test.
fn request(world: &World, composed: &Value) -> Request<Bytes> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut request = Request::builder().method(composed["method"].as_str().unwrap()).uri(format!(
        "{}{}",
        world.base_url(),
        text(&composed["target"])
    ));
    for header in composed["headers"].as_array().unwrap() {
        request = request.header(text(&header["name"]), text(&header["value"]));
    }
    request.body(text(&composed["body"]).into()).unwrap()
}

fn personal() -> Value {
    json!({"businessType": "PERSONAL", "businessLegalEntity": "PERSEORANGAN",
        "brandBusinessLine": "RETAIL", "businessContactNationality": "ID"})
}

/// A document for each signed operation.
async fn documents(world: &World) -> Vec<Value> {
    let sink = Sink::answering([]).await;
    let brand = world.registered(&sink).await.brands[0].id.to_string();
    let papers = world.upload_papers().await;
    let registration = world.document(&papers, &sink.url("/kyb"));
    let lite = include_str!("../samples/create-business-lite.request.json");
    vec![
        json!({"operation": "check-requirements", "query": personal()}),
        json!({"operation": "Generate Token", "body": {"grant_type": "client_credentials"}}),
        json!({"operation": "business-registration", "body": registration, "outcome": "pending"}),
        json!({"operation": "create-business-lite", "body": lite, "request_id": "mine 1"}),
        json!({"operation": "get-business-data", "brand": brand}),
        json!({"operation": "update-business-data", "brand": brand,
            "body": {"business": {"description": "Nasi goreng"}}}),
    ]
}

#[tokio::test]
async fn what_is_composed_is_accepted_when_it_is_sent_as_it_is() {
    let world = World::new().await;
    for document in documents(&world).await {
        let composed = composed(&world, &document).await;
        let sent = request(&world, &composed);
        let signed = SignedHeaders::read(sent.headers(), Form::Request).unwrap();
        let (method, path, body) = (sent.method(), sent.uri().path(), sent.body());
        let credentials = world.mock.credentials();
        assert_eq!(credentials.verify_request(method, path, body, &signed), Ok(()));
        let digest = Digest::of_message(method, body);
        assert_eq!(
            composed["string_to_sign"],
            signed.component(path, digest).string_to_sign(Form::Request)
        );
        assert_eq!(composed["digest"], json!(digest.map(|digest| digest.to_string())));
        assert_eq!(signed.timestamp, world.mock.now().to_string());
        assert!(!composed.to_string().contains(DEFAULT_SECRET_KEY));
        let reply = world.send(sent).await;
        assert_eq!(reply.status(), 200, "{document} {reply:?}");
    }
}

#[tokio::test]
async fn the_curl_command_sends_the_very_request() {
    let world = World::new().await;
    for document in documents(&world).await {
        let composed = composed(&world, &document).await;
        let command = composed["curl"].as_str().unwrap();
        let command = command.replace("http://doku.test", &world.base_url());
        let (by_curl, sent) = (sent_by(&command), request(&world, &composed));
        assert_eq!((by_curl.method(), by_curl.uri()), (sent.method(), sent.uri()));
        assert_eq!((by_curl.headers(), by_curl.body()), (sent.headers(), sent.body()));
        assert_eq!(world.send(by_curl).await.status(), 200, "{document}");
    }
}

#[tokio::test]
async fn a_body_is_signed_and_sent_to_the_byte() {
    let world = World::new().await;
    // Another order of fields, blanks, and numbers that reading would change.
    let body = r#"{"z": 1.00,  "a":[ 12345678901234567890123 ],"z":"\u00e9"}"#;
    for (given, sent) in [
        (body.to_owned(), body),
        (Value::from(body).to_string(), body),
        (Value::from(" no\r\njson\t").to_string(), " no\r\njson\t"),
        ("[1, 2]".to_owned(), "[1, 2]"),
        ("null".to_owned(), ""),
        (r#""""#.to_owned(), ""),
    ] {
        let document = format!(r#"{{"operation":"generate-token","body":{given}}}"#);
        let mut request = world.plain(Method::POST, "/_mock/compose", document.as_bytes());
        contract::set_header(&mut request, "content-type", "application/json");
        let composed = contract::json(&world.send(request).await);
        assert_eq!(composed["body"], sent, "{given}");
        let digest = (!sent.is_empty()).then(|| Digest::of(sent.as_bytes()).to_string());
        assert_eq!(composed["digest"], json!(digest));
    }
}

#[tokio::test]
async fn the_partner_who_is_named_signs_and_none_but_a_known_one() {
    let [first, second] = [("BRN-9", "SK-first-marker"), ("BRN-2", "SK-second-marker")]
        .map(|(id, key)| Credentials::new(id, key));
    let world = World::with(|builder| builder.partner(first).partner(second)).await;
    let document = |partner: Option<&str>| json!({"operation": "generate-token", "partner": partner, "body": {"grant_type": "client_credentials"}});
    for (partner, signed) in [(None, "BRN-9"), (Some("BRN-2"), "BRN-2"), (Some("BRN-9"), "BRN-9")] {
        let composed = composed(&world, &document(partner)).await;
        assert_eq!(composed["partner"], signed);
        assert!(!composed.to_string().contains("marker"));
        assert_eq!(world.send(request(&world, &composed)).await.status(), 200);
    }
    let (status, refusal) =
        world.own(Method::POST, "compose", Some(&document(Some("BRN-1")))).await;
    assert_eq!((status, &refusal), (400, &json!({"message": ["partner is none of BRN-9, BRN-2"]})));
}

#[tokio::test]
async fn to_compose_sends_nothing_and_changes_nothing() {
    let world = World::new().await;
    let ids = async |world: &World| world.upload_papers().await.ktp;
    let other = World::new().await;
    for _ in 0..3 {
        composed(&world, &json!({"operation": "create-business-lite", "body": "{}"})).await;
    }
    assert!(world.mock.journal().is_empty());
    assert_eq!(ids(&world).await, ids(&other).await);
}

#[tokio::test]
async fn what_cannot_be_composed_is_refused_with_what_to_do() {
    let world = World::new().await;
    let long = "x".repeat(5000);
    let cases = [
        (
            json!({"operation": "delete-business"}),
            "operation is none of check-requirements, generate-token",
        ),
        (
            json!({"operation": "upload-file"}),
            "Upload File is not signed, so there is nothing to compose: get a token by Generate Token",
        ),
        (json!({"operation": "check-requirements", "body": {}}), "Check Requirements has no body"),
        (json!({"operation": "get-business-data"}), "brand is missing: give the BRN- id"),
        (
            json!({"operation": "update-business-data", "body": {}}),
            "brand is missing: give the BRN- id",
        ),
        (json!({"operation": "get-business-data", "brand": "a/../b"}), "brand is no id"),
        (json!({"operation": "get-business-data", "brand": ""}), "brand is no id"),
        (json!({"operation": "get-business-data", "brand": "x".repeat(65)}), "brand is no id"),
        (json!({"operation": "generate-token", "brand": "BRN-1"}), "Generate Token takes no brand"),
        (
            json!({"operation": "generate-token", "query": {"a": "b"}}),
            "Generate Token takes no query",
        ),
        (
            json!({"operation": "check-requirements", "query": {"a": long}}),
            "path and query have over 4096 bytes",
        ),
        (
            json!({"operation": "generate-token", "request_id": "a\nb"}),
            "the header Request-Id is malformed",
        ),
        (
            json!({"operation": "generate-token", "request_id": "é"}),
            "the header Request-Id is malformed",
        ),
        (
            json!({"operation": "generate-token", "request_id": ""}),
            "the header Request-Id is missing",
        ),
        (
            json!({"operation": "generate-token", "request_id": "x".repeat(129)}),
            "the header Request-Id is malformed",
        ),
        (
            json!({"operation": "generate-token", "outcome": "approve"}),
            "outcome goes with Business Registration",
        ),
        (
            json!({"operation": "business-registration", "outcome": "aprove"}),
            "`aprove` is no outcome",
        ),
        (
            json!({"operation": "business-registration", "outcome": "reject.BUSINESS_BANK,\nreject.BRAND"}),
            "outcome is none",
        ),
        (json!({"body": {}}), "a field that is missing"),
        (
            json!({"operation": "generate-token", "send": true}),
            "a field that is missing or of another type",
        ),
    ];
    for (document, expected) in cases {
        let (status, refusal) = world.own(Method::POST, "compose", Some(&document)).await;
        let message = refusal["message"][0].as_str().unwrap_or_default();
        assert_eq!(status, 400, "{document} {refusal}");
        assert!(message.contains(expected), "{document}: {message}");
    }
}
