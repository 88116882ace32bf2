//! The journal as HAR 1.2, which browsers' and proxies' tools read.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use http::{HeaderMap, Version, header};
use serde_json::{Value, json};

use super::{
    Direction, JournalEntry,
    mask::{Author, Content, Mask},
    shown::shown_headers,
};
use crate::app::App;

/// What these entries are in HAR 1.2. Of what is masked the same stands there as elsewhere.
pub(crate) fn har(app: &App, mask: &Mask<'_>, entries: &[JournalEntry]) -> Value {
    let entries: Vec<_> = entries.iter().map(|entry| har_entry(app, mask, entry)).collect();
    json!({"log": {
        "version": "1.2",
        "creator": {"name": "doku-mock", "version": env!("CARGO_PKG_VERSION")},
        "entries": entries,
    }})
}

fn har_entry(app: &App, mask: &Mask<'_>, entry: &JournalEntry) -> Value {
    let target = mask.target(&entry.target);
    // Of a request only the path was sent.
    let url = match entry.target.scheme() {
        Some(_) => target,
        None => format!("{}{target}", app.base_url),
    };
    let query = mask.query(entry.target.query().unwrap_or_default());
    let query: Vec<_> =
        query.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    let (asker, author) = entry.direction.authors();
    let mut request = json!({
        "method": entry.method.as_str(),
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": shown_headers(mask, &entry.target, &entry.request_headers, asker),
        "queryString": query,
        "headersSize": -1,
        "bodySize": entry.request_size.map_or(-1, u64::cast_signed),
    });
    if !entry.request_body.is_empty() {
        let headers = &entry.request_headers;
        let content = mask.body(headers, &entry.request_body, Author::Stranger);
        let (text, encoding) = text(content);
        request["postData"] =
            json!({"mimeType": media_type(mask, headers), "params": [], "text": text});
        if let Some(encoding) = encoding {
            request["postData"]["comment"] = json!(format!("text is in {encoding}"));
        }
    }
    let comment = match &entry.direction {
        Direction::Received { operation, .. } => {
            operation.map_or("no operation", |operation| operation.name()).to_owned()
        }
        Direction::Sent { callback, attempt, .. } => {
            format!("callback {callback}, attempt {attempt}")
        }
    };
    json!({
        "startedDateTime": entry.at.to_string(),
        "time": entry.latency_ms,
        "request": request,
        "response": response(mask, entry, author),
        "cache": {},
        "timings": {"send": 0, "wait": entry.latency_ms, "receive": 0},
        "comment": comment,
        "_number": entry.number,
    })
}

fn response(mask: &Mask<'_>, entry: &JournalEntry, author: Author) -> Value {
    let http_version = format!("{:?}", Version::HTTP_11);
    let Some(answer) = &entry.answer else {
        // As browsers tell of a request that nobody answered.
        return json!({
            "status": 0, "statusText": "", "httpVersion": http_version, "cookies": [],
            "headers": [], "content": {"size": 0, "mimeType": "x-unknown"}, "redirectURL": "",
            "headersSize": -1, "bodySize": -1, "comment": "no answer",
        });
    };
    let mut content = json!({"size": answer.size, "mimeType": media_type(mask, &answer.headers)});
    if !answer.body.is_empty() {
        let (text, encoding) = text(mask.body(&answer.headers, &answer.body, author));
        content["text"] = json!(text);
        if let Some(encoding) = encoding {
            content["encoding"] = json!(encoding);
        }
    }
    json!({
        "status": answer.status.as_u16(),
        "statusText": answer.status.canonical_reason().unwrap_or_default(),
        "httpVersion": http_version,
        "cookies": [],
        "headers": shown_headers(mask, &entry.target, &answer.headers, author),
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": answer.size,
    })
}

/// A body as text, and the encoding of that if it has one.
fn text(content: Content) -> (String, Option<&'static str>) {
    let Content { json, text, bytes, withheld, .. } = content;
    match (text, bytes, json) {
        (Some(text), ..) => (text, None),
        (None, Some(bytes), _) => (BASE64.encode(bytes), Some("base64")),
        (None, None, Some(json)) => (json.to_string(), None),
        (None, None, None) => (withheld.unwrap_or_default(), None),
    }
}

fn media_type(mask: &Mask<'_>, headers: &HeaderMap) -> String {
    let told = headers.get(header::CONTENT_TYPE);
    told.map_or("x-unknown".to_owned(), |told| {
        mask.header(&header::CONTENT_TYPE, told.as_bytes(), Author::Stranger)
    })
}
