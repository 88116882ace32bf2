//! What the code claims to stand on is in the ledger.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use doku_types::evidence::{self, Evidence};

/// Every `A` with two digits behind it that is no part of a longer word: the numbers of assumptions.
fn numbers(text: &str) -> BTreeSet<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.split(|c| !is_word(c))
        .filter(|word| word.len() == 3 && word.starts_with('A'))
        .filter(|word| word[1..].bytes().all(|b| b.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "md") {
            found.push(path);
        }
    }
}

#[test]
fn every_assumption_that_the_code_or_its_documents_name_is_in_the_ledger() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for folder in ["crates", "tests", "xtask"] {
        sources(&root.join(folder), &mut files);
    }
    files.extend(["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(|name| root.join(name)));
    assert!(files.len() > 100, "only {} files were found", files.len());
    let mut named = BTreeSet::new();
    for file in files {
        for number in numbers(&fs::read_to_string(&file).unwrap()) {
            let entry = evidence::entry(&number);
            let entry = entry.unwrap_or_else(|| panic!("{}: {number}", file.display()));
            assert_eq!(entry.evidence, Evidence::Assumed);
            named.insert(number);
        }
    }
    assert!(named.len() >= 40, "{named:?}");
}

#[test]
fn a_number_is_found_only_where_it_stands_alone() {
    let text = "(A16), A17-A19: \"A01             \" BA16 A1 A160 A_16";
    let found: Vec<_> = numbers(text).into_iter().collect();
    assert_eq!(found, ["A01", "A16", "A17", "A19"]);
}
