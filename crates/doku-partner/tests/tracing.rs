//! What a call tells by `tracing`: one span each, and a warning of whatever was not as it should be.
#![allow(missing_docs)]

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use doku_mock::MockDoku;
use doku_partner::{
    Body, Environment, FileUpload, HyperTransport, PartnerClient, PartnerClientBuilder,
    RetryPolicy, Transport, TransportError,
};
use doku_types::partner::{
    file::FilePurpose, requirements::RequirementsQuery, token::TokenRequest,
};
use http::{Request, Response};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};

type Fields = BTreeMap<String, String>;

/// What was told by this thread.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    spans: Vec<(u64, Fields)>,
    events: Vec<(Level, Fields)>,
}

impl Told {
    /// Listens until the guard is dropped.
    fn listen() -> (Self, DefaultGuard) {
        let told = Self::default();
        let subscriber = tracing_subscriber::registry().with(told.clone());
        (told, tracing::subscriber::set_default(subscriber))
    }

    /// The fields of the spans, in the order in which they began.
    fn spans(&self) -> Vec<Fields> {
        let state = self.0.lock().unwrap();
        state.spans.iter().map(|(_, fields)| fields.clone()).collect()
    }

    fn warnings(&self) -> Vec<Fields> {
        let state = self.0.lock().unwrap();
        let warnings = state.events.iter().filter(|(level, _)| *level == Level::WARN);
        warnings.map(|(_, fields)| fields.clone()).collect()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Told {
    fn on_new_span(&self, span: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        if span.metadata().target().starts_with("doku_partner") {
            let mut fields = Fields::from([("span".into(), span.metadata().name().into())]);
            span.record(&mut Texts(&mut fields));
            self.0.lock().unwrap().spans.push((id.into_u64(), fields));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut state = self.0.lock().unwrap();
        // An id may be used again once its span is closed.
        let last = state.spans.iter_mut().rev().find(|(of, _)| *of == id.into_u64());
        if let Some((_, fields)) = last {
            values.record(&mut Texts(fields));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target().starts_with("doku_partner") {
            let mut fields = Fields::new();
            event.record(&mut Texts(&mut fields));
            let span = context.event_span(event).map(|span| span.name().to_owned());
            fields.insert("span".into(), span.unwrap_or_default());
            self.0.lock().unwrap().events.push((*event.metadata().level(), fields));
        }
    }
}

struct Texts<'a>(&'a mut Fields);

impl Visit for Texts<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

fn builder(mock: &MockDoku) -> PartnerClientBuilder {
    let environment = Environment::custom(mock.base_url()).unwrap();
    let ids = std::sync::atomic::AtomicU32::new(1);
    PartnerClient::builder(environment, mock.credentials().clone())
        .retry(RetryPolicy::new().base(Duration::ZERO))
        .request_ids(move || {
            format!("request-{}", ids.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
        })
}

/// The mock, behind somebody who answers 500 so many times first.
fn troubled(times: u32) -> impl Transport {
    let left = Arc::new(Mutex::new(times));
    let inner = HyperTransport::builder().no_proxy().build();
    move |request: Request<Body>| {
        let (left, inner) = (Arc::clone(&left), inner.clone());
        async move {
            let strikes = {
                let mut left = left.lock().unwrap();
                let strikes = *left > 0;
                *left = left.saturating_sub(1);
                strikes
            };
            if strikes {
                let trouble = Response::builder().status(500);
                let body = Bytes::from_static(br#"{"message":["TRY AGAIN"]}"#);
                return Ok::<_, TransportError>(trouble.body(body).unwrap());
            }
            inner.send(request).await
        }
    }
}

/// The latency is another each time.
fn without_latency(mut fields: Fields) -> Vec<(String, String)> {
    let latency = fields.remove("latency_ms").expect("a latency");
    assert!(latency.parse::<u64>().unwrap() < 60_000, "{latency}");
    fields.into_iter().collect()
}

fn texts<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec()
}

#[tokio::test]
async fn each_call_is_one_span() {
    let mock = MockDoku::start().await;
    let client = builder(&mock).build();
    let (told, _listening) = Told::listen();
    client.check_requirements(&RequirementsQuery::personal()).await.unwrap();
    let png = &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..];
    let upload = FileUpload::bytes(FilePurpose::photo_proof(), "shop.png", png);
    client.upload_file(&upload).await.unwrap();
    let spans: Vec<_> = told.spans().into_iter().map(without_latency).collect();
    let base = "/adv-core-api/partner/v1.0";
    assert_eq!(
        spans,
        [
            texts([
                ("attempt", "1"),
                ("method", "GET"),
                ("operation", "Check Requirements"),
                // Without the query.
                ("path", &format!("{base}/file")),
                ("request_id", "request-1"),
                ("span", "doku_call"),
                ("status", "200"),
            ]),
            texts([
                ("attempt", "1"),
                ("method", "POST"),
                ("operation", "Generate Token"),
                ("path", &format!("{base}/token")),
                ("request_id", "request-2"),
                ("span", "doku_call"),
                ("status", "200"),
            ]),
            // It is sent without a Request-Id.
            texts([
                ("attempt", "1"),
                ("method", "POST"),
                ("operation", "Upload File"),
                ("path", &format!("{base}/file")),
                ("span", "doku_call"),
                ("status", "200"),
            ]),
        ]
    );
    assert_eq!(told.warnings(), []);
}

#[tokio::test]
async fn a_call_that_fails_is_a_span_with_the_last_status() {
    let mock = MockDoku::start().await;
    let client = builder(&mock).transport(troubled(u32::MAX)).build();
    let (told, _listening) = Told::listen();
    client.generate_token(&TokenRequest::new()).await.unwrap_err();
    let span = told.spans().remove(0);
    assert_eq!((span["status"].as_str(), span["attempt"].as_str()), ("500", "4"));
    assert!(span.contains_key("latency_ms"));

    let down = Environment::custom("http://127.0.0.1:1").unwrap();
    let down = PartnerClient::builder(down, mock.credentials().clone());
    let down = down.retry(RetryPolicy::never()).build();
    down.generate_token(&TokenRequest::new()).await.unwrap_err();
    let span = told.spans().remove(1);
    assert_eq!((span.get("status"), span["attempt"].as_str()), (None, "1"));
}

#[tokio::test]
async fn each_repetition_is_warned_of_within_the_span() {
    let mock = MockDoku::start().await;
    let client = builder(&mock).transport(troubled(2)).build();
    let (told, _listening) = Told::listen();
    let reply = client.generate_token(&TokenRequest::new()).await.unwrap();
    assert_eq!(reply.attempts, 3);
    let spans = told.spans();
    assert_eq!(spans.len(), 1);
    assert_eq!((spans[0]["status"].as_str(), spans[0]["attempt"].as_str()), ("200", "3"));
    let warnings = told.warnings();
    assert_eq!(warnings.len(), 2);
    for (warning, attempt) in warnings.iter().zip(["1", "2"]) {
        assert_eq!(warning["message"], "sending it again");
        assert_eq!((warning["attempt"].as_str(), warning["span"].as_str()), (attempt, "doku_call"));
        assert!(warning["error"].contains("TRY AGAIN"), "{warning:?}");
        assert!(warning.contains_key("wait"), "{warning:?}");
    }
}

#[tokio::test]
async fn a_corrected_clock_is_warned_of_with_the_seconds() {
    let mock = MockDoku::start().await;
    let (now, two_hours) = (mock.clock(), Duration::from_secs(7200));
    let ahead = move || now() + two_hours;
    let client = builder(&mock).clock(ahead).build();
    let (told, _listening) = Told::listen();
    client.generate_token(&TokenRequest::new()).await.unwrap();
    let warnings = told.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0]["message"].contains("clock is off"), "{warnings:?}");
    let seconds: i64 = warnings[0]["seconds"].parse().unwrap();
    // A header tells whole seconds, and the way takes its time.
    assert!((-7202..=-7190).contains(&seconds), "{seconds}");
    assert_eq!(warnings[0]["span"], "doku_call");
    let span = told.spans().remove(0);
    assert_eq!((span["status"].as_str(), span["attempt"].as_str()), ("200", "2"));
}
