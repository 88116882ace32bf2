//! Reset: a mock as at its start, or without one of its partners.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use contract::{PNG, Papers, Sink, World, json, path, set_header, start};
use doku_mock::{
    AdvanceError, CallbackFault, Clock, DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY, FaultKind, MockDoku,
    Pace,
};
use doku_partner::{Credentials, PartnerClient};
use doku_types::partner::requirements::RequirementsQuery;
use http::{Method, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, net::TcpListener};

fn ours() -> Credentials {
    Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY)
}

fn theirs() -> Credentials {
    Credentials::new("BRN-other", "SK-other")
}

async fn two_partners() -> World {
    World::with(|mock| mock.partner(ours()).partner(theirs())).await
}

/// Registers the sample for whom `client` is of.
async fn register(world: &World, client: &PartnerClient, sink: &Sink) -> Papers {
    let papers = world.upload_papers_of(client).await;
    let registration = world.registration(&papers, &sink.url("/kyb"));
    client.register_business(&registration).await.unwrap();
    world.mock.settle().await;
    papers
}

async fn reset(world: &World, document: Value) -> (u16, Value) {
    world.own(Method::POST, "reset", Some(&document)).await
}

/// All that a registration answers and causes, but for the client's own Request-Ids.
async fn story(world: &World, sink: &Sink) -> (Value, Value, Vec<String>, Vec<Vec<u8>>) {
    let before = sink.requests().len();
    let papers = world.upload_papers().await;
    let document = world.document(&papers, &sink.url("/kyb"));
    let registered = world.answer(world.register(&document, Some("reject.BUSINESS_BANK"))).await.1;
    world.mock.advance(Duration::from_secs(3600)).await.unwrap();
    let brand = registered["business"]["brands"][0]["id"].as_str().unwrap();
    let shown = world.get(brand).await;
    let records = world.mock.callbacks().into_iter();
    let records = records.map(|told| format!("{} {}", told.number, told.request_id)).collect();
    let sent = sink.requests().split_off(before);
    let sent = sent
        .into_iter()
        .map(|request| [request.headers["request-id"].as_bytes(), b" ", &request.body].concat());
    (registered, shown, records, sent.collect())
}

#[tokio::test]
async fn after_a_reset_the_same_calls_give_the_same_bytes_again() {
    let world = World::with(|mock| mock.pace(Pace::Realistic)).await;
    let sink = Sink::answering([]).await;
    let first = story(&world, &sink).await;
    world.mock.advance(Duration::from_secs(200 * 3600)).await.unwrap();
    let told = world.mock.callbacks().len();
    assert!(told > 0);

    let answer = reset(&world, json!({})).await;
    assert_eq!(
        answer,
        (200, json!({"businesses": 1, "files": 3, "callbacks": told, "replies": 2}))
    );
    assert_eq!(world.mock.now(), start());
    assert!(world.mock.businesses().is_empty() && world.mock.callbacks().is_empty());
    assert!(world.mock.journal().is_empty());
    assert_eq!(story(&world, &sink).await, first);

    // Through the library it is the same.
    world.mock.reset().await.unwrap();
    assert_eq!(story(&world, &sink).await, first);
}

#[tokio::test]
async fn what_was_before_a_reset_of_everything_is_gone_to_the_byte() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let papers = register(&world, &world.client, &sink).await;
    let brand = world.mock.business(&world.mock.businesses()[0]).unwrap().brands[0].id.clone();
    let shown = world.get(&brand).await;
    let link: Uri =
        shown["brands"][0]["photo_proofs"][0]["photo"].as_str().unwrap().parse().unwrap();
    let target = link.path_and_query().unwrap().as_str();
    let linked = world.plain(Method::GET, target, b"");
    assert_eq!(world.send(linked.clone()).await.body().as_ref(), PNG);
    world.mock.arm(CallbackFault::new(FaultKind::Drop)).unwrap();

    world.mock.reset().await.unwrap();
    assert_eq!(world.send(linked).await.status(), StatusCode::FORBIDDEN);
    let error = world.client.business_data(&brand, &RequirementsQuery::personal()).await;
    assert!(error.unwrap_err().to_string().contains("BUSINESS NOT FOUND"));
    let document = world.document(&papers, &sink.url("/kyb"));
    let refused = world.answer(world.register(&document, None)).await;
    assert_eq!(refused.0, 400, "its files are gone: {refused:?}");
    assert_eq!(world.own(Method::GET, "faults", None).await.1, json!([]));
    assert_eq!(world.own(Method::GET, "clock", None).await.1["next_due"], Value::Null);
}

/// A receiver that takes a connection and says nothing.
async fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/kyb", listener.local_addr().unwrap());
    (listener, url)
}

#[tokio::test]
async fn callbacks_on_their_way_are_given_up_and_their_numbers_are_anothers() {
    for partner in [None, Some(DEFAULT_CLIENT_ID)] {
        let world = World::new().await;
        let (listener, url) = silent().await;
        let papers = world.upload_papers().await;
        let registration = world.registration(&papers, &url);
        world.client.register_business(&registration).await.unwrap();
        // The first of ten is sent, and waits for its answer.
        let (mut hanging, _) = listener.accept().await.unwrap();
        let mut head = [0; 4];
        hanging.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"POST");

        match partner {
            None => world.mock.reset().await.unwrap(),
            Some(partner) => world.mock.reset_partner(partner).await.unwrap(),
        }
        // The connection is closed, and nobody connects again.
        let mut rest = Vec::new();
        hanging.read_to_end(&mut rest).await.unwrap();
        assert!(!String::from_utf8_lossy(&rest).contains("POST"), "no second request");
        world.mock.settle().await;
        world.mock.advance(Duration::from_secs(24 * 3600)).await.unwrap();
        let again = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(again.is_err(), "nothing of before is sent");
        assert!(world.mock.callbacks().is_empty());

        let sink = Sink::answering([]).await;
        register(&world, &world.client, &sink).await;
        let numbers: Vec<_> = world.mock.callbacks().iter().map(|told| told.number).collect();
        let first = if partner.is_none() { 1 } else { 11 };
        assert_eq!(numbers, (first..first + 10).collect::<Vec<_>>());
        assert_eq!(sink.requests().len(), 10);
        for told in world.mock.callbacks() {
            assert_eq!(told.attempts.len(), 1, "an attempt of before is not this one's");
        }
    }
}

#[tokio::test]
async fn a_partner_s_reset_takes_what_is_its_own_and_nothing_of_the_other_s() {
    let world = two_partners().await;
    let sinks = [Sink::answering([]).await, Sink::answering([500]).await];
    let stranger = world.client_of(theirs());
    register(&world, &world.client, &sinks[0]).await;
    let papers = register(&world, &stranger, &sinks[1]).await;
    let [mine, other] = &world.mock.businesses()[..] else { panic!("two") };
    let theirs_before = json!(world.mock.business(other));
    let told_before: Vec<_> =
        world.mock.callbacks().into_iter().filter(|told| told.business == *other).collect();
    world.mock.advance(Duration::from_secs(60)).await.unwrap();

    let answer = reset(&world, json!({"partner": DEFAULT_CLIENT_ID})).await;
    assert_eq!(answer, (200, json!({"businesses": 1, "files": 3, "callbacks": 10, "replies": 2})));
    assert_eq!(world.mock.now(), start() + Duration::from_secs(60), "the clock goes on");
    assert!(world.mock.business(mine).is_none());
    assert_eq!(json!(world.mock.business(other))["id"], theirs_before["id"]);
    assert_eq!(world.mock.callbacks(), told_before);
    let of_mine = |text: &str| text.contains(DEFAULT_CLIENT_ID);
    assert!(!world.mock.journal().iter().any(|entry| of_mine(&format!("{:?}", entry.direction))));
    assert!(!world.mock.journal().is_empty());
    // Its retry comes when it would have.
    world.mock.advance(Duration::from_secs(1800)).await.unwrap();
    assert_eq!(sinks[1].requests().len(), 11);
    // Its files are there to be used again.
    let registration = world.registration(&papers, &sinks[1].url("/kyb"));
    let again = stranger.register_business(&registration).await.unwrap();
    assert!(again.business.id > *other, "ids go on");
}

#[tokio::test]
async fn after_a_partner_s_reset_its_requests_are_new_ones_and_numbers_are_not_given_again() {
    let world = two_partners().await;
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    let request = world.register(&world.document(&papers, &sink.url("/kyb")), None);
    assert_eq!(world.answer(request.clone()).await.0, 200);
    assert_eq!(world.answer(request.clone()).await.0, 409, "the kept reply");
    world.mock.reset_partner(DEFAULT_CLIENT_ID).await.unwrap();
    assert_eq!(world.answer(request).await.0, 400, "no kept reply, and no files");
    world.registered(&sink).await;
    let listed = world.own(Method::GET, "businesses?after=1", None).await.1;
    assert_eq!(listed[0]["number"], 2, "whoever reads on from the first misses nothing");
}

#[tokio::test]
async fn faults_of_the_options_are_armed_anew_by_a_reset_of_everything() {
    let lost = CallbackFault::new(FaultKind::Drop).times(1);
    let world = World::with(|mock| mock.fault(lost)).await;
    let sink = Sink::answering([]).await;
    world.mock.arm(CallbackFault::new(FaultKind::Duplicate).times(0)).unwrap();
    let before = world.own(Method::GET, "faults", None).await.1[0].clone();
    for told in [9, 18] {
        world.registered(&sink).await;
        world.mock.settle().await;
        assert_eq!(sink.requests().len(), told, "the first is lost");
        world.mock.reset().await.unwrap();
        assert_eq!(world.own(Method::GET, "faults", None).await.1, json!([before]));
    }
}

#[tokio::test]
async fn a_partner_that_is_none_is_not_reset() {
    let world = two_partners().await;
    for document in [json!({"partner": "BRN-nobody"}), json!({"partner": ""})] {
        assert_eq!(reset(&world, document).await.0, 404);
    }
    for document in [json!({"partners": "BRN-other"}), json!({"partner": 7}), json!([])] {
        assert_eq!(reset(&world, document).await.0, 400);
    }
    let form = world.plain(Method::POST, "/_mock/reset", b"{}");
    assert_eq!(world.send(form).await.status(), 415, "a page's form cannot reset");
    let mut cross = world.plain(Method::POST, "/_mock/reset", b"{}");
    set_header(&mut cross, "content-type", "text/plain");
    assert_eq!(world.send(cross).await.status(), 415);
}

/// Two tests, side by side on one mock: one resets its partner over and over, the other never notices.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tests_with_two_partners_do_not_see_each_other() {
    let world = Arc::new(two_partners().await);
    let done = Arc::new(AtomicBool::new(false));
    let busy = tokio::spawn({
        let (world, done) = (Arc::clone(&world), Arc::clone(&done));
        async move {
            let client = world.client_of(theirs());
            let sink = Sink::answering([]).await;
            let mut resets = 0;
            while !done.load(Ordering::Relaxed) || resets < 5 {
                let papers = world.upload_papers_of(&client).await;
                let registration = world.registration(&papers, &sink.url("/kyb"));
                client.register_business(&registration).await.unwrap();
                // Its callbacks are on their way.
                world.mock.reset_partner("BRN-other").await.unwrap();
                resets += 1;
            }
            resets
        }
    });
    let sink = Sink::answering([]).await;
    let mut registered = Vec::new();
    for round in 1..=10 {
        let papers = world.upload_papers().await;
        let registration = world.registration(&papers, &sink.url("/kyb"));
        let reply = world.client.register_business(&registration).await.unwrap();
        registered.push(reply.into_inner().business);
        world.wait_until("all of ours delivered", |_| sink.requests().len() == round * 10).await;
    }
    done.store(true, Ordering::Relaxed);
    assert!(busy.await.unwrap() >= 5);
    world.mock.settle().await;
    let kept: Vec<_> = registered.iter().map(|business| business.id.clone()).collect();
    assert_eq!(world.mock.businesses(), kept);
    for business in &registered {
        let query = RequirementsQuery::personal();
        world.client.business_data(&business.brands[0].id, &query).await.unwrap();
    }
    let told = world.mock.callbacks();
    assert_eq!((told.len(), sink.requests().len()), (100, 100));
    assert!(told.iter().all(|told| told.attempts.len() == 1));
    assert!(told.windows(2).all(|two| two[0].number < two[1].number));
}

#[tokio::test]
async fn a_reset_with_a_data_file_holds_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("mock.db");
    let world = World::with(|mock| mock.data(&data)).await;
    let sink = Sink::answering([]).await;
    register(&world, &world.client, &sink).await;
    world.mock.advance(Duration::from_secs(60)).await.unwrap();
    world.mock.reset().await.unwrap();
    let uploads = std::fs::read_dir(directory.path().join("mock.db.files")).unwrap();
    assert_eq!(uploads.count(), 1, "the lock alone");
    world.mock.shutdown().await;
    let again = MockDoku::builder().data(&data).clock(Clock::Manual(Some(start())));
    let again = again.start().await.unwrap();
    assert!(again.businesses().is_empty());
    assert_eq!(again.now(), start());
}

#[tokio::test]
async fn a_reset_gives_the_room_of_uploaded_files_back() {
    let world = World::with(|mock| mock.file_bytes(3 * PNG.len() as u64)).await;
    for _ in 0..3 {
        world.upload_papers().await;
        let token =
            world.signed(Method::POST, &path("/token"), br#"{"grant_type":"client_credentials"}"#);
        assert!(json(&world.send(token).await)["token"].is_string());
        world.mock.reset_partner(DEFAULT_CLIENT_ID).await.unwrap();
        world.upload_papers().await;
        world.mock.reset().await.unwrap();
    }
}

#[tokio::test]
async fn a_reset_does_not_wait_for_receivers_that_an_advance_waits_for() {
    let world = World::new().await;
    let (listener, url) = silent().await;
    let papers = world.upload_papers().await;
    world.client.register_business(&world.registration(&papers, &url)).await.unwrap();
    let _hanging = listener.accept().await.unwrap();
    // Ten callbacks, of which each is waited for ten seconds.
    let both = async {
        let advanced = world.mock.advance(Duration::from_secs(3600));
        tokio::join!(advanced, async {
            tokio::task::yield_now().await;
            world.mock.reset().await
        })
    };
    let (advanced, reset) = tokio::time::timeout(Duration::from_secs(5), both).await.unwrap();
    reset.unwrap();
    assert!(matches!(advanced, Err(AdvanceError::Reset)) || advanced.unwrap() == 0);
    assert!(world.mock.callbacks().is_empty());
}

/// Requests that are answered late, when the mock was reset since.
#[tokio::test]
async fn what_began_before_a_reset_is_not_in_the_journal_after_it() {
    for partner in [None, Some(DEFAULT_CLIENT_ID), Some("BRN-other")] {
        let world = two_partners().await;
        let mut request =
            world.signed(Method::POST, &path("/token"), br#"{"grant_type":"client_credentials"}"#);
        set_header(&mut request, "doku-mock-fault", "delay=300ms");
        // Refused, so that it does nothing after the reset.
        set_header(&mut request, "signature", "HMACSHA256=AAAA");
        let reset = async {
            let begun = |mock: &MockDoku| mock.faults_happened().contains_key("delay");
            world.wait_until("the request has begun", begun).await;
            match partner {
                None => world.mock.reset().await.unwrap(),
                Some(partner) => world.mock.reset_partner(partner).await.unwrap(),
            }
        };
        let (reply, ()) = tokio::join!(world.send(request), reset);
        assert!(reply.status().is_client_error());
        let kept = usize::from(partner == Some("BRN-other"));
        assert_eq!(world.mock.journal().len(), kept, "{partner:?}");
    }
}

/// Whoever follows the journal by number misses nothing.
#[tokio::test]
async fn the_numbers_of_the_journal_go_on_over_a_reset() {
    let world = World::new().await;
    let token =
        || world.signed(Method::POST, &path("/token"), br#"{"grant_type":"client_credentials"}"#);
    world.send(token()).await;
    world.mock.reset().await.unwrap();
    let waiting = world.own(Method::GET, "journal?after=1&wait=20s", None);
    let (entries, _) = tokio::join!(waiting, world.send(token()));
    assert_eq!(entries.1[0]["number"], 2, "{entries:?}");
}

#[tokio::test]
async fn a_refused_reset_of_nobody_forgets_nothing() {
    let world = World::new().await;
    let mut request = world.signed(Method::POST, &path("/token"), b"{}");
    set_header(&mut request, "client-id", "BRN-nobody");
    world.send(request).await;
    assert_eq!(world.mock.journal().len(), 1);
    assert_eq!(reset(&world, json!({"partner": "BRN-nobody"})).await.0, 404);
    assert_eq!(world.mock.journal().len(), 1);
}
