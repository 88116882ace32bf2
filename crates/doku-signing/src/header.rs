//! Texts in header maps, read strictly: there, once, visible.

use http::{HeaderMap, HeaderValue};

/// Which header is at fault; the names are spelled as DOKU does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// Not there, or blank.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// There twice, too long, or with characters that it may not have.
    #[error("the header {0} is malformed")]
    Malformed(&'static str),
}

/// Whether the header says something.
pub(crate) fn present(headers: &HeaderMap, name: &'static str) -> Result<(), HeaderError> {
    let blank = |value: &HeaderValue| value.as_bytes().trim_ascii().is_empty();
    if headers.get(name).is_none_or(blank) { Err(HeaderError::Missing(name)) } else { Ok(()) }
}

/// The header's text without white space around it; one that comes twice is ambiguous.
pub(crate) fn text(headers: &HeaderMap, name: &'static str) -> Result<String, HeaderError> {
    present(headers, name)?;
    let mut values = headers.get_all(name).iter();
    match (values.next().map(HeaderValue::to_str), values.next()) {
        (Some(Ok(text)), None) => Ok(text.trim().to_owned()),
        _ => Err(HeaderError::Malformed(name)),
    }
}
