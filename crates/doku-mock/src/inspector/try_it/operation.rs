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
    sample,
};
use crate::{
    admin::compose,
    app::App,
    inspector::{
        api::{Api, Refusal},
        form::Form,
        page::{Tab, messages, page, refused},
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
            whole(&app, operation, &fields, &html! {}).await
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
            let filled = sample::body(&app, &api, operation, partner).await;
            filled.map(|(body, told)| {
                fields.fill_in(body);
                told
            })
        }
        Some("send") => send(&app, &api, &fields).await,
        _ => composed(&app, &fields),
    };
    match done {
        Ok(result) => whole(&app, operation, &fields, &result).await,
        Err(refusal) => {
            let mut response = whole(&app, operation, &fields, &messages(&refusal)).await;
            *response.status_mut() = refusal.status;
            response
        }
    }
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
        (exchange::answer(app, &answered, fields.reveal()))
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

async fn whole(app: &App, operation: Endpoint, fields: &Fields, result: &Markup) -> Response {
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
        (fields.show(app, &brands))
        section #result aria-label="Result" { (result) }
    };
    page(app, Tab::TryIt, operation.name(), &content)
}

/// How many brands are offered.
const MAX_BRANDS: u32 = 20;
