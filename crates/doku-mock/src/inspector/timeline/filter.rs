//! Which exchanges the timeline shows.

use doku_types::partner::endpoint::Endpoint;
use maud::{Markup, html};

use super::super::{
    ROOT,
    api::Refusal,
    form::Form,
    pieces::{choice, partner_field, text_field},
};
use crate::{
    app::App,
    journal::{MAX_TEXT, Verdict, kebab},
};

/// What is asked for, as the form says it: whether it can be read, the API says.
#[derive(Debug, Default)]
pub(super) struct Filter {
    partner: Option<String>,
    operation: Option<String>,
    /// A verdict, or what the API calls a status.
    outcome: Option<String>,
    direction: Option<String>,
    business: Option<String>,
    text: Option<String>,
    pub(super) cursor: Cursor,
}

/// Which page of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Cursor {
    #[default]
    Newest,
    /// Those before a number.
    Before(u64),
    /// Those right after a number.
    After(u64),
}

impl Filter {
    /// # Errors
    /// A field is too long to be meant, or a number is none.
    pub(super) fn read(form: &Form) -> Result<Self, Refusal> {
        let field = |name: &str| match form.text(name) {
            Some(text) if text.len() > MAX_TEXT => {
                Err(Refusal::of(format!("{name} is longer than {MAX_TEXT} bytes")))
            }
            text => Ok(text.map(str::to_owned)),
        };
        let cursor = match (form.number("before")?, form.number("after")?) {
            (Some(before), _) => Cursor::Before(before),
            (None, Some(after)) => Cursor::After(after),
            (None, None) => Cursor::Newest,
        };
        Ok(Self {
            partner: field("partner")?,
            operation: field("operation")?,
            outcome: field("outcome")?,
            direction: field("direction")?,
            business: field("business")?,
            text: field("text")?,
            cursor,
        })
    }

    /// What was typed where it cannot be read, to be corrected: the beginning of each field.
    pub(super) fn typed(form: &Form) -> Self {
        let field = |name: &str| Some(form.text(name)?.chars().take(MAX_TEXT).collect());
        Self {
            partner: field("partner"),
            operation: field("operation"),
            outcome: field("outcome"),
            direction: field("direction"),
            business: field("business"),
            text: field("text"),
            cursor: Cursor::Newest,
        }
    }

    /// Whether it leaves anything out.
    pub(super) fn is_narrow(&self) -> bool {
        self.fields().iter().any(|(_, value)| value.is_some())
    }

    /// The same, on another page.
    pub(super) fn link(&self, cursor: Cursor) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.fields() {
            query.extend_pairs(value.as_ref().map(|value| (name, value)));
        }
        match cursor {
            Cursor::Newest => {}
            Cursor::Before(number) => drop(query.append_pair("before", &number.to_string())),
            Cursor::After(number) => drop(query.append_pair("after", &number.to_string())),
        }
        match query.finish() {
            query if query.is_empty() => ROOT.to_owned(),
            query => format!("{ROOT}?{query}"),
        }
    }

    /// What a program would ask for the same.
    pub(super) fn api(&self, limit: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        // The next ones after a number are the oldest of those after it.
        match self.cursor {
            Cursor::Newest => drop(query.append_pair("order", "newest")),
            Cursor::Before(before) => {
                query.append_pair("order", "newest").append_pair("before", &before.to_string());
            }
            Cursor::After(after) => drop(query.append_pair("after", &after.to_string())),
        }
        query.append_pair("limit", &limit.to_string());
        for (name, value) in self.fields() {
            let Some(value) = value else { continue };
            let is_verdict = Verdict::ALL.iter().any(|verdict| verdict.as_str() == value);
            let name = match name {
                "outcome" if is_verdict => "verdict",
                "outcome" => "status",
                name => name,
            };
            query.append_pair(name, value);
        }
        format!("/_mock/journal?{}", query.finish())
    }

    pub(super) fn form(&self, app: &App) -> Markup {
        let owned = |pairs: &[(&str, &str)]| -> Vec<_> {
            pairs.iter().map(|(value, text)| ((*value).to_owned(), (*text).to_owned())).collect()
        };
        let operations = Endpoint::all().iter().map(|of| (kebab(*of), of.name().to_owned()));
        let operations: Vec<_> = operations.collect();
        let (outcomes, directions) = (owned(OUTCOMES), owned(DIRECTIONS));
        let Self { partner, operation, outcome, direction, business, text, .. } = self;
        html! {
            form.filter method="get" action=(ROOT) aria-label="Filter" {
                (partner_field(app, ANY, partner.as_deref()))
                (choice("operation", "operation", "Operation", ANY, &operations, operation.as_deref()))
                (choice("outcome", "outcome", "Outcome", ANY, &outcomes, outcome.as_deref()))
                (choice("direction", "direction", "Direction", ANY, &directions, direction.as_deref()))
                (text_field("business", "business", "Business", business.as_deref(), "BSN-… or BRN-…"))
                (text_field("text", "text", "Text", text.as_deref(), "path, id or body"))
                p.actions {
                    button.first type="submit" { "Filter" }
                    @if self.is_narrow() { a.button href=(ROOT) { "Show all" } }
                }
            }
        }
    }

    /// As the form names them.
    fn fields(&self) -> [(&'static str, &Option<String>); 6] {
        [
            ("partner", &self.partner),
            ("operation", &self.operation),
            ("outcome", &self.outcome),
            ("direction", &self.direction),
            ("business", &self.business),
            ("text", &self.text),
        ]
    }
}

const ANY: Option<&str> = Some("any");
const OUTCOMES: &[(&str, &str)] = &[
    ("bad", "refused or failed"),
    ("accepted", "request accepted"),
    ("repeated", "request repeated"),
    ("not_authenticated", "request not authenticated"),
    ("refused", "request refused"),
    ("failed", "request failed"),
    ("not_checked", "request not checked"),
    ("2xx", "HTTP 2xx"),
    ("4xx", "HTTP 4xx"),
    ("5xx", "HTTP 5xx"),
    ("none", "no answer"),
];
const DIRECTIONS: &[(&str, &str)] =
    &[("received", "requests received"), ("sent", "callbacks sent")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_can_be_chosen() {
        for verdict in Verdict::ALL {
            assert!(OUTCOMES.iter().any(|(value, _)| *value == verdict.as_str()), "{verdict:?}");
        }
    }
}
