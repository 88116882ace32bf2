//! Try it: a request for any of DOKU's operations, composed and signed, looked at, and sent.

mod example;
mod exchange;
mod fields;
mod operation;
mod prepare;
mod upload;

use std::sync::Arc;

use axum::{Router, extract::State, response::Response, routing::get};
use doku_types::partner::endpoint::Endpoint;
use maud::{Markup, html};

use super::page::{Tab, page};
use crate::{app::App, journal::kebab, openapi::about};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(ROOT, get(list))
        .route(UPLOAD, get(upload::show).post(upload::send))
        .route("/_mock/ui/try/{operation}", get(operation::show).post(operation::act))
}

/// `GET /_mock/ui/try`: what there is to try.
async fn list(State(app): State<Arc<App>>) -> Response {
    let content = html! {
        p { "Compose a request as a partner would, see what is signed, and send it. To the mock it is like one of your own program." }
        p.hint { (exchange::NO_WIRE) }
        div.table tabindex="0" role="region" aria-label="Operations" {
            table.cards.operations {
                thead { tr { th scope="col" { "Operation" } th scope="col" { "Request" } th scope="col" { "What for" } } }
                tbody { @for operation in Endpoint::all() { (row(*operation)) } }
            }
        }
    };
    page(&app, Tab::TryIt, "Try it", &content)
}

fn row(operation: Endpoint) -> Markup {
    html! {
        tr {
            th scope="row" data-label="Operation" { a href=(path(operation)) { (operation.name()) } }
            td data-label="Request" { code { (operation.method()) " " (operation.path()) } }
            td data-label="What for" { (about(operation)) }
        }
    }
}

/// Where an operation's page is.
fn path(operation: Endpoint) -> String {
    format!("{ROOT}/{}", kebab(operation))
}

const ROOT: &str = "/_mock/ui/try";
const UPLOAD: &str = "/_mock/ui/try/upload-file";
