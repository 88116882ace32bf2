//! The published results of known mistakes on published messages.

use doku_signing::{
    Message,
    diagnose::{self, Diagnosis, Mistake},
    non_snap::Form,
};
use http::{HeaderMap, Method};
use serde_json::Value;

use crate::naive::{Presented, Protocol, SECRET, Signer, base64, hmac_sha256, hmac_sha512, named};

const KEY: &str = "SK-vector-0123456789";

fn vector(id: &str) -> Value {
    let text = include_str!("../../../../tests/vectors/positive.json");
    let file: Value = serde_json::from_str(text).unwrap();
    file["vectors"].as_array().unwrap().iter().find(|vector| vector["id"] == id).unwrap().clone()
}

fn diagnosis(id: &str, signature: &str) -> Diagnosis {
    let vector = vector(id);
    let field = |name: &str| vector[name].as_str().unwrap_or_default();
    let mut headers = HeaderMap::new();
    let bearer = format!("Bearer {}", field("token"));
    for (name, text) in [
        ("client-id", field("client")),
        ("request-id", field("request_id")),
        ("request-timestamp", field("ts")),
        ("signature", signature),
        ("authorization", &bearer),
        ("x-partner-id", "BRN-1"),
        ("x-external-id", "1"),
        ("x-timestamp", field("ts")),
        ("x-signature", signature),
    ] {
        headers.insert(name, text.parse().unwrap());
    }
    let snap = id.starts_with('S');
    let body = field("body").as_bytes();
    let method = if body.is_empty() { Method::GET } else { Method::POST };
    let target = if snap { field("path") } else { field("target") };
    let message = Message { method: &method, target, headers: &headers, body };
    match snap {
        true => diagnose::snap(&message, &KEY.into()),
        false => diagnose::non_snap(Form::Request, &message, &KEY.into()),
    }
    .unwrap()
}

#[test]
fn published_mistakes_are_named() {
    use Mistake::*;
    for (id, mistake, signature) in [
        ("N2", StringNewline, "HMACSHA256=yiTJTdBXjJy28m99JpOlx/RFEamnQa63UyE6V2Qnku0="),
        ("N2", DigestUnwanted, "HMACSHA256=qUVM2I8rDrAyVawH9FuYhNA+32D/HL/gKcF1ySgeq5Y="),
        ("N3", LinesCrLf, "HMACSHA256=uvfEzZUA6t4FstVIKwlJwhuKr8LH7xS2vEVzJA54Zfs="),
        ("N3", DigestHex, "HMACSHA256=wxa14nvHJxgVhu6+WCtNFdaf+e3ajMpKP3YLx23U5NM="),
        ("N3", DigestPrefixed, "HMACSHA256=fNO1oS5CwBUfs2ETocGteqC11ZFGU3Y2YixaKASXlzM="),
        (
            "S3",
            TokenBearer,
            "oKvG1qjnaj5hWHz3otl9/YcgDs3J/66gKpUAN+bwWNIXvfBhsmOSZGZnJXJX5lIJ3ATiGIi4d2hhWxkqstkfjw==",
        ),
        (
            "S3",
            HashUpperCase,
            "HTsRd7POigfGtDhYGWHZ45HAS5FY/iUmHsEKqm8IqdRCR61LhY+uh3SYkRcG0pBI998xuYJ4IUuDAcywseY+7A==",
        ),
        (
            "S3",
            SignatureHex,
            "08f07fef339648f3c7f74a542c59d62aac4d0bad6e9ff2d6d503e52d05e2653983d3b7b70302e816954ab8e7f0c3eb0cbd770eb5679336c16919673c6c2f6478",
        ),
    ] {
        assert_eq!(named(&diagnosis(id, signature)), [mistake], "{id}");
    }
}

#[test]
fn published_signatures_are_right() {
    for id in ["N2", "N3", "N6", "S3", "S3z", "S4", "S5"] {
        let vector = vector(id);
        let signature = vector["sig"].as_str().unwrap();
        assert_eq!(diagnosis(id, signature), Diagnosis::Right, "{id}");
    }
}

/// Of two mistakes only the hash of the body was published: the string is put together around it.
#[test]
fn published_hashes_of_mistaken_bodies_are_explained() {
    let n3 = vector("N3");
    let field = |name: &str| n3[name].as_str().unwrap();
    let text = format!(
        "Client-Id:{}\nRequest-Id:{}\nRequest-Timestamp:{}\nRequest-Target:{}\n\
         Digest:90PTbtXKnfxJrl9BreY+4Y7pzg7xviZ+8vOhQy7iMjw=",
        field("client"),
        field("request_id"),
        field("ts"),
        field("target"),
    );
    let signature = format!("HMACSHA256={}", base64(&hmac_sha256(KEY, &text)));
    assert_eq!(named(&diagnosis("N3", &signature)), [Mistake::BodyIndent2]);

    let s3 = vector("S3");
    let field = |name: &str| s3[name].as_str().unwrap();
    let text = format!(
        "POST:{}:{}:ef1b00bc2f19edb2dda20aef2398e8e1860cd23c2045d0687de67e5575d675e7:{}",
        field("path"),
        field("token"),
        field("ts"),
    );
    let signature = base64(&hmac_sha512(KEY, &text));
    assert_eq!(named(&diagnosis("S3", &signature)), [Mistake::BodyStripped]);
}

/// Parsed and printed again, one well-known body has two mistakes: numbers and escapes.
#[test]
fn a_body_that_was_parsed_and_printed_again_is_explained() {
    let sent = r#"{"order":{"amount":6000.00,"tips":0.00,"terminal_id":"A01             ","note":"Café \u0026 co"}}"#;
    for (digest, mistakes) in [
        (
            "oGzFmHblJN8O+6jy3VS3+5tU+tifViaiE2FBXpVN4hE=",
            &[Mistake::BodyUnescaped, Mistake::NumbersShortened][..],
        ),
        ("PSSD0Dcc0IUymg1mUsu1F8NoXDFq51hrJFURt0PqQrc=", &[Mistake::BodyStripped]),
    ] {
        let without = Signer { digest: None, ..Signer::right(Protocol::NonSnap) };
        let text = format!("{}\nDigest:{digest}", without.string_to_sign());
        let signature = format!("HMACSHA256={}", base64(&hmac_sha256(SECRET, &text)));
        let sent = Presented { body: sent.as_bytes(), ..Presented::default() };
        assert_eq!(named(&sent.diagnosis(&signature)), mistakes);
    }
}
