//! The engine's clock.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::read as read_document;
use crate::{agenda, app::App, reply::Reply};

/// `GET /_mock/clock`: where it stands, and when something falls due next.
async fn present(app: &App) -> Result<Reply, Reply> {
    let (due, _) = app.store.run(|state| state.next_due().map_err(Reply::from)).await?;
    let next = due.map(|due| due.to_string());
    Ok(Reply::ok(&json!({"now": app.clock.now().to_string(), "next_due": next}), &[]))
}

pub(super) async fn read(State(app): State<Arc<App>>) -> Response {
    present(&app).await.unwrap_or_else(|refusal| refusal).into_response()
}

#[derive(Deserialize)]
struct Advance {
    by: String,
}

/// `POST /_mock/clock/advance {"by":"48h"}`: everything happens that falls due until then.
pub(super) async fn advance(State(app): State<Arc<App>>, request: Request) -> Response {
    let advanced = async {
        let Advance { by } = read_document(request, r#"{"by":"48h"}"#).await?;
        let by = duration(&by)?;
        let delivered = agenda::advance(&app, by)
            .await
            .map_err(|error| Reply::business(StatusCode::BAD_REQUEST, error.to_string(), "A30"))?;
        let now = app.clock.now().to_string();
        Ok(Reply::ok(&json!({"now": now, "delivered": delivered}), &[]))
    };
    advanced.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
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
