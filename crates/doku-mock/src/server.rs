//! The socket side: routes, connections, and their end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodFilter, get, on},
};
use bytes::Bytes;
use doku_types::{Timestamp, partner::endpoint::Endpoint};
use http::{HeaderValue, Method, StatusCode, header, request::Parts};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};
use tower_service::Service;
use tracing::{debug, info, warn};

use crate::{
    admin,
    app::App,
    auth::{self, Asked},
    body::{DrainedBody, HEAD},
    file_link,
    gate::{Gate, GatedBody, GatedIo},
    journal::{self, ReceivedRequest},
    operation::file,
    reply::{Release, Reply, WholeBody},
};

/// Every path of the mock.
pub(crate) fn router(app: Arc<App>) -> Router {
    let mut operations = Router::new();
    for operation in Endpoint::all() {
        let operation = *operation;
        // Every method of the list is one that axum knows.
        let method = match operation.method() {
            "GET" => MethodFilter::GET,
            "PUT" => MethodFilter::PUT,
            _ => MethodFilter::POST,
        };
        let answer = on(method, move |State(app): State<Arc<App>>, request: Request| async move {
            match operation {
                Endpoint::UploadFile => file::upload(&app, request).await,
                _ => auth::signed(&app, operation, request).await,
            }
        });
        operations = operations.route(operation.path(), answer);
    }
    let link = |State(app): State<Arc<App>>, request: Request| async move {
        file_link::serve(&app, request.uri()).await
    };
    let own = admin::routes()
        .route(&format!("{}{{id}}", file_link::PATH), get(link))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&app), admin::only_local_hosts));
    operations
        .merge(own)
        .fallback(unknown_path)
        .method_not_allowed_fallback(
            |method: Method| async move { auth::method_not_allowed(&method) },
        )
        .with_state(app)
}

async fn unknown_path(request: Request) -> Reply {
    let path = request.uri().path().trim_start_matches('/');
    let message = format!("No static resource {path}.");
    Reply::router(StatusCode::NOT_FOUND, message, &["A31"])
}

/// Serves until the app is stopped, then lets replies under way finish for at most 5 s.
pub(crate) async fn serve(listener: TcpListener, router: Router, app: Arc<App>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    // Dropped with this future, it ends whatever is still open.
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        tokio::select! {
            (place, accepted) = accepted => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connect(stream, place, router.clone(), &app, &graceful));
                }
                Err(error) => {
                    // Out of descriptors, say: others may be closed soon.
                    warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = app.stopped() => break,
        }
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        warn!("connections were still busy after {} s", DRAIN.as_secs());
    }
}

/// Serves one connection to its end.
fn connect(
    stream: TcpStream,
    place: Option<OwnedSemaphorePermit>,
    router: Router,
    app: &Arc<App>,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + 'static {
    // Replies are written whole; waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let gate = Gate::default();
    let io = GatedIo::new(TokioIo::new(stream), gate.clone());
    let app = Arc::clone(app);
    let service =
        service_fn(move |request| answer(request, router.clone(), gate.clone(), Arc::clone(&app)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        // A client that has said all it had to say still gets its answer.
        .half_close(true)
        // `Client-Id`, as DOKU spells it, for clients that compare names by case.
        .title_case_headers(true)
        .serve_connection(io, service);
    let connection = graceful.watch(connection);
    async move {
        match connection.await {
            Err(error) if error.is_parse() => {
                warn!(%error, "not HTTP: does somebody use https here?");
            }
            Err(error) => debug!(%error, "connection ended"),
            Ok(()) => {}
        }
        drop(place);
    }
}

/// One exchange: route it, read what the operation left of the request, hold its callbacks back.
async fn answer(
    request: Request<Incoming>,
    mut router: Router,
    gate: Gate,
    app: Arc<App>,
) -> Result<http::Response<GatedBody>, std::convert::Infallible> {
    let (at, started) = (app.clock.now(), Instant::now());
    let expects_continue = request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let (body, leftover) = DrainedBody::new(body);
    let request = Request::from_parts(parts.clone(), Body::new(body));
    let mut response: Response = router.call(request).await.into_response();
    let late = response.status() == StatusCode::REQUEST_TIMEOUT;
    if late || !leftover.drain(expects_continue).await {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    write_down(&app, parts, &mut response, at, started);
    let held = response.extensions_mut().remove::<Release>();
    Ok(response.map(|body| GatedBody::new(body, gate, held)))
}

/// One exchange without a socket. Its callbacks go as soon as the reply is there.
pub(crate) async fn call(
    app: &App,
    mut router: Router,
    request: http::Request<Bytes>,
) -> http::Response<Bytes> {
    let (at, started) = (app.clock.now(), Instant::now());
    let (mut parts, body) = request.into_parts();
    // Over a socket, whoever asks names the host; here it is this process.
    parts.headers.entry(header::HOST).or_insert(HeaderValue::from_static("localhost"));
    let request = Request::from_parts(parts.clone(), Body::from(body));
    let mut response: Response = router.call(request).await.into_response();
    write_down(app, parts, &mut response, at, started);
    let (mut parts, body) = response.into_parts();
    let held = parts.extensions.remove::<Release>();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    drop(held);
    parts.extensions.clear();
    http::Response::from_parts(parts, body)
}

/// Logs an exchange, and keeps it in the journal if it was on DOKU's surface.
fn write_down(app: &App, request: Parts, response: &mut Response, at: Timestamp, started: Instant) {
    let latency_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let path: String = request.uri.path().chars().take(LOGGED_PATH).collect();
    let status = response.status();
    info!(method = %request.method, path, status = status.as_u16(), latency_ms, "answered");
    if path.starts_with(admin::PREFIX) {
        return;
    }
    let extensions = response.extensions_mut();
    let asked = extensions.remove::<Asked>();
    let whole = extensions.remove::<WholeBody>();
    let callbacks = extensions.get::<Release>().map_or_else(Vec::new, |held| held.0.callbacks());
    let answer = journal::Answer {
        status,
        headers: response.headers().clone(),
        body: whole.map(|whole| whole.0).unwrap_or_default(),
    };
    let (operation, partner, body) = match asked {
        Some(Asked { operation, partner, body }) => (Some(operation), partner, body),
        None => (None, None, Bytes::new()),
    };
    let request = http::Request::from_parts(request, body);
    let received =
        ReceivedRequest { at, operation, partner, callbacks, request, answer, latency_ms };
    app.journal.received(received);
}

const MAX_CONNECTIONS: usize = 1024;
/// How much of a path is logged, in characters.
const LOGGED_PATH: usize = 200;
const DRAIN: Duration = Duration::from_secs(5);
