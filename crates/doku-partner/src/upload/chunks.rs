//! The content of a file, in chunks of at most 64 KiB.

#[cfg(feature = "io")]
use std::{
    future::{Future, poll_fn},
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};
use std::{
    io,
    task::{Context, Poll},
};

use bytes::Bytes;
#[cfg(feature = "io")]
use bytes::{BufMut, BytesMut};
#[cfg(feature = "io")]
use tokio::io::{AsyncRead, ReadBuf};

/// Where a content comes from.
#[derive(Clone)]
pub(super) enum Content {
    Bytes(Bytes),
    #[cfg(feature = "io")]
    /// And when it was changed last.
    Path(PathBuf, Option<SystemTime>),
    /// What was read of it already, and the rest, until it is taken.
    #[cfg(feature = "io")]
    Once(Arc<Mutex<Option<(Bytes, Reader)>>>),
}

#[cfg(feature = "io")]
type Reader = Pin<Box<dyn AsyncRead + Send>>;

impl Content {
    #[cfg(feature = "io")]
    pub(super) fn once(head: Bytes, reader: Reader) -> Self {
        Self::Once(Arc::new(Mutex::new(Some((head, reader)))))
    }

    pub(super) fn is_repeatable(&self) -> bool {
        match self {
            Self::Bytes(_) => true,
            #[cfg(feature = "io")]
            Self::Path(..) => true,
            #[cfg(feature = "io")]
            Self::Once(_) => false,
        }
    }

    /// From the beginning; `None` if it can be read only once and was. `length` is what a file at a
    /// path had when it was looked at.
    #[cfg_attr(not(feature = "io"), allow(unused_variables))]
    pub(super) fn chunks(&self, length: u64) -> Option<Chunks> {
        Some(match self {
            Self::Bytes(bytes) => Chunks::Bytes(bytes.clone()),
            #[cfg(feature = "io")]
            Self::Path(path, modified) => {
                let (path, modified) = (path.clone(), *modified);
                Chunks::Opening(Box::pin(async move {
                    let file = tokio::fs::File::open(path).await?;
                    let metadata = file.metadata().await?;
                    if metadata.len() != length || metadata.modified().ok() != modified {
                        return Err(io::Error::other("the file changed since it was looked at"));
                    }
                    Ok(Box::pin(file) as Reader)
                }))
            }
            #[cfg(feature = "io")]
            Self::Once(content) => {
                let content = content.lock().unwrap_or_else(PoisonError::into_inner).take();
                let (head, reader) = content?;
                Chunks::Reading { head, reader, buffer: BytesMut::new() }
            }
        })
    }
}

/// A content being read.
pub(super) enum Chunks {
    Bytes(Bytes),
    #[cfg(feature = "io")]
    Opening(Pin<Box<dyn Future<Output = io::Result<Reader>> + Send>>),
    #[cfg(feature = "io")]
    Reading {
        head: Bytes,
        reader: Reader,
        buffer: BytesMut,
    },
}

impl Chunks {
    /// The next chunk, `None` at the end.
    // Only a file that was being opened goes round.
    #[cfg_attr(not(feature = "io"), allow(unused_variables, clippy::never_loop))]
    pub(super) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            match self {
                Self::Bytes(bytes) if bytes.is_empty() => return Poll::Ready(None),
                Self::Bytes(bytes) => {
                    let chunk = bytes.split_to(bytes.len().min(CHUNK));
                    return Poll::Ready(Some(Ok(chunk)));
                }
                #[cfg(feature = "io")]
                Self::Opening(opening) => match std::task::ready!(opening.as_mut().poll(context)) {
                    Err(error) => return Poll::Ready(Some(Err(error))),
                    Ok(reader) => {
                        *self =
                            Self::Reading { head: Bytes::new(), reader, buffer: BytesMut::new() };
                    }
                },
                #[cfg(feature = "io")]
                Self::Reading { head, .. } if !head.is_empty() => {
                    return Poll::Ready(Some(Ok(std::mem::take(head))));
                }
                #[cfg(feature = "io")]
                Self::Reading { reader, buffer, .. } => {
                    let read = std::task::ready!(poll_read(reader.as_mut(), buffer, context));
                    return Poll::Ready(match read {
                        Err(error) => Some(Err(error)),
                        Ok(0) => None,
                        Ok(_) => Some(Ok(buffer.split().freeze())),
                    });
                }
            }
        }
    }
}

/// Reads at most a chunk behind what `buffer` holds.
#[cfg(feature = "io")]
fn poll_read(
    reader: Pin<&mut (dyn AsyncRead + Send)>,
    buffer: &mut BytesMut,
    context: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    // Once the chunk before was sent, its memory is taken again.
    buffer.reserve(CHUNK);
    let before = buffer.len();
    buffer.put_bytes(0, CHUNK);
    let mut space = ReadBuf::new(&mut buffer[before..]);
    let read = reader.poll_read(context, &mut space);
    let count = space.filled().len();
    buffer.truncate(before + count);
    read.map_ok(|()| count)
}

/// The first bytes, as many as there are up to `length`.
#[cfg(feature = "io")]
pub(super) async fn head(
    reader: &mut (impl AsyncRead + Unpin + ?Sized),
    length: usize,
) -> io::Result<Bytes> {
    let mut head = vec![0; length];
    let mut filled = 0;
    while filled < length {
        let mut space = ReadBuf::new(&mut head[filled..]);
        poll_fn(|context| Pin::new(&mut *reader).poll_read(context, &mut space)).await?;
        match space.filled().len() {
            0 => break,
            count => filled += count,
        }
    }
    head.truncate(filled);
    Ok(head.into())
}

const CHUNK: usize = 64 << 10;
