//! The doctor's report: what to change, and what should have been signed beside what was.

use maud::{Markup, html};

use super::{
    super::pieces::code,
    compare::{Side, drawn, first_difference, visible},
    cut,
};
use crate::journal::{Diagnosis, Place, ShownToSign};

/// Why a request was refused by its headers, its bearer or its signature.
pub(super) fn report(diagnosis: &Diagnosis) -> Markup {
    let text = drawn(&diagnosis.text);
    let (text, is_cut) = cut::beginning(&text, MAX_REPORT);
    html! {
        section #report aria-labelledby="report-title" {
            h2 #report-title { "What to change" }
            div.notice.bad {
                @if diagnosis.mistakes.is_empty() {
                    p { bdi { (diagnosis.summary) } " " (named(diagnosis.codes.iter().copied())) }
                } @else {
                    @for mistake in &diagnosis.mistakes {
                        p { strong { (mistake.advice) } " " (named([mistake.code])) }
                    }
                }
            }
            @if let Some(to_sign) = &diagnosis.to_sign { (strings(to_sign)) }
            details {
                summary { "The full report" }
                (code("The full report", text))
                @if is_cut { p.hint { "This is its beginning; the API has all of it." } }
            }
        }
    }
}

fn named(codes: impl IntoIterator<Item = &'static str>) -> Markup {
    html! { @for name in codes { "[" code { (name) } "] " } }
}

fn strings(to_sign: &ShownToSign) -> Markup {
    let ShownToSign { right, signed, difference, body_difference } = to_sign;
    let whole = |text| Side { before: text, marked: "", after: "" };
    let sides = signed.as_deref().and_then(|signed| first_difference(right, signed));
    html! {
        @match (signed, difference) {
            (None, _) => p {
                "What was signed instead is not known, since no known mistake leads to this signature: "
                "compare the secret key, and this string with the one that your program signs."
            }
            (Some(_), None) => p {
                "This very string was signed: what is wrong is the key, or how the signature is written."
            }
            (Some(_), Some(place)) => p { "The strings to sign first differ " (place_in_words(place)) }
        }
        @if let Some(place) = body_difference {
            p { "The body that was hashed first differs from the one that was sent " (place_in_words(place)) }
        }
        div.compare {
            @match (sides, signed) {
                (Some([right, signed]), _) => {
                    (string("To be signed", right, true))
                    (string("Was signed", signed, true))
                }
                (None, Some(signed)) => {
                    (string("To be signed", whole(right), false))
                    (string("Was signed", whole(signed), false))
                }
                (None, None) => (string("To be signed", whole(right), false)),
            }
        }
        @if difference.is_some() && sides.is_none() {
            p.hint { "Where they differ is masked: reveal personal data to see it." }
        }
        p.hint { "↵ is a line end, ← a carriage return, ⇥ a tab, · a blank, and ∎ stands where a string has ended." }
    }
}

/// Where, what stands there and what should.
fn place_in_words(place: &Place) -> Markup {
    let Place { offset, line, column, right, signed } = place;
    html! {
        "in line " (line) ", column " (column) " (byte " (offset) ", counted from 0): there stands "
        bdi.mono { (drawn(signed)) } ", and there should stand " bdi.mono { (drawn(right)) } "."
    }
}

/// One of the strings. What is far from the place in question is left out of a long one.
fn string(label: &str, side: Side<'_>, is_marked: bool) -> Markup {
    let [before, marked, after] = [side.before, side.marked, side.after].map(visible);
    let (before, begins_later) = match is_marked {
        true => cut::end(&before, MAX_PIECE),
        false => cut::beginning(&before, MAX_PIECE),
    };
    let (marked, is_cut) = cut::beginning(&marked, MAX_PIECE);
    let (after, ends_earlier) = cut::beginning(&after, MAX_PIECE);
    html! {
        div {
            h3 { (label) }
            pre.code.wrap tabindex="0" role="region" aria-label=(label) {
                code {
                    @if begins_later && is_marked { "…" }
                    (before)
                    @if begins_later && !is_marked { "…" }
                    @if is_marked {
                        mark { (if marked.is_empty() { ENDED } else { marked }) }
                        @if is_cut { "…" } @else { (after) @if ends_earlier { "…" } }
                    }
                }
            }
        }
    }
}

/// Stands where a string has ended and the other goes on.
const ENDED: &str = "∎";
/// How much is shown of each of a string's three pieces, in bytes.
const MAX_PIECE: usize = 8 << 10;
/// How much of the report's text is shown, in bytes.
const MAX_REPORT: usize = 20 << 10;
