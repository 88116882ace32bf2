//! One exchange: what became of it and why, and all that was said.

mod callbacks;
mod changes;
mod compare;
mod cut;
mod message;
mod report;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::Uri,
    response::Response,
    routing::get,
};
use doku_types::evidence;
use maud::{Markup, html};

use super::{
    ROOT,
    api::Refusal,
    form::Form,
    page::{Tab, page, refused},
    pieces::{as_api, badge, code, http_status, reveal, said, said_short, time_text},
};
use crate::{
    admin::journal_entry,
    app::App,
    journal::{JournalEntry, Mask, Shown, curl, shown},
};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/_mock/ui/exchanges/{number}", get(show))
}

/// `GET /_mock/ui/exchanges/12`.
async fn show(State(app): State<Arc<App>>, Path(number): Path<String>, uri: Uri) -> Response {
    let query = Form::of_query(&uri);
    let read = async {
        let entry = journal_entry(&app, &number)?;
        let mask = Mask::revealing(&app, query.reveals());
        let mut shown = shown(&app, &mask, std::slice::from_ref(&entry)).await?;
        // One was asked for.
        let shown = shown.pop().ok_or_else(|| Refusal::of("nothing to show"))?;
        Ok::<_, Refusal>(content(&app, &query, &mask, &entry, &shown))
    };
    match read.await {
        Ok(content) => page(&app, Tab::Timeline, &format!("Exchange {number}"), &content),
        Err(refusal) => refused(&app, Tab::Timeline, &refusal, ROOT),
    }
}

fn content(
    app: &App,
    query: &Form,
    mask: &Mask<'_>,
    entry: &JournalEntry,
    shown: &Shown,
) -> Markup {
    let number = shown.number;
    let revealed = if mask.is_open() { "?reveal=true" } else { "" };
    let api = format!("/_mock/journal/{number}{revealed}");
    html! {
        (neighbours(app, number))
        @if let Some(diagnosis) = &shown.diagnosis { (report::report(diagnosis)) }
        (summary(entry, shown))
        (reveal(app, &format!("/_mock/ui/exchanges/{number}"), query))
        (message::message("Request", "request", &shown.request, &api))
        @if let Some(response) = &shown.response {
            (message::message("Answer", "answer", response, &api))
        } @else {
            section aria-labelledby="answer" { h2 #answer { "Answer" } p { "No answer came." } }
        }
        (changes::changes(shown))
        (callbacks::callbacks(shown))
        (again(app, mask, entry, revealed))
        (as_api("GET", &api, None))
    }
}

/// The exchanges before and after it that are kept.
fn neighbours(app: &App, number: u64) -> Markup {
    let (before, after) = app.journal.beside(number);
    let link = |number: u64| format!("/_mock/ui/exchanges/{number}");
    html! {
        nav.pager aria-label="Other exchanges" {
            a href=(ROOT) { "Timeline" }
            @if let Some(after) = after { a rel="prev" href=(link(after)) { "Newer: " (after) } }
            @if let Some(before) = before { a rel="next" href=(link(before)) { "Older: " (before) } }
        }
    }
}

fn summary(kept: &JournalEntry, entry: &Shown) -> Markup {
    let (target, is_cut) = cut::beginning(&entry.target, MAX_TARGET);
    html! {
        dl.facts {
            dt { "Time" } dd { (time_text(&entry.at)) }
            dt { "Direction" }
            dd {
                @match entry.direction {
                    "sent" => "sent by the mock",
                    _ => "received by the mock",
                }
            }
            @if let Some(operation) = entry.operation { dt { "Operation" } dd { (operation) } }
            @if let Some(callback) = entry.callback {
                dt { "Callback" }
                dd { (callback_link(entry.business.as_deref(), callback))
                    @if let Some(attempt) = entry.attempt { ", attempt " (attempt) }
                }
            }
            dt { "Request" } dd.mono { (said_short(&entry.method)) " " bdi { (target) @if is_cut { "…" } } }
            dt { "Outcome" }
            dd {
                @if let Some(verdict) = entry.verdict { (badge(verdict.as_str())) " " }
                (http_status(entry.status))
                " after " (entry.latency_ms) " ms"
            }
            @if let Some(partner) = &entry.partner {
                dt { "Partner" } dd { (said(partner)) }
            } @else if kept.partner().is_some() {
                dt { "Partner" } dd.quiet { "not proved: see the header client-id" }
            }
            @if let Some(business) = &entry.business {
                dt { "Business" }
                dd { a href={ "/_mock/ui/businesses/" (business) } { (business) } }
            }
            @if !entry.faults.is_empty() {
                dt { "Faults" }
                dd { @for fault in &entry.faults { span.badge.open { (fault) } " " } }
            }
            @if !entry.assumptions.is_empty() {
                dt { "Stood on" }
                dd { ul { @for id in &entry.assumptions { li { (assumption(id)) } } } }
            }
        }
    }
}

/// An assumption, with a link into the ledger.
pub(super) fn assumption(id: &str) -> Markup {
    html! {
        a href={ "/_mock/ui/assumptions#" (id) } { (id) }
        @if let Some(known) = evidence::entry(id) { ": " (known.what) }
    }
}

/// Where a callback is told with all its attempts.
fn callback_link(business: Option<&str>, callback: i64) -> Markup {
    html! {
        @match business {
            Some(id) => a href={ "/_mock/ui/businesses/" (id) "?callback=" (callback) "#callback-" (callback) } { "callback " (callback) },
            None => { "callback " (callback) }
        }
    }
}

/// The command that sends it again.
fn again(app: &App, mask: &Mask<'_>, entry: &JournalEntry, revealed: &str) -> Markup {
    let command = curl(app, mask, entry);
    let (shown, is_cut) = cut::beginning(&command, MAX_COMMAND);
    let api = format!("/_mock/journal/{}/curl{revealed}", entry.number);
    html! {
        details {
            summary { "Send it again, signed afresh, by curl" }
            (code("The command", shown))
            @if is_cut { p.hint { "This is its beginning, and not to be run." } }
            p.hint { "All of it, as text: " a href=(api) { code { (api) } } }
        }
    }
}

/// How much of a target is shown, in bytes.
const MAX_TARGET: usize = 4 << 10;
/// How much of a command is shown, in bytes.
const MAX_COMMAND: usize = 24 << 10;
