//! Whether everybody was told: each callback, on the ladder, in order.

use std::{collections::HashMap, time::Duration};

use doku_types::Timestamp;
use serde_json::Value;

use crate::{load::Asked, program::Program, sink::Receipt};

/// What became of the callbacks.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Told {
    /// How many there are.
    pub(crate) callbacks: usize,
    /// How many attempts reached the receiver.
    pub(crate) receipts: usize,
    /// Retries on the ladder.
    pub(crate) retries: usize,
    /// Attempts that were repeated because their result had died with the mock.
    pub(crate) repeated: usize,
    /// How many came for the first time in a later life than the business.
    pub(crate) resumed: usize,
    pub(crate) delivered: usize,
    pub(crate) pending: usize,
    pub(crate) exhausted: usize,
}

/// Every callback came, first attempts in their order, none too early, none too often. Nothing is
/// on its way, and this run goes on.
pub(crate) async fn callbacks_are_told(
    mock: &Program,
    asked: &Asked,
    receipts: &[Receipt],
    run: usize,
) -> Told {
    let mut of: HashMap<&str, Vec<&Receipt>> = HashMap::new();
    let mut first_in_order = HashMap::new();
    for (place, receipt) in receipts.iter().enumerate() {
        of.entry(&receipt.request_id).or_default().push(receipt);
        first_in_order.entry(receipt.request_id.clone()).or_insert(place);
    }
    let begun: HashMap<_, _> = asked
        .registrations
        .iter()
        .map(|registration| {
            let registered = registration.registered.as_ref().expect("all were repeated");
            (registered.business.as_str(), registration)
        })
        .collect();
    let now = mock.now().await;
    let mut told = Told { receipts: receipts.len(), ..Told::default() };
    let mut types: HashMap<String, Vec<String>> = HashMap::new();
    let mut last_first: HashMap<String, usize> = HashMap::new();
    for record in mock.list("/_mock/callbacks").await {
        let request_id = record["request_id"].as_str().unwrap();
        let business = record["business"].as_str().unwrap();
        let came = of.remove(request_id).unwrap_or_else(|| panic!("never came: {record}"));
        told.callbacks += 1;
        for receipt in &came {
            let body: Value = serde_json::from_slice(&receipt.body).unwrap();
            assert_eq!(body, record["callback"]);
        }
        told.resumed += usize::from(came[0].run > begun[business].run);
        let place = first_in_order[request_id];
        let before = last_first.insert(business.to_owned(), place);
        assert!(before.is_none_or(|before| before < place), "before an earlier one: {record}");
        let kind = record["callback"]["type"].as_str().unwrap().to_owned();
        types.entry(business.to_owned()).or_default().push(kind);
        climbs_the_ladder(&record, now);
        told.retries += record["attempts"].as_array().unwrap().len() - 1;
        told.repeated += came_as_recorded(&record, &came, run);
        match record["state"].as_str() {
            Some("delivered") => told.delivered += 1,
            Some("pending") => told.pending += 1,
            Some("exhausted") => told.exhausted += 1,
            _ => panic!("{record}"),
        }
    }
    assert!(of.is_empty(), "the mock does not know of {:?}", of.keys());
    for (business, registration) in begun {
        let expected = expected_types(registration.moves.len());
        assert_eq!(types.remove(business), Some(expected), "{}", registration.name);
    }
    told
}

/// The attempts on record: the first at any instant, the others as long after it as the ladder says
/// to the second, until one was acknowledged or there were four.
fn climbs_the_ladder(record: &Value, now: Timestamp) {
    let attempts = record["attempts"].as_array().unwrap();
    assert!((1..=4).contains(&attempts.len()), "{record}");
    let at = |attempt: &Value| Timestamp::parse(attempt["at"].as_str().unwrap()).unwrap();
    let first = at(&attempts[0]);
    for (attempt, minutes) in attempts.iter().zip(LADDER) {
        assert_eq!(at(attempt), first + minutes_long(minutes), "{record}");
    }
    let (last, earlier) = attempts.split_last().expect("there is one");
    assert!(earlier.iter().all(|attempt| attempt["status"] == 500), "{record}");
    let due = match (last["status"].as_u64(), LADDER.get(attempts.len())) {
        (Some(200), _) => {
            assert_eq!(record["state"], "delivered");
            None
        }
        (Some(500), Some(minutes)) => {
            assert_eq!(record["state"], "pending");
            Some(first + minutes_long(*minutes))
        }
        (Some(500), None) => {
            assert_eq!(record["state"], "exhausted");
            None
        }
        _ => panic!("an attempt without a result that was told: {record}"),
    };
    assert_eq!(record["due"].as_str().map(str::to_owned), due.map(|due| due.to_string()));
    assert!(due.is_none_or(|due| due > now), "overdue: {record}");
}

fn minutes_long(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// Each attempt on record came; what came beyond them was the last of a life of the mock, which died
/// before it could record it. How many those are.
fn came_as_recorded(record: &Value, came: &[&Receipt], run: usize) -> usize {
    let mut recorded = record["attempts"].as_array().unwrap().iter().rev().peekable();
    let mut later: Option<&Receipt> = None;
    let mut repeated = 0;
    for receipt in came.iter().rev() {
        let is_recorded = recorded.peek().is_some_and(|attempt| {
            attempt["at"] == receipt.at.to_string()
                && attempt["status"].as_u64() == receipt.answer.map(u64::from)
        });
        if is_recorded {
            recorded.next();
        } else {
            let is_last = later.is_none_or(|later| later.run > receipt.run);
            assert!(
                is_last && receipt.run < run,
                "came though it was not due: {receipt:?} of {record}"
            );
            repeated += 1;
        }
        later = Some(receipt);
    }
    assert_eq!(recorded.next(), None, "never came: {record}");
    repeated
}

/// The types of callbacks that a business's registration and its moves cause, in their order (A07,
/// A08).
fn expected_types(moves: usize) -> Vec<String> {
    let mut types = REGISTRATION.to_vec();
    for _ in 0..moves {
        types.extend(MOVE);
    }
    types.into_iter().map(str::to_owned).collect()
}

/// In minutes after the first attempt (A05).
const LADDER: [u64; 4] = [0, 30, 6 * 60, 12 * 60];
const REGISTRATION: [&str; 10] = [
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
];
const MOVE: [&str; 3] = ["BUSINESS_ADDRESS", "BUSINESS", "BRAND.OPERATIONAL_STATUS"];
