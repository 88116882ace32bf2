//! The vectors of refused signatures, each the result of one known mistake.

use std::{fs, path::Path};

use doku_signing::{
    Message,
    diagnose::{self, Diagnosis, Mistake},
    non_snap::Form,
};
use http::{HeaderMap, HeaderName, Method};

use crate::naive::{Presented, Protocol, SECRET, Signer, base64, hmac_sha256, named};

const KEY: &str = "SK-vector-0123456789";

/// What the doctor says of the message in `tests/vectors/<case>/request.http`.
fn diagnosis(case: &str) -> Diagnosis {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors");
    let text = fs::read_to_string(vectors.join(case).join("request.http")).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.split("\r\n");
    let first: Vec<&str> = lines.next().unwrap().split(' ').collect();
    let headers: HeaderMap = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
        .collect();
    let method: Method = first[0].parse().unwrap();
    let message =
        Message { method: &method, target: first[1], headers: &headers, body: body.as_bytes() };
    match case.starts_with("snap") {
        true => diagnose::snap(&message, &KEY.into()),
        false => diagnose::non_snap(Form::Request, &message, &KEY.into()),
    }
    .unwrap()
}

#[test]
fn published_mistakes_are_named() {
    use Mistake::*;
    for (case, mistakes) in [
        ("non-snap-request/n2-trailing-newline", &[StringNewline][..]),
        ("non-snap-request/n2-digest-of-empty-body", &[DigestUnwanted]),
        ("non-snap-request/n3-crlf", &[LinesCrLf]),
        ("non-snap-request/n3-hex-digest", &[DigestHex]),
        ("non-snap-request/n3-digest-with-algorithm", &[DigestPrefixed]),
        ("non-snap-request/n3-digest-of-pretty-printed-body", &[BodyIndent2]),
        ("non-snap-request/decimal-amounts-printed-again", &[BodyUnescaped, NumbersShortened]),
        ("non-snap-request/decimal-amounts-without-white-space", &[BodyStripped]),
        ("non-snap-request/space-after-colons", &[ColonBlank]),
        ("non-snap-request/whole-url-signed", &[TargetUrl]),
        ("non-snap-request/percent-encoded-path-decoded", &[TargetDecoded]),
        ("non-snap-request/form-of-a-response", &[OtherForm]),
        ("non-snap-request/base64url", &[SignatureBase64Url]),
        ("non-snap-request/no-prefix", &[PrefixMissing]),
        ("snap-symmetric/s3-bearer-in-token", &[TokenBearer]),
        ("snap-symmetric/s3-upper-case-hash", &[HashUpperCase]),
        ("snap-symmetric/s3-signature-in-hex", &[SignatureHex]),
        ("snap-symmetric/s3-all-white-space-stripped", &[BodyStripped]),
        ("snap-symmetric/query-left-out", &[TargetNoQuery]),
        ("snap-symmetric/method-in-lower-case", &[MethodCase]),
        ("snap-symmetric/sha-256", &[Sha256]),
        ("snap-symmetric/printed-again-trailing-zeros", &[NumbersShortened]),
    ] {
        assert_eq!(named(&diagnosis(case)), mistakes, "{case}");
    }
}

#[test]
fn published_signatures_are_right_and_other_keys_are_not_explained() {
    for case in ["n2-get", "n3-post", "n6-notification"] {
        let case = format!("non-snap-request/{case}");
        assert_eq!(diagnosis(&case), Diagnosis::Right, "{case}");
    }
    for case in ["s3-create-va", "s3z-utc", "s4-get-with-query", "s5-notification"] {
        let case = format!("snap-symmetric/{case}");
        assert_eq!(diagnosis(&case), Diagnosis::Right, "{case}");
    }
    for case in ["non-snap-request/other-key", "snap-symmetric/one-bit-changed"] {
        assert!(matches!(diagnosis(case), Diagnosis::Unknown(_)), "{case}");
    }
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
