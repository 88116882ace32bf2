//! Every known mistake, one at a time, in every scheme it applies to.

use doku_signing::{
    diagnose::{Diagnosis, Mistake},
    non_snap::Form,
};
use doku_types::Timestamp;
use http::Method;

use crate::naive::{BODY, Presented, Protocol, SECRET, Signer, base64, hex, named};

/// A mistake, the part of the signer it is made in, and how it is made.
pub(crate) type Error = (Mistake, &'static str, fn(&mut Signer));

/// Those of both HMAC schemes. Of those in the body the order matters where two are made.
pub(crate) const COMMON: &[Error] = {
    use Mistake::*;
    &[
        (BodySorted, "order", |s| {
            s.body = r#"{"name":"Café & co","order":{"amount":6000.00,"invoice":"INV/2026 <1>"}}"#
                .to_owned();
        }),
        (BodyHtmlEscaped, "escapes", |s| s.body = html(&s.body)),
        (BodyAsciiEscaped, "escapes", |s| s.body = s.body.replace('é', "\\u00e9")),
        (BodySlashesEscaped, "escapes", |s| s.body = s.body.replace('/', "\\/")),
        (BodyPhpEscaped, "escapes", |s| {
            s.body = s.body.replace('/', "\\/").replace('é', "\\u00e9");
        }),
        (BodyDotNetEscaped, "escapes", |s| s.body = upper_case_escapes(&s.body)),
        (NumbersShortened, "numbers", |s| s.body = s.body.replace("6000.00", "6000.0")),
        (NumbersInteger, "numbers", |s| s.body = s.body.replace("6000.00", "6000")),
        (BodyIndent2, "layout", |s| s.body = indented(&s.body, "  ")),
        (BodyIndent4, "layout", |s| s.body = indented(&s.body, "    ")),
        (BodySpaced, "layout", |s| s.body = s.body.replace(':', ": ").replace(',', ", ")),
        (BodyStripped, "layout", |s| s.body = s.body.replace(' ', "")),
        (BodyNewline, "ending", |s| s.body.push('\n')),
        (BodyNewline, "ending", |s| s.body.push_str("\r\n")),
        (BodyEmpty, "body", |s| s.body.clear()),
        // In the key and the target too: what stands later is around what stands before it.
        (KeyBlank, "key", |s| s.key.push(' ')),
        (KeyBlank, "key", |s| s.key.insert(0, ' ')),
        (KeyBlank, "key", |s| s.key = format!(" {SECRET} ")),
        (KeyTab, "key", |s| s.key.push('\t')),
        (KeyTab, "key", |s| s.key.insert(0, '\t')),
        (KeyQuoted, "key", |s| s.key = format!("\"{}\"", s.key)),
        (KeyQuoted, "key", |s| s.key = format!("'{}'", s.key)),
        (KeyNewline, "key", |s| s.key.push('\n')),
        (KeyNewline, "key", |s| s.key.push_str("\r\n")),
        (TargetSlashAdded, "target", |s| s.target = s.target.replace("pay", "pay/")),
        (TargetDecoded, "target", |s| s.target = s.target.replace("%20", " ")),
        (TargetEncoded, "target", |s| s.target = s.target.replace("%20", "%2520")),
        (TargetUrl, "target", |s| s.target = format!("https://api.doku.com{}", s.target)),
        (TargetUrl, "target", |s| s.target = format!("http://api.doku.com{}", s.target)),
        (TargetUrl, "target", |s| {
            s.target = with_query(&format!("https://api.doku.com{}", s.target))
        }),
        (TargetUrl, "target", |s| {
            s.target = format!("https://api.doku.com{}", s.target.replace("?x=1", ""))
        }),
        (TargetHost, "target", |s| s.target = format!("api.doku.com{}", s.target)),
        (TargetNoLeadingSlash, "target", |s| s.target = s.target[1..].to_owned()),
        (TimestampWib, "time", |s| s.timestamp = shifted(&s.timestamp, 7 * 3600)),
        (TimestampUtc, "time", |s| s.timestamp = shifted(&s.timestamp, -7 * 3600)),
        (TimestampNear, "time", |s| s.timestamp = shifted(&s.timestamp, -2)),
        (TimestampNear, "time", |s| s.timestamp = shifted(&s.timestamp, 1)),
        (TimestampNear, "time", |s| s.timestamp = shifted(&s.timestamp, 2)),
        (TimestampMillis, "time", |s| s.timestamp.insert_str(19, ".000")),
        (TimestampOffset, "time", |s| {
            s.timestamp = shifted(&s.timestamp, 7 * 3600).replace('Z', "+07:00");
        }),
        (TimestampOffset, "time", |s| {
            s.timestamp = shifted(&s.timestamp, 7 * 3600).replace('Z', "+0700");
        }),
        (TimestampOffset, "time", |s| s.timestamp = s.timestamp.replace('Z', "+00:00")),
        (StringNewline, "end", |s| s.newline_after = true),
        (SignatureHex, "output", |s| s.written = hex),
        (SignatureHex, "output", |s| s.written = |bytes| hex(bytes).to_uppercase()),
        (SignatureBase64Url, "output", |s| {
            s.written = |bytes| base64(bytes).replace('+', "-").replace('/', "_");
        }),
        (SignatureBase64OfHex, "output", |s| s.written = |bytes| base64(hex(bytes).as_bytes())),
        (SignatureLowerCase, "output", |s| s.written = |bytes| base64(bytes).to_lowercase()),
    ]
};

pub(crate) const NON_SNAP: &[Error] = {
    use Mistake::*;
    &[
        (DigestMissing, "digest", |s| s.digest = None),
        (DigestBlank, "digest", |s| s.digest = Some(|_| String::new())),
        (DigestHex, "digest", |s| s.digest = Some(hex)),
        (DigestBase64OfHex, "digest", |s| s.digest = Some(|hash| base64(hex(hash).as_bytes()))),
        (DigestPrefixed, "digest", |s| {
            s.digest = Some(|hash| format!("SHA-256={}", base64(hash)));
        }),
        (TargetQuery, "target", |s| s.target = with_query(&s.target)),
        (ClientIdWhiteSpace, "client", |s| s.client.push('\n')),
        (ClientIdWhiteSpace, "client", |s| s.client.insert(0, ' ')),
        (ColonBlank, "colon", |s| s.colon = ": "),
        (OtherForm, "names", |s| s.names[2] = "Response-Timestamp".to_owned()),
        (HeaderCase, "names", |s| s.names = s.names.clone().map(|name| name.to_lowercase())),
        (HeaderCase, "names", |s| s.names = s.names.clone().map(|name| name.to_uppercase())),
        (HeaderCase, "names", |s| {
            s.names[0] = "Client-ID".to_owned();
            s.names[1] = "Request-ID".to_owned();
        }),
        (HeaderCase, "names", |s| s.names[0] = "Client-ID".to_owned()),
        (HeaderCase, "names", |s| s.names[1] = "Request-ID".to_owned()),
        (HeaderCase, "names", |s| {
            s.names = s.names.clone().map(|name| name.replace("-I", "-i").replace("-T", "-t"));
        }),
        (LinesCrLf, "lines", |s| s.joined_by = "\r\n"),
        (LinesLiteral, "lines", |s| s.joined_by = "\\n"),
        (Sha512, "algorithm", |s| s.sha512 = true),
        (SignatureLowerCase, "output", |s| {
            s.prefix = "hmacsha256=";
            s.written = |bytes| base64(bytes).to_lowercase();
        }),
        (PrefixMissing, "prefix", |s| s.prefix = ""),
        (PrefixWrong, "prefix", |s| s.prefix = "HMAC-SHA256="),
        (PrefixWrong, "prefix", |s| s.prefix = "hmacsha256="),
        (PrefixWrong, "prefix", |s| s.prefix = "sha256="),
        (PrefixWrong, "prefix", |s| s.prefix = "HMACSHA256:"),
        (PrefixWrong, "prefix", |s| s.prefix = "HMACSHA256= "),
        (PrefixWrong, "prefix", |s| s.prefix = "HMACSHA1="),
    ]
};

pub(crate) const SNAP: &[Error] = {
    use Mistake::*;
    &[
        (HashUpperCase, "digest", |s| s.digest = Some(|hash| hex(hash).to_uppercase())),
        (HashBase64, "digest", |s| s.digest = Some(base64)),
        (TargetNoQuery, "target", |s| s.target = s.target.replace("?x=1", "")),
        (TokenBearer, "token", |s| s.token = s.token.take().map(|token| format!("Bearer {token}"))),
        (TokenMissing, "token", |s| s.token = Some(String::new())),
        (TokenMissing, "token", |s| s.token = None),
        (MethodOther, "method", |s| s.method = "GET".to_owned()),
        (MethodOther, "method", |s| s.method = "DELETE".to_owned()),
        (MethodCase, "method", |s| s.method = "post".to_owned()),
        (SeparatorOther, "lines", |s| s.joined_by = "|"),
        (Sha256, "algorithm", |s| s.sha512 = false),
        (PrefixUnwanted, "prefix", |s| s.prefix = "HMACSHA512="),
    ]
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

fn with_query(target: &str) -> String {
    if target.contains('?') { target.to_owned() } else { format!("{target}?x=1") }
}

/// A timestamp with its clock set so many seconds on.
fn shifted(timestamp: &str, seconds: i64) -> String {
    let (digits, rest) = timestamp.split_at(19);
    let clock = Timestamp::parse(&format!("{digits}Z")).unwrap();
    let clock = Timestamp::from_millis(clock.as_millis() + seconds * 1000).to_string();
    clock.replace('Z', rest)
}

fn html(body: &str) -> String {
    body.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// As `System.Text.Json` does.
fn upper_case_escapes(body: &str) -> String {
    let escapes = [('<', "\\u003C"), ('>', "\\u003E"), ('&', "\\u0026"), ('é', "\\u00E9")];
    escapes.iter().fold(body.to_owned(), |body, (c, escape)| body.replace(*c, escape))
}

fn indented(body: &str, unit: &str) -> String {
    let (mut text, mut depth) = (String::new(), 0);
    for c in body.chars() {
        match c {
            '{' => {
                depth += 1;
                text += &format!("{{\n{}", unit.repeat(depth));
            }
            '}' => {
                depth -= 1;
                text += &format!("\n{}}}", unit.repeat(depth));
            }
            ',' => text += &format!(",\n{}", unit.repeat(depth)),
            ':' => text += ": ",
            c => text.push(c),
        }
    }
    text
}

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
