//! A public signature names no type of another library, but for those that callers have anyway: so a
//! new major version of hyper or tokio underneath is no new one of this crate.

#![allow(missing_docs)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// What a public signature may name; the others need their features.
const ALLOWED: &[&str] = &[
    "bytes::",
    "doku_signing::",
    "doku_types::",
    "futures_core::Stream",
    "http::",
    "http_body::Body",
    "http_body::Frame",
    "http_body::SizeHint",
    "hyper::service::Service",
    "rustls::ClientConfig",
    "serde::",
    "std::",
    "tokio::io::AsyncRead",
    "tower_service::Service",
];

/// Whose names are looked for.
const FOREIGN: &[&str] = &[
    "bytes",
    "doku_signing",
    "doku_types",
    "form_urlencoded",
    "futures_core",
    "http",
    "http_body",
    "http_body_util",
    "httpdate",
    "hyper",
    "hyper_rustls",
    "hyper_util",
    "rustls",
    "serde",
    "serde_json",
    "std",
    "thiserror",
    "tokio",
    "tower_service",
    "tracing",
    "uuid",
    "webpki_roots",
];

#[test]
fn a_public_signature_names_only_what_callers_have_anyway() {
    let mut found = BTreeSet::new();
    let mut signatures = 0;
    for file in sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let text = code(&fs::read_to_string(&file).unwrap());
        let imported = imports(&text);
        for signature in public_signatures(&text) {
            signatures += 1;
            for path in paths(&signature) {
                let full = imported.get(path.split("::").next().unwrap()).map_or_else(
                    || path.clone(),
                    |whole| path.replacen(path.split("::").next().unwrap(), whole, 1),
                );
                let of_others = FOREIGN.contains(&full.split("::").next().unwrap());
                if of_others && !ALLOWED.iter().any(|allowed| full.starts_with(allowed)) {
                    found.insert(format!("{full} in {}", signature.trim()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    assert!(signatures > 150, "only {signatures} signatures were read: is the reader blind?");
}

#[test]
fn a_foreign_type_would_be_seen() {
    let text = code(
        "use hyper_util::{rt, client::legacy::Client as Pool};\npub fn a(x: Pool<u8>) {}\n\
         pub(crate) fn b(x: Pool<u8>) {}\npub fn c() -> rt::TokioIo<u8>;\n",
    );
    let imported = imports(&text);
    assert_eq!(imported["Pool"], "hyper_util::client::legacy::Client");
    assert_eq!(imported["rt"], "hyper_util::rt");
    let signatures = public_signatures(&text);
    assert_eq!(signatures.len(), 2, "{signatures:?}");
    assert!(
        paths(&signatures[0]).contains("Pool") && paths(&signatures[1]).contains("rt::TokioIo")
    );
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// Without comments, texts and tests.
fn code(source: &str) -> String {
    let source = source.split("#[cfg(test)]").next().unwrap();
    let lines = source.lines().map(|line| line.split("//").next().unwrap());
    lines.map(|line| format!("{line}\n")).collect()
}

/// What each imported name stands for.
fn imports(text: &str) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let text = format!("\n{text}");
    for (at, begin) in text.match_indices("\nuse ") {
        let tree = text[at + begin.len()..].split(';').next().unwrap();
        flatten("", &tree.split_whitespace().collect::<Vec<_>>().join(" "), &mut names);
    }
    names
}

fn flatten(prefix: &str, tree: &str, names: &mut BTreeMap<String, String>) {
    if let Some((path, inner)) = tree.split_once('{') {
        let (mut depth, mut start) = (0, 0);
        let inner = inner.trim_end().trim_end_matches('}');
        let prefix = format!("{prefix}{}", path.trim());
        for (at, letter) in inner.char_indices().chain([(inner.len(), ',')]) {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth <= 0 => {
                    // The last brace of a nested tree was taken with the outer one.
                    let one = inner[start..at].trim();
                    let closed = "}"
                        .repeat(one.matches('{').count().saturating_sub(one.matches('}').count()));
                    flatten(&prefix, &format!("{one}{closed}"), names);
                    start = at + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let (path, name) = tree.split_once(" as ").unwrap_or((tree, ""));
    let path = format!("{prefix}{}", path.trim());
    let last = path.trim_end_matches("::self").rsplit("::").next().unwrap_or_default().to_owned();
    let name = if name.is_empty() { last } else { name.trim().to_owned() };
    names.insert(name, path.trim_end_matches("::self").to_owned());
}

/// Functions, types, fields, and what traits are implemented, up to their bodies.
fn public_signatures(text: &str) -> Vec<String> {
    let mut signatures = Vec::new();
    let starts = text.match_indices("pub ").chain(text.match_indices("\nimpl"));
    for (at, _) in starts {
        let rest = &text[at..];
        if rest.starts_with("pub mod") || rest.starts_with("pub use") {
            continue;
        }
        let end = rest.find(['{', ';', '=']).unwrap_or(rest.len());
        // A field ends at its comma.
        let field = rest.split('(').next().unwrap().contains(':') && !rest.contains("fn ");
        let end = if field { rest.find(",\n").unwrap_or(end).min(end) } else { end };
        // The fields of a tuple are private, unless they say otherwise, which is a match of its own.
        let end = if rest.starts_with("pub struct") {
            rest.find('(').unwrap_or(end).min(end)
        } else {
            end
        };
        signatures.push(rest[..end].to_owned());
    }
    signatures
}

/// Every path in a signature.
fn paths(signature: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = signature.split(|c| !is_part(c)).map(|word| word.trim_matches(':'));
    // What is neither a path nor in capitals is a keyword or the name of an argument.
    let is_type = |word: &&str| word.contains("::") || word.starts_with(char::is_uppercase);
    words.filter(is_type).map(str::to_owned).collect()
}
