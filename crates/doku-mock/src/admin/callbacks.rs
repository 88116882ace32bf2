//! Callbacks: what was told, and telling it again.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, Uri};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Operation, parameter, read};
use crate::{app::App, callback::delivery, operation::business::not_found, reply::Reply};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get(
            "/_mock/callbacks",
            "callbacks",
            "Lists the callbacks with their attempts, in the order of delivery",
            list,
        )
        .query::<String>("business", "Only those of this business, by its BSN or BRN id")
        .query::<i64>("after", "Only those after this number; 0 by default")
        .query::<u32>("limit", "At most so many, 10000 at most and by default"),
        Operation::post(
            "/_mock/callbacks/{number}/resend",
            "resendCallback",
            "Attempts a callback once more, whatever became of the other attempts",
            resend,
        )
        .takes::<Nothing>("{}"),
    ]
}

/// `GET /_mock/callbacks?business=BSN-…&after=0&limit=1000`: with their attempts, in the order of
/// delivery.
pub(super) async fn list(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let listed = async {
        let business: Option<String> = parameter(&uri, "business")?;
        let after = parameter(&uri, "after")?.unwrap_or(0);
        let limit = parameter(&uri, "limit")?.unwrap_or(MAX_LIMIT).min(MAX_LIMIT);
        let listed = app.store.run(move |state| {
            let business = match business {
                Some(id) => {
                    let found = state.business_by_id(&id)?;
                    Some(found.ok_or_else(not_found)?.number)
                }
                None => None,
            };
            Ok::<_, Reply>(state.callbacks(business, after, limit)?)
        });
        Ok(Reply::ok(&listed.await?.0, &[]))
    };
    listed.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// An empty document.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// `POST /_mock/callbacks/{number}/resend {}`: one more attempt, whatever became of the others.
pub(super) async fn resend(
    State(app): State<Arc<App>>,
    Path(number): Path<i64>,
    request: Request,
) -> Response {
    let resent = async {
        let Nothing {} = read(request, "{}").await?;
        let state = delivery::resend(&app, number)
            .await
            .ok_or_else(|| Reply::business(StatusCode::NOT_FOUND, "CALLBACK NOT FOUND", "A30"))?;
        Ok(Reply::ok(&json!({"number": number, "state": state}), &[]))
    };
    resent.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

const MAX_LIMIT: u32 = 10_000;
