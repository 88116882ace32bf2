//! The contract suite. Snapshots are in `tests/snapshots`, documented samples in `tests/samples`.

mod admin;
mod callbacks;
mod compose;
mod corporate;
mod delivery;
mod determinism;
mod diagnosis;
mod documented_samples;
mod embedding;
mod evidence;
mod exchanges;
mod faults;
mod files;
mod gateway;
mod idempotency;
mod inspector;
mod isolation;
mod journal;
mod lite;
mod metrics;
mod onboarding;
mod openapi;
mod outcomes;
mod persistence;
mod profiles;
mod refusals;
mod reply_faults;
mod reset;
mod snapshots;
mod time;
mod updates;

/// Compares with a snapshot in `tests/snapshots`.
macro_rules! snapshot {
    ($name:expr, $value:expr) => {
        insta::with_settings!(
            { snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true },
            { insta::assert_snapshot!($name, $value) }
        )
    };
}
pub(crate) use snapshot;
