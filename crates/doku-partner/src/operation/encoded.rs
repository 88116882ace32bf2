//! A body with its media type, made anew for each attempt.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use crate::Body;

/// A body with its media type. `Debug` shows its length alone: it may hold personal data.
#[derive(Clone)]
pub struct Encoded {
    content_type: String,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Bytes(Bytes),
    Stream { length: u64, again: bool, open: Open },
}

/// `None` once a stream that can be read only once was read.
type Open = Arc<dyn Fn() -> Option<Body> + Send + Sync>;

impl Encoded {
    /// These very bytes, to be signed and sent.
    pub fn new(content_type: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { content_type: content_type.into(), content: Content::Bytes(bytes.into()) }
    }

    /// A stream of this length, for an operation with a bearer: what is signed has to be at hand.
    /// `open` makes it for an attempt. Whether it can do that `again` decides whether the request can
    /// be repeated; `None` says that it was read already.
    pub fn stream(
        content_type: impl Into<String>,
        length: u64,
        again: bool,
        open: impl Fn() -> Option<Body> + Send + Sync + 'static,
    ) -> Self {
        let content = Content::Stream { length, again, open: Arc::new(open) };
        Self { content_type: content_type.into(), content }
    }

    /// Compact JSON.
    pub(super) fn json(document: &impl serde::Serialize) -> Self {
        // The requests are structs of text, flags and lists: writing them cannot fail.
        let bytes = serde_json::to_vec(document).expect("a request can be written");
        Self::new("application/json", bytes)
    }

    /// For the header `Content-Type`.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The bytes, unless it is a stream.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes),
            Content::Stream { .. } => None,
        }
    }

    /// Whether [`open`](Self::open) works more than once.
    pub fn is_repeatable(&self) -> bool {
        matches!(self.content, Content::Bytes(_) | Content::Stream { again: true, .. })
    }

    /// The body for one attempt; `None` if it can be read only once and was.
    pub fn open(&self) -> Option<Body> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes.clone().into()),
            Content::Stream { open, .. } => open(),
        }
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = match &self.content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Stream { length, .. } => *length,
        };
        f.debug_struct("Encoded")
            .field("content_type", &self.content_type)
            .field("length", &length)
            .finish_non_exhaustive()
    }
}
