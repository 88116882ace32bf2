//! A Request-Id is one request: repeated, it is answered again and not done again (A13).

use std::time::Duration;

use bytes::Bytes;
use contract::{Sink, World, delivered, json, path};
use doku_mock::{DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY};
use doku_partner::Credentials;
use doku_signing::non_snap::{Form, SignedHeaders};
use http::{Method, Request, Response};
use serde_json::json;

const TOKEN: &[u8] = br#"{"grant_type":"client_credentials"}"#;
const USED: &str = r#"{"error":{"code":"idempotent_request","message":"The Request-Id was used before, with another request","type":"invalid_request_error"}}"#;

/// A request with this Request-Id, signed now.
fn named(world: &World, id: &str, method: Method, path: &str, body: &[u8]) -> Request<Bytes> {
    world.signed_with(method, path, body, |headers| headers.request_id = id.to_owned())
}

fn is(reply: &Response<Bytes>, status: u16, body: &[u8]) -> bool {
    (reply.status().as_u16(), reply.body().as_ref()) == (status, body)
}

async fn document(world: &World, sink: &Sink) -> Vec<u8> {
    let papers = world.upload_papers().await;
    serde_json::to_vec(&world.document(&papers, &sink.url("/kyb"))).unwrap()
}

#[tokio::test]
async fn a_repeated_registration_is_answered_alike_with_409_and_done_once() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let body = document(&world, &sink).await;
    let send = || named(&world, "once", Method::POST, &path("/business"), &body);
    let first = world.send(send()).await;
    assert_eq!(first.status(), 200);
    // Signed another time, it is the same request all the same.
    world.mock.advance(Duration::from_secs(60)).await.unwrap();
    let second = world.send(send()).await;
    assert!(is(&second, 409, first.body()), "{second:?}");
    assert_eq!(second.headers()["doku-mock-assumptions"], "A01,A13,A14,A21,A24,A25");

    let ours = Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY);
    let headers = SignedHeaders::read(second.headers(), Form::Response).unwrap();
    assert_eq!(headers.request_id, "once");
    ours.verify_response(&Method::POST, &path("/business"), second.body(), &headers).unwrap();
    assert_eq!(headers.timestamp, world.mock.now().to_string(), "signed when it was sent");

    world.mock.settle().await;
    assert_eq!(world.mock.businesses().len(), 1);
    assert_eq!((world.told(0).len(), sink.requests().len()), (10, 10));
}

#[tokio::test]
async fn the_same_id_with_another_body_path_or_method_is_refused() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let body = document(&world, &sink).await;
    let business = path("/business");
    let reply = world.send(named(&world, "one", Method::POST, &business, &body)).await;
    let brand = json(&reply)["business"]["brands"][0]["id"].as_str().unwrap().to_owned();
    let of_brand = path(&format!("/business/{brand}"));
    world.mock.settle().await;

    let mut other = body.clone();
    other.push(b' ');
    let lite = include_bytes!("../samples/create-business-lite.request.json");
    for request in [
        named(&world, "one", Method::POST, &business, &other),
        named(&world, "one", Method::POST, &path("/token"), TOKEN),
        named(&world, "one", Method::POST, &path("/business/lite/registration"), lite),
        named(&world, "one", Method::PUT, &of_brand, &body),
    ] {
        let what = format!("{} {}", request.method(), request.uri().path());
        let reply = world.send(request).await;
        assert!(is(&reply, 409, USED.as_bytes()), "{what}: {reply:?}");
        assert!(reply.headers().contains_key("signature"), "{what}");
    }
    assert_eq!(world.mock.businesses().len(), 1);
    assert_eq!(world.told(0).len(), 10);
}

#[tokio::test]
async fn a_repeated_update_is_done_once() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let brand = world.registered(&sink).await.brands[0].id.clone();
    let of_brand = path(&format!("/business/{brand}"));
    let update = br#"{"business":{"description":"Teh"}}"#;
    let first = world.send(named(&world, "put", Method::PUT, &of_brand, update)).await;
    let second = world.send(named(&world, "put", Method::PUT, &of_brand, update)).await;
    assert_eq!(first.status(), 200);
    assert!(is(&second, 409, first.body()), "{second:?}");
    world.mock.settle().await;
    assert_eq!(world.told(10).len(), 2);
}

#[tokio::test]
async fn what_was_refused_leaves_its_id_free() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let body = document(&world, &sink).await;
    let business = path("/business");
    for refused in [&b"not json"[..], br#"{"business":{}}"#] {
        let reply = world.send(named(&world, "free", Method::POST, &business, refused)).await;
        assert_eq!(reply.status(), 400);
    }
    let mut unsigned = named(&world, "free", Method::POST, &business, &body);
    contract::set_header(&mut unsigned, "signature", "HMACSHA256=AAAA");
    assert_eq!(world.send(unsigned).await.status(), 400);
    let mut refused = named(&world, "free", Method::POST, &business, &body);
    contract::set_header(&mut refused, "doku-mock-outcome", "product.reject.VA");
    assert_eq!(world.send(refused).await.status(), 400, "an outcome that does not apply");
    let reply = world.send(named(&world, "free", Method::POST, &business, &body)).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
}

#[tokio::test]
async fn an_id_is_free_again_after_24_hours_of_the_engines_clock() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let body = document(&world, &sink).await;
    let send = || named(&world, "daily", Method::POST, &path("/business"), &body);
    assert_eq!(world.send(send()).await.status(), 200);
    world.mock.advance(Duration::from_secs(86_399)).await.unwrap();
    assert_eq!(world.send(send()).await.status(), 409);
    world.mock.advance(Duration::from_secs(1)).await.unwrap();
    assert_eq!(world.send(send()).await.status(), 200);
    assert_eq!(world.send(send()).await.status(), 409, "kept anew");
    assert_eq!(world.mock.businesses().len(), 2);
}

#[tokio::test]
async fn a_get_is_never_a_replay() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let brand = world.registered(&sink).await.brands[0].id.clone();
    let of_brand = path(&format!("/business/{brand}"));
    let token = named(&world, "read", Method::POST, &path("/token"), TOKEN);
    assert_eq!(world.send(token).await.status(), 200);
    for _ in 0..2 {
        // Not even with the id of another request.
        let reply = world.send(named(&world, "read", Method::GET, &of_brand, b"")).await;
        assert_eq!(reply.status(), 200);
    }
    let update = br#"{"business":{"description":"Teh"}}"#;
    let reply = world.send(named(&world, "put", Method::GET, &of_brand, b"")).await;
    assert_eq!(reply.status(), 200);
    let reply = world.send(named(&world, "put", Method::PUT, &of_brand, update)).await;
    assert_eq!(reply.status(), 200, "a GET uses no id up");
}

#[tokio::test]
async fn twenty_copies_at_once_are_one_registration() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let body = document(&world, &sink).await;
    let request = named(&world, "twenty", Method::POST, &path("/business"), &body);
    let replies = (0..20).map(|_| {
        let request = request.clone();
        let transport = doku_partner::HyperTransport::new();
        tokio::spawn(async move {
            doku_partner::Transport::send(&transport, request.map(Into::into))
                .await
                .expect("an answer")
        })
    });
    let mut statuses = Vec::new();
    let mut bodies = std::collections::BTreeSet::new();
    for reply in replies.collect::<Vec<_>>() {
        let reply = reply.await.unwrap();
        statuses.push(reply.status().as_u16());
        bodies.insert(reply.body().clone());
    }
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, &[409; 19][..]));
    assert_eq!(bodies.len(), 1, "each is told the same");
    world.wait_until("ten callbacks", delivered(10)).await;
    assert_eq!((world.mock.businesses().len(), sink.requests().len()), (1, 10));
}

#[tokio::test]
async fn a_repeated_token_request_gives_the_same_token_which_still_works() {
    let world = World::new().await;
    let send = || named(&world, "token", Method::POST, &path("/token"), TOKEN);
    let first = world.send(send()).await;
    world.mock.advance(Duration::from_secs(60)).await.unwrap();
    let second = world.send(send()).await;
    assert!(is(&second, 409, first.body()), "{second:?}");
    let token = json(&second)["token"].as_str().unwrap().to_owned();
    let mut upload = world.plain(Method::POST, &path("/file"), b"");
    contract::set_header(&mut upload, "authorization", &format!("Bearer {token}"));
    assert_eq!(world.send(upload).await.status(), 400, "not 401: only the body is wrong");
}

#[tokio::test]
async fn an_outcome_is_no_part_of_what_makes_a_request_the_same() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let body = document(&world, &sink).await;
    let first = named(&world, "id", Method::POST, &path("/business"), &body);
    let mut second = first.clone();
    contract::set_header(&mut second, "doku-mock-outcome", "reject.BUSINESS");
    assert_eq!(world.send(first).await.status(), 200);
    assert_eq!(world.send(second).await.status(), 409);
    let shown = world.mock.business(&world.mock.businesses()[0]).unwrap();
    assert_eq!(json!(shown.status), "ACTIVE");
}

#[tokio::test]
async fn a_used_id_is_told_before_anything_that_is_wrong_with_the_request() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let body = document(&world, &sink).await;
    let business = path("/business");
    let first = world.send(named(&world, "used", Method::POST, &business, &body)).await;
    assert_eq!(first.status(), 200);
    let other = world.send(named(&world, "used", Method::POST, &business, b"not json")).await;
    assert_eq!(other.status(), 409);
    assert!(other.body().starts_with(br#"{"error":{"code":"idempotent_request""#));
    let mut same = named(&world, "used", Method::POST, &business, &body);
    contract::set_header(&mut same, "doku-mock-outcome", "no outcome");
    let again = world.send(same).await;
    assert_eq!((again.status().as_u16(), again.body()), (409, first.body()));
}
