//! Two strings to sign, and where they first differ.

/// One of the two, in three pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Side<'a> {
    /// As in the other.
    pub(super) before: &'a str,
    /// In the first line that differs, all that does; nothing, where this one ends first.
    pub(super) marked: &'a str,
    /// The rest, alike or not.
    pub(super) after: &'a str,
}

/// Both of them, if they differ.
pub(super) fn first_difference<'a>(right: &'a str, signed: &'a str) -> Option<[Side<'a>; 2]> {
    let start = alike(right.chars(), signed.chars());
    if start == right.len() && start == signed.len() {
        return None;
    }
    let (right_rest, signed_rest) = (rest_of_line(right, start), rest_of_line(signed, start));
    let mut same = alike(right_rest.chars().rev(), signed_rest.chars().rev());
    if same == right_rest.len() || same == signed_rest.len() {
        // Something was left out of one of them: there the character after it is marked.
        let first = right_rest[right_rest.len() - same..].chars().next();
        same -= first.map_or(0, char::len_utf8);
    }
    let side = |text: &'a str, rest: &str| {
        let end = start + rest.len() - same;
        Side { before: &text[..start], marked: &text[start..end], after: &text[end..] }
    };
    Some([side(right, right_rest), side(signed, signed_rest)])
}

/// With everything seen that usually is not: a line end is a sign and a line end.
pub(super) fn visible(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => seen.push_str("↵\n"),
            '\r' => seen.push('←'),
            '\t' => seen.push('⇥'),
            ' ' => seen.push('·'),
            // What is masked stands between these.
            '!'..='~' | '‹' | '›' => seen.push(c),
            _ => seen.extend(c.escape_unicode()),
        }
    }
    seen
}

/// What the doctor says, whose pictures of control characters many fonts do not have, with the same signs.
pub(super) fn drawn(told: &str) -> String {
    let mut drawn = String::with_capacity(told.len());
    for c in told.chars() {
        match c {
            '␊' => drawn.push('↵'),
            '␍' => drawn.push('←'),
            '␉' => drawn.push('⇥'),
            '␡' => drawn.extend('\u{7f}'.escape_unicode()),
            '\u{2400}'..='\u{241f}' => {
                let meant = char::from_u32(u32::from(c) - 0x2400).unwrap_or(c);
                drawn.extend(meant.escape_unicode());
            }
            _ => drawn.push(c),
        }
    }
    drawn
}

/// How long the beginnings are that are alike, in bytes.
fn alike(one: impl Iterator<Item = char>, other: impl Iterator<Item = char>) -> usize {
    one.zip(other).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
}

/// From a place on, with the line's end.
fn rest_of_line(text: &str, start: usize) -> &str {
    text[start..].split_inclusive('\n').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(right: &'static str, signed: &'static str) -> [&'static str; 2] {
        first_difference(right, signed).unwrap().map(|side| side.marked)
    }

    #[test]
    fn what_differs_in_the_first_line_that_does_is_marked() {
        assert_eq!(first_difference("a\nb", "a\nb"), None);
        assert_eq!(marked("a:1\nDigest:xyz=\nc", "a:1\nDigest:xQz=\nd"), ["y", "Q"]);
        assert_eq!(marked("T:05Z\nx", "T:05+07:00\nx"), ["Z", "+07:00"]);
        assert_eq!(marked("/a/b\nx", "/a//b\nx"), ["b", "/b"]);
        assert_eq!(marked("/a\nx", "/ab\nx"), ["\n", "b\n"]);
        assert_eq!(marked("a\nb", "a\nb\n"), ["", "\n"]);
        assert_eq!(marked("a\nb", "a"), ["\n", ""]);
        assert_eq!(marked("aé", "aè"), ["é", "è"]);
        assert_eq!(marked("", "x"), ["", "x"]);
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(visible("a b\r\n\tc\u{a0}\u{7f}‹1›"), "a·b←↵\n⇥c\\u{a0}\\u{7f}‹1›");
        assert_eq!(drawn("a b␍␊\n␉␡␀"), "a b←↵\n⇥\\u{7f}\\u{0}");
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_whole(right in "[ab\\né]{0,12}", signed in "[ab\\né]{0,12}") {
            let sides = first_difference(&right, &signed);
            prop_assert_eq!(sides.is_none(), right == signed);
            for (side, text) in sides.iter().flatten().zip([&right, &signed]) {
                prop_assert_eq!(&[side.before, side.marked, side.after].concat(), text);
                prop_assert_eq!(side.before, sides.unwrap()[0].before);
                prop_assert!(!side.marked.is_empty() || side.after.is_empty());
            }
        }
    }
}
