//! Every known mistake, by the program; those that the mock can be sent are also named over HTTP, by the contract
//! suite.

use std::fs;

use base64::{Engine, engine::general_purpose::STANDARD};
use doku_signing::{
    diagnose::Mistake,
    rsa::{RsaSigner, Signer as _},
};

use crate::{
    errors::{COMMON, NON_SNAP, SNAP, indented},
    naive::{BODY, Protocol, SECRET, Signer, TOKEN},
    program::run,
};

/// Of those that are no change of one part, what the mock can be sent: see `contract/diagnosis.rs`.
const OVER_HTTP: &[Mistake] = {
    use Mistake::*;
    &[
        BodyTrimmed,
        BodyCrLf,
        BodyLf,
        BodyCompact,
        BodyUnescaped,
        BodyGsonEscaped,
        DigestUnwanted,
        TimestampNoZone,
        KeyTrimmed,
    ]
};

/// What is sent: all as it should be, but for the signature.
struct Sent<'a> {
    protocol: Protocol,
    target: &'a str,
    timestamp: &'a str,
    body: &'a str,
}

const NON_SNAP_SENT: Sent<'_> = Sent {
    protocol: Protocol::NonSnap,
    target: "/a%20b/pay?x=1",
    timestamp: "2026-11-22T03:04:05Z",
    body: BODY,
};
const SNAP_SENT: Sent<'_> = Sent { protocol: Protocol::Snap, ..NON_SNAP_SENT };

/// The codes that the program names for a raw request with this signature.
fn codes(sent: &Sent<'_>, signature: &str) -> Vec<String> {
    let Sent { protocol, target, timestamp, body } = sent;
    let headers = match protocol {
        Protocol::NonSnap => format!(
            "Client-Id: BRN-0200-1700000000000\r\nRequest-Id: id-1\r\nRequest-Timestamp: {timestamp}\r\nSignature: {signature}"
        ),
        Protocol::Snap => format!(
            "Authorization: Bearer {TOKEN}\r\nX-PARTNER-ID: BRN-0200-1700000000000\r\nX-EXTERNAL-ID: 1\r\nX-TIMESTAMP: {timestamp}\r\nX-SIGNATURE: {signature}"
        ),
    };
    let request =
        format!("POST {target} HTTP/1.1\r\nHost: api.doku.com\r\n{headers}\r\n\r\n{body}");
    let ran = run(&["explain", "-", "--json", "--secret-key", SECRET], request.as_bytes());
    assert!(!ran.stdout.contains(SECRET) && !ran.stdout.contains(TOKEN), "{ran:?}");
    let verdict = ran.json();
    let scheme = if *protocol == Protocol::Snap { "snap" } else { "non-snap" };
    assert_eq!(verdict["scheme"], scheme);
    let codes: Vec<String> = serde_json::from_value(verdict["codes"].clone()).unwrap();
    assert_eq!(ran.code, Some(i32::from(!codes.is_empty())), "{ran:?}");
    codes
}

#[test]
fn every_mistake_of_a_part_is_named_in_both_protocols() {
    for (sent, own) in [(NON_SNAP_SENT, NON_SNAP), (SNAP_SENT, SNAP)] {
        assert_eq!(codes(&sent, &Signer::right(sent.protocol).signature()), [""; 0]);
        for (mistake, _, make) in COMMON.iter().chain(own) {
            let mut signer = Signer::right(sent.protocol);
            make(&mut signer);
            assert_eq!(codes(&sent, &signer.signature()), [mistake.code()]);
        }
    }
}

/// The mistakes that neither a table nor the mock has, and a message that has them.
fn apart() -> Vec<(Mistake, Sent<'static>, Signer)> {
    let snap = Signer::right(Protocol::Snap);
    let body: &'static str = Box::leak(indented(BODY, "  ").into_boxed_str());
    let unminified = Signer { body: body.to_owned(), ..snap.clone() };
    let no_slash = Signer { target: "/pay".to_owned(), ..Signer::right(Protocol::NonSnap) };
    let cut = Signer { timestamp: "2026-11-22T10:04:05+07:00".to_owned(), ..snap.clone() };
    vec![
        (Mistake::BodyUnminified, Sent { body, ..SNAP_SENT }, unminified),
        (Mistake::TargetSlashRemoved, Sent { target: "/pay/", ..NON_SNAP_SENT }, no_slash),
        (
            Mistake::TimestampZulu,
            Sent { timestamp: "2026-11-22T10:04:05+07:00", ..SNAP_SENT },
            snap,
        ),
        (
            Mistake::TimestampNoMillis,
            Sent { timestamp: "2026-11-22T10:04:05.678+07:00", ..SNAP_SENT },
            cut,
        ),
    ]
}

#[test]
fn what_depends_on_the_message_is_named_too() {
    for (mistake, sent, signer) in apart() {
        assert_eq!(codes(&sent, &signer.signature()), [mistake.code()]);
    }
}

#[test]
fn no_mistake_is_without_a_story() {
    let mut told: Vec<_> = [COMMON, NON_SNAP, SNAP].concat().iter().map(|made| made.0).collect();
    told.extend(apart().into_iter().map(|(mistake, ..)| mistake));
    told.extend(OVER_HTTP);
    // A token request's, below.
    told.push(Mistake::PartsSwapped);
    for mistake in Mistake::ALL {
        assert!(told.contains(mistake), "{mistake:?}");
    }
}

#[test]
fn a_token_request_is_explained_by_its_senders_public_key() {
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors");
    let pem = fs::read_to_string(format!("{vectors}/test-rsa-private.pem")).unwrap();
    let signer = RsaSigner::from_pem(&pem).unwrap();
    let public = format!("{vectors}/test-rsa-public.pem");
    let at = "2026-11-22T10:04:05+07:00";
    for (text, codes) in [
        (format!("BRN-1|{at}"), &[][..]),
        (format!("{at}|BRN-1"), &[Mistake::PartsSwapped.code()]),
        (format!("BRN-1:{at}"), &[Mistake::SeparatorOther.code()]),
        ("something else".to_owned(), &["unknown"]),
    ] {
        let signature = STANDARD.encode(signer.sign(text.as_bytes()).unwrap());
        let request = format!(
            "POST /authorization/v1/access-token/b2b HTTP/1.1\nX-CLIENT-KEY: BRN-1\nX-TIMESTAMP: {at}\nX-SIGNATURE: {signature}\n\n{{}}"
        );
        let ran = run(&["explain", "-", "--json", "--public-key", &public], request.as_bytes());
        let verdict = ran.json();
        assert_eq!((&verdict["scheme"], &verdict["codes"]), (&"snap-token".into(), &codes.into()));
        assert_eq!(ran.code, Some(i32::from(!codes.is_empty())));
    }
}
