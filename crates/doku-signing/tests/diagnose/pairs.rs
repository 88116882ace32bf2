//! Two mistakes at once.

use std::collections::BTreeSet;

use doku_signing::diagnose::{Diagnosis, Mistake};
use proptest::prelude::*;

use crate::{
    errors::{COMMON, Error, NON_SNAP, SNAP},
    naive::{Protocol, Signer, TOKEN},
};

fn errors(protocol: Protocol) -> Vec<Error> {
    let own = if protocol == Protocol::Snap { SNAP } else { NON_SNAP };
    COMMON.iter().chain(own).copied().collect()
}

/// Whether one can be made beside the other, which stands later in the list.
fn compatible(one: &Error, other: &Error) -> bool {
    use Mistake::*;
    if one.1 == other.1 {
        let both = |mistakes: &[Mistake]| mistakes.contains(&one.0) && mistakes.contains(&other.0);
        return one.0 != other.0
            && match one.1 {
                // A file ends its last line, whatever is in it; quotes keep what is in them.
                "key" => other.0 == KeyQuoted || ["k\n", "k\r\n"].contains(&key_by(other).as_str()),
                "target" => !both(&[TargetUrl, TargetHost, TargetNoLeadingSlash]),
                "time" | "names" => true,
                _ => false,
            };
    }
    let in_body = |error: &Error| {
        ["order", "escapes", "numbers", "layout", "ending", "body"].contains(&error.1)
    };
    let overwritten = (one.0 == BodyEmpty && in_body(other))
        || ([BodyEmpty, DigestMissing, DigestBlank].contains(&other.0) && in_body(one));
    !overwritten
}

/// What a mistake in the key makes of `k`.
fn key_by(error: &Error) -> String {
    let mut signer = Signer { key: "k".to_owned(), ..Signer::right(Protocol::NonSnap) };
    error.2(&mut signer);
    signer.key
}

/// Makes both mistakes; what the doctor says has to reproduce the signature.
fn examine(protocol: Protocol, one: &Error, other: &Error) -> Result<(), String> {
    let signed_after = |made: &[&Error]| {
        let mut signer = Signer::right(protocol);
        made.iter().for_each(|error| error.2(&mut signer));
        signer
    };
    let signer = signed_after(&[one, other]);
    let report = match signer.diagnosis() {
        Diagnosis::Mistake(report) => report,
        // One undoes the other.
        Diagnosis::Right if signer.signature() == Signer::right(protocol).signature() => {
            return Ok(());
        }
        diagnosis => return Err(format!("{:?} {:?}: {diagnosis}", one.0, other.0)),
    };
    let made = BTreeSet::from([one.0, other.0]);
    let mut said = std::iter::once(report.mistakes()).chain(report.alternatives());
    let explained = match report.mistakes() {
        // A simpler way: it has to come to the same.
        [single] => errors(protocol).iter().any(|error| {
            error.0 == *single && signed_after(&[error]).signature() == signer.signature()
        }),
        _ => said.any(|said| said.iter().copied().collect::<BTreeSet<_>>() == made),
    };
    let shown = signer.string_to_sign().replace(TOKEN, "<token>");
    match report.signed() {
        _ if !explained => Err(format!("{made:?}: {report}")),
        Some(signed) if signed != shown => Err(format!("{made:?}: {signed} for {shown}")),
        _ => Ok(()),
    }
}

#[test]
fn any_two_mistakes_in_one_part_are_found_together() {
    for protocol in [Protocol::NonSnap, Protocol::Snap] {
        let errors = errors(protocol);
        let mut pairs = 0;
        for (at, one) in errors.iter().enumerate() {
            for other in errors[at + 1..].iter().filter(|other| other.1 == one.1) {
                if compatible(one, other) {
                    pairs += 1;
                    examine(protocol, one, other).unwrap();
                }
            }
        }
        assert!(pairs >= 80, "{pairs}");
    }
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
        // In the order of the list, in which those in one part can be made one after the other.
        let (one, other) = (one.index(errors.len()), other.index(errors.len()));
        let (one, other) = (errors[one.min(other)], errors[one.max(other)]);
        prop_assume!(compatible(&one, &other));
        examine(protocol, &one, &other).map_err(TestCaseError::fail)?;
    }
}
