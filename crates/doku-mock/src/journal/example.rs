//! Exchanges for the tests.

use bytes::Bytes;
use doku_types::{Timestamp, partner::endpoint::Endpoint};
use http::{HeaderMap, HeaderValue, Request, StatusCode};

use super::{Head, ReceivedRequest, Told, Touched};
use crate::{auth::Asked, explanation::Explanation};

/// A request and its answer, of which a journal may be told again and again.
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

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
        .collect()
}
