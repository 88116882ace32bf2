//! One body printed by a recipe: one choice on each axis, as some program out there prints.

use super::{
    escape::{Escapes, resolve},
    json::Token,
};
use crate::diagnose::Mistake;

/// How a body was printed before it was hashed. `None` on an axis: as it should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Recipe {
    pub(super) layout: Option<Layout>,
    pub(super) sorted: bool,
    pub(super) escapes: Option<Escapes>,
    pub(super) numbers: Option<Numbers>,
    pub(super) ending: Option<Ending>,
}

/// White space between tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Compact,
    Spaced,
    /// After colons only.
    ColonSpaced,
    Indent(usize),
    /// Nor any inside strings.
    Stripped,
}

/// How a fraction with zeros at its end is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// `6000.0`
    Shortened,
    /// `6000`
    Integer,
}

/// What happens to the printed bytes as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Trimmed,
    /// These bytes after it.
    Newline(&'static str),
    CrLf,
    Lf,
}

impl Recipe {
    /// What is wrong with it.
    pub(super) fn mistakes(self) -> Vec<Mistake> {
        let layout = self.layout.map(|layout| match layout {
            Layout::Compact => Mistake::BodyCompact,
            Layout::Spaced | Layout::ColonSpaced => Mistake::BodySpaced,
            Layout::Indent(2) => Mistake::BodyIndent2,
            Layout::Indent(_) => Mistake::BodyIndent4,
            Layout::Stripped => Mistake::BodyStripped,
        });
        let escapes = self.escapes.map(|escapes| match escapes {
            Escapes::Resolved => Mistake::BodyUnescaped,
            Escapes::Html => Mistake::BodyHtmlEscaped,
            Escapes::Gson => Mistake::BodyGsonEscaped,
            Escapes::Ascii => Mistake::BodyAsciiEscaped,
            Escapes::Slashes => Mistake::BodySlashesEscaped,
            Escapes::Php => Mistake::BodyPhpEscaped,
            Escapes::DotNet => Mistake::BodyDotNetEscaped,
        });
        let numbers = self.numbers.map(|numbers| match numbers {
            Numbers::Shortened => Mistake::NumbersShortened,
            Numbers::Integer => Mistake::NumbersInteger,
        });
        let ending = self.ending.map(|ending| match ending {
            Ending::Trimmed => Mistake::BodyTrimmed,
            Ending::Newline(_) => Mistake::BodyNewline,
            Ending::CrLf => Mistake::BodyCrLf,
            Ending::Lf => Mistake::BodyLf,
        });
        let sorted = self.sorted.then_some(Mistake::BodySorted);
        [layout, sorted, escapes, numbers, ending].into_iter().flatten().collect()
    }

    /// The tokens, already in their order, printed.
    pub(super) fn print(self, tokens: &[Token<'_>], out: &mut Vec<u8>) {
        let rewritten = self.escapes.is_some() || self.layout == Some(Layout::Stripped);
        // Asked of every byte of the body, in some hundred recipes.
        let changes = rewritten.then(|| std::array::from_fn(|byte| self.may_change(byte as u8)));
        let mut depth = 0;
        let mut after_open = false;
        for token in tokens {
            let opened = std::mem::take(&mut after_open);
            match *token {
                Token::Space(space) if self.layout.is_none() => {
                    after_open = opened;
                    out.extend_from_slice(space.as_bytes());
                }
                Token::Space(_) => after_open = opened,
                Token::Open(bracket) => {
                    self.begin_line(opened, depth, out);
                    out.extend_from_slice(bracket.as_bytes());
                    (depth, after_open) = (depth + 1, true);
                }
                Token::Close(bracket) => {
                    depth = depth.saturating_sub(1);
                    self.begin_line(!opened, depth, out);
                    out.extend_from_slice(bracket.as_bytes());
                }
                Token::Comma => {
                    out.push(b',');
                    self.begin_line(true, depth, out);
                    if self.layout == Some(Layout::Spaced) {
                        out.push(b' ');
                    }
                }
                Token::Colon => {
                    out.push(b':');
                    if let Some(Layout::Spaced | Layout::ColonSpaced | Layout::Indent(_)) =
                        self.layout
                    {
                        out.push(b' ');
                    }
                }
                Token::Text(text) => {
                    self.begin_line(opened, depth, out);
                    self.print_text(text, changes.as_ref(), out);
                }
                Token::Number(number) => {
                    self.begin_line(opened, depth, out);
                    self.print_number(number, out);
                }
                Token::Word(word) => {
                    self.begin_line(opened, depth, out);
                    out.extend_from_slice(word.as_bytes());
                }
            }
        }
    }

    fn begin_line(self, wanted: bool, depth: usize, out: &mut Vec<u8>) {
        if let (true, Some(Layout::Indent(width))) = (wanted, self.layout) {
            out.push(b'\n');
            out.resize(out.len() + depth * width, b' ');
        }
    }

    /// `changes`: which bytes [may change](Self::may_change), if any.
    fn print_text(self, text: &str, changes: Option<&[bool; 256]>, out: &mut Vec<u8>) {
        let may_change = |byte: u8| changes.is_some_and(|changes| changes[usize::from(byte)]);
        out.push(b'"');
        let mut rest = text;
        while let Some(at) = rest.bytes().position(may_change) {
            out.extend_from_slice(&rest.as_bytes()[..at]);
            let length = self.print_character(&rest[at..], out);
            rest = &rest[at + length..];
        }
        out.extend_from_slice(rest.as_bytes());
        out.push(b'"');
    }

    /// Whether a character that begins with this byte, or an escape, has to be looked at.
    fn may_change(self, byte: u8) -> bool {
        match (byte, self.escapes) {
            (b' ' | 0x80.., _) if self.layout == Some(Layout::Stripped) => true,
            (_, None) => false,
            (b'\\' | 0x80.., _) => true,
            (_, Some(escapes)) => escapes.wants(char::from(byte)),
        }
    }

    /// The character or escape at the start, printed; its length.
    fn print_character(self, text: &str, out: &mut Vec<u8>) -> usize {
        let Some(c) = text.chars().next() else { return 0 };
        let mut length = c.len_utf8();
        if c == '\\' {
            let resolved = (self.escapes == Some(Escapes::Resolved)).then(|| resolve(text));
            if let Some((character, escape)) = resolved.flatten() {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return escape;
            }
            if let (Some(Escapes::DotNet), Some(b'"')) = (self.escapes, text.as_bytes().get(1)) {
                Escapes::DotNet.escape('"', out);
                return 2;
            }
            length += text[1..].chars().next().map_or(0, char::len_utf8);
            out.extend_from_slice(&text.as_bytes()[..length]);
        } else if let Some(escapes) = self.escapes.filter(|escapes| escapes.wants(c)) {
            escapes.escape(c, out);
        } else if !(self.layout == Some(Layout::Stripped) && c.is_whitespace()) {
            out.extend_from_slice(&text.as_bytes()[..length]);
        }
        length
    }

    fn print_number(self, number: &str, out: &mut Vec<u8>) {
        let plain = !number.contains(['e', 'E']);
        let shortened = match (self.numbers, number.split_once('.')) {
            (Some(style), Some((whole, fraction))) if plain => {
                match (fraction.trim_end_matches('0'), style) {
                    ("", Numbers::Shortened) => &number[..whole.len() + 2],
                    ("", Numbers::Integer) => whole,
                    (digits, _) => &number[..whole.len() + 1 + digits.len()],
                }
            }
            _ => number,
        };
        out.extend_from_slice(shortened.as_bytes());
    }
}

impl Ending {
    /// Whether printed bytes come out otherwise, as far as a glance tells.
    pub(super) fn matters(self, printed: &[u8]) -> bool {
        match self {
            Self::Trimmed => printed.trim_ascii().len() < printed.len(),
            Self::Newline(_) => true,
            Self::CrLf => printed.contains(&b'\n'),
            Self::Lf => printed.contains(&b'\r'),
        }
    }

    /// Applied to printed bytes.
    pub(super) fn apply(self, out: &mut Vec<u8>) {
        match self {
            Self::Trimmed => {
                let blanks = out.len() - out.trim_ascii_start().len();
                out.drain(..blanks);
                out.truncate(out.trim_ascii_end().len());
            }
            Self::Newline(bytes) => out.extend_from_slice(bytes.as_bytes()),
            Self::CrLf | Self::Lf => {
                let (from, to): (&[u8], &[u8]) =
                    if self == Self::Lf { (b"\r\n", b"\n") } else { (b"\n", b"\r\n") };
                for line in std::mem::take(out).split_inclusive(|byte| *byte == b'\n') {
                    match line.strip_suffix(from) {
                        Some(bare) if !bare.ends_with(b"\r") => {
                            out.extend_from_slice(bare);
                            out.extend_from_slice(to);
                        }
                        _ => out.extend_from_slice(line),
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::json, *};

    fn printed(recipe: Recipe, body: &str) -> String {
        let mut out = Vec::new();
        recipe.print(&json::tokens(body.as_bytes()).unwrap(), &mut out);
        if let Some(ending) = recipe.ending {
            ending.apply(&mut out);
        }
        String::from_utf8(out).unwrap()
    }

    const BODY: &str = r#"{"a": [1, {"b":[],"c":{}}] ,"d":"x , y"}"#;

    fn laid_out(layout: Layout) -> String {
        printed(Recipe { layout: Some(layout), ..Recipe::default() }, BODY)
    }

    #[test]
    fn layouts_are_those_of_well_known_printers() {
        assert_eq!(printed(Recipe::default(), BODY), BODY);
        // As JSON.stringify(body, null, 2) prints it.
        let indented = "{\n  \"a\": [\n    1,\n    {\n      \"b\": [],\n      \"c\": {}\n    }\n  ],\n  \"d\": \"x , y\"\n}";
        assert_eq!(laid_out(Layout::Indent(2)), indented);
        assert_eq!(laid_out(Layout::Compact), r#"{"a":[1,{"b":[],"c":{}}],"d":"x , y"}"#);
        assert_eq!(laid_out(Layout::Spaced), r#"{"a": [1, {"b": [], "c": {}}], "d": "x , y"}"#);
        assert_eq!(laid_out(Layout::Stripped), r#"{"a":[1,{"b":[],"c":{}}],"d":"x,y"}"#);
    }

    #[test]
    fn escapes_are_added_and_resolved() {
        let body = r#"["<é/😀='&\/\u0026\u00e9\ud83d\ude00\u0022\ud83d\n\\/"]"#;
        for (escapes, wanted) in [
            (Escapes::Resolved, r#"["<é/😀='&/&é😀\u0022\ud83d\n\\/"]"#),
            (Escapes::Html, r#"["\u003cé/😀='\u0026\/\u0026\u00e9\ud83d\ude00\u0022\ud83d\n\\/"]"#),
            (
                Escapes::Gson,
                r#"["\u003cé/😀\u003d\u0027\u0026\/\u0026\u00e9\ud83d\ude00\u0022\ud83d\n\\/"]"#,
            ),
            (
                Escapes::Php,
                r#"["<\u00e9\/\ud83d\ude00='&\/\u0026\u00e9\ud83d\ude00\u0022\ud83d\n\\\/"]"#,
            ),
        ] {
            let recipe = Recipe { escapes: Some(escapes), ..Recipe::default() };
            assert_eq!(printed(recipe, body), wanted, "{escapes:?}");
        }
    }

    #[test]
    fn only_zeros_at_the_end_of_a_fraction_go() {
        let body = "[6000.00,0.50,10,1.0e2,-0.0,100]";
        for (numbers, wanted) in [
            (Numbers::Shortened, "[6000.0,0.5,10,1.0e2,-0.0,100]"),
            (Numbers::Integer, "[6000,0.5,10,1.0e2,-0,100]"),
        ] {
            let recipe = Recipe { numbers: Some(numbers), ..Recipe::default() };
            assert_eq!(printed(recipe, body), wanted);
        }
    }

    #[test]
    fn line_ends_are_changed_once() {
        for (ending, wanted) in [
            (Ending::CrLf, "\r\n[\r\n1\r\n]\r\n"),
            (Ending::Lf, "\n[\n1\n]\n"),
            (Ending::Trimmed, "[\r\n1\n]"),
        ] {
            let recipe = Recipe { ending: Some(ending), ..Recipe::default() };
            assert_eq!(printed(recipe, "\n[\r\n1\n]\r\n"), wanted);
        }
    }
}
