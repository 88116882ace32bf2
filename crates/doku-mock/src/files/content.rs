//! A kept file's content on its way out.

use std::{
    fmt, io,
    path::Path,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::{
    fs::File,
    io::{AsyncRead, ReadBuf},
};

/// A file as a body of known length, read in chunks.
pub(crate) struct Content {
    file: File,
    remaining: u64,
    buffer: Vec<u8>,
}

impl Content {
    /// Opens a file, which may lose its name while it is read.
    pub(crate) async fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path).await?;
        let remaining = file.metadata().await?.len();
        Ok(Self { file, remaining, buffer: Vec::new() })
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let Self { file, remaining, buffer } = self.get_mut();
        if *remaining == 0 {
            return Poll::Ready(None);
        }
        // Not more than was promised, should the file have grown.
        buffer.resize(usize::try_from(*remaining).map_or(CHUNK, |left| left.min(CHUNK)), 0);
        let mut chunk = ReadBuf::new(buffer);
        ready!(Pin::new(file).poll_read(context, &mut chunk))?;
        let length = chunk.filled().len();
        if length == 0 {
            return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())));
        }
        *remaining -= length as u64;
        buffer.truncate(length);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(std::mem::take(buffer))))))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("remaining", &self.remaining).finish_non_exhaustive()
    }
}

/// What is read at once, in bytes.
const CHUNK: usize = 64 << 10;
