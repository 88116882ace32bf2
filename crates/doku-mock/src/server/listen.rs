//! Connections, plain or by TLS: accepted up to a limit, served, and let go.

use std::{io, sync::Arc, time::Duration};

use axum::Router;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};
use tracing::{debug, warn};

use super::{exchange::answer, only_https_here};
use crate::{
    app::App,
    gate::{Abort, Gate, GatedIo},
    tls::Tls,
};

/// Serves until the app is stopped, then lets replies under way finish for at most [`DRAIN`].
pub(crate) async fn serve(listener: TcpListener, tls: Option<Tls>, router: Router, app: Arc<App>) {
    let graceful = GracefulShutdown::new();
    // Dropped with this future, it ends whatever is still open.
    let mut connections = JoinSet::new();
    // Accepted, and without a place yet: an address that nobody calls takes none.
    let mut waiting = None;
    loop {
        let opened = async {
            if waiting.is_none() {
                waiting = Some(listener.accept().await?.0);
            }
            // The semaphore is never closed.
            let place = Arc::clone(&app.connections).acquire_owned().await.ok();
            Ok::<_, io::Error>((place, waiting.take()))
        };
        tokio::select! {
            opened = opened => match opened {
                Ok((_, None)) => {}
                Ok((place, Some(stream))) => {
                    let (router, app) = (router.clone(), Arc::clone(&app));
                    let connection = Connection { router, app, watcher: graceful.watcher() };
                    let tls = tls.clone();
                    connections.spawn(async move {
                        connection.begin(stream, tls).await;
                        drop(place);
                    });
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
    if timeout(DRAIN, graceful.shutdown()).await.is_err() {
        warn!("connections were still busy after {} s", DRAIN.as_secs());
    }
}

/// One connection.
struct Connection {
    router: Router,
    app: Arc<App>,
    watcher: Watcher,
}

impl Connection {
    /// Serves it to its end, after a handshake if there is one to be made.
    async fn begin(self, stream: TcpStream, tls: Option<Tls>) {
        // Replies are written whole; waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls else {
            return self.exchanges(stream).await;
        };
        let within = self.app.config.limits.head;
        let opened = tokio::select! {
            opened = timeout(within, open(stream, &tls)) => opened,
            // Nothing was asked yet that this could cut off.
            () = self.app.stopped() => return,
        };
        match opened {
            Ok(Ok(Opened::Secure(stream))) => self.exchanges(stream).await,
            Ok(Ok(Opened::Plain(stream))) => {
                warn!("plain http where https is spoken: the client's URL has to begin with https");
                let router = only_https_here(Arc::clone(&self.app));
                Self { router, ..self }.exchanges(stream).await;
            }
            Ok(Err(error)) if Tls::is_distrust(&error) => {
                let ca = tls.authority().display();
                warn!(%error, "a client broke the handshake off: have it trust {ca}");
            }
            Ok(Err(error)) => debug!(%error, "no handshake"),
            Err(_) => debug!("no handshake within {within:?}"),
        }
    }

    /// The exchanges of a connection.
    async fn exchanges(self, stream: impl Abort + AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let Self { router, app, watcher } = self;
        let gate = Gate::default();
        let _connected = app.metrics.connected();
        let limits = app.config.limits;
        let io = GatedIo::new(TokioIo::new(stream), gate.clone(), limits.body);
        let service = service_fn(move |request| {
            answer(request, router.clone(), gate.clone(), Arc::clone(&app))
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            // Of one head, and of what is read ahead. That a head has at most 100 lines is hyper's own
            // limit; told to it, it would cost an allocation for each request.
            .max_buf_size(MAX_HEAD)
            .max_header_size(MAX_HEAD)
            // A client that has said all it had to say still gets its answer.
            .half_close(true)
            // `Client-Id`, as DOKU spells it, for clients that compare names by case.
            .title_case_headers(true)
            .serve_connection(io, service);
        match watcher.watch(connection).await {
            Err(error) if error.is_parse_too_large() => {
                warn!(
                    "the head of a request is too large: it may have 100 lines, and {} KiB",
                    MAX_HEAD >> 10
                );
            }
            Err(error) if error.is_parse() => {
                warn!(%error, "not HTTP: does somebody use https here? It has an address of its own, by --https");
            }
            Err(error) => debug!(%error, "connection ended"),
            Ok(()) => {}
        }
    }
}

/// A connection to the address for https.
enum Opened<S> {
    Secure(S),
    /// Somebody speaks plain HTTP there.
    Plain(TcpStream),
}

/// Makes the handshake, unless what comes is plain HTTP.
async fn open(
    stream: TcpStream,
    tls: &Tls,
) -> io::Result<Opened<impl Abort + AsyncRead + AsyncWrite + Unpin + Send + use<>>> {
    let mut first = [0];
    let length = stream.peek(&mut first).await?;
    if length == 0 {
        // Somebody looked whether the port is open.
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    // A method begins with a letter, a handshake with byte 22.
    if first[0].is_ascii_alphabetic() {
        return Ok(Opened::Plain(stream));
    }
    tls.accept(stream).await.map(Opened::Secure)
}

/// The head of a request, in bytes.
const MAX_HEAD: usize = 64 << 10;
/// How long what is under way may take once the app is stopped: the program ends within 5 s.
pub(crate) const DRAIN: Duration = Duration::from_secs(4);
