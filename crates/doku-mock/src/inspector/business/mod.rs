//! The page of one business: how far it is, what it consists of, what was told of it, and what DOKU's people or its
//! owner would do with it.

mod callbacks;
mod complete;
mod data;
mod decide;
mod diagram;
mod documents;
mod parts;
mod seen;
mod state;

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{Path, Request, State},
    http::Uri,
    response::{Redirect, Response},
    routing::get,
};
use doku_types::Timestamp;
use http::StatusCode;
use maud::{Markup, html};
use serde_json::json;

use self::seen::Seen;
use super::{
    api::{Api, Refusal},
    form::Form,
    page::{Done, Tab, messages, notice, page, refused, see},
    pieces::reveal,
};
use crate::{app::App, journal::Mask, kyb::Business, operation::business::not_found};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/_mock/ui/businesses/{id}", get(show).post(decide))
        .route(
            "/_mock/ui/businesses/{id}/complete",
            get(|Path(id): Path<String>, uri: Uri| whole(id, uri)).post(complete),
        )
        .route(
            "/_mock/ui/businesses/{id}/callbacks/{number}/resend",
            get(|Path((id, _)): Path<(String, String)>, uri: Uri| whole(id, uri)).post(resend),
        )
}

/// Where a form was refused the page is at its address: whoever reads it anew gets the page itself.
async fn whole(id: String, uri: Uri) -> Redirect {
    Redirect::to(&here(&id, &Form::of_query(&uri)))
}

async fn show(State(app): State<Arc<App>>, Path(id): Path<String>, uri: Uri) -> Response {
    let query = Form::of_query(&uri);
    answer(&app, &id, &query, None, &Typed::default()).await
}

/// One of the buttons that decide something.
async fn decide(
    State(app): State<Arc<App>>,
    Extension(api): Extension<Api>,
    Path(id): Path<String>,
    uri: Uri,
    request: Request,
) -> Response {
    let query = Form::of_query(&uri);
    let mut typed = Typed::default();
    let decided = async {
        let business = seen::id_of(&app, &id).await?;
        let form = Form::read(&app, request).await?;
        let notes: Vec<_> = form.all("reject_notes").collect();
        typed.notes = typed.kept(notes.join("\n"), MAX_NOTE);
        typed.form = form.text("form").map(str::to_owned);
        let chosen = form.text("outcome");
        let outcome = chosen
            .ok_or_else(|| Refusal::of("choose what is decided: press one of the buttons"))?;
        let lines = notes.iter().flat_map(|note| note.lines()).map(str::trim);
        let notes: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
        let decision = json!({"outcome": outcome, "reject_notes": notes});
        api.post(&app, &format!("/_mock/businesses/{business}/decide"), &decision).await
    };
    match decided.await {
        Ok(_) => see(&here(&id, &query), Done::Decided),
        Err(refusal) => answer(&app, &id, &query, Some(refusal), &typed).await,
    }
}

/// What the owner of an invited business does.
async fn complete(
    State(app): State<Arc<App>>,
    Extension(api): Extension<Api>,
    Path(id): Path<String>,
    uri: Uri,
    request: Request,
) -> Response {
    let query = Form::of_query(&uri);
    let mut typed = Typed::default();
    let completed = async {
        let business = seen::id_of(&app, &id).await?;
        let form = Form::read(&app, request).await?;
        let document = form.very_text("document").unwrap_or_default();
        let outcome = form.text("outcome");
        typed.document = typed.kept(document.clone(), MAX_DOCUMENT);
        typed.outcome = outcome.and_then(|outcome| typed.kept(outcome.to_owned(), MAX_NOTE));
        complete::ask(&app, &api, &business, document, outcome).await
    };
    match completed.await {
        Ok(()) => see(&here(&id, &query), Done::Completed),
        Err(refusal) => answer(&app, &id, &query, Some(refusal), &typed).await,
    }
}

async fn resend(
    State(app): State<Arc<App>>,
    Extension(api): Extension<Api>,
    Path((id, number)): Path<(String, String)>,
    uri: Uri,
) -> Response {
    let query = Form::of_query(&uri);
    let resent = async {
        let number = seen::callback_of(&app, &id, &number).await?;
        api.post(&app, &format!("/_mock/callbacks/{number}/resend"), &json!({})).await?;
        Ok::<_, Refusal>(number)
    };
    match resent.await {
        Ok(number) => see(&format!("{}#callback-{number}", here(&id, &query)), Done::Resent),
        Err(refusal) => answer(&app, &id, &query, Some(refusal), &Typed::default()).await,
    }
}

/// The page, with what was wrong and what was typed before, if anything was.
async fn answer(
    app: &App,
    id: &str,
    query: &Form,
    refusal: Option<Refusal>,
    typed: &Typed,
) -> Response {
    let seen = match Seen::read(app, id, query).await {
        Ok(seen) => seen,
        Err(failed) => {
            return refused(app, Tab::Businesses, &failed, Tab::Businesses.path());
        }
    };
    let mask = Mask::revealing(app, query.reveals());
    let plain = kept(query);
    let view = View {
        app,
        seen: &seen,
        business: &seen.stored.business,
        query: &plain,
        mask: &mask,
        typed,
        now: app.clock.now(),
    };
    let title = format!("Business {}", view.business.id());
    let mut response = page(app, Tab::Businesses, &title, &view.content(query, refusal.as_ref()));
    *response.status_mut() = refusal.as_ref().map_or(StatusCode::OK, |refusal| refusal.status);
    response
}

/// What somebody typed into a form that was refused.
#[derive(Default)]
struct Typed {
    /// The id of the form that notes were typed into.
    form: Option<String>,
    notes: Option<String>,
    /// What KYB is to decide of a registration.
    outcome: Option<String>,
    /// A registration.
    document: Option<String>,
    /// Something was, and is not shown again.
    too_long: bool,
}

impl Typed {
    /// A text that is shown again, if it is no longer than that.
    fn kept(&mut self, text: String, most: usize) -> Option<String> {
        let fits = text.len() <= most;
        self.too_long |= !fits;
        fits.then_some(text)
    }

    /// The note that was typed into this form.
    fn note(&self, form: &str) -> &str {
        let is_mine = self.form.as_deref() == Some(form);
        self.notes.as_deref().filter(|_| is_mine).unwrap_or_default()
    }
}

/// What all parts of the page are made of.
struct View<'a> {
    app: &'a App,
    seen: &'a Seen,
    business: &'a Business,
    /// As the page was asked for.
    query: &'a Form,
    mask: &'a Mask<'a>,
    typed: &'a Typed,
    now: Timestamp,
}

impl View<'_> {
    fn content(&self, query: &Form, refusal: Option<&Refusal>) -> Markup {
        let is_invited = self.business.registration().is_none();
        html! {
            (notice(query))
            @if let Some(refusal) = refusal { (messages(&bounded(refusal))) }
            @if self.typed.too_long {
                p.notice.bad { "What was typed was too long to be shown again." }
            }
            (self.facts())
            (reveal(self.app, &self.path(), self.query))
            (self.state())
            @if is_invited { (self.complete()) } @else { (self.decide()) }
            (self.parts())
            (self.brands())
            (self.callbacks())
            (self.documents())
            (self.data())
        }
    }

    /// Where this page is.
    fn path(&self) -> String {
        format!("{}/{}", Tab::Businesses.path(), self.business.id())
    }

    /// The same page with another value of a parameter, or without it.
    fn link(&self, name: &str, value: Option<&str>) -> String {
        format!("{}?{}", self.path(), self.query.with(name, value))
    }

    /// Where a form of the page goes: what is revealed and how far was read stays.
    fn action(&self, below: &str) -> String {
        format!("{}{below}?{}", self.path(), self.query.with("done", None))
    }
}

/// The page of the business with this id, as it was asked for.
fn here(id: &str, query: &Form) -> String {
    let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let query = kept(query).with("done", None);
    let joined = if query.is_empty() { "" } else { "?" };
    format!("{}/{id}{joined}{query}", Tab::Businesses.path())
}

/// What every link and form of the page keeps of its query.
fn kept(query: &Form) -> Form {
    query.only(&["reveal", "before", "callback", "brand", "file"], MAX_PARAMETER)
}

/// As much of what was wrong as there is room for.
fn bounded(refusal: &Refusal) -> Refusal {
    let short = |message: &String| message.chars().take(MAX_MESSAGE).collect();
    let messages = refusal.messages.iter().take(MAX_MESSAGES).map(short).collect();
    Refusal { status: refusal.status, messages }
}

/// A text of somebody's, no longer than so many characters.
fn cut(text: &str, most: usize) -> Markup {
    let short: String = text.chars().take(most).collect();
    let is_cut = short.len() < text.len();
    html! { bdi.said { (short) @if is_cut { "…" } } }
}

/// Reject notes, as many as there is room for.
fn notes(notes: &[String], most: usize, characters: usize) -> Markup {
    html! {
        @for note in notes.iter().take(most) { p { (cut(note, characters)) } }
        @if notes.len() > most { p.hint { "and " (notes.len() - most) " more" } }
    }
}

/// There is none.
fn nobody() -> Refusal {
    Refusal::from(not_found())
}

/// The longest parameter of a query that is kept, in bytes: a number has 20.
const MAX_PARAMETER: usize = 20;
/// The longest field and document that a page shows again, in bytes.
const MAX_NOTE: usize = 10 << 10;
const MAX_DOCUMENT: usize = 24 << 10;
/// How much of what was wrong is shown: sentences, and characters of each.
const MAX_MESSAGES: usize = 20;
const MAX_MESSAGE: usize = 500;
