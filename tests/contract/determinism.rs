//! The same seed, clock and calls give the same mock, to the byte.

use std::time::Duration;

use contract::{Sink, World, path};
use doku_mock::{JournalEntry, Pace};
use http::{HeaderMap, Method};
use serde_json::json;

/// All that a story leaves behind, but for dates, latencies and the ports of the machine.
#[derive(Debug, PartialEq)]
struct Trace {
    replies: Vec<String>,
    callbacks: Vec<String>,
    journal: Vec<String>,
    businesses: String,
}

async fn story(seed: u64, sink: &Sink) -> Trace {
    let world = World::with(|mock| mock.seed(seed).pace(Pace::Realistic)).await;
    let before = sink.requests().len();
    let mut replies = Vec::new();
    let papers = world.upload_papers().await;
    replies.push(world.exchanges.last());
    let document = world.document(&papers, &sink.url("/kyb"));
    let registered = world.register(&document, Some("reject.BUSINESS_BANK,reject.BRAND"));
    replies.push(world.exchange(registered).await);
    let lite = include_bytes!("../samples/create-business-lite.request.json");
    let invite = world.signed(Method::POST, &path("/business/lite/registration"), lite);
    replies.push(world.exchange(invite).await);
    world.mock.advance(Duration::from_secs(100 * 3600)).await.unwrap();
    let brand = world.mock.business(&world.mock.businesses()[0]).unwrap().brands[0].id.clone();
    let update = json!({"business": {"banks": [{"account_name": "Siti", "account_number": "7", "bank_id": "2",
        "bank_name": "BANK MANDIRI", "country": "ID", "currency": "IDR", "swift_code": "008"}],
        "brands": [{"id": brand, "name": "Warung lain"}]}});
    replies.push(world.exchange(world.update(&brand, &update, None)).await);
    world.mock.advance(Duration::from_secs(300 * 3600)).await.unwrap();
    let path = path(&format!("/business/{brand}"));
    replies.push(world.exchange(world.signed(Method::GET, &path, b"")).await);

    let requests = sink.requests().split_off(before);
    let sent = |headers: &HeaderMap, body: &[u8]| {
        let mut lines: Vec<_> = headers
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        lines.sort();
        format!("{}\n{}", lines.join("\n"), String::from_utf8_lossy(body))
    };
    let entry = |entry: &JournalEntry| {
        // A client names the address by which it calls: another port each time.
        let mut headers = entry.request_headers.clone();
        headers.remove("host");
        // The boundary of an upload is the client's, and random.
        headers.remove("content-type");
        headers.remove("content-length");
        let answer = entry.answer.as_ref().unwrap();
        format!(
            "{} {} {:?} {} {}\n{}\n{} {}",
            entry.number,
            entry.at,
            entry.direction,
            entry.method,
            entry.target,
            sent(&headers, &entry.request_body),
            answer.status,
            sent(&answer.headers, &answer.body),
        )
    };
    let businesses = world.mock.businesses();
    let data: Vec<_> = businesses.iter().map(|id| json!(world.mock.business(id))).collect();
    Trace {
        replies,
        callbacks: requests.iter().map(|request| sent(&request.headers, &request.body)).collect(),
        journal: world.mock.journal().iter().map(entry).collect(),
        businesses: json!(data).to_string(),
    }
}

#[tokio::test]
async fn the_same_seed_clock_and_calls_give_the_same_to_the_byte() {
    let sink = Sink::answering([]).await;
    let (first, second) = (story(11, &sink).await, story(11, &sink).await);
    assert_eq!((first.callbacks.len(), first.journal.len()), (8 + 5, 4 + 4 + 13));
    assert_eq!(first.replies, second.replies);
    assert_eq!(first.callbacks, second.callbacks);
    assert_eq!(first.journal, second.journal);
    assert_eq!(first.businesses, second.businesses);
}

#[tokio::test]
async fn another_seed_gives_other_keys_and_request_ids() {
    let sink = Sink::answering([]).await;
    let (first, second) = (story(11, &sink).await, story(12, &sink).await);
    let key = |trace: &Trace| {
        let at = trace.replies[1].find("SK-").unwrap();
        trace.replies[1][at..at + 23].to_owned()
    };
    assert_ne!(key(&first), key(&second));
    let id = |callback: &String| {
        let line = callback.lines().find(|line| line.starts_with("request-id: "));
        line.unwrap().to_owned()
    };
    for (one, other) in first.callbacks.iter().zip(&second.callbacks) {
        assert_ne!(id(one), id(other));
    }
}
