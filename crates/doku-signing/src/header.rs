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

/// A header as it was sent, looked up once.
pub(crate) struct Sent<'a> {
    name: &'static str,
    value: Option<&'a HeaderValue>,
    /// It is there once more.
    twice: bool,
}

impl<'a> Sent<'a> {
    /// Looks a header up.
    pub(crate) fn of(headers: &'a HeaderMap, name: &'static str) -> Self {
        let mut values = headers.get_all(name).iter();
        Self { name, value: values.next(), twice: values.next().is_some() }
    }

    /// Whether it says something.
    pub(crate) fn present(&self) -> Result<(), HeaderError> {
        let blank = |value: &HeaderValue| value.as_bytes().trim_ascii().is_empty();
        if self.value.is_none_or(blank) { Err(HeaderError::Missing(self.name)) } else { Ok(()) }
    }

    /// Its text without white space around it; one that comes twice is ambiguous.
    pub(crate) fn text(&self) -> Result<String, HeaderError> {
        self.present()?;
        match self.value.map(HeaderValue::to_str) {
            Some(Ok(text)) if !self.twice && visible(text.trim()) => Ok(text.trim().to_owned()),
            _ => Err(HeaderError::Malformed(self.name)),
        }
    }
}

/// The text of one header, as [`Sent::text`] reads it.
pub(crate) fn text(headers: &HeaderMap, name: &'static str) -> Result<String, HeaderError> {
    Sent::of(headers, name).text()
}

/// Sets headers to texts that [`text`] reads back as they are: all of them, or none.
pub(crate) fn write(
    headers: &mut HeaderMap,
    texts: &[(&'static str, &str)],
) -> Result<(), HeaderError> {
    for &(name, text) in texts {
        check(name, text)?;
    }
    for &(name, text) in texts {
        // The names are constants of this crate, and valid; what is visible is so as a value.
        let value = HeaderValue::from_str(text).map_err(|_| HeaderError::Malformed(name))?;
        let key = HeaderName::try_from(name).map_err(|_| HeaderError::Malformed(name))?;
        headers.insert(key, value);
    }
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
