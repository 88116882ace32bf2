//! Two mistakes at once.

use std::collections::BTreeSet;

use doku_signing::diagnose::{Diagnosis, Mistake};
use proptest::prelude::*;

use crate::{
    naive::{Protocol, Signer},
    singles::{COMMON, Error, NON_SNAP, SNAP},
};

fn errors(protocol: Protocol) -> Vec<Error> {
    let own = if protocol == Protocol::Snap { SNAP } else { NON_SNAP };
    COMMON.iter().chain(own).copied().collect()
}

/// Whether one can be made beside the other: in parts that do not overwrite each other.
fn compatible(one: &Error, other: &Error) -> bool {
    let hashless = [Mistake::DigestMissing, Mistake::DigestBlank];
    let in_body = |error: &Error| {
        ["order", "escapes", "numbers", "layout", "ending", "body"].contains(&error.1)
    };
    one.1 != other.1
        && !(one.0 == Mistake::BodyEmpty && in_body(other))
        && !(other.0 == Mistake::BodyEmpty && in_body(one))
        && !(hashless.contains(&other.0) && in_body(one))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_two_mistakes_are_found_together(
        snap in any::<bool>(),
        (one, other) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let protocol = if snap { Protocol::Snap } else { Protocol::NonSnap };
        let errors = errors(protocol);
        // In the order of the list, in which those in the body can be made one after the other.
        let (one, other) = (one.index(errors.len()), other.index(errors.len()));
        let (one, other) = (errors[one.min(other)], errors[one.max(other)]);
        prop_assume!(compatible(&one, &other));
        let mut signer = Signer::right(protocol);
        one.2(&mut signer);
        other.2(&mut signer);
        let Diagnosis::Mistake(report) = signer.diagnosis() else {
            return Err(TestCaseError::fail(format!("{:?} {:?} not found", one.0, other.0)));
        };
        // What the doctor names reproduces the signature; it may know a simpler way.
        let made = BTreeSet::from([one.0, other.0]);
        let all: Vec<BTreeSet<_>> = std::iter::once(report.mistakes())
            .chain(report.alternatives())
            .map(|mistakes| mistakes.iter().copied().collect())
            .collect();
        prop_assert!(
            all.contains(&made) || report.mistakes().len() == 1,
            "{:?}: {:?}", made, all,
        );
        if let Some(signed) = report.signed() {
            let shown = signer.string_to_sign().replace(crate::naive::TOKEN, "<token>");
            prop_assert_eq!(signed, shown);
        }
    }
}
