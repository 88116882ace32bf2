//! What comes along with this crate as it is by default: little, and no C.

use std::{collections::BTreeSet, process::Command};

/// Itself among them, each version of a crate counted.
const MOST_CRATES: usize = 35;

#[test]
fn by_default_few_crates_come_along_and_no_c_compiler_is_asked_for() {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--locked", "--offline", "-e", "normal,build", "--prefix", "none"]);
    let told = tree.args(["--format", "{p}", "-p", "doku-signing"]).output().expect("cargo runs");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told = String::from_utf8(told.stdout).expect("names are ASCII");
    // A crate that comes twice is marked so the second time.
    let crates: BTreeSet<_> = told.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    assert!(crates.iter().any(|name| name.starts_with("hmac ")), "{crates:#?}");

    let needs_c = |name: &str| name == "cc" || name == "cmake" || name.ends_with("-sys");
    let of_c: Vec<_> =
        crates.iter().filter(|line| line.split(' ').next().is_some_and(needs_c)).collect();
    assert!(of_c.is_empty(), "{of_c:?}");
    assert!(crates.len() <= MOST_CRATES, "{} crates: {crates:#?}", crates.len());
}
