//! What is written down of a request that was answered.

use std::time::Instant;

use axum::response::Response;
use bytes::Bytes;
use doku_types::Timestamp;
use http::request::Parts;
use tracing::info;

use super::{Answer, ReceivedRequest};
use crate::{
    admin,
    app::App,
    auth::Asked,
    reply::{Release, WholeBody},
};

/// Logs an exchange, and keeps it in the journal if it was on DOKU's surface.
pub(crate) fn write_down(
    app: &App,
    request: Parts,
    response: &mut Response,
    at: Timestamp,
    started: Instant,
) {
    let latency = started.elapsed();
    let latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
    let path: String = request.uri.path().chars().take(LOGGED_PATH).collect();
    let status = response.status();
    info!(method = %request.method, path, status = status.as_u16(), latency_ms, "answered");
    let operation = response.extensions().get::<Asked>().map(|asked| asked.operation);
    let own = admin::is_own(&path);
    app.metrics.answered(operation, own, status, latency);
    if own {
        return;
    }
    let extensions = response.extensions_mut();
    let asked = extensions.remove::<Asked>();
    let whole = extensions.remove::<WholeBody>();
    let callbacks = extensions.get::<Release>().map_or_else(Vec::new, |held| held.0.callbacks());
    let answer = Answer {
        status,
        headers: response.headers().clone(),
        body: whole.map(|whole| whole.0).unwrap_or_default(),
    };
    let (operation, partner, body, explanation) = match asked {
        Some(Asked { operation, partner, body, explanation }) => {
            (Some(operation), partner, body, explanation)
        }
        None => (None, None, Bytes::new(), None),
    };
    let request = http::Request::from_parts(request, body);
    let received = ReceivedRequest {
        at,
        operation,
        partner,
        callbacks,
        explanation,
        request,
        answer,
        latency_ms,
    };
    app.journal.received(received);
}

/// How much of a path is logged, in characters.
const LOGGED_PATH: usize = 200;
