//! Connections: accepted up to a limit, served, and let go.

use std::{sync::Arc, time::Duration};

use axum::Router;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};
use tracing::{debug, warn};

use super::exchange::answer;
use crate::{
    app::App,
    body::HEAD,
    gate::{Gate, GatedIo},
};

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
    let connected = app.metrics.connected();
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
        drop((place, connected));
    }
}

const MAX_CONNECTIONS: usize = 1024;
const DRAIN: Duration = Duration::from_secs(5);
