//! What a request has to look like, as tables, and the faults of one that does not.
//!
//! The rules of an operation stand beside its types as one table. A client checks a draft with
//! them before it sends, the mock refuses with the same sentences: there is one set of rules.
//! A check finds all faults of shape and presence at once; rules between fields come after them.

mod known;
mod places;
mod rule;
mod unknown;
mod url;

use std::{collections::HashMap, fmt};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

pub(crate) use known::known;
pub(crate) use places::Places;
#[cfg(feature = "schemars")]
pub(crate) use rule::Demand;
pub(crate) use rule::{Rule, check, flag, list, object, text};
pub(crate) use unknown::unknown;
pub use url::{is_http_url, is_loopback_host};

pub use crate::MAX_BODY;

/// One thing wrong with a document.
///
/// `Display` gives the pointer and the sentence: `/business/name is mandatory: send a non-empty
/// string`. Neither ever contains the value itself, which may be personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// Where: a JSON pointer (RFC 6901), or a query parameter or form part by its name; empty for
    /// the whole document.
    pub pointer: String,
    /// What sort of fault.
    pub kind: FaultKind,
    /// On what this rule stands: an id of [`crate::evidence::ledger`].
    pub evidence: &'static str,
    /// What to do about it; reads on from the pointer.
    pub message: String,
}

/// The sorts of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// Mandatory and absent, `null`, empty or blank.
    Missing,
    /// Present, but of another JSON type.
    WrongType,
    /// Longer (in characters or entries) or larger (in bytes) than allowed.
    TooLong,
    /// Shorter than allowed.
    TooShort,
    /// Not one of the values allowed here, or not of their form.
    NotAllowed,
    /// Names something that does not exist.
    NotFound,
    /// A field that DOKU's pages do not know.
    Unknown,
}

impl Fault {
    /// A fault at `pointer`, standing on the ledger entry `evidence`.
    pub fn new(
        pointer: impl Into<String>,
        kind: FaultKind,
        evidence: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self { pointer: pointer.into(), kind, evidence, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => f.write_str(&self.message),
            pointer => write!(f, "{pointer} {}", self.message),
        }
    }
}

/// Why a request body could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Larger than the limit, in bytes; nothing was read.
    #[error("the document is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// Not JSON, or of another shape than what is read; or nested deeper than 127 levels or with a
    /// number beyond 64-bit floats, but for fields that are not read.
    #[error("the document is not readable: {what} at line {line} column {column}")]
    Json {
        /// What the reader met, without a value of the document.
        what: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// JSON that breaks rules; all faults found.
    #[error("{}", sentence(.0))]
    Faults(Vec<Fault>),
}

impl ParseError {
    /// The faults of a document that was JSON; empty for one that was not.
    pub fn faults(&self) -> &[Fault] {
        match self {
            Self::Faults(faults) => faults,
            _ => &[],
        }
    }
}

fn sentence(faults: &[Fault]) -> String {
    let list: Vec<String> = faults.iter().map(Fault::to_string).collect();
    list.join("; ")
}

/// The longest list of a request that is read, in entries (A39).
pub const MAX_ENTRIES: usize = 100;
/// How many faults of one document are told (A39); a last one says that there are more.
pub const MAX_FAULTS: usize = 100;

/// Gives a request type its `parse`, `parse_within` and `validate`: `rules` is its table, `more` are
/// the rules between fields that a table cannot say.
macro_rules! request {
    ($name:ident, $rules:expr, $more:expr) => {
        crate::validate::request!($name, $rules, $more, crate::validate::Nulls::Absent);
    };
    ($name:ident, $rules:expr, $more:expr, $nulls:expr) => {
        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for crate::schema::Checked<$name> {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::checked::", stringify!($name)).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                crate::schema::checked::<$name>($rules)
            }
        }

        #[cfg(all(test, feature = "schemars"))]
        #[test]
        fn every_rule_finds_its_place_in_the_schema() {
            assert_eq!(crate::schema::misplaced::<$name>($rules), Vec::<&str>::new());
        }

        impl $name {
            fn table() -> crate::validate::Table {
                static PLACES: std::sync::OnceLock<crate::validate::Places> =
                    std::sync::OnceLock::new();
                let rules = $rules;
                let places = PLACES.get_or_init(|| crate::validate::Places::of(rules));
                crate::validate::Table { rules, places }
            }

            /// Reads and checks a request body of at most [`MAX_BODY`](crate::validate::MAX_BODY)
            /// bytes. Fields that DOKU's pages do not know are ignored (A10).
            ///
            /// # Errors
            /// [`ParseError`](crate::validate::ParseError), with all faults of a readable document.
            pub fn parse(body: &[u8]) -> Result<Self, crate::validate::ParseError> {
                Self::parse_within(body, crate::validate::MAX_BODY)
            }

            /// As [`Self::parse`], with a limit of one's own in bytes.
            ///
            /// # Errors
            /// As [`Self::parse`].
            pub fn parse_within(
                body: &[u8],
                limit: usize,
            ) -> Result<Self, crate::validate::ParseError> {
                crate::validate::parse(body, limit, Self::table(), $more, $nulls)
            }

            /// Reads a request body as far as it can be read, with all its faults: for whoever
            /// judges them otherwise than [`Self::parse`], which refuses them all. Of each sort, by
            /// [`FaultKind`](crate::validate::FaultKind) and evidence, they are at most 101: so one that
            /// is not passed over is never hidden behind many that are.
            ///
            /// # Errors
            /// [`ParseError`](crate::validate::ParseError) for a body that cannot be read with its faults.
            pub fn examine(
                body: &[u8],
            ) -> Result<(Self, Vec<crate::validate::Fault>), crate::validate::ParseError> {
                let limit = crate::validate::MAX_BODY;
                crate::validate::examine(body, limit, Self::table(), $more, $nulls)
            }

            /// A fault for each field of a body that DOKU's pages do not know, which
            /// [`Self::parse`] ignores (A10); none for a body that cannot be read.
            pub fn unknown(body: &[u8]) -> Vec<crate::validate::Fault> {
                crate::validate::unknown(body, Self::table().places)
            }

            /// All faults of a draft, found before it is sent, as [`Self::examine`] has them; none
            /// exactly for one that [`Self::parse`] would read.
            pub fn validate(&self) -> Vec<crate::validate::Fault> {
                crate::validate::validate(self, Self::table(), $more, $nulls)
            }
        }
    };
}

pub(crate) use request;

/// The rules of a request with the places that they name.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    pub(crate) rules: &'static [Rule],
    pub(crate) places: &'static Places,
}

/// What a field that is `null` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// The same as one that is not there.
    Absent,
    /// Nothing: in an update, absence has a meaning of its own (A08).
    Refused,
}

/// Reads `body` into `T` under the rules of `table` and `more`.
pub(crate) fn parse<T: DeserializeOwned>(
    body: &[u8],
    limit: usize,
    table: Table,
    more: fn(&T, &mut Vec<Fault>),
    nulls: Nulls,
) -> Result<T, ParseError> {
    match examine(body, limit, table, more, nulls) {
        Ok((read, faults)) if faults.is_empty() => Ok(read),
        Ok((_, faults)) | Err(ParseError::Faults(faults)) => {
            Err(ParseError::Faults(capped(faults)))
        }
        Err(error) => Err(error),
    }
}

/// Reads `body` into `T`, with its faults under the rules of `table` and `more`.
pub(crate) fn examine<T: DeserializeOwned>(
    body: &[u8],
    limit: usize,
    table: Table,
    more: fn(&T, &mut Vec<Fault>),
    nulls: Nulls,
) -> Result<(T, Vec<Fault>), ParseError> {
    let mut document = read_by(body, limit, |reader| known(reader, table.places))?;
    if !document.is_object() {
        let message = format!("the document is {}: send an object", json_type(&document));
        return Err(ParseError::Faults(vec![Fault::new("", FaultKind::WrongType, "A10", message)]));
    }
    let mut faults = match nulls {
        Nulls::Absent => Vec::new(),
        Nulls::Refused => rule::nulls(&document),
    };
    strip_nulls(&mut document);
    faults.extend(check(&document, table.rules));
    told_once(&mut faults);
    // Through `Value`, so that a key sent twice means its last value, as it does for the rules.
    match serde_json::from_value::<T>(document) {
        Ok(typed) => {
            more(&typed, &mut faults);
            told_once(&mut faults);
            Ok((typed, bounded(faults)))
        }
        Err(_) => {
            if faults.is_empty() {
                // The tables cover every field of the types, so this is a gap in a table.
                faults.push(unreadable());
            }
            Err(ParseError::Faults(faults))
        }
    }
}

/// The faults of a document that is to be sent.
pub(crate) fn validate<T: Serialize>(
    draft: &T,
    table: Table,
    more: fn(&T, &mut Vec<Fault>),
    nulls: Nulls,
) -> Vec<Fault> {
    // Every field of a request is text, flag, list, object or kept JSON: writing it cannot fail.
    let text = serde_json::to_string(draft).expect("a request can be written");
    // Through text, since a `Value` cannot hold every JSON that an unknown field may have kept.
    let Ok(document) = known(&mut serde_json::Deserializer::from_str(&text), table.places) else {
        // Such JSON under the other spelling of a known field.
        return vec![unreadable()];
    };
    let mut faults = match nulls {
        Nulls::Absent => Vec::new(),
        // Only an unknown field under the name of a known one can be null.
        Nulls::Refused => rule::nulls(&document),
    };
    faults.extend(check(&document, table.rules));
    more(draft, &mut faults);
    told_once(&mut faults);
    if text.len() > MAX_BODY {
        let message =
            format!("the document has {} bytes: shorten it to at most {MAX_BODY}", text.len());
        faults.insert(0, Fault::new("", FaultKind::TooLong, "A10", message));
    }
    bounded(faults)
}

/// What is missing is not also of the wrong form: of a place where something is, the first fault.
fn told_once(faults: &mut Vec<Fault>) {
    let mut missing = HashMap::new();
    faults.retain(|fault| {
        let here = fault.kind == FaultKind::Missing;
        match missing.get(&fault.pointer) {
            Some(before) => !here && !before,
            None => {
                missing.insert(fault.pointer.clone(), here);
                true
            }
        }
    });
}

fn unreadable() -> Fault {
    let message = "the document is not readable: compare it with the documented sample";
    Fault::new("", FaultKind::WrongType, "A30", message)
}

/// Of each sort one more than [`MAX_FAULTS`] at most.
fn bounded(mut faults: Vec<Fault>) -> Vec<Fault> {
    let mut sorts = Sorts::default();
    faults.retain(|fault| sorts.has_room(fault.kind, fault.evidence));
    faults
}

/// How many faults there are of each sort: by kind and evidence, on which it depends whether a fault is
/// passed over.
#[derive(Default)]
struct Sorts(HashMap<(FaultKind, &'static str), usize>);

impl Sorts {
    /// Counts a fault, if it is one of the first of its sort.
    fn has_room(&mut self, kind: FaultKind, evidence: &'static str) -> bool {
        let count = self.0.entry((kind, evidence)).or_default();
        *count += 1;
        *count <= MAX_FAULTS + 1
    }
}

/// At most [`MAX_FAULTS`], and a word that there are more.
pub fn capped(mut faults: Vec<Fault>) -> Vec<Fault> {
    if faults.len() > MAX_FAULTS {
        faults.truncate(MAX_FAULTS);
        let message = "there are more faults: mend these first";
        faults.push(Fault::new("", FaultKind::TooLong, "A39", message));
    }
    faults
}

fn strip_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(strip_nulls);
        }
        Value::Array(entries) => entries.iter_mut().for_each(strip_nulls),
        _ => {}
    }
}

/// Reads any JSON document of at most [`MAX_BODY`] bytes, such as a reply.
///
/// ```
/// use doku_types::{partner::token::TokenReply, validate};
///
/// let reply: TokenReply = validate::read(br#"{"token":"eyJ"}"#).unwrap();
/// assert!(validate::read::<TokenReply>(b"<html>").is_err());
/// ```
///
/// # Errors
/// [`ParseError::TooLarge`], or [`ParseError::Json`] also for JSON of another shape than `T`'s;
/// neither shows a value of the document.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ParseError> {
    read_within(body, MAX_BODY)
}

/// As [`read`], with a limit of one's own in bytes.
///
/// # Errors
/// As [`read`].
pub fn read_within<T: DeserializeOwned>(body: &[u8], limit: usize) -> Result<T, ParseError> {
    read_by(body, limit, |reader| T::deserialize(reader))
}

type Reader<'b> = serde_json::Deserializer<serde_json::de::SliceRead<'b>>;

/// Reads the whole of `body` by `read`.
fn read_by<T>(
    body: &[u8],
    limit: usize,
    read: impl FnOnce(&mut Reader<'_>) -> serde_json::Result<T>,
) -> Result<T, ParseError> {
    if body.len() > limit {
        return Err(ParseError::TooLarge { limit });
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = read(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| ParseError::Json {
        what: match error.classify() {
            serde_json::error::Category::Eof => "the document ends too early",
            serde_json::error::Category::Data => "a field that is missing or of another type",
            _ if error.to_string().starts_with("recursion limit") => "nesting too deep",
            _ if error.to_string().starts_with("number out of range") => "a number too large",
            _ => "a syntax error",
        },
        line: error.line(),
        column: error.column(),
    })
}

pub(crate) fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_nesting_is_refused_without_exhausting_the_stack() {
        let deep = "[".repeat(100_000);
        assert!(matches!(
            read::<Value>(deep.as_bytes()),
            Err(ParseError::Json { what: "nesting too deep", .. })
        ));
    }
}
