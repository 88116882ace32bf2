//! A receiver of callbacks that keeps all it gets, and is not always well.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use doku_signing::non_snap::{Form, SignedHeaders};
use doku_types::Timestamp;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::partner;

/// An HTTP server on a free port.
#[derive(Clone)]
pub(crate) struct Sink {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// A callback as it came, whole and rightly signed.
#[derive(Debug, Clone)]
pub(crate) struct Receipt {
    pub(crate) request_id: String,
    /// By the mock's clock.
    pub(crate) at: Timestamp,
    pub(crate) body: Bytes,
    /// Of which life of the mock.
    pub(crate) run: usize,
    /// What was answered; `None` if nothing was as long as that life lasted.
    pub(crate) answer: Option<u16>,
}

/// How many of a hundred callbacks are refused with 500, how many are not answered at all, and how many
/// answers take their time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mood {
    pub(crate) refused: u8,
    pub(crate) unanswered: u8,
    pub(crate) slow: u8,
}

struct Shared {
    state: Mutex<State>,
    /// Whether a mock runs.
    open: watch::Sender<bool>,
    /// How many connections there are, and who came last.
    connections: watch::Sender<(usize, Option<SocketAddr>)>,
}

struct State {
    receipts: Vec<Receipt>,
    /// What came and should not have.
    faults: Vec<String>,
    run: usize,
    mood: Mood,
    random: fastrand::Rng,
}

impl Sink {
    pub(crate) async fn new(seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = State {
            receipts: Vec::new(),
            faults: Vec::new(),
            run: 0,
            mood: Mood::WELL,
            random: fastrand::Rng::with_seed(seed),
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            open: watch::Sender::new(false),
            connections: watch::Sender::default(),
        });
        tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    pub(crate) fn set_mood(&self, mood: Mood) {
        self.shared.state().mood = mood;
    }

    /// A life of the mock begins.
    pub(crate) fn begin_run(&self) -> usize {
        self.shared.open.send_replace(true);
        let mut state = self.shared.state();
        state.run += 1;
        state.run
    }

    /// The mock is dead: takes what it had sent before, so that nothing of it is taken for the
    /// next one's.
    pub(crate) async fn end_run(&self) {
        self.shared.open.send_replace(false);
        // Connections are accepted in their order, so this one comes last.
        let probe = TcpStream::connect(self.address).await.expect("the sink listens");
        let last = probe.local_addr().ok();
        let mut connections = self.shared.connections.subscribe();
        connections.wait_for(|(_, latest)| *latest == last).await.expect("the sink listens");
        drop(probe);
        connections.wait_for(|(count, _)| *count == 0).await.expect("the sink listens");
    }

    /// What has come so far, in its order.
    ///
    /// # Panics
    /// When something came that should not have.
    pub(crate) fn receipts(&self) -> Vec<Receipt> {
        let state = self.shared.state();
        assert!(state.faults.is_empty(), "{:#?}", state.faults);
        state.receipts.clone()
    }
}

impl Mood {
    pub(crate) const WELL: Self = Self { refused: 0, unanswered: 0, slow: 0 };
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, peer)) = listener.accept().await {
        shared.connections.send_modify(|(count, last)| (*count, *last) = (*count + 1, Some(peer)));
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let taken = Arc::clone(&shared);
            let service = service_fn(move |request| take(request, Arc::clone(&taken)));
            // Its end is the mock's, whose deaths are the point.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            shared.connections.send_modify(|(count, _)| *count -= 1);
        });
    }
}

async fn take(
    request: Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let answer = match body.collect().await {
        Ok(body) => shared.state().keep(&parts, body.to_bytes()),
        // The mock died while it was sending: nothing came.
        Err(_) => None,
    };
    if answer.is_none() {
        let _ = shared.open.subscribe().wait_for(|open| !open).await;
    } else {
        let pause = shared.state().pause();
        tokio::time::sleep(pause).await;
    }
    let mut response = Response::new(Empty::new());
    *response.status_mut() =
        StatusCode::from_u16(answer.unwrap_or_default()).unwrap_or(StatusCode::IM_A_TEAPOT);
    Ok(response)
}

impl State {
    /// Keeps a callback if it is sound; what it is answered.
    fn keep(&mut self, parts: &http::request::Parts, body: Bytes) -> Option<u16> {
        let sound = || {
            if (&parts.method, parts.uri.path()) != (&Method::POST, PATH) {
                return Err(format!("{} {}", parts.method, parts.uri));
            }
            let headers = SignedHeaders::read(&parts.headers, Form::Request)
                .map_err(|error| error.to_string())?;
            partner::credentials()
                .verify_request(&Method::POST, PATH, &body, &headers)
                .map_err(|error| format!("{}: {error}", headers.request_id))?;
            let at = Timestamp::parse(&headers.timestamp).ok_or("no timestamp")?;
            Ok((headers.request_id, at))
        };
        let (request_id, at) = match sound() {
            Ok(sound) => sound,
            Err(fault) => {
                self.faults.push(fault);
                return Some(400);
            }
        };
        let Mood { refused, unanswered, .. } = self.mood;
        let answer = match self.random.u8(..100) {
            chance if chance < unanswered => None,
            chance if chance < unanswered + refused => Some(500),
            _ => Some(200),
        };
        self.receipts.push(Receipt { request_id, at, body, run: self.run, answer });
        answer
    }

    /// How long it thinks about an answer.
    fn pause(&mut self) -> Duration {
        // No number is drawn for a mood that is never slow, so that a seed means what it meant.
        let is_slow = self.mood.slow > 0 && self.random.u8(..100) < self.mood.slow;
        if is_slow { LONG_PAUSE } else { PAUSE }
    }
}

const PATH: &str = "/doku/callbacks";
/// How long the sink thinks, so that a mock has callbacks on their way when it dies.
const PAUSE: Duration = Duration::from_millis(2);
/// The same of an answer that takes its time.
const LONG_PAUSE: Duration = Duration::from_millis(400);
