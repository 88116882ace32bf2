//! Callbacks of the mock, received behind axum, behind hyper and by the listener: each is handed over
//! once, and nothing that is not DOKU's.
#![cfg(feature = "receiver")]
#![allow(missing_docs)]

use std::{collections::BTreeSet, future::poll_fn, net::SocketAddr, pin::Pin, time::Duration};

use bytes::Bytes;
use doku_mock::{CallbackFault, DeliveryState, FaultKind, MockDoku};
use doku_partner::{
    Credentials, Environment, FileUpload, HyperTransport, PartnerClient, Transport,
    callback::{CallbackError, CallbackReceiver, testing},
    receiver::{self, CallbackListener, Callbacks},
};
use doku_signing::non_snap::Form;
use doku_types::{
    Timestamp,
    code::{CallbackType, DocumentCode, Status},
    partner::{callback::Callback, file::FilePurpose, registration::Registration},
};
use futures_core::Stream;
use http::{Method, Request};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

const PATIENCE: Duration = Duration::from_secs(30);
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR";

fn ours() -> Credentials {
    Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret")
}

fn receiver(path: &str) -> CallbackReceiver {
    CallbackReceiver::new(ours(), path)
}

/// Where callbacks come in: how it is served makes no difference to them.
struct Served {
    address: SocketAddr,
    callbacks: Callbacks,
    /// Of a server that is the test's own.
    server: Option<JoinHandle<()>>,
}

async fn behind_axum(receiver: CallbackReceiver) -> Served {
    let (service, callbacks) = receiver::service(receiver);
    let app = axum::Router::new()
        .route("/health", axum::routing::get(|| async { "up" }))
        .route_service("/kyb", service);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    Served { address, callbacks, server: Some(server) }
}

async fn behind_hyper(receiver: CallbackReceiver) -> Served {
    let (service, callbacks) = receiver::service(receiver);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        // Its connections end with it.
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let stream = TokioIo::new(stream);
            connections.spawn(http1::Builder::new().serve_connection(stream, service.clone()));
        }
    });
    Served { address, callbacks, server: Some(server) }
}

async fn by_the_listener(receiver: CallbackReceiver) -> Served {
    let listener = CallbackListener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    Served { address, callbacks: listener.serve(receiver), server: None }
}

impl Served {
    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What is answered to this request.
    async fn answers(&self, request: Request<Bytes>) -> (u16, String) {
        let transport = HyperTransport::builder().no_proxy().build();
        let answer = transport.send(request.map(Into::into)).await.unwrap();
        let text = String::from_utf8(answer.body().to_vec()).unwrap();
        (answer.status().as_u16(), text)
    }
}

/// Registers a merchant whose callbacks go to this URL, and waits until they are through.
async fn register(mock: &MockDoku, callback_url: String) {
    let environment = Environment::custom(mock.base_url()).unwrap();
    let client = PartnerClient::builder(environment, mock.credentials().clone()).build();
    let sample = include_bytes!("../../../tests/samples/business-registration.request.json");
    let mut registration = Registration::parse(sample).unwrap();
    let business = &mut registration.business;
    business.callback_url = Some(callback_url);
    let upload = async |purpose| {
        let upload = FileUpload::bytes(purpose, "paper.png", PNG);
        client.upload_file(&upload).await.unwrap().into_inner().id
    };
    let contact = &mut business.contacts[0];
    contact.documents[0].id = upload(FilePurpose::document(DocumentCode::Ktp)).await;
    contact.owner_liveness = Some(upload(FilePurpose::owner_liveness()).await.into());
    business.brands[0].photo_proofs = vec![upload(FilePurpose::photo_proof()).await.into()];
    client.register_business(&registration).await.unwrap();
    mock.settle().await;
}

/// The next one, which has to come in time.
async fn next(callbacks: &mut Callbacks) -> <Callbacks as Stream>::Item {
    tokio::time::timeout(PATIENCE, callbacks.next()).await.expect("one in time").unwrap()
}

/// All that was handed over, or is while nothing else is left to be.
async fn handed_over(callbacks: &mut Callbacks) -> Vec<(String, Callback)> {
    let mut handed = Vec::new();
    // What is acknowledged is in the queue already.
    while let Some(received) = now_or_never(callbacks).await {
        let received = received.unwrap();
        handed.push((received.request_id, received.callback));
    }
    handed
}

/// By the stream, without waiting.
async fn now_or_never(callbacks: &mut Callbacks) -> Option<<Callbacks as Stream>::Item> {
    use std::task::Poll;
    poll_fn(|context| match Pin::new(&mut *callbacks).poll_next(context) {
        Poll::Ready(item) => Poll::Ready(item),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

fn callback(kind: &str) -> Callback {
    Callback::builder()
        .callback_type(CallbackType::from(kind))
        .status(Status::Active)
        .business("BSN-1")
        .build()
}

fn signed(url: &str, kind: &str, id: &str) -> Request<Bytes> {
    testing::signed(&ours(), url, &callback(kind), id, Timestamp::from_millis(1_700_000_000_000))
}

#[tokio::test]
async fn each_callback_of_the_mock_is_handed_over_once_though_it_is_sent_twice() {
    for served in [
        behind_axum(receiver("/kyb")).await,
        behind_hyper(receiver("/kyb")).await,
        by_the_listener(receiver("/kyb")).await,
    ] {
        let mock = MockDoku::start().await;
        mock.arm(CallbackFault::new(FaultKind::Duplicate)).unwrap();
        register(&mock, served.url("/kyb")).await;
        let records = mock.callbacks();
        assert_eq!(records.len(), 10);
        for record in &records {
            assert_eq!(record.state, DeliveryState::Delivered);
            let statuses: Vec<_> = record.attempts.iter().map(|attempt| attempt.status).collect();
            assert_eq!(statuses, [Some(200), Some(200)], "sent twice, and thanked for twice");
        }

        let mut callbacks = served.callbacks;
        let handed = handed_over(&mut callbacks).await;
        let told: Vec<_> = records.iter().map(|record| &record.callback).collect();
        assert_eq!(handed.iter().map(|(_, callback)| callback).collect::<Vec<_>>(), told);
        let ids: BTreeSet<_> = handed.iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), 10);
    }
}

#[tokio::test]
async fn a_type_that_nobody_has_heard_of_is_handed_over() {
    let mut served = behind_axum(receiver("/kyb")).await;
    let request = signed(&served.url("/kyb"), "A_TYPE_OF_2031", "event-1");
    assert_eq!(served.answers(request).await.0, 200);
    let received = next(&mut served.callbacks).await.unwrap();
    assert_eq!(received.callback.callback_type.as_str(), "A_TYPE_OF_2031");
    assert_eq!(
        (received.request_id.as_str(), received.callback.status),
        ("event-1", Status::Active)
    );
}

#[tokio::test]
async fn what_is_wrongly_signed_is_refused_and_told_and_the_next_one_is_received() {
    let mut served = by_the_listener(receiver("/kyb")).await;
    let url = served.url("/kyb");
    let mut forged = signed(&url, "BUSINESS", "event-1");
    *forged.body_mut() = Bytes::from_static(br#"{"type":"BUSINESS","status":"REJECTED"}"#);
    let (status, text) = served.answers(forged).await;
    assert_eq!(status, 400);
    assert!(!text.is_empty() && !text.contains("REJECTED"), "{text}");
    let refused = next(&mut served.callbacks).await.unwrap_err();
    assert!(matches!(refused, CallbackError::Signature(_)), "{refused}");

    // Rightly signed, but no callback.
    let mut empty = Request::post(&url).body(Bytes::from_static(b"[]")).unwrap();
    ours().sign_http_request(&mut empty, "event-2", Timestamp::from_millis(0)).unwrap();
    assert_eq!(served.answers(empty).await.0, 400);
    let refused = next(&mut served.callbacks).await.unwrap_err();
    assert!(matches!(refused, CallbackError::Body(_)), "{refused}");

    // The forged one has not used up the id of the genuine one.
    assert_eq!(served.answers(signed(&url, "BUSINESS", "event-1")).await.0, 200);
    let received = next(&mut served.callbacks).await.unwrap();
    assert_eq!(received.callback, callback("BUSINESS"));
}

#[tokio::test]
async fn a_callback_url_may_have_a_query() {
    let served = by_the_listener(receiver("/kyb?merchant=7")).await;
    let mock = MockDoku::start().await;
    // The mock signs the path alone.
    register(&mock, served.url("/kyb?merchant=7")).await;
    assert!(mock.callbacks().iter().all(|record| record.state == DeliveryState::Delivered));
    let target = mock.journal().last().unwrap().target.clone();
    assert_eq!(target.path_and_query().unwrap(), "/kyb?merchant=7");

    // Path and query are taken, too (A04).
    let url = served.url("/kyb?merchant=7");
    let body = serde_json::to_vec(&callback("BRAND")).unwrap();
    let at = Timestamp::from_millis(0);
    let with_query = ours().sign_request(&Method::POST, "/kyb?merchant=7", &body, "event-1", at);
    let mut request = Request::post(&url).body(Bytes::from(body)).unwrap();
    with_query.write(request.headers_mut(), Form::Request).unwrap();
    assert_eq!(served.answers(request).await.0, 200);

    let other = by_the_listener(receiver("/other")).await;
    assert_eq!(other.answers(signed(&other.url("/kyb"), "BRAND", "event-2")).await.0, 400);
    let mut callbacks = served.callbacks;
    assert_eq!(handed_over(&mut callbacks).await.len(), 11);
}

#[tokio::test]
async fn while_the_key_is_changed_both_are_taken() {
    let new = Credentials::new(ours().client_id, "SK-the-new-key");
    let at = Timestamp::from_millis(0);
    let by_new = |url: &str| testing::signed(&new, url, &callback("BUSINESS"), "event-2", at);

    let both = behind_hyper(receiver("/kyb").or_key("SK-the-new-key")).await;
    let url = both.url("/kyb");
    assert_eq!(both.answers(signed(&url, "BUSINESS", "event-1")).await.0, 200);
    assert_eq!(both.answers(by_new(&url)).await.0, 200);

    let old = behind_hyper(receiver("/kyb")).await;
    assert_eq!(old.answers(by_new(&old.url("/kyb"))).await.0, 400);
    let third = Credentials::new(ours().client_id, "SK-of-somebody");
    let forged = testing::signed(&third, &url, &callback("BUSINESS"), "event-3", at);
    assert_eq!(both.answers(forged).await.0, 400);
}

#[tokio::test]
async fn the_stream_ends_when_the_service_is_gone_after_what_is_in_it() {
    for mut served in [behind_axum(receiver("/kyb")).await, behind_hyper(receiver("/kyb")).await] {
        assert_eq!(served.answers(signed(&served.url("/kyb"), "BRAND", "event-1")).await.0, 200);
        let server = served.server.take().unwrap();
        server.abort();
        assert!(server.await.unwrap_err().is_cancelled());
        let ends = async {
            let mut count = 0;
            while let Some(received) =
                poll_fn(|context| Pin::new(&mut served.callbacks).poll_next(context)).await
            {
                received.unwrap();
                count += 1;
            }
            count
        };
        assert_eq!(tokio::time::timeout(PATIENCE, ends).await, Ok(1));
    }
}

#[tokio::test]
async fn the_listener_ends_with_its_callbacks() {
    let served = by_the_listener(receiver("/kyb")).await;
    assert_eq!(served.answers(signed(&served.url("/kyb"), "BRAND", "event-1")).await.0, 200);
    let address = served.address;
    drop(served);
    // The port is given back as soon as its task has been told.
    let closed = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, closed).await.expect("it ends");
}

#[tokio::test]
async fn what_was_acknowledged_before_the_end_is_still_to_be_had() {
    let mut served = behind_axum(receiver("/kyb")).await;
    let url = served.url("/kyb");
    assert_eq!(served.answers(signed(&url, "BRAND", "event-1")).await.0, 200);
    served.callbacks.close();
    assert_eq!(served.answers(signed(&url, "BRAND", "event-2")).await.0, 503);
    assert_eq!(next(&mut served.callbacks).await.unwrap().request_id, "event-1");
    let end = tokio::time::timeout(PATIENCE, served.callbacks.next()).await.unwrap();
    assert!(end.is_none(), "{end:?}");
}

#[tokio::test]
async fn what_nobody_takes_is_left_with_doku_to_be_sent_again() {
    let served = behind_axum(receiver("/kyb")).await;
    let url = served.url("/kyb");
    let mock = MockDoku::start().await;
    drop(served.callbacks);
    register(&mock, url).await;
    let first = &mock.callbacks()[0];
    assert_eq!(first.attempts[0].status, Some(503));
    assert_eq!(first.state, DeliveryState::Pending);
}
