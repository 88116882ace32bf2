//! Callbacks: what was told, telling it again, and telling anything.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use doku_types::code::{CallbackType, Status};
use http::{StatusCode, Uri};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Operation, is_newest_first, notes, parameter, read, segment};
use crate::{
    app::App,
    callback::{DeliveryState, delivery},
    operation::business::not_found,
    reply::Reply,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(
            "/_mock/callbacks",
            "callbacks",
            "Lists the callbacks with their attempts, in the order of delivery or newest first",
            list,
        )
        .query::<String>("business", "Only those of this business, by its BSN or BRN id")
        .query::<i64>("after", "Only those after this number; 0 by default")
        .query::<i64>("before", "Only those before this number")
        .query::<String>("order", "oldest or newest first; oldest by default")
        .query::<u32>("limit", "At most so many, 10000 at most and by default")
        .gives::<Vec<Told>>(),
        Operation::post(
            "/_mock/callbacks",
            "fireCallback",
            "Tells a callback of any type and status, and changes nothing",
            fire,
        )
        .takes::<Fire>(EXAMPLE)
        .gives::<Attempted>(),
        Operation::post(
            "/_mock/callbacks/{number}/resend",
            "resendCallback",
            "Attempts a callback once more, whatever became of the other attempts",
            resend,
        )
        .takes::<Nothing>("{}")
        .gives::<Attempted>(),
    ]
}

/// `GET /_mock/callbacks?business=BSN-…&after=0&limit=1000`: with their attempts, in the order of
/// delivery.
async fn list(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let listed = async {
        let business: Option<String> = parameter(&uri, "business")?;
        let newest_first = is_newest_first(&uri)?;
        let after = parameter(&uri, "after")?.unwrap_or(0);
        let before = parameter(&uri, "before")?.unwrap_or(i64::MAX);
        let limit = parameter(&uri, "limit")?.unwrap_or(MAX_LIMIT).min(MAX_LIMIT);
        let listed = app.store.run(move |state| {
            let business = match business {
                Some(id) => {
                    let found = state.business_by_id(&id)?;
                    Some(found.ok_or_else(not_found)?.number)
                }
                None => None,
            };
            Ok::<_, Reply>(state.callbacks_between(
                business,
                (after, before),
                newest_first,
                limit,
            )?)
        });
        Ok(Reply::ok(&listed.await?.0, &[]))
    };
    listed.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// What is to be told.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Fire {
    /// About which business: by its `BSN-` id, or the `BRN-` id of one of its brands.
    business: String,
    /// About what: `BUSINESS`, `BUSINESS_CONTACT`, `BUSINESS_ADDRESS`, `BUSINESS_DOCUMENT`, `BUSINESS_BANK`,
    /// `BRAND`, `BRAND_SOCIAL_MEDIA`, `BRAND_PHOTO_PROOF`, `BRAND_PRODUCT` or
    /// `BRAND.OPERATIONAL_STATUS`.
    #[serde(rename = "type")]
    callback_type: String,
    /// The verdict: `UPDATING`, `PENDING`, `APPROVED`, `ACTIVE`, `REJECTED`, `SUSPENDED` or
    /// `FULL_SUSPENDED`.
    status: String,
    /// Why; none by default.
    #[serde(default)]
    #[schemars(length(max = 100))]
    reject_notes: Vec<String>,
}

/// A callback after an attempt.
#[derive(Serialize, JsonSchema)]
struct Attempted {
    /// Its number.
    number: i64,
    /// How far it is: pending, delivered, exhausted, blocked or dropped.
    #[schemars(with = "String")]
    state: DeliveryState,
}

/// `POST /_mock/callbacks {"business":"BRN-…","type":"BRAND_PRODUCT","status":"REJECTED"}`: answered
/// after the first attempt, or at once if a fault delays or drops it.
async fn fire(State(app): State<Arc<App>>, request: Request) -> Response {
    let fired = async {
        let Fire { business, callback_type, status, reject_notes } =
            read(&app, request, EXAMPLE).await?;
        let refusal = |message: String| Reply::business(StatusCode::BAD_REQUEST, message, "A30");
        let kind = CallbackType::from(callback_type.as_str());
        if !kind.is_known() {
            let known = known(CallbackType::all().iter().map(CallbackType::as_str));
            return Err(refusal(format!("type is no type of callback: give one of {known}")));
        }
        let status = Status::from(status.as_str());
        if !status.is_known() {
            let known = known(Status::all().iter().map(Status::as_str));
            return Err(refusal(format!("status is no status: give one of {known}")));
        }
        let notes = notes(reject_notes)?;
        let number = tell(&app, business, kind, status, notes).await?;
        let state = first_attempt(&app, number).await?;
        Ok(Reply::ok(&Attempted { number, state }, &[]))
    };
    fired.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

async fn tell(
    app: &Arc<App>,
    id: String,
    kind: CallbackType,
    status: Status,
    notes: Vec<String>,
) -> Result<i64, Reply> {
    let teller = Arc::clone(app);
    let told = app.store.run(move |state| {
        let stored = state.business_by_id(&id)?.ok_or_else(not_found)?;
        let conflict = |message| Reply::business(StatusCode::CONFLICT, message, "A30");
        if teller.credentials(stored.business.partner()).is_none() {
            return Err(conflict("its partner is not configured, so no callback can be signed"));
        }
        let callback = stored.business.tell_anything(&kind, Some(&id), status, &notes);
        let told = state.tell(&stored, vec![callback])?;
        told.first().copied().ok_or_else(|| {
            conflict(
                "the business has no callback_url: send one with its registration or an update",
            )
        })
    });
    let (number, held) = told.await?;
    drop(held);
    Ok(number)
}

/// Waits for the first attempt at a callback, or for whatever else becomes of it.
async fn first_attempt(app: &App, number: i64) -> Result<DeliveryState, Reply> {
    let mut changes = app.store.changes();
    loop {
        changes.mark_unchanged();
        let found =
            app.store.run(move |state| state.callbacks(None, number - 1, 1).map_err(Reply::from));
        let found = found.await?.0.pop().filter(|record| record.number == number);
        let Some(record) = found else {
            let message = "the mock was reset meanwhile, and the callback given up";
            return Err(Reply::business(StatusCode::CONFLICT, message, "A30"));
        };
        let waits = record.state == DeliveryState::Pending && record.due.is_none();
        if !waits || !record.attempts.is_empty() {
            return Ok(record.state);
        }
        tokio::select! {
            // It ends with the store, which the next look tells.
            _ = changes.changed() => {}
            () = app.stopped() => return Ok(record.state),
        }
    }
}

fn known<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    codes.collect::<Vec<_>>().join(", ")
}

/// An empty document.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// `POST /_mock/callbacks/{number}/resend {}`: one more attempt, whatever became of the others.
async fn resend(
    State(app): State<Arc<App>>,
    number: Result<Path<i64>, PathRejection>,
    request: Request,
) -> Response {
    let resent = async {
        let number = segment(number)?;
        let Nothing {} = read(&app, request, "{}").await?;
        let state = delivery::resend(&app, number)
            .await
            .ok_or_else(|| Reply::business(StatusCode::NOT_FOUND, "CALLBACK NOT FOUND", "A30"))?;
        Ok(Reply::ok(&Attempted { number, state }, &[]))
    };
    resent.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// The shape of a `CallbackRecord`, which is in this crate's public surface and so not bound to the
/// schema's library.
#[derive(JsonSchema)]
#[schemars(rename = "CallbackRecord")]
#[expect(dead_code, reason = "it describes, and is never made")]
struct Told {
    /// Counts up in the order of delivery.
    number: i64,
    /// The same in every attempt (A06).
    request_id: String,
    /// Whose key signs it.
    client_id: String,
    /// Whose business it is about.
    business: String,
    /// Where it goes.
    url: String,
    /// What it says.
    callback: serde_json::Map<String, serde_json::Value>,
    /// How far it is: pending, delivered, exhausted, blocked or dropped.
    state: String,
    /// When the next attempt falls due, by the engine's clock: for a delayed one and a retry.
    #[schemars(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    /// In their order.
    attempts: Vec<ToldAttempt>,
}

/// One attempt at a delivery.
#[derive(JsonSchema)]
#[schemars(rename = "Attempt")]
#[expect(dead_code, reason = "it describes, and is never made")]
struct ToldAttempt {
    /// When, by the engine's clock, as the `Request-Timestamp` said.
    at: String,
    /// The HTTP status answered.
    #[schemars(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Why there was no answer.
    #[schemars(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// How long it took, in milliseconds of the machine's clock.
    latency_ms: u64,
    /// Whether it was asked for by hand; such an attempt is no step of the ladder.
    #[schemars(skip_serializing_if = "Option::is_none")]
    by_hand: Option<bool>,
}

const EXAMPLE: &str = r#"{"business":"BRN-0001-1700000000001","type":"BRAND_PRODUCT","status":"REJECTED","reject_notes":["The photo is blurred"]}"#;
const MAX_LIMIT: u32 = 10_000;
