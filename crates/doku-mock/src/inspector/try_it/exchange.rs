//! What was composed and what came back, as it is shown; and the way there.

use axum::body::Body;
use bytes::Bytes;
use doku_types::partner::endpoint::Endpoint;
use http::{HeaderName, Request, Response};
use maud::{Markup, html};

use super::super::{
    api::{Api, Refusal},
    entry::assumption,
    pieces::{code, http_status},
};
use crate::{
    admin::Composed,
    app::App,
    fault::{Fault, ReplyFaultKind},
    journal::{Direction, Header, JournalEntry, Mask, Query, shown},
};

/// An answer, with the entry of the journal about it, if that is still kept.
pub(super) struct Answered {
    pub(super) response: Response<Bytes>,
    entry: Option<JournalEntry>,
}

/// Sends a request for one of DOKU's operations. The journal knows it again by the value of the header `mark`.
pub(super) async fn send(
    app: &App,
    api: &Api,
    request: Request<impl Into<Body>>,
    mark: &HeaderName,
) -> Answered {
    let after = app.journal.counts().last;
    let marked = request.headers().get(mark).cloned();
    let response = api.send(app, request).await;
    let (entries, _) = app.journal.find(&Query { after, ..Query::default() }, MAX_LOOKED_AT);
    let is_it = |entry: &JournalEntry| {
        let is_received = matches!(entry.direction, Direction::Received { .. });
        is_received && entry.request_headers.get(mark) == marked.as_ref()
    };
    Answered { response, entry: entries.into_iter().find(is_it) }
}

/// What came back. Personal data is masked unless `reveal`; keys and tokens are in any case.
///
/// # Errors
/// What became of it cannot be read.
pub(super) async fn answer(
    app: &App,
    answered: &Answered,
    reveal: bool,
) -> Result<Markup, Refusal> {
    let Answered { response, entry } = answered;
    let (status, headers) = (response.status(), response.headers());
    let mask = Mask::revealing(app, reveal);
    let told = shown(app, &mask, entry.as_slice()).await?.pop();
    let answer = told.as_ref().and_then(|told| told.response.as_ref());
    let answer = answer.map(|answer| lines(&answer.headers));
    let answer = answer.as_deref().map(cut);
    let text = mask.reply(headers, response.body());
    let (text, is_cut) = cut(&text);
    let assumptions = headers.get("doku-mock-assumptions").and_then(|ids| ids.to_str().ok());
    let number = entry.as_ref().map(|entry| entry.number);
    let business = entry.as_ref().and_then(|entry| match &entry.direction {
        Direction::Received { business, .. } => business.as_ref(),
        Direction::Sent { .. } => None,
    });
    Ok(html! {
        h2 { "What came back" }
        dl.facts {
            dt { "Status" }
            dd { (http_status(Some(status.as_u16()))) " " (status.canonical_reason().unwrap_or_default()) }
            @if let Some(ids) = assumptions {
                dt { "Stands on" }
                dd { ul { @for id in ids.split(',') { li { (assumption(id.trim())) } } } }
            }
            @if let Some(told) = told.as_ref().filter(|told| !told.faults.is_empty()) {
                dt { "Faults that struck it" }
                dd { @for fault in &told.faults { span.badge.open { (fault) } " " } }
            }
            @if let Some(number) = number {
                dt { "In the timeline" }
                dd { a href={ "/_mock/ui/exchanges/" (number) } { "number " (number) } }
            }
            @if let Some(id) = business {
                dt { "Business" }
                dd { a href={ "/_mock/ui/businesses/" (id) } { (id) } }
            }
        }
        @if let Some((head, is_cut)) = answer {
            (code("The headers that came back", head))
            @if is_cut { p.hint { "More of them are left out here." } }
        }
        @if text.is_empty() { p { "It has no body." } } @else { (code("The body that came back", text)) }
        @if is_cut { p.hint { "The rest is left out here." } }
        @if text.contains('‹') { p.hint { "‹…› stands for what is masked." } }
    })
}

fn lines(headers: &[Header]) -> String {
    let lines: Vec<_> = headers.iter().map(|of| format!("{}: {}", of.name, of.value)).collect();
    lines.join("\n")
}

/// Says so where a fault is armed that a request from a page does not meet, for it goes over no wire.
pub(super) fn wire_hint(app: &App, operation: Endpoint) -> Markup {
    let faults = app.faults.list();
    let is_armed = faults.values().any(|fault| match fault {
        Fault::Reply(fault) => {
            let is_of_it = fault.operation.is_none_or(|of| of == operation);
            is_of_it && fault.remaining() != Some(0) && is_of_wire(&fault.kind)
        }
        Fault::Callback(_) => false,
    });
    html! { @if is_armed { div.notice { p { (NO_WIRE) " One is armed for this operation." } } } }
}

fn is_of_wire(kind: &ReplyFaultKind) -> bool {
    use ReplyFaultKind::{Drip, ResetAfter, ResetBefore, Truncate, WrongLength};
    matches!(kind, Drip { .. } | ResetAfter | ResetBefore | Truncate(_) | WrongLength(_))
}

/// What was composed.
pub(super) fn composed(app: &App, composed: &Composed) -> Markup {
    let curl = composed.curl(app);
    let (curl, is_cut) = cut(&curl);
    html! {
        h2 { "The string to sign" }
        (code("The string to sign", &composed.string_to_sign()))
        p.hint {
            "These lines, joined by single line feeds, are what the secret key signs, by HMAC-SHA256. "
            @if composed.digest().is_some() {
                "Digest is the SHA-256 of the body's bytes in Base64; the query is in no line."
            } @else {
                "Without a body there is no line for its digest; the query is in no line either."
            }
        }
        h2 { "The request" }
        (code("The request's head", &head(composed)))
        @if let Some(digest) = composed.digest() {
            dl.facts { dt { "Digest of its body" } dd { code { (digest) } } }
        }
        h3 { "The same by curl" }
        @if is_cut {
            p { "The command is too long for a page: ask the API for it, as below the form." }
        } @else {
            (code("The same by curl", curl))
        }
    }
}

fn head(composed: &Composed) -> String {
    let mut head = format!("{} {}", composed.method, composed.uri);
    for (name, value) in composed.headers() {
        head.push_str(&format!("\n{name}: {value}"));
    }
    head
}

/// As much of a text as a page has room for, by its size as HTML; and whether that is not all.
fn cut(text: &str) -> (&str, bool) {
    let mut size = 0;
    for (at, c) in text.char_indices() {
        size += match c {
            '&' | '<' | '>' | '"' => "&quot;".len(),
            _ => c.len_utf8(),
        };
        if size > MAX_SHOWN {
            return (&text[..at], true);
        }
    }
    (text, false)
}

/// What is other than with a program.
pub(super) const NO_WIRE: &str = "Faults of the connection (reset, truncate, wrong-length, drip) reach only a program: use \
                                  the curl command.";
/// The mark of a signed request.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// In how many entries the one of a request is looked for.
const MAX_LOOKED_AT: usize = 100;
/// How much of a text is shown, in bytes of HTML.
const MAX_SHOWN: usize = 48 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_what_it_takes_as_html() {
        let quotes = "\"".repeat(MAX_SHOWN);
        assert_eq!((cut(&quotes).0.len(), cut(&quotes).1), (MAX_SHOWN / 6, true));
        assert_eq!(cut("é<"), ("é<", false));
        let wide = "é".repeat(MAX_SHOWN);
        assert_eq!(cut(&wide).0.len(), MAX_SHOWN);
    }
}
