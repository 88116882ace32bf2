//! What of a diagnosis is shown.

use http::Uri;

use super::{Mask, characters};

impl Mask<'_> {
    /// What was told of a request's signature. It quotes the target, which the sender may have signed in any
    /// spelling: of what is not shown of it no spelling is, nor any query, nor a quotation that has a piece of
    /// it.
    pub(crate) fn diagnosis(&self, text: &str, target: &Uri) -> String {
        let path = target.path();
        let mut text = self.text(text).replace(path, &self.path(path));
        let mut pieces = Vec::new();
        for segment in path.split('/').filter(|segment| self.path(segment) != *segment) {
            let spellings = spellings(segment);
            // A shorter one says nothing of anybody, and stands anywhere.
            for spelling in spellings.iter().filter(|spelling| spelling.len() >= MIN_PIECE) {
                text = text.replace(spelling, &characters(segment));
            }
            pieces.extend(spellings);
        }
        let query = target.query().unwrap_or_default();
        let hides_query = self.whole_query(query) != query;
        if hides_query {
            let read = form_urlencoded::parse(query.as_bytes());
            pieces.extend(read.flat_map(|(name, value)| [name.into_owned(), value.into_owned()]));
            pieces.push(query.to_owned());
        }
        if pieces.is_empty() {
            return text;
        }
        let has_piece = |quoted: &str| {
            let quoted: Vec<_> = quoted.chars().collect();
            quoted
                .windows(MIN_PIECE)
                .map(String::from_iter)
                .any(|window| pieces.iter().any(|piece| piece.contains(&window)))
        };
        let lines = text.split('\n').map(|line| {
            let parts = line.split('"').enumerate().map(|(n, part)| match part.split_once('?') {
                _ if n % 2 == 1 && has_piece(part) => characters(part),
                Some((before, after))
                    if hides_query && !after.is_empty() && !after.starts_with(' ') =>
                {
                    format!("{before}?{}", characters(after))
                }
                _ => part.to_owned(),
            });
            parts.collect::<Vec<_>>().join("\"")
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// How a piece of a path may stand in a string to sign, and in a report on it: longer ones first.
fn spellings(segment: &str) -> Vec<String> {
    let read = String::from_utf8_lossy(&decoded(segment)).into_owned();
    let escaped = |text: &str| {
        let escape = |c: char| match c {
            ' '..='~' => c.to_string(),
            _ => c.escape_unicode().to_string(),
        };
        text.chars().map(escape).collect::<String>()
    };
    let written = [encoded(segment, "%"), encoded(segment, "")];
    let mut all = vec![escaped(&read), segment.to_owned(), read];
    all.extend(written);
    all.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
    all
}

/// Each `%41` as the byte that it stands for.
fn decoded(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        let escape = match (first, after) {
            (b'%', [high, low, ..]) => digit(*high).zip(digit(*low)),
            _ => None,
        };
        (rest, _) = match escape {
            Some((high, low)) => (&after[2..], bytes.push(high << 4 | low)),
            None => (after, bytes.push(*first)),
        };
    }
    bytes
}

/// Everything escaped but what never has to be, and these characters.
fn encoded(text: &str, kept: &str) -> String {
    let escape = |byte: u8| match char::from(byte) {
        c if c.is_ascii_alphanumeric() || "-._~".contains(c) || kept.contains(c) => c.to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// How long a piece is at least that says something, in bytes.
const MIN_PIECE: usize = 4;

#[cfg(test)]
mod tests {
    use http::Uri;

    use super::super::tests::{CLOSED, open};

    #[test]
    fn a_diagnosis_is_shown_without_the_query_that_it_quotes() {
        let text = "Was it so?\n  Request-Target:/a?name=Budi Santoso␊\nThey differ: \"…/a?name=Bu…\" instead of \"…e=Budi+Sant…\", not \"…/a␊…\".";
        let target: Uri = "/a?name=Budi%20Santoso".parse().unwrap();
        let shown = CLOSED.diagnosis(text, &target);
        assert!(!shown.contains("Bu") && !shown.contains("Santoso"), "{shown}");
        assert!(shown.starts_with("Was it so?\n  Request-Target:/a?‹"), "{shown}");
        assert!(shown.ends_with("not \"…/a␊…\"."), "{shown}");
        assert_eq!(open().diagnosis(text, &target), text);
        let path: Uri = "/a/budi@x.id/Budi%20S".parse().unwrap();
        for signed in ["/a/budi%40x.id/Budi S", "/a/budi@x.id/Budi%2520S/", "/a/budi@x.id?c=%20"] {
            let text =
                format!("Request-Target:{signed}\nDigest:a?b=\"…i%40x.id/…\" not \"Digest\"");
            let shown = CLOSED.diagnosis(&text, &path);
            assert!(!shown.contains("udi") && !shown.contains("x.id"), "{shown}");
            assert!(
                shown.contains("\nDigest:a?b=\"‹") && shown.ends_with("not \"Digest\""),
                "{shown}"
            );
            assert_eq!(open().diagnosis(&text, &path), text);
        }
        let secret: Uri = "/a?token=sekrit".parse().unwrap();
        assert!(!open().diagnosis("\"/a?token=sekrit\"", &secret).contains("sek"));
    }
}
