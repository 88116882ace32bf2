//! Callbacks: signed, in order, after their cause, repeated on the ladder.

use std::time::Duration;

use contract::{Sink, World, render_head, start};
use doku_mock::{CallbackRecord, Clock, DeliveryState, MockDoku};
use doku_partner::{Credentials, callback::CallbackReceiver};
use doku_signing::{SignatureError, VerifyError};
use doku_types::code::CallbackType;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::snapshot;

const PATH: &str = "/doku/callbacks";

async fn registered(world: &World, sink: &Sink) {
    let papers = world.upload_papers().await;
    let registration = world.registration(&papers, &sink.url(PATH));
    world.client.register_business(&registration).await.unwrap();
}

fn all_in(state: DeliveryState) -> impl Fn(&MockDoku) -> bool {
    move |mock| {
        let callbacks = mock.callbacks();
        !callbacks.is_empty() && callbacks.iter().all(|callback| callback.state == state)
    }
}

#[tokio::test]
async fn every_type_is_told_once_in_order_and_rightly_signed() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    registered(&world, &sink).await;
    world.wait_until("all delivered", all_in(DeliveryState::Delivered)).await;

    let receiver = CallbackReceiver::new(world.mock.credentials().clone(), PATH);
    let mut told = String::new();
    for request in sink.requests() {
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", PATH));
        let received = receiver.receive(&request.headers, &request.body).unwrap();
        assert_eq!(received.timestamp, start().to_string());
        told.push_str(std::str::from_utf8(&request.body).unwrap());
        told.push('\n');
    }
    for kind in CallbackType::all() {
        assert_eq!(told.matches(&format!("\"type\":\"{kind}\"")).count(), 1, "{kind}");
    }
    snapshot!("callbacks_of_an_approval", told);
}

#[tokio::test]
async fn a_forged_or_foreign_callback_is_refused() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    registered(&world, &sink).await;
    world.wait_until("all delivered", all_in(DeliveryState::Delivered)).await;
    let request = sink.requests().remove(0);

    let receive = |client: &str, key: &str, path: &str, body: &[u8]| {
        CallbackReceiver::new(Credentials::new(client, key), path)
            .receive(&request.headers, body)
            .map(|received| received.request_id)
    };
    let ours = world.mock.credentials().clone();
    let (client, key) = (ours.client_id.as_str(), ours.secret_key.expose());
    let mismatch = Err(VerifyError::Signature(SignatureError::Mismatch).into());
    assert!(receive(client, key, PATH, &request.body).is_ok());
    assert!(receive(client, key, "/doku/callbacks?a=1", &request.body).is_ok());
    assert_eq!(receive(client, key, "/other", &request.body), mismatch);
    assert_eq!(receive(client, "SK-other", PATH, &request.body), mismatch);
    assert_eq!(receive(client, key, PATH, b"{}"), mismatch);
    assert_eq!(
        receive("BRN-other", key, PATH, &request.body),
        Err(VerifyError::OtherClient.into())
    );
}

#[tokio::test]
async fn a_refused_callback_is_repeated_after_30_minutes_6_and_12_hours_then_given_up() {
    let world = World::new().await;
    // The first callback is refused four times; the nine others are taken at once.
    let refuse_first = [500, 200, 200, 200, 200, 200, 200, 200, 200, 200, 503, 302, 404];
    let sink = Sink::answering(refuse_first).await;
    registered(&world, &sink).await;
    let attempts = |wanted: usize| {
        move |mock: &MockDoku| {
            mock.callbacks().iter().map(|c| c.attempts.len()).sum::<usize>() == wanted
        }
    };
    world.wait_until("ten first attempts", attempts(10)).await;
    for (minutes, delivered) in [(29, 0), (1, 1), (329, 0), (1, 1), (359, 0), (1, 1), (1440, 0)] {
        let by = Duration::from_secs(minutes * 60);
        assert_eq!(world.mock.advance(by).await.unwrap(), delivered, "after {minutes} minutes");
    }

    let callbacks = world.mock.callbacks();
    let (first, others) = callbacks.split_first().unwrap();
    assert_eq!(first.state, DeliveryState::Exhausted);
    let answers: Vec<_> = first.attempts.iter().map(|attempt| attempt.status.unwrap()).collect();
    assert_eq!(answers, [500, 503, 302, 404]);
    let times: Vec<_> = first.attempts.iter().map(|attempt| attempt.at.to_string()).collect();
    assert_eq!(
        times,
        [
            "2026-11-22T03:04:05Z",
            "2026-11-22T03:34:05Z",
            "2026-11-22T09:04:05Z",
            "2026-11-22T15:04:05Z",
        ]
    );
    assert!(others.iter().all(|callback| callback.state == DeliveryState::Delivered));

    // The same event each time, signed afresh.
    let receiver = CallbackReceiver::new(world.mock.credentials().clone(), PATH);
    let repeated: Vec<_> = sink
        .requests()
        .into_iter()
        .map(|request| receiver.receive(&request.headers, &request.body).unwrap())
        .filter(|received| received.request_id == first.request_id)
        .collect();
    assert_eq!(repeated.len(), 4);
    assert_eq!(repeated[3].timestamp, "2026-11-22T15:04:05Z");
}

#[tokio::test]
async fn the_first_attempt_comes_after_the_reply_that_caused_it() {
    let world = World::new().await;
    let papers = world.upload_papers().await;
    let callbacks = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/x", callbacks.local_addr().unwrap());
    let body = serde_json::to_vec(&world.registration(&papers, &url)).unwrap();
    let request = world.signed(http::Method::POST, &contract::path("/business"), &body);

    let mut socket = tokio::net::TcpStream::connect(world.mock.address()).await.unwrap();
    socket.write_all(render_head(&request).as_bytes()).await.unwrap();
    // All but the last byte: the request is not whole, so nothing is registered or told.
    socket.write_all(&body[..body.len() - 1]).await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(100), callbacks.accept()).await;
    assert!(early.is_err(), "a callback came before its request was whole");
    socket.write_all(&body[body.len() - 1..]).await.unwrap();

    // By the time that somebody is called, the whole reply is there to be read without waiting.
    callbacks.accept().await.unwrap();
    let mut reply = vec![0; 64 << 10];
    let length = socket.try_read(&mut reply).unwrap();
    let reply = String::from_utf8_lossy(&reply[..length]).into_owned();
    assert!(reply.starts_with("HTTP/1.1 200 OK"), "{reply}");
    assert!(reply.ends_with("\"PENDING\"}]}]}}"), "{reply}");
}

#[tokio::test]
async fn a_client_that_leaves_without_its_reply_is_called_back_all_the_same() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    let body = serde_json::to_vec(&world.registration(&papers, &sink.url(PATH))).unwrap();
    let request = world.signed(http::Method::POST, &contract::path("/business"), &body);
    drop(world.write(&request).await);
    world.wait_until("all delivered", all_in(DeliveryState::Delivered)).await;
}

#[tokio::test]
async fn pipelined_registrations_are_each_called_back() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    let body = serde_json::to_vec(&world.registration(&papers, &sink.url(PATH))).unwrap();
    let mut all = Vec::new();
    for number in 0..20 {
        let target = contract::path("/business");
        let request = world.signed_with(http::Method::POST, &target, &body, |headers| {
            headers.request_id = format!("pipelined-{number}");
        });
        all.extend_from_slice(render_head(&request).as_bytes());
        all.extend_from_slice(&body);
    }
    let mut socket = tokio::net::TcpStream::connect(world.mock.address()).await.unwrap();
    // Nobody reads the replies of twenty requests that were written at once.
    socket.write_all(&all).await.unwrap();
    world
        .wait_until("all of all delivered", |mock| {
            let callbacks = mock.callbacks();
            callbacks.len() == 200
                && callbacks.iter().all(|callback| callback.state == DeliveryState::Delivered)
        })
        .await;
    drop(socket);
}

#[tokio::test]
async fn a_target_elsewhere_is_recorded_as_blocked_and_never_called() {
    let world = World::new().await;
    let papers = world.upload_papers().await;
    let registration = world.registration(&papers, "http://192.0.2.1/callbacks");
    world.client.register_business(&registration).await.unwrap();
    world.wait_until("all blocked", all_in(DeliveryState::Blocked)).await;
    let callbacks = world.mock.callbacks();
    assert_eq!(callbacks.len(), 10);
    let error = callbacks[0].attempts[0].error.as_deref().unwrap();
    assert!(error.contains("--callback-allow 192.0.2.1"), "{error}");
}

#[tokio::test]
async fn callbacks_can_be_looked_up_on_the_mock() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    registered(&world, &sink).await;
    world.wait_until("all delivered", all_in(DeliveryState::Delivered)).await;
    let reply = world.send(world.plain(http::Method::GET, "/_mock/callbacks", b"")).await;
    let listed: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 10);
    assert_eq!(listed[0]["state"], "delivered");
    assert_eq!(listed[0]["attempts"][0]["status"], 200);
}

#[tokio::test]
async fn without_a_callback_url_nobody_is_called() {
    let world = World::new().await;
    let papers = world.upload_papers().await;
    let mut registration = world.registration(&papers, "http://127.0.0.1:1/x");
    registration.business.callback_url = None;
    world.client.register_business(&registration).await.unwrap();
    assert_eq!(world.mock.callbacks(), []);
}

#[tokio::test]
async fn by_the_machines_clock_callbacks_are_delivered_too() {
    let world = World::with(|builder| builder.clock(Clock::Real)).await;
    let sink = Sink::answering([]).await;
    registered(&world, &sink).await;
    world.wait_until("all delivered", all_in(DeliveryState::Delivered)).await;
    assert_eq!(sink.requests().len(), 10);
}

#[tokio::test]
async fn what_is_not_yet_delivered_is_counted_when_the_mock_stops() {
    let world = World::new().await;
    // The first callback is taken and never answered, so the nine others wait behind it.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let papers = world.upload_papers().await;
    let url = format!("http://{}/x", silent.local_addr().unwrap());
    world.client.register_business(&world.registration(&papers, &url)).await.unwrap();
    let _held = silent.accept().await.unwrap();
    assert_eq!(world.mock.shutdown().await, 10);
}

#[tokio::test]
async fn a_mock_that_is_dropped_is_gone_with_its_connections_and_deliveries() {
    let world = World::new().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let papers = world.upload_papers().await;
    let url = format!("http://{}/x", silent.local_addr().unwrap());
    world.client.register_business(&world.registration(&papers, &url)).await.unwrap();
    let (mut delivery, _) = silent.accept().await.unwrap();
    let address = world.mock.address();
    let mut idle = tokio::net::TcpStream::connect(address).await.unwrap();

    drop(world);
    // Both connections end, without waiting for the 10 s of a delivery or the 30 s of a head.
    let ended = async {
        let mut rest = Vec::new();
        let _ = delivery.read_to_end(&mut rest).await;
        let _ = idle.read_to_end(&mut rest).await;
    };
    tokio::time::timeout(Duration::from_secs(3), ended).await.expect("both connections end");
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

/// A receiver by hand: reads a request, writes `answer`, closes the connection.
async fn by_hand(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}{PATH}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = Vec::new();
            // A callback's body ends in the one `}` that closes its document.
            while !request.ends_with(b"}") {
                if socket.read_buf(&mut request).await.unwrap_or_default() == 0 {
                    break;
                }
            }
            let _ = socket.write_all(answer.as_bytes()).await;
            // Closes just when the connection is used again, if it is.
            let again = socket.read_buf(&mut request);
            let _ = tokio::time::timeout(Duration::from_millis(5), again).await;
        }
    });
    url
}

#[tokio::test]
async fn a_receiver_that_closes_each_connection_unannounced_misses_nothing() {
    let world = World::new().await;
    let papers = world.upload_papers().await;
    let url = by_hand("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    for _ in 0..20 {
        world.client.register_business(&world.registration(&papers, &url)).await.unwrap();
    }
    world.wait_until("all delivered", all_in(DeliveryState::Delivered)).await;
    assert!(world.mock.callbacks().iter().all(|callback| callback.attempts.len() == 1));
}

#[tokio::test]
async fn a_2xx_acknowledges_whatever_becomes_of_its_body() {
    let world = World::new().await;
    let papers = world.upload_papers().await;
    let url = by_hand("HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\nxx").await;
    world.client.register_business(&world.registration(&papers, &url)).await.unwrap();
    let url = by_hand("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxx").await;
    world.client.register_business(&world.registration(&papers, &url)).await.unwrap();
    world.wait_until("all delivered", all_in(DeliveryState::Delivered)).await;
}

/// A callback is a POST of JSON from this machine to this machine, as the mock's own surface wants it.
#[tokio::test]
async fn a_callback_changes_nothing_where_its_url_is_of_the_mock_s_own_surface() {
    for own in ["callbacks/1/resend", "clock/advance", "faults"] {
        let world = World::new().await;
        let papers = world.upload_papers().await;
        let url = format!("{}/_mock/{own}", world.base_url());
        let reply = world.send(world.register(&world.document(&papers, &url), None)).await;
        assert_eq!(reply.status(), 200, "{reply:?}");
        world.wait_until("attempts", |mock| attempted_once_each(&mock.callbacks())).await;
        world.mock.settle().await;
        let callbacks = world.mock.callbacks();
        assert!(attempted_once_each(&callbacks), "{own}: {callbacks:?}");
        let mut answers = callbacks.iter().map(|callback| callback.attempts[0].status);
        assert!(answers.all(|status| status == Some(400)), "{own}: {callbacks:?}");
        assert_eq!(world.mock.now(), contract::start());
    }
}

fn attempted_once_each(callbacks: &[CallbackRecord]) -> bool {
    callbacks.len() == 10 && callbacks.iter().all(|callback| callback.attempts.len() == 1)
}
