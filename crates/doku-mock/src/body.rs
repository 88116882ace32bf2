//! Reading what a client sends: never more than a limit, never for ever, and to its end even when
//! the answer is already known, so that a client that writes first can read it.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::reply::Reply;

/// The whole body, of at most `limit` bytes.
///
/// # Errors
/// The reply to give: 413 when it is longer (A10), 408 when it stops coming, 400 when it breaks.
pub(crate) async fn read(body: &mut axum::body::Body, limit: usize) -> Result<Bytes, Reply> {
    let too_large = || {
        Reply::business(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("THE BODY IS LARGER THAN {limit} BYTES"),
            "A10",
        )
    };
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    let mut read = BytesMut::new();
    loop {
        let frame = match tokio::time::timeout(IDLE, body.frame()).await {
            Err(_) => {
                let message = "THE BODY STOPPED COMING";
                return Err(Reply::business(StatusCode::REQUEST_TIMEOUT, message, "A30"));
            }
            Ok(None) => return Ok(read.freeze()),
            Ok(Some(Err(_))) => {
                let message = "THE BODY COULD NOT BE READ";
                return Err(Reply::business(StatusCode::BAD_REQUEST, message, "A30"));
            }
            Ok(Some(Ok(frame))) => frame,
        };
        if let Ok(data) = frame.into_data() {
            if read.len() + data.len() > limit {
                return Err(too_large());
            }
            read.extend_from_slice(&data);
        }
    }
}

/// A request's body that, dropped before its end, goes back where [`Leftover::drain`] finds it.
#[derive(Debug)]
pub(crate) struct DrainedBody {
    inner: Option<Incoming>,
    leftover: Leftover,
}

/// What an operation left unread.
#[derive(Debug, Clone, Default)]
pub(crate) struct Leftover(Arc<Mutex<Option<Incoming>>>);

impl DrainedBody {
    pub(crate) fn new(inner: Incoming) -> (Self, Leftover) {
        let leftover = Leftover::default();
        (
            Self {
                inner: Some(inner),
                leftover: leftover.clone(),
            },
            leftover,
        )
    }
}

impl Leftover {
    /// Reads and discards the rest, at most 32 MB and 5 s (A16); says whether that was all.
    pub(crate) async fn drain(self) -> bool {
        let Some(mut rest) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return true;
        };
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
        tokio::time::timeout(MAX_DRAINING, drain)
            .await
            .unwrap_or(false)
    }
}

impl Body for DrainedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.inner {
            Some(inner) => Pin::new(inner).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner
            .as_ref()
            .map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for DrainedBody {
    fn drop(&mut self) {
        let rest = self.inner.take().filter(|inner| !inner.is_end_stream());
        *self
            .leftover
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = rest;
    }
}

/// How long a client may be silent within a body.
pub(crate) const IDLE: Duration = Duration::from_secs(30);
const MAX_DRAINED: usize = 32_000_000;
const MAX_DRAINING: Duration = Duration::from_secs(5);
