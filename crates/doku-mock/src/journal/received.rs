//! What is written down of a request that was answered.

use std::time::Instant;

use axum::response::Response;
use bytes::Bytes;
use doku_types::{ClientId, Timestamp};
use http::request::Parts;
use tracing::info;

use super::{Answer, ReceivedRequest, Touched, mask::codes_of};
use crate::{
    admin,
    app::App,
    auth::Asked,
    fault::{Struck, Wire},
    reply::{Release, WholeBody},
};

/// Logs an exchange, and keeps it in the journal if it was on DOKU's surface and what it tells of was not
/// reset since; when it began, there had been so many `resets`.
pub(crate) fn write_down(
    app: &App,
    request: Parts,
    response: &mut Response,
    at: Timestamp,
    started: Instant,
    resets: u64,
) {
    let latency = started.elapsed();
    let latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
    let path: String = request.uri.path().chars().take(LOGGED_PATH).collect();
    let status = response.status();
    // A log may go further than the journal: it has no people in it.
    let is_reset = response.extensions().get::<Wire>().is_some_and(|wire| wire.reset);
    if is_reset {
        info!(method = %request.method, path = codes_of(&path), latency_ms, "reset by a fault");
    } else {
        info!(method = %request.method, path = codes_of(&path), status = status.as_u16(), latency_ms, "answered");
    }
    let operation = response.extensions().get::<Asked>().map(|asked| asked.operation);
    let own = admin::is_own(&path);
    if !is_reset {
        app.metrics.answered(operation, own, status, latency);
    }
    if own {
        return;
    }
    let extensions = response.extensions_mut();
    let asked = extensions.remove::<Asked>();
    let whole = extensions.remove::<WholeBody>();
    let touched = extensions.remove::<Touched>();
    let faults = extensions.remove::<Struck>().map_or_else(Vec::new, |struck| struck.0);
    let callbacks = extensions.get::<Release>().map_or_else(Vec::new, |held| held.0.callbacks());
    // What it did to the state came after those resets, however early it began.
    let since = extensions.get::<Release>().map_or(resets, |held| held.0.since());
    let answer = (!is_reset).then(|| {
        let body = whole.map(|whole| whole.0).unwrap_or_default();
        Answer::new(status, response.headers().clone(), body)
    });
    let body = asked.as_ref().map_or_else(Bytes::new, |asked| asked.body.clone());
    let request = http::Request::from_parts(request, body);
    let received = ReceivedRequest {
        at,
        asked,
        callbacks,
        touched,
        faults,
        request,
        status,
        answer,
        latency_ms,
    };
    app.journal.received(received, |entry| {
        let partner = entry.partner().map(ClientId::from);
        app.releases.recalls.is_gone(partner.as_ref(), since)
    });
}

/// How much of a path is logged, in characters.
const LOGGED_PATH: usize = 200;
