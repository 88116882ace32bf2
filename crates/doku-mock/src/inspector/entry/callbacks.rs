//! The callbacks that a request caused.

use maud::{Markup, html};

use super::{
    super::pieces::{badge, http_status, said_short},
    callback_link,
};
use crate::journal::{Caused, Shown};

/// What has become of them by now.
pub(super) fn callbacks(entry: &Shown) -> Markup {
    let caused = entry.caused_callbacks.len();
    if caused == 0 {
        return html! {};
    }
    let left_out = caused - entry.callbacks.len().min(MAX_ROWS);
    html! {
        section #callbacks data-live aria-labelledby="callbacks-title" {
            h2 #callbacks-title { "Callbacks that it caused" }
            @if !entry.callbacks.is_empty() {
                div.table tabindex="0" role="region" aria-label="Callbacks that it caused" {
                    table {
                        thead {
                            tr {
                                @for name in ["Callback", "Tells", "State", "Attempts"] {
                                    th scope="col" { (name) }
                                }
                            }
                        }
                        tbody {
                            @for callback in entry.callbacks.iter().take(MAX_ROWS) {
                                (row(entry.business.as_deref(), callback))
                            }
                        }
                    }
                }
            }
            @if left_out > 0 {
                p.hint { (left_out) " more were caused; they are not stored any more, or too many to be shown here." }
            }
        }
    }
}

fn row(business: Option<&str>, callback: &Caused) -> Markup {
    html! {
        tr {
            th scope="row" { (callback_link(business, callback.number)) }
            td { (said_short(&callback.callback_type)) " " (badge(&callback.status)) }
            td { (badge(callback.state)) }
            td {
                @if callback.attempts.is_empty() { span.quiet { "none yet" } }
                @for attempt in callback.attempts.iter().take(MAX_ATTEMPTS) {
                    (http_status(attempt.status)) " "
                    @if let Some(error) = &attempt.error { (said_short(error)) " " }
                }
                @if callback.attempts.len() > MAX_ATTEMPTS {
                    "and " (callback.attempts.len() - MAX_ATTEMPTS) " more"
                }
            }
        }
    }
}

/// How many are listed.
const MAX_ROWS: usize = 50;
/// How many attempts at each: the ladder has four, and more are made by hand.
const MAX_ATTEMPTS: usize = 6;
