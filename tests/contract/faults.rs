//! Callbacks that come twice, late, in another order or not at all, and callbacks sent by hand.

use std::time::Duration;

use contract::{Sink, World, refusal, set_header, start};
use doku_mock::{CallbackFault, DeliveryState, FaultKind};
use doku_types::code::CallbackType;
use http::Method;
use serde_json::{Value, json};

async fn arm(world: &World, fault: Value) -> (u16, Value) {
    world.own(Method::POST, "faults", Some(&fault)).await
}

async fn resend(world: &World, number: i64) -> (u16, Value) {
    world.own(Method::POST, &format!("callbacks/{number}/resend"), Some(&json!({}))).await
}

/// The types that reached the sink, in that order.
fn received(sink: &Sink) -> Vec<String> {
    let requests = sink.requests();
    let body = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap();
    requests.iter().map(|r| body(&r.body)["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_duplicated_callback_comes_twice_as_the_same_event() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let armed = arm(&world, json!({"callback": "duplicate", "type": "BUSINESS", "times": 1})).await;
    assert_eq!(armed.0, 200, "{}", armed.1);
    world.registered(&sink).await;
    let types = received(&sink);
    assert_eq!(types.len(), 11);
    assert_eq!(&types[6..9], ["BUSINESS", "BUSINESS", "BRAND"]);
    let (first, second) = (&sink.requests()[6], &sink.requests()[7]);
    assert_eq!(first.body, second.body);
    assert_eq!(first.headers["request-id"], second.headers["request-id"]);
    assert_eq!(world.told(0)[6], "BUSINESS ACTIVE delivered 200 200");

    // Once was enough.
    world.registered(&sink).await;
    assert_eq!(received(&sink).len(), 21);
    let (_, listed) = world.own(Method::GET, "faults", None).await;
    let count = |name: &str| listed[0][name].as_u64();
    assert_eq!(["times", "happened", "remaining"].map(count), [Some(1), Some(1), Some(0)]);
}

#[tokio::test]
async fn reordered_callbacks_come_the_other_way_round() {
    let world = World::new().await;
    world.mock.arm(CallbackFault::new(FaultKind::Reorder).times(1)).unwrap();
    let sink = Sink::answering([]).await;
    world.registered(&sink).await;
    let turned = received(&sink);
    world.registered(&sink).await;
    let mut straight = received(&sink).split_off(10);
    straight.reverse();
    assert_eq!(turned, straight);
    assert_eq!(turned[0], "BRAND_PRODUCT");
}

#[tokio::test]
async fn a_delayed_callback_holds_nothing_back_and_comes_when_it_is_due() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    arm(&world, json!({"callback": "delay", "by": "30m", "type": "BUSINESS_ADDRESS"})).await;
    world.registered(&sink).await;
    assert_eq!(received(&sink).len(), 9);
    assert_eq!(world.told(0)[1], "BUSINESS_ADDRESS APPROVED pending");
    let (_, clock) = world.own(Method::GET, "clock", None).await;
    assert_eq!(clock["next_due"], "2026-11-22T03:34:05Z");
    assert_eq!(world.mock.advance(Duration::from_secs(1799)).await.unwrap(), 0);
    assert_eq!(world.mock.advance(Duration::from_secs(1)).await.unwrap(), 1);
    assert_eq!(received(&sink)[9], "BUSINESS_ADDRESS");
    let sent = world.mock.callbacks()[1].attempts[0].at;
    assert_eq!(sent, start() + Duration::from_secs(1800));
}

#[tokio::test]
async fn the_ladder_of_a_delayed_callback_counts_from_its_own_first_attempt() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    arm(&world, json!({"callback": "delay", "by": "1h", "type": "BUSINESS"})).await;
    world.registered(&sink).await;
    let failing = Sink::answering([500; 8]).await;
    let brand = world.mock.business(&world.mock.businesses()[0]).unwrap().brands[0].id.clone();
    let update = json!({"business": {"description": "Teh", "callback_url": failing.url("/kyb")}});
    world.answer(world.update(&brand, &update, None)).await;
    // The update's own `BUSINESS` is delayed as well, and refused four times.
    world.mock.advance(Duration::from_secs(14 * 3600)).await.unwrap();
    let told = world.mock.callbacks();
    let late = told.iter().rfind(|c| c.callback.callback_type == CallbackType::Business).unwrap();
    let minutes: Vec<_> =
        late.attempts.iter().map(|a| a.at.abs_diff(start()).as_secs() / 60).collect();
    assert_eq!(minutes, [60, 90, 60 + 360, 60 + 720]);
}

#[tokio::test]
async fn a_dropped_callback_is_never_sent_unless_by_hand() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let dropped = CallbackFault::new(FaultKind::Drop).of(CallbackType::BusinessBank);
    world.mock.arm(dropped).unwrap();
    world.registered(&sink).await;
    world.mock.advance(Duration::from_secs(48 * 3600)).await.unwrap();
    assert_eq!(received(&sink).len(), 9);
    assert_eq!(world.told(0)[3], "BUSINESS_BANK APPROVED dropped");

    let number = world.mock.callbacks()[3].number;
    let answer = resend(&world, number).await;
    assert_eq!(answer, (200, json!({"number": number, "state": "delivered"})));
    assert_eq!(received(&sink)[9], "BUSINESS_BANK");
    assert_eq!(world.told(0)[3], "BUSINESS_BANK APPROVED delivered 200");
}

#[tokio::test]
async fn what_was_delivered_can_be_sent_again_by_hand() {
    let world = World::new().await;
    let sink = Sink::answering([200; 10].into_iter().chain([503])).await;
    world.registered(&sink).await;
    let record = world.mock.callbacks()[0].clone();
    // That it fails changes nothing: it was acknowledged.
    let answer = resend(&world, record.number).await;
    assert_eq!(answer, (200, json!({"number": record.number, "state": "delivered"})));
    assert_eq!(world.mock.resend(record.number).await, Some(DeliveryState::Delivered));
    let again = world.mock.callbacks()[0].clone();
    let by_hand: Vec<_> = again.attempts.iter().map(|a| (a.by_hand, a.status)).collect();
    assert_eq!(by_hand, [(false, Some(200)), (true, Some(503)), (true, Some(200))]);
    let ids: Vec<_> =
        sink.requests()[10..].iter().map(|r| r.headers["request-id"].clone()).collect();
    assert_eq!(ids, [record.request_id.as_str(); 2]);
    let (_, clock) = world.own(Method::GET, "clock", None).await;
    assert_eq!(clock["next_due"], Value::Null);
}

#[tokio::test]
async fn an_attempt_by_hand_is_no_step_of_the_ladder() {
    let world = World::new().await;
    let sink = Sink::answering([500, 200, 200, 200, 200, 200, 200, 200, 200, 200, 500, 500]).await;
    world.registered(&sink).await;
    world.mock.advance(Duration::from_secs(600)).await.unwrap();
    let number = world.mock.callbacks()[0].number;
    assert_eq!(resend(&world, number).await.1["state"], "pending");
    // The ladder goes on where it was: 30 minutes after the first attempt.
    assert_eq!(world.mock.advance(Duration::from_secs(1199)).await.unwrap(), 0);
    assert_eq!(world.mock.advance(Duration::from_secs(1)).await.unwrap(), 1);
    let callback = world.mock.callbacks()[0].clone();
    assert_eq!(callback.due, Some(start() + Duration::from_secs(6 * 3600)));
    // Acknowledged by hand it needs no retry any more.
    assert_eq!(resend(&world, number).await.1["state"], "delivered");
    assert_eq!(world.mock.advance(Duration::from_secs(48 * 3600)).await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_given_up_can_be_sent_by_hand() {
    let world = World::new().await;
    let sink = Sink::answering([500; 41]).await;
    world.registered(&sink).await;
    world.mock.advance(Duration::from_secs(24 * 3600)).await.unwrap();
    assert!(world.mock.callbacks().iter().all(|c| c.state == DeliveryState::Exhausted));
    let number = world.mock.callbacks()[9].number;
    assert_eq!(resend(&world, number).await.1["state"], "exhausted", "refused once more");
    assert_eq!(resend(&world, number).await.1["state"], "delivered");
    let answer = resend(&world, 999).await;
    assert_eq!(refusal(&answer, 404), ["CALLBACK NOT FOUND"]);
}

#[tokio::test]
async fn faults_are_listed_and_cleared() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let (_, armed) = arm(&world, json!({"callback": "delay", "by": "90m"})).await;
    assert_eq!(
        armed,
        json!({
            "number": 1, "callback": "delay", "by": "1h 30m", "type": null, "times": null, "remaining": null,
            "happened": 0, "fault": "callback.delay=1h30m",
        })
    );
    arm(&world, json!({"callback": "drop", "type": "BRAND_PRODUCT", "times": 3})).await;
    let (_, listed) = world.own(Method::GET, "faults", None).await;
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!((&listed[0], &listed[1]["type"]), (&armed, &json!("BRAND_PRODUCT")));
    assert_eq!(world.own(Method::DELETE, "faults", None).await, (200, json!([])));
    assert_eq!(world.own(Method::GET, "faults", None).await, (200, json!([])));
    world.registered(&sink).await;
    assert_eq!(received(&sink).len(), 10);
}

#[tokio::test]
async fn what_is_no_fault_is_refused_and_told_what_is_one() {
    let world = World::new().await;
    for (wrong, text) in [
        (json!({"callback": "explode"}), "callback is none of duplicate, reorder, delay and drop"),
        (json!({"callback": "delay"}), "by is missing: give 30m, say"),
        (
            json!({"callback": "delay", "by": "soon"}),
            "not a duration: give 30m, 48h or 1h30m, say; days are told in hours",
        ),
        (json!({"callback": "drop", "by": "30m"}), "by goes with delay alone"),
        (json!({"callback": "drop", "type": "BUSINES"}), "type is no type of callback"),
    ] {
        assert_eq!(refusal(&arm(&world, wrong).await, 400), [text]);
    }
    for wrong in [json!({}), json!([]), json!({"callback": "drop", "times": -1})] {
        let answer = arm(&world, wrong).await;
        assert_eq!(answer.0, 400, "{}", answer.1);
    }
    assert_eq!(world.own(Method::GET, "faults", None).await.1, json!([]));
}

#[tokio::test]
async fn no_form_of_a_web_page_can_change_anything() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let business = world.registered(&sink).await;
    for path in [
        "faults".to_owned(),
        "clock/advance".to_owned(),
        format!("businesses/{}/decide", business.id),
        format!("businesses/{}/complete", business.id),
        "callbacks/1/resend".to_owned(),
    ] {
        for media_type in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]
        {
            let body = br#"{"callback":"drop","by":"1h","outcome":"suspend"}"#;
            let mut request = world.plain(Method::POST, &format!("/_mock/{path}"), body);
            set_header(&mut request, "content-type", media_type);
            let answer = world.answer(request).await;
            let text = "SEND IT AS JSON: Content-Type: application/json";
            assert_eq!(refusal(&answer, 415), [text], "{path} as {media_type}");
        }
    }
    assert_eq!((world.mock.now(), sink.requests().len()), (start(), 10));
}

#[tokio::test]
async fn a_delay_beyond_all_time_keeps_its_callback_and_the_clock_readable() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let fault = json!({"callback": "delay", "by": "2562047788015215h", "type": "BUSINESS"});
    assert_eq!(arm(&world, fault).await.0, 200);
    world.registered(&sink).await;
    assert_eq!(received(&sink).len(), 9);
    let (_, clock) = world.own(Method::GET, "clock", None).await;
    assert_eq!(clock["next_due"], "9999-12-30T00:00:00Z", "the last day that can be written");
    assert_eq!(world.mock.advance(Duration::from_secs(3600)).await.unwrap(), 0);
    assert_eq!(world.own(Method::DELETE, "faults", None).await.0, 200);
    assert_eq!(resend(&world, 7).await.1["state"], "delivered");
}
