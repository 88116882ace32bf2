//! What a request has to look like, as tables, and the faults of one that does not.
//!
//! The rules of an operation stand beside its types as one table. A client checks a draft with
//! them before it sends, the mock refuses with the same sentences: there is one set of rules.
//! A check always finds *all* faults.

use std::{fmt, net::Ipv6Addr};

use serde_json::Value;

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
    /// Not JSON, nested deeper than 127 levels, or of another shape than what is read.
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

/// The largest request body that is read: 1 MiB (A10).
pub const MAX_BODY: usize = 1 << 20;
/// The longest list of a request that is read, in entries (A39).
pub const MAX_ENTRIES: usize = 100;
/// How many faults of one document are told (A39); a last one says that there are more.
pub const MAX_FAULTS: usize = 100;

/// Reads `body` into `T` under `rules`, then `more` rules that a table cannot say. A field that is
/// `null` counts as absent.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(
    body: &[u8],
    rules: &[Rule],
    more: impl FnOnce(&T, &mut Vec<Fault>),
) -> Result<T, ParseError> {
    let mut document: Value = read(body)?;
    if !document.is_object() {
        let message = format!("the document is {}: send an object", json_type(&document));
        return Err(ParseError::Faults(vec![Fault::new("", FaultKind::WrongType, "A10", message)]));
    }
    strip_nulls(&mut document);
    let mut faults = check(&document, rules);
    // Through `Value`, so that a key sent twice means its last value, as it does for the rules.
    let typed = serde_json::from_value::<T>(document);
    match typed {
        Ok(typed) => {
            more(&typed, &mut faults);
            if faults.is_empty() { Ok(typed) } else { Err(ParseError::Faults(capped(faults))) }
        }
        Err(_) => {
            if faults.is_empty() {
                // The tables cover every field of the types, so this is a gap in a table.
                let message = "the document is not readable: compare it with the documented sample";
                faults.push(Fault::new("", FaultKind::WrongType, "A30", message));
            }
            Err(ParseError::Faults(capped(faults)))
        }
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

/// Whether a text is a URL that can be called: `http` or `https`, a host, a port from 1 if there is
/// one; no user name, no fragment, nothing that would have to be escaped (A35).
///
/// ```
/// use doku_types::validate::is_http_url;
///
/// assert!(is_http_url("https://shop.example/doku"));
/// assert!(!is_http_url("https://shop.example:99999/doku"));
/// ```
pub fn is_http_url(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let authority = rest.and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_name = |host: &str| {
        let label = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        };
        host.strip_suffix('.').unwrap_or(host).split('.').all(label)
    };
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => is_name(host),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    is_host
        && port.is_none_or(is_port)
        && url.bytes().all(|b| b.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&b))
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
pub fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, ParseError> {
    if body.len() > MAX_BODY {
        return Err(ParseError::TooLarge { limit: MAX_BODY });
    }
    serde_json::from_slice(body).map_err(|error| ParseError::Json {
        what: match error.classify() {
            serde_json::error::Category::Eof => "the document ends too early",
            serde_json::error::Category::Data => "a field that is missing or of another type",
            _ if error.to_string().starts_with("recursion limit") => "nesting too deep",
            _ => "a syntax error",
        },
        line: error.line(),
        column: error.column(),
    })
}

/// The faults of `document` under `rules`, in the order of the rules; at most one more than
/// [`MAX_FAULTS`].
pub(crate) fn check(document: &Value, rules: &[Rule]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for rule in rules {
        rule.walk(document, rule.path, &mut Vec::new(), &mut faults);
    }
    faults
}

/// One row of an operation's table. Built by [`text`], [`object`], [`list`] and [`flag`].
///
/// A path is a JSON pointer whose segments may be `name|alias`, `*` for each entry of a list, and
/// `*?` for the same or one entry without its list. A rule below something absent says nothing:
/// the absence is the other rule's fault.
pub(crate) struct Rule {
    path: &'static str,
    shape: Shape,
    mandatory: bool,
    evidence: &'static str,
}

#[derive(Clone, Copy)]
enum Shape {
    /// A string (or an integer, where `or_number`), of at most `max` characters (0: any).
    Text {
        max: usize,
        or_number: bool,
    },
    Flag {
        or_text: bool,
    },
    Object,
    /// A list; `or_one`: also one entry without the list around it.
    List {
        or_one: bool,
    },
}

pub(crate) const fn text(path: &'static str, evidence: &'static str) -> Rule {
    Rule { path, shape: Shape::Text { max: 0, or_number: false }, mandatory: false, evidence }
}

pub(crate) const fn flag(path: &'static str, evidence: &'static str) -> Rule {
    Rule { path, shape: Shape::Flag { or_text: false }, mandatory: false, evidence }
}

pub(crate) const fn object(path: &'static str, evidence: &'static str) -> Rule {
    Rule { path, shape: Shape::Object, mandatory: false, evidence }
}

pub(crate) const fn list(path: &'static str, evidence: &'static str) -> Rule {
    Rule { path, shape: Shape::List { or_one: false }, mandatory: false, evidence }
}

impl Rule {
    pub(crate) const fn mandatory(mut self) -> Self {
        self.mandatory = true;
        self
    }

    /// At most this many characters.
    pub(crate) const fn max(mut self, characters: usize) -> Self {
        if let Shape::Text { or_number, .. } = self.shape {
            self.shape = Shape::Text { max: characters, or_number };
        }
        self
    }

    /// A number for the string, or one entry for the list, or a code for the boolean, will do.
    pub(crate) const fn lenient(mut self) -> Self {
        self.shape = match self.shape {
            Shape::Text { max, .. } => Shape::Text { max, or_number: true },
            Shape::Flag { .. } => Shape::Flag { or_text: true },
            Shape::List { .. } => Shape::List { or_one: true },
            Shape::Object => Shape::Object,
        };
        self
    }

    /// Judges whatever stands at `path` below `value`; `trail` is the way from the root to it.
    fn walk<'a>(
        &self,
        value: &'a Value,
        path: &'a str,
        trail: &mut Vec<Step<'a>>,
        faults: &mut Vec<Fault>,
    ) {
        if faults.len() > MAX_FAULTS {
            return;
        }
        let path = path.strip_prefix('/').unwrap_or(path);
        let (segment, rest) = path.split_once('/').unwrap_or((path, ""));
        match (segment, value) {
            ("*" | "*?", Value::Array(entries)) => {
                for (index, entry) in entries.iter().take(MAX_ENTRIES).enumerate() {
                    trail.push(Step::Entry(index));
                    self.step(Some(entry), rest, trail, faults);
                    trail.pop();
                }
            }
            ("*?", Value::Object(_)) => self.step(Some(value), rest, trail, faults),
            ("*" | "*?", _) => {}
            (names, Value::Object(fields)) => {
                let mut found = names.split('|').filter_map(|name| fields.get_key_value(name));
                let (name, field) = match found.next() {
                    Some((name, field)) => (name.as_str(), Some(field)),
                    None => (names.split('|').next().unwrap_or(names), None),
                };
                if rest.is_empty()
                    && let Some((alias, _)) = found.next()
                {
                    trail.push(Step::Field(alias));
                    let message = format!("means the same as {name}: send one of the two");
                    faults.push(Fault::new(pointer(trail), FaultKind::NotAllowed, "A30", message));
                    trail.pop();
                }
                trail.push(Step::Field(name));
                self.step(field, rest, trail, faults);
                trail.pop();
            }
            // Another type: the rule of this very place reports it.
            _ => {}
        }
    }

    /// `value` stands at the end of `trail`: judge it where the path ends, else go on.
    fn step<'a>(
        &self,
        value: Option<&'a Value>,
        rest: &'a str,
        trail: &mut Vec<Step<'a>>,
        faults: &mut Vec<Fault>,
    ) {
        if !rest.is_empty() {
            if let Some(value) = value {
                self.walk(value, rest, trail, faults);
            }
        } else if let Some((kind, message)) = self.judge(value) {
            faults.push(Fault::new(pointer(trail), kind, self.evidence, message));
        }
    }

    fn judge(&self, value: Option<&Value>) -> Option<(FaultKind, String)> {
        let Some(value) = value.filter(|value| !value.is_null()) else {
            return self.mandatory.then(|| self.missing());
        };
        match (self.shape, value) {
            (Shape::Text { max, .. }, Value::String(text)) => {
                let length = text.chars().count();
                if self.mandatory && text.trim().is_empty() {
                    Some(self.missing())
                } else if max > 0 && length > max {
                    Some((
                        FaultKind::TooLong,
                        format!("has {length} characters: shorten it to at most {max}"),
                    ))
                } else {
                    None
                }
            }
            (Shape::Text { or_number: true, .. }, Value::Number(number)) if !number.is_f64() => {
                None
            }
            (Shape::Flag { .. }, Value::Bool(_)) => None,
            (Shape::Flag { or_text: true }, Value::String(_)) => None,
            (Shape::Object, Value::Object(_)) => None,
            (Shape::List { .. }, Value::Array(entries)) if entries.len() > MAX_ENTRIES => Some((
                FaultKind::TooLong,
                format!("has {} entries: send at most {MAX_ENTRIES}", entries.len()),
            )),
            (Shape::List { .. }, Value::Array(entries)) => {
                (self.mandatory && entries.is_empty()).then(|| self.missing())
            }
            (Shape::List { or_one: true }, Value::Object(_)) => None,
            _ => Some((
                FaultKind::WrongType,
                format!("is {}: send {}", json_type(value), self.shape.wanted()),
            )),
        }
    }

    fn missing(&self) -> (FaultKind, String) {
        (FaultKind::Missing, format!("is mandatory: send {}", self.shape.wanted()))
    }
}

impl Shape {
    const fn wanted(self) -> &'static str {
        match self {
            Self::Text { or_number: false, .. } => "a non-empty string",
            Self::Text { or_number: true, .. } => "a non-empty string or an integer",
            Self::Flag { or_text: false } => "true or false",
            Self::Flag { or_text: true } => "a code as a string",
            Self::Object => "an object",
            Self::List { .. } => "a list with at least one entry",
        }
    }
}

/// One step of the way from a document's root to a value.
enum Step<'a> {
    Field(&'a str),
    Entry(usize),
}

/// Written only where there is a fault. The names are the tables' own and need no escapes.
fn pointer(trail: &[Step<'_>]) -> String {
    let mut pointer = String::new();
    for step in trail {
        pointer.push('/');
        match step {
            Step::Field(name) => pointer.push_str(name),
            Step::Entry(index) => pointer.push_str(&index.to_string()),
        }
    }
    pointer
}

fn json_type(value: &Value) -> &'static str {
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
    use serde_json::json;

    const RULES: &[Rule] = &[
        object("/who", "BR").mandatory(),
        text("/who/name", "BR").mandatory().max(4),
        text("/who/code|calling", "BR").lenient(),
        list("/who/places", "BR").mandatory(),
        object("/who/places/*", "BR").mandatory(),
        text("/who/places/*/area", "BR").mandatory(),
        flag("/who/places/*/primary", "BR"),
    ];

    fn found(document: Value) -> Vec<(String, FaultKind)> {
        check(&document, RULES).into_iter().map(|fault| (fault.pointer, fault.kind)).collect()
    }

    #[test]
    fn a_good_document_has_no_fault() {
        let places = json!([{"area": "x", "primary": true}, {"area": "y"}]);
        assert_eq!(found(json!({"who": {"name": "Budi", "calling": 62, "places": places}})), []);
    }

    #[test]
    fn all_faults_are_found_each_with_its_pointer() {
        let places = json!([{"area": " "}, {"area": "y", "primary": "yes"}, 7]);
        let document = json!({"who": {"name": "Budiman", "code": 1.5, "places": places}});
        assert_eq!(
            found(document),
            [
                ("/who/name".to_owned(), FaultKind::TooLong),
                ("/who/code".to_owned(), FaultKind::WrongType),
                ("/who/places/2".to_owned(), FaultKind::WrongType),
                ("/who/places/0/area".to_owned(), FaultKind::Missing),
                ("/who/places/1/primary".to_owned(), FaultKind::WrongType),
            ]
        );
    }

    #[test]
    fn what_is_absent_is_reported_once_and_not_below() {
        assert_eq!(found(json!({})), [("/who".to_owned(), FaultKind::Missing)]);
        assert_eq!(found(json!({"who": null})), [("/who".to_owned(), FaultKind::Missing)]);
        assert_eq!(found(json!({"who": 1})), [("/who".to_owned(), FaultKind::WrongType)]);
    }

    #[test]
    fn a_name_and_its_alias_at_once_are_a_fault_of_the_alias() {
        let places = json!([{"area": "x"}]);
        let document = json!({"who": {"name": "x", "calling": 62, "code": 62, "places": places}});
        assert_eq!(found(document), [("/who/calling".to_owned(), FaultKind::NotAllowed)]);
    }

    #[test]
    fn a_list_that_has_to_be_one_is_not_looked_into_as_an_object() {
        let document = json!({"who": {"name": "x", "places": {"area": 1}}});
        assert_eq!(found(document), [("/who/places".to_owned(), FaultKind::WrongType)]);
    }

    #[test]
    fn long_lists_and_many_faults_are_cut_off() {
        let document = json!({"who": {"name": "x", "places": vec![json!({}); 200_000]}});
        let faults = check(&document, RULES);
        assert_eq!(faults[0].message, "has 200000 entries: send at most 100");
        assert_eq!(faults.len(), 101);

        let faults = capped([faults.clone(), faults].concat());
        assert_eq!(faults.len(), 101);
        assert_eq!(faults[100].message, "there are more faults: mend these first");
    }

    #[test]
    fn a_field_that_is_null_is_absent_and_an_entry_that_is_null_is_missing() {
        let mut document =
            json!({"who": {"name": null, "places": [null, {"area": "x", "primary": null}]}});
        strip_nulls(&mut document);
        assert_eq!(
            found(document),
            [
                ("/who/name".to_owned(), FaultKind::Missing),
                ("/who/places/0".to_owned(), FaultKind::Missing)
            ]
        );
    }

    #[test]
    fn a_callback_url_is_absolute_and_leads_somewhere() {
        for url in [
            "https://shop.example/doku",
            "http://127.0.0.1:8480",
            "http://[::1]:1/x?a=1",
            "https://shop_1.example.:443/a%20b",
        ] {
            assert!(is_http_url(url), "{url}");
        }
        for url in [
            "",
            "shop.example/doku",
            "ftp://shop.example",
            "http://",
            "http:///x",
            "http://[::1",
            "http://[x]/",
            "http://%%/",
            "http://:80/x",
            "http://a..b/",
            "http://a:0/",
            "http://a:/",
            "http://a:99999/x",
            "http://user:pw@a/x",
            "http://a/#x",
            "http://a/ b",
            "http://a/é",
        ] {
            assert!(!is_http_url(url), "{url}");
        }
    }

    #[test]
    fn a_fault_never_shows_the_value() {
        let document = json!({"who": {"name": "marker-marker", "places": [{"area": 1}]}});
        let text: String = check(&document, RULES).iter().map(Fault::to_string).collect();
        assert!(!text.contains("marker"), "{text}");
    }

    #[test]
    fn deep_nesting_is_refused_without_exhausting_the_stack() {
        let deep = "[".repeat(100_000);
        assert!(matches!(
            read::<Value>(deep.as_bytes()),
            Err(ParseError::Json { what: "nesting too deep", .. })
        ));
    }
}
