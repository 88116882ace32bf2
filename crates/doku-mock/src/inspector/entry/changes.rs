//! What a request changed of a business.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::super::pieces::badge;
use crate::journal::{BusinessState, Shown};

/// Before and after, side by side; nothing where nothing was changed.
pub(super) fn changes(entry: &Shown) -> Markup {
    let Some(after) = &entry.after else {
        return html! {};
    };
    let after = statuses(after);
    let before = entry.before.as_ref().map(statuses);
    let is_new = before.is_none();
    let before = before.unwrap_or_default();
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changed: Vec<_> = names
        .into_iter()
        .map(|name| (name, before.get(name), after.get(name)))
        .filter(|(_, before, after)| before != after)
        .collect();
    let left_out = changed.len().saturating_sub(MAX_ROWS);
    html! {
        section aria-labelledby="changes-title" {
            h2 #changes-title { @if is_new { "The business that it made" } @else { "What it changed" } }
            @if changed.is_empty() {
                p { "No status: what it changed is in the data." }
            } @else {
                div.table tabindex="0" role="region" aria-label="What it changed" {
                    table {
                        thead {
                            tr {
                                th scope="col" { "Of what" }
                                @if !is_new { th scope="col" { "Before" } }
                                th scope="col" { @if is_new { "Status" } @else { "After" } }
                            }
                        }
                        tbody {
                            @for (name, before, after) in changed.iter().take(MAX_ROWS) {
                                tr {
                                    th scope="row" { (name) }
                                    @if !is_new { td { (status(*before)) } }
                                    td { (status(*after)) }
                                }
                            }
                        }
                    }
                }
                @if left_out > 0 { p.hint { (left_out) " more are in the API's answer." } }
            }
        }
    }
}

fn status(status: Option<&&str>) -> Markup {
    match status {
        Some(status) => badge(status),
        None => html! { span.quiet { "none" } },
    }
}

/// Every status there is, by what it is of.
fn statuses(state: &BusinessState) -> BTreeMap<String, &str> {
    let mut statuses = BTreeMap::from([("Business".to_owned(), state.status.as_str())]);
    let parts = |parts| BTreeMap::<String, String>::iter(parts);
    statuses
        .extend(parts(&state.parts).map(|(part, is)| (format!("Business: {part}"), is.as_str())));
    for brand in &state.brands {
        let of = &format!("Brand {}", brand.id);
        statuses.insert(of.clone(), &brand.status);
        let operational = brand.operational_status.as_deref();
        statuses.extend(operational.map(|is| (format!("{of}: operation"), is)));
        statuses
            .extend(parts(&brand.parts).map(|(part, is)| (format!("{of}: {part}"), is.as_str())));
        let services = parts(&brand.services);
        statuses.extend(services.map(|(code, is)| (format!("{of}: service {code}"), is.as_str())));
    }
    statuses
}

/// How many are shown.
const MAX_ROWS: usize = 100;
