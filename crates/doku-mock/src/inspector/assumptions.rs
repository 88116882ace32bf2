//! A page in the making.

use std::sync::Arc;

use axum::{Router, extract::State, http::Uri, response::Response, routing::get};
use maud::html;

use super::{
    form::Form,
    page::{Tab, notice, page},
};
use crate::app::App;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/_mock/ui/assumptions", get(show))
}

async fn show(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let query = Form::of_query(&uri);
    page(&app, Tab::Assumptions, "Assumptions", &html! { (notice(&query)) })
}
