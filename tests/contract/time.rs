//! The engine's clock in the large: what falls due when, and how it is moved on.

use std::time::{Duration, SystemTime};

use contract::{Sink, World, delivered, refusal, start};
use doku_mock::{AdvanceError, Clock, Pace};
use doku_partner::callback::CallbackReceiver;
use doku_types::Timestamp;
use http::{Method, StatusCode};
use serde_json::{Value, json};

async fn realistic() -> World {
    World::with(|mock| mock.pace(Pace::Realistic)).await
}

async fn advance(world: &World, by: &str) -> (u16, serde_json::Value) {
    world.own(Method::POST, "clock/advance", Some(&json!({"by": by}))).await
}

/// When each callback was sent, in hours since the start, and what it was.
fn hours(world: &World) -> Vec<(f64, String)> {
    let callbacks = world.mock.callbacks();
    let hours = |at: Timestamp| at.abs_diff(start()).as_secs_f64() / 3600.0;
    callbacks
        .iter()
        .map(|told| (hours(told.attempts[0].at), told.callback.callback_type.to_string()))
        .collect()
}

#[tokio::test]
async fn at_a_realistic_pace_kyb_takes_two_days_and_services_five_more() {
    let world = realistic().await;
    let sink = Sink::answering([]).await;
    let business = world.registered(&sink).await;
    assert_eq!(sink.requests().len(), 0, "nothing is told at once");
    assert_eq!(world.get(&business.brands[0].id).await["status"], "UPDATING");

    let (status, reply) = advance(&world, "48h").await;
    assert_eq!((status, &reply["delivered"]), (200, &json!(9)), "{reply}");
    assert_eq!(world.get(&business.brands[0].id).await["status"], "ACTIVE");
    let (_, reply) = advance(&world, "119h59m59s").await;
    assert_eq!(reply["delivered"], 0);
    let (_, reply) = advance(&world, "1s").await;
    assert_eq!(reply, json!({"now": "2026-11-29T03:04:05Z", "delivered": 1}));

    let hours = hours(&world);
    let types: Vec<_> = hours.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(
        types,
        [
            "BUSINESS_CONTACT",
            "BUSINESS_ADDRESS",
            "BUSINESS_DOCUMENT",
            "BUSINESS_BANK",
            "BRAND_SOCIAL_MEDIA",
            "BRAND_PHOTO_PROOF",
            "BUSINESS",
            "BRAND",
            "BRAND.OPERATIONAL_STATUS",
            "BRAND_PRODUCT",
        ]
    );
    assert!(hours[0].0 > 0.0 && hours[5].0 < 48.0, "{hours:?}");
    assert!(hours[..6].windows(2).all(|two| two[0].0 < two[1].0), "one by one: {hours:?}");
    assert!(hours[6..9].iter().all(|(at, _)| *at == 48.0), "{hours:?}");
    assert_eq!(hours[9].0, 48.0 + 120.0);

    // The partner can tell, too: each is signed at its own instant.
    let receiver = CallbackReceiver::new(world.mock.credentials().clone(), "/kyb");
    let callbacks = world.mock.callbacks();
    for (request, told) in sink.requests().iter().zip(&callbacks) {
        let received = receiver.receive(&request.headers, &request.body).unwrap();
        assert_eq!(received.timestamp, told.attempts[0].at.to_string());
        assert_eq!(received.request_id, told.request_id);
    }
}

#[tokio::test]
async fn one_long_advance_is_many_short_ones() {
    let mut seen = Vec::new();
    for steps in [1, 168] {
        let world = realistic().await;
        let sink = Sink::answering([500, 200, 500]).await;
        world.registered(&sink).await;
        let mut attempts = 0;
        for _ in 0..steps {
            attempts += world.mock.advance(Duration::from_secs(168 * 3600 / steps)).await.unwrap();
        }
        assert_eq!(world.mock.now(), start() + Duration::from_secs(168 * 3600));
        assert_eq!(attempts, 12, "ten and two retries");
        let callbacks = world.mock.callbacks();
        seen.push(
            callbacks
                .iter()
                .map(|told| {
                    let attempts = told.attempts.iter();
                    (
                        told.request_id.clone(),
                        attempts.map(|a| (a.at, a.status)).collect::<Vec<_>>(),
                    )
                })
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn two_businesses_are_told_of_in_the_order_of_time() {
    let world = realistic().await;
    let sink = Sink::answering([]).await;
    let first = world.registered(&sink).await;
    world.mock.advance(Duration::from_secs(3 * 3600)).await.unwrap();
    let second = world.registered(&sink).await;
    world.mock.advance(Duration::from_secs(200 * 3600)).await.unwrap();

    let callbacks = world.mock.callbacks();
    assert_eq!(callbacks.len(), 20);
    let times: Vec<_> = callbacks.iter().map(|told| told.attempts[0].at).collect();
    assert!(times.is_sorted(), "{times:?}");
    let whose: Vec<_> = callbacks.iter().map(|told| told.business == first.id).collect();
    let changes = whose.windows(2).filter(|two| two[0] != two[1]).count();
    assert!(changes > 10, "they come in turn: {whose:?}");
    for id in [first.id, second.id] {
        let of_one = callbacks.iter().filter(|told| told.business == id);
        let instants: Vec<_> = of_one.map(|told| told.attempts[0].at).collect();
        let span = instants[9].abs_diff(instants[8]);
        assert_eq!(span, Duration::from_secs(120 * 3600));
    }
}

#[tokio::test]
async fn what_was_on_its_way_before_an_advance_is_waited_for_and_not_counted() {
    let slow = |_| async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        StatusCode::OK
    };
    let world = World::with(|mock| mock.receiver(slow)).await;
    let papers = world.upload_papers().await;
    let document = world.document(&papers, "http://127.0.0.1:1/x");
    assert_eq!(world.send(world.register(&document, None)).await.status(), 200);
    assert_eq!(world.mock.advance(Duration::from_secs(60)).await.unwrap(), 0);
    let callbacks = world.mock.callbacks();
    assert!(
        callbacks.iter().all(|told| told.attempts.len() == 1 && told.attempts[0].at == start())
    );
}

#[tokio::test]
async fn the_clock_says_what_is_next() {
    let world = realistic().await;
    let sink = Sink::answering([]).await;
    let clock = async || world.own(Method::GET, "clock", None).await.1;
    assert_eq!(clock().await, json!({"now": "2026-11-22T03:04:05Z", "next_due": null}));
    world.registered(&sink).await;
    let mut told = 0;
    while let Some(next) = clock().await["next_due"].as_str() {
        let next = Timestamp::parse(next).unwrap();
        let now = world.mock.now();
        assert!(next > now, "{next} is not after {now}");
        // Up to a second before it, nothing; whole seconds are shown, milliseconds kept.
        let before = next.abs_diff(now).saturating_sub(Duration::from_secs(1));
        assert_eq!(world.mock.advance(before).await.unwrap(), 0);
        let delivered = world.mock.advance(Duration::from_secs(2)).await.unwrap();
        assert!(delivered > 0);
        told += delivered;
    }
    assert_eq!(told, 10);
}

#[tokio::test]
async fn what_is_no_duration_or_too_long_is_refused_and_moves_nothing() {
    let world = World::new().await;
    for wrong in ["", "48", "two days", "-1h", "1h-30m", "h", "1d", "30 parsecs"] {
        let answer = advance(&world, wrong).await;
        let text = "not a duration: give 30m, 48h or 1h30m, say; days are told in hours";
        assert_eq!(refusal(&answer, 400), [text], "{wrong:?}");
    }
    for far in ["9999999h", "2562047788015215h"] {
        let answer = advance(&world, far).await;
        let text = "the clock cannot go beyond the year 2255: advance it by less";
        assert_eq!(refusal(&answer, 400), [text], "{far}");
    }
    for wrong in [json!({}), json!({"by": 5}), json!("48h")] {
        let answer = world.own(Method::POST, "clock/advance", Some(&wrong)).await;
        assert_eq!(answer.0, 400, "{}", answer.1);
    }
    assert_eq!(world.mock.now(), start());
    for fine in ["0s", "1s", "1h30m", "1h 30m", "500ms"] {
        assert_eq!(advance(&world, fine).await.0, 200, "{fine}");
    }
}

#[tokio::test]
async fn what_falls_due_is_listed_and_comes_true_one_after_another() {
    let world = realistic().await;
    // The third callback is refused twice.
    let sink = Sink::answering([200, 200, 500, 500]).await;
    let papers = world.upload_papers().await;
    let document = world.document(&papers, &sink.url("/kyb"));
    let outcome = Some("suspend,product.reject.QRIS");
    assert_eq!(world.answer(world.register(&document, outcome)).await.0, 200);
    let agenda = async || world.own(Method::GET, "clock/agenda", None).await.1;
    let planned = agenda().await;
    let planned = planned.as_array().unwrap();
    let told: Vec<_> = planned.iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(told.len(), 11, "{told:?}");
    assert_eq!(told[9..], ["BRAND_PRODUCT", "BRAND.OPERATIONAL_STATUS"]);
    let due = |n: usize| planned[n]["due"].as_str().unwrap();
    assert_eq!((due(0), due(6)), ("2026-11-22T09:55:30Z", "2026-11-24T03:04:05Z"));
    assert_eq!((due(9), due(10)), ("2026-11-29T03:04:05Z", "2026-11-30T03:04:05Z"));

    // Each step brings the next instant's, and the refused one shows up in between.
    let (mut happened, mut retries) = (0, Vec::new());
    loop {
        let soonest = agenda().await[0].clone();
        let delivered = match world.mock.advance_to_next().await {
            Ok(delivered) => delivered,
            Err(AdvanceError::NothingDue) => break,
            Err(error) => panic!("{error}"),
        };
        assert_eq!(world.mock.now().to_string(), soonest["due"], "{soonest}");
        if soonest["what"] == "attempt" {
            assert_eq!(
                (&soonest["type"], &soonest["callback"]),
                (&json!("BUSINESS_DOCUMENT"), &json!(3))
            );
            retries.push(soonest["attempt"].as_u64().unwrap());
            continue;
        }
        let callbacks = world.mock.callbacks();
        for told in &callbacks[happened..] {
            let expected = &planned[happened];
            let callback = serde_json::to_value(&told.callback).unwrap();
            assert_eq!(told.attempts[0].at.to_string(), expected["due"], "{expected}");
            assert_eq!(callback["business"]["id"], expected["business"]);
            assert_eq!(callback["brand"]["id"], expected["brand"]);
            assert_eq!(callback["type"], expected["type"]);
            assert_eq!(callback["status"], expected["status"], "{expected}");
            let code = callback["entity"].get("code").cloned().unwrap_or_default();
            assert_eq!(code, expected["code"], "{expected}");
            happened += 1;
        }
        assert_eq!(callbacks.len(), happened);
        assert!(delivered > 0);
    }
    assert_eq!((happened, retries), (11, vec![2, 3]));
    assert_eq!(agenda().await, json!([]));
}

#[tokio::test]
async fn the_agenda_has_as_many_as_are_asked_for_and_those_are_the_soonest() {
    let world = realistic().await;
    let sink = Sink::answering([200; 27].into_iter().chain([500])).await;
    // Of three only the services are still to come when the fourth is registered.
    for hours in [3, 3, 60, 7] {
        world.registered(&sink).await;
        world.mock.advance(Duration::from_hours(hours)).await.unwrap();
    }
    let agenda =
        async |query: &str| world.own(Method::GET, &format!("clock/agenda{query}"), None).await;
    let (status, all) = agenda("?limit=1000").await;
    let all = all.as_array().unwrap().clone();
    assert_eq!(status, 200);
    assert_eq!(all.len(), 13, "{all:?}");
    assert!(all[0]["what"] == "attempt" && all[1]["what"] == "decision", "{all:?}");
    let instants: Vec<_> = all.iter().map(|one| one["due"].as_str().unwrap()).collect();
    assert!(instants.is_sorted(), "{instants:?}");
    for limit in [0, 1, 2, 7, all.len()] {
        assert_eq!(agenda(&format!("?limit={limit}")).await.1, json!(all[..limit]), "{limit}");
    }
    assert_eq!(agenda("").await.1, json!(all));
    assert_eq!(agenda("?limit=lots").await.0, 400);
}

#[tokio::test]
async fn a_clock_is_moved_to_an_instant_or_to_the_next_event_and_never_back() {
    let world = realistic().await;
    let to =
        async |document: Value| world.own(Method::POST, "clock/advance", Some(&document)).await;
    let nothing = "nothing is planned, so there is no next event: advance the clock by 48h, say";
    assert_eq!(refusal(&to(json!({"to": "next"})).await, 409), [nothing]);
    let sink = Sink::answering([]).await;
    world.registered(&sink).await;
    let answer = to(json!({"to": "next"})).await;
    assert_eq!(answer, (200, json!({"now": "2026-11-22T09:55:30Z", "delivered": 1})));
    let answer = to(json!({"to": "2026-11-24T10:04:05+07:00"})).await;
    assert_eq!(answer, (200, json!({"now": "2026-11-24T03:04:05Z", "delivered": 8})));
    // Where it stands already is no way back.
    assert_eq!(to(json!({"to": "2026-11-24T03:04:05Z"})).await.0, 200);
    for (wrong, text) in [
        (json!({"to": "2026-11-24T03:04:04Z"}), "that instant is over"),
        (json!({"to": "2255-12-31T00:00:00Z"}), "the clock cannot go beyond the year 2255"),
        (json!({"to": "Next"}), "to is no instant: give next, or one such as"),
        (json!({"to": "2026-11-25"}), "to is no instant"),
        (json!({"to": ""}), "to is no instant"),
        (json!({"by": "1h", "to": "next"}), "give one of by and to"),
        (json!({}), "give one of by and to"),
    ] {
        let answer = to(wrong.clone()).await;
        assert!(refusal(&answer, 400)[0].starts_with(text), "{wrong}: {answer:?}");
    }
    assert_eq!(world.mock.now().to_string(), "2026-11-24T03:04:05Z");
}

#[tokio::test]
async fn a_clock_that_runs_fast_brings_everything_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("mock.db");
    // A token lives for minutes, so the papers are uploaded before the clock runs.
    let still = World::with(|mock| mock.pace(Pace::Realistic).data(&data)).await;
    let sink = Sink::answering([]).await;
    still.registered(&sink).await;
    still.mock.shutdown().await;
    // A day in a hundredth of a second.
    let fast = Clock::Scaled(8_640_000);
    let world = World::with(|mock| mock.pace(Pace::Realistic).data(&data).clock(fast)).await;
    world.wait_until("ten callbacks", delivered(10)).await;
    let callbacks = world.mock.callbacks();
    let last = callbacks[9].attempts[0].at;
    assert!(last >= start() + Duration::from_secs(168 * 3600), "{last}");
    assert_eq!(sink.requests().len(), 10);
}

#[tokio::test]
async fn the_machines_clock_can_be_advanced_too() {
    let world = World::with(|mock| mock.pace(Pace::Realistic).clock(Clock::Real)).await;
    let sink = Sink::answering([]).await;
    world.registered(&sink).await;
    let before = world.mock.now();
    assert_eq!(world.mock.advance(Duration::from_secs(168 * 3600)).await.unwrap(), 10);
    let ahead = world.mock.now().abs_diff(before);
    let week = Duration::from_secs(168 * 3600);
    assert!(ahead >= week && ahead < week + Duration::from_secs(60), "{ahead:?}");
    // A request is timely by the new time, and by the machine's too: clients have clocks of their own.
    let target = contract::path("/business/BRN-0");
    let by_the_new = world.signed(Method::GET, &target, b"");
    let by_the_machines = world.signed_with(Method::GET, &target, b"", |headers| {
        headers.timestamp = Timestamp::from(SystemTime::now()).to_string();
    });
    for request in [by_the_new, by_the_machines] {
        assert_eq!(world.send(request).await.status(), 404);
    }
}
