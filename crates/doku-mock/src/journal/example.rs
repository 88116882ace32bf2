//! Exchanges for the tests.

use bytes::Bytes;
use doku_types::{Timestamp, partner::endpoint::Endpoint};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{Head, Journal, ReceivedRequest, Told, Touched, record::MAX_KEPT_BODY};
use crate::{auth::Asked, explanation::Explanation};

/// A request and its answer, of which a journal may be told again and again.
#[derive(Debug)]
pub(super) struct Example {
    /// With as much of its body as was read.
    pub(super) request: Request<Bytes>,
    pub(super) operation: Endpoint,
    pub(super) partner: Option<&'static str>,
    pub(super) explanation: Option<Explanation>,
    pub(super) callbacks: Vec<i64>,
    pub(super) touched: Option<Touched>,
    pub(super) faults: Vec<String>,
    pub(super) headers: HeaderMap,
    pub(super) answer: Bytes,
}

impl Example {
    /// Of a request for a token with so much in its body.
    pub(super) fn of(body: usize) -> Self {
        Self {
            request: Request::post("/x?name=budi").body(vec![b'n'; body].into()).unwrap(),
            operation: Endpoint::GenerateToken,
            partner: Some("BRN-1"),
            explanation: None,
            callbacks: Vec::new(),
            touched: None,
            faults: Vec::new(),
            headers: HeaderMap::new(),
            answer: Bytes::from_static(b"secret"),
        }
    }

    /// What programs ask most: a signed Check Requirements.
    pub(super) fn check_requirements() -> Self {
        let target = "/adv-core-api/partner/v1.0/file?businessType=PERSONAL&businessLegalEntity=PERSEORANGAN&brandBusinessLine=RETAIL&businessContactNationality=ID";
        let mut request = Request::get(target).body(Bytes::new()).unwrap();
        *request.headers_mut() = headers(&[
            ("host", "127.0.0.1:8480"),
            ("user-agent", "doku-partner/0.1.0"),
            ("accept", "application/json"),
            ("client-id", "BRN-0001-1700000000000"),
            ("request-id", "3f8e1f8a-7a0e-4f0c-9b1b-6d1f5b0a2c11"),
            ("request-timestamp", "2026-11-22T03:04:05Z"),
            ("signature", "HMACSHA256=lLNZFIcPD67hnxRmebbeDpauGjqfGs5hsOL210+P0D8="),
        ]);
        let headers = headers(&[
            ("content-type", "application/json"),
            ("doku-mock-assumptions", "A14,A16,A23"),
            ("client-id", "BRN-0001-1700000000000"),
            ("request-id", "3f8e1f8a-7a0e-4f0c-9b1b-6d1f5b0a2c11"),
            ("response-timestamp", "2026-11-22T03:04:05Z"),
            ("signature", "HMACSHA256=l9tAJ1lQnn+VuaymFQYEC6DTX3oBJQj5dwoBNSjugrM="),
        ]);
        Self {
            request,
            operation: Endpoint::CheckRequirements,
            partner: Some("BRN-0001-1700000000000"),
            headers,
            // As long as the answer for PERSONAL.
            answer: vec![b'x'; 556].into(),
            ..Self::of(0)
        }
    }

    pub(super) fn head(&self) -> Head {
        Head::of(self.request.method(), self.request.uri(), self.request.headers())
    }

    pub(super) fn received(&self) -> ReceivedRequest<'_> {
        ReceivedRequest {
            at: Timestamp::from_millis(0),
            asked: Some(Asked {
                partner: self.partner.map(Into::into),
                body: self.request.body().clone(),
                explanation: self.explanation.clone(),
                ..Asked::new(self.operation)
            }),
            callbacks: self.callbacks.clone(),
            touched: self.touched.clone(),
            faults: self.faults.clone(),
            head: self.head(),
            status: StatusCode::OK,
            answer: Some(self.told()),
            latency_ms: 1,
        }
    }

    pub(super) fn told(&self) -> Told<'_> {
        Told { status: StatusCode::OK, headers: &self.headers, body: &self.answer }
    }
}

impl Journal {
    pub(super) fn write_down(&self, example: &Example) {
        self.received(example.received(), |_| false);
    }
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
        .collect()
}

/// Any exchange that HTTP knows.
pub(super) fn any_example() -> impl Strategy<Value = Example> {
    let request = ("[A-Z]{1,20}", any_target(), any_headers(), any_body());
    let partner = select(&[None, Some("BRN-1")][..]);
    (request, partner, any_headers(), any_body()).prop_map(|(request, partner, headers, answer)| {
        let (method, target, asked, body) = request;
        let mut request = Request::new(body);
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = target;
        *request.headers_mut() = asked;
        Example { request, partner, headers, answer, ..Example::of(0) }
    })
}

/// Any that HTTP knows: names that come again, bytes that are no text, marks that it is kept with.
fn any_headers() -> impl Strategy<Value = HeaderMap> {
    let name = prop_oneof![
        select(&["client-id", "content-length", "transfer-encoding", "a"][..])
            .prop_map(str::to_owned),
        "[a-z0-9!#$%&'*+.^_`|~-]{1,12}",
    ];
    let odd = vec((0..=u8::MAX).prop_filter("no value has it", |byte| is_in_value(*byte)), 0..20);
    let value = prop_oneof![odd, "[0-9:;]{0,3}".prop_map(String::into_bytes)];
    vec((name, value, any::<bool>()), 0..12).prop_map(|headers| {
        let header = |(name, value, is_sensitive): (String, Vec<u8>, bool)| {
            let mut value = HeaderValue::from_bytes(&value).unwrap();
            value.set_sensitive(is_sensitive);
            (name.parse::<HeaderName>().unwrap(), value)
        };
        let mut map = HeaderMap::new();
        for (name, value) in headers.into_iter().map(header) {
            map.append(name, value);
        }
        map
    })
}

fn is_in_value(byte: u8) -> bool {
    HeaderValue::from_bytes(&[byte]).is_ok()
}

fn any_body() -> impl Strategy<Value = Bytes> {
    let length = prop_oneof![0..3_usize, MAX_KEPT_BODY - 2..MAX_KEPT_BODY + 3];
    (any::<u8>(), length).prop_map(|(byte, length)| vec![byte; length].into())
}

fn any_target() -> impl Strategy<Value = Uri> {
    let before = select(&["", "/", "http://[::1]:80/", "https://budi:pw@a.id", "*"][..]);
    (before, "[a-z0-9/%é]{0,20}", prop_oneof![Just(0), 4000..4200_usize], "[a-z=&é]{0,9}")
        .prop_filter_map("no target", |(before, path, fill, query)| {
            format!("{before}{path}{}?{query}", "é".repeat(fill / 2)).parse().ok()
        })
}
