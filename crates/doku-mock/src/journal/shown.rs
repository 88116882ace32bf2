//! An entry as people and programs see it.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use http::{HeaderMap, Uri};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{
    BusinessState, Diagnosis, Direction, JournalEntry, Verdict,
    mask::{Author, Content, Mask},
    record::MAX_KEPT_BODY,
};
use crate::{
    app::App,
    callback::{Attempt, CallbackRecord, DeliveryState},
    explanation::DIAGNOSIS,
    reply::Reply,
};

/// One exchange.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Shown {
    /// Counts up from 1.
    pub(crate) number: u64,
    /// When it began, by the engine's clock, as RFC 3339.
    pub(crate) at: String,
    /// `received` by the mock, or `sent` by it.
    pub(crate) direction: &'static str,
    /// The request's method.
    pub(crate) method: String,
    /// The path of its target.
    pub(crate) path: String,
    /// Its whole target: path and query, of a callback the URL.
    pub(crate) target: String,
    /// The HTTP status of the answer; null if none came.
    pub(crate) status: Option<u16>,
    /// How long it took, in milliseconds of the machine's clock.
    pub(crate) latency_ms: u64,
    /// The operation, by DOKU's name; null of a callback, and if the request was for none.
    pub(crate) operation: Option<&'static str>,
    /// The partner: of a request the one who proved to have sent it.
    pub(crate) partner: Option<String>,
    /// The `BSN-` id of the business that it is about.
    pub(crate) business: Option<String>,
    /// What became of a request; null of a callback.
    pub(crate) verdict: Option<Verdict>,
    /// Why it was refused, if that was by its headers, its signature or its bearer.
    pub(crate) diagnosis: Option<Diagnosis>,
    /// The assumptions on which the reply stands, by their ids in the ledger.
    pub(crate) assumptions: Vec<String>,
    /// The faults on demand that struck it.
    pub(crate) faults: Vec<String>,
    /// How the business stood before; null if nothing was changed, or it was made.
    pub(crate) before: Option<BusinessState>,
    /// How the business stood afterwards; null if nothing was changed.
    pub(crate) after: Option<BusinessState>,
    /// The numbers of the callbacks that it caused.
    pub(crate) caused_callbacks: Vec<i64>,
    /// What became of them by now: of those that are still stored, the first 1000 of an answer.
    pub(crate) callbacks: Vec<Caused>,
    /// The number of the callback that was sent; null of a request.
    pub(crate) callback: Option<i64>,
    /// Which attempt at that callback this was, from 1.
    pub(crate) attempt: Option<u32>,
    /// What was asked.
    pub(crate) request: Message,
    /// What was answered; null if nothing was.
    pub(crate) response: Option<Message>,
}

/// One side of an exchange.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Message {
    /// Names in lower case, in the order of the wire as far as that is known.
    pub(crate) headers: Vec<Header>,
    /// How long its body was, in bytes; null if that is not known.
    pub(crate) size: Option<u64>,
    /// How much of the body is kept, in bytes: 64 KiB at most, of an upload nothing.
    pub(crate) kept: usize,
    /// Whether anything of the body is replaced or left out for what it may hold.
    pub(crate) masked: bool,
    /// The body, if it is JSON and was kept whole.
    pub(crate) json: Option<Value>,
    /// The very body, if it may be shown and is text.
    pub(crate) text: Option<String>,
    /// The very body in Base64, if it may be shown and is no text.
    pub(crate) base64: Option<String>,
    /// What stands for a body that is not shown.
    pub(crate) withheld: Option<String>,
}

/// One header.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Header {
    /// In lower case.
    pub(crate) name: String,
    /// As it was, or what stands for it.
    pub(crate) value: String,
}

/// A callback that a request caused.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Caused {
    /// Its number.
    pub(crate) number: i64,
    /// Its type.
    #[serde(rename = "type")]
    pub(crate) callback_type: String,
    /// The status that it tells.
    pub(crate) status: String,
    /// How far it is: `pending`, `delivered`, `exhausted`, `blocked` or `dropped`.
    pub(crate) state: &'static str,
    /// What was tried, in order.
    pub(crate) attempts: Vec<Tried>,
}

/// An attempt at a callback.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Tried {
    /// When, by the engine's clock, as RFC 3339.
    pub(crate) at: String,
    /// The HTTP status answered; null if none was.
    pub(crate) status: Option<u16>,
    /// Why there was no answer.
    pub(crate) error: Option<String>,
    /// How long it took, in milliseconds of the machine's clock.
    pub(crate) latency_ms: u64,
    /// Whether it was asked for by hand.
    pub(crate) by_hand: bool,
}

/// Entries as they are shown, with what has become of the callbacks that they caused.
pub(crate) async fn shown(
    app: &App,
    mask: &Mask<'_>,
    entries: &[JournalEntry],
) -> Result<Vec<Shown>, Reply> {
    let caused = entries.iter().flat_map(|entry| match &entry.direction {
        Direction::Received { callbacks, .. } => callbacks.clone(),
        Direction::Sent { .. } => Vec::new(),
    });
    let caused: Vec<_> = caused.take(MAX_CAUSED).collect();
    let records = match caused.is_empty() {
        true => HashMap::new(),
        false => {
            let read = app.store.run(move |state| {
                let mut records = HashMap::new();
                for number in caused {
                    let found = state.callbacks(None, number - 1, 1)?.pop();
                    records.extend(found.filter(|r| r.number == number).map(|r| (number, r)));
                }
                Ok::<_, Reply>(records)
            });
            read.await?.0
        }
    };
    Ok(entries.iter().map(|entry| Shown::of(entry, mask, &records)).collect())
}

impl Shown {
    fn of(entry: &JournalEntry, mask: &Mask<'_>, records: &HashMap<i64, CallbackRecord>) -> Self {
        let (asker, author) = entry.direction.authors();
        let request = Message::of(
            shown_headers(mask, &entry.target, &entry.request_headers, asker),
            mask.body(&entry.request_headers, &entry.request_body, Author::Stranger),
            (entry.request_body.len(), entry.request_size),
        );
        let response = entry.answer.as_ref().map(|answer| {
            let content = mask.body(&answer.headers, &answer.body, author);
            let headers = shown_headers(mask, &entry.target, &answer.headers, author);
            Message::of(headers, content, (answer.body.len(), Some(answer.size)))
        });
        let mut shown = Self {
            number: entry.number,
            at: entry.at.to_string(),
            direction: "sent",
            method: entry.method.as_str().to_owned(),
            path: mask.path(entry.target.path()),
            target: mask.target(&entry.target),
            status: entry.answer.as_ref().map(|answer| answer.status.as_u16()),
            latency_ms: entry.latency_ms,
            operation: entry.operation().map(|operation| operation.name()),
            partner: None,
            business: None,
            verdict: None,
            diagnosis: None,
            assumptions: Vec::new(),
            faults: entry.faults.clone(),
            before: None,
            after: None,
            caused_callbacks: Vec::new(),
            callbacks: Vec::new(),
            callback: None,
            attempt: None,
            request,
            response,
        };
        match &entry.direction {
            Direction::Sent { callback, partner, business, attempt } => {
                shown.partner = Some(partner.to_string());
                shown.business = Some(business.to_string());
                (shown.callback, shown.attempt) = (Some(*callback), Some(*attempt));
            }
            Direction::Received {
                partner,
                callbacks,
                explanation,
                verdict,
                business,
                before,
                after,
                ..
            } => {
                shown.direction = "received";
                shown.partner = partner.as_ref().map(ToString::to_string);
                shown.business = business.as_ref().map(ToString::to_string);
                shown.verdict = Some(*verdict);
                let diagnosis = |of| Diagnosis::of(of, mask, &entry.target);
                shown.diagnosis = explanation.as_ref().map(diagnosis);
                shown.assumptions = entry.assumptions().into_iter().map(str::to_owned).collect();
                shown.before = before.as_deref().cloned();
                shown.after = after.as_deref().cloned();
                shown.caused_callbacks.clone_from(callbacks);
                let known = callbacks.iter().filter_map(|number| records.get(number));
                shown.callbacks = known.map(Caused::of).collect();
            }
        }
        shown
    }
}

impl Message {
    fn of(headers: Vec<Header>, content: Content, (kept, size): (usize, Option<u64>)) -> Self {
        let Content { json, text, bytes, withheld, masked } = content;
        let is_left_out = kept == 0 && size != Some(0);
        let not_kept = is_left_out.then(|| match size {
            Some(size) => format!("‹{size} bytes, not kept›"),
            None => "‹not kept›".to_owned(),
        });
        let cut = (kept == MAX_KEPT_BODY && size != Some(kept as u64) && withheld.is_none())
            .then(|| format!("‹all beyond {kept} bytes›"));
        Self {
            headers,
            size,
            kept,
            masked,
            json,
            text,
            base64: bytes.map(|bytes| BASE64.encode(bytes)),
            withheld: withheld.or(not_kept).or(cut),
        }
    }
}

/// The headers of a request to this target, or of its answer.
pub(super) fn shown_headers(
    mask: &Mask<'_>,
    target: &Uri,
    headers: &HeaderMap,
    author: Author,
) -> Vec<Header> {
    let shown = headers.iter().map(|(name, value)| Header {
        name: name.as_str().to_owned(),
        value: match name.as_str() {
            DIAGNOSIS if author == Author::Mock => {
                mask.diagnosis(&String::from_utf8_lossy(value.as_bytes()), target)
            }
            _ => mask.header(name, value.as_bytes(), author),
        },
    });
    shown.collect()
}

impl Caused {
    fn of(record: &CallbackRecord) -> Self {
        let tried = |attempt: &Attempt| Tried {
            at: attempt.at.to_string(),
            status: attempt.status,
            error: attempt.error.clone(),
            latency_ms: attempt.latency_ms,
            by_hand: attempt.by_hand,
        };
        Self {
            number: record.number,
            callback_type: record.callback.callback_type.as_str().to_owned(),
            status: record.callback.status.as_str().to_owned(),
            state: match record.state {
                DeliveryState::Pending => "pending",
                DeliveryState::Delivered => "delivered",
                DeliveryState::Exhausted => "exhausted",
                DeliveryState::Blocked => "blocked",
                DeliveryState::Dropped => "dropped",
            },
            attempts: record.attempts.iter().map(tried).collect(),
        }
    }
}

/// Of how many callbacks it is told at once what became of them.
const MAX_CAUSED: usize = 1000;
