//! What went over the wire, newest first: the page that opens first.

mod filter;
mod rows;

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::Uri,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use maud::{Markup, html};

use super::{
    ROOT,
    api::Refusal,
    form::Form,
    page::{Tab, messages, page},
    pieces::{as_api, code},
};
use crate::{
    admin::{find_entries, journal_query},
    app::App,
    journal::{JournalEntry, Mask},
};
use filter::{Cursor, Filter};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route(ROOT, get(show))
}

/// `GET /_mock/ui?partner=…&before=120`.
async fn show(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let query = Form::of_query(&uri);
    let read = async {
        let filter = Filter::read(&query)?;
        let list = List::of(&app, &filter).await?;
        Ok::<_, Refusal>((filter, list))
    };
    let (filter, list, refused) = match read.await {
        Ok((filter, list)) => (filter, list, None),
        // As if nobody had asked for anything, which is always readable.
        Err(refusal) => {
            let all = Filter::default();
            let list = List::of(&app, &all).await.unwrap_or_default();
            (all, list, Some((refusal, Filter::typed(&query))))
        }
    };
    if matches!(filter.cursor, Cursor::After(_)) && !list.has_newer {
        // The newest page is whole, and has an address of its own.
        return Redirect::to(&filter.link(Cursor::Newest)).into_response();
    }
    let content = html! {
        @if let Some((refusal, _)) = &refused { (messages(refusal)) }
        (refused.as_ref().map_or(&filter, |(_, typed)| typed).form(&app))
        section #timeline data-live aria-label="Exchanges" {
            @if list.entries.is_empty() {
                (nothing(&app, &filter))
            } @else {
                (rows::table(&Mask::of(&app), &list.entries))
            }
            (list.pager(&filter))
        }
        (as_api("GET", &filter.api(PAGE), None))
    };
    let mut response = page(&app, Tab::Timeline, "Timeline", &content);
    if let Some((refusal, _)) = refused {
        *response.status_mut() = refusal.status;
    }
    response
}

/// One page of them.
#[derive(Default)]
struct List {
    /// Newest first.
    entries: Vec<JournalEntry>,
    /// There are, or may be, some before the last of these.
    has_older: bool,
    /// There are, or may be, some after the first of these.
    has_newer: bool,
}

impl List {
    async fn of(app: &Arc<App>, filter: &Filter) -> Result<Self, Refusal> {
        // The same words are read in the same way.
        let uri = Uri::try_from(filter.api(PAGE)).map_err(|_| Refusal::of("not readable"))?;
        let query = journal_query(app, &uri).await?;
        let (mut entries, more) = find_entries(app, &query, PAGE).await;
        match filter.cursor {
            Cursor::Newest => Ok(Self { entries, has_older: more, has_newer: false }),
            Cursor::Before(_) => Ok(Self { entries, has_older: more, has_newer: true }),
            Cursor::After(_) if more => {
                entries.reverse();
                Ok(Self { entries, has_older: true, has_newer: true })
            }
            Cursor::After(_) => Ok(Self::default()),
        }
    }

    fn pager(&self, filter: &Filter) -> Markup {
        let (first, last) = (self.entries.first(), self.entries.last());
        let older = last.filter(|_| self.has_older).map(|last| Cursor::Before(last.number));
        let newer = first.filter(|_| self.has_newer).map(|first| Cursor::After(first.number));
        html! {
            @if self.has_newer || self.has_older {
                nav.pager aria-label="More exchanges" {
                    @if self.has_newer { a href=(filter.link(Cursor::Newest)) { "Newest" } }
                    @if let Some(newer) = newer { a rel="prev" href=(filter.link(newer)) { "Newer" } }
                    @if let Some(older) = older { a rel="next" href=(filter.link(older)) { "Older" } }
                }
            }
        }
    }
}

/// What is said where there is nothing to show.
fn nothing(app: &App, filter: &Filter) -> Markup {
    if filter.is_narrow() || filter.cursor != Cursor::Newest {
        return html! {
            p { "No such exchange is in the journal. " a href=(ROOT) { "Show all" } }
        };
    }
    let command = format!("curl '{}{SOME_PATH}'", app.base_url);
    html! {
        p {
            "Nothing has gone over the wire yet. Point your program at "
            code { (app.base_url) }
            ", let the mock sign a request for you under " a href="/_mock/ui/try" { "Try it" }
            ", or see how a request without a signature is explained:"
        }
        (code("A command to begin with", &command))
    }
}

/// How many a page shows.
const PAGE: usize = 50;
/// Of an operation that changes nothing.
const SOME_PATH: &str = "/adv-core-api/partner/v1.0/file?businessType=PERSONAL";
