//! The page of the faults: what is armed and has struck, arming and disarming.

mod arm;
mod armed;
mod kinds;

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{Path, Request, State},
    http::Uri,
    response::{Redirect, Response},
    routing::get,
};
use maud::{Markup, html};

use super::{
    api::{Api, Refusal},
    form::Form,
    page::{Done, Tab, messages, notice, page, refused, see},
};
use crate::app::App;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(PATH, get(show).post(arm))
        .route("/_mock/ui/faults/disarm", get(whole).post(disarm_all))
        .route("/_mock/ui/faults/{number}/disarm", get(whole).post(disarm))
}

/// Where a form was refused the page is at its address: whoever reads it anew gets the page itself.
async fn whole() -> Redirect {
    Redirect::to(PATH)
}

async fn show(State(app): State<Arc<App>>, uri: Uri) -> Response {
    shown(&app, &notice(&Form::of_query(&uri)), &Form::default())
}

fn shown(app: &App, told: &Markup, typed: &Form) -> Response {
    let content = html! {
        (told)
        section #armed data-live { (armed::armed(&app.faults.list())) }
        (arm::forms(typed))
    };
    page(app, Tab::Faults, "Faults", &content)
}

/// Arms one; and shows the page again with what was typed if it is none.
async fn arm(
    State(app): State<Arc<App>>,
    Extension(api): Extension<Api>,
    request: Request,
) -> Response {
    let (form, too_long) = match Form::read_short(&app, request).await {
        Ok(read) => read,
        Err(refusal) => return refused(&app, Tab::Faults, &refusal, PATH),
    };
    let armed = async {
        match too_long {
            Some(refusal) => Err(refusal),
            None => api.post(&app, FAULTS, &arm::document(&form)?).await,
        }
    };
    match armed.await {
        Ok(_) => see(PATH, Done::Armed),
        Err(refusal) => {
            let mut response = shown(&app, &messages(&refusal), &form);
            *response.status_mut() = refusal.status;
            response
        }
    }
}

async fn disarm_all(State(app): State<Arc<App>>, Extension(api): Extension<Api>) -> Response {
    disarmed(&app, api.delete(&app, FAULTS).await)
}

async fn disarm(
    State(app): State<Arc<App>>,
    Extension(api): Extension<Api>,
    Path(number): Path<String>,
) -> Response {
    let disarmed_one = async {
        let number: u64 =
            number.parse().map_err(|_| Refusal::of("a fault is disarmed by its number"))?;
        api.delete(&app, &format!("{FAULTS}/{number}")).await
    };
    disarmed(&app, disarmed_one.await)
}

fn disarmed<T>(app: &App, done: Result<T, Refusal>) -> Response {
    match done {
        Ok(_) => see(PATH, Done::Disarmed),
        Err(refusal) => refused(app, Tab::Faults, &refusal, PATH),
    }
}

const PATH: &str = "/_mock/ui/faults";
const FAULTS: &str = "/_mock/faults";
