//! The engine's clock.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use doku_types::Timestamp;
use http::{StatusCode, Uri};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Operation, parameter, read as read_document};
use crate::{
    agenda::{self, AdvanceError, Until},
    app::App,
    reply::Reply,
    store::Planned,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(
            "/_mock/clock",
            "clock",
            "Tells the engine's present and what falls due next",
            read,
        )
        .gives::<Present>(),
        Operation::get(
            "/_mock/clock/agenda",
            "agenda",
            "Lists what falls due when, soonest first: decisions with what follows from them, and callbacks that are \
             delayed or tried again",
            agenda,
        )
        .query::<usize>("limit", "At most so many, 1000 at most; 100 by default")
        .gives::<Vec<Planned>>(),
        Operation::post(
            "/_mock/clock/advance",
            "advanceClock",
            "Moves the engine's clock on; everything happens that falls due until then",
            advance,
        )
        .takes::<Advance>(r#"{"by":"48h"}"#)
        .gives::<Advanced>(),
    ]
}

/// Where the engine's clock stands. Fields are in the order of their names, as ever.
#[derive(Serialize, JsonSchema)]
struct Present {
    /// When something falls due next: a decision, a delayed callback or a retry.
    next_due: Option<String>,
    /// The engine's present.
    now: String,
}

/// `GET /_mock/clock`: where it stands, and when something falls due next.
async fn present(app: &App) -> Result<Reply, Reply> {
    let (due, _) = app.store.run(|state| state.next_due().map_err(Reply::from)).await?;
    let next_due = due.map(|due| due.to_string());
    Ok(Reply::ok(&Present { next_due, now: app.clock.now().to_string() }, &[]))
}

async fn read(State(app): State<Arc<App>>) -> Response {
    present(&app).await.unwrap_or_else(|refusal| refusal).into_response()
}

/// `GET /_mock/clock/agenda?limit=100`: soonest first.
async fn agenda(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let listed = async {
        let limit = parameter(&uri, "limit")?.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
        Ok(Reply::ok(&planned(&app, limit).await?.0, &[]))
    };
    listed.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// The first so many things that fall due, soonest first, and when the next does, as of one moment.
///
/// # Errors
/// The state cannot be read.
pub(crate) async fn planned(
    app: &App,
    limit: usize,
) -> Result<(Vec<Planned>, Option<Timestamp>), Reply> {
    let pace = app.config.pace;
    let read =
        app.store.run(move |state| Ok::<_, Reply>((state.agenda(pace, limit)?, state.next_due()?)));
    Ok(read.await?.0)
}

/// What moving the clock on did.
#[derive(Serialize, JsonSchema)]
struct Advanced {
    /// How many attempts at callbacks were made.
    delivered: u64,
    /// The engine's present.
    now: String,
}

/// How the clock is moved on: one of `by` and `to`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// How far: `30m`, `48h` or `1h30m`.
    by: Option<String>,
    /// To which instant: as RFC 3339, or `next` for the next at which something falls due.
    to: Option<String>,
}

impl Advance {
    fn until(&self) -> Result<Until, Reply> {
        match (self.by.as_deref(), self.to.as_deref()) {
            (Some(by), None) => duration(by).map(Until::After),
            (None, Some("next")) => Ok(Until::Next),
            (None, Some(at)) => Timestamp::parse_rfc3339(at).map(Until::At).ok_or_else(|| {
                refusal("to is no instant: give next, or one such as 2026-11-22T03:04:05Z")
            }),
            _ => Err(refusal(r#"give one of by and to: {"by":"48h"} or {"to":"next"}, say"#)),
        }
    }
}

/// `POST /_mock/clock/advance {"by":"48h"}`, or `{"to":"next"}`: everything happens that falls due until then.
async fn advance(State(app): State<Arc<App>>, request: Request) -> Response {
    let advanced = async {
        let advance = read_document::<Advance>(&app, request, r#"{"by":"48h"}"#).await?;
        let delivered = agenda::advance(&app, advance.until()?).await?;
        Ok(Reply::ok(&Advanced { delivered, now: app.clock.now().to_string() }, &[]))
    };
    advanced.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

impl From<AdvanceError> for Reply {
    fn from(error: AdvanceError) -> Self {
        match error {
            AdvanceError::TooFar | AdvanceError::Past => refusal(&error.to_string()),
            AdvanceError::NothingDue | AdvanceError::Reset => {
                Self::business(StatusCode::CONFLICT, error.to_string(), "A30")
            }
            AdvanceError::Store(error) => error.into(),
        }
    }
}

/// `30m`, `48h`, `1h30m`.
///
/// # Errors
/// 400 for what is none, or negative.
pub(super) fn duration(text: &str) -> Result<Duration, Reply> {
    let read: Option<jiff::SignedDuration> = text.parse().ok();
    read.and_then(|duration| Duration::try_from(duration).ok()).ok_or_else(|| {
        refusal("not a duration: give 30m, 48h or 1h30m, say; days are told in hours")
    })
}

fn refusal(message: &str) -> Reply {
    Reply::business(StatusCode::BAD_REQUEST, message, "A30")
}

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StoreError;

    #[test]
    fn a_clock_that_cannot_be_saved_is_the_mock_s_fault_and_one_that_goes_too_far_the_caller_s() {
        let status = |error: AdvanceError| Reply::from(error).status;
        assert_eq!(status(AdvanceError::TooFar), 400);
        assert_eq!(status(AdvanceError::Past), 400);
        assert_eq!(status(AdvanceError::NothingDue), 409);
        assert_eq!(status(StoreError::Stopped.into()), 500);
        assert_eq!(status(StoreError::Unreadable { what: "callback" }.into()), 500);
    }
}
