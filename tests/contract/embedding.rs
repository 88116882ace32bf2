//! The mock inside a test's own process: no socket, no port, callbacks as values.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use contract::{PNG, json, path, start};
use doku_mock::{Builder, Clock, DeliveryState, Direction, Expectation, MockDoku, StartError};
use doku_partner::callback::CallbackReceiver;
use doku_signing::non_snap::Form;
use doku_types::{
    Timestamp,
    code::{CallbackType, Status},
    partner::{endpoint::Endpoint, registration::Registration},
};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

fn builder() -> Builder {
    MockDoku::builder().clock(Clock::Manual(Some(start()))).seed(7)
}

/// A mock whose callbacks are kept, and answered with 200.
async fn with_receiver() -> (MockDoku, Arc<Mutex<Vec<Request<Bytes>>>>) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&kept);
    let receiver = move |callback| {
        keep.lock().unwrap().push(callback);
        async { StatusCode::OK }
    };
    (builder().receiver(receiver).start().await.unwrap(), kept)
}

/// Sends a signed request without a socket.
async fn call(
    mock: &MockDoku,
    id: &str,
    method: Method,
    path: &str,
    body: &[u8],
) -> Response<Bytes> {
    let mut request = Request::builder().method(&method).uri(path);
    let headers = mock.credentials().sign_request(&method, path, body, id, mock.now());
    headers.write(request.headers_mut().unwrap(), Form::Request).unwrap();
    mock.call(request.body(body.to_vec()).unwrap()).await
}

/// Uploads a file by a multipart body written by hand; its id.
async fn upload(mock: &MockDoku, token: &str, category: &str, code: &str) -> String {
    let mut body = Vec::new();
    for (name, value) in [("category", category), ("code", code)] {
        let part =
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(PNG);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let request = Request::post(path("/file"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "multipart/form-data; boundary=x")
        .body(body)
        .unwrap();
    let reply = mock.call(request).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    json(&reply)["id"].as_str().unwrap().to_owned()
}

/// The sample with files of its own.
async fn document(mock: &MockDoku) -> Value {
    let body = br#"{"grant_type":"client_credentials"}"#;
    let token = json(&call(mock, "token", Method::POST, &path("/token"), body).await);
    let token = token["token"].as_str().unwrap();
    let sample = include_bytes!("../samples/business-registration.request.json");
    let mut document: Value = serde_json::from_slice(sample).unwrap();
    let business = &mut document["business"];
    business["brands"][0]["photo_proofs"][0]["id"] =
        upload(mock, token, "PHOTO_PROOF", "").await.into();
    let contact = &mut business["contacts"][0];
    contact["documents"][0]["id"] = upload(mock, token, "DOCUMENT", "KTP").await.into();
    contact["owner_liveness"]["id"] = upload(mock, token, "OWNER_LIVENESS", "").await.into();
    document
}

async fn register(mock: &MockDoku) -> Value {
    register_document(mock, &document(mock).await).await
}

async fn register_document(mock: &MockDoku, document: &Value) -> Value {
    let body = serde_json::to_vec(document).unwrap();
    let reply = call(mock, "register", Method::POST, &path("/business"), &body).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    json(&reply)["business"].clone()
}

#[tokio::test]
async fn the_whole_flow_needs_no_socket() {
    let (mock, kept) = with_receiver().await;
    mock.expect(Expectation::request(Endpoint::UploadFile).answered(200).times(3));
    mock.expect(Expectation::callback(CallbackType::Business).status(Status::Active));
    let registered = register(&mock).await;
    let id = registered["id"].as_str().unwrap();
    let all = |mock: &MockDoku| {
        let callbacks = mock.callbacks();
        callbacks.len() == 10 && callbacks.iter().all(|c| c.state == DeliveryState::Delivered)
    };
    mock.wait_for(all).await.unwrap();

    // Whatever the URL: nobody listens at partner.example.
    let receiver = CallbackReceiver::new(mock.credentials().clone(), "/doku/callbacks");
    let kept: Vec<_> = std::mem::take(&mut *kept.lock().unwrap());
    let told = kept.iter().map(|request| {
        assert_eq!(request.uri(), "https://partner.example/doku/callbacks");
        receiver.receive(request.headers(), request.body()).unwrap().callback
    });
    let told: Vec<_> = told.collect();
    let records = mock.callbacks();
    assert!(told.iter().eq(records.iter().map(|record| &record.callback)));

    assert_eq!(mock.business(id).unwrap().status, Some(Status::Active));
    let suspended = mock.decide(id, "suspend".parse().unwrap(), &["Gambling"]).await.unwrap();
    assert_eq!(suspended.brands[0].reject_notes, ["Gambling"]);
    let refused = mock.decide(id, "suspend".parse().unwrap(), &[]).await.unwrap_err();
    assert_eq!(
        (refused.status, refused.to_string().as_str()),
        (409, "every brand is suspended so already: use activate to lift it")
    );
    let nobody = mock.decide("BSN-0", "approve".parse().unwrap(), &[]).await.unwrap_err();
    assert_eq!((nobody.status, nobody.message.as_str()), (404, "BUSINESS NOT FOUND"));
    mock.settle().await;
    assert_eq!(mock.resend(1).await, Some(DeliveryState::Delivered));
    assert_eq!(mock.resend(99).await, None);

    let journal = mock.journal();
    let sent = journal.iter().filter(|entry| matches!(entry.direction, Direction::Sent { .. }));
    assert_eq!((sent.count(), journal.len()), (12, 17));
    let Direction::Received { operation, callbacks, .. } = &journal[4].direction else {
        panic!("{:?}", journal[4]);
    };
    assert_eq!(*operation, Some(Endpoint::BusinessRegistration));
    assert_eq!(*callbacks, (1..=10).collect::<Vec<_>>());
    assert_eq!(mock.shutdown().await, 0);
}

#[tokio::test]
async fn an_invitation_is_completed_in_the_process() {
    let (mock, _) = with_receiver().await;
    let lite = include_bytes!("../samples/create-business-lite.request.json");
    let operation = path("/business/lite/registration");
    let invited = json(&call(&mock, "lite", Method::POST, &operation, lite).await);
    let id = invited["business"]["id"].as_str().unwrap();
    let body = serde_json::to_vec(&document(&mock).await).unwrap();
    let registration = Registration::parse(&body).unwrap();
    let outcome = Some("reject.BUSINESS_BANK".parse().unwrap());
    let completed = mock.complete(id, registration.clone(), outcome).await.unwrap();
    assert_eq!(completed.status, Some(Status::Rejected));
    let again = mock.complete(id, registration, None).await.unwrap_err();
    assert_eq!(again.status, 409);
    mock.settle().await;
    assert_eq!(mock.callbacks().len(), 8);
}

#[tokio::test]
async fn a_receiver_that_panics_fails_only_its_attempt() {
    let first = Mutex::new(true);
    let receiver = move |_| {
        let panics = std::mem::take(&mut *first.lock().unwrap());
        async move {
            assert!(!panics, "the receiver's own bug");
            StatusCode::OK
        }
    };
    let mock = builder().receiver(receiver).start().await.unwrap();
    register(&mock).await;
    mock.settle().await;
    let callbacks = mock.callbacks();
    assert_eq!(callbacks[0].attempts[0].error.as_deref(), Some("the receiver panicked"));
    assert!(callbacks[1..].iter().all(|told| told.state == DeliveryState::Delivered));
    assert_eq!(mock.advance(std::time::Duration::from_secs(1800)).await.unwrap(), 1);
    assert_eq!(mock.callbacks()[0].state, DeliveryState::Delivered);
}

#[tokio::test]
async fn what_was_expected_and_has_not_happened_panics_when_the_mock_is_dropped() {
    let (mock, _) = with_receiver().await;
    mock.expect(Expectation::request(Endpoint::BusinessRegistration).times(2));
    mock.expect(Expectation::callback(CallbackType::Brand).status(Status::Active).times(1..=3));
    mock.expect(Expectation::request(Endpoint::GenerateToken).answered(200));
    register(&mock).await;
    mock.settle().await;
    mock.expect(Expectation::callback(CallbackType::Business).status(Status::Rejected));
    let dropped = std::panic::catch_unwind(AssertUnwindSafe(|| drop(mock))).unwrap_err();
    let text = dropped.downcast_ref::<String>().unwrap();
    assert_eq!(
        text,
        "the mock was dropped, and expected 2 x request Business Registration, seen 1 x; expected 1 x acknowledged callback BUSINESS REJECTED, seen 0 x"
    );
}

#[tokio::test]
async fn a_mock_that_waits_in_vain_says_how_the_callbacks_stand() {
    let (mock, _) = with_receiver().await;
    let decided = json!({"callback": "drop"});
    let request = Request::post("/_mock/faults")
        .header("content-type", "application/json")
        .body(decided.to_string())
        .unwrap();
    assert_eq!(mock.call(request).await.status(), 200);
    register(&mock).await;
    let error = mock.wait_for(|mock| mock.businesses().len() == 2).await.unwrap_err().to_string();
    assert!(error.starts_with("not within 10 s: BUSINESS_CONTACT Dropped, "), "{error}");
}

#[tokio::test]
async fn a_clock_that_could_not_run_starts_no_mock() {
    let year_2200 = Timestamp::from_millis(7_258_118_400_000);
    for clock in [
        Clock::Scaled(0),
        Clock::Scaled(100_000_001),
        Clock::Manual(Some(year_2200)),
        Clock::Manual(Some(Timestamp::from_millis(-1))),
    ] {
        let error = MockDoku::builder().clock(clock).start().await.unwrap_err();
        assert!(matches!(error, StartError::Clock), "{clock:?}: {error}");
    }
}

#[tokio::test]
async fn the_record_of_a_callback_is_shown_without_its_url_and_what_it_says() {
    let (mock, _) = with_receiver().await;
    let mut document = document(&mock).await;
    document["business"]["callback_url"] = json!("http://127.0.0.1:1/x?key=marker-1");
    let registered = register_document(&mock, &document).await;
    let id = registered["id"].as_str().unwrap();
    mock.decide(id, "suspend".parse().unwrap(), &["marker-2"]).await.unwrap();
    mock.settle().await;
    let record = mock.callbacks().pop().unwrap();
    assert!(record.url.contains("marker-1") && record.body.contains("marker-2"));
    let shown = format!("{record:?}");
    assert!(!shown.contains("marker") && shown.contains("Delivered"), "{shown}");
    assert!(shown.contains(&record.request_id) && shown.contains(id), "{shown}");
}
