//! What holds of every request and reply, not of the samples alone.

mod hostile;
mod replies;
mod requests;
mod spelling;
mod strategies;
mod unknown_fields;

use proptest::prelude::ProptestConfig;

/// So many cases as keep the whole crate's tests under half a minute without optimisation; a
/// nightly run asks for more by `PROPTEST_CASES`. Seeds of failures are not kept: a failure shows
/// its smallest case, which becomes a test of its own.
fn cases(count: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(count),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
