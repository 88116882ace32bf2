//! Callbacks start after the reply that caused them was written (A05). Only the connection knows
//! when that is: its [`Gate`] holds the delivery back until the reply's body has ended and the
//! socket was flushed, or the connection is gone.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::rt::{Read, ReadBufCursor, Write};

use crate::reply::Release;

/// One connection's.
#[derive(Clone, Default)]
pub(crate) struct Gate {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The callbacks whose replies have ended but may not have left yet.
    ended: Vec<Release>,
    /// The connection is gone: nothing will leave any more.
    gone: bool,
}

impl Gate {
    fn ended(&self, held: Release) {
        let mut state = self.state();
        state.ended.push(held);
        if state.gone {
            drop(state);
            self.flushed();
        }
    }

    fn flushed(&self) {
        // Dropped, they go.
        drop(std::mem::take(&mut self.state().ended));
    }

    /// Whoever asked has left; what it caused happened all the same.
    fn gone(&self) {
        self.state().gone = true;
        self.flushed();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reply's body that tells its gate when it ends.
pub(crate) struct GatedBody {
    inner: axum::body::Body,
    gate: Gate,
    held: Option<Release>,
}

impl GatedBody {
    /// A body whose reply holds the delivery of these callbacks back.
    pub(crate) fn new(inner: axum::body::Body, gate: Gate, held: Option<Release>) -> Self {
        Self { inner, gate, held }
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
        if let Some(held) = self.held.take() {
            self.gate.ended(held);
        }
    }
}

/// A connection that tells its gate when it was flushed, and when it is gone.
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
        self.gate.gone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callback::{Held, Place, Releases};

    /// One callback that is held back.
    fn held() -> (Release, Releases) {
        let (releases, _) = Releases::new();
        let place = Place { lane: 1, callback: 1 };
        (Release(Arc::new(Held::new(vec![place], &releases))), releases)
    }

    fn is_held(releases: &Releases) -> bool {
        let (epoch, load) = releases.next_epoch();
        !load.borrow().none_held(epoch)
    }

    #[test]
    fn delivery_waits_for_the_end_of_the_body_and_then_for_the_flush() {
        let (held, releases) = held();
        let gate = Gate::default();
        let body = GatedBody::new(axum::body::Body::empty(), gate.clone(), Some(held));
        gate.flushed();
        assert!(is_held(&releases), "while the body has not ended");
        drop(body);
        assert!(is_held(&releases), "before the flush");
        gate.flushed();
        assert!(!is_held(&releases));
    }

    #[test]
    fn a_connection_that_is_gone_delivers_in_either_order() {
        for io_first in [true, false] {
            let (held, releases) = held();
            let gate = Gate::default();
            let io = GatedIo::new((), gate.clone());
            let body = GatedBody::new(axum::body::Body::empty(), gate, Some(held));
            if io_first {
                drop(io);
                assert!(is_held(&releases));
                drop(body);
            } else {
                drop(body);
                assert!(is_held(&releases));
                drop(io);
            }
            assert!(!is_held(&releases));
        }
    }
}
