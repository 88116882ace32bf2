//! The businesses, newest first, and the search for one.

use std::sync::Arc;

use axum::{Router, extract::State, http::Uri, response::Response, routing::get};
use maud::{Markup, html};

use super::{
    api::Refusal,
    form::Form,
    page::{Tab, notice, page, refused},
    pieces::{as_api, badge, choice, partner_field, said_short, text_field, time_text},
};
use crate::{
    admin::{MAX_TEXT, STATUSES, find_businesses},
    app::App,
    store::{Found, Listed, Wanted},
};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/_mock/ui/businesses", get(show))
}

async fn show(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let query = Form::of_query(&uri);
    let found = async {
        let wanted = wanted(&query)?;
        let found = find_businesses(&app, wanted.clone()).await?;
        Ok((wanted, found))
    };
    match found.await {
        Ok((wanted, found)) => {
            let content = html! {
                (notice(&query))
                (filter(&app, &query))
                (list(&query, &wanted, &found))
            };
            page(&app, Tab::Businesses, "Businesses", &content)
        }
        Err(refusal) => refused(&app, Tab::Businesses, &refusal, PATH),
    }
}

fn wanted(query: &Form) -> Result<Wanted, Refusal> {
    let text = query.text("text");
    if text.is_some_and(|text| text.len() > MAX_TEXT) {
        return Err(Refusal::of(format!(
            "text may have {MAX_TEXT} bytes: look for a shorter piece"
        )));
    }
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Ok(Wanted {
        before: query.number("before")?.unwrap_or(i64::MAX),
        newest_first: true,
        status: owned(query.text("status")),
        partner: owned(query.text("partner")),
        text: owned(text),
        limit: LIMIT,
        ..Wanted::default()
    })
}

fn filter(app: &App, query: &Form) -> Markup {
    let statuses = STATUSES.map(|status| (status, status));
    html! {
        form.filter method="get" action=(PATH) {
            (choice("status", "status", "Status", Some("Any"), &statuses, query.text("status")))
            (partner_field(app, Some("Any"), query.text("partner")))
            (text_field("text", "text", "Name or id", query.text("text"), "a piece of either"))
            div.actions {
                button.first type="submit" { "Search businesses" }
                @if is_search(query) { a.button href=(PATH) { "Show all" } }
            }
        }
    }
}

fn list(query: &Form, wanted: &Wanted, found: &Found) -> Markup {
    html! {
        section #businesses data-live aria-label="Businesses" {
            @if !found.listed.is_empty() {
                div.table tabindex="0" role="region" aria-label="Businesses, newest first" {
                    table.cards {
                        caption { "Newest first" }
                        thead {
                            tr {
                                th scope="col" { "Number" }
                                th scope="col" { "Name" }
                                th scope="col" { "Id" }
                                th scope="col" { "Status" }
                                th scope="col" { "Partner" }
                                th scope="col" { "Registered" }
                            }
                        }
                        tbody { @for listed in &found.listed { (row(listed)) } }
                    }
                }
            } @else if found.more.is_some() {
                p { "None of those looked at so far is such a business." }
            } @else if wanted.before != i64::MAX {
                p { "There are no more." }
            } @else if is_search(query) {
                p { "No business is such a one. " a href=(PATH) { "Show all" } }
            } @else {
                p {
                    "No business yet. A program registers one with Business Registration, or "
                    a href=(Tab::TryIt.path()) { "try it here" } "."
                }
            }
            (pager(query, found))
            (as_api("GET", &format!("/_mock/businesses?{}", same_list(query)), None))
        }
    }
}

fn row(listed: &Listed) -> Markup {
    html! {
        tr {
            td { (listed.number) }
            td { a href={ (PATH) "/" (listed.id) } { (said_short(&listed.name)) } }
            td { code { (listed.id) } }
            td { (badge(&listed.status)) }
            td { code { (listed.partner) } }
            td { (time_text(&listed.created)) }
        }
    }
}

/// The query by which the API gives the same list.
fn same_list(query: &Form) -> String {
    let said = ["status", "partner", "text", "before"]
        .into_iter()
        .filter_map(|name| Some((name, query.text(name)?)));
    form_urlencoded::Serializer::new(String::new())
        .append_pair("order", "newest")
        .append_pair("limit", &LIMIT.to_string())
        .extend_pairs(said)
        .finish()
}

fn pager(query: &Form, found: &Found) -> Markup {
    // What was just done is told once.
    let query = query.without("done");
    html! {
        nav.pager aria-label="More businesses" {
            @if query.text("before").is_some() {
                a href={ (PATH) "?" (query.with("before", None)) } { "Newest" }
            }
            @if let Some(more) = found.more {
                a href={ (PATH) "?" (query.with("before", Some(&more.to_string()))) } rel="next" {
                    @if found.listed.len() < LIMIT as usize {
                        "Search on, in those before number " (more)
                    } @else {
                        "Older"
                    }
                }
            }
        }
    }
}

fn is_search(query: &Form) -> bool {
    ["status", "partner", "text"].iter().any(|name| query.text(name).is_some())
}

const PATH: &str = "/_mock/ui/businesses";
const LIMIT: u32 = 50;
