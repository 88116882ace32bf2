//! Every known mistake, one at a time, in every scheme it applies to.

use doku_signing::{
    diagnose::{Diagnosis, Mistake},
    non_snap::Form,
};
use http::Method;

use crate::{
    errors::{COMMON, NON_SNAP, SNAP, indented},
    naive::{BODY, Presented, Protocol, SECRET, Signer, named},
};

/// Those that are no change of one part, and have tests of their own, here or with RSA.
const APART: &[Mistake] = {
    use Mistake::*;
    &[
        BodyTrimmed,
        BodyCrLf,
        BodyLf,
        BodyUnminified,
        BodyCompact,
        BodyUnescaped,
        BodyGsonEscaped,
        DigestUnwanted,
        TargetSlashRemoved,
        TimestampZulu,
        TimestampNoMillis,
        TimestampNoZone,
        KeyTrimmed,
        PartsSwapped,
    ]
};

#[test]
fn every_mistake_is_named_in_every_scheme_it_applies_to() {
    for (protocol, own) in [(Protocol::NonSnap, NON_SNAP), (Protocol::Snap, SNAP)] {
        for (mistake, _, make) in COMMON.iter().chain(own) {
            let mut signer = Signer::right(protocol);
            make(&mut signer);
            let diagnosis = signer.diagnosis();
            assert_eq!(named(&diagnosis), [*mistake], "{protocol:?} {mistake:?}");
        }
        assert_eq!(Signer::right(protocol).diagnosis(), Diagnosis::Right);
    }
}

#[test]
fn no_mistake_is_on_the_list_without_a_test() {
    let tables = [COMMON, NON_SNAP, SNAP].concat();
    for mistake in Mistake::ALL {
        let tested = tables.iter().any(|(tested, ..)| tested == mistake);
        assert!(tested != APART.contains(mistake), "{mistake:?}");
    }
}

#[test]
fn a_whole_header_in_lower_case_is_one_mistake() {
    let lower = Signer::right(Protocol::NonSnap).signature().to_lowercase();
    let diagnosis = Presented::default().diagnosis(&lower);
    assert_eq!(named(&diagnosis), [Mistake::SignatureLowerCase]);
}

#[test]
fn what_was_undone_in_the_body_is_named_too() {
    use Mistake::*;
    for (mistake, sent, hashed) in [
        (BodyCompact, "{\n  \"a\": 1\n}", "{\"a\":1}"),
        (BodyIndent4, "{\"a\":[]}", "{\n    \"a\": []\n}"),
        (BodyTrimmed, "{\"a\":1}\n", "{\"a\":1}"),
        (BodyCrLf, "{\n  \"a\": 1\n}", "{\r\n  \"a\": 1\r\n}"),
        (BodyLf, "{\r\n  \"a\": 1\r\n}", "{\n  \"a\": 1\n}"),
        (BodyUnescaped, r#"{"u":"https:\/\/a.id\/x"}"#, r#"{"u":"https://a.id/x"}"#),
        (BodyUnescaped, r#"{"n":"A\u0026B"}"#, r#"{"n":"A&B"}"#),
        (BodyUnescaped, r#"{"n":"Caf\u00e9"}"#, r#"{"n":"Café"}"#),
        (NumbersShortened, r#"{"a":10000.00}"#, r#"{"a":10000.0}"#),
        (BodyGsonEscaped, r#"{"a":"x='<"}"#, r#"{"a":"x\u003d\u0027\u003c"}"#),
        (BodyDotNetEscaped, r#"{"a":"1+'\"x"}"#, r#"{"a":"1\u002B\u0027\u0022x"}"#),
        (BodySpaced, r#"{"a":1,"n":[2,3]}"#, r#"{"a": 1,"n": [2,3]}"#),
        (BodyNewline, "no JSON", "no JSON\n"),
        (BodyEmpty, "a=1&b=2", ""),
    ] {
        let signer = Signer { body: hashed.to_owned(), ..Signer::right(Protocol::NonSnap) };
        let sent = Presented { body: sent.as_bytes(), ..Presented::default() };
        assert_eq!(named(&sent.diagnosis(&signer.signature())), [mistake], "{mistake:?}");
    }
}

#[test]
fn snap_wants_the_minified_body() {
    let sent = indented(BODY, "  ");
    for (hashed, wanted) in [
        (BODY.to_owned(), None),
        (sent.clone(), Some(Mistake::BodyUnminified)),
        (indented(BODY, "    "), Some(Mistake::BodyIndent4)),
    ] {
        let signer = Signer { body: hashed, ..Signer::right(Protocol::Snap) };
        let presented =
            Presented { protocol: Protocol::Snap, body: sent.as_bytes(), ..Presented::default() };
        let diagnosis = presented.diagnosis(&signer.signature());
        match wanted {
            None => assert_eq!(diagnosis, Diagnosis::Right),
            Some(mistake) => assert_eq!(named(&diagnosis), [mistake]),
        }
    }
}

#[test]
fn a_digest_on_a_get_is_one_too_many() {
    let signer = Signer { body: String::new(), ..Signer::right(Protocol::NonSnap) };
    let get = Presented { method: Method::GET, body: b"", ..Presented::default() };
    assert_eq!(named(&get.diagnosis(&signer.signature())), [Mistake::DigestUnwanted]);
    let blank = Signer { digest: Some(|_| String::new()), ..signer.clone() };
    assert_eq!(named(&get.diagnosis(&blank.signature())), [Mistake::DigestBlank]);
    let right = Signer { digest: None, ..signer };
    assert_eq!(get.diagnosis(&right.signature()), Diagnosis::Right);
    // The reply to a GET has a body, and no digest either.
    let mut reply = Signer::right(Protocol::NonSnap);
    reply.names[2] = "Response-Timestamp".to_owned();
    let get = Presented { form: Form::Response, method: Method::GET, ..Presented::default() };
    assert_eq!(named(&get.diagnosis(&reply.signature())), [Mistake::DigestUnwanted]);
}

#[test]
fn a_reply_signed_as_a_request_is_named() {
    let reply = Presented { form: Form::Response, ..Presented::default() };
    let signature = Signer::right(Protocol::NonSnap).signature();
    assert_eq!(named(&reply.diagnosis(&signature)), [Mistake::OtherForm]);
}

#[test]
fn the_header_may_be_in_jakartas_time_and_the_signed_one_not() {
    use Mistake::*;
    for (header, signed, mistake) in [
        ("2026-11-22T10:04:05+07:00", "2026-11-22T03:04:05Z", TimestampZulu),
        ("2026-11-22T10:04:05+07:00", "2026-11-22T03:04:05+07:00", TimestampUtc),
        ("2026-11-22T10:04:05.678+07:00", "2026-11-22T10:04:05+07:00", TimestampNoMillis),
        ("2026-11-22T03:04:05.678Z", "2026-11-22T10:04:05.678+07:00", TimestampOffset),
        ("2026-12-31T23:59:58Z", "2027-01-01T00:00:01Z", TimestampNear),
    ] {
        let signer = Signer { timestamp: signed.to_owned(), ..Signer::right(Protocol::Snap) };
        let sent =
            Presented { protocol: Protocol::Snap, timestamp: header, ..Presented::default() };
        assert_eq!(named(&sent.diagnosis(&signer.signature())), [mistake], "{header} {signed}");
    }
}

#[test]
fn milliseconds_that_were_cut_off_for_the_header_are_found_whatever_they_were() {
    let timestamp = "2026-11-22T03:04:05.678Z".to_owned();
    let signer = Signer { timestamp, ..Signer::right(Protocol::NonSnap) };
    assert_eq!(named(&signer.diagnosis()), [Mistake::TimestampMillis]);
}

/// A client's own request has no `Host` yet.
#[test]
fn dokus_hosts_are_known_where_the_message_names_none() {
    for (front, mistake) in [
        ("https://api-sandbox.doku.com", Mistake::TargetUrl),
        ("https://api.doku.com", Mistake::TargetUrl),
        ("https://api-uat.doku.com", Mistake::TargetUrl),
        ("api-sandbox.doku.com", Mistake::TargetHost),
    ] {
        for protocol in [Protocol::NonSnap, Protocol::Snap] {
            let mut signer = Signer::right(protocol);
            signer.target.insert_str(0, front);
            let sent = Presented { protocol, host: None, ..Presented::default() };
            assert_eq!(named(&sent.diagnosis(&signer.signature())), [mistake], "{front}");
        }
    }
}

#[test]
fn a_slash_at_the_end_and_a_raw_path_are_told() {
    for (wire, signed, mistake) in [
        ("/pay/", "/pay", Mistake::TargetSlashRemoved),
        ("/pay;a", "/pay%3Ba", Mistake::TargetEncoded),
    ] {
        let signer = Signer { target: signed.to_owned(), ..Signer::right(Protocol::NonSnap) };
        let sent = Presented { target: wire, ..Presented::default() };
        assert_eq!(named(&sent.diagnosis(&signer.signature())), [mistake]);
    }
}

#[test]
fn one_header_name_alone_may_be_in_another_case() {
    for at in 0..5 {
        let mut signer = Signer::right(Protocol::NonSnap);
        let second_in_lower_case = signer.names[at].replace("-T", "-t");
        for name in [signer.names[at].to_lowercase(), second_in_lower_case] {
            if signer.names[at] != name {
                let right = std::mem::replace(&mut signer.names[at], name);
                assert_eq!(named(&signer.diagnosis()), [Mistake::HeaderCase]);
                signer.names[at] = right;
            }
        }
    }
}

#[test]
fn a_clock_may_be_five_seconds_off_and_a_zone_may_be_missing() {
    for (mistake, timestamp) in [
        (Mistake::TimestampNear, "2026-11-22T03:04:00Z"),
        (Mistake::TimestampNear, "2026-11-22T03:04:10Z"),
        (Mistake::TimestampNoZone, "2026-11-22T03:04:05"),
    ] {
        for protocol in [Protocol::NonSnap, Protocol::Snap] {
            let timestamp = timestamp.to_owned();
            let signer = Signer { timestamp, ..Signer::right(protocol) };
            assert_eq!(named(&signer.diagnosis()), [mistake]);
        }
    }
}

#[test]
fn a_key_may_have_more_line_ends_than_one() {
    for key in ["\n{}", "{}\r", "{}\n\n", "\n{}\n", "{}\r\n\r\n"] {
        for protocol in [Protocol::NonSnap, Protocol::Snap] {
            let key = key.replace("{}", SECRET);
            let signer = Signer { key, ..Signer::right(protocol) };
            assert_eq!(named(&signer.diagnosis()), [Mistake::KeyNewline]);
        }
    }
}

#[test]
fn a_key_given_with_white_space_may_be_the_wrong_one() {
    let sent = Presented { key: "SK-marker-0123456785\n", ..Presented::default() };
    let signature = Signer::right(Protocol::NonSnap).signature();
    assert_eq!(named(&sent.diagnosis(&signature)), [Mistake::KeyTrimmed]);
}
