//! The very bytes of each request, as the default transport writes them to a socket: one snapshot an
//! operation, in `snapshots`. Time, ids and keys stand still, so that each byte repeats; only the port
//! is left out. To accept a change, run `INSTA_UPDATE=always cargo test -p doku-partner --test wire` and
//! read the diff.
#![cfg(feature = "io")]
#![allow(missing_docs)]

mod operations;
mod repeated;
mod tape;
mod uploads;

/// Compares with a snapshot.
macro_rules! snapshot {
    ($name:expr, $value:expr) => {
        insta::with_settings!(
            { prepend_module_to_snapshot => false, omit_expression => true },
            { insta::assert_snapshot!($name, $value) }
        )
    };
}
pub(crate) use snapshot;
