//! The socket side: routes, connections, and their end.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use doku_types::partner::endpoint::Endpoint;
use http::{HeaderValue, Method, StatusCode, header};
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
    auth,
    body::{DrainedBody, HEAD},
    file_link,
    gate::{Gate, GatedBody, GatedIo},
    operation::{business, file, lite, registration, requirements, token},
    reply::{Release, Reply},
};

/// Every path of the mock.
pub(crate) fn router(app: Arc<App>) -> Router {
    let files = get(|State(app): State<Arc<App>>, request: Request| async move {
        auth::signed(&app, request, requirements::check).await
    })
    .post(|State(app): State<Arc<App>>, request: Request| async move {
        file::upload(&app, request).await
    });
    let tokens = post(|State(app): State<Arc<App>>, request: Request| async move {
        auth::signed(&app, request, token::generate).await
    });
    let businesses = post(|State(app): State<Arc<App>>, request: Request| async move {
        auth::signed(&app, request, registration::register).await
    });
    let invitations = post(|State(app): State<Arc<App>>, request: Request| async move {
        auth::signed(&app, request, lite::create).await
    });
    let one_business = get(|State(app): State<Arc<App>>, request: Request| async move {
        auth::signed(&app, request, business::get).await
    });
    let link = |State(app): State<Arc<App>>, request: Request| async move {
        file_link::serve(&app, request.uri())
    };
    let own = Router::new()
        .route("/_mock/ready", get(admin::ready))
        .route("/_mock/assumptions", get(admin::assumptions))
        .route("/_mock/callbacks", get(admin::callbacks))
        .route(&format!("{}{{id}}", file_link::PATH), get(link))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&app), admin::only_local_hosts));
    Router::new()
        .route(Endpoint::UploadFile.path(), files)
        .route(Endpoint::GenerateToken.path(), tokens)
        .route(Endpoint::BusinessRegistration.path(), businesses)
        .route(Endpoint::CreateBusinessLite.path(), invitations)
        .route(Endpoint::GetBusinessData.path(), one_business)
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
pub(crate) async fn serve(listener: TcpListener, app: Arc<App>) {
    let router = router(Arc::clone(&app));
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
    let gate = Gate::new(Arc::clone(app));
    let io = GatedIo::new(TokioIo::new(stream), gate.clone());
    let service = service_fn(move |request| answer(request, router.clone(), gate.clone()));
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
) -> Result<http::Response<GatedBody>, std::convert::Infallible> {
    let started = std::time::Instant::now();
    let method = request.method().clone();
    let path: String = request.uri().path().chars().take(LOGGED_PATH).collect();
    let expects_continue = request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let (body, leftover) = DrainedBody::new(body);
    let request = Request::from_parts(parts, Body::new(body));
    let mut response: Response = router.call(request).await.into_response();
    let late = response.status() == StatusCode::REQUEST_TIMEOUT;
    if late || !leftover.drain(expects_continue).await {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let places = response.extensions_mut().remove().map(|Release(places)| places);
    let latency_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    info!(%method, path, status = response.status().as_u16(), latency_ms, "answered");
    Ok(response.map(|body| GatedBody::new(body, gate, places)))
}

const MAX_CONNECTIONS: usize = 1024;
/// How much of a path is logged, in characters.
const LOGGED_PATH: usize = 200;
const DRAIN: Duration = Duration::from_secs(5);
