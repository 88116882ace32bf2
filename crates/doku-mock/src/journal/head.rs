//! Heads in the bytes in which they are kept: a header is a line, `name:value`.

use std::io::Write;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

/// The head of a request, written down before somebody takes the request apart.
pub(crate) struct Head {
    /// Its method, its target and its headers, one after the other.
    pub(super) bytes: Vec<u8>,
    /// Where the method ends, and the target.
    pub(super) ends: [usize; 2],
    /// How long the body is, as the head says; `None` if it does not.
    pub(super) announced: Option<u64>,
}

impl Head {
    /// Copies a head. Of the target at most 4 KiB are kept.
    pub(crate) fn of(method: &Method, target: &Uri, headers: &HeaderMap) -> Self {
        let method = method.as_str();
        let beside = method.len() + target_length(target);
        let mut bytes = Vec::with_capacity(beside + lines_length(headers));
        bytes.extend_from_slice(method.as_bytes());
        // Into memory, which takes whatever comes.
        let _ = write!(bytes, "{target}");
        let target_end = method.len() + boundary(&bytes[method.len()..], MAX_KEPT_TARGET);
        bytes.truncate(target_end);
        write_lines(headers, &mut bytes);
        Self { bytes, ends: [method.len(), target_end], announced: announced(headers) }
    }
}

/// How long a body is that was not read, as its head says.
fn announced(headers: &HeaderMap) -> Option<u64> {
    match headers.get(header::CONTENT_LENGTH) {
        Some(length) => length.to_str().ok()?.parse().ok(),
        None => (!headers.contains_key(header::TRANSFER_ENCODING)).then_some(0),
    }
}

/// About how long a target is as text, in bytes.
fn target_length(target: &Uri) -> usize {
    let authority =
        target.authority().map_or(0, |authority| "https://".len() + authority.as_str().len());
    authority + target.path_and_query().map_or(0, |path| path.as_str().len())
}

/// The last place of a text at or before `at` where a character begins.
fn boundary(text: &[u8], at: usize) -> usize {
    if text.len() <= at {
        return text.len();
    }
    let is_begun = |byte: u8| byte & 0xC0 != 0x80;
    (0..=at).rev().find(|at| is_begun(text[*at])).unwrap_or_default()
}

/// A target as it is kept.
pub(super) fn target(text: &[u8]) -> Uri {
    // The beginning of a target is one, but for a host that is cut within its brackets.
    Uri::try_from(text).unwrap_or_default()
}

/// How many bytes headers take as lines.
pub(super) fn lines_length(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 2).sum()
}

/// Writes headers as lines.
pub(super) fn write_lines(headers: &HeaderMap, bytes: &mut Vec<u8>) {
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.push(if value.is_sensitive() { SENSITIVE } else { PLAIN });
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(b'\n');
    }
}

/// The headers that were written as these lines, in their order.
pub(super) fn headers(bytes: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, mark, value) in lines(bytes) {
        let name = HeaderName::from_bytes(name);
        let value = HeaderValue::from_bytes(value);
        let mut value = value.expect("the bytes of a header value are those of one");
        value.set_sensitive(mark == SENSITIVE);
        headers.append(name.expect("the bytes of a header name are those of one"), value);
    }
    headers
}

/// The value of the first header of this name, which is in lower case; `None` also if it is not visible
/// ASCII.
pub(super) fn value<'a>(bytes: &'a [u8], name: &str) -> Option<&'a str> {
    let (_, _, value) = lines(bytes).find(|(found, ..)| *found == name.as_bytes())?;
    let is_visible = value.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    std::str::from_utf8(value).ok().filter(|_| is_visible)
}

/// The name of each header, what ends it, and its value. A name holds no such mark, a value no line end.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (&[u8], u8, &[u8])> {
    bytes.split_inclusive(|byte| *byte == b'\n').filter_map(|line| {
        let at = line.iter().position(|byte| matches!(*byte, PLAIN | SENSITIVE))?;
        Some((&line[..at], line[at], line[at + 1..].strip_suffix(b"\n")?))
    })
}

/// How much of a target is kept, in bytes.
const MAX_KEPT_TARGET: usize = 4 << 10;
/// Ends the name of a header.
const PLAIN: u8 = b':';
/// Ends the name of a header whose value is marked as sensitive.
const SENSITIVE: u8 = b';';
