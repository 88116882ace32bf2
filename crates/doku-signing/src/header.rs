//! Texts in header maps, read and written by one rule: there, once, visible, and without white
//! space around them.

use http::{HeaderMap, HeaderName, HeaderValue};

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
        (Some(Ok(text)), None) if visible(text.trim()) => Ok(text.trim().to_owned()),
        _ => Err(HeaderError::Malformed(name)),
    }
}

/// Sets headers to texts that [`text`] reads back as they are: all of them, or none.
pub(crate) fn write(
    headers: &mut HeaderMap,
    texts: &[(&'static str, &str)],
) -> Result<(), HeaderError> {
    let mut written = HeaderMap::with_capacity(texts.len());
    for &(name, text) in texts {
        check(name, text)?;
        let value = HeaderValue::from_str(text).map_err(|_| HeaderError::Malformed(name))?;
        // The names are constants of this crate, and valid.
        let key = HeaderName::try_from(name).map_err(|_| HeaderError::Malformed(name))?;
        written.insert(key, value);
    }
    headers.extend(written);
    Ok(())
}

/// Whether a text may be written: what a reader would trim, or refuse, may not.
pub(crate) fn check(name: &'static str, text: &str) -> Result<(), HeaderError> {
    match text.trim() {
        "" => Err(HeaderError::Missing(name)),
        trimmed if trimmed == text && visible(text) => Ok(()),
        _ => Err(HeaderError::Malformed(name)),
    }
}

/// ASCII that prints, and blanks between.
fn visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}
