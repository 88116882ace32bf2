//! What the code claims to stand on is in the ledger.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use contract::{World, path, refusal};
use doku_types::evidence::{self, Evidence};
use http::Method;
use serde_json::{Value, json};

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

#[tokio::test]
async fn the_ledger_says_how_many_replies_stood_on_each_entry() {
    let world = World::new().await;
    let ledger =
        async |query: &str| world.own(Method::GET, &format!("assumptions{query}"), None).await;
    let whole = serde_json::to_value(evidence::ledger()).unwrap();
    let (_, before) = ledger("").await;
    for (listed, entry) in before.as_array().unwrap().iter().zip(whole.as_array().unwrap()) {
        let mut expected = entry.clone();
        (expected["replies"], expected["last_reply"]) = (json!(0), Value::Null);
        assert_eq!(*listed, expected);
    }
    assert_eq!(before.as_array().unwrap().len(), evidence::ledger().len());

    for _ in 0..3 {
        world.send(world.signed(Method::GET, &path("/business/BRN-0"), b"")).await;
    }
    let (_, after) = ledger("?evidence=assumed").await;
    let after = after.as_array().unwrap();
    let stood = after.iter().filter(|entry| entry["replies"] != 0);
    let stood: Vec<_> =
        stood.map(|entry| (&entry["id"], &entry["replies"], &entry["last_reply"])).collect();
    let (three, last) = (json!(3), json!(3));
    let ids = ["A12", "A14"].map(|id| json!(id));
    assert_eq!(stood, ids.iter().map(|id| (id, &three, &last)).collect::<Vec<_>>());
    assert!(after.iter().all(|entry| entry["evidence"] == "assumed"));
    // What is forgotten counts no more.
    world.mock.reset().await.unwrap();
    assert_eq!(ledger("").await.1, before);
    let guessed = ledger("?evidence=guessed").await;
    let told = "evidence is none of documented, observed, second_hand, assumed";
    assert_eq!(refusal(&guessed, 400), [told]);
}

#[test]
fn a_number_is_found_only_where_it_stands_alone() {
    let text = "(A16), A17-A19: \"A01             \" BA16 A1 A160 A_16";
    let found: Vec<_> = numbers(text).into_iter().collect();
    assert_eq!(found, ["A01", "A16", "A17", "A19"]);
}
