//! What is armed, and what is spent, as tables.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::pieces::{as_api, said_short};
use super::{FAULTS, PATH};
use crate::{Fault, ReplyFault};

/// Every fault, by its number: those that may happen, and those that have happened as often as they were to.
pub(super) fn armed(faults: &BTreeMap<u64, Fault>) -> Markup {
    let (spent, armed): (Vec<_>, Vec<_>) =
        faults.iter().partition(|(_, fault)| fault.remaining() == Some(0));
    html! {
        h2 { "Armed" }
        @if armed.is_empty() {
            p { "Nothing is armed: everything goes as it should." }
        } @else {
            (table("Armed faults", "Disarm", &armed))
        }
        @if !spent.is_empty() {
            h2 { "Spent" }
            p { "These have happened as often as they were to, and do nothing any more." }
            (table("Spent faults", "Remove", &spent))
        }
        @if !faults.is_empty() {
            p.hint { "The text arms the same again: here, as " code { "--fault" } " and with " code { "doku-mock fault" } "." }
            div.actions {
                form method="post" action={ (PATH) "/disarm" } {
                    button.danger { @if spent.is_empty() { "Disarm all" } @else { "Disarm and remove all" } }
                }
            }
            (as_api("DELETE", FAULTS, None))
            (as_api("DELETE", &format!("{FAULTS}/{{number}}"), None))
        }
    }
}

/// Some of them, with a button each that does so much.
fn table(label: &str, verb: &str, faults: &[(&u64, &Fault)]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(label) {
            table.cards {
                thead.whole {
                    tr {
                        th scope="col" { "Fault" }
                        th scope="col" { "Text" }
                        th scope="col" { "Limited to" }
                        th scope="col" { "Happened" }
                        th scope="col" { "Still to come" }
                        th scope="col" { (verb) }
                    }
                }
                tbody {
                    @for (number, fault) in faults { (row(**number, fault, verb)) }
                }
            }
        }
    }
}

fn row(number: u64, fault: &Fault, verb: &str) -> Markup {
    let text = fault.text();
    let shown: String = text.chars().take(MAX_TEXT).collect();
    html! {
        tr id={ "fault-" (number) } {
            th.whole scope="row" { (number) ": " (fault.kind()) }
            td data-label="Text" {
                code { bdi { (shown) } }
                @if shown.len() < text.len() { "…" br; span.hint { "GET " (FAULTS) " has all of it." } }
            }
            td data-label="Limited to" { (limits(fault)) }
            td.whole data-label="Happened" {
                @match fault.happened() {
                    0 => "never yet",
                    happened => { "happened " (times(happened)) }
                }
            }
            td.whole data-label="Still to come" {
                @match fault.remaining() {
                    Some(0) => "no more",
                    Some(more) => { (times(more)) " more" }
                    None => "without end",
                }
            }
            td.whole data-label=(verb) {
                form method="post" action={ (PATH) "/" (number) "/disarm" } {
                    button { (verb) " fault " (number) }
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
