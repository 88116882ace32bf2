//! What a mock with a data file knows after it was stopped, or just dropped, and started again.

use std::{path::Path, time::Duration};

use contract::{PNG, Sink, World, delivered, path, start};
use doku_mock::{Builder, DataError, DeliveryState, MockDoku, Pace, StartError};
use http::{Method, Uri};
use serde_json::json;

/// The nth mock on the data file of this directory.
async fn world(directory: &Path, run: usize) -> World {
    world_with(directory, run, |mock| mock).await
}

async fn world_with(
    directory: &Path,
    run: usize,
    change: impl FnOnce(Builder) -> Builder,
) -> World {
    let names = ["first-", "second-", "third-", "fourth-", "fifth-"];
    World::named(names[run], |mock| change(mock.data(directory.join("mock.db")))).await
}

#[tokio::test]
async fn businesses_files_and_callbacks_are_there_again() {
    let directory = tempfile::tempdir().unwrap();
    let sink = Sink::answering([500]).await;
    let first = world(directory.path(), 0).await;
    let business = first.registered(&sink).await;
    let brand = &business.brands[0].id;
    let before = (first.get(brand).await, first.told(0), first.mock.callbacks());
    assert_eq!(first.mock.shutdown().await, 1, "one waits for its retry");

    let second = world(directory.path(), 1).await;
    assert_eq!(second.mock.businesses(), [business.id]);
    let after = (second.get(brand).await, second.told(0), second.mock.callbacks());
    assert_eq!(after, before, "links included: they are signed with the same key");
    let photo = after.0["brands"][0]["photo_proofs"][0]["photo"].as_str().unwrap();
    let link: Uri = photo.parse().unwrap();
    let target = link.path_and_query().unwrap().as_str();
    let reply = second.send(second.plain(Method::GET, target, b"")).await;
    assert_eq!((reply.status().as_u16(), reply.body().as_ref()), (200, PNG));
}

#[tokio::test]
async fn the_manual_clock_stands_where_it_stood_and_ids_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let sink = Sink::answering([]).await;
    let first = world(directory.path(), 0).await;
    let before = first.registered(&sink).await;
    first.mock.advance(Duration::from_secs(90)).await.unwrap();
    first.mock.shutdown().await;
    let second = world(directory.path(), 1).await;
    assert_eq!(second.mock.now(), start() + Duration::from_secs(90));
    second.mock.shutdown().await;

    // Not even at the same instant is an id or a key made twice.
    let third = world(directory.path(), 2).await;
    let after = third.registered(&sink).await;
    assert_ne!(before.id, after.id);
    assert_ne!(before.brands[0].shared_key, after.brands[0].shared_key);
    let ids: std::collections::BTreeSet<_> =
        third.mock.callbacks().into_iter().map(|told| told.request_id).collect();
    assert_eq!(ids.len(), 20);
    assert_eq!(third.mock.businesses().len(), 2);
}

#[tokio::test]
async fn a_repeated_request_is_recognised_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let sink = Sink::answering([]).await;
    let first = world(directory.path(), 0).await;
    let papers = first.upload_papers().await;
    let body = serde_json::to_vec(&first.document(&papers, &sink.url("/kyb"))).unwrap();
    let send = |world: &World| {
        let id = |headers: &mut doku_signing::non_snap::SignedHeaders| {
            headers.request_id = "kept".to_owned();
        };
        world.signed_with(Method::POST, &path("/business"), &body, id)
    };
    let reply = first.send(send(&first)).await;
    assert_eq!(reply.status(), 200);
    first.mock.shutdown().await;
    let second = world(directory.path(), 1).await;
    let again = second.send(send(&second)).await;
    assert_eq!((again.status().as_u16(), again.body()), (409, reply.body()));
    assert_eq!(second.mock.businesses().len(), 1);
}

#[tokio::test]
async fn what_was_not_delivered_is_delivered_after_the_restart_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let first = world(directory.path(), 0).await;
    let papers = first.upload_papers().await;
    let document = first.document(&papers, &format!("http://{address}/kyb"));
    assert_eq!(first.send(first.register(&document, None)).await.status(), 200);
    // The first is under way, its answer never comes, the others wait.
    let held = silent.accept().await.unwrap();
    assert_eq!(first.mock.shutdown().await, 10);
    drop((held, silent));

    // The same address, answering now.
    let sink = Sink::listening(address).await;
    let second = world(directory.path(), 1).await;
    second.wait_until("ten callbacks", delivered(10)).await;
    let types: Vec<_> = sink
        .requests()
        .iter()
        .map(|request| serde_json::from_slice::<serde_json::Value>(&request.body).unwrap())
        .map(|body| body["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(types.len(), 10);
    assert_eq!((types[0].as_str(), types[9].as_str()), ("BUSINESS_CONTACT", "BRAND_PRODUCT"));
}

#[tokio::test]
async fn the_ladder_goes_on_where_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let sink = Sink::answering([500; 11]).await;
    let first = world(directory.path(), 0).await;
    first.registered(&sink).await;
    first.mock.advance(Duration::from_secs(1200)).await.unwrap();
    first.mock.shutdown().await;
    let second = world(directory.path(), 1).await;
    assert_eq!(second.mock.advance(Duration::from_secs(599)).await.unwrap(), 0);
    assert_eq!(second.mock.advance(Duration::from_secs(1)).await.unwrap(), 10);
    let states: Vec<_> = second.mock.callbacks().into_iter().map(|told| told.state).collect();
    assert_eq!(states.iter().filter(|state| **state == DeliveryState::Pending).count(), 1);
    second.mock.shutdown().await;
    let third = world(directory.path(), 2).await;
    assert_eq!(third.mock.advance(Duration::from_secs(6 * 3600 - 1801)).await.unwrap(), 0);
    assert_eq!(third.mock.advance(Duration::from_secs(1)).await.unwrap(), 1);
    assert!(third.mock.callbacks().iter().all(|told| told.state == DeliveryState::Delivered));
}

#[tokio::test]
async fn a_review_goes_on_where_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let sink = Sink::answering([]).await;
    let realistic = |mock: Builder| mock.pace(Pace::Realistic);
    let first = world_with(directory.path(), 0, realistic).await;
    first.registered(&sink).await;
    let early = first.mock.advance(Duration::from_secs(20 * 3600)).await.unwrap();
    assert!(early > 0 && early < 9, "{early}");
    first.mock.shutdown().await;
    let second = world_with(directory.path(), 1, realistic).await;
    let rest = second.mock.advance(Duration::from_secs(148 * 3600)).await.unwrap();
    assert_eq!(early + rest, 10);
    let last = second.mock.callbacks()[9].attempts[0].at;
    assert_eq!(last, start() + Duration::from_secs(168 * 3600));
}

#[tokio::test]
async fn a_mock_that_was_dropped_can_be_opened_again_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let sink = Sink::answering([]).await;
    let mut known = 0;
    for round in 0..5 {
        let world = world(directory.path(), round).await;
        assert_eq!(world.mock.businesses().len(), round);
        let business = world.registered(&sink).await;
        known += world.told(known).len();
        assert_eq!(known, (round + 1) * 10);
        assert!(world.mock.business(&business.id).is_some());
        drop(world);
    }
}

#[tokio::test]
async fn a_data_file_is_of_one_mock_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("mock.db");
    let first = world(directory.path(), 0).await;
    let second = MockDoku::builder().data(&data).start().await;
    let error = second.unwrap_err();
    assert!(matches!(error, StartError::Data(DataError::InUse(_))), "{error}");
    let text = format!(
        "{} is in use by another doku-mock: stop that one, or give another path",
        data.display()
    );
    assert_eq!(error.to_string(), text);
    drop(first);
    MockDoku::builder().data(&data).start().await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_data_file_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("notes.txt");
    std::fs::write(&data, "what I bought").unwrap();
    let error = MockDoku::builder().data(&data).start().await.unwrap_err();
    let text = format!(
        "{} is not a data file of doku-mock: give another path, or move that file away",
        data.display()
    );
    assert_eq!(error.to_string(), text);
    assert_eq!(std::fs::read_to_string(&data).unwrap(), "what I bought");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn what_was_decided_by_hand_and_completed_stays() {
    let directory = tempfile::tempdir().unwrap();
    let sink = Sink::answering([]).await;
    let first = world(directory.path(), 0).await;
    let business = first.registered(&sink).await;
    let decide = json!({"outcome": "suspend.full", "reject_notes": ["Gambling"]});
    first.own(Method::POST, &format!("businesses/{}/decide", business.id), Some(&decide)).await;
    let before = first.get(&business.brands[0].id).await;
    assert_eq!(before["brands"][0]["reject_notes"], json!(["Gambling"]));
    first.mock.shutdown().await;
    let second = world(directory.path(), 1).await;
    assert_eq!(second.get(&business.brands[0].id).await, before);
    assert_eq!(second.told(0).len(), 12);
    let activate = json!({"outcome": "activate"});
    let path = format!("businesses/{}/decide", business.id);
    assert_eq!(second.own(Method::POST, &path, Some(&activate)).await.0, 200);
    assert_eq!(second.told(12), ["BRAND.OPERATIONAL_STATUS ACTIVE delivered 200"]);
}
