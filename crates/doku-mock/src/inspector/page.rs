//! What all pages have around their content, and the pages that say that something went wrong.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use maud::{DOCTYPE, Markup, html};

use super::{ROOT, api::Refusal, form::Form, pieces::time};
use crate::app::App;

/// The pages that the navigation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Timeline,
    Businesses,
    Time,
    Faults,
    Assumptions,
    TryIt,
}

impl Tab {
    const ALL: [Self; 6] = [
        Self::Timeline,
        Self::Businesses,
        Self::Time,
        Self::Faults,
        Self::Assumptions,
        Self::TryIt,
    ];

    /// Where it is.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Timeline => ROOT,
            Self::Businesses => "/_mock/ui/businesses",
            Self::Time => "/_mock/ui/time",
            Self::Faults => "/_mock/ui/faults",
            Self::Assumptions => "/_mock/ui/assumptions",
            Self::TryIt => "/_mock/ui/try",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Timeline => "Timeline",
            Self::Businesses => "Businesses",
            Self::Time => "Time",
            Self::Faults => "Faults",
            Self::Assumptions => "Assumptions",
            Self::TryIt => "Try it",
        }
    }
}

/// A page. Elements with an id and the attribute `data-live` are replaced where there is JavaScript, as things happen.
pub(super) fn page(app: &App, tab: Tab, title: &str, content: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · doku-mock" }
                link rel="stylesheet" href="/_mock/ui/style.css";
                link rel="icon" type="image/svg+xml" href="/_mock/ui/icon.svg";
                script src="/_mock/ui/script.js" defer {}
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header.top {
                    p.brand { a href=(ROOT) { "doku-mock" } }
                    nav aria-label="Pages" {
                        ul {
                            @for of in Tab::ALL {
                                li {
                                    a href=(of.path()) aria-current=[(of == tab).then_some("page")] { (of.name()) }
                                }
                            }
                        }
                    }
                    p.now #now data-live { span.label { "The mock's time " } (time(app.clock.now())) }
                }
                main #main tabindex="-1" {
                    h1 { (title) }
                    (content)
                }
                footer {
                    p {
                        "Everything here can be asked of the API too: "
                        a href="/_mock/" { "/_mock/" } ", "
                        a href="/_mock/openapi.json" { "openapi.json" } ". "
                        "doku-mock " (env!("CARGO_PKG_VERSION")) "; this is not DOKU."
                    }
                }
            }
        }
    };
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], page.into_string()).into_response()
}

/// The page that says why not, with the status of the refusal. `back` is where to go on.
pub(super) fn refused(app: &App, tab: Tab, refusal: &Refusal, back: &str) -> Response {
    let title = match refusal.status {
        StatusCode::NOT_FOUND => "Not found",
        status if status.is_server_error() => "The mock has failed",
        _ => "That did not work",
    };
    again(app, tab, title, refusal, &html! { p { a href=(back) { "Back" } } })
}

/// A page that says first why something was refused, with the status of that, and goes on.
pub(super) fn again(
    app: &App,
    tab: Tab,
    title: &str,
    refusal: &Refusal,
    content: &Markup,
) -> Response {
    let mut response = page(app, tab, title, &html! { (messages(refusal)) (content) });
    *response.status_mut() = refusal.status;
    response
}

/// What was wrong, for a page that goes on.
pub(super) fn messages(refusal: &Refusal) -> Markup {
    html! {
        div.notice.bad role="alert" {
            @for message in &refusal.messages { p { bdi { (message) } } }
        }
    }
}

/// After a change: back to a page, which says so by the word `done`.
pub(super) fn see(path: &str, done: Done) -> Response {
    let (path, fragment) = match path.split_once('#') {
        Some((path, fragment)) => (path, format!("#{fragment}")),
        None => (path, String::new()),
    };
    let joined = if path.contains('?') { '&' } else { '?' };
    let location = format!("{path}{joined}done={}{fragment}", done.word());
    match HeaderValue::try_from(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::SEE_OTHER.into_response(),
    }
}

/// What was done: the only texts that a link can have a page say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Decided,
    Completed,
    Resent,
    Advanced,
    Armed,
    Disarmed,
}

impl Done {
    const ALL: [Self; 6] =
        [Self::Decided, Self::Completed, Self::Resent, Self::Advanced, Self::Armed, Self::Disarmed];

    fn word(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Completed => "completed",
            Self::Resent => "resent",
            Self::Advanced => "advanced",
            Self::Armed => "armed",
            Self::Disarmed => "disarmed",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Decided => "Decided. What its receiver is told of it stands under Callbacks.",
            Self::Completed => "Completed, as its owner would have. KYB has begun.",
            Self::Resent => "Attempted again: its answer stands below.",
            Self::Advanced => "The clock was moved on, and everything has happened that fell due.",
            Self::Armed => "Armed.",
            Self::Disarmed => "Disarmed.",
        }
    }
}

/// Says what was just done, if anything was.
pub(super) fn notice(query: &Form) -> Markup {
    let done = query.text("done");
    let done = Done::ALL.into_iter().find(|of| Some(of.word()) == done);
    html! {
        @if let Some(done) = done {
            div.notice.good role="status" { p { (done.sentence()) } }
        }
    }
}
