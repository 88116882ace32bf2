//! The engine's clock.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Operation, read as read_document};
use crate::{
    agenda::{self, AdvanceError},
    app::App,
    reply::Reply,
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

/// What moving the clock on did.
#[derive(Serialize, JsonSchema)]
struct Advanced {
    /// How many attempts at callbacks were made.
    delivered: u64,
    /// The engine's present.
    now: String,
}

/// How the clock is moved on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// How far: `30m`, `48h` or `1h30m`.
    by: String,
}

/// `POST /_mock/clock/advance {"by":"48h"}`: everything happens that falls due until then.
async fn advance(State(app): State<Arc<App>>, request: Request) -> Response {
    let advanced = async {
        let Advance { by } = read_document(&app, request, r#"{"by":"48h"}"#).await?;
        let by = duration(&by)?;
        let delivered = agenda::advance(&app, by).await?;
        Ok(Reply::ok(&Advanced { delivered, now: app.clock.now().to_string() }, &[]))
    };
    advanced.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

impl From<AdvanceError> for Reply {
    fn from(error: AdvanceError) -> Self {
        match error {
            AdvanceError::TooFar => {
                Self::business(StatusCode::BAD_REQUEST, error.to_string(), "A30")
            }
            AdvanceError::Reset => Self::business(StatusCode::CONFLICT, error.to_string(), "A30"),
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
        let message = "not a duration: give 30m, 48h or 1h30m, say; days are told in hours";
        Reply::business(StatusCode::BAD_REQUEST, message, "A30")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StoreError;

    #[test]
    fn a_clock_that_cannot_be_saved_is_the_mock_s_fault_and_one_that_goes_too_far_the_caller_s() {
        let status = |error: AdvanceError| Reply::from(error).status;
        assert_eq!(status(AdvanceError::TooFar), 400);
        assert_eq!(status(StoreError::Stopped.into()), 500);
        assert_eq!(status(StoreError::Unreadable { what: "callback" }.into()), 500);
    }
}
