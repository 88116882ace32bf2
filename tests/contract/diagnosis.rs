//! What a refusal says beside DOKU's own words: the header `Doku-Mock-Diagnosis`, and the journal.

use std::time::Duration;

use bytes::Bytes;
use contract::{World, assert_answer, path, set_header};
use doku_mock::{Direction, Explanation};
use doku_partner::{Credentials, HyperTransport, Transport};
use doku_signing::diagnose::Mistake;
use doku_types::{Timestamp, partner::token::TokenRequest};
use http::{Method, Request, Response};

use self::{
    errors::{COMMON, NON_SNAP},
    naive::{BODY, Protocol, SECRET, Signer},
};

// A foreign client's signatures, put together by hand; the doctor's own tests have them too.
#[allow(dead_code)]
#[path = "../../crates/doku-signing/tests/diagnose/errors.rs"]
mod errors;
#[allow(dead_code)]
#[path = "../../crates/doku-signing/tests/diagnose/naive.rs"]
mod naive;

const REFUSED: &str = r#"{"error":{"code":"invalid_signature","message":"Invalid Header Signature","type":"invalid_request_error"}}"#;
const TOKEN: &[u8] = br#"{"grant_type":"client_credentials"}"#;

/// Those that no request to this API can have: SNAP's own, a target or a timestamp that are refused before.
/// `doku-mock explain` is asked about them in its own tests.
const BY_THE_PROGRAM: &[Mistake] = {
    use Mistake::*;
    &[
        BodyUnminified,
        HashUpperCase,
        HashBase64,
        TargetNoQuery,
        TargetSlashRemoved,
        TimestampZulu,
        TimestampNoMillis,
        MethodOther,
        MethodCase,
        TokenBearer,
        TokenMissing,
        SeparatorOther,
        PartsSwapped,
        Sha256,
        PrefixUnwanted,
    ]
};

/// Those that are no change of one part of the one message.
const APART: &[(Mistake, &str, &str)] = {
    use Mistake::*;
    &[
        (BodyTrimmed, "{\"a\":1}\n", "{\"a\":1}"),
        (BodyCrLf, "{\n  \"a\": 1\n}", "{\r\n  \"a\": 1\r\n}"),
        (BodyLf, "{\r\n  \"a\": 1\r\n}", "{\n  \"a\": 1\n}"),
        (BodyCompact, "{\n  \"a\": 1\n}", "{\"a\":1}"),
        (BodyUnescaped, r#"{"u":"https:\/\/a.id\/x"}"#, r#"{"u":"https://a.id/x"}"#),
        (BodyGsonEscaped, r#"{"a":"x='<"}"#, r#"{"a":"x\u003d\u0027\u003c"}"#),
    ]
};

async fn world(key: &str) -> World {
    let partner = Credentials::new(Signer::right(Protocol::NonSnap).client, key.to_owned());
    World::with(|builder| builder.partner(partner)).await
}

/// A signer who does everything right, of an update.
fn signer() -> Signer {
    Signer { target: path("/business/a%20b-pay"), ..Signer::right(Protocol::NonSnap) }
}

/// What it sends, rightly, with a signature.
fn request(world: &World, method: Method, body: &str, signature: &str) -> Request<Bytes> {
    let target = format!("{}?x=1", signer().target);
    let mut request = world.plain(method, &target, body.as_bytes());
    for (name, text) in [
        ("client-id", &*signer().client),
        ("request-id", "id-1"),
        ("request-timestamp", &signer().timestamp),
        ("signature", signature),
        ("host", "api.doku.com"),
    ] {
        set_header(&mut request, name, text);
    }
    request
}

fn diagnosis(reply: &Response<Bytes>) -> (Vec<&str>, &str) {
    let line = reply.headers()["doku-mock-diagnosis"].to_str().unwrap();
    assert!(line.len() <= 400 && line.ends_with(['.', '"']), "{line}");
    let (codes, summary) = line.split_once("; ").unwrap();
    (codes.split(',').collect(), summary)
}

/// The explanation of the last exchange.
fn written_down(world: &World) -> Explanation {
    let Direction::Received { explanation, .. } = world.mock.journal().pop().unwrap().direction
    else {
        panic!("a request")
    };
    explanation.expect("an explanation")
}

/// DOKU's refusal to the byte, and this mistake named.
async fn named(world: &World, request: Request<Bytes>, mistake: Mistake) {
    let reply = world.send(request).await;
    assert_answer(&reply, 400, REFUSED);
    assert_eq!(reply.headers()["doku-mock-assumptions"], "A10");
    assert!(!reply.headers().contains_key("signature"));
    let (codes, summary) = diagnosis(&reply);
    assert_eq!(codes, [mistake.code()], "{summary}");
    let advice = mistake.advice().replace('…', "...");
    assert!(summary.starts_with(&advice), "{mistake:?}: {summary}");
    let kept = written_down(world);
    assert_eq!((kept.codes, kept.summary.starts_with(&advice)), (vec![mistake.code()], true));
    assert!(kept.text.contains("To be signed:\n  Client-Id:BRN-0200-"), "{}", kept.text);
    assert!(!kept.text.contains(SECRET) && !summary.contains(SECRET), "{}", kept.text);
}

#[tokio::test]
async fn each_wrong_signature_of_a_foreign_client_is_named() {
    let world = world(SECRET).await;
    for (mistake, _, make) in COMMON.iter().chain(NON_SNAP) {
        let mut signer = signer();
        make(&mut signer);
        named(&world, request(&world, Method::PUT, BODY, &signer.signature()), *mistake).await;
    }
    for (mistake, sent, hashed) in APART {
        let signer = Signer { body: (*hashed).to_owned(), ..signer() };
        named(&world, request(&world, Method::PUT, sent, &signer.signature()), *mistake).await;
    }
    let no_zone = Signer { timestamp: "2026-11-22T03:04:05".to_owned(), ..signer() };
    let sent = request(&world, Method::PUT, BODY, &no_zone.signature());
    named(&world, sent, Mistake::TimestampNoZone).await;
    let with_digest = Signer { body: String::new(), ..signer() };
    let sent = request(&world, Method::GET, "", &with_digest.signature());
    named(&world, sent, Mistake::DigestUnwanted).await;
    // The right one gets past the gateway.
    let right = world.send(request(&world, Method::PUT, BODY, &signer().signature())).await;
    assert_ne!(right.body(), REFUSED);
    assert!(!right.headers().contains_key("doku-mock-diagnosis"));
}

#[tokio::test]
async fn a_backslash_and_an_n_between_the_lines_are_told_from_a_line_end() {
    let world = world(SECRET).await;
    let (_, _, make) = COMMON
        .iter()
        .chain(NON_SNAP)
        .find(|(mistake, ..)| *mistake == Mistake::LinesLiteral)
        .unwrap();
    let mut signer = signer();
    make(&mut signer);
    let reply = world.send(request(&world, Method::PUT, BODY, &signer.signature())).await;
    let (_, summary) = diagnosis(&reply);
    let (signed, right) = summary.split_once(" instead of ").unwrap();
    assert!(signed.contains(r"\\nRequest-Id"), "{summary}");
    assert!(right.contains(r"\nRequest-Id") && !right.contains(r"\\"), "{summary}");
}

#[tokio::test]
async fn white_space_around_the_mocks_own_key_is_named() {
    let world = world(&format!("{SECRET}\n")).await;
    let sent = request(&world, Method::PUT, BODY, &signer().signature());
    named(&world, sent, Mistake::KeyTrimmed).await;
}

#[test]
fn no_mistake_is_without_a_story() {
    use Mistake::{DigestUnwanted, KeyTrimmed, TimestampNoZone};

    let tables = COMMON.iter().chain(NON_SNAP).map(|(mistake, ..)| *mistake);
    let here = tables.chain(APART.iter().map(|(mistake, ..)| *mistake));
    let here: Vec<_> = here.chain([DigestUnwanted, KeyTrimmed, TimestampNoZone]).collect();
    for mistake in Mistake::ALL {
        assert!(here.contains(mistake) != BY_THE_PROGRAM.contains(mistake), "{mistake:?}");
    }
}

#[tokio::test]
async fn two_mistakes_at_once_are_both_named_with_the_first_difference() {
    let world = world(SECRET).await;
    let twice = Signer { body: format!("{BODY}\n"), key: format!("{SECRET} "), ..signer() };
    let reply = world.send(request(&world, Method::PUT, BODY, &twice.signature())).await;
    assert_answer(&reply, 400, REFUSED);
    let line = reply.headers()["doku-mock-diagnosis"].to_str().unwrap();
    assert_eq!(
        line,
        r#"body-newline,key-blank; The body was hashed with a line end after it that is not sent: sign the very bytes that are sent. The strings to sign differ at byte 156 (line 5, column 8): "...-pay\nDigest:8XB3VKWxZim1..." instead of "...-pay\nDigest:Kw+2oVCDYmOW..."."#
    );
}

#[tokio::test]
async fn a_signature_that_nothing_explains_is_unknown_and_both_sides_can_compare() {
    let world = world(SECRET).await;
    let other_key = Signer { key: "SK-of-somebody-else".to_owned(), ..signer() };
    let reply = world.send(request(&world, Method::PUT, BODY, &other_key.signature())).await;
    assert_answer(&reply, 400, REFUSED);
    let (codes, summary) = diagnosis(&reply);
    assert_eq!(codes, ["unknown"]);
    assert!(summary.contains("compare the secret key"), "{summary}");
    let kept = written_down(&world);
    assert!(kept.text.contains("Request-Target:/adv-core-api/partner/v1.0/business/a%20b-pay"));
    assert_eq!(kept.codes, ["unknown"]);

    let reply = world.send(request(&world, Method::PUT, BODY, "HMACSHA256=AAAA")).await;
    assert_answer(&reply, 400, REFUSED);
    assert_eq!(diagnosis(&reply).0, ["signature-unreadable"]);
}

#[tokio::test]
async fn a_mock_that_accepts_a_signed_query_does_not_call_it_a_mistake() {
    let partner = Credentials::new(signer().client, SECRET);
    let world = World::with(|builder| builder.partner(partner).accept_query_in_target()).await;
    let target = format!("{}?x=1", signer().target);
    let sorted = Signer { target, body: format!("{BODY}\n"), ..signer() };
    let reply = world.send(request(&world, Method::PUT, BODY, &sorted.signature())).await;
    assert_eq!(diagnosis(&reply).0, ["body-newline"]);
    assert!(written_down(&world).text.ends_with("told to accept a signed query."));
}

/// Refused before the signature: this status and these codes, and the summary says so much.
async fn told(world: &World, request: Request<Bytes>, status: u16, codes: &[&str], words: &str) {
    let reply = world.send(request).await;
    assert_eq!(reply.status(), status);
    let (named, summary) = diagnosis(&reply);
    assert_eq!(named, codes, "{summary}");
    assert!(summary.contains(words), "{summary}");
    let kept = written_down(world);
    assert_eq!((kept.codes.as_slice(), kept.summary.as_str()), (codes, summary));
}

#[tokio::test]
async fn what_is_wrong_with_the_headers_is_told() {
    let world = World::new().await;
    let plain = || world.plain(Method::POST, &path("/token"), TOKEN);
    let signed = |name: &'static str, value: &str| {
        let mut request = world.signed(Method::POST, &path("/token"), TOKEN);
        set_header(&mut request, name, value);
        request
    };
    let all = "Missing or blank: Client-Id, Request-Id, Request-Timestamp, Signature.";
    told(&world, plain(), 400, &["header-missing"], all).await;
    told(&world, signed("signature", " "), 400, &["header-missing"], "blank: Signature.").await;
    let mut snap = plain();
    set_header(&mut snap, "x-signature", "AAAA");
    told(&world, snap, 400, &["header-missing", "snap-headers"], "This API is non-SNAP").await;

    let mut twice = signed("request-id", "one");
    twice.headers_mut().append("request-id", "two".parse().unwrap());
    told(&world, twice, 400, &["header-malformed"], "Request-Id comes 2 times").await;
    let long = "x".repeat(129);
    told(&world, signed("request-id", &long), 400, &["header-malformed"], "1 to 128").await;

    for (text, words) in [
        ("2026-11-22T10:04:05+07:00", "2026-11-22T03:04:05Z instead of 2026-11-22T10:04:05+07:00"),
        ("2026-11-22T03:04:05.678Z", "2026-11-22T03:04:05Z instead of"),
        ("1795316645", "no Unix time"),
        ("yesterday", "UTC in whole seconds such as"),
    ] {
        let request = signed("request-timestamp", text);
        told(&world, request, 400, &["timestamp-malformed"], words).await;
    }
    let unknown = signed("client-id", "BRN-nobody");
    told(&world, unknown, 400, &["client-unknown"], "BRN-nobody").await;
    let unknown = signed("client-id", "BRN-nobody");
    told(&world, unknown, 400, &["client-unknown"], "--client-id or --partners").await;
}

#[tokio::test]
async fn a_time_that_is_seven_hours_off_is_known_for_jakartas() {
    // Far from the machine's own clock, which counts too.
    let early = Timestamp::parse("2001-01-01T08:00:00Z");
    let clock = doku_mock::Clock::Manual(early);
    let world = World::with(|builder| builder.clock(clock)).await;
    for (text, codes, words) in [
        (
            "2001-01-01T15:00:02Z",
            &["time-out-of-range", "wib-as-utc"][..],
            "is 7 h 0 min 2 s ahead of the mock's clock, 2001-01-01T08:00:00Z",
        ),
        ("2001-01-01T01:00:00Z", &["time-out-of-range", "utc-as-wib"], "7 h 0 min 0 s behind"),
        ("2001-01-01T09:00:01Z", &["time-out-of-range"], "at most 3600 s"),
    ] {
        let request = world.signed_with(Method::POST, &path("/token"), TOKEN, |headers| {
            headers.timestamp = text.to_owned();
        });
        told(&world, request, 400, codes, words).await;
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_bearer_is_told() {
    let world = World::new().await;
    let elsewhere = Credentials::new("BRN-elsewhere", "SK-elsewhere");
    let elsewhere = World::with(|builder| builder.partner(elsewhere)).await;
    let token = async |world: &World, minutes| {
        let token = world.client.generate_token(&TokenRequest::minutes(minutes)).await.unwrap();
        token.into_inner().token.expose().to_owned()
    };
    let (ours, foreign) = (token(&world, 1).await, token(&elsewhere, 9).await);
    world.mock.advance(Duration::from_mins(1)).await.unwrap();
    let told = async |authorization: &str, code: &str, words: &str| {
        let mut request = world.plain(Method::POST, &path("/file"), b"");
        if !authorization.is_empty() {
            set_header(&mut request, "authorization", authorization);
        }
        told(&world, request, 401, &[code], words).await;
    };
    told("", "bearer-missing", "Authorization: Bearer").await;
    told("Basic eDp5", "bearer-malformed", "the word Bearer").await;
    told("Bearer nonsense", "bearer-malformed", "not a JWT").await;
    let (message, signature) = ours.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let changed = format!("Bearer {message}.{other}{}", &signature[1..]);
    told(&changed, "bearer-foreign", "generate one here").await;
    told(&format!("Bearer {foreign}"), "bearer-client-unknown", "--partners").await;
    told(&format!("Bearer {ours}"), "bearer-expired", "generate another").await;
}

#[tokio::test]
async fn refusals_of_other_kinds_and_answers_carry_no_diagnosis() {
    let world = World::new().await;
    for (request, status) in [
        (world.signed(Method::POST, &path("/token"), TOKEN), 200),
        (world.signed(Method::POST, &path("/token"), b"[]"), 400),
        (world.signed(Method::POST, &path("/business"), &vec![b' '; (1 << 20) + 1]), 413),
        (world.plain(Method::GET, &path("/nothing"), b""), 404),
    ] {
        let reply = world.send(request).await;
        assert_eq!(reply.status(), status);
        assert!(!reply.headers().contains_key("doku-mock-diagnosis"), "{status}");
    }
}

#[tokio::test]
async fn a_target_that_would_take_long_is_not_examined() {
    let world = World::new().await;
    let target = path(&format!("/business/{}", "a".repeat(5000)));
    let mut request = world.signed(Method::GET, &target, b"");
    set_header(&mut request, "signature", "HMACSHA256=AAAA");
    let reply = world.send(request).await;
    assert_answer(&reply, 400, REFUSED);
    assert_eq!(diagnosis(&reply).0, ["not-examined"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_wrong_signatures_is_answered_and_right_ones_pass() {
    let world = World::new().await;
    let body = format!(r#"{{"a":"{}"}}"#, "x".repeat(60_000));
    let wrong = || {
        let mut request = world.signed(Method::POST, &path("/business"), body.as_bytes());
        set_header(&mut request, "signature", &format!("HMACSHA256={}=", "A".repeat(43)));
        request
    };
    let mut flood = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let request = wrong().map(Into::into);
        flood.spawn(async move { HyperTransport::new().send(request).await.unwrap() });
    }
    for _ in 0..20 {
        let right = world.signed(Method::POST, &path("/token"), TOKEN);
        let reply = tokio::time::timeout(Duration::from_secs(10), world.send(right)).await;
        assert_eq!(reply.expect("a reply in time").status(), 200);
    }
    let mut codes = Vec::new();
    while let Some(reply) = flood.join_next().await {
        let reply = reply.unwrap();
        assert_answer(&reply, 400, REFUSED);
        codes.extend(diagnosis(&reply).0.into_iter().map(str::to_owned));
    }
    let count = |code: &str| codes.iter().filter(|named| *named == code).count();
    assert_eq!(count("unknown") + count("not-examined"), 100);
    assert!(count("not-examined") > 0 && count("unknown") > 0, "{}", count("unknown"));
    // Afterwards the next one is examined again.
    let reply = world.send(wrong()).await;
    assert_eq!(diagnosis(&reply).0, ["unknown"]);
}
