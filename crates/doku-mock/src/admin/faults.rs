//! Faults: what goes wrong with callbacks, on demand.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Operation, clock::duration, read};
use crate::{
    app::App,
    fault::{CallbackFault, FaultKind},
    reply::Reply,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/_mock/faults", "faults", "Lists the armed faults", list),
        Operation::post("/_mock/faults", "armFault", "Arms a fault", arm)
            .takes::<Arm>(r#"{"callback":"drop","times":1}"#),
        Operation::delete("/_mock/faults", "disarmFaults", "Disarms all faults", clear),
    ]
}

/// `GET /_mock/faults`.
pub(super) async fn list(State(app): State<Arc<App>>) -> Response {
    let faults = app.faults.list();
    let listed: Vec<_> = faults.iter().map(|(number, fault)| shown(*number, fault)).collect();
    Reply::ok(&listed, &[]).into_response()
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arm {
    callback: String,
    by: Option<String>,
    #[serde(rename = "type")]
    callback_type: Option<String>,
    times: Option<u32>,
}

/// `POST /_mock/faults {"callback":"delay","by":"30m","type":"BUSINESS","times":1}`; `callback` is
/// `duplicate`, `reorder`, `delay` or `drop`, `type` and `times` are optional.
pub(super) async fn arm(State(app): State<Arc<App>>, request: Request) -> Response {
    let armed = async {
        let refusal = |message: &str| Reply::business(StatusCode::BAD_REQUEST, message, "A30");
        let arm: Arm = read(request, r#"{"callback":"drop","times":1}"#).await?;
        let kind = match (arm.callback.as_str(), arm.by) {
            ("duplicate", None) => FaultKind::Duplicate,
            ("reorder", None) => FaultKind::Reorder,
            ("drop", None) => FaultKind::Drop,
            ("delay", Some(by)) => FaultKind::Delay(duration(&by)?),
            ("delay", None) => return Err(refusal("by is missing: give 30m, say")),
            ("duplicate" | "reorder" | "drop", Some(_)) => {
                return Err(refusal("by goes with delay alone"));
            }
            _ => return Err(refusal("callback is none of duplicate, reorder, delay and drop")),
        };
        let mut fault = CallbackFault::new(kind);
        fault.callback_type = arm.callback_type.map(|code| code.as_str().into());
        if fault.callback_type.as_ref().is_some_and(|code| !code.is_known()) {
            return Err(refusal("type is no type of callback"));
        }
        fault.times = arm.times;
        let number = app.faults.arm(fault.clone());
        let number = number.map_err(|error| refusal(&format!("{error}: DELETE /_mock/faults")))?;
        Ok(Reply::ok(&shown(number, &fault), &[]))
    };
    armed.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// `DELETE /_mock/faults`: disarms all.
pub(super) async fn clear(State(app): State<Arc<App>>) -> Response {
    app.faults.clear();
    Reply::ok(&json!([]), &[]).into_response()
}

fn shown(number: u64, fault: &CallbackFault) -> Value {
    let (kind, by) = match fault.kind {
        FaultKind::Duplicate => ("duplicate", None),
        FaultKind::Reorder => ("reorder", None),
        FaultKind::Drop => ("drop", None),
        FaultKind::Delay(by) => ("delay", jiff::SignedDuration::try_from(by).ok()),
    };
    json!({
        "number": number,
        "callback": kind,
        "by": by.map(|by| format!("{by:#}")),
        "type": fault.callback_type,
        "times": fault.times,
        "happened": fault.happened,
    })
}
