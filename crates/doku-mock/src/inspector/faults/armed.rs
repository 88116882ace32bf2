//! What is armed, as a table.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::pieces::{as_api, said_short};
use super::{FAULTS, PATH};
use crate::{Fault, ReplyFault};

/// Every armed fault, by its number.
pub(super) fn armed(faults: &BTreeMap<u64, Fault>) -> Markup {
    html! {
        h2 { "What is armed" }
        @if faults.is_empty() {
            p { "Nothing: everything goes as it should." }
        } @else {
            div.table tabindex="0" role="region" aria-label="Armed faults" {
                table.cards {
                    caption { "The text arms the same again: here, as " code { "--fault" } " and with " code { "doku-mock fault" } "." }
                    thead.whole {
                        tr {
                            th scope="col" { "Fault" }
                            th scope="col" { "Text" }
                            th scope="col" { "Limited to" }
                            th scope="col" { "Happened" }
                            th scope="col" { "Still to come" }
                            th scope="col" { "Disarm" }
                        }
                    }
                    tbody {
                        @for (number, fault) in faults { (row(*number, fault)) }
                    }
                }
            }
            div.actions {
                form method="post" action={ (PATH) "/disarm" } {
                    button.danger { "Disarm all" }
                }
            }
            (as_api("DELETE", FAULTS, None))
            (as_api("DELETE", &format!("{FAULTS}/{{number}}"), None))
        }
    }
}

fn row(number: u64, fault: &Fault) -> Markup {
    let text = fault.text();
    let shown: String = text.chars().take(MAX_TEXT).collect();
    html! {
        tr id={ "fault-" (number) } {
            th.whole scope="row" { (number) ": " (fault.kind()) }
            td {
                code { bdi { (shown) } }
                @if shown.len() < text.len() { "…" br; span.hint { "GET " (FAULTS) " has all of it." } }
            }
            td { (limits(fault)) }
            td.whole {
                @match fault.happened() {
                    0 => "never yet",
                    happened => { "happened " (times(happened)) }
                }
            }
            td.whole {
                @match fault.remaining() {
                    Some(0) => "no more",
                    Some(more) => { (times(more)) " more" }
                    None => "without end",
                }
            }
            td.whole {
                form method="post" action={ (PATH) "/" (number) "/disarm" } {
                    button { "Disarm fault " (number) }
                }
            }
        }
    }
}

fn limits(fault: &Fault) -> Markup {
    match fault {
        Fault::Callback(fault) => html! {
            @match &fault.callback_type {
                Some(of) => { "callbacks of type " (of.as_str()) }
                None => "any callback",
            }
        },
        Fault::Reply(ReplyFault { operation, partner, nth, probability, .. }) => html! {
            (operation.map_or("any operation", |operation| operation.name()))
            @if let Some(partner) = partner { br; "partner " (said_short(partner.as_str())) }
            @if let Some(nth) = nth { br; "from call " (nth) " on" }
            @if let Some(probability) = probability { br; "with probability " (probability) }
        },
    }
}

fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

/// How much of a text is shown, in characters: a partner's id in it may be anything.
const MAX_TEXT: usize = 200;
