//! Requests under a Request-Id that was used before.

use doku_partner::{
    ErrorKind, Outcome,
    operation::{CreateBusinessLite, GenerateToken, RegisterBusiness, UpdateBusinessData},
};
use doku_types::{
    code::GatewayCode,
    partner::{
        endpoint::Endpoint,
        token::TokenRequest,
        update::{BusinessUpdate, Update},
    },
};

use crate::world::{World, invitation};

#[tokio::test]
async fn the_same_request_again_is_answered_as_it_was_then_and_not_done_twice() {
    let world = World::new().await;
    let merchant = world.registration().await;
    let register = RegisterBusiness::new(&merchant);
    let first = world.client.call_as(&register, "shop-7/register").await.unwrap();
    let again = world.client.call_as(&register, "shop-7/register").await.unwrap();
    assert!(matches!(first.outcome, Outcome::Done(_)));
    let Outcome::Replayed(replayed) = &again.outcome else { panic!("{again:?}") };
    assert_eq!(*replayed, *first);
    assert!(again.is_signed && again.is_replayed());
    assert_eq!(again.request_id.as_deref(), Some("shop-7/register"));
    assert_eq!(world.mock.businesses().len(), 1);

    let brand = &first.business.brands[0].id;
    let update =
        Update::builder().business(BusinessUpdate::builder().description("Tea").build()).build();
    let change = UpdateBusinessData::new(brand, &update);
    assert!(!world.client.call_as(&change, "shop-7/update").await.unwrap().is_replayed());
    assert!(world.client.call_as(&change, "shop-7/update").await.unwrap().is_replayed());
}

#[tokio::test]
async fn an_id_that_was_used_for_another_request_is_a_conflict() {
    let world = World::new().await;
    let (one, other) = (invitation("shop-1"), invitation("shop-2"));
    world.client.call_as(&CreateBusinessLite::new(&one), "id-1").await.unwrap();
    let error = world.client.call_as(&CreateBusinessLite::new(&other), "id-1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert_eq!(error.api_error().unwrap().code(), Some(&GatewayCode::IdempotentRequest));
    assert_eq!((error.request_id(), error.status().unwrap().as_u16()), (Some("id-1"), 409));
    assert!(error.assumptions().contains(&"A13"));
    // It could be the same request, still being processed, so it was asked more than once.
    assert!(error.attempts() > 1 && error.outcome_unknown());
    assert_eq!(world.mock.businesses().len(), 1);
}

#[tokio::test]
async fn a_refused_request_may_come_again_under_its_id() {
    let world = World::new().await;
    let invitation = invitation("shop-1");
    world.client.call_as(&CreateBusinessLite::new(&invitation), "id-1").await.unwrap();
    for _ in 0..2 {
        let call = CreateBusinessLite::new(&invitation);
        let error = world.client.call_as(&call, "id-2").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Validation, "refused again: {error}");
    }
}

#[tokio::test]
async fn each_call_has_an_id_of_its_own_unless_told_otherwise() {
    let world = World::new().await;
    for _ in 0..3 {
        world.client.generate_token(&TokenRequest::new()).await.unwrap();
    }
    let id = world.client.new_request_id();
    world.client.call_as(&GenerateToken::new(&TokenRequest::new()), id.clone()).await.unwrap();
    let asked = world.asked(Endpoint::GenerateToken);
    let mut ids: Vec<_> = asked.iter().map(|entry| &entry.request_headers["request-id"]).collect();
    assert_eq!(*ids[3], *id);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}
