//! Callbacks start after the reply that caused them was written (A05). Only the connection knows
//! when that is: its [`Gate`] holds the delivery back until the reply's body has ended and the
//! socket was flushed, or the connection is gone. It is also where faults reach the connection: one is
//! reset, dripped, or cut off.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::Sleep};

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
    /// The connection ends with a reset.
    reset: bool,
    /// How slowly the present reply is written.
    drip: Option<Drip>,
    /// The present reply's body has ended.
    body_ended: bool,
    /// How many times the socket was flushed.
    flushes: u64,
    /// Whoever waits for the next time.
    waiting: Option<Waker>,
}

/// So many bytes at once, with a pause after them.
#[derive(Clone, Copy)]
struct Drip {
    bytes: usize,
    pause: Duration,
    /// How long all pauses to come may be.
    left: Duration,
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

    /// Lets the connection end with a reset; what was held goes once it has.
    pub(crate) fn reset(&self, held: Option<Release>) {
        self.state().reset = true;
        if let Some(held) = held {
            self.ended(held);
        }
    }

    /// Writes the reply that comes next so many bytes at once, with a pause after them.
    pub(crate) fn drip(&self, bytes: usize, pause: Duration) {
        self.state().drip = Some(Drip { bytes, pause, left: MAX_DRIPPING });
    }

    /// A pause begins; once all of them together are long enough, the rest goes at once.
    fn paused(&self, pause: Duration) {
        let drip = &mut self.state().drip;
        *drip = drip.take().and_then(|drip| {
            let left = drip.left.checked_sub(pause)?;
            Some(Drip { left, ..drip })
        });
    }

    fn body_ended(&self) {
        self.state().body_ended = true;
    }

    /// Whether the socket was flushed since this was first asked with the same `mark`; if not, whoever asks
    /// is woken then.
    fn flushed_since(&self, mark: &mut Option<u64>, context: &mut Context<'_>) -> bool {
        let mut state = self.state();
        let since = *mark.get_or_insert(state.flushes);
        state.waiting = Some(context.waker().clone());
        state.flushes > since
    }

    fn flushed(&self) {
        let (ended, waiting) = {
            let mut state = self.state();
            state.flushes += 1;
            if std::mem::take(&mut state.body_ended) {
                state.drip = None;
            }
            (std::mem::take(&mut state.ended), state.waiting.take())
        };
        // Dropped, they go.
        drop(ended);
        if let Some(waiting) = waiting {
            waiting.wake();
        }
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
    /// How many bytes more come before the connection is closed.
    cut: Option<usize>,
    /// What was flushed when the last of them were given.
    mark: Option<u64>,
    /// `Content-Length` is another than the body's.
    is_wrong: bool,
}

impl GatedBody {
    /// A body whose reply holds the delivery of these callbacks back.
    pub(crate) fn new(inner: axum::body::Body, gate: Gate, held: Option<Release>) -> Self {
        Self { inner, gate, held, cut: None, mark: None, is_wrong: false }
    }

    /// The same, where the connection is closed after so many bytes, or `Content-Length` is wrong.
    pub(crate) fn cut(mut self, bytes: Option<usize>, is_wrong: bool) -> Self {
        (self.cut, self.is_wrong) = (bytes, is_wrong);
        self
    }
}

impl Body for GatedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(left) = self.cut else {
            return Pin::new(&mut self.inner).poll_frame(context);
        };
        if left > 0
            && let Some(frame) = ready!(Pin::new(&mut self.inner).poll_frame(context))
        {
            let mut data = frame?.into_data().unwrap_or_default();
            data.truncate(left);
            self.cut = Some(left - data.len());
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        self.cut = Some(0);
        // An error ends the connection at once: what was given so far has to be written first.
        let Self { gate, mark, .. } = &mut *self;
        if gate.flushed_since(mark, context) {
            return Poll::Ready(Some(Err(axum::Error::new(Cut))));
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.cut.is_none() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // What is said of the body has to agree with `Content-Length`, or be nothing.
        if self.is_wrong { SizeHint::default() } else { self.inner.size_hint() }
    }
}

/// A body ends before its end, by a fault on demand.
#[derive(Debug, thiserror::Error)]
#[error("cut off by a fault")]
struct Cut;

impl Drop for GatedBody {
    fn drop(&mut self) {
        self.gate.body_ended();
        if let Some(held) = self.held.take() {
            self.gate.ended(held);
        }
    }
}

/// A connection that can end with a reset.
pub(crate) trait Abort {
    /// Lets it end so, once it is dropped.
    fn abort(&self);
}

impl Abort for TcpStream {
    fn abort(&self) {
        // Who cannot have a reset sees an end.
        let _ = self.set_zero_linger();
    }
}

#[cfg(feature = "tls")]
impl Abort for tokio_rustls::server::TlsStream<TcpStream> {
    fn abort(&self) {
        self.get_ref().0.abort();
    }
}

impl<T: Abort> Abort for TokioIo<T> {
    fn abort(&self) {
        self.inner().abort();
    }
}

/// A connection that tells its gate when it was flushed, and when it is gone.
pub(crate) struct GatedIo<T: Abort> {
    inner: T,
    gate: Gate,
    /// Until the next bytes of a reply that drips.
    pause: Option<Pin<Box<Sleep>>>,
    /// How long the other side may take no byte.
    patience: Duration,
    /// Until then; while it takes none.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<T: Abort> GatedIo<T> {
    /// A connection that ends when the other side takes no byte for as long as there is `patience`.
    pub(crate) fn new(inner: T, gate: Gate, patience: Duration) -> Self {
        Self { inner, gate, pause: None, patience, stalled: None }
    }

    /// What was `tried` with the other side, or that it has stalled for too long.
    fn unless_stalled<R>(
        &mut self,
        tried: Poll<io::Result<R>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<R>> {
        if tried.is_ready() {
            self.stalled = None;
            return tried;
        }
        let patience = self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        stalled.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: Abort + Read + Unpin> Read for GatedIo<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<T: Abort + Write + Unpin> Write for GatedIo<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let drip = self.gate.state().drip;
        if let Some(waiting) = &mut self.pause {
            ready!(waiting.as_mut().poll(context));
            self.pause = None;
        }
        let Some(Drip { bytes, pause, .. }) = drip else {
            let written = Pin::new(&mut self.inner).poll_write(context, buffer);
            return self.unless_stalled(written, context);
        };
        let drop = &buffer[..buffer.len().min(bytes)];
        let written = Pin::new(&mut self.inner).poll_write(context, drop);
        let written = ready!(self.unless_stalled(written, context))?;
        self.gate.paused(pause);
        self.pause = Some(Box::pin(tokio::time::sleep(pause)));
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(context);
        if let Poll::Ready(Ok(())) = flushed {
            self.gate.flushed();
        }
        self.unless_stalled(flushed, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.inner).poll_shutdown(context);
        self.unless_stalled(shut, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.pause.is_some() || self.gate.state().drip.is_some() {
            let first = buffers.iter().find(|buffer| !buffer.is_empty());
            return self.poll_write(context, first.map_or(&[], |buffer| buffer));
        }
        let written = Pin::new(&mut self.inner).poll_write_vectored(context, buffers);
        self.unless_stalled(written, context)
    }
}

impl<T: Abort> Drop for GatedIo<T> {
    fn drop(&mut self) {
        if self.gate.state().reset {
            self.inner.abort();
        }
        self.gate.gone();
    }
}

/// How long all pauses of a reply that drips are together.
const MAX_DRIPPING: Duration = Duration::from_mins(10);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callback::{Held, Place, Releases};

    impl Abort for () {
        fn abort(&self) {}
    }

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
    fn a_reply_does_not_drip_for_ever() {
        let gate = Gate::default();
        let pause = MAX_DRIPPING * 2 / 5;
        gate.drip(1, pause);
        for drips in [true, true, false] {
            gate.paused(pause);
            assert_eq!(gate.state().drip.is_some(), drips);
        }
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
            let io = GatedIo::new((), gate.clone(), MAX_DRIPPING);
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
