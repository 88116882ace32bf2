//! What of a diagnosis is shown.

use http::Uri;

use super::{Mask, characters};

impl Mask<'_> {
    /// What was told of a request's signature. It quotes the target, which the sender may have signed in any
    /// spelling: if that is not shown, no query is, nor a quotation that has a piece of it.
    pub(crate) fn diagnosis(&self, text: &str, target: &Uri) -> String {
        let text = self.text(text).replace(target.path(), &self.path(target.path()));
        let query = target.query().unwrap_or_default();
        if self.whole_query(query) == query {
            return text;
        }
        let read = form_urlencoded::parse(query.as_bytes());
        let pieces: Vec<_> = read
            .flat_map(|(name, value)| [name.into_owned(), value.into_owned()])
            .chain([query.to_owned()])
            .collect();
        let has_piece = |quoted: &str| {
            let quoted: Vec<_> = quoted.chars().collect();
            quoted
                .windows(4)
                .map(String::from_iter)
                .any(|window| pieces.iter().any(|piece| piece.contains(&window)))
        };
        let lines = text.split('\n').map(|line| {
            let parts = line.split('"').enumerate().map(|(n, part)| match part.split_once('?') {
                _ if n % 2 == 1 && has_piece(part) => characters(part),
                Some((before, after)) if !after.is_empty() && !after.starts_with(' ') => {
                    format!("{before}?{}", characters(after))
                }
                _ => part.to_owned(),
            });
            parts.collect::<Vec<_>>().join("\"")
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

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
        let secret: Uri = "/a?token=sekrit".parse().unwrap();
        assert!(!open().diagnosis("\"/a?token=sekrit\"", &secret).contains("sek"));
    }
}
