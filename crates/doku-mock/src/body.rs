//! Reading what a client sends: never more than a limit, never for ever, and to its end even when
//! the answer is already known, so that a client that writes first can read it.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::StatusCode;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use tokio::time::timeout;

use crate::reply::Reply;

/// The whole body, of at most `limit` bytes, `within` a time.
///
/// # Errors
/// The reply to give: 413 when it is longer (A10), 408 when it takes longer, 400 when it breaks.
pub(crate) async fn read(
    body: &mut axum::body::Body,
    limit: usize,
    within: Duration,
) -> Result<Bytes, Reply> {
    let too_large = || {
        let message = format!("THE BODY IS LARGER THAN {limit} BYTES");
        Reply::business(StatusCode::PAYLOAD_TOO_LARGE, message, "A10")
    };
    // Told by its length alone, before the client sends it.
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    match timeout(within, Limited::new(body, limit).collect()).await {
        Ok(Ok(read)) => Ok(read.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => {
            let message = "THE BODY COULD NOT BE READ";
            Err(Reply::business(StatusCode::BAD_REQUEST, message, "A30"))
        }
        Err(_) => Err(late()),
    }
}

/// The reply to a client that takes too long over its body.
pub(crate) fn late() -> Reply {
    Reply::business(StatusCode::REQUEST_TIMEOUT, "THE BODY DID NOT COME IN TIME", "A30")
}

/// A request's body that, dropped before its end, goes back where [`Leftover::drain`] finds it.
pub(crate) struct DrainedBody {
    inner: Option<Incoming>,
    state: State,
    leftover: Leftover,
}

/// What an operation left unread.
#[derive(Clone, Default)]
pub(crate) struct Leftover(Arc<Mutex<Option<(Incoming, State)>>>);

/// How far a body was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Untouched,
    Begun,
    Broken,
}

impl DrainedBody {
    pub(crate) fn new(inner: Incoming) -> (Self, Leftover) {
        let leftover = Leftover::default();
        let state = State::Untouched;
        (Self { inner: Some(inner), state, leftover: leftover.clone() }, leftover)
    }
}

impl Leftover {
    /// Reads and discards the rest, at most 32 MB and 5 s (A16); says whether that was all, so that
    /// the connection can go on. A client that asked with `Expect: 100-continue` and was not told
    /// to go on has sent nothing that could be read.
    pub(crate) async fn drain(self, expects_continue: bool) -> bool {
        let leftover = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((mut rest, state)) = leftover else {
            return true;
        };
        if state == State::Broken || (state == State::Untouched && expects_continue) {
            return false;
        }
        let drain = async {
            let mut discarded = 0;
            while let Some(frame) = rest.frame().await {
                match frame.map(Frame::into_data) {
                    Ok(Ok(data)) => discarded += data.len(),
                    Ok(Err(_)) => {}
                    Err(_) => return false,
                }
                if discarded > MAX_DRAINED {
                    return false;
                }
            }
            true
        };
        timeout(MAX_DRAINING, drain).await.unwrap_or(false)
    }
}

impl Body for DrainedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(inner) = &mut self.inner else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(inner).poll_frame(context);
        self.state = match &polled {
            Poll::Ready(Some(Err(_))) => State::Broken,
            _ => State::Begun,
        };
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for DrainedBody {
    fn drop(&mut self) {
        let whole = |inner: &Incoming| inner.is_end_stream() && self.state != State::Broken;
        let rest = self.inner.take().filter(|inner| !whole(inner));
        *self.leftover.0.lock().unwrap_or_else(PoisonError::into_inner) =
            rest.map(|rest| (rest, self.state));
    }
}

const MAX_DRAINED: usize = 32_000_000;
const MAX_DRAINING: Duration = Duration::from_secs(5);
