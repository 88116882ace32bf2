//! How often a call asks for memory, its transport left out: counted, so that a change is noticed.

#![allow(missing_docs)]

use std::{
    future::ready,
    ops::RangeInclusive,
    sync::{Arc, Mutex},
};

use allocation_counter::measure;
use bytes::Bytes;
use doku_partner::{
    Body, Credentials, Environment, Operation, PartnerClient, TransportError,
    operation::{CheckRequirements, RegisterBusiness},
};
use doku_types::{
    Timestamp,
    partner::{BASE_PATH, registration::Registration, requirements::RequirementsQuery},
};
use http::{Method, Request, Response};

#[test]
fn check_requirements_takes_at_most_30_beside_those_of_its_reply() {
    let query = RequirementsQuery::personal();
    let reading = allocations(|| CheckRequirements::parse(REQUIREMENTS).unwrap());
    println!("Check Requirements: {reading} for the reply");
    for (signed, expected) in [(false, 20..=26), (true, 24..=30)] {
        let call = async |client: &PartnerClient| {
            client.check_requirements(&query).await.unwrap().is_signed
        };
        let all = of_a_call(&Method::GET, "file", REQUIREMENTS, signed, call);
        assert_within("Check Requirements", signed, all - reading, expected);
    }
}

#[test]
fn a_registration_takes_at_most_40_beside_those_of_its_reply() {
    let registration = Registration::parse(MERCHANT).unwrap();
    let reading = allocations(|| RegisterBusiness::parse(REGISTERED).unwrap());
    println!("Business Registration: {reading} for the reply");
    for (signed, expected) in [(false, 29..=36), (true, 33..=40)] {
        let call = async |client: &PartnerClient| {
            client.register_business(&registration).await.unwrap().is_signed
        };
        let all = of_a_call(&Method::POST, "business", REGISTERED, signed, call);
        assert_within("Business Registration", signed, all - reading, expected);
    }
}

fn assert_within(what: &str, signed: bool, counted: u64, expected: RangeInclusive<u64>) {
    let reply = if signed { "signed" } else { "unsigned" };
    println!("{what}: {counted} for the rest, the reply {reply}");
    assert!(expected.contains(&counted), "{what}, the reply {reply}: {counted}");
}

/// The allocations of a call that is answered with this body. The answer is there before; the box that
/// every transport returns counts.
fn of_a_call(
    method: &Method,
    path: &str,
    body: &'static [u8],
    signed: bool,
    call: impl AsyncFn(&PartnerClient) -> bool,
) -> u64 {
    let credentials = Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret");
    let at = Timestamp::from_millis(1_700_000_000_000);
    let next = Arc::new(Mutex::new(None));
    let answers = Arc::clone(&next);
    let client = PartnerClient::builder(Environment::uat(), credentials.clone())
        .transport(move |_: Request<Body>| {
            let answer = answers.lock().unwrap().take().unwrap();
            ready(Ok::<Response<Bytes>, TransportError>(answer))
        })
        .clock(move || at)
        .request_ids(|| ID.to_owned())
        .build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut counted = 0;
    // What is made once for all is made by the first call; the second counts.
    for _ in 0..2 {
        let mut answer = Response::new(Bytes::from_static(body));
        if signed {
            let target = format!("{BASE_PATH}/{path}");
            credentials.sign_http_response(&mut answer, method, &target, ID, at).unwrap();
        }
        *next.lock().unwrap() = Some(answer);
        counted = allocations(|| assert_eq!(runtime.block_on(call(&client)), signed));
    }
    counted
}

fn allocations<T>(work: impl FnOnce() -> T) -> u64 {
    let mut result = None;
    let counted = measure(|| result = Some(work()));
    // What is given back was not optimised away.
    drop(std::hint::black_box(result));
    counted.count_total
}

const ID: &str = "8f14e45f-ceea-467f-a8f4-3c1a2b3c4d5e";
const MERCHANT: &[u8] = include_bytes!("../../../tests/samples/business-registration.request.json");
const REGISTERED: &[u8] = include_bytes!("../../../tests/samples/business-registration.reply.json");
const REQUIREMENTS: &[u8] = include_bytes!("../../../tests/samples/check-requirements.reply.json");
