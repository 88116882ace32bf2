//! The journal, without what was said: bodies and headers hold secrets and personal data.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::Uri;
use serde_json::{Value, json};

use super::{Operation, parameter};
use crate::{
    app::App,
    journal::{Direction, JournalEntry},
    reply::Reply,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/_mock/journal", "journal", "Lists the last exchanges, oldest first", list)
            .query::<u64>("after", "Only those after this number; 0 by default"),
    ]
}

/// `GET /_mock/journal?after=0`: the last exchanges, oldest first.
pub(super) async fn list(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let listed = || {
        let after: u64 = parameter(&uri, "after")?.unwrap_or(0);
        let entries = app.journal.after(after);
        let shown: Vec<_> = entries.iter().map(|entry| shown(entry)).collect();
        Ok(Reply::ok(&shown, &[]))
    };
    listed().unwrap_or_else(|refusal: Reply| refusal).into_response()
}

fn shown(entry: &JournalEntry) -> Value {
    let mut shown = json!({
        "number": entry.number,
        "at": entry.at.to_string(),
        "method": entry.method.as_str(),
        "path": entry.target.path(),
        "status": entry.answer.as_ref().map(|answer| answer.status.as_u16()),
        "latency_ms": entry.latency_ms,
    });
    match &entry.direction {
        Direction::Received { operation, partner, callbacks, .. } => {
            shown["operation"] = json!(operation.map(|operation| operation.name()));
            shown["partner"] = json!(partner);
            shown["caused_callbacks"] = json!(callbacks);
        }
        Direction::Sent { callback } => shown["callback"] = json!(callback),
    }
    shown
}
