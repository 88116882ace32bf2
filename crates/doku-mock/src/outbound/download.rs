//! An answer whose body is read chunk by chunk.

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::{BodyError, hosts::Place, line::Line};

/// An answer under way. It holds its place at the host until it is dropped; once it was read to the
/// end, its connection is kept for the next request.
#[derive(Debug)]
pub(crate) struct Download {
    pub(crate) status: StatusCode,
    pub(super) headers: HeaderMap,
    body: Incoming,
    /// Before `place`, so that nobody takes the place while this connection is still open.
    line: Option<Line>,
    place: Place,
    deadline: Instant,
}

impl Download {
    pub(super) fn new(
        response: Response<Incoming>,
        line: Line,
        place: Place,
        deadline: Instant,
    ) -> Self {
        let (parts, body) = response.into_parts();
        let line = Some(line);
        Self { status: parts.status, headers: parts.headers, body, line, place, deadline }
    }

    /// The next piece of the body; `None` at its end. How much to take is the caller's decision: to
    /// drop the download is to stop it.
    ///
    /// # Errors
    /// [`BodyError::BrokenOff`], or [`BodyError::Late`] at the deadline of the whole exchange.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, BodyError> {
        loop {
            // A body that never pauses would never let the timer speak.
            if Instant::now() >= self.deadline {
                return Err(BodyError::Late);
            }
            match timeout_at(self.deadline, self.body.frame()).await {
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Ok(Some(Err(_))) => return Err(BodyError::BrokenOff),
                Ok(None) => break,
                Err(_) => return Err(BodyError::Late),
            }
        }
        if let Some(mut line) = self.line.take()
            && let Ok(true) = timeout_at(self.deadline, line.is_free()).await
        {
            self.place.keep(line);
        }
        Ok(None)
    }
}
