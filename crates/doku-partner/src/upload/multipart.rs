//! A multipart/form-data body (RFC 7578), part by part, the file last.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::Frame;

use super::{
    OnProgress, Progress,
    chunks::{Chunks, Content},
};
use crate::{Body, BoxError, operation::Encoded};

pub(super) struct Form {
    boundary: String,
    text: String,
}

impl Form {
    /// The boundary is as unique as `unique` is.
    pub(super) fn new(unique: &str) -> Self {
        let unique: String = unique.chars().filter(char::is_ascii_alphanumeric).take(50).collect();
        Self { boundary: format!("doku-partner-{unique}"), text: String::new() }
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.head(&format!("name=\"{name}\""), "");
        self.text.push_str(value);
        self.text.push_str("\r\n");
    }

    /// The head of the last part.
    pub(super) fn file(&mut self, name: &str, file_name: &str, media_type: &str) {
        // The escapes of browsers, so that a name cannot end its header.
        let file_name = file_name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        self.head(
            &format!("name=\"{name}\"; filename=\"{file_name}\""),
            &format!("Content-Type: {media_type}\r\n"),
        );
    }

    fn head(&mut self, disposition: &str, more: &str) {
        let boundary = &self.boundary;
        self.text.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n{more}\r\n"
        ));
    }

    /// Without a file.
    pub(super) fn finish(self) -> Encoded {
        Encoded::new(self.content_type(), format!("{}--{}--\r\n", self.text, self.boundary))
    }

    /// With the content of the file whose head came last.
    pub(super) fn finish_with(
        self,
        content: Content,
        total: u64,
        progress: Option<OnProgress>,
    ) -> Encoded {
        let tail = Bytes::from(format!("\r\n--{}--\r\n", self.boundary));
        let (content_type, head) = (self.content_type(), Bytes::from(self.text));
        let length = (head.len() + tail.len()) as u64 + total;
        let again = content.is_repeatable();
        Encoded::stream(content_type, length, again, move || {
            let file = content.chunks(total)?;
            let parts = Parts {
                head: head.clone(),
                file: Some(file),
                tail: tail.clone(),
                told: Progress { sent: 0, total },
                progress: progress.clone(),
            };
            Some(Body::stream(parts, length))
        })
    }

    fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }
}

/// What comes before the file, the file, what comes behind it.
struct Parts {
    head: Bytes,
    file: Option<Chunks>,
    tail: Bytes,
    told: Progress,
    progress: Option<OnProgress>,
}

impl http_body::Body for Parts {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if !self.head.is_empty() {
            return frame(std::mem::take(&mut self.head));
        }
        if let Some(file) = &mut self.file {
            match std::task::ready!(file.poll_next(context)) {
                Some(Ok(chunk)) => {
                    self.told.sent += chunk.len() as u64;
                    if let Some(tell) = &self.progress {
                        tell(self.told);
                    }
                    return frame(chunk);
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(Box::new(error)))),
                None => self.file = None,
            }
        }
        match std::mem::take(&mut self.tail) {
            tail if tail.is_empty() => Poll::Ready(None),
            tail => frame(tail),
        }
    }
}

fn frame(bytes: Bytes) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
    Poll::Ready(Some(Ok(Frame::data(bytes))))
}
