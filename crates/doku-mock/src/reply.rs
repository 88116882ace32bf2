//! A reply of the mock: status, JSON, and the assumptions it stands on.

use std::ops::Range;

use axum::response::{IntoResponse, Response};
use doku_types::{
    code::GatewayCode,
    error::ApiError,
    validate::{Fault, capped},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// What an operation answers; the server signs it where it should be and sends it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
    pub(crate) assumptions: Vec<&'static str>,
    /// The outbox's places whose delivery starts once this reply was written.
    pub(crate) release: Option<Range<usize>>,
}

impl Reply {
    /// 200 with a document, standing on these assumptions.
    pub(crate) fn ok(document: &impl Serialize, assumptions: &[&'static str]) -> Self {
        Self::json(StatusCode::OK, document, assumptions)
    }

    /// Any status with a document.
    pub(crate) fn json(
        status: StatusCode,
        document: &impl Serialize,
        assumptions: &[&'static str],
    ) -> Self {
        // The mock's replies are maps with text keys: writing them cannot fail.
        let body = serde_json::to_vec(document).expect("a reply can be written");
        Self { status, body, assumptions: assumptions.to_vec(), release: None }
    }

    /// The gateway's refusal, HTTP 400.
    pub(crate) fn gateway(code: GatewayCode, message: &str) -> Self {
        let error = ApiError::gateway(code, message);
        Self::json(StatusCode::BAD_REQUEST, &error, &["A10"])
    }

    /// The business's refusal with one text.
    pub(crate) fn business(
        status: StatusCode,
        message: impl Into<String>,
        assumption: &'static str,
    ) -> Self {
        Self::json(status, &ApiError::business(message), &[assumption])
    }

    /// The business's refusal, HTTP 400, with one text per fault, as many as are told (A39).
    pub(crate) fn faults(faults: &[Fault]) -> Self {
        let faults = capped(faults.to_vec());
        let texts = faults.iter().map(Fault::to_string).collect();
        let mut reply = Self::json(StatusCode::BAD_REQUEST, &ApiError::Business(texts), &["A10"]);
        reply.assumptions.extend(
            faults.iter().map(|fault| fault.evidence).filter(|evidence| evidence.starts_with('A')),
        );
        reply
    }

    /// The router's refusal.
    pub(crate) fn router(
        status: StatusCode,
        message: String,
        assumptions: &[&'static str],
    ) -> Self {
        Self::json(status, &ApiError::Router(message), assumptions)
    }
}

impl IntoResponse for Reply {
    fn into_response(mut self) -> Response {
        self.assumptions.sort_unstable();
        self.assumptions.dedup();
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(assumptions) = HeaderValue::try_from(self.assumptions.join(","))
            && !assumptions.is_empty()
        {
            headers.insert(ASSUMPTIONS, assumptions);
        }
        if let Some(places) = self.release {
            response.extensions_mut().insert(Release(places));
        }
        response
    }
}

/// Rides on a response to the server, which knows when it was written.
#[derive(Debug, Clone)]
pub(crate) struct Release(pub(crate) Range<usize>);

/// The ids of [`doku_types::evidence`] on which a reply stands.
const ASSUMPTIONS: &str = "doku-mock-assumptions";
