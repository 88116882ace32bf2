//! Steps that many stories have in common, and callbacks in short.

use bytes::Bytes;
use doku_mock::{CallbackRecord, MockDoku};
use doku_types::partner::registration::RegisteredBusiness;
use http::{Method, Request, Response, StatusCode};
use serde_json::Value;

use crate::{Papers, Sink, World, path, set_header};

impl World {
    /// Uploads the papers and registers the sample, whose callbacks go to `sink`.
    pub async fn registered(&self, sink: &Sink) -> RegisteredBusiness {
        let papers = self.upload_papers().await;
        let registration = self.registration(&papers, &sink.url("/kyb"));
        let reply = self.client.register_business(&registration).await.expect("a registration");
        self.mock.settle().await;
        reply.into_inner().business
    }

    /// The sample with these papers, as a document to be changed.
    pub fn document(&self, papers: &Papers, callback_url: &str) -> Value {
        let registration = self.registration(papers, callback_url);
        serde_json::to_value(registration).expect("a registration can be written")
    }

    /// A signed `POST /business`, with an outcome if there is one.
    pub fn register(&self, document: &Value, outcome: Option<&str>) -> Request<Bytes> {
        with_outcome(self.signed(Method::POST, &path("/business"), &bytes(document)), outcome)
    }

    /// A signed `PUT /business/{brand id}`, with an outcome if there is one.
    pub fn update(
        &self,
        brand: impl AsRef<str>,
        document: &Value,
        outcome: Option<&str>,
    ) -> Request<Bytes> {
        let path = path(&format!("/business/{}", brand.as_ref()));
        with_outcome(self.signed(Method::PUT, &path, &bytes(document)), outcome)
    }

    /// A signed Get Business Data, and the document that comes back.
    pub async fn get(&self, brand: impl AsRef<str>) -> Value {
        let path = path(&format!("/business/{}", brand.as_ref()));
        let reply = self.send(self.signed(Method::GET, &path, b"")).await;
        assert_eq!(reply.status(), StatusCode::OK, "{:?}", reply.body());
        json(&reply)
    }

    /// Sends, waits until no callback is on its way, and returns status and document.
    pub async fn answer(&self, request: Request<Bytes>) -> (u16, Value) {
        let reply = self.send(request).await;
        self.mock.settle().await;
        (reply.status().as_u16(), json(&reply))
    }

    /// Asks the mock's own API, `/_mock/…`; a document is sent as JSON.
    pub async fn own(&self, method: Method, path: &str, document: Option<&Value>) -> (u16, Value) {
        let body = document.map(bytes).unwrap_or_default();
        let mut request = self.plain(method, &format!("/_mock/{path}"), &body);
        if document.is_some() {
            set_header(&mut request, "content-type", "application/json");
        }
        self.answer(request).await
    }

    /// Every callback in short, from a number of them on.
    pub fn told(&self, after: usize) -> Vec<String> {
        self.mock.callbacks().iter().skip(after).map(in_short).collect()
    }
}

/// Its body, as JSON.
pub fn json(reply: &Response<Bytes>) -> Value {
    let text = String::from_utf8_lossy(reply.body());
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}"))
}

/// The texts of a refusal.
///
/// # Panics
/// When it is none, or has another status.
pub fn refusal(answer: &(u16, Value), status: u16) -> Vec<&str> {
    let texts = answer.1["message"].as_array().filter(|_| answer.0 == status);
    let texts = texts.unwrap_or_else(|| panic!("no refusal with {status}: {answer:?}"));
    texts.iter().map(|text| text.as_str().unwrap_or_default()).collect()
}

/// Type, status and entity's code; how the delivery went; the notes.
pub fn in_short(record: &CallbackRecord) -> String {
    let callback = &record.callback;
    let code = callback.entity.as_ref().and_then(|entity| entity.code.clone());
    let statuses = record.attempts.iter().map(|attempt| match attempt.status {
        Some(status) => status.to_string(),
        None => "none".to_owned(),
    });
    let mut words = vec![callback.callback_type.to_string(), callback.status.to_string()];
    words.extend(code);
    words.push(format!("{:?}", record.state).to_lowercase());
    words.extend(statuses);
    words.extend(callback.reject_notes.iter().map(|note| format!("| {note}")));
    words.join(" ")
}

/// Whether this many callbacks are acknowledged.
pub fn delivered(count: usize) -> impl Fn(&MockDoku) -> bool {
    move |mock| {
        let callbacks = mock.callbacks();
        let acknowledged = |record: &&CallbackRecord| {
            record.attempts.iter().any(|attempt| matches!(attempt.status, Some(200..=299)))
        };
        callbacks.iter().filter(acknowledged).count() == count
    }
}

fn with_outcome(mut request: Request<Bytes>, outcome: Option<&str>) -> Request<Bytes> {
    if let Some(outcome) = outcome {
        set_header(&mut request, "doku-mock-outcome", outcome);
    }
    request
}

fn bytes(document: &Value) -> Vec<u8> {
    serde_json::to_vec(document).expect("a document can be written")
}
