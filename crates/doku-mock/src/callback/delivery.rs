//! The telling: first attempts in order, retries on the ladder of A05, signed afresh each time.

use std::{ops::Range, sync::Arc, time::Duration};

use doku_signing::{Credentials, non_snap::Form};
use doku_types::Timestamp;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use http_body_util::Full;
use tracing::{info, warn};

use super::outbox::{Attempt, CallbackRecord, DeliveryState};
use crate::{app::App, outbound::OutboundError};

/// Starts the delivery of the callbacks at these places, in the background.
pub(crate) fn deliver(app: &Arc<App>, places: Range<usize>) {
    let runner = Arc::clone(app);
    app.spawn(async move {
        for place in places {
            let first = runner.clock().now();
            if attempt(&runner, place).await == DeliveryState::Pending {
                let retrier = Arc::clone(&runner);
                // A retry holds nothing back (A05).
                runner.spawn(async move { retry(&retrier, place, first).await });
            }
        }
    });
}

async fn retry(app: &App, place: usize, first: Timestamp) {
    for after in LADDER {
        app.clock().sleep_until(first + after).await;
        if attempt(app, place).await != DeliveryState::Pending {
            return;
        }
    }
    app.store().outbox.get_mut(place).state = DeliveryState::Exhausted;
    warn!(place, "exhausted: no attempt was acknowledged");
}

/// Attempts one delivery and records what came of it.
async fn attempt(app: &App, place: usize) -> DeliveryState {
    let record = app.store().outbox.get(place).clone();
    let at = app.clock().now();
    let started = std::time::Instant::now();
    let answer = match request(app.credentials(&record.client_id), &record, at) {
        Ok(request) => app.outbound().send(request, MAX_ANSWER).await,
        Err(error) => Err(error),
    };
    let latency_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (state, status, error) = match answer {
        Ok(answer) if answer.status.is_success() => {
            (DeliveryState::Delivered, Some(answer.status.as_u16()), None)
        }
        Ok(answer) => (DeliveryState::Pending, Some(answer.status.as_u16()), None),
        Err(error @ OutboundError::Blocked(_)) => {
            (DeliveryState::Blocked, None, Some(error.to_string()))
        }
        Err(error) => (DeliveryState::Pending, None, Some(error.to_string())),
    };
    let attempt = Attempt { at: at.to_string(), status, error, latency_ms };
    let number = record.attempts.len() + 1;
    {
        let mut store = app.store();
        let record = store.outbox.get_mut(place);
        record.attempts.push(attempt.clone());
        record.state = state;
    }
    let Attempt { status, error, .. } = attempt;
    let kind = record.callback.callback_type;
    if state == DeliveryState::Delivered {
        info!(callback = %kind, attempt = number, status, latency_ms, "delivered");
    } else {
        warn!(callback = %kind, attempt = number, status, error, latency_ms, "not delivered");
    }
    state
}

/// The signed request (A04).
fn request(
    credentials: Option<&Credentials>,
    record: &CallbackRecord,
    at: Timestamp,
) -> Result<Request<Full<bytes::Bytes>>, OutboundError> {
    let blocked = |reason: &str| OutboundError::Blocked(reason.to_owned());
    let credentials = credentials.ok_or_else(|| blocked("the partner is not known"))?;
    let url: Uri = record.url.parse().map_err(|_| blocked("callback_url is not a URL"))?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    credentials
        .sign_request(&Method::POST, url.path(), &record.body, &record.request_id, at)
        .write(&mut headers, Form::Request)
        .map_err(|error| blocked(&error.to_string()))?;
    let mut request = Request::new(Full::new(record.body.clone()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = url;
    *request.headers_mut() = headers;
    Ok(request)
}

/// When the retries are due, after the first attempt (documented: notification pages; A05).
const LADDER: [Duration; 3] =
    [Duration::from_mins(30), Duration::from_hours(6), Duration::from_hours(12)];
/// What is read of an answer, in bytes: its status is all that counts.
const MAX_ANSWER: usize = 64 << 10;
