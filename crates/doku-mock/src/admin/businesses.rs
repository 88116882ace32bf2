//! Businesses: what they are, and what DOKU's people would do with them.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use doku_types::{partner::registration::Registration, schema::Checked};
use http::{HeaderValue, StatusCode, Uri, header};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Operation, is_newest_first, notes, parameter, read, read_bytes, segment};
use crate::{
    app::App,
    auth::{outcome, outcome_header},
    callback::Held,
    kyb::Outcome,
    operation::{
        business::{data, not_found},
        lite,
    },
    reply::Reply,
    store::{Found, Listed, Stored, Wanted},
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(
            "/_mock/businesses",
            "businesses",
            "Lists the businesses, oldest or newest first",
            list,
        )
        .query::<i64>("after", "Only those after this number; 0 by default")
        .query::<i64>("before", "Only those before this number")
        .query::<String>("order", "oldest or newest first; oldest by default")
        .query::<String>("status", "Only those with this status: UPDATING, ACTIVE or REJECTED")
        .query::<String>("partner", "Only those of this client id")
        .query::<String>(
            "text",
            "Only those with this piece of text, 200 bytes at most, in their name, their BSN id or their \
             partner_ref_id, or with the whole of it as the BRN id of a brand, whatever its case. A search looks at 10000 businesses at once: the header Link leads on",
        )
        .query::<u32>("limit", "At most so many, 1000 at most; 100 by default")
        .gives::<Vec<Listed>>(),
        Operation::get(
            "/_mock/businesses/{id}",
            "business",
            "Shows a business as its partner sees it",
            get,
        ),
        Operation::post(
            "/_mock/businesses/{id}/decide",
            "decideBusiness",
            "Decides what is open of a business",
            decide,
        )
        .takes::<Decision>(
            r#"{"outcome":"reject.BUSINESS_DOCUMENT","reject_notes":["The photo is blurred"]}"#,
        ),
        Operation::post(
            "/_mock/businesses/{id}/complete",
            "completeBusiness",
            "Fills in an invited business, as its owner would (A28)",
            complete,
        )
        .header::<String>("Doku-Mock-Outcome", "What KYB decides of it, as on a registration")
        .takes_such::<Checked<Registration>>(),
    ]
}

/// `GET /_mock/businesses?order=newest&before=80&status=ACTIVE&text=warung&limit=100`, by number. Where there may
/// be more, `Link` has where, as RFC 8288 does.
async fn list(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let listed = async {
        let wanted = wanted(&uri)?;
        let newest_first = wanted.newest_first;
        let found = find(&app, wanted).await?;
        let mut response = Reply::ok(&found.listed, &[]).into_response();
        if let Some(more) = found.more
            && let Ok(link) = HeaderValue::try_from(link(&uri, newest_first, more))
        {
            response.headers_mut().insert(header::LINK, link);
        }
        Ok(response)
    };
    listed.await.unwrap_or_else(|refusal: Reply| refusal.into_response())
}

/// The businesses that are wanted.
///
/// # Errors
/// 400 for a status that no business has.
pub(crate) async fn find(app: &App, wanted: Wanted) -> Result<Found, Reply> {
    if wanted.status.as_deref().is_some_and(|status| !STATUSES.contains(&status)) {
        let message = format!("status is none of a business: give one of {}", STATUSES.join(", "));
        return Err(Reply::business(StatusCode::BAD_REQUEST, message, "A30"));
    }
    let found = app.store.run(move |state| state.list_businesses(&wanted).map_err(Reply::from));
    Ok(found.await?.0)
}

fn wanted(uri: &Uri) -> Result<Wanted, Reply> {
    let text: Option<String> = parameter(uri, "text")?;
    if text.as_ref().is_some_and(|text| text.len() > MAX_TEXT) {
        let message = format!("text may have {MAX_TEXT} bytes: look for a shorter piece");
        return Err(Reply::business(StatusCode::BAD_REQUEST, message, "A30"));
    }
    Ok(Wanted {
        after: parameter(uri, "after")?.unwrap_or(0),
        before: parameter(uri, "before")?.unwrap_or(i64::MAX),
        newest_first: is_newest_first(uri)?,
        status: parameter(uri, "status")?,
        partner: parameter(uri, "partner")?,
        text: text.filter(|text| !text.is_empty()),
        limit: parameter(uri, "limit")?.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT),
    })
}

/// The same list beyond a number.
fn link(uri: &Uri, newest_first: bool, more: i64) -> String {
    let bound = if newest_first { "before" } else { "after" };
    let query = uri.query().unwrap_or_default();
    let others = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != bound);
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others)
        .append_pair(bound, &more.to_string())
        .finish();
    format!("<{}?{query}>; rel=\"next\"", uri.path())
}

/// `GET /_mock/businesses/{id}`, by `BSN-` or `BRN-` id: as Get Business Data shows it.
async fn get(State(app): State<Arc<App>>, id: Result<Path<String>, PathRejection>) -> Response {
    let found = async {
        let id = segment(id)?;
        let (found, _) =
            app.store.run(move |state| state.business_by_id(&id).map_err(Reply::from)).await?;
        let stored = found.ok_or_else(not_found)?;
        Ok(Reply::ok(&data(&app, &stored.business), &[]))
    };
    found.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// A decision of DOKU's people.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Decision {
    /// What is decided, such as `approve`; several by comma.
    outcome: String,
    /// What the merchant is told; a text of the mock's own without it.
    #[serde(default)]
    #[schemars(length(max = 100))]
    reject_notes: Vec<String>,
}

/// `POST /_mock/businesses/{id}/decide {"outcome":"reject.BUSINESS_DOCUMENT","reject_notes":["…"]}`.
async fn decide(
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let decided = async {
        let id = segment(id)?;
        let Decision { outcome, reject_notes } =
            read(&app, request, r#"{"outcome":"reject.BUSINESS_DOCUMENT"}"#).await?;
        let outcome = outcome.parse().map_err(|error| Reply::outcome("outcome", &error))?;
        let reject_notes = notes(reject_notes)?;
        Ok(changed(&app, decide_business(&app, id, outcome, reject_notes).await?))
    };
    decided.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// Decides what is open of a business.
pub(crate) async fn decide_business(
    app: &App,
    id: String,
    outcome: Outcome,
    notes: Vec<String>,
) -> Result<(Stored, Held), Reply> {
    let decided = app.store.run(move |state| {
        let mut stored = state.business_by_id(&id)?.ok_or_else(not_found)?;
        let now = state.now;
        let decided = stored.business.decide(&outcome, &notes, now);
        let callbacks = decided.map_err(|refusal| Reply::conflict(&refusal))?;
        state.save_business(&stored)?;
        state.tell(&stored, callbacks)?;
        Ok(stored)
    });
    decided.await
}

/// `POST /_mock/businesses/{id}/complete` with a registration: what an invited owner does (A28).
async fn complete(
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let completed = async {
        let id = segment(id)?;
        let outcome = outcome(outcome_header(request.headers()).as_deref())?;
        let body = read_bytes(&app, request).await?;
        let profile = app.config.profile;
        let (registration, waived) =
            profile.read(&body, Registration::examine, Registration::unknown)?;
        let (completed, held) = lite::complete(&app, id, registration, outcome).await?;
        let mut reply = changed(&app, (completed.stored, held));
        reply.assumptions.extend(waived.into_iter().chain(completed.waived));
        Ok(reply)
    };
    completed.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

fn changed(app: &App, (stored, held): (Stored, Held)) -> Reply {
    let mut reply = Reply::ok(&data(app, &stored.business), &[]);
    reply.held = Some(held);
    reply
}

/// What the status of a business may be.
pub(crate) const STATUSES: [&str; 3] = ["UPDATING", "ACTIVE", "REJECTED"];
const DEFAULT_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 1000;
/// The longest text to look for, in bytes.
pub(crate) const MAX_TEXT: usize = 200;
