//! Small pieces that several pages have.

use doku_types::Timestamp;
use maud::{Markup, html};
use serde_json::Value;

use super::form::Form;
use crate::app::App;

/// An instant of the engine's clock.
pub(super) fn time(at: Timestamp) -> Markup {
    time_text(&at.to_string())
}

/// The same, as RFC 3339.
pub(super) fn time_text(at: &str) -> Markup {
    html! { time datetime=(at) { (at.replace('T', " ").replace('Z', " UTC")) } }
}

/// A status or verdict, with its colour: never told by colour alone.
pub(super) fn badge(text: &str) -> Markup {
    let kind = match text {
        "APPROVED" | "ACTIVE" | "delivered" | "accepted" => "good",
        "REJECTED" | "SUSPENDED" | "FULL_SUSPENDED" | "exhausted" | "blocked" | "dropped"
        | "refused" | "failed" | "not_authenticated" => "bad",
        "UPDATING" | "PENDING" | "pending" | "repeated" => "open",
        _ => "plain",
    };
    html! { span class={ "badge " (kind) } { (text.replace('_', " ")) } }
}

/// An HTTP status; `None` is no answer.
pub(super) fn http_status(status: Option<u16>) -> Markup {
    let Some(status) = status else {
        return html! { span.badge.bad { "no answer" } };
    };
    let kind = match status {
        200..=299 => "good",
        409 => "open",
        400.. => "bad",
        _ => "plain",
    };
    html! { span class={ "badge " (kind) } { (status) } }
}

/// What somebody wrote, kept apart from the text around it whichever way it is read.
pub(super) fn said(text: &str) -> Markup {
    html! { bdi.said { (text) } }
}

/// The same, cut short for a list.
pub(super) fn said_short(text: &str) -> Markup {
    let short: String = text.chars().take(MAX_SHORT).collect();
    let cut = short.len() < text.len();
    html! { bdi.said { (short) @if cut { "…" } } }
}

/// A label with what it is for: `control` has to have this id.
pub(super) fn field(id: &str, label: &str, control: &Markup) -> Markup {
    html! { div.field { label for=(id) { (label) } (control) } }
}

/// A field with one line of text.
pub(super) fn text_field(
    id: &str,
    name: &str,
    label: &str,
    value: Option<&str>,
    hint: &str,
) -> Markup {
    let control =
        html! { input id=(id) name=(name) value=[value] placeholder=(hint) autocomplete="off"; };
    field(id, label, &control)
}

/// A field with a choice: of `(value, text)`, or none of them.
pub(super) fn choice(
    id: &str,
    name: &str,
    label: &str,
    none: Option<&str>,
    options: &[(impl AsRef<str>, impl AsRef<str>)],
    chosen: Option<&str>,
) -> Markup {
    let control = html! {
        select id=(id) name=(name) {
            @if let Some(none) = none { option value="" { (none) } }
            @for (value, text) in options {
                option value=(value.as_ref()) selected[Some(value.as_ref()) == chosen] { (text.as_ref()) }
            }
        }
    };
    field(id, label, &control)
}

/// Text as it was sent, to be scrolled by keyboard too.
pub(super) fn code(label: &str, text: &str) -> Markup {
    html! {
        pre.code tabindex="0" role="region" aria-label=(label) { code { (text) } }
    }
}

/// Says that personal data is masked, and leads to the same page with it; nothing where it never is.
pub(super) fn reveal(app: &App, path: &str, query: &Form) -> Markup {
    let (value, text) = match query.reveals() {
        true => (None, "Mask personal data"),
        false => (Some("true"), "Reveal personal data"),
    };
    html! {
        @if !app.config.show_personal_data {
            p.actions {
                a.button href={ (path) "?" (query.with("reveal", value)) } { (text) }
                @if value.is_some() {
                    span.hint { "What may be personal is masked; keys and tokens always are." }
                }
            }
        }
    }
}

/// The field with a partner: a choice of those that are configured and the one that was said, where they are not too many
/// for one. Without `none`, the first stands for all that was not said.
pub(super) fn partner_field(app: &App, none: Option<&str>, chosen: Option<&str>) -> Markup {
    let configured = app.config.partners.iter().map(|partner| partner.client_id.as_str());
    if configured.len() > MAX_CHOICE {
        return text_field("partner", "partner", "Partner", chosen, "BRN-…");
    }
    let mut known: Vec<_> = configured.map(|id| (id, id)).collect();
    // One that is not configured any more may have left something.
    if let Some(said) = chosen
        && !known.contains(&(said, said))
    {
        known.push((said, said));
    }
    choice("partner", "partner", "Partner", none, &known, chosen)
}

/// What a program would ask for the same.
pub(super) fn as_api(method: &str, path: &str, document: Option<&Value>) -> Markup {
    html! {
        p.as-api {
            span.label { "The API: " }
            code { bdi { (method) " " (path) @if let Some(document) = document { " " (document) } } }
        }
    }
}

/// How much of a text a list shows, in characters.
const MAX_SHORT: usize = 80;
/// How many partners are a choice.
const MAX_CHOICE: usize = 100;
