//! The telling: first attempts of one business in order, whole businesses side by side, retries on
//! the ladder of A05, each attempt signed afresh and recorded.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use doku_signing::{Credentials, non_snap::Form};
use doku_types::Timestamp;
use http::{HeaderValue, Method, Request, Uri, header};
use tokio::sync::mpsc;
use tracing::{error, info, warn};

use super::{Attempt, DeliveryState, Outgoing, Place};
use crate::{
    app::App,
    journal::{Answer, SentCallback},
    outbound::OutboundError,
    store::StoreError,
};

/// The callbacks of each business that wait for the one before them.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<HashMap<i64, Vec<i64>>>);

impl Lanes {
    /// Puts a callback behind the others of its lane; `true` if it is the first.
    fn add(&self, place: Place) -> bool {
        let mut lanes = self.lanes();
        let opened = !lanes.contains_key(&place.lane);
        lanes.entry(place.lane).or_default().push(place.callback);
        opened
    }

    /// All that waits in a lane; without any the lane is closed.
    fn take(&self, lane: i64) -> Option<Vec<i64>> {
        let mut lanes = self.lanes();
        let waiting = std::mem::take(lanes.get_mut(&lane)?);
        if waiting.is_empty() {
            lanes.remove(&lane);
            return None;
        }
        Some(waiting)
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<i64, Vec<i64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Delivers whatever is let go, for as long as the mock runs.
pub(crate) async fn deliver(app: Arc<App>, mut released: mpsc::UnboundedReceiver<Vec<Place>>) {
    while let Some(places) = released.recv().await {
        for place in places {
            if app.lanes.add(place) {
                let runner = Arc::clone(&app);
                app.spawn(async move {
                    while let Some(callbacks) = runner.lanes.take(place.lane) {
                        deliver_in_order(&runner, callbacks).await;
                    }
                });
            }
        }
    }
}

/// Attempts the callbacks of a lane, one after the other; they are read together.
async fn deliver_in_order(app: &App, callbacks: Vec<i64>) {
    let count = callbacks.len();
    let read = read(app, callbacks).await;
    let unread = count - read.len();
    for outgoing in read {
        complete(app, &outgoing, false).await;
        app.releases.done();
    }
    for _ in 0..unread {
        app.releases.done();
    }
}

/// Attempts a callback, on its own whatever else waits.
pub(crate) fn retry(app: &Arc<App>, callback: i64) {
    let runner = Arc::clone(app);
    let counted = Counted::new(app);
    app.spawn(async move {
        for outgoing in read(&runner, vec![callback]).await {
            complete(&runner, &outgoing, false).await;
        }
        drop(counted);
    });
}

/// Attempts a callback once more, by hand, and waits for what comes of it.
pub(crate) async fn resend(app: &App, callback: i64) -> Option<DeliveryState> {
    let outgoing = read(app, vec![callback]).await.pop()?;
    complete(app, &outgoing, true).await
}

/// A retry that is on its way.
struct Counted(crate::callback::Releases);

impl Counted {
    fn new(app: &App) -> Self {
        app.releases.begun();
        Self(app.releases.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.done();
    }
}

/// What is to be sent of these callbacks, in their order; nothing when there is no way to read it:
/// then the next start repeats them.
async fn read(app: &App, callbacks: Vec<i64>) -> Vec<Outgoing> {
    let read = app.store.run(move |state| state.outgoing(&callbacks)).await;
    match read {
        Ok((outgoing, _)) => outgoing,
        Err(error) => {
            error!(%error, "callbacks were not attempted");
            Vec::new()
        }
    }
}

/// Attempts a callback, and again for each copy that a fault asked for.
async fn complete(app: &App, outgoing: &Outgoing, by_hand: bool) -> Option<DeliveryState> {
    loop {
        let (state, copies) = attempt(app, outgoing, by_hand).await?;
        if copies == 0 {
            return Some(state);
        }
    }
}

/// Attempts one delivery and records what came of it. `None` when that was not recorded: then the
/// next start repeats it.
async fn attempt(app: &App, outgoing: &Outgoing, by_hand: bool) -> Option<(DeliveryState, u32)> {
    let callback = outgoing.number;
    let at = app.clock.now();
    let started = Instant::now();
    let request = request(app.credentials(&outgoing.partner), outgoing, at);
    let sent = request.as_ref().ok().cloned();
    let answer = match request {
        Ok(request) => app.carry(request).await,
        Err(error) => Err(error),
    };
    let latency_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (status, error, blocked) = match &answer {
        Ok(answer) => (Some(answer.status.as_u16()), None, false),
        Err(error) => (None, Some(error.to_string()), matches!(error, OutboundError::Blocked(_))),
    };
    let attempt = Attempt { at, status, error, latency_ms, by_hand };
    if let Some(request) = sent {
        let answer = answer.ok().map(|answer| Answer {
            status: answer.status,
            headers: answer.headers,
            body: answer.body.unwrap_or_default(),
        });
        app.journal.sent(SentCallback { callback, at, request, answer, latency_ms });
    }
    let (state, copies) = record(app, callback, &attempt, blocked).await?;
    app.releases.attempted();
    let Attempt { status, error, .. } = attempt;
    match state {
        DeliveryState::Delivered => info!(callback, status, latency_ms, "delivered"),
        DeliveryState::Exhausted => {
            warn!(callback, status, error, "exhausted: no attempt was acknowledged");
        }
        _ => warn!(callback, status, error, latency_ms, "not delivered"),
    }
    Some((state, copies))
}

/// Records an attempt, if need be after a while: the disk may be full.
async fn record(
    app: &App,
    callback: i64,
    attempt: &Attempt,
    blocked: bool,
) -> Option<(DeliveryState, u32)> {
    for _ in 0..RECORDINGS {
        let attempt = attempt.clone();
        let recorded =
            app.store.run(move |state| state.record_attempt(callback, &attempt, blocked)).await;
        match recorded {
            Ok((recorded, _)) => return Some(recorded),
            Err(StoreError::Stopped) => return None,
            Err(error) => error!(callback, %error, "an attempt was not recorded"),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    None
}

/// The signed request (A04).
fn request(
    credentials: Option<&Credentials>,
    outgoing: &Outgoing,
    at: Timestamp,
) -> Result<Request<Bytes>, OutboundError> {
    let blocked = |reason: &str| OutboundError::Blocked(reason.to_owned());
    let credentials = credentials.ok_or_else(|| blocked("the partner is not known"))?;
    let url: Uri = outgoing.url.parse().map_err(|_| blocked("callback_url is not a URL"))?;
    let body = outgoing.body.clone();
    let mut request = Request::new(body.clone());
    *request.method_mut() = Method::POST;
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::CONTENT_TYPE, json);
    credentials
        .sign_request(&Method::POST, url.path(), &body, &outgoing.request_id, at)
        .write(request.headers_mut(), Form::Request)
        .map_err(|error| blocked(&error.to_string()))?;
    *request.uri_mut() = url;
    Ok(request)
}

/// How often it is tried to record an attempt before it is left for the next start.
const RECORDINGS: u32 = 10;
