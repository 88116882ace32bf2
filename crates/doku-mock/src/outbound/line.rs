//! One connection: it carries one exchange after the other.

use std::{
    error::Error,
    future::poll_fn,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::Full;
use hyper::{
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::timeout,
};
use tower_service::Service;

use super::{
    OutboundError,
    guard::ResolveError,
    tls::{self, Connector},
};

/// A connection to a host. Dropping it closes it.
#[derive(Debug)]
pub(super) struct Line {
    sender: SendRequest<Full<Bytes>>,
    heard: Arc<AtomicU64>,
}

/// A request without an answer.
#[derive(Debug)]
pub(super) struct Unanswered {
    pub(super) error: OutboundError,
    /// Not one byte came back.
    pub(super) silent: bool,
}

impl Line {
    /// Connects to the host of `uri`: the name, the socket and TLS take at most 5 s together.
    pub(super) async fn connect(connector: &Connector, uri: &Uri) -> Result<Self, OutboundError> {
        let mut connector = connector.clone();
        let connected = timeout(CONNECT, async {
            poll_fn(|cx| connector.poll_ready(cx))
                .await
                .map_err(|error| failure(&*boxed(error)))?;
            connector.call(uri.clone()).await.map_err(|error| failure(&*boxed(error)))
        });
        let late =
            |_| OutboundError::Failed(format!("no connection within {} s", CONNECT.as_secs()));
        let heard = Arc::<AtomicU64>::default();
        let io = TokioIo::new(connected.await.map_err(late)??);
        let io = TokioIo::new(Listening { io, heard: Arc::clone(&heard) });
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(MAX_HEAD)
            .handshake(io)
            .await
            .map_err(|error| failure(&error))?;
        // It ends when the sender is dropped; the sender learns what goes wrong.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Self { sender, heard })
    }

    /// Sends a request and waits for the head of its answer.
    pub(super) async fn ask(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, Unanswered> {
        let before = self.heard.load(Ordering::Acquire);
        self.sender.send_request(request).await.map_err(|error| Unanswered {
            error: failure(&error),
            silent: self.heard.load(Ordering::Acquire) == before,
        })
    }

    /// Once the last exchange is over: whether another one can follow.
    pub(super) async fn is_free(&mut self) -> bool {
        self.sender.ready().await.is_ok()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }
}

/// Counts the bytes that come in; within TLS, so that the protocol's own do not count.
struct Listening<T> {
    io: T,
    heard: Arc<AtomicU64>,
}

impl<T: AsyncRead + Unpin> AsyncRead for Listening<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.io).poll_read(cx, buf);
        self.heard.fetch_add((buf.filled().len() - before) as u64, Ordering::Release);
        poll
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Listening<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

fn boxed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Box<dyn Error + Send + Sync> {
    error.into()
}

/// The innermost cause says most.
fn failure(error: &(dyn Error + 'static)) -> OutboundError {
    let mut cause = error;
    loop {
        if let Some(ResolveError::Blocked(reason)) = cause.downcast_ref() {
            return OutboundError::Blocked(reason.clone());
        }
        if let Some(reason) = tls::refusal(cause) {
            return OutboundError::Failed(reason);
        }
        // Asked for its source, an `io::Error` skips the error that it wraps.
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        match wrapped.map(|error| error as &(dyn Error + 'static)).or_else(|| cause.source()) {
            Some(source) => cause = source,
            None => return OutboundError::Failed(cause.to_string()),
        }
    }
}

/// The head of an answer, in bytes.
const MAX_HEAD: usize = 64 << 10;
/// For the connection alone (A05).
const CONNECT: Duration = Duration::from_secs(5);
