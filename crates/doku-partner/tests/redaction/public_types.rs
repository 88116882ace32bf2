//! The public types of the crate, as its sources declare them.

use std::{collections::BTreeSet, fs, path::Path};

/// All of them. What is declared `pub` can be reached from outside: a lint sees to it.
pub(crate) fn public_types() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    find(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

fn find(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, found);
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
        assert!(!source.contains("macro_rules!"), "a macro may declare types: look into {path:?}");
        for line in source.lines().map(str::trim_start) {
            let declared = ["pub struct ", "pub enum ", "pub union "];
            if let Some(rest) = declared.iter().find_map(|start| line.strip_prefix(start)) {
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
                assert!(found.insert(name.clone()), "two types are called {name}");
            }
        }
    }
}
