//! Requests that the gateway refuses, by their headers, path or bearer, and the exact answer.

use std::time::Duration;

use bytes::Bytes;
use contract::{World, assert_answer, path, set_header};
use doku_partner::Credentials;
use doku_types::{Timestamp, partner::token::TokenRequest};
use http::{Method, Request};
use serde_json::json;

const TOKEN: &[u8] = br#"{"grant_type":"client_credentials"}"#;

fn gateway(code: &str, message: &str) -> String {
    format!(
        r#"{{"error":{{"code":"{code}","message":"{message}","type":"invalid_request_error"}}}}"#
    )
}

async fn refused(world: &World, request: Request<Bytes>, code: &str, message: &str) {
    let reply = world.send(request).await;
    assert_answer(&reply, 400, &gateway(code, message));
    // The header checks do not sign their refusals (A14).
    assert!(!reply.headers().contains_key("signature"));
}

#[tokio::test]
async fn headers_are_asked_for_one_after_the_other() {
    let world = World::new().await;
    let mut request = world.plain(Method::POST, &path("/token"), TOKEN);
    let whole = world.signed(Method::POST, &path("/token"), TOKEN);
    for name in ["Client-Id", "Request-Id", "Request-Timestamp", "Signature"] {
        let message = format!("Header {name} is required");
        refused(&world, request.clone(), "invalid_header_request", &message).await;
        request.headers_mut().insert(name, whole.headers()[name].clone());
    }
    assert_eq!(world.send(request).await.status(), 200);
}

#[tokio::test]
async fn the_checks_come_in_the_gateways_order() {
    let world = World::new().await;
    // Everything is wrong at once; each mended fault uncovers the next.
    let mut request = world.plain(Method::POST, &path("/token"), b"not json");
    set_header(&mut request, "client-id", "BRN-unknown");
    set_header(&mut request, "request-id", "request-1");
    set_header(&mut request, "signature", "nonsense");
    set_header(&mut request, "request-timestamp", "yesterday");
    let malformed = "Invalid format Header Request-Timestamp";
    refused(&world, request.clone(), "invalid_header_request", malformed).await;
    set_header(&mut request, "request-timestamp", "2020-08-11T08:45:42Z");
    let stale = "Header Request-Timestamp is not in +- 3600 second of now";
    refused(&world, request.clone(), "request_time_out_of_range", stale).await;
    set_header(&mut request, "request-timestamp", &world.mock.now().to_string());
    refused(&world, request.clone(), "invalid_client_id", "Invalid Client-Id").await;
    set_header(&mut request, "client-id", doku_mock::DEFAULT_CLIENT_ID);
    refused(&world, request, "invalid_signature", "Invalid Header Signature").await;
    let reply = world.send(world.signed(Method::POST, &path("/token"), b"not json")).await;
    let message = "the document is not readable: a syntax error at line 1 column 2";
    assert_answer(&reply, 400, &json!({"message": [message]}).to_string());
    assert!(reply.headers().contains_key("signature"));
}

#[tokio::test]
async fn a_request_id_has_at_most_128_visible_characters() {
    let world = World::new().await;
    let send = |id: String| {
        world.signed_with(Method::POST, &path("/token"), TOKEN, move |headers| {
            headers.request_id = id
        })
    };
    let message = "Invalid format Header Request-Id";
    refused(&world, send("x".repeat(129)), "invalid_header_request", message).await;
    refused(&world, send("a\tb".to_owned()), "invalid_header_request", message).await;
    for fine in ["x".repeat(128), "a b".to_owned()] {
        assert_eq!(world.send(send(fine)).await.status(), 200);
    }
}

#[tokio::test]
async fn a_timestamp_is_utc_in_whole_seconds_within_an_hour() {
    let world = World::new().await;
    let send = |timestamp: &str| {
        let timestamp = timestamp.to_owned();
        world.signed_with(Method::POST, &path("/token"), TOKEN, |headers| {
            headers.timestamp = timestamp
        })
    };
    for text in [
        "2026-11-22T10:04:05+07:00",
        "2026-11-22T03:04:05.000Z",
        "2026-11-22 03:04:05Z",
        "1795316645",
    ] {
        let message = "Invalid format Header Request-Timestamp";
        refused(&world, send(text), "invalid_header_request", message).await;
    }
    // The machine's own clock counts too, so a time far from both is asked for.
    let far = Timestamp::parse("2001-01-01T00:00:00Z").unwrap();
    let stale = "Header Request-Timestamp is not in +- 3600 second of now";
    refused(&world, send(&far.to_string()), "request_time_out_of_range", stale).await;
    for (offset, status) in [(-3600, 200), (3600, 200), (-3601, 400), (3601, 400)] {
        let early = Timestamp::parse("2001-01-01T02:00:00Z");
        let world = World::with(|builder| builder.clock(doku_mock::Clock::Manual(early))).await;
        let now = world.mock.now().as_millis();
        let at = Timestamp::from_millis(now + offset * 1000).to_string();
        let request = world
            .signed_with(Method::POST, &path("/token"), TOKEN, |headers| headers.timestamp = at);
        assert_eq!(world.send(request).await.status(), status, "{offset} s");
    }
}

#[tokio::test]
async fn a_signature_covers_method_path_body_and_ids() {
    let world = World::new().await;
    let wrong = "Invalid Header Signature";
    let signed = world.signed(Method::POST, &path("/token"), TOKEN);

    let mut other = signed.clone();
    *other.body_mut() = Bytes::from_static(br#"{"grant_type": "client_credentials"}"#);
    refused(&world, other, "invalid_signature", wrong).await;

    let mut other = signed.clone();
    *other.uri_mut() = format!("{}{}", world.base_url(), path("/business")).parse().unwrap();
    refused(&world, other, "invalid_signature", wrong).await;

    for (name, value) in
        [("request-id", "request-2"), ("signature", "HMACSHA256=AAAA"), ("signature", "x")]
    {
        let mut other = signed.clone();
        set_header(&mut other, name, value);
        refused(&world, other, "invalid_signature", wrong).await;
    }

    // A GET with the digest of an empty body, which DOKU refuses.
    let target = path("/business/BRN-1");
    let mut get = world.signed(Method::GET, &target, b"");
    let credentials = world.mock.credentials();
    let headers = doku_signing::non_snap::SignedHeaders::read(
        get.headers(),
        doku_signing::non_snap::Form::Request,
    )
    .unwrap();
    let component = headers.component(&target, Some(doku_signing::Digest::of(b"")));
    let signature = component.sign(doku_signing::non_snap::Form::Request, &credentials.secret_key);
    set_header(&mut get, "signature", &signature.to_string());
    refused(&world, get, "invalid_signature", wrong).await;
}

#[tokio::test]
async fn the_query_is_not_signed_unless_asked_for() {
    let query = "?businessType=PERSONAL&businessLegalEntity=PERSEORANGAN&brandBusinessLine=RETAIL&businessContactNationality=ID";
    let target = format!("{}{query}", path("/file"));
    for accept in [false, true] {
        let world =
            World::with(|builder| if accept { builder.accept_query_in_target() } else { builder })
                .await;
        let now = world.mock.now();
        let headers =
            world.mock.credentials().sign_request(&Method::GET, &target, b"", "request-1", now);
        let mut request = world.plain(Method::GET, &target, b"");
        headers.write(request.headers_mut(), doku_signing::non_snap::Form::Request).unwrap();
        assert_eq!(world.send(request).await.status(), if accept { 200 } else { 400 });
        let request = world.signed(Method::GET, &target, b"");
        assert_eq!(world.send(request).await.status(), 200);
    }
}

#[tokio::test]
async fn an_unknown_path_is_404_and_another_method_405() {
    let world = World::new().await;
    let reply = world.send(world.plain(Method::GET, &path("/nothing"), b"")).await;
    let message = "No static resource adv-core-api/partner/v1.0/nothing.";
    assert_answer(&reply, 404, &json!({"message": message}).to_string());
    let reply = world.send(world.plain(Method::DELETE, &path("/token"), b"")).await;
    assert_answer(&reply, 405, r#"{"message":"Request method 'DELETE' is not supported"}"#);
    assert_eq!(reply.headers()["allow"], "POST");
}

#[tokio::test]
async fn a_bearer_has_to_be_ours_and_alive() {
    let world = World::new().await;
    let elsewhere =
        World::with(|builder| builder.partner(Credentials::new("BRN-elsewhere", "SK-elsewhere")))
            .await;
    let token = |world: &World| {
        let client = world.client.clone();
        async move { client.generate_token(&TokenRequest::minutes(1)).await.unwrap().into_inner().token }
    };
    let ours = token(&world).await;
    let foreign = token(&elsewhere).await;
    let upload = |authorization: Option<String>| {
        let mut request = world.plain(Method::POST, &path("/file"), b"");
        if let Some(authorization) = authorization {
            set_header(&mut request, "authorization", &authorization);
        }
        let world = &world;
        async move { world.send(request).await }
    };
    let (message, signature) = ours.expose().rsplit_once('.').unwrap();
    let (first, rest) = signature.split_at(1);
    let tampered = format!("{message}.{}{rest}", if first == "A" { "B" } else { "A" });
    for (authorization, message) in [
        (None, "Header Authorization is required, once"),
        (Some("Basic eDp5".to_owned()), "Header Authorization is not of the form Bearer <token>"),
        (Some("Bearer".to_owned()), "Header Authorization is not of the form Bearer <token>"),
        (Some("Bearer nonsense".to_owned()), "The access token is malformed"),
        (Some(format!("Bearer {tampered}")), "The access token is not one of this server's"),
        (Some(format!("Bearer {}", foreign.expose())), "The access token is of an unknown client"),
    ] {
        let reply = upload(authorization).await;
        assert_answer(&reply, 401, &gateway("invalid_token", message));
    }

    world.mock.advance(Duration::from_secs(59)).await.unwrap();
    let reply = upload(Some(format!("bearer {}", ours.expose()))).await;
    assert_eq!(reply.status(), 400, "alive: only the form is missing");
    world.mock.advance(Duration::from_secs(1)).await.unwrap();
    let reply = upload(Some(format!("Bearer {}", ours.expose()))).await;
    assert_answer(&reply, 401, &gateway("invalid_token", "The access token expired"));
}

#[tokio::test]
async fn a_page_that_calls_the_mock_by_another_name_learns_nothing() {
    let world = World::new().await;
    for (host, status) in [
        ("localhost", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:1", 200),
        ("doku.test", 200),
        ("evil.example", 403),
        ("evil.example@127.0.0.1", 403),
        ("127.0.0.1.evil.example", 403),
    ] {
        for target in ["/_mock/ready", "/_mock/callbacks", "/_mock/assumptions"] {
            let mut request = world.plain(Method::GET, target, b"");
            set_header(&mut request, "host", host);
            assert_eq!(world.send(request).await.status(), status, "{host} {target}");
        }
    }
}
