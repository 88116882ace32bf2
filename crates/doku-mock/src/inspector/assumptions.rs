//! The page of the evidence ledger: on what the mock stands, what the traffic so far has stood on first.

use std::sync::Arc;

use axum::{Router, extract::State, http::Uri, response::Response, routing::get};
use maud::{Markup, html};

use super::{
    api::Refusal,
    form::Form,
    page::{Tab, notice, page, refused},
    pieces::{as_api, choice},
};
use crate::{
    admin::{self, Kind, StoodOn},
    app::App,
};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route(PATH, get(show))
}

async fn show(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let query = Form::of_query(&uri);
    let Ok(kind) = query.text("evidence").map(str::parse::<Kind>).transpose() else {
        let names = Kind::ALL.map(Kind::as_str).join(", ");
        let refusal = Refusal::of(format!("evidence is none of {names}"));
        return refused(&app, Tab::Assumptions, &refusal, PATH);
    };
    let (mut stood_on, others): (Vec<_>, Vec<_>) =
        admin::assumptions(&app, kind).into_iter().partition(|entry| entry.replies > 0);
    stood_on.sort_by_key(|entry| std::cmp::Reverse(entry.replies));
    let asked = kind.map_or(String::new(), |kind| format!("?evidence={}", kind.as_str()));
    let content = html! {
        (notice(&query))
        p {
            "Where DOKU's public pages are silent the mock had to choose. Each choice has a number here; a reply names those that "
            "it stood on in its header " code { "Doku-Mock-Assumptions" } ". What is documented, observed or known at second hand is listed with its source."
        }
        (filter(kind))
        div #ledger data-live {
            h2 { "What the traffic so far has stood on" }
            @if stood_on.is_empty() {
                p { "Nothing of these: no reply in the journal names one." }
            } @else {
                (table(&stood_on))
            }
            @if !others.is_empty() {
                h2 { "The others" }
                (table(&others))
            }
        }
        (as_api("GET", &format!("/_mock/assumptions{asked}"), None))
    };
    page(&app, Tab::Assumptions, "Assumptions", &content)
}

fn filter(kind: Option<Kind>) -> Markup {
    let kinds = Kind::ALL.map(|kind| (kind.as_str().to_owned(), name(kind)));
    let chosen = kind.map(Kind::as_str);
    html! {
        form.filter method="get" action=(PATH) {
            (choice("evidence", "evidence", "How it is known", Some("any way"), &kinds, chosen))
            div { button { "Show these" } }
        }
    }
}

fn table(entries: &[StoodOn]) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label="The ledger" {
            table.cards {
                thead.whole {
                    tr {
                        th scope="col" { "Id" }
                        th scope="col" { "What" }
                        th scope="col" { "How it is known" }
                        th scope="col" { "Replies" }
                    }
                }
                tbody {
                    @for StoodOn { entry, replies, last_reply } in entries {
                        tr id=(entry.id) {
                            th.whole scope="row" { (entry.id) }
                            td data-label="What" { (entry.what) }
                            td data-label="How it is known" { (name(Kind(entry.evidence))) br; span.quiet { (entry.source) } }
                            td.whole data-label="Replies" { (told(*replies, *last_reply)) }
                        }
                    }
                }
            }
        }
    }
}

/// How many replies, and the way to the last of them.
fn told(replies: u64, last: Option<u64>) -> Markup {
    html! {
        @match replies {
            0 => span.quiet { "none" },
            1 => "1 reply",
            many => { (many) " replies" }
        }
        @if let Some(number) = last {
            br; a href={ (EXCHANGES) (number) } { "the last: exchange " (number) }
        }
    }
}

fn name(kind: Kind) -> String {
    kind.as_str().replace('_', " ")
}

const PATH: &str = "/_mock/ui/assumptions";
const EXCHANGES: &str = "/_mock/ui/exchanges/";
