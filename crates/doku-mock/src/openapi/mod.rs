//! The OpenAPI document of both surfaces: DOKU's Partner API as `doku-types` knows it, and the mock's own
//! under `/_mock/` as its registry has it. Nothing is written here that stands elsewhere: paths come from
//! [`Endpoint`](doku_types::partner::endpoint::Endpoint) and the registry, bodies from the types and their
//! rules, what each stands on from the ledger.

mod admin;
mod partner;
mod reply;
mod schemas;

use std::sync::OnceLock;

use doku_types::evidence;
use serde_json::{Map, Value, json};

pub(crate) use partner::{about, takes_outcome};
use schemas::Schemas;

/// The OpenAPI 3.1 document of the Partner API and of the mock's own surface, as JSON text: what
/// `GET /_mock/openapi.json` answers.
///
/// Every operation, and every field that stands on an assumption, names its evidence in
/// `x-doku-evidence`: a list of ids of the ledger, which is in `info` as `x-doku-ledger`; `mock` stands for
/// what is the mock's own.
///
/// ```
/// assert!(doku_mock::openapi().starts_with("{\n  \"openapi\": \"3.1.0\""));
/// ```
pub fn openapi() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    // A document of maps with text keys: writing it cannot fail.
    TEXT.get_or_init(|| {
        serde_json::to_string_pretty(&InOrder(&document())).expect("a document can be written")
    })
}

fn document() -> Value {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    // DOKU's own come first: of two types of one name the second gets a number.
    partner::add_paths(&mut paths, &mut schemas);
    let mut components = partner::components(&mut schemas);
    admin::add_paths(&mut paths, &mut schemas);
    reply::add_components(&mut components, &mut schemas);
    components.insert("schemas".to_owned(), schemas.into_components());
    json!({
        "openapi": "3.1.0",
        "info": info(),
        "servers": [{"url": "/", "description": "The mock that gives this document."}],
        "tags": [
            {"name": partner::TAG, "description": "DOKU's Partner API, as the mock speaks it."},
            {"name": admin::TAG, "description": "The mock's own surface. DOKU has nothing like it."},
        ],
        "paths": paths,
        "components": components,
    })
}

fn info() -> Value {
    let entries = evidence::ledger().iter().map(|entry| {
        let fact = json!({"evidence": entry.evidence, "what": entry.what, "source": entry.source});
        (entry.id.to_owned(), fact)
    });
    let mut ledger: Map<String, Value> = entries.collect();
    let own = json!({
        "evidence": MOCK,
        "what": "the mock's own: DOKU has nothing like it",
        "source": "doku-mock",
    });
    ledger.insert(MOCK.to_owned(), own);
    json!({
        "title": "DOKU Partner API, as doku-mock speaks it",
        "summary": "A local stand-in for DOKU's Partner API, and the surface to steer it by.",
        "description": ABOUT,
        "version": env!("CARGO_PKG_VERSION"),
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        "x-doku-ledger": ledger,
    })
}

/// What stands on these entries of the ledger, in a sentence each.
fn standing_on(ids: &[&str]) -> String {
    let stated = ids.iter().filter_map(|id| evidence::entry(id)).map(|entry| {
        let kind = match entry.evidence {
            evidence::Evidence::Documented => "documented",
            evidence::Evidence::Observed => "observed",
            evidence::Evidence::SecondHand => "second hand",
            _ => "assumed",
        };
        format!("* {} ({kind}): {}.", entry.id, entry.what)
    });
    format!("Stands on:\n\n{}", stated.collect::<Vec<_>>().join("\n"))
}

/// Writes the keys of the document's head in the order in which people read them; all else goes by name.
struct InOrder<'v>(&'v Value);

impl serde::Serialize for InOrder<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let head = ["openapi", "info", "servers", "tags", "paths", "components"];
        serializer.collect_map(head.iter().map(|key| (key, &self.0[key])))
    }
}

/// Stands in the place of a ledger entry for what is the mock's own.
const MOCK: &str = "mock";

const ABOUT: &str = "\
The DOKU surface has DOKU's paths; the mock's own is under `/_mock/`. `x-doku-evidence` names, for every
operation and for the fields that stand on an assumption, the entries of the evidence ledger behind them,
which is below as `x-doku-ledger`: `documented` on a page of DOKU's, `observed` in records of real calls,
`second_hand`, or `assumed`. `mock` stands for what is the mock's own. Code lists are open: a schema tells
the known codes and takes others.";
