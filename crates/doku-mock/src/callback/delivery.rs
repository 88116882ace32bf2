//! The telling: first attempts of one business in order, whole businesses side by side, retries on
//! the ladder of A05, each attempt signed afresh and recorded.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use doku_signing::{Credentials, non_snap::Form};
use doku_types::Timestamp;
use http::{HeaderValue, Method, Request, Uri, header};
use tokio::sync::{mpsc, oneshot};
use tracing::{error, info, warn};

use super::{Attempt, DeliveryState, DueCallback, OnItsWay, Outgoing, Place};
use crate::{
    app::App,
    journal::{Head, SentCallback, Told},
    outbound::{self, OutboundError},
    panic::caught,
    store::{State, StoreError},
};

/// The callbacks of each business that wait for the one before them.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    lanes: HashMap<Number, Vec<(i64, OnItsWay)>>,
    /// Every callback whose attempt has not begun yet, in a lane or on its own.
    callbacks: HashSet<Number>,
}

/// The life of the mock and a number in it: after a reset numbers begin anew.
type Number = (u64, i64);

impl Lanes {
    /// Puts a callback behind the others of its lane; `true` if it is the first.
    fn add(&self, place: Place, on_its_way: OnItsWay) -> bool {
        let mut waiting = self.waiting();
        let (life, lane) = (on_its_way.life(), (on_its_way.life(), place.lane));
        waiting.callbacks.insert((life, place.callback));
        let opened = !waiting.lanes.contains_key(&lane);
        waiting.lanes.entry(lane).or_default().push((place.callback, on_its_way));
        opened
    }

    /// All that waits in a lane; without any the lane is closed.
    fn take(&self, lane: Number) -> Option<Vec<(i64, OnItsWay)>> {
        let mut waiting = self.waiting();
        let taken = std::mem::take(waiting.lanes.get_mut(&lane)?);
        if taken.is_empty() {
            waiting.lanes.remove(&lane);
            return None;
        }
        Some(taken)
    }

    /// A callback waits on its own.
    fn wait(&self, callback: Number) {
        self.waiting().callbacks.insert(callback);
    }

    /// The attempt at a callback begins; `false` if it need not: somebody had it acknowledged by hand.
    fn begin(&self, callback: Number) -> bool {
        self.waiting().callbacks.remove(&callback)
    }

    /// Forgets what waits of earlier lives than this one.
    pub(crate) fn forget(&self, life: u64) {
        let mut waiting = self.waiting();
        waiting.callbacks.retain(|(of, _)| *of == life);
        let gone: Vec<_> = waiting.lanes.extract_if(|(of, _), _| *of != life).collect();
        drop(waiting);
        drop(gone);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Delivers whatever is let go, for as long as the mock runs.
pub(crate) async fn deliver(
    app: Arc<App>,
    mut released: mpsc::UnboundedReceiver<(Place, OnItsWay)>,
) {
    while let Some((place, on_its_way)) = released.recv().await {
        if on_its_way.is_gone() {
            continue;
        }
        let lane = (on_its_way.life(), place.lane);
        if app.lanes.add(place, on_its_way) {
            let runner = Arc::clone(&app);
            app.spawn_to_its_end(async move {
                while let Some(callbacks) = runner.lanes.take(lane) {
                    deliver_in_order(&runner, callbacks).await;
                }
            });
        }
    }
}

/// Attempts the callbacks of a lane, one after the other; they are read together.
async fn deliver_in_order(app: &App, callbacks: Vec<(i64, OnItsWay)>) {
    let (numbers, on_their_way): (Vec<_>, Vec<_>) = callbacks.into_iter().unzip();
    let read = read(app, numbers.clone()).await;
    for (number, on_its_way) in numbers.into_iter().zip(on_their_way) {
        let outgoing = read.iter().find(|outgoing| outgoing.number == number);
        let done = match outgoing.filter(|_| !on_its_way.is_gone()) {
            Some(outgoing) => guarded(number, complete(app, outgoing, false, &mut None)).await,
            None => None,
        };
        if done.is_none() {
            // Given up, it may have been so before its attempt began.
            app.lanes.begin((on_its_way.life(), number));
        }
        drop(on_its_way);
    }
}

/// The callbacks that fell due together. A retry holds nothing back (A05), so they are sent side by
/// side. One that was only delayed is a first attempt, and is sent after those before it.
#[derive(Debug)]
pub(crate) struct Due {
    /// Whether what came of them is written down in their order, so that two runs are told alike.
    ordered: bool,
    before: Option<oneshot::Receiver<()>>,
}

impl Due {
    pub(crate) fn new(ordered: bool) -> Self {
        Self { ordered, before: None }
    }

    /// Attempts the next one.
    pub(crate) fn attempt(&mut self, app: &Arc<App>, due: DueCallback, life: u64) {
        let runner = Arc::clone(app);
        let on_its_way = app.releases.begin(life);
        app.lanes.wait((life, due.number));
        let (after, done) = oneshot::channel();
        let mut before = self.before.replace(done);
        let ordered = self.ordered;
        app.spawn_to_its_end(async move {
            if due.is_first {
                wait(&mut before).await;
            }
            // Who does not wait to write it down is waited for through whoever comes next.
            let mut unordered = None;
            let to_write = if ordered { &mut before } else { &mut unordered };
            let read = read(&runner, vec![due.number]).await.pop();
            let done = match read.filter(|_| !on_its_way.is_gone()) {
                Some(outgoing) => {
                    guarded(due.number, complete(&runner, &outgoing, false, to_write)).await
                }
                None => None,
            };
            if done.is_none() {
                runner.lanes.begin((life, due.number));
            }
            drop(on_its_way);
            wait(&mut before).await;
            drop(after);
        });
    }
}

/// Waits for whoever is before, however that ends.
async fn wait(before: &mut Option<oneshot::Receiver<()>>) {
    if let Some(waited_for) = before {
        // Taken only then: who is given up meanwhile waits once more.
        let _ = waited_for.await;
        *before = None;
    }
}

/// An attempt that panics is none, and does not end those after it.
async fn guarded(
    callback: i64,
    attempt: impl Future<Output = Option<DeliveryState>>,
) -> Option<DeliveryState> {
    caught(attempt).await.unwrap_or_else(|error| {
        error!(callback, %error, "an attempt failed; the next start makes it again");
        None
    })
}

/// Attempts a callback once more, by hand, and waits for what comes of it; `None` if there is none.
pub(crate) async fn resend(app: &App, callback: i64) -> Option<DeliveryState> {
    let on_its_way = app.releases.begin(app.releases.recalls.life());
    let outgoing = read(app, vec![callback]).await.pop().filter(|_| !on_its_way.is_gone())?;
    let state = complete(app, &outgoing, true, &mut None).await;
    if state == Some(DeliveryState::Delivered) {
        app.lanes.begin((on_its_way.life(), callback));
    }
    state
}

/// What is to be sent of these callbacks.
async fn read(app: &App, callbacks: Vec<i64>) -> Vec<Outgoing> {
    let read = persist(app, move |state| state.outgoing(&callbacks)).await;
    read.unwrap_or_default()
}

/// Attempts a callback, and again for each copy that a fault asked for. `None` when it was not
/// attempted, or that was not recorded: then the next start does.
async fn complete(
    app: &App,
    outgoing: &Outgoing,
    by_hand: bool,
    before: &mut Option<oneshot::Receiver<()>>,
) -> Option<DeliveryState> {
    let Some(credentials) = app.credentials(&outgoing.partner) else {
        warn!(callback = outgoing.number, "not attempted: its partner is not configured");
        return None;
    };
    let attempts = attempt(app, credentials, outgoing, by_hand, before);
    app.releases.recalls.unless_gone(&outgoing.partner, outgoing.since, attempts).await.flatten()
}

async fn attempt(
    app: &App,
    credentials: &Credentials,
    outgoing: &Outgoing,
    by_hand: bool,
    before: &mut Option<oneshot::Receiver<()>>,
) -> Option<DeliveryState> {
    let mut first = true;
    for nth in outgoing.attempts + 1.. {
        let url = outgoing.url.parse::<Uri>();
        let way = async {
            match &url {
                Ok(url) => app.way(url).await,
                Err(_) => Err(OutboundError::Blocked("callback_url is not a URL".to_owned())),
            }
        };
        let way = tokio::select! {
            biased;
            // Not begun, it is left for the next start; begun, its copies are sent and its answers waited for.
            () = app.stopped(), if first => return None,
            way = way => way,
        };
        if first && !by_hand && !app.lanes.begin((outgoing.life, outgoing.number)) {
            return Some(DeliveryState::Delivered);
        }
        first = false;
        // Only now, for a place may have been waited for.
        let at = app.clock.now();
        let request = url.ok().and_then(|url| request(credentials, outgoing, url, at));
        let head = request.as_ref().map(|r| Head::of(r.method(), r.uri(), r.headers()));
        let started = Instant::now();
        let answer = match (way, request) {
            (Ok(way), Some(request)) => app.carry(way, request).await,
            (Ok(_), None) => Err(OutboundError::Blocked("it cannot be signed".to_owned())),
            (Err(error), _) => Err(error),
        };
        let latency_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tokio::select! {
            () = wait(before) => {}
            // What the one before it waits for may not come in time: better out of order than told once more.
            () = app.stopped() => {}
        }
        let sent = Sent { outgoing, nth, at, head, answer, latency_ms, by_hand };
        let (state, copies) = sent.write_down(app).await?;
        if copies == 0 {
            return Some(state);
        }
    }
    None
}

/// An attempt and what came of it.
struct Sent<'a> {
    outgoing: &'a Outgoing,
    /// Which attempt at it, from 1.
    nth: u32,
    at: Timestamp,
    /// Of the request; `None` if it cannot be signed.
    head: Option<Head>,
    answer: Result<outbound::Answer, OutboundError>,
    latency_ms: u64,
    by_hand: bool,
}

impl Sent<'_> {
    /// Writes it into the journal and the outbox, and says what follows. `None` when that could not
    /// be.
    async fn write_down(self, app: &App) -> Option<(DeliveryState, u32)> {
        let Self { outgoing, nth, at, head, answer, latency_ms, by_hand } = self;
        let callback = outgoing.number;
        let (status, error, blocked) = match &answer {
            Ok(answer) => (Some(answer.status.as_u16()), None, false),
            Err(error) => {
                (None, Some(error.to_string()), matches!(error, OutboundError::Blocked(_)))
            }
        };
        let attempt = Attempt { at, status, error, latency_ms, by_hand };
        if let Some(head) = head.filter(|_| !blocked) {
            let answer = answer.as_ref().ok().map(|answer| Told {
                status: answer.status,
                headers: &answer.headers,
                body: answer.body.as_deref().unwrap_or_default(),
            });
            app.journal.sent(SentCallback {
                callback,
                partner: outgoing.partner.clone(),
                business: outgoing.business.clone(),
                attempt: nth,
                at,
                head,
                body: &outgoing.body,
                answer,
                latency_ms,
            });
        }
        let (recorded, partner, since) =
            (attempt.clone(), outgoing.partner.clone(), outgoing.since);
        let recorded =
            persist(app, move |state| match state.recalls.is_gone(Some(&partner), since) {
                true => Ok(None),
                false => state.record_attempt(callback, &recorded, blocked).map(Some),
            });
        let (state, copies) = recorded.await??;
        app.releases.attempted();
        let Attempt { status, error, .. } = attempt;
        match state {
            DeliveryState::Delivered => info!(callback, status, latency_ms, "delivered"),
            DeliveryState::Blocked => warn!(callback, error, "blocked: it is not attempted again"),
            DeliveryState::Exhausted => {
                warn!(callback, status, error, "exhausted: no attempt was acknowledged");
            }
            _ => warn!(callback, status, error, latency_ms, "not delivered"),
        }
        Some((state, copies))
    }
}

/// Does work on the state, again and again while the state cannot be had: the disk may be full, or
/// somebody holds the file. `None` once the mock has stopped, or if it never can be done.
async fn persist<T: Send + 'static>(
    app: &App,
    work: impl Fn(&mut State<'_>) -> Result<T, StoreError> + Clone + Send + 'static,
) -> Option<T> {
    loop {
        let error = match app.store.run(work.clone()).await {
            Ok((done, _)) => return Some(done),
            Err(StoreError::Stopped) => return None,
            Err(error) => error,
        };
        error!(%error, "a delivery waits for the state");
        if matches!(error, StoreError::Unreadable { .. } | StoreError::Panicked) {
            return None;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The signed request (A04); `None` if its headers cannot be written.
fn request(
    credentials: &Credentials,
    outgoing: &Outgoing,
    url: Uri,
    at: Timestamp,
) -> Option<Request<Bytes>> {
    let body = outgoing.body.clone();
    let mut request = Request::new(body.clone());
    *request.method_mut() = Method::POST;
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::CONTENT_TYPE, json);
    credentials
        .sign_request(&Method::POST, url.path(), &body, &outgoing.request_id, at)
        .write(request.headers_mut(), Form::Request)
        .ok()?;
    *request.uri_mut() = url;
    Some(request)
}
