//! One side of an exchange: headers and body.

use maud::{Markup, html};

use super::{super::pieces::code, cut};
use crate::journal::Message;

/// What was asked, or answered. `api` is where all of it is.
pub(super) fn message(title: &str, id: &str, message: &Message, api: &str) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (title) }
            (headers(title, message, api))
            (body(title, message, api))
        }
    }
}

fn headers(title: &str, message: &Message, api: &str) -> Markup {
    let mut left = MAX_HEADERS;
    let mut rows = Vec::new();
    for header in &message.headers {
        let (name, _) = cut::beginning(&header.name, MAX_NAME);
        let (value, is_cut) = cut::beginning(&header.value, MAX_VALUE);
        let taken = ROW + cut::taken(name) + cut::taken(value);
        if taken > left {
            break;
        }
        left -= taken;
        rows.push((name, value, is_cut));
    }
    let left_out = message.headers.len() - rows.len();
    html! {
        @if message.headers.is_empty() {
            p.quiet { "No headers." }
        } @else {
            div.table tabindex="0" role="region" aria-label={ (title) ": headers" } {
                table.cards {
                    caption { (title) ": headers" }
                    thead { tr { th scope="col" { "Name" } th scope="col" { "Value" } } }
                    tbody {
                        @for (name, value, is_cut) in rows {
                            tr {
                                th scope="row" { code { (name) } }
                                td data-label="Value" { bdi.mono { (value) @if is_cut { "…" } } }
                            }
                        }
                    }
                }
            }
            @if left_out > 0 { p.hint { (left_out) " more: " (all_of_it(api)) } }
        }
    }
}

fn body(title: &str, message: &Message, api: &str) -> Markup {
    let label = format!("{title}: body");
    let text = match (&message.json, &message.text, &message.base64) {
        (Some(json), ..) => serde_json::to_string_pretty(json).ok(),
        (None, Some(text), _) => Some(text.clone()),
        (None, None, Some(base64)) => Some(base64.clone()),
        (None, None, None) => None,
    };
    let is_base64 = message.json.is_none() && message.text.is_none() && message.base64.is_some();
    let shown = text.as_deref().map(|text| cut::beginning(text, MAX_BODY));
    html! {
        p.quiet {
            "Body: "
            @match message.size {
                Some(0) => "none",
                Some(size) => { (size) " bytes" }
                None => "of unknown length",
            }
            @if is_base64 { ", no text, in Base64" }
            @if message.masked { ", masked" }
        }
        @if let Some((text, is_cut)) = shown {
            (code(&label, text))
            @if is_cut { p.hint { "This is its beginning. " (all_of_it(api)) } }
        }
        @if let Some(withheld) = &message.withheld { p { (withheld) } }
    }
}

fn all_of_it(api: &str) -> Markup {
    html! { "The API has all that is kept: " a href=(api) { code { (api) } } }
}

/// How much of a header's name and of its value is shown, in bytes.
const MAX_NAME: usize = 100;
const MAX_VALUE: usize = 2 << 10;
/// How much all of them take, in bytes.
const MAX_HEADERS: usize = 16 << 10;
/// What stands around a header, in bytes.
const ROW: usize = 100;
/// How much of a body is shown, in bytes.
const MAX_BODY: usize = 48 << 10;
