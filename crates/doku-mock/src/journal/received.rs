//! What is written down of a request that was answered.

use std::time::Instant;

use axum::response::Response;
use doku_types::Timestamp;
use http::{Method, Uri, request::Parts};
use tracing::{debug, info};

use super::{Head, ReceivedRequest, Told, Touched, mask::codes_of};
use crate::{
    admin,
    app::App,
    auth::Asked,
    fault::{Struck, Wire},
    inspector,
    reply::{Release, WholeBody},
};

/// A request of which nothing is known yet but its head.
pub(crate) struct Begun {
    method: Method,
    uri: Uri,
    /// Of one on DOKU's surface: the others are not kept.
    head: Option<Head>,
    at: Timestamp,
    started: Instant,
    /// How many resets there had been.
    resets: u64,
}

impl Begun {
    /// A request begins, now.
    pub(crate) fn new(app: &App, request: &Parts) -> Self {
        let Parts { method, uri, headers, .. } = request;
        let head = (!admin::is_own(uri.path())).then(|| Head::of(method, uri, headers));
        let (at, started) = (app.clock.now(), Instant::now());
        let resets = app.releases.recalls.last();
        Self { method: method.clone(), uri: uri.clone(), head, at, started, resets }
    }

    /// Logs the exchange, and keeps it in the journal if it was on DOKU's surface and what it tells of was
    /// not reset since it began.
    pub(crate) fn write_down(self, app: &App, response: &mut Response) {
        let request = self;
        let latency = request.started.elapsed();
        let latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        let path = request.uri.path();
        let path = codes_of(&path[..path.floor_char_boundary(LOGGED_PATH)]);
        let status = response.status();
        // A log may go further than the journal: it has no people in it.
        let is_reset = response.extensions().get::<Wire>().is_some_and(|wire| wire.reset);
        if is_reset {
            info!(method = %request.method, path = &*path, latency_ms, "reset by a fault");
        } else if request.uri.path().starts_with(inspector::ROOT) && !status.is_server_error() {
            // An open page asks again with each change.
            debug!(method = %request.method, path = &*path, status = status.as_u16(), latency_ms, "answered");
        } else {
            info!(method = %request.method, path = &*path, status = status.as_u16(), latency_ms, "answered");
        }
        let operation = response.extensions().get::<Asked>().map(|asked| asked.operation);
        let own = request.head.is_none();
        if !is_reset {
            app.metrics.answered(operation, own, status, latency);
        }
        let Some(head) = request.head else {
            return;
        };
        let extensions = response.extensions_mut();
        let asked = extensions.remove::<Asked>();
        let whole = extensions.remove::<WholeBody>();
        let touched = extensions.remove::<Touched>();
        let faults = extensions.remove::<Struck>().map_or_else(Vec::new, |struck| struck.0);
        let release = extensions.get::<Release>();
        let callbacks = release.map_or_else(Vec::new, |held| held.0.callbacks());
        // What it did to the state came after those resets, however early it began.
        let since = release.map_or(request.resets, |held| held.0.since());
        let body = whole.as_ref().map_or(&[][..], |whole| &whole.0);
        let answer = (!is_reset).then(|| Told { status, headers: response.headers(), body });
        let received = ReceivedRequest {
            at: request.at,
            asked,
            callbacks,
            touched,
            faults,
            head,
            status,
            answer,
            latency_ms,
        };
        app.journal.received(received, |record| {
            app.releases.recalls.is_gone(record.partner().as_deref(), since)
        });
    }
}

/// How much of a path is logged, in bytes.
const LOGGED_PATH: usize = 200;
