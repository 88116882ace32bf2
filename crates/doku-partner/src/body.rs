//! The body of a request: bytes at hand, or a stream whose length is known.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;

/// Any error, as others' libraries give them.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a request, for a [`Transport`](crate::Transport) to send as it is.
///
/// It is an [`http_body::Body`] of exactly known length, so that hyper, reqwest and others send a
/// `Content-Length` with it. A signed request has its bytes at hand; an upload is a stream.
/// `Debug` shows the length alone: it may hold personal data.
pub struct Body(Kind);

enum Kind {
    Bytes(Bytes),
    Stream {
        stream: Pin<Box<dyn http_body::Body<Data = Bytes, Error = BoxError> + Send>>,
        left: u64,
    },
}

impl Body {
    /// A stream that gives exactly `length` bytes; one that gives more or fewer ends in an error.
    pub fn stream<B>(stream: B, length: u64) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(Kind::Stream { stream: Box::pin(stream.map_err(Into::into)), left: length })
    }

    /// The bytes, unless it is a stream.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Bytes(bytes) => Some(bytes),
            Kind::Stream { .. } => None,
        }
    }

    /// How many bytes are still to come: before it is sent, its length.
    pub fn length(&self) -> u64 {
        match &self.0 {
            Kind::Bytes(bytes) => bytes.len() as u64,
            Kind::Stream { left, .. } => *left,
        }
    }

    /// All of it in memory, for a transport that cannot stream.
    ///
    /// # Errors
    /// What the stream fails with: a file that cannot be read, say.
    pub async fn collect(self) -> Result<Bytes, BoxError> {
        match self.0 {
            Kind::Bytes(bytes) => Ok(bytes),
            stream @ Kind::Stream { .. } => Ok(BodyExt::collect(Self(stream)).await?.to_bytes()),
        }
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self(Kind::Bytes(bytes.into()))
    }
}

impl Default for Body {
    fn default() -> Self {
        Self(Kind::Bytes(Bytes::new()))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("length", &self.length()).finish_non_exhaustive()
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let (stream, left) = match &mut self.0 {
            Kind::Bytes(bytes) if bytes.is_empty() => return Poll::Ready(None),
            Kind::Bytes(bytes) => {
                return Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes)))));
            }
            Kind::Stream { stream, left } => (stream, left),
        };
        let frame = match std::task::ready!(stream.as_mut().poll_frame(context)) {
            None if *left > 0 => Some(Err("the body is shorter than was said".into())),
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                match left.checked_sub(length) {
                    Some(less) => {
                        *left = less;
                        Some(Ok(frame))
                    }
                    None => Some(Err("the body is longer than was said".into())),
                }
            }
            end_or_error => end_or_error,
        };
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.length() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length())
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;

    #[tokio::test]
    async fn a_stream_gives_as_many_bytes_as_was_said_or_fails() {
        let stream = |length| Body::stream(Full::new(Bytes::from_static(b"four")), length);
        assert_eq!(stream(4).collect().await.unwrap(), "four");
        assert!(stream(3).collect().await.unwrap_err().to_string().contains("longer"));
        assert!(stream(5).collect().await.unwrap_err().to_string().contains("shorter"));
        assert_eq!(Body::from("four").collect().await.unwrap(), "four");
        assert_eq!(http_body::Body::size_hint(&stream(4)).exact(), Some(4));
    }
}
