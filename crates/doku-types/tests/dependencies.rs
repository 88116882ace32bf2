//! What comes along with this crate: words alone, no runtime and no I/O.

use std::process::Command;

/// Names of crates, or beginnings of them that end in `-` or `_`.
const ASYNC_OR_IO: &[&str] = &[
    "async-", "async_", "futures", "futures-", "http", "http-", "hyper", "hyper-", "mio",
    "polling", "pollster", "reqwest", "rustix", "libc", "smol", "socket2", "tokio", "tokio-",
    "tower", "tower-", "tracing", "ureq", "windows-",
];

#[test]
fn neither_a_runtime_nor_io_comes_along() {
    let crates = crates_of("doku-types");
    assert!(crates.contains(&"serde_json".to_owned()), "{crates:?}");
    let is_refused = |name: &&String| {
        ASYNC_OR_IO.iter().any(|refused| match refused.ends_with(['-', '_']) {
            true => name.starts_with(refused),
            false => name == refused,
        })
    };
    assert_eq!(crates.iter().filter(is_refused).collect::<Vec<_>>(), [] as [&String; 0]);
}

/// The names of all crates that `package` is built of, itself among them.
fn crates_of(package: &str) -> Vec<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--locked", "--offline", "-e", "normal", "--prefix", "none"]);
    let told = tree.args(["--format", "{p}", "-p", package]).output().expect("cargo runs");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told = String::from_utf8(told.stdout).expect("names are ASCII");
    told.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}
