//! Escapes in JSON strings: which characters well-known printers escape, and how.

/// Which characters of strings are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// As few as JSON allows.
    Resolved,
    /// `<>&` and two line separators, as in Go.
    Html,
    /// `<>&='` and the separators, as in Gson.
    Gson,
    Ascii,
    Slashes,
    /// Slashes and what is not ASCII, as in PHP.
    Php,
    /// All quotes, what stands out in HTML, and what is not ASCII, in capital hex digits, as in
    /// .NET's `System.Text.Json`.
    DotNet,
}

impl Escapes {
    /// Whether this character is written as an escape.
    pub(super) fn wants(self, c: char) -> bool {
        let html = matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
        match self {
            Self::Resolved => false,
            Self::Html => html,
            Self::Gson => html || matches!(c, '=' | '\''),
            Self::Ascii => !c.is_ascii(),
            Self::Slashes => c == '/',
            Self::Php => c == '/' || !c.is_ascii(),
            Self::DotNet => matches!(c, '<' | '>' | '&' | '\'' | '"' | '+' | '`') || !c.is_ascii(),
        }
    }

    /// The character as JSON's escape, of several where it needs them.
    pub(super) fn escape(self, c: char, out: &mut Vec<u8>) {
        if c == '/' {
            out.extend_from_slice(b"\\/");
            return;
        }
        let digits = if self == Self::DotNet { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        for unit in c.encode_utf16(&mut [0; 2]) {
            let digit = |shift: u16| digits[usize::from(*unit >> shift & 15)];
            out.extend([b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
        }
    }
}

/// The character that the escape at the start stands for, and the escape's length; `None` where
/// JSON needs the escape.
pub(super) fn resolve(text: &str) -> Option<(char, usize)> {
    if text.starts_with("\\/") {
        return Some(('/', 2));
    }
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = unit(0)?;
    let units = [first, unit(6).unwrap_or_default()];
    let character = char::decode_utf16(units).next()?.ok()?;
    let length = if character.len_utf16() == 2 { 12 } else { 6 };
    (!character.is_control() && !matches!(character, '"' | '\\')).then_some((character, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_no_escape_is_resolved() {
        for (text, wanted) in [
            ("\\/x", Some(('/', 2))),
            ("\\u0026x", Some(('&', 6))),
            ("\\u00e9", Some(('é', 6))),
            ("\\ud83d\\ude00", Some(('😀', 12))),
            ("\\u00e9\\ude00", Some(('é', 6))),
            ("\\ud83d\\n", None),
            ("\\u0022", None),
            ("\\u000a", None),
            ("\\n", None),
            ("\\u00", None),
            ("\\u00é9", None),
        ] {
            assert_eq!(resolve(text), wanted, "{text}");
        }
    }

    #[test]
    fn escapes_are_those_of_well_known_printers() {
        // What json.dumps and json_encode print.
        for (escapes, c, wanted) in [
            (Escapes::Php, 'é', "\\u00e9"),
            (Escapes::Ascii, '😀', "\\ud83d\\ude00"),
            (Escapes::Slashes, '/', "\\/"),
            (Escapes::DotNet, 'é', "\\u00E9"),
        ] {
            let mut out = Vec::new();
            escapes.escape(c, &mut out);
            assert_eq!(out, wanted.as_bytes());
        }
        let escaped = |escapes: Escapes| "<>&='é/a\u{2028}".replace(|c| !escapes.wants(c), "");
        assert_eq!(escaped(Escapes::Resolved), "");
        assert_eq!(escaped(Escapes::Html), "<>&\u{2028}");
        assert_eq!(escaped(Escapes::Gson), "<>&='\u{2028}");
        assert_eq!(escaped(Escapes::Ascii), "é\u{2028}");
        assert_eq!(escaped(Escapes::Slashes), "/");
        assert_eq!(escaped(Escapes::Php), "é/\u{2028}");
    }
}
