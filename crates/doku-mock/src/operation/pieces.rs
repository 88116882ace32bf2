//! An upload in small pieces. Its parts are told apart by a library that keeps whatever it cannot make sense of yet,
//! such as the head of a part without an end: here no more comes than it has given back, but for a little.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::body::Body;
use bytes::Bytes;
use http_body::Frame;

/// What was given to the library and did not come back as content. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Outstanding(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    bytes: AtomicUsize,
    /// Something came back, if only a part's head or its end.
    moved: AtomicBool,
}

impl Outstanding {
    /// So many bytes of content came back, or none with a part's head or its end.
    pub(super) fn back(&self, bytes: usize) {
        self.0.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.0.moved.store(true, Ordering::Relaxed);
    }
}

/// The upload.
pub(super) struct Pieces {
    body: Body,
    /// What came and was not given yet.
    rest: Bytes,
    outstanding: Outstanding,
    /// A piece was given: the library makes sense of it before the next.
    given: bool,
}

/// Too much is outstanding.
#[derive(Debug, thiserror::Error)]
#[error("the heads of its parts are too large")]
struct TooMuch;

impl Pieces {
    pub(super) fn new(body: Body) -> (Self, Outstanding) {
        let outstanding = Outstanding::default();
        let pieces =
            Self { body, rest: Bytes::new(), outstanding: outstanding.clone(), given: false };
        (pieces, outstanding)
    }
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if std::mem::take(&mut self.given) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let room = MAX_OUTSTANDING.saturating_sub(self.outstanding.0.bytes.load(Ordering::Relaxed));
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                // Trailers mean nothing here.
                Some(Ok(frame)) => self.rest = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        // It asks for more before it looks at what it has.
        if room == 0 && self.outstanding.0.moved.swap(false, Ordering::Relaxed) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if room == 0 {
            return Poll::Ready(Some(Err(axum::Error::new(TooMuch))));
        }
        let length = self.rest.len().min(room);
        let piece = self.rest.split_to(length);
        self.outstanding.0.bytes.fetch_add(length, Ordering::Relaxed);
        self.given = true;
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

/// For the heads of all parts and what is around them, with one piece of content.
const MAX_OUTSTANDING: usize = 64 << 10;
