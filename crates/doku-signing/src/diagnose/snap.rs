//! What may have been signed for SNAP's messages.

use doku_types::{BearerToken, SecretKey};

use super::{
    Mistake,
    body::Body,
    part,
    search::{Layout, Scheme},
    slot::Slot,
    target, timestamp,
};
use crate::{
    Message,
    snap::{SignedHeaders, TokenHeaders},
};

/// `method:path:token:hash:timestamp`
pub(super) fn symmetric(
    message: &Message<'_>,
    headers: &SignedHeaders,
    key: &SecretKey,
    body: &Body<'_>,
    depth: usize,
) -> Scheme {
    let token = headers.token.as_ref().map_or("", BearerToken::expose);
    Scheme {
        keys: part::key(key.expose(), depth),
        layouts: layouts(":", &["|"], &[0, 1, 2, 3, 4], depth),
        slots: vec![
            part::method(message.method.as_str()),
            target::slot(message, true, depth),
            part::token(token),
            part::hash(body, depth),
            timestamp::slot(&headers.timestamp, false, depth),
        ],
    }
}

/// `method:path:hash:timestamp`
pub(super) fn transaction(
    message: &Message<'_>,
    timestamp: &str,
    body: &Body<'_>,
    depth: usize,
) -> Scheme {
    Scheme {
        keys: Slot::right(None),
        layouts: layouts(":", &["|"], &[0, 1, 2, 3], depth),
        slots: vec![
            part::method(message.method.as_str()),
            target::slot(message, true, depth),
            part::hash(body, depth),
            timestamp::slot(timestamp, false, depth),
        ],
    }
}

/// `client|timestamp`
pub(super) fn token(headers: &TokenHeaders, depth: usize) -> Scheme {
    let mut layouts_of_both = layouts("|", &[":", ",", "&", "\n", ""], &[0, 1], depth);
    if depth > 0 {
        let swapped = layouts("|", &[], &[1, 0], 0).into_iter();
        layouts_of_both.extend(
            swapped.map(|layout| Layout { mistakes: vec![Mistake::PartsSwapped], ..layout }),
        );
    }
    Scheme {
        keys: Slot::right(None),
        layouts: layouts_of_both,
        slots: vec![
            part::client_id(&headers.client_id),
            timestamp::slot(&headers.timestamp, false, depth),
        ],
    }
}

/// The parts of these slots joined in every way with up to so many mistakes, the right one first.
fn layouts(
    separator: &'static str,
    others: &[&'static str],
    order: &[usize],
    depth: usize,
) -> Vec<Layout> {
    let mut layouts = Vec::new();
    let others = others.iter().map(|other| (Some(Mistake::SeparatorOther), *other));
    for (joined, separator) in std::iter::once((None, separator)).chain(others) {
        for (ended, end) in [(None, ""), (Some(Mistake::StringNewline), "\n")] {
            let mistakes: Vec<_> = [joined, ended].into_iter().flatten().collect();
            if mistakes.len() <= depth {
                let lines = order
                    .iter()
                    .enumerate()
                    .map(|(at, slot)| ((if at == 0 { "" } else { separator }).to_owned(), *slot));
                layouts.push(Layout { mistakes, lines: lines.collect(), end });
            }
        }
    }
    layouts
}
