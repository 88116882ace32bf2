//! The page of the engine's clock: what time it is, what falls due when, and moving on.

mod agenda;

use std::{sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    extract::{Request, State},
    http::Uri,
    response::Response,
    routing::get,
};
use doku_types::Timestamp;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::{
    api::{Api, Refusal},
    form::Form,
    page::{Done, Tab, messages, notice, page, refused, see},
    pieces::{as_api, text_field, time},
};
use crate::{Clock, admin, app::App, store::Planned};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route(PATH, get(show).post(advance))
}

async fn show(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let query = Form::of_query(&uri);
    shown(&app, &notice(&query), &Form::default()).await
}

/// Moves the clock on `by` so much, or `to` an instant or the next event; and shows the page again with what
/// was typed if that cannot be done.
async fn advance(
    State(app): State<Arc<App>>,
    Extension(api): Extension<Api>,
    request: Request,
) -> Response {
    let (form, too_long) = match Form::read_short(&app, request).await {
        Ok(read) => read,
        Err(refusal) => return refused(&app, Tab::Time, &refusal, PATH),
    };
    let document = document(&form);
    let advanced = match too_long {
        Some(refusal) => Err(refusal),
        None if document == json!({}) => Err(Refusal::of(NOTHING)),
        None => api.post(&app, ADVANCE, &document).await,
    };
    let Err(refusal) = advanced else {
        return see(PATH, Done::Advanced);
    };
    let mut response = shown(&app, &messages(&refusal), &form).await;
    *response.status_mut() = refusal.status;
    response
}

fn document(form: &Form) -> Value {
    let fields = ["by", "to"].into_iter();
    fields.filter_map(|name| Some((name.to_owned(), json!(form.text(name)?)))).collect()
}

async fn shown(app: &App, told: &Markup, typed: &Form) -> Response {
    let (planned, next) = match admin::planned(app, ROWS + 1).await {
        Ok(read) => read,
        Err(refusal) => return refused(app, Tab::Time, &refusal.into(), PATH),
    };
    page(app, Tab::Time, "Time", &content(app, &planned, next, told, typed))
}

fn content(
    app: &App,
    planned: &[Planned],
    next: Option<Timestamp>,
    told: &Markup,
    typed: &Form,
) -> Markup {
    let now = app.clock.now();
    html! {
        (told)
        section #clock data-live {
            dl.facts {
                dt { "The clock" }
                dd { (which(app.config.clock)) }
                dt { "Now" }
                dd { (time(now)) }
                dt { "Next event" }
                dd {
                    @if let Some(due) = next {
                        (time(due)) " " span.quiet { "(" (agenda::until(now, due)) ")" }
                    } @else {
                        "Nothing is planned."
                    }
                }
            }
            h2 { "Move the clock on" }
            p.hint { "Everything happens that falls due until then, each at its own instant, callbacks with their answers included." }
            div.actions {
                @for hours in [1, 24, 48] {
                    (button("by", &format!("{hours}h"), &format!("Advance by {hours} h"), now + Duration::from_hours(hours)))
                }
                @if let Some(due) = next {
                    (button("to", "next", "Advance to the next event", due))
                }
            }
        }
        div.compare {
            form.card method="post" action=(PATH) {
                (text_field("by", "by", "By a duration", typed.text("by"), "1h30m"))
                p.hint { "Such as 30m, 48h or 1h30m; days are told in hours." }
                button { "Advance by this duration" }
                (as_api("POST", ADVANCE, Some(&json!({"by": "1h30m"}))))
            }
            form.card method="post" action=(PATH) {
                (text_field("to", "to", "To an instant", typed.text("to"), "2030-01-01T00:00:00Z"))
                p.hint { "With its offset, as RFC 3339 has it; or " code { "next" } " for the next event." }
                button { "Advance to this instant" }
                (as_api("POST", ADVANCE, Some(&json!({"to": "next"}))))
            }
        }
        section #agenda data-live { (agenda::agenda(planned, now, ROWS)) }
    }
}

/// A form that is one button, which says what time it will be.
fn button(name: &str, value: &str, label: &str, then: Timestamp) -> Markup {
    html! {
        form method="post" action=(PATH) {
            input type="hidden" name=(name) value=(value);
            button { (label) br; span.hint { "to " (time(then)) } }
        }
    }
}

/// Which clock it is, and what that means.
fn which(clock: Clock) -> String {
    match clock {
        Clock::Real => "The machine's: it runs by itself, and can be moved ahead.".to_owned(),
        Clock::Manual(_) => {
            "Manual: it stands still, and nothing falls due, until somebody moves it on.".to_owned()
        }
        Clock::Scaled(factor) => {
            format!(
                "{factor} times as fast as the machine's: it runs by itself, and can be moved ahead."
            )
        }
    }
}

const PATH: &str = "/_mock/ui/time";
const ADVANCE: &str = "/_mock/clock/advance";
const NOTHING: &str = "nothing was typed: type how far, such as 48h, or to which instant, such as 2030-01-01T00:00:00Z";
/// How much of the agenda is shown.
const ROWS: usize = 50;
