//! The mock's own surface, under `/_mock/`. It answers only a request that names this machine as
//! its host, so that no web page can read it by a name of its own that leads here; and a change has
//! to be sent as `application/json`, which no page's form can. A callback is all that, should its URL
//! lead here; so no document may hold a field of another.

mod access;
mod assumptions;
mod businesses;
mod callbacks;
mod clock;
mod compose;
mod faults;
mod journal;
mod metrics;
mod operation;
mod reset;
mod snapshot;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Request, State, rejection::PathRejection},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use doku_types::validate::{self, MAX_BODY};
use http::{HeaderMap, StatusCode, Uri, header};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::{app::App, body, reply::Reply};

pub(crate) use access::{SEC_FETCH_SITE, guard, is_token};
pub(crate) use assumptions::{Kind, StoodOn, assumptions};
pub(crate) use businesses::{MAX_TEXT, STATUSES, decide_business, find as find_businesses};
pub(crate) use clock::planned;
pub(crate) use compose::{Composed, Draft, compose, takes_query};
pub(crate) use journal::{
    entry as journal_entry, find as find_entries, read_query as journal_query,
};
pub(crate) use metrics::Metrics;
pub(crate) use operation::{Gives, Operation};
pub(crate) use reset::{reset_all, reset_partner};
pub(crate) use snapshot::{MAX_SNAPSHOTS, write as write_snapshot};

/// All of it but the links to files.
pub(crate) fn routes() -> Router<Arc<App>> {
    let router = Router::new().route(ROOT, get(index));
    operations().into_iter().fold(router, |router, operation| operation.route(router))
}

/// Everything that can be asked of the mock's own surface.
pub(crate) fn operations() -> Vec<Operation> {
    let own = [
        Operation::get(PREFIX, "index", "Lists what can be asked of the mock itself", index)
            .gives::<Vec<Listed>>(),
        Operation::get(access::READY, "ready", "Says whether the mock is up", ready)
            .gives::<Ready>(),
        Operation::get("/_mock/openapi.json", "openapi", "Gives this document", openapi)
            .gives::<serde_json::Map<String, serde_json::Value>>(),
    ];
    [
        Vec::from(own),
        assumptions::operations(),
        clock::operations(),
        businesses::operations(),
        callbacks::operations(),
        journal::operations(),
        compose::operations(),
        faults::operations(),
        reset::operations(),
        snapshot::operations(),
        metrics::operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// One thing that can be asked.
#[derive(Serialize, JsonSchema)]
struct Listed {
    /// The HTTP method, in capitals.
    method: &'static str,
    /// Its path; `{…}` stands for what varies.
    path: &'static str,
    /// What it does.
    summary: &'static str,
}

/// `GET /_mock` and `GET /_mock/`.
async fn index() -> Response {
    let listed = |operation: Operation| Listed {
        method: operation.method,
        path: operation.path,
        summary: operation.summary,
    };
    let listed: Vec<_> = operations().into_iter().map(listed).collect();
    Reply::ok(&listed, &[]).into_response()
}

/// The mock is up, and its state can be read.
#[derive(Serialize, JsonSchema)]
struct Ready {
    /// Always true: who cannot serve answers with 503, or not at all.
    ready: bool,
    /// What a client puts before DOKU's paths.
    base_url: String,
    /// The mock's version.
    version: &'static str,
    /// The engine's present.
    now: String,
}

/// `GET /_mock/ready`: 503 with the reason if the state cannot be read.
async fn ready(State(app): State<Arc<App>>) -> Response {
    if let Err(error) = app.store.run(|state| state.next_due()).await {
        let message = format!("not ready: {error}");
        return Reply::business(StatusCode::SERVICE_UNAVAILABLE, message, "A30").into_response();
    }
    let ready = Ready {
        ready: true,
        base_url: app.base_url.clone(),
        version: env!("CARGO_PKG_VERSION"),
        now: app.clock.now().to_string(),
    };
    Reply::ok(&ready, &[]).into_response()
}

/// `GET /_mock/openapi.json`.
async fn openapi() -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (json, crate::openapi::openapi()).into_response()
}

/// A change's document, such as `example`.
///
/// # Errors
/// 415 for another media type, and what is wrong with the document.
async fn read<T: DeserializeOwned>(app: &App, request: Request, example: &str) -> Result<T, Reply> {
    let bytes = read_bytes(app, request).await?;
    validate::read(&bytes).map_err(|error| {
        let message = format!("{error}; send {example}, say");
        Reply::business(StatusCode::BAD_REQUEST, message, "A30")
    })
}

/// The same, unread.
async fn read_bytes(app: &App, request: Request) -> Result<Bytes, Reply> {
    if !is_json(request.headers()) {
        let message = "SEND IT AS JSON: Content-Type: application/json";
        return Err(Reply::business(StatusCode::UNSUPPORTED_MEDIA_TYPE, message, "A30"));
    }
    body::read(&mut request.into_body(), MAX_BODY, app.config.limits.body).await
}

fn is_json(headers: &HeaderMap) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|sent| sent.to_str().ok());
    let media_type = sent.unwrap_or_default().split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}

/// A query parameter, if it is there and can be read.
///
/// # Errors
/// 400 for one that cannot.
fn parameter<T: std::str::FromStr>(uri: &Uri, name: &str) -> Result<Option<T>, Reply> {
    let query = uri.query().unwrap_or_default();
    let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
    found.map(|(_, value)| value.parse()).transpose().map_err(|_| {
        Reply::business(StatusCode::BAD_REQUEST, format!("{name} is not readable"), "A30")
    })
}

/// A parameter that is one of these words.
///
/// # Errors
/// 400 for another word; it names them.
fn one_of<T: Copy>(uri: &Uri, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Reply> {
    let Some(said) = parameter::<String>(uri, name)? else {
        return Ok(None);
    };
    let found = words.iter().find(|(word, _)| *word == said);
    found.map(|(_, meant)| Some(*meant)).ok_or_else(|| {
        let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        let message = format!("{name} is none of {}", known.join(", "));
        Reply::business(StatusCode::BAD_REQUEST, message, "A30")
    })
}

/// Whether a list is to be newest first, by the parameter `order`.
///
/// # Errors
/// 400 for another order than `oldest` and `newest`.
fn is_newest_first(uri: &Uri) -> Result<bool, Reply> {
    match parameter::<String>(uri, "order")?.as_deref() {
        None | Some("oldest") => Ok(false),
        Some("newest") => Ok(true),
        Some(_) => {
            let message = "order is oldest or newest: leave it out for oldest";
            Err(Reply::business(StatusCode::BAD_REQUEST, message, "A30"))
        }
    }
}

/// What stands in the path for what varies.
///
/// # Errors
/// 400 for what cannot be there, such as a number that is none.
fn segment<T>(read: Result<Path<T>, PathRejection>) -> Result<T, Reply> {
    let read = read.map(|Path(segment)| segment);
    read.map_err(|_| Reply::business(StatusCode::BAD_REQUEST, "the path is not readable", "A30"))
}

/// Notes that a merchant may be told.
///
/// # Errors
/// 400 for too many or too long ones.
fn notes(notes: Vec<String>) -> Result<Vec<String>, Reply> {
    if notes.len() > MAX_NOTES || notes.iter().any(|note| note.len() > MAX_NOTE) {
        let message = format!(
            "reject_notes may be {MAX_NOTES} of {MAX_NOTE} bytes each: send fewer or shorter"
        );
        return Err(Reply::business(StatusCode::BAD_REQUEST, message, "A30"));
    }
    Ok(notes)
}

/// Whether a path is of the mock's own surface.
pub(crate) fn is_own(path: &str) -> bool {
    path.starts_with(PREFIX) || path == ROOT
}

/// What all of its paths begin with.
const PREFIX: &str = "/_mock/";
const ROOT: &str = "/_mock";
const MAX_NOTES: usize = 100;
const MAX_NOTE: usize = 10_000;
