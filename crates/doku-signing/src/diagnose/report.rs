//! What the doctor says: the mistakes, and where what was signed differs from what is right.

use std::{cmp::Ordering, fmt};

use super::{
    Mistake,
    body::{Body, Made},
    reading::Reading,
    search::{Found, Scheme},
};

/// The findings on a signature that is not right.
///
/// It holds no secret: no key, no right signature, `<token>` in place of an access token, and of a
/// body only what kind of character stands where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    explanations: Vec<Vec<Mistake>>,
    right: String,
    signed: Option<String>,
    difference: Option<Difference>,
    body_difference: Option<Difference>,
    readable: bool,
    deepest: usize,
}

impl Report {
    /// What was done wrong: one mistake or two; none where none is known that explains the signature.
    pub fn mistakes(&self) -> &[Mistake] {
        self.explanations.first().map_or(&[], Vec::as_slice)
    }

    /// What explains the signature as well, with as many mistakes, likelier ones first.
    pub fn alternatives(&self) -> impl Iterator<Item = &[Mistake]> {
        self.explanations.iter().skip(1).map(Vec::as_slice)
    }

    /// The string that should have been signed.
    pub fn right(&self) -> &str {
        &self.right
    }

    /// The string that was signed, where it is known.
    pub fn signed(&self) -> Option<&str> {
        self.signed.as_deref()
    }

    /// Where the two strings differ, if they do: not where only the key is at fault, or how the
    /// signature is written.
    pub fn difference(&self) -> Option<&Difference> {
        self.difference.as_ref()
    }

    /// Where the body that was hashed differs from the one that should have been, if it does.
    pub fn body_difference(&self) -> Option<&Difference> {
        self.body_difference.as_ref()
    }

    /// Whether pairs of mistakes were looked for: they are not with RSA, nor with a body of more than
    /// 64 KiB.
    pub fn looked_for_pairs(&self) -> bool {
        self.deepest > 1
    }

    /// Whether what was presented can be a signature of its scheme at all, however it is written.
    pub fn is_readable(&self) -> bool {
        self.readable
    }

    pub(super) fn explained(
        scheme: &Scheme,
        found: &[(&Reading, Found)],
        body: &Body<'_>,
        deepest: usize,
    ) -> Self {
        let mut ways: Vec<(Vec<Mistake>, &Found)> = Vec::new();
        for (reading, found) in found {
            for way in found.ways(scheme) {
                let mut way = [way, reading.mistakes.clone()].concat();
                way.sort();
                ways.push((way, found));
            }
        }
        ways.sort_by(|(one, _), (other, _)| one.cmp(other));
        ways.dedup_by(|(one, _), (other, _)| one == other);

        let best = ways.first().map(|(_, found)| *found);
        let right = Found::right(scheme).shown(scheme);
        let signed = best.map(|found| found.shown(scheme));
        let made = best.and_then(|found| found.body(scheme));
        let explanations = ways.into_iter().map(|(way, _)| way).collect();
        Self {
            difference: signed.as_ref().and_then(|signed| Difference::of_texts(&right, signed)),
            body_difference: made.and_then(|made| Difference::of_bodies(body, made)),
            readable: true,
            deepest,
            explanations,
            right,
            signed,
        }
    }

    pub(super) fn unexplained(right: String, readable: bool, deepest: usize) -> Self {
        Self {
            explanations: Vec::new(),
            right,
            signed: None,
            difference: None,
            body_difference: None,
            readable,
            deepest,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mistakes().is_empty() {
            f.write_str(match (self.readable, self.deepest) {
                (false, _) => "What was presented cannot be a signature of this scheme.",
                (_, 2..) => "No known mistake explains the signature, nor do two of them together.",
                _ => "No known mistake explains the signature; pairs were not looked for.",
            })?;
            f.write_str("\nCompare the key, and what is to be signed, with the other side's:")?;
            return write_lines(f, &self.right);
        }
        for (place, mistake) in self.mistakes().iter().enumerate() {
            let before = if place == 0 { "" } else { "\n" };
            write!(f, "{before}{mistake} [{}]", mistake.code())?;
        }
        for other in self.alternatives() {
            let codes: Vec<_> = other.iter().map(|mistake| mistake.code()).collect();
            write!(f, "\nIt could as well be: {}.", codes.join(" and "))?;
        }
        f.write_str("\nTo be signed:")?;
        write_lines(f, &self.right)?;
        match (&self.signed, &self.difference) {
            (Some(signed), Some(difference)) => {
                f.write_str("\nWas signed:")?;
                write_lines(f, signed)?;
                write!(f, "\nThey differ {difference}.")?;
            }
            _ => f.write_str("\nThis very string was signed.")?,
        }
        if let Some(difference) = &self.body_difference {
            write!(f, "\nThe bodies differ {difference}.")?;
        }
        Ok(())
    }
}

/// The first byte in which two texts differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    offset: usize,
    line: usize,
    column: usize,
    right: String,
    signed: String,
}

impl Difference {
    /// Its place, in bytes from 0. In a string to sign as it is shown: `<token>` has 7.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The line it is in, from 1, lines ending in a line feed.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Its place in the line, in bytes from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// What should stand there: of a string to sign a short excerpt, control characters made visible;
    /// of a body only the kind of character.
    pub fn right(&self) -> &str {
        &self.right
    }

    /// What stands there in what was signed, written as in [`right`](Self::right).
    pub fn signed(&self) -> &str {
        &self.signed
    }

    fn of_texts(right: &str, signed: &str) -> Option<Self> {
        let offset = first_difference(right.as_bytes(), signed.as_bytes())?;
        Some(Self::at(offset, right.as_bytes(), excerpt(right, offset), excerpt(signed, offset)))
    }

    /// Without what stands in them: that may be a person's.
    fn of_bodies(body: &Body<'_>, made: Made) -> Option<Self> {
        let (right, signed) = (body.right(), body.bytes(made));
        let offset = first_difference(right, &signed)?;
        let kinds = [right.get(offset), signed.get(offset)].map(|byte| kind(byte.copied()));
        let [should_be, is] = kinds.map(str::to_owned);
        Some(Self::at(offset, right, should_be, is))
    }

    fn at(offset: usize, text: &[u8], right: String, signed: String) -> Self {
        let before = &text[..offset];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        Self { offset, line, column: offset - line_start + 1, right, signed }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, line, column, right, signed } = self;
        write!(f, "at byte {offset} (line {line}, column {column}): {signed} instead of {right}")
    }
}

/// A text line by line, what cannot be seen made visible.
fn write_lines(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    text.split_inclusive('\n').try_for_each(|line| write!(f, "\n  {}", visible(line)))
}

fn first_difference(one: &[u8], other: &[u8]) -> Option<usize> {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    match one.len().cmp(&other.len()) {
        Ordering::Equal if same == one.len() => None,
        _ => Some(same),
    }
}

/// From a bit before the place to a bit behind it.
fn excerpt(text: &str, offset: usize) -> String {
    let start = text.floor_char_boundary(offset.saturating_sub(12));
    let end = text.floor_char_boundary(offset.saturating_add(12).min(text.len()));
    let (opened, closed) =
        (if start > 0 { "…" } else { "" }, if end < text.len() { "…" } else { "" });
    format!("\"{opened}{}{closed}\"", visible(&text[start..end]))
}

/// Control characters as their pictures, and whatever is not ASCII by its number.
fn visible(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0'..='\x1f' => seen.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
            '\x7f' => seen.push('␡'),
            ' '..='~' => seen.push(c),
            _ => seen.extend(c.escape_unicode()),
        }
    }
    seen
}

/// What kind of character a body has there.
fn kind(byte: Option<u8>) -> &'static str {
    match byte {
        None => "the end",
        Some(b'\n') => "a line feed",
        Some(b'\r') => "a carriage return",
        Some(b'\t') => "a tab",
        Some(b' ') => "a blank",
        Some(b'"') => "a quote",
        Some(b'\\') => "a backslash",
        Some(b'/') => "a slash",
        Some(b',') => "a comma",
        Some(b':') => "a colon",
        Some(b'{' | b'}' | b'[' | b']') => "a bracket",
        Some(b'0'..=b'9') => "a digit",
        Some(b'a'..=b'z' | b'A'..=b'Z') => "a letter",
        Some(0x80..) => "a character outside ASCII",
        Some(0..=0x1f | 0x7f) => "a control character",
        Some(_) => "another character",
    }
}
