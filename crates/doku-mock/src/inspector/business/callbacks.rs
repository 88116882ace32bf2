//! The callbacks of a business, newest first, with every attempt and its answer.

use maud::{Markup, html};
use serde_json::json;

use super::{View, cut, notes};
use crate::{
    callback::{Attempt, CallbackRecord},
    inspector::pieces::{as_api, badge, http_status, said_short, time},
};

impl View<'_> {
    /// As many as there is room for.
    pub(super) fn callbacks(&self) -> Markup {
        let one = self.query.text("callback");
        let records = &self.seen.callbacks;
        let attempts = if one.is_some() { ALL_ATTEMPTS } else { ATTEMPTS };
        let mut rows = String::new();
        let mut last = None;
        for record in records {
            rows.push_str(&self.callback(record, attempts).into_string());
            last = Some(record.number);
            if rows.len() > ROOM {
                break;
            }
        }
        let has_earlier =
            self.seen.has_earlier || records.last().map(|record| record.number) != last;
        html! {
            section #callbacks data-live aria-labelledby="callbacks-heading" {
                h2 #callbacks-heading { "Callbacks" }
                @if records.is_empty() {
                    p { "None" @if one.is_some() || self.query.text("before").is_some() { " there" } "." }
                } @else {
                    div.table tabindex="0" role="region" aria-label="Callbacks, newest first" {
                        table.cards {
                            caption { "Newest first" }
                            thead {
                                tr {
                                    th scope="col" { "Number" }
                                    th scope="col" { "Callback" }
                                    th scope="col" { "Notes" }
                                    th scope="col" { "Delivery" }
                                    th scope="col" { "Attempts" }
                                    th scope="col" { "Again" }
                                }
                            }
                            tbody { (maud::PreEscaped(rows)) }
                        }
                    }
                }
                nav.pager aria-label="More callbacks" {
                    @if one.is_some() {
                        a href={ (self.link("callback", None)) "#callbacks" } { "All callbacks" }
                    } @else {
                        @if self.query.text("before").is_some() {
                            a href={ (self.link("before", None)) "#callbacks" } { "Newest callbacks" }
                        }
                        @if let Some(last) = last.filter(|_| has_earlier) {
                            a href={ (self.link("before", Some(&last.to_string()))) "#callbacks" } rel="next" { "Earlier callbacks" }
                        }
                    }
                }
                (as_api("GET", &format!("/_mock/callbacks?business={}&order=newest&limit=50", self.business.id()), None))
                (as_api("POST", "/_mock/callbacks/{number}/resend", Some(&json!({}))))
            }
        }
    }

    fn callback(&self, record: &CallbackRecord, most: usize) -> Markup {
        let CallbackRecord { number, callback, attempts, .. } = record;
        let code = callback.entity.as_ref().and_then(|entity| entity.code.as_deref());
        let earlier = attempts.len().saturating_sub(most);
        let state = record.state.as_str();
        // A callback that waits for nothing but its attempt has no instant to wait for.
        let failed = matches!(state, "exhausted" | "blocked" | "dropped");
        html! {
            tr #{ "callback-" (number) } class=[failed.then_some("bad-row")] {
                td data-label="Number" { (number) }
                td {
                    p { code { (said_short(callback.callback_type.as_str())) } @if let Some(code) = code { " " code { (said_short(code)) } } }
                    p { (badge(callback.status.as_str())) }
                    @if let Some(brand) = &callback.brand.as_ref().filter(|_| self.business.brands().len() > 1) {
                        p.hint { code { (said_short(brand.id.as_str())) } }
                    }
                }
                td data-label="Notes" { (notes(&callback.reject_notes, 2, 200)) }
                td {
                    p { (badge(state)) }
                    @match (record.due, state) {
                        (Some(due), _) => p.hint { "next attempt " (time(due)) },
                        (None, "exhausted") => p.hint { "no attempt is left: send it again" },
                        (None, "blocked") => p.hint { "the mock may not call that host: --callback-allow" },
                        _ => {}
                    }
                }
                td {
                    @if attempts.is_empty() {
                        span.quiet { @if state == "dropped" { "none: a fault dropped it" } @else { "none yet" } }
                    }
                    @if earlier > 0 {
                        p {
                            a href={ (self.link("callback", Some(&number.to_string()))) "#callback-" (number) } {
                                "All " (attempts.len()) " attempts"
                            }
                        }
                    }
                    @for line in steps(attempts).into_iter().skip(earlier) { p { (line) } }
                }
                td {
                    form method="post" action=(self.action(&format!("/callbacks/{number}/resend"))) {
                        button type="submit" { "Send callback " (number) " again" }
                    }
                }
            }
        }
    }
}

/// Each attempt in a line: when, as which, and what came of it.
fn steps(attempts: &[Attempt]) -> Vec<Markup> {
    let mut step = 0;
    let line = |attempt: &Attempt| {
        if !attempt.by_hand {
            step += 1;
        }
        html! {
            (time(attempt.at)) " "
            @if attempt.by_hand { "by hand" } @else { "attempt " (step) }
            ": " (http_status(attempt.status))
            @if let Some(error) = &attempt.error { " " (cut(error, 160)) }
            " " span.quiet { (attempt.latency_ms) " ms" }
        }
    };
    attempts.iter().map(line).collect()
}

/// How many bytes of callbacks a page shows.
const ROOM: usize = 60_000;
/// How many attempts of each, and how many of one that is looked at alone.
const ATTEMPTS: usize = 6;
const ALL_ATTEMPTS: usize = 150;
