//! The rows of the timeline.

use doku_types::partner::callback::Callback;
use http::HeaderName;
use maud::{Markup, html};

use super::super::pieces::{badge, http_status, said_short, time};
use crate::journal::{Author, Direction, JournalEntry, Mask, brief};

/// Exchanges as a table, in this order.
pub(super) fn table(mask: &Mask<'_>, entries: &[JournalEntry]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label="Exchanges, newest first" {
            table.cards {
                caption { "Requests received and callbacks sent, newest first" }
                thead {
                    tr {
                        @for name in [
                            "No.", "Time", "Direction", "What", "Partner", "Business", "Outcome", "Latency",
                        ] {
                            th.whole scope="col" { (name) }
                        }
                    }
                }
                tbody { @for entry in entries { (row(mask, entry)) } }
            }
        }
    }
}

fn row(mask: &Mask<'_>, entry: &JournalEntry) -> Markup {
    let number = entry.number;
    let to_entry = format!("/_mock/ui/exchanges/{number}");
    let (verdict, explanation) = match &entry.direction {
        Direction::Received { verdict, explanation, .. } => (Some(*verdict), explanation.as_ref()),
        Direction::Sent { .. } => (None, None),
    };
    let (to_report, is_refused) = (format!("{to_entry}#report"), explanation.is_some());
    html! {
        tr.bad-row[is_refused] {
            td.whole data-label="No." {
                a href=(if is_refused { &to_report } else { &to_entry }) aria-label={ "Exchange " (number) } { (number) }
            }
            td.when data-label="Time" { (time(entry.at)) }
            td.whole data-label="Direction" { (direction(entry)) }
            td data-label="What" {
                (what(entry))
                div.mono.quiet { (said_short(&format!("{} {}", entry.method, mask.path(entry.target.path())))) }
                @if let Some(explanation) = explanation {
                    div {
                        a href=(to_report) { (explanation.codes.join(", ")) } ": "
                        bdi { (brief(explanation, mask, &entry.target)) }
                    }
                }
            }
            td.id data-label="Partner" { (partner(mask, entry)) }
            td.id data-label="Business" { (business(entry)) }
            td data-label="Outcome" {
                @if let Some(verdict) = verdict { (badge(verdict.as_str())) " " }
                (http_status(entry.answer.as_ref().map(|answer| answer.status.as_u16())))
                @if !entry.faults.is_empty() { " " span.badge.open { "fault" } }
            }
            td.whole data-label="Latency" { (entry.latency_ms) " ms" }
        }
    }
}

/// Which way it went.
fn direction(entry: &JournalEntry) -> Markup {
    match &entry.direction {
        Direction::Received { .. } => html! { span aria-hidden="true" { "→ " } "received" },
        Direction::Sent { .. } => html! { span aria-hidden="true" { "← " } "sent" },
    }
}

/// The operation, or the callback and which attempt at it.
fn what(entry: &JournalEntry) -> Markup {
    match &entry.direction {
        Direction::Received { operation: Some(operation), .. } => html! { (operation.name()) },
        Direction::Received { operation: None, .. } => html! { "no operation" },
        Direction::Sent { callback, attempt, .. } => html! {
            (callback_type(entry)) div { "callback " (callback) ", attempt " (attempt) }
        },
    }
}

/// What a callback that was sent tells, as far as that can be read: a fault may have bent it.
fn callback_type(entry: &JournalEntry) -> Markup {
    match Callback::parse(&entry.request_body) {
        Ok(told) => {
            html! { (said_short(told.callback_type.as_str())) " " (badge(told.status.as_str())) }
        }
        Err(_) => html! { "unreadable body" },
    }
}

fn partner(mask: &Mask<'_>, entry: &JournalEntry) -> Markup {
    let Some(partner) = entry.partner() else {
        return html! { span.quiet { "not said" } };
    };
    let shown =
        mask.header(&HeaderName::from_static("client-id"), partner.as_bytes(), Author::Stranger);
    let is_proved = !matches!(entry.direction, Direction::Received { partner: None, .. });
    html! {
        (said_short(&shown))
        @if !is_proved { div.quiet { "not proved" } }
    }
}

fn business(entry: &JournalEntry) -> Markup {
    let business = match &entry.direction {
        Direction::Received { business, .. } => business.as_ref(),
        Direction::Sent { business, .. } => Some(business),
    };
    html! {
        @if let Some(id) = business { a href={ "/_mock/ui/businesses/" (id) } { (id) } }
    }
}
