//! The page of a signed operation.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Request, State, rejection::PathRejection},
    http::Uri,
    response::Response,
};
use doku_types::partner::endpoint::Endpoint;
use http::StatusCode;
use maud::{Markup, html};

use super::{
    ROOT, example,
    exchange::{self, REQUEST_ID},
    fields::{Fields, takes_brand},
    prepare,
};
use crate::{
    admin::compose,
    app::App,
    inspector::{
        api::{Api, Refusal},
        form::Form,
        page::{Tab, again, page, refused},
    },
    journal::{kebab, operation},
    openapi::about,
    reply::Reply,
};

type Named = Result<Path<String>, PathRejection>;

/// `GET /_mock/ui/try/{operation}`: its form.
pub(super) async fn show(State(app): State<Arc<App>>, named: Named, uri: Uri) -> Response {
    match find(named) {
        Ok(operation) => {
            let fields = Fields::new(operation, Form::of_query(&uri));
            whole(&app, operation, &fields, Ok(html! {})).await
        }
        Err(refusal) => refused(&app, Tab::TryIt, &refusal, ROOT),
    }
}

/// `POST /_mock/ui/try/{operation}`: the same, with what was composed, and what came back if it was sent.
pub(super) async fn act(
    State(app): State<Arc<App>>,
    Extension(api): Extension<Api>,
    named: Named,
    request: Request,
) -> Response {
    let (operation, form) = match find(named) {
        Ok(operation) => match Form::read(&app, request).await {
            Ok(form) => (operation, form),
            Err(refusal) => return refused(&app, Tab::TryIt, &refusal, ROOT),
        },
        Err(refusal) => return refused(&app, Tab::TryIt, &refusal, ROOT),
    };
    let mut fields = Fields::sent(operation, form);
    let done = match fields.wish() {
        Some("example") if example::is_fresh(operation) => {
            let partner = fields.partner();
            let filled = prepare::body(&app, &api, operation, partner).await;
            filled.map(|(body, told)| {
                fields.fill_in(body);
                told
            })
        }
        Some("send") => send(&app, &api, &fields).await,
        _ => composed(&app, &fields),
    };
    whole(&app, operation, &fields, done).await
}

fn composed(app: &App, fields: &Fields) -> Result<Markup, Refusal> {
    let composed = compose(app, fields.draft()?)?;
    Ok(html! {
        div.notice.good role="status" { p { "Composed and signed. Nothing was sent." } }
        (exchange::composed(app, &composed))
    })
}

async fn send(app: &App, api: &Api, fields: &Fields) -> Result<Markup, Refusal> {
    let composed = compose(app, fields.draft()?)?;
    let answered = exchange::send(app, api, composed.request(), &REQUEST_ID).await;
    Ok(html! {
        (exchange::answer(app, &answered, fields.reveal()).await?)
        (exchange::composed(app, &composed))
    })
}

/// The operation that a path names, in kebab case.
fn find(named: Named) -> Result<Endpoint, Refusal> {
    let named = named.map(|Path(named)| named).unwrap_or_default();
    let found = operation(&named).filter(|found| kebab(*found) == named);
    found.ok_or_else(|| Refusal {
        status: StatusCode::NOT_FOUND,
        messages: vec!["There is no such operation: the page before lists them.".to_owned()],
    })
}

async fn whole(
    app: &App,
    operation: Endpoint,
    fields: &Fields,
    done: Result<Markup, Refusal>,
) -> Response {
    let newest = app.store.run(|state| state.newest_brands(MAX_BRANDS).map_err(Reply::from));
    let brands = match takes_brand(operation) {
        true => newest.await.map(|(brands, _)| brands),
        false => Ok(Vec::new()),
    };
    let brands = match brands {
        Ok(brands) => brands,
        Err(reply) => return refused(app, Tab::TryIt, &reply.into(), ROOT),
    };
    let content = html! {
        p {
            a href=(ROOT) { "All operations" } " · "
            code { (operation.method()) " " (operation.path()) }
        }
        p { (about(operation)) }
        (exchange::wire_hint(app, operation))
        (fields.show(app, &brands))
        // Where the form leads to: of a refusal, which stands first, to the beginning.
        @if let Ok(result) = &done { section #result aria-label="Result" { (result) } }
    };
    match done {
        Ok(_) => page(app, Tab::TryIt, operation.name(), &content),
        Err(refusal) => again(app, Tab::TryIt, operation.name(), &refusal, &content),
    }
}

/// How many brands are offered.
const MAX_BRANDS: u32 = 20;
