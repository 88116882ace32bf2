//! Errors of every kind, each caused by something that is full of markers.

use bytes::Bytes;
use doku_mock::MockDoku;
use doku_partner::{
    Body, Error, ErrorKind, FileUpload, HyperTransport, TransportError, callback::CallbackReceiver,
    onboarding::Onboarding, operation::UploadFile,
};
use doku_signing::non_snap::Form;
use doku_types::{
    BearerToken, Timestamp,
    partner::{file::FilePurpose, requirements::RequirementsQuery, token::TokenRequest},
};
use http::{HeaderMap, Method, Request, Response};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::markers::{CONTENT, EMAIL, KEY, NIK, TOKEN, client, credentials, draft, files, mock};

/// An error, and all that it says.
pub(crate) struct Told {
    pub(crate) what: &'static str,
    pub(crate) kind: Option<ErrorKind>,
    pub(crate) text: String,
}

impl Told {
    fn of(what: &'static str, error: &Error) -> Self {
        let mut text = format!("{error} {error:#} {error:?} {error:#?}");
        text.push_str(&chain(error));
        text.push_str(&format!(
            "{:?} {:?} {:?} {:?} {:?} {:?}",
            error.pointers(),
            error.faults(),
            error.api_error(),
            error.api_error().map(ToString::to_string),
            error.advice(),
            error.request_id(),
        ));
        Self { what, kind: Some(error.kind()), text }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let (mut text, mut source) = (String::new(), error.source());
    while let Some(error) = source {
        text.push_str(&format!(" {error} {error:?} {error:#?}"));
        source = error.source();
    }
    text
}

pub(crate) async fn all() -> Vec<Told> {
    let mut all = Vec::new();
    for (what, status, headers, body) in answers() {
        all.push(Told::of(what, &answered(status, headers, body).await));
    }
    all.extend(before_sending().await);
    all.extend(on_the_way().await);
    all.extend(callbacks());
    all
}

type Headers = &'static [(&'static str, &'static str)];

/// What somebody may answer.
fn answers() -> Vec<(&'static str, u16, Headers, String)> {
    let gateway = |code: &str, message: &str| {
        format!(r#"{{"error":{{"code":"{code}","message":"{message}","type":"{NIK}"}}}}"#)
    };
    let said = format!("NIK {NIK} of {EMAIL} (key {KEY}) IS USED");
    vec![
        ("a refusal by the business", 400, &[], format!(r#"{{"message":["{said}","{said}"]}}"#)),
        ("trouble", 500, &[], format!(r#"{{"message":["{said}"]}}"#)),
        ("a refusal by the router", 404, &[], format!(r#"{{"message":"{said}"}}"#)),
        ("a refusal by the gateway", 400, &[], gateway("invalid_signature", &said)),
        ("another client", 401, &[], gateway("invalid_client_id", &said)),
        ("a wrong time", 400, &[], gateway("request_time_out_of_range", &said)),
        ("a conflict", 409, &[], gateway("idempotent_request", &said)),
        ("a code of 2031", 400, &[], gateway(NIK, &said)),
        ("too many", 429, &[("retry-after", "1")], gateway("too_many", &said)),
        ("a page", 200, &[], format!("<html>{said} marker</html>")),
        ("a success of another shape", 200, &[], format!(r#"{{"token":{{"{EMAIL}":"{NIK}"}}}}"#)),
        ("a redirect", 302, &[("location", "https://marker.example.com/marker")], String::new()),
        (
            "a wrong signature",
            200,
            &[
                ("client-id", "BRN-0001-1700000000000"),
                ("request-id", "request-1"),
                ("response-timestamp", "2026-11-22T03:04:05Z"),
                ("signature", "HMACSHA256=bWFya2VybWFya2VybWFya2VybWFya2VybWFya2VybWE="),
            ],
            format!(r#"{{"token":"{TOKEN}"}}"#),
        ),
        (
            "half of a signature",
            200,
            &[("signature", "marker")],
            format!(r#"{{"token":"{TOKEN}"}}"#),
        ),
    ]
}

/// What becomes of that.
async fn answered(status: u16, headers: Headers, body: String) -> Error {
    let canned = move |_: Request<Body>| {
        let mut answer = Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        let answer = answer.body(Bytes::from(body.clone())).unwrap();
        async move { Ok::<_, TransportError>(answer) }
    };
    let client = client("http://127.0.0.1:1").transport(canned).build();
    client.generate_token(&TokenRequest::new()).await.unwrap_err()
}

async fn before_sending() -> Vec<Told> {
    let mock = mock().await;
    let partner = client(mock.base_url()).build();
    let mut all = Vec::new();

    let gif = FileUpload::bytes(FilePurpose::photo_proof(), "marker.gif", CONTENT);
    all.push(Told::of("a file that does not fit", &partner.upload_file(&gif).await.unwrap_err()));
    let url = FileUpload::url(FilePurpose::photo_proof(), "ftp://marker.example.com/marker");
    all.push(Told::of("a URL that does not fit", &partner.upload_file(&url).await.unwrap_err()));

    let token = BearerToken::from("marker\r\nX: marker");
    let png = FileUpload::bytes(FilePurpose::photo_proof(), "marker.png", CONTENT);
    let error = partner.call(&UploadFile::new(&token, &png)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request, "{error}");
    all.push(Told::of("a token that is none", &error));

    let mut draft = draft();
    draft.business.contacts[0].documents[0].forms[0].value = format!("{NIK}-marker").into();
    draft.business.contacts[0].phone_number = EMAIL.into();
    draft.business.contacts[0].nationality = "marker".to_owned();
    let mut onboarding = Onboarding::new(&partner, RequirementsQuery::personal(), draft);
    for (name, file) in files() {
        onboarding.file(name, file);
    }
    let error = onboarding.submit().await.unwrap_err();
    assert!(error.faults().len() >= 3, "{error}");
    all.push(Told::of("a draft with faults", &error));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("marker.png");
    std::fs::write(&path, CONTENT).unwrap();
    let gone = FileUpload::path(FilePurpose::photo_proof(), &path).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    all.push(Told::of("a file that is gone", &partner.upload_file(&gone).await.unwrap_err()));
    let missing = FileUpload::path(FilePurpose::photo_proof(), &path).await.unwrap_err();
    let text = format!("{missing} {missing:?}{}", chain(&missing));
    all.push(Told { what: "a file that is not there", kind: None, text });
    all
}

async fn on_the_way() -> Vec<Told> {
    let mut all = Vec::new();
    let wish = TokenRequest::new();

    let mock = MockDoku::start().await;
    let by_another_key = client(mock.base_url()).build();
    let error = by_another_key.generate_token(&wish).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Signature, "{error}");
    all.push(Told::of("a wrong key", &error));

    let error = client("http://127.0.0.1:1").build().generate_token(&wish).await.unwrap_err();
    all.push(Told::of("nobody there", &error));

    for (what, answer) in [
        ("no HTTP", "marker marker marker\r\n\r\n"),
        ("headers of no form", "HTTP/1.1 200 OK\r\nmarker marker\r\n\r\n"),
        ("a broken answer", "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nmarker"),
        (
            "too much",
            "HTTP/1.1 200 OK\r\nx-marker: marker\r\ncontent-length: 9999999\r\n\r\nmarker",
        ),
    ] {
        let url = speaking(answer).await;
        let client = client(&url).build();
        all.push(Told::of(what, &client.generate_token(&wish).await.unwrap_err()));
        let error = client.register_business(&draft()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Ambiguous, "{error}");
        all.push(Told::of(what, &error));
    }

    for (what, answer) in [
        ("a proxy that asks for another password", "HTTP/1.1 407 marker\r\nx: marker\r\n\r\n"),
        ("a proxy that speaks no HTTP", "marker marker\r\n\r\n"),
        ("a proxy that leads to no TLS", "HTTP/1.1 200 OK\r\n\r\nmarker marker marker"),
    ] {
        let proxy = speaking(answer).await.replace("http://", "http://marker:marker@");
        let transport = HyperTransport::builder().proxy(&proxy).unwrap().build();
        let client = client("https://doku.test").transport(transport).build();
        let error = client.generate_token(&wish).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        all.push(Told::of(what, &error));
    }

    // Whoever refuses a token may repeat it.
    let body = format!(r#"{{"error":{{"code":"invalid_token","message":"{TOKEN} is no token"}}}}"#);
    let answer = Bytes::from(body);
    let refusing = move |_: Request<Body>| {
        let answer = Response::builder().status(401).body(answer.clone()).unwrap();
        async move { Ok::<_, TransportError>(answer) }
    };
    let client = client("http://127.0.0.1:1").transport(refusing).build();
    let (token, upload) = (BearerToken::from(TOKEN), files()[0].1.clone());
    let error = client.call(&UploadFile::new(&token, &upload)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    all.push(Told::of("a token that is refused", &error));
    all
}

/// A server that says this to each request.
async fn speaking(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 16384];
            // The requests are small, and their answers do not depend on them.
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(answer.as_bytes()).await;
            let _ = socket.shutdown().await;
        }
    });
    url
}

fn callbacks() -> Vec<Told> {
    let receiver = CallbackReceiver::new(credentials(), "/kyb");
    let signed = |body: &[u8]| {
        let at = Timestamp::from_millis(0);
        let signed = credentials().sign_request(&Method::POST, "/kyb", body, "event-1", at);
        let mut headers = HeaderMap::new();
        signed.write(&mut headers, Form::Request).unwrap();
        headers
    };
    let bodies: [&[u8]; 4] =
        [b"marker", b"[\"marker\"]", b"{\"marker\":\"marker\"}", b"{\"type\":7,\"marker\":1}"];
    let mut refused: Vec<_> =
        bodies.iter().map(|body| receiver.receive(&signed(body), body).unwrap_err()).collect();
    for name in ["client-id", "request-id", "request-timestamp", "signature"] {
        let mut headers = signed(b"{}");
        headers.insert(name, "marker".parse().unwrap());
        refused.push(receiver.receive(&headers, b"{}").unwrap_err());
        headers.insert(name, "marker \u{e9}".parse().unwrap());
        refused.push(receiver.receive(&headers, b"{}").unwrap_err());
    }
    let told = refused.iter().map(|error| {
        let text = format!("{error} {error:?} {error:#?}{}", chain(error));
        Told { what: "a callback that is refused", kind: None, text }
    });
    told.collect()
}
