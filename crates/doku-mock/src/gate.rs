//! Callbacks start after the reply that caused them was written (A05). Only the connection knows
//! when that is: its [`Gate`] holds the delivery back until the reply's body has ended and the
//! socket was flushed, or the connection is gone.

use std::{
    ops::Range,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::rt::{Read, ReadBufCursor, Write};

use crate::{app::App, callback};

/// One connection's.
#[derive(Clone)]
pub(crate) struct Gate {
    app: Arc<App>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The outbox's places whose replies have ended but may not have left yet.
    ended: Vec<Range<usize>>,
    /// The connection is gone: nothing will leave any more.
    gone: bool,
}

impl Gate {
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self { app, state: Arc::default() }
    }

    fn ended(&self, places: Range<usize>) {
        let mut state = self.state();
        state.ended.push(places);
        if state.gone {
            drop(state);
            self.flushed();
        }
    }

    fn flushed(&self) {
        let ended = std::mem::take(&mut self.state().ended);
        for places in ended {
            callback::deliver(&self.app, places);
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
    places: Option<Range<usize>>,
}

impl GatedBody {
    /// A body whose reply holds the delivery of these callbacks back.
    pub(crate) fn new(inner: axum::body::Body, gate: Gate, places: Option<Range<usize>>) -> Self {
        Self { inner, gate, places }
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
        if let Some(places) = self.places.take() {
            self.gate.ended(places);
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
    use doku_types::partner::callback::Callback;
    use tokio::runtime::Handle;

    use super::*;
    use crate::{Config, DeliveryState};

    /// An app with one callback, which is blocked as soon as its delivery starts.
    fn app() -> (Arc<App>, Range<usize>) {
        let config = Config::default();
        let app = App::new(&config, "http://127.0.0.1:1".to_owned(), Handle::current());
        let callback = Callback::builder().callback_type("BRAND").status("ACTIVE").build();
        let client_id = &config.partners[0].client_id;
        let places = {
            let mut guard = app.store();
            let store = &mut *guard;
            let (ids, url) = (&mut store.ids, "http://192.0.2.1/");
            store.outbox.add(ids, client_id, &"BSN-1".into(), url, vec![callback])
        };
        (Arc::new(app), places)
    }

    async fn started(app: &App) -> bool {
        // Blocked targets take no I/O, so a few turns of the runtime are enough.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        app.store().outbox.get(0).state == DeliveryState::Blocked
    }

    #[tokio::test]
    async fn delivery_waits_for_the_end_of_the_body_and_then_for_the_flush() {
        let (app, places) = app();
        let gate = Gate::new(Arc::clone(&app));
        let body = GatedBody::new(axum::body::Body::empty(), gate.clone(), Some(places));
        gate.flushed();
        assert!(!started(&app).await, "while the body has not ended");
        drop(body);
        assert!(!started(&app).await, "before the flush");
        gate.flushed();
        assert!(started(&app).await);
    }

    #[tokio::test]
    async fn a_connection_that_is_gone_delivers_in_either_order() {
        for io_first in [true, false] {
            let (app, places) = app();
            let gate = Gate::new(Arc::clone(&app));
            let io = GatedIo::new((), gate.clone());
            let body = GatedBody::new(axum::body::Body::empty(), gate, Some(places));
            if io_first {
                drop(io);
                assert!(!started(&app).await);
                drop(body);
            } else {
                drop(body);
                assert!(!started(&app).await);
                drop(io);
            }
            assert!(started(&app).await);
        }
    }
}
