//! Secrets and personal data do not print: every public type that can hold any is filled with markers
//! and formatted, no public type is forgotten, and nothing is logged either.
#![cfg(all(feature = "io", feature = "receiver", feature = "tls"))]
#![allow(missing_docs)]

mod errors;
mod logs;
mod markers;
mod public_types;
mod values;

use std::collections::BTreeSet;

use logs::logged;
use markers::assert_unmarked;
use public_types::public_types;

/// The types that hold neither secrets nor personal data, and why.
const UNGUARDED: &[(&str, &[&str])] = &[
    (
        "settings and kinds: numbers and words of the crate's own",
        &[
            "ErrorKind",
            "FollowPolicy",
            "RetryPolicy",
            "Situation",
            "Timeouts",
            "TransportErrorKind",
            "UnsignedReplies",
        ],
    ),
    ("counts", &["Progress"]),
    ("a host, which takes no user name and password", &["Environment"]),
];

#[tokio::test]
async fn no_type_prints_what_it_guards() {
    logged();
    for (name, text) in values::printed().await {
        assert_unmarked(name, &text);
    }
    assert_unmarked("the log", &logged());
}

#[tokio::test]
async fn no_error_repeats_what_it_met() {
    logged();
    let errors = errors::all().await;
    let kinds: BTreeSet<_> =
        errors.iter().filter_map(|told| told.kind).map(|kind| format!("{kind:?}")).collect();
    // All but two: a timeout has nobody's words, and those of a state are the caller's own.
    assert_eq!(kinds.len(), 13, "{kinds:?}");
    for told in &errors {
        assert_unmarked(told.what, &told.text);
    }
    assert_unmarked("the log", &logged());
}

#[tokio::test]
async fn every_public_type_is_either_guarded_here_or_known_to_need_no_guard() {
    logged();
    let there = public_types();
    assert!(there.len() > 35, "only {} types were found: {there:#?}", there.len());

    let printed = values::printed().await;
    let guarded = printed.iter().map(|(name, _)| (*name).to_owned());
    let unguarded = UNGUARDED.iter().flat_map(|(_, names)| *names).map(|name| (*name).to_owned());
    let mut known = BTreeSet::new();
    for name in guarded.chain(unguarded) {
        assert!(there.contains(&name), "{name} is no public type");
        assert!(known.insert(name.clone()), "{name} is listed twice");
    }
    let forgotten: Vec<_> = there.difference(&known).collect();
    assert!(forgotten.is_empty(), "neither guarded nor known to need no guard: {forgotten:#?}");
}
