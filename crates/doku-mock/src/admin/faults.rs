//! Faults: what goes wrong with callbacks and replies, on demand.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use doku_types::{ClientId, code::CallbackType};
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Operation, clock::duration, read};
use crate::{
    app::App,
    fault::{CallbackFault, Fault, FaultError, FaultKind, ReplyFault, ReplyFaultKind},
    reply::Reply,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/_mock/faults", "faults", "Lists the armed faults", list)
            .gives::<Vec<Shown>>(),
        Operation::post("/_mock/faults", "armFault", "Arms a fault of callbacks or replies", arm)
            .takes::<Arm>(EXAMPLE)
            .gives::<Shown>(),
        Operation::delete("/_mock/faults", "disarmFaults", "Disarms all faults", clear)
            .gives::<Vec<Shown>>(),
        Operation::delete(
            "/_mock/faults/{number}",
            "disarmFault",
            "Disarms one fault; answers with it as it was",
            disarm,
        )
        .gives::<Shown>(),
    ]
}

/// `GET /_mock/faults`.
pub(super) async fn list(State(app): State<Arc<App>>) -> Response {
    let faults = app.faults.list();
    let listed: Vec<_> = faults.iter().map(|(number, fault)| shown(*number, fault)).collect();
    Reply::ok(&listed, &[]).into_response()
}

/// A fault to arm: one of `fault`, `callback` and `reply`, and what goes with it.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arm {
    /// The whole fault as one text: `reset.after;operation=business-registration;times=1`.
    fault: Option<String>,
    /// Of callbacks: `duplicate`, `reorder`, `delay` or `drop`.
    callback: Option<String>,
    /// Of replies: `status`, `delay`, `drip`, `truncate`, `wrong-length`, `reset.before`, `reset.after`, `unsigned`,
    /// `wrong-signature` or `skew`.
    reply: Option<String>,
    /// A duration such as `30m` or `1h30m`: how long a `delay` is, the pause of a `drip`, how far a `skew` is
    /// ahead, or with a minus behind.
    by: Option<String>,
    /// The status of `status`, from 400 to 599.
    status: Option<u16>,
    /// The code of a `status` in the gateway's form, such as `invalid_signature`.
    code: Option<String>,
    /// The header `Retry-After` of a `status`, as a duration.
    retry_after: Option<String>,
    /// How many bytes a `drip` has at once, `truncate` leaves of the body, `wrong-length` is off.
    bytes: Option<i64>,
    /// Only callbacks of this type.
    #[serde(rename = "type")]
    callback_type: Option<String>,
    /// Only replies of this operation, by DOKU's name or in kebab case.
    operation: Option<String>,
    /// Only replies to this client id.
    partner: Option<String>,
    /// From the nth call on, counted from 1.
    nth: Option<u32>,
    /// So many times, then no more.
    times: Option<u32>,
    /// Each time with this probability, from 0 to 1.
    probability: Option<f64>,
}

/// `POST /_mock/faults {"callback":"delay","by":"30m","type":"BUSINESS","times":1}`, or `{"reply":…}`, or
/// `{"fault":TEXT}`.
pub(super) async fn arm(State(app): State<Arc<App>>, request: Request) -> Response {
    let armed = async {
        let fault = read::<Arm>(&app, request, EXAMPLE).await?.fault()?;
        let number = app.faults.arm(fault.clone());
        let number = number.map_err(|error| refusal(&format!("{error}: DELETE /_mock/faults")))?;
        Ok(Reply::ok(&shown(number, &fault), &[]))
    };
    armed.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// `DELETE /_mock/faults`: disarms all.
pub(super) async fn clear(State(app): State<Arc<App>>) -> Response {
    app.faults.clear(None);
    Reply::ok(&Vec::<Shown>::new(), &[]).into_response()
}

/// `DELETE /_mock/faults/{number}`.
pub(super) async fn disarm(State(app): State<Arc<App>>, Path(number): Path<String>) -> Response {
    let number: Option<u64> = number.parse().ok();
    let fault = number.and_then(|number| Some((number, app.faults.list().remove(&number)?)));
    match fault {
        Some((number, fault)) if app.faults.disarm(number) => {
            Reply::ok(&shown(number, &fault), &[]).into_response()
        }
        _ => Reply::business(StatusCode::NOT_FOUND, "FAULT NOT FOUND", "A30").into_response(),
    }
}

impl Arm {
    fn fault(self) -> Result<Fault, Reply> {
        let no_text = |error: FaultError| refusal(&error.to_string());
        match (&self.fault, &self.callback, &self.reply) {
            (None, Some(_), None) => self.callback().map(Fault::Callback),
            (None, None, Some(_)) => self.reply_text()?.parse().map_err(no_text),
            (Some(text), None, None) => {
                let fault = text.parse().map_err(no_text)?;
                let alone = self.by.is_none() && self.reply_text()?.is_empty();
                let alone = alone && self.callback_type.is_none();
                alone
                    .then_some(fault)
                    .ok_or_else(|| refusal("fault stands alone: say all in its text"))
            }
            _ => Err(refusal("give one of fault, callback and reply")),
        }
    }

    fn callback(self) -> Result<CallbackFault, Reply> {
        let kind = match (self.callback.as_deref(), &self.by) {
            (Some("duplicate"), None) => FaultKind::Duplicate,
            (Some("reorder"), None) => FaultKind::Reorder,
            (Some("drop"), None) => FaultKind::Drop,
            (Some("delay"), Some(by)) => FaultKind::Delay(duration(by)?),
            (Some("delay"), None) => return Err(refusal("by is missing: give 30m, say")),
            (Some("duplicate" | "reorder" | "drop"), Some(_)) => {
                return Err(refusal("by goes with delay alone"));
            }
            _ => return Err(refusal("callback is none of duplicate, reorder, delay and drop")),
        };
        let mut fault = CallbackFault::new(kind);
        let times = self.times;
        fault.callback_type = self.callback_type.as_deref().map(CallbackType::from);
        if fault.callback_type.as_ref().is_some_and(|code| !code.is_known()) {
            return Err(refusal("type is no type of callback"));
        }
        let rest = Self { callback: None, by: None, callback_type: None, times: None, ..self };
        if !rest.reply_text()?.is_empty() {
            return Err(refusal("a callback's fault takes by, type and times alone"));
        }
        fault.times = times;
        Ok(fault)
    }

    /// The same as one text, which has one parser.
    fn reply_text(&self) -> Result<String, Reply> {
        let name = self.reply.as_deref().unwrap_or_default();
        let bytes = self.bytes.map(|bytes| bytes.to_string());
        let status = self.status.map(|status| status.to_string());
        let (value, bytes) = match name {
            "truncate" | "wrong-length" => (bytes, None),
            "status" => (status.clone(), bytes),
            _ => (self.by.clone(), bytes),
        };
        if name == "status" && status.is_none() {
            return Err(refusal("status is missing: give 503, say"));
        }
        let stray = match name {
            "" => false,
            "status" | "truncate" | "wrong-length" => self.by.is_some(),
            _ => false,
        };
        if stray || (name != "status" && status.is_some()) {
            return Err(refusal("by goes with delay, drip and skew, status with status alone"));
        }
        let limits = [
            ("bytes", bytes),
            ("code", self.code.clone()),
            ("retry-after", self.retry_after.clone()),
            ("type", self.callback_type.clone().filter(|_| self.reply.is_some())),
            ("operation", self.operation.clone()),
            ("partner", self.partner.clone()),
            ("nth", self.nth.map(|nth| nth.to_string())),
            ("times", self.times.map(|times| times.to_string())),
            ("probability", self.probability.map(|probability| probability.to_string())),
        ];
        let mut text = name.to_owned();
        if let Some(value) = &value
            && !name.is_empty()
        {
            text = format!("{text}={value}");
        }
        for (key, value) in limits {
            if let Some(value) = value {
                if value.contains(';') {
                    return Err(refusal(&format!("{key} is not readable")));
                }
                text = format!("{text};{key}={value}");
            }
        }
        if name.contains([';', '=']) || value.is_some_and(|value| value.contains(';')) {
            return Err(refusal("reply or by is not readable"));
        }
        Ok(text)
    }
}

/// An armed fault.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Shown {
    Callback(ShownCallback),
    Reply(Box<ShownReply>),
}

/// An armed fault of callbacks.
#[derive(Serialize, JsonSchema)]
struct ShownCallback {
    /// By which it is disarmed.
    number: u64,
    /// `duplicate`, `reorder`, `delay` or `drop`.
    callback: &'static str,
    /// How long a `delay` is.
    by: Option<String>,
    /// Only callbacks of this type.
    #[serde(rename = "type")]
    callback_type: Option<String>,
    /// How many times in all; without end if null.
    times: Option<u32>,
    /// How many times more it can happen; without end if null.
    remaining: Option<u32>,
    /// How many times it has happened.
    happened: u32,
    /// All of it as one text, which arms the same again.
    fault: String,
}

/// An armed fault of replies.
#[derive(Serialize, JsonSchema)]
struct ShownReply {
    /// By which it is disarmed.
    number: u64,
    /// Its kind.
    reply: &'static str,
    /// All of it as one text, which arms the same again.
    fault: String,
    /// Only replies of this operation, by DOKU's name.
    operation: Option<&'static str>,
    /// Only replies to this client id.
    partner: Option<String>,
    /// From which call on, counted from 1.
    nth: Option<u32>,
    /// How many times in all; without end if null.
    times: Option<u32>,
    /// How many times more it can happen; without end if null.
    remaining: Option<u32>,
    /// How probable it is each time, from 0 to 1; certain if null.
    probability: Option<f64>,
    /// How many times it has happened.
    happened: u32,
    #[serde(flatten)]
    details: Details,
}

/// What a kind has of its own.
#[derive(Default, Serialize, JsonSchema)]
struct Details {
    /// How long a `delay` is, the pause of a `drip`, how far a `skew` is ahead.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// The status of `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// The code of a `status` in the gateway's form.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// The header `Retry-After` of a `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<String>,
    /// How many bytes a `drip` has at once, `truncate` leaves of the body, `wrong-length` is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<i64>,
}

fn shown(number: u64, fault: &Fault) -> Shown {
    match fault {
        Fault::Callback(of) => Shown::Callback(shown_callback(number, of, fault.text())),
        Fault::Reply(of) => Shown::Reply(Box::new(shown_reply(number, of, fault.text()))),
    }
}

fn shown_callback(number: u64, fault: &CallbackFault, text: String) -> ShownCallback {
    let (callback, by) = match fault.kind {
        FaultKind::Duplicate => ("duplicate", None),
        FaultKind::Reorder => ("reorder", None),
        FaultKind::Drop => ("drop", None),
        FaultKind::Delay(by) => ("delay", Some(by)),
    };
    ShownCallback {
        number,
        callback,
        by: by.and_then(written),
        callback_type: fault.callback_type.as_ref().map(ToString::to_string),
        times: fault.anew().times,
        remaining: fault.times,
        happened: fault.happened,
        fault: text,
    }
}

fn shown_reply(number: u64, fault: &ReplyFault, text: String) -> ShownReply {
    let mut details = Details::default();
    match &fault.kind {
        ReplyFaultKind::Status { status, code, retry_after } => {
            details.status = Some(status.as_u16());
            details.code = code.as_ref().map(ToString::to_string);
            details.retry_after = retry_after.and_then(written);
        }
        ReplyFaultKind::Delay(by) => details.by = written(*by),
        ReplyFaultKind::Drip { bytes, pause } => {
            (details.by, details.bytes) = (written(*pause), Some((*bytes).into()));
        }
        ReplyFaultKind::Truncate(at) => details.bytes = at.map(Into::into),
        ReplyFaultKind::WrongLength(off) => details.bytes = Some((*off).into()),
        ReplyFaultKind::Skew(seconds) => {
            details.by = Some(format!("{:#}", jiff::SignedDuration::from_secs((*seconds).into())));
        }
        ReplyFaultKind::ResetBefore
        | ReplyFaultKind::ResetAfter
        | ReplyFaultKind::Unsigned
        | ReplyFaultKind::WrongSignature => {}
    }
    ShownReply {
        number,
        reply: fault.kind.name(),
        fault: text,
        operation: fault.operation.map(|operation| operation.name()),
        partner: fault.partner.as_ref().map(ClientId::to_string),
        nth: fault.nth,
        times: fault.times,
        remaining: fault.remaining(),
        probability: fault.probability,
        happened: fault.happened,
        details,
    }
}

fn written(by: std::time::Duration) -> Option<String> {
    jiff::SignedDuration::try_from(by).ok().map(|by| format!("{by:#}"))
}

fn refusal(message: &str) -> Reply {
    Reply::business(StatusCode::BAD_REQUEST, message, "A30")
}

const EXAMPLE: &str = r#"{"callback":"drop","times":1}"#;
