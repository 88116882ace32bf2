//! What may have been signed for a non-SNAP message.

use doku_types::SecretKey;

use super::{
    Mistake,
    body::Body,
    part,
    search::{Layout, Scheme},
    slot::Slot,
    target, timestamp,
};
use crate::{
    Digest, Message,
    non_snap::{Form, SignedHeaders},
};

pub(super) fn scheme(
    form: Form,
    message: &Message<'_>,
    headers: &SignedHeaders,
    key: &SecretKey,
    body: &Body<'_>,
    depth: usize,
) -> Scheme {
    let has_digest = Digest::of_message(message.method, message.body).is_some();
    Scheme {
        keys: part::key(key.expose(), depth),
        layouts: layouts(form, depth),
        slots: vec![
            part::client_id(&headers.client_id),
            Slot::right(Some(headers.request_id.as_bytes())),
            // Its header has whole seconds, so a clock's milliseconds may have been cut off for it; to
            // try each of them beside every other mistake would take too long.
            timestamp::slot(&headers.timestamp, depth == 1, depth),
            target::slot(message, false, depth),
            part::digest(body, has_digest, depth),
        ],
    }
}

/// Every way to lay out the lines with up to so many mistakes, the right one first.
fn layouts(form: Form, depth: usize) -> Vec<Layout> {
    let mut layouts = Vec::new();
    let other = match form {
        Form::Request => Form::Response,
        Form::Response => Form::Request,
    };
    for (not_that, form) in [(None, form), (Some(Mistake::OtherForm), other)] {
        for (case, names) in names(form, depth) {
            for (blank, colon) in [(None, ":"), (Some(Mistake::ColonBlank), ": ")] {
                for (joined, line_end) in LINE_ENDS {
                    for (ended, end) in [(None, ""), (Some(Mistake::StringNewline), line_end)] {
                        let mistakes = [not_that, case, blank, joined, ended];
                        let mistakes: Vec<_> = mistakes.into_iter().flatten().collect();
                        if mistakes.len() > depth {
                            continue;
                        }
                        let lines = names.iter().enumerate().map(|(slot, name)| {
                            let before = if slot == 0 { "" } else { line_end };
                            (format!("{before}{name}{colon}"), slot)
                        });
                        layouts.push(Layout { mistakes, lines: lines.collect(), end });
                    }
                }
            }
        }
    }
    layouts
}

/// The lines' names, and how they are misspelled: all of them, or one alone. The rarer ones are
/// tried alone only: each is a search of its own.
fn names(form: Form, depth: usize) -> Vec<(Option<Mistake>, [String; 5])> {
    let right = ["Client-Id", "Request-Id", form.timestamp_header(), "Request-Target", "Digest"];
    let right = right.map(str::to_owned);
    let all = |spelling: Spelling| std::array::from_fn(|at| spelling(&right[at]));
    let one = |spelling: Spelling, at: usize| {
        let mut names = right.clone();
        names[at] = spelling(&right[at]);
        names
    };
    let mut misspelled = vec![
        all(|name| name.to_ascii_lowercase()),
        all(|name| name.to_ascii_uppercase()),
        all(CAPITAL_ID),
        all(SMALL_SECOND),
    ];
    misspelled.extend([0, 1].map(|at| one(CAPITAL_ID, at)));
    if depth == 1 {
        misspelled.extend((0..5).map(|at| one(|name| name.to_ascii_lowercase(), at)));
        misspelled.extend([2, 3].map(|at| one(SMALL_SECOND, at)));
    }
    let misspelled = misspelled.into_iter().map(|names| (Some(Mistake::HeaderCase), names));
    std::iter::once((None, right.clone())).chain(misspelled).collect()
}

type Spelling = fn(&str) -> String;

const CAPITAL_ID: Spelling = |name| name.replace("-Id", "-ID");
const SMALL_SECOND: Spelling = |name| name.replace("-I", "-i").replace("-T", "-t");
const LINE_ENDS: [(Option<Mistake>, &str); 3] =
    [(None, "\n"), (Some(Mistake::LinesCrLf), "\r\n"), (Some(Mistake::LinesLiteral), "\\n")];
