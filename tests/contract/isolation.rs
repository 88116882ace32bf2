//! Two partners of one mock: nothing of one is there for the other.

use bytes::Bytes;
use contract::{Sink, World, json, path};
use doku_mock::{DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY};
use doku_partner::{Credentials, callback::CallbackReceiver};
use doku_signing::non_snap::Form;
use doku_types::partner::{lite::LiteRegistration, requirements::RequirementsQuery};
use http::{Method, Request};

fn ours() -> Credentials {
    Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY)
}

fn theirs() -> Credentials {
    Credentials::new("BRN-other", "SK-other")
}

async fn two_partners() -> World {
    World::with(|mock| mock.partner(ours()).partner(theirs())).await
}

/// A request of one of them, with this Request-Id.
fn signed(world: &World, by: &Credentials, id: &str, path: &str, body: &[u8]) -> Request<Bytes> {
    let mut request = world.plain(Method::POST, path, body);
    let headers = by.sign_request(&Method::POST, path, body, id, world.mock.now());
    headers.write(request.headers_mut(), Form::Request).unwrap();
    request
}

#[tokio::test]
async fn a_request_id_of_one_partner_is_not_the_others() {
    let world = two_partners().await;
    let body = br#"{"grant_type":"client_credentials"}"#;
    let mut tokens = Vec::new();
    for by in [ours(), theirs()] {
        let reply = world.send(signed(&world, &by, "same-id", &path("/token"), body)).await;
        assert_eq!(reply.status(), 200);
        tokens.push(json(&reply)["token"].clone());
        let again = world.send(signed(&world, &by, "same-id", &path("/token"), body)).await;
        assert_eq!(
            (again.status().as_u16(), &json(&again)["token"]),
            (409, &tokens[tokens.len() - 1])
        );
    }
    assert_ne!(tokens[0], tokens[1]);
}

#[tokio::test]
async fn both_partners_may_use_one_name_for_a_business_each_of_its_own() {
    let world = two_partners().await;
    let stranger = world.client_of(theirs());
    let sample = include_bytes!("../samples/create-business-lite.request.json");
    let invitation = LiteRegistration::parse(sample).unwrap();
    let query = RequirementsQuery::personal();
    let mine = &world.client.create_business_lite(&invitation).await.unwrap().business;
    let other = &stranger.create_business_lite(&invitation).await.unwrap().business;
    assert_ne!(mine.id, other.id);
    for client in [&world.client, &stranger] {
        let again = client.create_business_lite(&invitation).await.unwrap_err();
        assert!(again.to_string().contains("PARTNER REF ID ALREADY USED"), "{again}");
    }
    let (mine, other) = (&mine.brands[0].id, &other.brands[0].id);
    world.client.business_data(mine, &query).await.unwrap();
    stranger.business_data(other, &query).await.unwrap();
    for (client, brand) in [(&world.client, other), (&stranger, mine)] {
        let error = client.business_data(brand, &query).await.unwrap_err();
        assert!(error.to_string().contains("HTTP 404: BUSINESS NOT FOUND"), "{error}");
    }
}

#[tokio::test]
async fn callbacks_are_signed_by_the_key_of_the_partner_whose_business_it_is() {
    let world = two_partners().await;
    let sinks = [Sink::answering([]).await, Sink::answering([]).await];
    for (by, sink) in [ours(), theirs()].iter().zip(&sinks) {
        // Each with files of its own.
        let client = world.client_of(by.clone());
        let papers = world.upload_papers_of(&client).await;
        let registration = world.registration(&papers, &sink.url("/kyb"));
        client.register_business(&registration).await.unwrap();
    }
    world.mock.settle().await;
    for (by, sink) in [ours(), theirs()].iter().zip(&sinks) {
        assert_eq!(sink.requests().len(), 10);
        let receiver = CallbackReceiver::new(by.clone(), "/kyb");
        for request in sink.requests() {
            receiver.receive(&request.headers, &request.body).unwrap();
        }
    }
    // The mock's own surface is for whoever tests: it shows both.
    let (_, listed) = world.own(Method::GET, "businesses", None).await;
    let partners: Vec<_> =
        listed.as_array().unwrap().iter().map(|b| b["partner"].clone()).collect();
    assert_eq!(partners, [DEFAULT_CLIENT_ID, "BRN-other"]);
}
