//! A machine whose clock is hours off: what is told, and what is set right.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use doku_partner::{ErrorKind, HyperTransport, PartnerClient, RetryPolicy};
use doku_types::{
    Timestamp,
    code::GatewayCode,
    partner::{endpoint::Endpoint, requirements::RequirementsQuery},
};

use crate::world::{World, invitation};

/// A client whose clock stands in the past, far from the mock's and the machine's.
fn late(world: &World, correct: bool) -> PartnerClient {
    let past = Timestamp::parse("2001-02-03T04:05:06Z").unwrap();
    world.builder().clock(move || past).correct_skew(correct).build()
}

#[tokio::test]
async fn a_clock_that_is_hours_off_is_named_as_the_reason() {
    let world = World::new().await;
    let query = RequirementsQuery::personal();
    let error = late(&world, false).check_requirements(&query).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Clock);
    assert_eq!(error.api_error().unwrap().code(), Some(&GatewayCode::RequestTimeOutOfRange));
    assert!(error.advice().unwrap().contains("clock"));
    assert_eq!((error.attempts(), error.is_retryable()), (1, false));
    assert_eq!(world.asked(Endpoint::CheckRequirements).len(), 1);
}

#[tokio::test]
async fn the_hosts_own_time_is_taken_once_and_for_that_call_alone() {
    let world = World::new().await;
    let client = late(&world, true);
    for calls in 1..=2 {
        let reply = client.create_business_lite(&invitation(&format!("shop-{calls}"))).await;
        let reply = reply.unwrap();
        assert_eq!((reply.attempts, reply.is_replayed()), (2, false));
        let asked = world.asked(Endpoint::CreateBusinessLite);
        let statuses: Vec<_> =
            asked.iter().map(|entry| entry.answer.as_ref().unwrap().status.as_u16()).collect();
        // The second call begins with this machine's time again.
        assert_eq!(statuses, [400, 200].repeat(calls));
    }
    let asked = world.asked(Endpoint::CreateBusinessLite);
    let header = |index: usize, name: &str| asked[index].request_headers[name].clone();
    assert_eq!(header(0, "request-id"), header(1, "request-id"));
    assert_ne!(header(1, "request-id"), header(2, "request-id"));
    assert_eq!(header(0, "request-timestamp"), "2001-02-03T04:05:06Z");
    assert_eq!(header(2, "request-timestamp"), "2001-02-03T04:05:06Z");
    assert_ne!(header(0, "signature"), header(1, "signature"));
}

#[tokio::test]
async fn a_clock_is_set_right_even_where_nothing_else_is_repeated() {
    let world = World::new().await;
    let past = Timestamp::parse("2001-02-03T04:05:06Z").unwrap();
    let client = world.builder().clock(move || past).retry(RetryPolicy::never()).build();
    let reply = client.check_requirements(&RequirementsQuery::personal()).await.unwrap();
    assert_eq!(reply.attempts, 2);
}

#[tokio::test]
async fn a_clock_that_no_date_can_mend_is_not_tried_for_ever() {
    let world = World::new().await;
    let hours = Arc::new(AtomicU32::new(0));
    // It leaps by ten hours each time that it is asked.
    let start = Timestamp::parse("2001-02-03T04:05:06Z").unwrap();
    let leaping = move || {
        let hours = hours.fetch_add(10, Ordering::Relaxed);
        start + Duration::from_secs(3600 * u64::from(hours))
    };
    let client = world.builder().clock(leaping).build();
    let error = client.check_requirements(&RequirementsQuery::personal()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Clock, 2));
    assert_eq!(world.asked(Endpoint::CheckRequirements).len(), 2);
}

#[tokio::test]
async fn uploads_go_by_a_token_that_a_wrong_clock_gets_too() {
    let world = World::new().await;
    let past = Timestamp::parse("2001-02-03T04:05:06Z").unwrap();
    let transport = HyperTransport::builder().no_proxy().build();
    let client = world.builder().clock(move || past).transport(transport).build();
    let photo = crate::world::png(doku_types::partner::file::FilePurpose::photo_proof());
    assert!(client.upload_file(&photo).await.is_ok());
    assert_eq!(world.asked(Endpoint::GenerateToken).len(), 2);
    assert_eq!(world.asked(Endpoint::UploadFile).len(), 1);
}
