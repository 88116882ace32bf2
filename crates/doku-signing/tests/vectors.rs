//! The published vectors of the non-SNAP scheme, every stage asserted.

#![allow(missing_docs)]

use base64::{Engine, engine::general_purpose::STANDARD};
use doku_signing::{
    Digest,
    non_snap::{Component, Form},
};
use doku_types::SecretKey;
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    secret: String,
    vectors: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    client: String,
    request_id: String,
    ts: String,
    target: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    digest: Option<String>,
    sig: String,
}

#[test]
fn every_non_snap_vector_passes_stage_by_stage() {
    let text = include_str!("../../../tests/vectors/positive.json");
    let file: File = serde_json::from_str(text).unwrap();
    let key = SecretKey::from(file.secret);
    let mut passed = Vec::new();
    for value in file.vectors {
        let form = match value["kind"].as_str() {
            Some("nonsnap-request") => Form::Request,
            Some("nonsnap-response") => Form::Response,
            _ => continue,
        };
        let vector: Vector = serde_json::from_value(value).unwrap();
        let id = &vector.id;

        let published = vector.digest.as_deref().map(decode);
        let digest = match &vector.body {
            Some(body) => Some(Digest::of(body.as_bytes())),
            // Of N1 only the digest was published, not the body.
            None => published.map(|hash| Digest::from_sha256(hash.try_into().unwrap())),
        };
        assert_eq!(digest.map(|digest| digest.to_string()), vector.digest, "{id}: digest");

        let component = Component {
            client_id: &vector.client,
            request_id: &vector.request_id,
            timestamp: &vector.ts,
            target: &vector.target,
            digest,
        };
        let mut lines = vec![
            format!("Client-Id:{}", vector.client),
            format!("Request-Id:{}", vector.request_id),
            format!("{}:{}", form.timestamp_header(), vector.ts),
            format!("Request-Target:{}", vector.target),
        ];
        lines.extend(vector.digest.as_ref().map(|digest| format!("Digest:{digest}")));
        assert_eq!(component.string_to_sign(form), lines.join("\n"), "{id}: string to sign");

        assert_eq!(component.sign(form, &key).to_string(), vector.sig, "{id}: signature");
        assert_eq!(component.verify(form, &key, &vector.sig), Ok(()), "{id}: verification");
        passed.push(vector.id);
    }
    assert_eq!(passed, ["N1", "N2", "N3", "N5", "N6", "N7"]);
}

fn decode(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).unwrap()
}
