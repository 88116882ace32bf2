//! Replies that are late, wrong, cut off or do not come, on demand.

use std::io::ErrorKind;

use bytes::Bytes;
use contract::{PNG, Sink, World, json, path, refusal, set_header, start};
use doku_mock::{Direction, Fault, JournalEntry, ReplyFault, ReplyFaultKind};
use doku_partner::{Environment, FileUpload, PartnerClient, RetryPolicy};
use doku_signing::{
    Credentials,
    non_snap::{Form, SignedHeaders},
};
use doku_types::{
    Timestamp,
    partner::{endpoint::Endpoint, file::FilePurpose},
};
use http::{Method, Request, Response};
use serde_json::{Value, json as document};
use tokio::{io::AsyncReadExt, net::TcpStream};

const TOKEN: &[u8] = br#"{"grant_type":"client_credentials"}"#;

fn arm(world: &World, text: &str) {
    world.mock.arm(text.parse::<Fault>().unwrap()).unwrap();
}

fn token(world: &World) -> Request<Bytes> {
    world.signed(Method::POST, &path("/token"), TOKEN)
}

fn with_fault(mut request: Request<Bytes>, text: &str) -> Request<Bytes> {
    set_header(&mut request, "doku-mock-fault", text);
    request
}

fn happened(world: &World) -> Vec<u32> {
    world.mock.faults().iter().map(Fault::happened).collect()
}

/// What comes on a socket until it ends, and how it ends.
async fn raw(mut socket: TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut came = Vec::new();
    let end = socket.read_to_end(&mut came).await;
    (came, end.err().map(|error| error.kind()))
}

fn head_and_body(came: &[u8]) -> (String, &[u8]) {
    let end = came.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    (String::from_utf8_lossy(&came[..end]).to_lowercase(), &came[end + 4..])
}

fn length(head: &str) -> usize {
    let line = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    line.expect("a length").parse().expect("a number")
}

/// Whether a reply is signed rightly, with its instant.
fn signed(reply: &Response<Bytes>) -> Option<(bool, Timestamp)> {
    let headers = SignedHeaders::read(reply.headers(), Form::Response).ok()?;
    let credentials = Credentials::new(doku_mock::DEFAULT_CLIENT_ID, doku_mock::DEFAULT_SECRET_KEY);
    let verdict =
        credentials.verify_response(&Method::POST, &path("/token"), reply.body(), &headers);
    Some((verdict.is_ok(), Timestamp::parse(&headers.timestamp)?))
}

fn last(world: &World) -> JournalEntry {
    world.mock.journal().pop().expect("an exchange")
}

#[tokio::test]
async fn a_status_is_answered_in_doku_s_form_and_nothing_is_done() {
    let world = World::new().await;
    arm(&world, "status=503;retry-after=5s;operation=business-registration");
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    let registration = world.document(&papers, &sink.url("/kyb"));
    let reply = world.send(world.register(&registration, None)).await;
    assert_eq!(
        (reply.status().as_u16(), json(&reply)),
        (503, document!({"message": ["SERVICE UNAVAILABLE"]}))
    );
    assert_eq!(
        (&reply.headers()["retry-after"], &reply.headers()["doku-mock-struck"]),
        (&"5".parse::<http::HeaderValue>().unwrap(), &"status=503;retry-after=5s".parse().unwrap())
    );
    assert!(reply.headers().contains_key("signature"), "the business signs");
    assert!(world.mock.businesses().is_empty());
    assert_eq!(happened(&world), [1]);

    let request = with_fault(token(&world), "status=400;code=invalid_signature");
    let reply = world.send(request).await;
    assert_eq!(json(&reply)["error"]["code"], "invalid_signature");
    assert!(!reply.headers().contains_key("signature"), "the gateway does not");
    assert_eq!(world.mock.faults_happened()["status"], 2);
}

#[tokio::test]
async fn a_reset_before_does_nothing_and_stays_in_the_journal() {
    let world = World::new().await;
    arm(&world, "reset.before;times=1;operation=create-business-lite");
    let sample = include_bytes!("../samples/create-business-lite.request.json");
    let invite = world.signed(Method::POST, &path("/business/lite/registration"), sample);
    let (came, end) = raw(world.write(&invite).await).await;
    assert_eq!((came, end), (Vec::new(), Some(ErrorKind::ConnectionReset)));
    assert!(world.mock.businesses().is_empty());
    let entry = last(&world);
    assert!(entry.answer.is_none());
    assert_eq!(entry.request_body, &sample[..]);
    let Direction::Received { operation, .. } = entry.direction else { panic!() };
    assert_eq!(operation, Some(Endpoint::CreateBusinessLite));
    assert_eq!(world.answer(invite).await.0, 200, "the same is done the next time");
    assert_eq!((happened(&world), world.mock.faults_happened()["reset.before"]), (vec![1], 1));
}

#[tokio::test]
async fn a_reset_after_has_done_all_and_the_same_request_id_tells() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    let register = world.register(&world.document(&papers, &sink.url("/kyb")), None);
    let (came, end) = raw(world.write(&with_fault(register.clone(), "reset.after")).await).await;
    assert_eq!((came, end), (Vec::new(), Some(ErrorKind::ConnectionReset)));
    world.wait_until("the callbacks go out", contract::delivered(10)).await;
    let Direction::Received { callbacks, .. } = world.mock.journal()[4].direction.clone() else {
        panic!()
    };
    assert_eq!(callbacks.len(), 10);
    let (status, again) = world.answer(register).await;
    assert_eq!((status, &again["business"]["id"]), (409, &document!(world.mock.businesses()[0])));
    assert_eq!(world.mock.businesses().len(), 1);
}

#[tokio::test]
async fn the_client_survives_a_reply_that_was_lost_by_its_retry() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    arm(&world, "reset.after;operation=business-registration;times=1");
    let environment = Environment::custom(&world.base_url()).unwrap();
    let client = PartnerClient::builder(environment, world.mock.credentials().clone())
        .clock(world.mock.clock())
        .retry(RetryPolicy::default())
        .build();
    let registered =
        client.register_business(&world.registration(&papers, &sink.url("/kyb"))).await;
    let registered = registered.expect("once, whatever was lost");
    assert_eq!(world.mock.businesses(), [registered.into_inner().business.id]);
    assert_eq!(happened(&world), [1]);
}

#[tokio::test]
async fn a_truncated_reply_says_more_than_comes() {
    let world = World::new().await;
    for (fault, left) in [
        ("truncate", None),
        ("truncate=0", Some(0)),
        ("truncate=10", Some(10)),
        ("truncate=99999", Some(usize::MAX)),
    ] {
        let (came, end) = raw(world.write(&with_fault(token(&world), fault)).await).await;
        let (head, body) = head_and_body(&came);
        let whole = length(&head);
        assert!(whole > 100, "{head}");
        let left = left.map_or(whole / 2, |left| left.min(whole - 1));
        assert_eq!((body.len(), end), (left, None), "{fault}");
        assert!(head.contains(&format!("doku-mock-struck: {fault}")), "{head}");
    }
    assert_eq!(world.mock.faults_happened()["truncate"], 4);
}

#[tokio::test]
async fn a_wrong_length_is_too_long_or_too_short() {
    let world = World::new().await;
    let whole = world.send(token(&world)).await.body().len();
    let (came, _) = raw(world.write(&with_fault(token(&world), "wrong-length=7")).await).await;
    let (head, body) = head_and_body(&came);
    assert_eq!((length(&head), body.len()), (whole + 7, whole));
    let short = world.send(with_fault(token(&world), "wrong-length=-7")).await;
    assert_eq!(short.body().len(), whole - 7);
    assert!(serde_json::from_slice::<Value>(short.body()).is_err());
    assert_eq!(world.mock.faults_happened()["wrong-length"], 2);
}

#[tokio::test]
async fn a_reply_drips_head_and_all_and_the_next_does_not() {
    let world = World::new().await;
    let check = || world.signed(Method::POST, &path("/token"), b"[]");
    let mut socket = world.write(&with_fault(check(), "drip=1ms;bytes=3")).await;
    let (mut pieces, mut came) = (Vec::new(), Vec::new());
    let mut buffer = [0; 4096];
    while came.last() != Some(&b'}') {
        let read = socket.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&came));
        pieces.push(read);
        came.extend_from_slice(&buffer[..read]);
    }
    // Pieces may join on their way, but not all.
    assert!(pieces.len() > 5, "{pieces:?}");
    assert!(pieces[0] <= 30, "{pieces:?}");
    let (head, body) = head_and_body(&came);
    assert_eq!(length(&head), body.len());
    let whole = contract::render_head(&token(&world));
    tokio::io::AsyncWriteExt::write_all(&mut socket, &[whole.as_bytes(), TOKEN].concat())
        .await
        .unwrap();
    let read = socket.read(&mut buffer).await.unwrap();
    assert!(read > 300, "the next comes at once: {read}");
    assert_eq!(world.mock.faults_happened()["drip"], 1);
}

#[tokio::test]
async fn those_who_ask_for_a_delay_cannot_take_all_places() {
    let world = std::sync::Arc::new(World::new().await);
    let mut delayed = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let world = std::sync::Arc::clone(&world);
        let request = with_fault(token(&world), "delay=10m");
        delayed.spawn(async move { world.mock.call(request).await });
    }
    let all = |mock: &doku_mock::MockDoku| mock.faults_happened().get("delay") == Some(&64);
    world.wait_until("64 are delayed", all).await;
    let refused = world.mock.call(with_fault(token(&world), "delay=10m")).await;
    assert_eq!(refused.status(), 503);
    let why = String::from_utf8_lossy(refused.body());
    assert!(why.contains("Doku-Mock-Fault"), "{why}");
    assert_eq!(world.mock.call(token(&world)).await.status(), 200);
    delayed.abort_all();
    while delayed.join_next().await.is_some() {}
    let again = world.mock.call(with_fault(token(&world), "delay=1ms")).await;
    assert_eq!(again.status(), 200);
}

#[tokio::test]
async fn a_delay_comes_before_the_operation_and_ends_with_the_mock() {
    let world = World::new().await;
    let sample = include_bytes!("../samples/create-business-lite.request.json");
    let invite = || world.signed(Method::POST, &path("/business/lite/registration"), sample);
    let reply = world.send(with_fault(invite(), "delay=20ms")).await;
    assert_eq!(
        (reply.status().as_u16(), &reply.headers()["doku-mock-struck"]),
        (200, &"delay=20ms".parse::<http::HeaderValue>().unwrap())
    );

    arm(&world, "delay=10m");
    let socket = world.write(&token(&world)).await;
    world.wait_until("it waits", |mock| mock.faults()[0].happened() == 1).await;
    assert_eq!(world.mock.journal().len(), 1, "it has not been answered");
    let World { mock, .. } = world;
    let (_, (came, _)) = tokio::join!(mock.shutdown(), raw(socket));
    assert!(came.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&came));
}

#[tokio::test]
async fn a_reply_is_unsigned_or_signed_wrongly() {
    let world = World::new().await;
    assert_eq!(signed(&world.send(token(&world)).await), Some((true, start())));
    let unsigned = world.send(with_fault(token(&world), "unsigned")).await;
    assert_eq!(unsigned.status(), 200);
    for name in ["signature", "client-id", "request-id", "response-timestamp"] {
        assert!(!unsigned.headers().contains_key(name), "{name}");
    }
    let wrong = world.send(with_fault(token(&world), "wrong-signature")).await;
    assert_eq!((signed(&wrong), wrong.status().as_u16()), (Some((false, start())), 200));

    // What is never signed cannot lose it, and is not counted.
    arm(&world, "unsigned");
    world.send(world.plain(Method::POST, &path("/token"), TOKEN)).await;
    assert_eq!((happened(&world), world.mock.faults_happened()["unsigned"]), (vec![0], 1));
}

#[tokio::test]
async fn a_clock_that_is_off_shows_in_the_reply_and_judges_the_request() {
    let world = World::new().await;
    let near = world.send(with_fault(token(&world), "skew=-30m")).await;
    let instant = Timestamp::parse("2026-11-22T02:34:05Z").unwrap();
    assert_eq!((near.status().as_u16(), signed(&near)), (200, Some((true, instant))));

    arm(&world, "skew=2h");
    let (status, refused) = world.answer(token(&world)).await;
    assert_eq!((status, &refused["error"]["code"]), (400, &document!("request_time_out_of_range")));
    let ahead = world.signed_with(Method::POST, &path("/token"), TOKEN, |headers| {
        headers.timestamp = "2026-11-22T05:04:05Z".to_owned();
    });
    let reply = world.send(ahead).await;
    let instant = Timestamp::parse("2026-11-22T05:04:05Z").unwrap();
    assert_eq!((reply.status().as_u16(), signed(&reply)), (200, Some((true, instant))));
    let date = reply.headers()["date"].to_str().unwrap().to_owned();
    world.mock.disarm();
    let right = world.send(token(&world)).await.headers()["date"].to_str().unwrap().to_owned();
    assert_eq!(date.len(), right.len(), "{date}, {right}");
    let time = |date: &str| {
        let seconds = date[17..25].split(':').map(|part| part.parse::<i64>().unwrap());
        seconds.fold(0, |so_far, part| so_far * 60 + part)
    };
    let apart = (time(&date) - time(&right)).rem_euclid(86_400);
    assert!((7200 - 30..=7200).contains(&apart), "{date}, {right}");
}

#[tokio::test]
async fn faults_strike_the_calls_they_are_for_alike_with_the_same_seed() {
    let run = async |seed| {
        let world = World::with(|builder| {
            builder
                .seed(seed)
                .fault("status=500;probability=0.4;nth=3;times=5".parse::<Fault>().unwrap())
        })
        .await;
        let mut struck = Vec::new();
        for _ in 0..30 {
            struck.push(world.send(token(&world)).await.status() == 500);
        }
        struck
    };
    let struck = run(7).await;
    assert_eq!((struck.clone(), &struck[..2]), (run(7).await, &[false, false][..]));
    assert_eq!(struck.iter().filter(|struck| **struck).count(), 5);
    assert_ne!(struck, run(8).await);
}

#[tokio::test]
async fn an_upload_is_of_whom_its_bearer_says() {
    let world = World::new().await;
    let upload = FileUpload::bytes(FilePurpose::photo_proof(), "paper.png", PNG);
    let of = |partner: &str| {
        ReplyFault::new(ReplyFaultKind::status(http::StatusCode::BAD_GATEWAY))
            .of(Endpoint::UploadFile)
            .partner(partner)
    };
    world.mock.arm(of("BRN-other")).unwrap();
    assert!(world.client.upload_file(&upload).await.is_ok());
    world.mock.arm(of(doku_mock::DEFAULT_CLIENT_ID)).unwrap();
    assert!(world.client.upload_file(&upload).await.is_err());
    assert_eq!(happened(&world), [0, 1]);
}

#[tokio::test]
async fn without_a_socket_only_what_needs_none_strikes() {
    let world = World::new().await;
    for fault in ["reset.before", "reset.after", "truncate", "drip=1s", "unsigned"] {
        arm(&world, fault);
    }
    let reply = world.mock.call(token(&world)).await;
    assert_eq!((reply.status().as_u16(), signed(&reply)), (200, None));
    assert_eq!(happened(&world), [0, 0, 0, 0, 1]);
}

#[tokio::test]
async fn the_mock_s_own_surface_is_never_struck() {
    let world = World::new().await;
    arm(&world, "reset.before");
    let ready = with_fault(world.plain(Method::GET, "/_mock/ready", b""), "status=503");
    assert_eq!(world.answer(ready).await.0, 200);
    assert_eq!(happened(&world), [0]);
}

#[tokio::test]
async fn a_header_that_is_no_fault_is_refused_and_told_what_is_one() {
    let world = World::new().await;
    for (wrong, text) in [
        ("explode", "the header Doku-Mock-Fault: `explode` is no fault: use status=503"),
        ("delay=2s;times=1", "the header Doku-Mock-Fault: it is for this one request"),
        ("callback.drop", "the header Doku-Mock-Fault: callbacks go wrong by POST"),
    ] {
        let answer = world.answer(with_fault(token(&world), wrong)).await;
        let texts = refusal(&answer, 400);
        assert!(texts[0].starts_with(text), "{texts:?}");
    }
    assert!(world.mock.faults_happened().is_empty());
}

#[tokio::test]
async fn faults_are_armed_listed_and_disarmed_by_the_mock_s_own_api() {
    let world = World::new().await;
    let arm = async |fault: Value| world.own(Method::POST, "faults", Some(&fault)).await;
    let armed = arm(document!({
        "reply": "delay", "by": "2s", "operation": "Business Registration", "nth": 2, "times": 1,
        "probability": 0.1, "partner": "BRN-1"
    }))
    .await;
    let shown = document!({
        "number": 1, "reply": "delay", "by": "2s", "operation": "Business Registration", "nth": 2,
        "times": 1, "remaining": 1, "probability": 0.1, "partner": "BRN-1", "happened": 0,
        "fault": "delay=2s;operation=business-registration;partner=BRN-1;nth=2;times=1;probability=0.1"
    });
    assert_eq!(armed, (200, shown.clone()));
    let again = arm(document!({"fault": shown["fault"]})).await.1;
    assert_eq!((&again["number"], &again["fault"]), (&document!(2), &shown["fault"]));
    for (fault, text) in [
        (
            document!({"reply": "status", "status": 429, "retry_after": "5s"}),
            "status=429;retry-after=5s",
        ),
        (document!({"reply": "drip", "by": "50ms", "bytes": 16}), "drip=50ms;bytes=16"),
        (document!({"reply": "truncate", "bytes": 10}), "truncate=10"),
        (document!({"reply": "wrong-length", "bytes": -3}), "wrong-length=-3"),
        (document!({"reply": "skew", "by": "-90m"}), "skew=-1h30m"),
        (document!({"reply": "reset.after"}), "reset.after"),
    ] {
        let armed = arm(fault.clone()).await;
        assert_eq!((armed.0, &armed.1["fault"]), (200, &document!(text)), "{fault}");
        for (name, said) in fault.as_object().unwrap() {
            let shown = &armed.1[name];
            assert!(shown == said || name == "by", "{name}: {}", armed.1);
        }
    }
    let callback = arm(document!({"fault": "callback.delay=90m;type=BRAND"})).await.1;
    assert_eq!(
        (&callback["callback"], &callback["by"]),
        (&document!("delay"), &document!("1h 30m"))
    );
    assert_eq!(world.own(Method::GET, "faults", None).await.1.as_array().unwrap().len(), 9);
    assert_eq!(world.own(Method::DELETE, "faults/1", None).await, (200, shown));
    let gone = world.own(Method::DELETE, "faults/1", None).await;
    assert_eq!(refusal(&gone, 404), ["FAULT NOT FOUND"]);
    assert_eq!(world.own(Method::DELETE, "faults", None).await, (200, document!([])));
    for (wrong, text) in [
        (document!({}), "give one of fault, callback and reply"),
        (
            document!({"reply": "unsigned", "callback": "drop"}),
            "give one of fault, callback and reply",
        ),
        (document!({"reply": "explode"}), "`explode` is no fault"),
        (document!({"reply": "delay=2s"}), "reply or by is not readable"),
        (document!({"reply": "delay", "by": "2s;nth=1"}), "reply or by is not readable"),
        (document!({"reply": "status", "by": "2s", "status": 503}), "by goes with delay"),
        (document!({"reply": "unsigned", "type": "BRAND"}), "`type` does not go with this fault"),
        (document!({"reply": "unsigned", "nth": 0}), "nth is no number from 1"),
        (
            document!({"callback": "drop", "nth": 1}),
            "a callback's fault takes by, type and times alone",
        ),
        (document!({"fault": "unsigned", "times": 1}), "fault stands alone"),
        (document!({"fault": "unsigned", "by": "2s"}), "fault stands alone"),
    ] {
        let answer = arm(wrong.clone()).await;
        let texts = refusal(&answer, 400);
        assert!(texts[0].starts_with(text), "{wrong}: {texts:?}");
    }
}
