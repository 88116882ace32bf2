//! The public types of the crate, as its sources declare them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// All of them, by the paths that users write.
pub(crate) fn public_types() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    find(&sources, &mut Vec::new(), &mut found);
    found
}

/// Finds the public types in `folder`.
fn find(folder: &Path, module: &mut Vec<String>, found: &mut BTreeSet<String>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name == "promises" {
            continue;
        }
        // These are private: what is public in them shows in the module above.
        let is_module = !["lib", "mod", "check", "case", "ledger", "open", "reply", "rule"]
            .contains(&name.as_str());
        if is_module {
            module.push(name);
        }
        if path.is_dir() {
            find(&path, module, found);
        } else {
            let source = fs::read_to_string(&path).unwrap();
            let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
            for name in declared(source).into_iter().chain(made_by_macros(source)) {
                found.insert(format!("{}::{name}", module.join("::")));
            }
        }
        if is_module {
            module.pop();
        }
    }
}

/// `pub struct Name` and `pub enum Name`; a macro's `$name` is none.
fn declared(source: &str) -> Vec<&str> {
    let starts = |line: &'_ str| line.starts_with("pub struct ") || line.starts_with("pub enum ");
    source
        .lines()
        .map(str::trim_start)
        .filter(|line| starts(line))
        .map(|line| identifier(line.splitn(3, ' ').nth(2).unwrap()))
        .filter(|name| !name.is_empty())
        .collect()
}

/// The type that each call of a macro declares.
fn made_by_macros(source: &str) -> Vec<&str> {
    const MACROS: [&str; 4] = ["change", "guarded", "id", "open_code"];
    for definition in source.split("\nmacro_rules! ").skip(1) {
        let body = definition.split("\n}\n").next().unwrap();
        let declares = body.contains("pub struct $") || body.contains("pub enum $");
        let name = identifier(definition);
        assert_eq!(declares, MACROS.contains(&name), "whether {name} declares a public type");
    }
    let mut found = Vec::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if line.strip_suffix("! {").is_some_and(|name| MACROS.contains(&name)) {
            let is_name = |line: &&str| !line.trim_start().starts_with(['/', '#']);
            found.push(identifier(lines.by_ref().find(is_name).unwrap().trim_start()));
        }
    }
    found
}

fn identifier(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}
