//! A message out of arbitrary bytes.

use doku_signing::Message;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

pub(crate) struct OwnedMessage {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl OwnedMessage {
    /// Lines that are no headers are left out. `None` if there is no method.
    pub(crate) fn parse(data: &[u8]) -> Option<Self> {
        let mut lines = data.split(|byte| *byte == b'\n');
        let first = String::from_utf8_lossy(lines.next()?);
        let (method, target) = first.split_once(' ')?;
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        let mut headers = HeaderMap::new();
        for line in lines.by_ref().take_while(|line| !line.is_empty()).take(64) {
            let mut parts = line.splitn(2, |byte| *byte == b':');
            let name = parts.next().and_then(|name| HeaderName::from_bytes(name).ok());
            let value = parts.next().and_then(|value| HeaderValue::from_bytes(value).ok());
            if let (Some(name), Some(value)) = (name, value) {
                headers.append(name, value);
            }
        }
        let body = lines.collect::<Vec<_>>().join(&b'\n');
        Some(Self { method, target: target.to_owned(), headers, body })
    }

    pub(crate) fn borrow(&self) -> Message<'_> {
        let Self { method, target, headers, body } = self;
        Message { method, target, headers, body }
    }
}
