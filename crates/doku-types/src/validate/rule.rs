//! The rules of a request as a table, and the walk over a document that finds what breaks them.

use serde_json::Value;

use super::{Fault, FaultKind, MAX_ENTRIES, MAX_FAULTS, Sorts, json_type};

/// The faults of `document` under `rules`, in the order of the rules; of each sort at most one
/// more than [`MAX_FAULTS`].
pub(crate) fn check(document: &Value, rules: &[Rule]) -> Vec<Fault> {
    let mut found = Found::default();
    for rule in rules {
        rule.walk(document, rule.path, &mut Vec::new(), &mut found);
    }
    found.faults
}

#[derive(Default)]
struct Found {
    faults: Vec<Fault>,
    sorts: Sorts,
}

impl Found {
    fn add(
        &mut self,
        trail: &[Step<'_>],
        kind: FaultKind,
        evidence: &'static str,
        message: impl Into<String>,
    ) {
        if self.sorts.has_room(kind, evidence) {
            self.faults.push(Fault::new(pointer(trail), kind, evidence, message));
        }
    }
}

/// A fault for every `null` of a document, in the order of their pointers.
pub(crate) fn nulls(document: &Value) -> Vec<Fault> {
    fn find<'a>(value: &'a Value, trail: &mut Vec<Step<'a>>, faults: &mut Vec<Fault>) {
        match value {
            Value::Null if faults.len() <= MAX_FAULTS => {
                let message = "is null: leave it out to keep it as it is, or send a value";
                faults.push(Fault::new(pointer(trail), FaultKind::WrongType, "A08", message));
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    trail.push(Step::Field(name));
                    find(field, trail, faults);
                    trail.pop();
                }
            }
            Value::Array(entries) => {
                for (index, entry) in entries.iter().enumerate() {
                    trail.push(Step::Entry(index));
                    find(entry, trail, faults);
                    trail.pop();
                }
            }
            _ => {}
        }
    }

    let mut faults = Vec::new();
    find(document, &mut Vec::new(), &mut faults);
    faults
}

/// One row of an operation's table. Built by [`text`], [`object`], [`list`] and [`flag`].
///
/// A path is a JSON pointer whose segments may be `name|alias`, `*` for each entry of a list, and
/// `*?` for the same or one entry without its list. A rule below something absent says nothing:
/// the absence is the other rule's fault.
pub(crate) struct Rule {
    pub(super) path: &'static str,
    shape: Shape,
    mandatory: Mandatory,
    evidence: &'static str,
}

/// What a rule asks of the place that it is about.
#[cfg(feature = "schemars")]
pub(crate) struct Demand {
    /// As [`Rule`] has it.
    pub(crate) path: &'static str,
    /// The JSON types that will do; the first is the one to send.
    pub(crate) types: &'static [&'static str],
    /// Most characters of a text, or entries of a list.
    pub(crate) max: Option<usize>,
    /// Neither blank nor empty, if it is there.
    pub(crate) says_something: bool,
    /// It has to be there.
    pub(crate) mandatory: bool,
    /// It has to be there in an entry without an `id`.
    pub(crate) mandatory_without_id: bool,
    /// The ledger entry that the rule stands on.
    pub(crate) evidence: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mandatory {
    No,
    Yes,
    /// Only in an entry without an `id`: one with an id keeps what is absent (A08).
    WithoutId,
    /// May be absent, but not blank or empty.
    IfSent,
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
    Rule {
        path,
        shape: Shape::Text { max: 0, or_number: false },
        mandatory: Mandatory::No,
        evidence,
    }
}

pub(crate) const fn flag(path: &'static str, evidence: &'static str) -> Rule {
    Rule { path, shape: Shape::Flag { or_text: false }, mandatory: Mandatory::No, evidence }
}

pub(crate) const fn object(path: &'static str, evidence: &'static str) -> Rule {
    Rule { path, shape: Shape::Object, mandatory: Mandatory::No, evidence }
}

pub(crate) const fn list(path: &'static str, evidence: &'static str) -> Rule {
    Rule { path, shape: Shape::List { or_one: false }, mandatory: Mandatory::No, evidence }
}

impl Rule {
    pub(crate) const fn mandatory(mut self) -> Self {
        self.mandatory = Mandatory::Yes;
        self
    }

    /// Mandatory in an entry without an `id`.
    pub(crate) const fn mandatory_without_id(mut self) -> Self {
        self.mandatory = Mandatory::WithoutId;
        self
    }

    /// Not mandatory, but not blank or empty either.
    pub(crate) const fn if_sent(mut self) -> Self {
        self.mandatory = Mandatory::IfSent;
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

    /// What the rule asks, for whoever writes it down as a schema.
    #[cfg(feature = "schemars")]
    pub(crate) fn demand(&self) -> Demand {
        Demand {
            path: self.path,
            types: match self.shape {
                Shape::Text { or_number: false, .. } => &["string"],
                Shape::Text { or_number: true, .. } => &["string", "integer"],
                Shape::Flag { or_text: false } => &["boolean"],
                Shape::Flag { or_text: true } => &["string", "boolean"],
                Shape::Object => &["object"],
                // One entry without its list is read, but not to be sent.
                Shape::List { .. } => &["array"],
            },
            max: match self.shape {
                Shape::Text { max, .. } if max > 0 => Some(max),
                Shape::List { .. } => Some(MAX_ENTRIES),
                _ => None,
            },
            says_something: self.says_something(),
            mandatory: self.mandatory == Mandatory::Yes,
            mandatory_without_id: self.mandatory == Mandatory::WithoutId,
            evidence: self.evidence,
        }
    }

    /// Judges whatever stands at `path` below `value`; `trail` is the way from the root to it.
    fn walk<'a>(
        &self,
        value: &'a Value,
        path: &'a str,
        trail: &mut Vec<Step<'a>>,
        found: &mut Found,
    ) {
        let path = path.strip_prefix('/').unwrap_or(path);
        let (segment, rest) = path.split_once('/').unwrap_or((path, ""));
        match (segment, value) {
            ("*" | "*?", Value::Array(entries)) => {
                for (index, entry) in entries.iter().take(MAX_ENTRIES).enumerate() {
                    trail.push(Step::Entry(index));
                    self.step(Some(entry), rest, trail, found);
                    trail.pop();
                }
            }
            ("*?", Value::Object(_)) => self.step(Some(value), rest, trail, found),
            ("*" | "*?", _) => {}
            (names, Value::Object(fields)) => {
                // Most have one name, and are there.
                if let Some(field) = fields.get(names) {
                    trail.push(Step::Field(names));
                    self.step(Some(field), rest, trail, found);
                    trail.pop();
                    return;
                }
                let mut named = names.split('|').filter_map(|name| fields.get_key_value(name));
                let (name, field) = match named.next() {
                    Some((name, field)) => (name.as_str(), Some(field)),
                    None => (names.split('|').next().unwrap_or(names), None),
                };
                if rest.is_empty()
                    && let Some((alias, _)) = named.next()
                {
                    trail.push(Step::Field(alias));
                    let message = format!("means the same as {name}: send one of the two");
                    found.add(trail, FaultKind::NotAllowed, "A30", message);
                    trail.pop();
                }
                let kept = self.mandatory == Mandatory::WithoutId && fields.contains_key("id");
                if field.is_none() && kept {
                    return;
                }
                trail.push(Step::Field(name));
                self.step(field, rest, trail, found);
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
        found: &mut Found,
    ) {
        if !rest.is_empty() {
            if let Some(value) = value {
                self.walk(value, rest, trail, found);
            }
        } else if let Some((kind, message)) = self.judge(value) {
            let evidence = match (kind, self.shape) {
                // The length of a list is no page's word.
                (FaultKind::TooLong, Shape::List { .. }) => "A39",
                _ => self.evidence,
            };
            found.add(trail, kind, evidence, message);
        }
    }

    fn judge(&self, value: Option<&Value>) -> Option<(FaultKind, String)> {
        let Some(value) = value.filter(|value| !value.is_null()) else {
            let optional = matches!(self.mandatory, Mandatory::No | Mandatory::IfSent);
            return (!optional).then(|| self.missing());
        };
        match (self.shape, value) {
            (Shape::Text { .. }, Value::String(text))
                if self.says_something() && text.trim().is_empty() =>
            {
                Some(self.missing())
            }
            (Shape::Text { max, .. }, Value::String(text)) => too_long(text.chars().count(), max),
            (Shape::Text { or_number: true, max }, Value::Number(number)) if !number.is_f64() => {
                too_long(number.to_string().len(), max)
            }
            (Shape::Flag { .. }, Value::Bool(_)) => None,
            (Shape::Flag { or_text: true }, Value::String(_)) => None,
            (Shape::Object, Value::Object(_)) => None,
            (Shape::List { .. }, Value::Array(entries)) if entries.len() > MAX_ENTRIES => Some((
                FaultKind::TooLong,
                format!("has {} entries: send at most {MAX_ENTRIES}", entries.len()),
            )),
            (Shape::List { .. }, Value::Array(entries)) => {
                (self.says_something() && entries.is_empty()).then(|| self.missing())
            }
            (Shape::List { or_one: true }, Value::Object(_)) => None,
            _ => Some((
                FaultKind::WrongType,
                format!("is {}: send {}", json_type(value), self.shape.wanted()),
            )),
        }
    }

    fn says_something(&self) -> bool {
        self.mandatory != Mandatory::No
    }

    fn missing(&self) -> (FaultKind, String) {
        let wanted = self.shape.wanted();
        let message = match self.mandatory {
            Mandatory::IfSent => format!("is empty: leave it out, or send {wanted}"),
            _ => format!("is mandatory: send {wanted}"),
        };
        (FaultKind::Missing, message)
    }
}

/// `max` 0: any length.
fn too_long(length: usize, max: usize) -> Option<(FaultKind, String)> {
    let message = || format!("has {length} characters: shorten it to at most {max}");
    (max > 0 && length > max).then(|| (FaultKind::TooLong, message()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::{capped, strip_nulls};
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
    fn an_entry_with_an_id_may_leave_out_what_one_without_has_to_have() {
        let rules = &[
            list("/places", "A08"),
            text("/places/*/id", "A08"),
            text("/places/*/area", "A08").mandatory_without_id(),
        ];
        let document = json!({"places": [{"id": "ADR-1"}, {}, {"id": "ADR-2", "area": " "}]});
        let found: Vec<_> =
            check(&document, rules).into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(found, ["/places/1/area", "/places/2/area"]);
    }

    #[test]
    fn a_fault_never_shows_the_value() {
        let document = json!({"who": {"name": "marker-marker", "places": [{"area": 1}]}});
        let text: String = check(&document, RULES).iter().map(Fault::to_string).collect();
        assert!(!text.contains("marker"), "{text}");
    }

    #[test]
    fn long_lists_and_many_faults_are_cut_off() {
        let document = json!({"who": {"name": "x", "places": vec![json!({}); 200_000]}});
        let faults = check(&document, RULES);
        assert_eq!(faults[0].message, "has 200000 entries: send at most 100");
        assert_eq!((faults[0].evidence, faults.len()), ("A39", 101));

        let faults = capped([faults.clone(), faults].concat());
        assert_eq!(faults.len(), 101);
        assert_eq!(faults[100].message, "there are more faults: mend these first");
    }
}
