//! Why a request was refused by its headers or its signature.

mod doctor;
mod headers;
mod to_sign;

use http::{HeaderMap, HeaderValue};

pub(crate) use doctor::Doctor;
pub(crate) use headers::{malformed, malformed_timestamp, missing, unknown_client, untimely};
pub use to_sign::ToSign;

/// Why a request was refused by its headers, its bearer or its signature, for whoever sent it. It holds no
/// secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// What was done wrong, by names for machines, such as `body-indent-2` or `header-missing`: never empty.
    /// `unknown` where no known mistake explains a signature, `not-examined` where nobody looked for one.
    pub codes: Vec<&'static str>,
    /// What to do, in a sentence or two of ASCII: with the codes, this is the header `Doku-Mock-Diagnosis`.
    pub summary: String,
    /// The whole report, in several lines; at most 16 KiB.
    pub text: String,
    /// What was to be signed, where the signature was examined.
    pub to_sign: Option<Box<ToSign>>,
}

impl Explanation {
    /// One whose summary says it all.
    pub(crate) fn of(code: &'static str, summary: impl Into<String>) -> Self {
        let summary = ascii(&summary.into());
        Self { codes: vec![code], text: summary.clone(), summary, to_sign: None }
    }

    /// One with a report beside its summary.
    fn reported(codes: Vec<&'static str>, summary: &str, mut report: String) -> Self {
        if report.len() > MAX_TEXT {
            report.truncate(report.floor_char_boundary(MAX_TEXT - '…'.len_utf8()));
            report.push('…');
        }
        Self { codes, summary: ascii(summary), text: report, to_sign: None }
    }

    /// How much memory it takes beside itself, in bytes, but for what an allocator adds.
    pub(crate) fn size(&self) -> usize {
        let Self { codes, summary, text, to_sign } = self;
        let to_sign = to_sign.as_ref().map_or(0, |to_sign| to_sign.size());
        size_of_val(codes.as_slice()) + summary.len() + text.len() + to_sign
    }

    /// Tells it to whoever sent the request, in the header `Doku-Mock-Diagnosis`.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let mut line = format!("{}; {}", self.codes.join(","), self.summary);
        if line.len() > MAX_LINE {
            // It is ASCII, so every place is a boundary.
            line.truncate(MAX_LINE - DOTS.len());
            line.push_str(DOTS);
        }
        // Visible ASCII and blanks are a header's value.
        if let Ok(value) = HeaderValue::try_from(line) {
            headers.insert(DIAGNOSIS, value);
        }
    }
}

/// One line of visible ASCII: pictures of control characters as escapes, whatever else is not ASCII by its
/// number.
fn ascii(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '…' => line.push_str(DOTS),
            // The doctor's pictures of control characters.
            '\u{2400}'..='\u{241f}' => line.extend(char::from(c as u8).escape_default()),
            ' '..='~' => line.push(c),
            _ => line.extend(c.escape_default()),
        }
    }
    line
}

/// As much of a value that came from outside as an explanation shows.
fn shown(value: &str) -> &str {
    &value[..value.floor_char_boundary(MAX_SHOWN)]
}

/// The mock's own.
pub(crate) const DIAGNOSIS: &str = "doku-mock-diagnosis";
/// The longest header value, in bytes.
const MAX_LINE: usize = 400;
/// The longest report, in bytes: one shows the target twice.
const MAX_TEXT: usize = 16 << 10;
/// How much of a value is shown, in bytes.
const MAX_SHOWN: usize = 64;
const DOTS: &str = "...";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_is_explained_fits_a_header(text in "\\PC{0,300}|[\\x00-\\x1f␀-␟…a]{0,300}") {
            let mut headers = HeaderMap::new();
            Explanation::reported(vec!["a", "b"], &text, text.clone()).tell(&mut headers);
            let line = headers[DIAGNOSIS].to_str().unwrap();
            prop_assert!(line.starts_with("a,b; ") && line.len() <= MAX_LINE, "{}", line);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_written_as_an_escape() {
        assert_eq!(ascii("\"…x␊Digest:é\""), r#""...x\nDigest:\u{e9}""#);
        let long = Explanation::reported(vec!["a"], "", "…".repeat(MAX_TEXT));
        assert!(long.text.len() <= MAX_TEXT && long.text.ends_with('…'));
    }
}
