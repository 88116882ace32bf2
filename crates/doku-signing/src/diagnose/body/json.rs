//! JSON text as tokens, so that it can be re-printed as other programs would: whatever is not
//! changed on purpose stays as it was written.

use serde_json::value::RawValue;

/// A piece of the text; together, in order, they are the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// White space between the others.
    Space(&'a str),
    /// `{` or `[`.
    Open(&'a str),
    /// `}` or `]`.
    Close(&'a str),
    Comma,
    Colon,
    /// What stands between two quotes, escapes as they are.
    Text(&'a str),
    Number(&'a str),
    /// `true`, `false`, `null`.
    Word(&'a str),
}

/// The tokens of a body; `None` where it is not JSON, or nested deeper than [`MAX_DEPTH`].
pub(super) fn tokens(body: &[u8]) -> Option<Vec<Token<'_>>> {
    let text = std::str::from_utf8(body).ok()?;
    // What follows relies on the syntax; this knows it.
    serde_json::from_str::<&RawValue>(text).ok()?;
    let mut tokens = Vec::new();
    let (mut rest, mut depth) = (text, 0_usize);
    while let Some(first) = rest.bytes().next() {
        let length = match first {
            b'"' => text_length(rest),
            b' ' | b'\t' | b'\n' | b'\r' => run(rest, |byte| byte.is_ascii_whitespace()),
            b'-' | b'0'..=b'9' => {
                run(rest, |byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            }
            b'a'..=b'z' => run(rest, |byte| byte.is_ascii_lowercase()),
            _ => 1,
        };
        let (token, after) = rest.split_at_checked(length)?;
        tokens.push(match first {
            b'"' => Token::Text(token.get(1..length - 1)?),
            b' ' | b'\t' | b'\n' | b'\r' => Token::Space(token),
            b'{' | b'[' => {
                depth += 1;
                Token::Open(token)
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                Token::Close(token)
            }
            b',' => Token::Comma,
            b':' => Token::Colon,
            b'-' | b'0'..=b'9' => Token::Number(token),
            _ => Token::Word(token),
        });
        if depth > MAX_DEPTH {
            return None;
        }
        rest = after;
    }
    Some(tokens)
}

/// The tokens with the members of every object in the order of their keys. White space and commas
/// stay where they are: only the members trade places.
pub(super) fn sorted<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        out.push(*token);
        at += 1;
        if *token == Token::Open("{") {
            let inner = &tokens[at..at + inner_length(&tokens[at..])];
            sort_members(inner, &mut out);
            at += inner.len();
        }
    }
    out
}

fn sort_members<'a>(inner: &[Token<'a>], out: &mut Vec<Token<'a>>) {
    let pieces: Vec<_> = split_at_commas(inner).into_iter().map(without_space).collect();
    let mut order: Vec<_> = pieces.iter().map(|(_, member, _)| *member).collect();
    // By the keys' text: an object's member begins with it.
    order.sort_by_key(|member| match member.first() {
        Some(Token::Text(key)) => *key,
        _ => "",
    });
    for (place, ((before, _, after), member)) in pieces.iter().zip(order).enumerate() {
        if place > 0 {
            out.push(Token::Comma);
        }
        out.extend_from_slice(before);
        out.extend(sorted(member));
        out.extend_from_slice(after);
    }
}

/// How many tokens there are before the bracket that closes this level.
fn inner_length(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close(_) if depth == 0 => return at,
            Token::Close(_) => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

fn split_at_commas<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut depth = 0_usize;
    tokens
        .split(|token| {
            match token {
                Token::Open(_) => depth += 1,
                Token::Close(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && *token == Token::Comma
        })
        .collect()
}

type Piece<'t, 'a> = (&'t [Token<'a>], &'t [Token<'a>], &'t [Token<'a>]);

fn without_space<'t, 'a>(tokens: &'t [Token<'a>]) -> Piece<'t, 'a> {
    let solid = |token: &Token<'_>| !matches!(token, Token::Space(_));
    let start = tokens.iter().position(solid).unwrap_or(tokens.len());
    let end = tokens.iter().rposition(solid).map_or(start, |last| last + 1);
    (&tokens[..start], &tokens[start..end], &tokens[end..])
}

/// The length of the string at the start, with its quotes.
fn text_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn run(text: &str, belongs: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| belongs(*byte)).count()
}

/// Deeper bodies are not re-printed: an indent for each level of them could fill the memory. DOKU's
/// own have six levels.
const MAX_DEPTH: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn printed(tokens: &[Token<'_>]) -> String {
        let mut text = String::new();
        for token in tokens {
            match token {
                Token::Text(inner) => text.extend(["\"", inner, "\""]),
                Token::Comma => text.push(','),
                Token::Colon => text.push(':'),
                Token::Space(part)
                | Token::Open(part)
                | Token::Close(part)
                | Token::Number(part)
                | Token::Word(part) => text.push_str(part),
            }
        }
        text
    }

    #[test]
    fn members_are_sorted_at_every_level_and_white_space_keeps_its_place() {
        let text = r#"{ "b" : [ {"z":1,"a":{"y":2,"x":3}} ],"a":"\"," , "ab":{}, "a!":null}"#;
        let wanted = r#"{ "a":"\",","a!":null , "ab":{}, "b" : [ {"a":{"x":3,"y":2},"z":1} ]}"#;
        assert_eq!(printed(&sorted(&tokens(text.as_bytes()).unwrap())), wanted);
    }

    #[test]
    fn what_is_no_json_or_too_deep_has_no_tokens() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(tokens(nested(MAX_DEPTH).as_bytes()).is_some());
        assert!(tokens(nested(MAX_DEPTH + 1).as_bytes()).is_none());
        for text in ["", "{", "{'a':1}", "\"\\", "[1,]", "1 2", "\u{feff}{}"] {
            assert!(tokens(text.as_bytes()).is_none(), "{text:?}");
        }
        assert!(tokens(b"\"\xff\"").is_none());
    }

    proptest! {
        #[test]
        fn tokens_are_the_text(text in r#"[ \t\n]?(\{"a\\"?b?": ?[0-9]{1,3}(\.[0-9]+)?(, ?"é": \[(true|null|"x\\\\")?\])?\}|"[a-z \\]*"|-?[0-9.eE+-]+) ?"#) {
            if let Some(tokens) = tokens(text.as_bytes()) {
                prop_assert_eq!(printed(&tokens), text);
            }
        }
    }
}
