//! Long texts, cut so that a page stays within its bounds.

/// As much of a text's beginning as takes `most` bytes in a page; and whether that is not all.
pub(super) fn beginning(text: &str, most: usize) -> (&str, bool) {
    let end = fits(text.chars(), most);
    (&text[..end], end < text.len())
}

/// As much of a text's end as takes `most` bytes in a page; and whether that is not all.
pub(super) fn end(text: &str, most: usize) -> (&str, bool) {
    let length = fits(text.chars().rev(), most);
    (&text[text.len() - length..], length < text.len())
}

/// How many bytes a text takes in a page.
pub(super) fn taken(text: &str) -> usize {
    text.chars().map(taken_by).sum()
}

/// How long those of the characters are, in bytes, that take so many in a page.
fn fits(characters: impl Iterator<Item = char>, most: usize) -> usize {
    let (mut length, mut taken) = (0, 0);
    for character in characters {
        taken += taken_by(character);
        if taken > most {
            break;
        }
        length += character.len_utf8();
    }
    length
}

fn taken_by(character: char) -> usize {
    match character {
        '"' => "&quot;".len(),
        '&' => "&amp;".len(),
        '<' | '>' => "&lt;".len(),
        other => other.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_what_it_takes_in_a_page() {
        assert_eq!(beginning("abc", 3), ("abc", false));
        assert_eq!(beginning("abc", 2), ("ab", true));
        assert_eq!(beginning("a\"b", 6), ("a", true));
        assert_eq!(beginning("a\"b", 8), ("a\"b", false));
        assert_eq!(end("ééa", 3), ("éa", true));
        assert_eq!(taken("a\"<é"), 1 + 6 + 4 + 2);
        assert_eq!((end("", 0), beginning("", 0)), (("", false), ("", false)));
    }
}
