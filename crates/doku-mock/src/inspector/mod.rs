//! The inspector, under `/_mock/ui`: pages for people who would rather look than read. They are made here, need no
//! JavaScript, and change something only by asking the mock's own API what a program would ask it.

mod api;
mod assumptions;
mod business;
mod businesses;
mod entry;
mod events;
mod faults;
mod form;
mod page;
mod pieces;
mod time;
mod timeline;
mod try_it;

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use http::{HeaderValue, StatusCode, header};

use crate::{app::App, reply::Reply};
use api::{Api, Refusal};
pub(crate) use events::MAX_LISTENERS;
use page::Tab;

/// Every page. `all` is the mock without them: whatever a page does, it asks of that.
pub(crate) fn routes(all: Router) -> Router<Arc<App>> {
    let to_timeline = || async { Redirect::permanent(ROOT) };
    Router::new()
        .route(&format!("{ROOT}/"), get(to_timeline))
        .route(&format!("{ROOT}/style.css"), get(style))
        .route(&format!("{ROOT}/script.js"), get(script))
        .route(&format!("{ROOT}/icon.svg"), get(icon))
        .merge(events::routes())
        .merge(timeline::routes())
        .merge(entry::routes())
        .merge(businesses::routes())
        .merge(business::routes())
        .merge(time::routes())
        .merge(faults::routes())
        .merge(assumptions::routes())
        .merge(try_it::routes())
        .route(&format!("{ROOT}/{{*nothing}}"), get(nothing))
        .layer(Extension(Api::new(all)))
        .layer(middleware::from_fn(guard))
}

/// A page may load nothing from elsewhere, run no script of its text, and be framed by nobody. A change comes from a
/// page of the mock itself: every browser says so of a form that it sends. Whether what it says is true
/// [`crate::admin::guard`] has looked at.
async fn guard(request: Request, next: Next) -> Response {
    let changes = !request.method().is_safe();
    let says_so = request.headers().contains_key(header::ORIGIN);
    let mut response = if changes && !says_so {
        let message = "A PAGE'S FORM IS SENT BY A BROWSER, WITH Origin: A PROGRAM ASKS THE API, WHICH /_mock/ LISTS";
        Reply::business(StatusCode::FORBIDDEN, message, "A30").into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // Without it a browser would not say of which page a form is.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// What is no page.
async fn nothing(State(app): State<Arc<App>>) -> Response {
    let messages = vec!["There is no such page: the ones that there are stand above.".to_owned()];
    let refusal = Refusal { status: StatusCode::NOT_FOUND, messages };
    page::refused(&app, Tab::Timeline, &refusal, ROOT)
}

async fn style() -> Response {
    let css = HeaderValue::from_static("text/css; charset=utf-8");
    ([(header::CONTENT_TYPE, css)], include_str!("style.css")).into_response()
}

async fn script() -> Response {
    let javascript = HeaderValue::from_static("text/javascript; charset=utf-8");
    ([(header::CONTENT_TYPE, javascript)], include_str!("script.js")).into_response()
}

async fn icon() -> Response {
    let svg = HeaderValue::from_static("image/svg+xml");
    ([(header::CONTENT_TYPE, svg)], include_str!("icon.svg")).into_response()
}

/// Where the pages are; the timeline is the first of them.
pub(crate) const ROOT: &str = "/_mock/ui";
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
