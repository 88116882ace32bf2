//! SNAP's RSA signatures: only the public key is known.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use doku_signing::{
    Message,
    diagnose::{self, Diagnosis, Mistake},
    rsa::{RsaSigner, Signer as _},
};
use http::{HeaderMap, Method};

use crate::{
    errors::{COMMON, SNAP},
    naive::{BODY, Protocol, Signer, hex, named},
};

/// The timestamp of the token request.
const AT: &str = "2026-11-22T10:04:05+07:00";

fn signer() -> RsaSigner {
    RsaSigner::from_pem(include_str!("../../../../tests/vectors/test-rsa-private.pem")).unwrap()
}

fn sign(text: &str) -> String {
    STANDARD.encode(signer().sign(text.as_bytes()).unwrap())
}

fn diagnosis(transaction: bool, signature: &str) -> Diagnosis {
    let mut headers = HeaderMap::new();
    for (name, text) in [
        ("x-client-key", "BRN-1"),
        ("x-timestamp", if transaction { "2026-11-22T03:04:05Z" } else { AT }),
        ("x-signature", signature),
        ("host", "api.doku.com"),
    ] {
        headers.insert(name, text.parse().unwrap());
    }
    let message = Message {
        method: &Method::POST,
        target: "/a%20b/pay?x=1",
        headers: &headers,
        body: BODY.as_bytes(),
    };
    let public = signer().verifier();
    match transaction {
        true => diagnose::snap_transaction(&message, &public),
        false => diagnose::snap_token(&message, &public),
    }
    .unwrap()
}

#[test]
fn every_mistake_in_a_token_request_is_named() {
    use Mistake::*;
    assert_eq!(diagnosis(false, &sign("BRN-1|2026-11-22T10:04:05+07:00")), Diagnosis::Right);
    for (mistake, text) in [
        (TimestampZulu, "BRN-1|2026-11-22T03:04:05Z"),
        (TimestampUtc, "BRN-1|2026-11-22T03:04:05+07:00"),
        (TimestampMillis, "BRN-1|2026-11-22T10:04:05.000+07:00"),
        (TimestampNear, "BRN-1|2026-11-22T10:04:07+07:00"),
        (TimestampOffset, "BRN-1|2026-11-22T03:04:05+00:00"),
        (ClientIdWhiteSpace, "BRN-1\n|2026-11-22T10:04:05+07:00"),
        (ClientIdWhiteSpace, " BRN-1|2026-11-22T10:04:05+07:00"),
        (SeparatorOther, "BRN-1:2026-11-22T10:04:05+07:00"),
        (SeparatorOther, "BRN-12026-11-22T10:04:05+07:00"),
        (PartsSwapped, "2026-11-22T10:04:05+07:00|BRN-1"),
        (StringNewline, "BRN-1|2026-11-22T10:04:05+07:00\n"),
    ] {
        assert_eq!(named(&diagnosis(false, &sign(text))), [mistake], "{text:?}");
    }
}

#[test]
fn every_mistake_in_a_transaction_is_named() {
    // The parts of the other SNAP signature, without a token.
    let right = Signer { token: None, ..Signer::right(Protocol::Snap) };
    assert_eq!(diagnosis(true, &sign(&right.string_to_sign())), Diagnosis::Right);
    let not_here = ["key", "output", "prefix", "algorithm", "token"];
    for (mistake, part, make) in COMMON.iter().chain(SNAP) {
        if !not_here.contains(part) {
            let mut signer = right.clone();
            make(&mut signer);
            let text = signer.string_to_sign();
            assert_eq!(named(&diagnosis(true, &sign(&text))), [*mistake], "{text:?}");
        }
    }
}

#[test]
fn how_the_signature_is_written_is_read_off_it() {
    let bytes = signer().sign(b"BRN-1|2026-11-22T10:04:05+07:00").unwrap();
    for (mistake, text) in [
        (Mistake::SignatureHex, hex(&bytes)),
        (Mistake::SignatureBase64Url, URL_SAFE.encode(&bytes)),
    ] {
        assert_eq!(named(&diagnosis(false, &text)), [mistake]);
    }
}

#[test]
fn of_two_mistakes_nothing_is_known() {
    let Diagnosis::Unknown(report) = diagnosis(false, &sign("BRN-1:2026-11-22T03:04:05Z")) else {
        panic!("explained")
    };
    assert!(report.is_readable() && !report.looked_for_pairs());
}
