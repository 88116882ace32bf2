//! A reply of the mock: status, JSON, and the assumptions it stands on.

use std::{io, sync::Arc};

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use doku_types::{
    code::GatewayCode,
    error::ApiError,
    evidence,
    validate::{Fault, capped},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{
    callback::Held,
    journal::Touched,
    kyb::{OutcomeError, Refusal},
    store::StoreError,
};

/// What an operation answers; the server signs it where it should be and sends it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
    pub(crate) assumptions: Vec<&'static str>,
    /// The callbacks that it caused, whose delivery starts once this reply was written.
    pub(crate) held: Option<Held>,
    /// The business that it is about, for the journal.
    pub(crate) touched: Option<Box<Touched>>,
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
        Self::written(status, body.into(), assumptions)
    }

    /// Any status with a document that is written already.
    pub(crate) fn written(status: StatusCode, body: Bytes, assumptions: &[&'static str]) -> Self {
        Self { status, body, assumptions: assumptions.to_vec(), held: None, touched: None }
    }

    /// A reply once more, to a repeated request (A13).
    pub(crate) fn replayed(body: Bytes, assumptions: &str) -> Self {
        // Kept as text, named as the ledger has them.
        let named = assumptions.split(',').filter_map(|id| evidence::entry(id));
        let mut assumptions: Vec<_> = named.map(|entry| entry.id).collect();
        assumptions.push("A13");
        Self { status: StatusCode::CONFLICT, body, assumptions, held: None, touched: None }
    }

    /// What the state of a business does not allow, under `/_mock/`.
    pub(crate) fn conflict(refusal: &Refusal) -> Self {
        Self::business(StatusCode::CONFLICT, refusal.to_string(), "A30")
    }

    /// The refusal of an outcome that cannot be read.
    pub(crate) fn outcome(pointer: &str, error: &OutcomeError) -> Self {
        Self::business(StatusCode::BAD_REQUEST, format!("{pointer}: {error}"), "A30")
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

    /// Where the mock itself cannot keep or read a file: 507 without room, else 500. Why, and with
    /// which path, is logged.
    pub(crate) fn storage(error: io::Error) -> Self {
        let (status, message) = match error.kind() {
            io::ErrorKind::QuotaExceeded => (
                StatusCode::INSUFFICIENT_STORAGE,
                "THE MOCK'S SPACE FOR FILES IS USED UP: START IT AFRESH",
            ),
            io::ErrorKind::StorageFull => {
                (StatusCode::INSUFFICIENT_STORAGE, "THE MOCK'S DISK IS FULL: MAKE ROOM")
            }
            _ => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "THE MOCK CANNOT KEEP OR READ A FILE: ITS LOG SAYS WHY",
            ),
        };
        Self::business(status, message, "A30")
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
        let mut response = (self.status, self.body.clone()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(assumptions) = HeaderValue::try_from(self.assumptions.join(","))
            && !assumptions.is_empty()
        {
            headers.insert(ASSUMPTIONS, assumptions);
        }
        if let Some(held) = self.held {
            response.extensions_mut().insert(Release(Arc::new(held)));
        }
        if let Some(touched) = self.touched {
            response.extensions_mut().insert(*touched);
        }
        response.extensions_mut().insert(WholeBody(self.body));
        response
    }
}

/// Rides on a response to the server, which knows when it was written.
#[derive(Debug, Clone)]
pub(crate) struct Release(pub(crate) Arc<Held>);

/// Rides on a response to the journal.
#[derive(Debug, Clone)]
pub(crate) struct WholeBody(pub(crate) Bytes);

/// What the state of the business does not allow. On DOKU's surface HTTP 409 means a repeated request
/// (A13), so this is 400; see [`Reply::conflict`].
impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self::business(StatusCode::BAD_REQUEST, refusal.to_string(), "A30")
    }
}

/// The request was understood; it is the mock that has failed.
impl From<StoreError> for Reply {
    fn from(error: StoreError) -> Self {
        if let StoreError::Io(error) = &error {
            return Self::storage(io::Error::from(error.kind()));
        }
        Self::business(StatusCode::INTERNAL_SERVER_ERROR, error.to_string(), "A30")
    }
}

/// The ids of [`doku_types::evidence`] on which a reply stands.
const ASSUMPTIONS: &str = "doku-mock-assumptions";

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_507_and_any_other_failure_of_it_500() {
        // ENOSPC, EDQUOT, EIO, EACCES, as errno(3) numbers them.
        for (errno, status) in [(28, 507), (122, 507), (5, 500), (13, 500)] {
            let reply = Reply::storage(io::Error::from_raw_os_error(errno));
            assert_eq!(reply.status.as_u16(), status, "errno {errno}");
        }
        let reply = Reply::storage(io::Error::other("/home/budi/mock.db.files"));
        assert!(!std::str::from_utf8(&reply.body).unwrap().contains("budi"));
    }
}
