//! An exchange as a `curl` command that sends the same again, signed afresh.

use doku_signing::non_snap::Form;
use doku_types::{ClientId, partner::endpoint::Endpoint};
use http::{HeaderMap, Uri, header, uri::PathAndQuery};

use super::{
    Direction, JournalEntry,
    mask::{Author, Content, Mask},
};
use crate::{app::App, curl::Curl};

/// The command for a POSIX shell, after lines that say in what it differs from what was sent.
pub(crate) fn curl(app: &App, mask: &Mask<'_>, entry: &JournalEntry) -> String {
    let mut command = Command::new(app, mask, entry);
    match (&entry.direction, entry.operation()) {
        (_, Some(Endpoint::UploadFile)) => command.upload(),
        (Direction::Received { .. }, _) => command.signed(fresh_id()),
        (Direction::Sent { .. }, _) => {
            // The receiver is to know it again (A06).
            let id = entry.request_headers.get("request-id").and_then(|id| id.to_str().ok());
            command.signed(id.unwrap_or_default().to_owned());
        }
    }
    command.curl.finish()
}

struct Command<'a> {
    app: &'a App,
    mask: &'a Mask<'a>,
    entry: &'a JournalEntry,
    curl: Curl,
}

impl<'a> Command<'a> {
    fn new(app: &'a App, mask: &'a Mask<'a>, entry: &'a JournalEntry) -> Self {
        let (target, url) = match entry.direction {
            // Wherever a stranger says that it was sent to: it is signed afresh, and goes to the mock alone.
            Direction::Received { .. } => {
                let target = entry.target.path_and_query().cloned();
                let target = target.unwrap_or_else(|| PathAndQuery::from_static("/"));
                let target = mask.target(&Uri::from(target));
                (target.clone(), format!("{}{target}", app.base_url))
            }
            Direction::Sent { .. } => {
                let target = mask.target(&entry.target);
                (target.clone(), target)
            }
        };
        // What stands for masked text has spaces.
        let mut curl = Curl::new(entry.method.as_str(), &url.replace(' ', "%20"));
        curl.note(format!("number {} of the journal, of {}", entry.number, entry.at));
        if target.contains('‹') {
            curl.note(format!("the URL is not the one of then: parts of it are masked; {SHOW}"));
        }
        Self { app, mask, entry, curl }
    }

    fn signed(&mut self, request_id: String) {
        let Self { app, mask, entry, .. } = *self;
        let body = self.body();
        let partner = entry.partner().map(ClientId::from);
        let credentials = partner.as_ref().and_then(|partner| app.credentials(partner));
        let (author, _) = entry.direction.authors();
        let mut headers = HeaderMap::new();
        let is_signed = credentials.is_some_and(|credentials| {
            let path = entry.target.path();
            let now = app.clock.now();
            let signed = credentials.sign_request(&entry.method, path, &body, &request_id, now);
            signed.write(&mut headers, Form::Request).is_ok()
        });
        if !is_signed {
            self.curl.note("it is not signed afresh: its partner is not known");
        }
        for (name, value) in &headers {
            self.curl.header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        }
        for (name, value) in &entry.request_headers {
            let is_new = headers.contains_key(name);
            if is_new || SET_BY_CURL.contains(&name.as_str()) {
                continue;
            }
            let shown = mask.header(name, value.as_bytes(), author);
            if shown.as_bytes() == value.as_bytes() {
                self.curl.header(name.as_str(), &shown);
            } else {
                self.curl.note(format!("without the header {name}, which is masked; {SHOW}"));
            }
        }
    }

    /// Adds what is sent of the body, and returns it.
    fn body(&mut self) -> Vec<u8> {
        let entry = self.entry;
        let kept = &entry.request_body;
        if kept.is_empty() {
            if entry.request_size != Some(0) {
                self.curl.note("without its body, which was not kept");
            }
            return Vec::new();
        }
        if entry.request_size != Some(kept.len() as u64) {
            self.curl.note(format!("the body is the first {} bytes of it", kept.len()));
        }
        if !entry.request_headers.contains_key(header::CONTENT_TYPE) {
            // curl has one of its own for a body.
            self.curl.without_content_type();
        }
        let content = self.mask.body(&entry.request_headers, kept, Author::Stranger);
        if content.masked {
            self.curl.note(format!("the body is not the one of then: it is masked; {SHOW}"));
        }
        let Content { json, text, bytes, withheld, .. } = content;
        let body = match (text, bytes, json) {
            (Some(text), ..) => text.into_bytes(),
            (None, Some(bytes), _) => bytes.to_vec(),
            (None, None, Some(json)) => json.to_string().into_bytes(),
            (None, None, None) => withheld.unwrap_or_default().into_bytes(),
        };
        self.curl.body(&body);
        body
    }

    fn upload(&mut self) {
        self.curl.note("uploads are not kept: set category, code and file as you need them");
        self.curl.upload();
    }
}

/// Not of the engine's seed: looking at the journal changes nothing.
fn fresh_id() -> String {
    format!("again-{:032x}", fastrand::u128(..))
}

/// Also what belongs to the signature of then, should nobody have signed afresh.
const SET_BY_CURL: &[&str] = &[
    "accept",
    "accept-encoding",
    "client-id",
    "connection",
    "content-length",
    "digest",
    "expect",
    "host",
    "request-id",
    "request-timestamp",
    "signature",
    "transfer-encoding",
    "user-agent",
];
const SHOW: &str = "--show-personal-data or reveal=true shows it";
