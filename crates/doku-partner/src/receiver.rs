//! A small HTTP server for callbacks: verifies, hands over, answers (feature `receiver`).

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use doku_types::validate::MAX_BODY;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
};
use tracing::debug;

use crate::callback::{CallbackError, CallbackReceiver, ReceivedCallback};

/// A bound socket that will receive callbacks.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use doku_partner::{Credentials, callback::CallbackReceiver, receiver::CallbackListener};
///
/// let credentials = Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret");
/// let listener = CallbackListener::bind("127.0.0.1:0".parse().unwrap()).await?;
/// let callback_url = format!("http://{}/doku/callbacks", listener.local_addr()?);
/// let callbacks = listener.serve(CallbackReceiver::new(credentials, "/doku/callbacks"));
/// // Register a business with `callback_url`, then: `callbacks.next().await`.
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CallbackListener(TcpListener);

/// Callbacks as they come. Dropping it stops the server.
#[derive(Debug)]
pub struct Callbacks {
    queue: mpsc::Receiver<Result<ReceivedCallback, CallbackError>>,
    _stop: watch::Sender<()>,
}

impl CallbackListener {
    /// Listens on `address`; port 0 takes any free one.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        TcpListener::bind(address).await.map(Self)
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Receives from now on, in the background of the current tokio runtime.
    ///
    /// A verified callback is answered 200 once it is in the queue; with the queue full (1024) or
    /// closed it is answered 503, so that DOKU sends it again. A refused one is answered 400 and
    /// handed over as its error. Any path will do, since a proxy may have changed it on the way;
    /// what counts is the path that was signed. Other methods than POST are 405.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn serve(self, receiver: CallbackReceiver) -> Callbacks {
        let (sender, queue) = mpsc::channel(QUEUE);
        let (stop, stopped) = watch::channel(());
        let shared = Arc::new((receiver, sender));
        tokio::spawn(accept(self.0, shared, stopped));
        Callbacks { queue, _stop: stop }
    }
}

impl Callbacks {
    /// The next callback, or why one was refused. `None` does not occur while the server runs.
    pub async fn next(&mut self) -> Option<Result<ReceivedCallback, CallbackError>> {
        self.queue.recv().await
    }
}

type Shared = (CallbackReceiver, mpsc::Sender<Result<ReceivedCallback, CallbackError>>);

async fn accept(listener: TcpListener, shared: Arc<Shared>, mut stopped: watch::Receiver<()>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // The sender is only ever dropped.
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(connect(stream, Arc::clone(&shared), stopped.clone()));
            }
            Err(error) => {
                debug!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connect(stream: TcpStream, shared: Arc<Shared>, mut stopped: watch::Receiver<()>) {
    let service = service_fn(|request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(answer(request, &shared).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        ended = connection => {
            if let Err(error) = ended {
                debug!(%error, "connection ended");
            }
        }
        _ = stopped.changed() => {}
    }
}

async fn answer(request: Request<Incoming>, shared: &Shared) -> Response<Full<Bytes>> {
    let (receiver, queue) = shared;
    let (parts, body) = request.into_parts();
    if parts.method != Method::POST {
        return reply(StatusCode::METHOD_NOT_ALLOWED, "callbacks are POSTed");
    }
    let body = tokio::time::timeout(IDLE, Limited::new(body, MAX_BODY).collect()).await;
    let Ok(Ok(body)) = body else {
        return reply(StatusCode::BAD_REQUEST, "the body is too large or incomplete");
    };
    // Reserved before it is verified: acknowledged means handed over.
    let Ok(place) = queue.try_reserve() else {
        return reply(StatusCode::SERVICE_UNAVAILABLE, "busy: send it again later");
    };
    let received = receiver.receive(&parts.headers, &body.to_bytes());
    let answer = match &received {
        Ok(_) => reply(StatusCode::OK, "OK"),
        Err(error) => reply(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    place.send(received);
    answer
}

fn reply(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text.to_owned()));
    *response.status_mut() = status;
    response
}

const QUEUE: usize = 1024;
const IDLE: Duration = Duration::from_secs(30);
