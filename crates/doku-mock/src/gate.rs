//! Callbacks start after the reply that caused them was written (A05). What knows when that is,
//! is the connection: its [`Gate`] holds the delivery back until the reply's body has ended and
//! the socket was flushed, or the connection is gone.

use std::{
    ops::Range,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::rt::{Read, ReadBufCursor, Write};

use crate::{app::App, callback};

/// One connection's.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    app: Arc<App>,
    held: Arc<Mutex<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    places: Option<Range<usize>>,
    body_ended: bool,
}

impl Gate {
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self {
            app,
            held: Arc::default(),
        }
    }

    /// Holds the delivery of these callbacks back until the reply at hand was written.
    pub(crate) fn hold(&self, places: Range<usize>) {
        *self.held() = Held {
            places: Some(places),
            body_ended: false,
        };
    }

    fn body_ended(&self) {
        self.held().body_ended = true;
    }

    fn flushed(&self) {
        let mut held = self.held();
        if held.body_ended
            && let Some(places) = held.places.take()
        {
            drop(held);
            callback::deliver(&self.app, places);
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reply's body that tells its gate when it ends.
#[derive(Debug)]
pub(crate) struct GatedBody {
    inner: axum::body::Body,
    gate: Gate,
}

impl GatedBody {
    pub(crate) fn new(inner: axum::body::Body, gate: Gate) -> Self {
        Self { inner, gate }
    }
}

impl Body for GatedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for GatedBody {
    fn drop(&mut self) {
        self.gate.body_ended();
    }
}

/// A connection that tells its gate when it was flushed, and when it is gone.
#[derive(Debug)]
pub(crate) struct GatedIo<T> {
    inner: T,
    gate: Gate,
}

impl<T> GatedIo<T> {
    pub(crate) fn new(inner: T, gate: Gate) -> Self {
        Self { inner, gate }
    }
}

impl<T: Read + Unpin> Read for GatedIo<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<T: Write + Unpin> Write for GatedIo<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, buffer)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(context);
        if let Poll::Ready(Ok(())) = flushed {
            self.gate.flushed();
        }
        flushed
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, buffers)
    }
}

impl<T> Drop for GatedIo<T> {
    fn drop(&mut self) {
        // Whoever asked has left; what it caused happened all the same.
        self.gate.body_ended();
        self.gate.flushed();
    }
}
