//! What the crate's users cannot write. Each case is a small program in `compile_fail` with what
//! the compiler says to it.

/// The compiler's words differ from version to version, so they are compared on the workspace's
/// own one alone, its `rust-version`; on any other this test has nothing to say. After a move of
/// `rust-version`, run it once with `TRYBUILD=overwrite` and read what has changed.
#[test]
fn mistakes_are_refused_by_the_compiler_in_words_that_help() {
    if !compiler().starts_with(concat!("rustc ", env!("CARGO_PKG_RUST_VERSION"), ".")) {
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}

/// What the compiler says of itself, such as `rustc 1.95.0 (f2d3ce0bd 2026-03-21)`.
fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let told = std::process::Command::new(rustc).arg("--version").output();
    String::from_utf8(told.expect("rustc runs where cargo does").stdout).expect("ASCII")
}
