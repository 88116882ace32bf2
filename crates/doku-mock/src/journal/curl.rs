//! An exchange as a `curl` command that sends the same again, signed afresh.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use doku_signing::non_snap::Form;
use doku_types::{ClientId, partner::endpoint::Endpoint};
use http::{HeaderMap, header};

use super::{
    Direction, JournalEntry,
    mask::{Author, Content, Mask},
};
use crate::app::App;

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
    command.finish()
}

struct Command<'a> {
    app: &'a App,
    mask: &'a Mask<'a>,
    entry: &'a JournalEntry,
    notes: Vec<String>,
    /// What goes before curl, to its stdin.
    piped: Option<String>,
    words: Vec<String>,
}

impl<'a> Command<'a> {
    fn new(app: &'a App, mask: &'a Mask<'a>, entry: &'a JournalEntry) -> Self {
        let target = mask.target(&entry.target);
        let mut notes = Vec::new();
        if target.contains('‹') {
            notes.push(format!("the URL is not the one of then: parts of it are masked; {SHOW}"));
        }
        let url = match entry.target.scheme() {
            Some(_) => target,
            None => format!("{}{target}", app.base_url),
        };
        // What stands for masked text has spaces.
        let url = url.replace(' ', "%20");
        let mut words = vec![format!("-X {}", quoted(entry.method.as_str())), quoted(&url)];
        if url.contains(['[', ']', '{', '}']) {
            words.insert(0, "--globoff".to_owned());
        }
        if url.contains("/.") {
            // curl would take the dots away, and with them the signature's path.
            words.insert(0, "--path-as-is".to_owned());
        }
        Self { app, mask, entry, notes, piped: None, words }
    }

    fn header(&mut self, name: &str, value: &str) {
        // A colon with nothing after it would leave the header out.
        let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        self.words.push(format!("-H {}", quoted(&header)));
    }

    fn signed(&mut self, request_id: String) {
        let Self { app, mask, entry, .. } = *self;
        let body = self.body();
        let partner = entry.partner().map(ClientId::from);
        let credentials = partner.as_ref().and_then(|partner| app.credentials(partner));
        let mut headers = HeaderMap::new();
        let is_signed = credentials.is_some_and(|credentials| {
            let path = entry.target.path();
            let now = app.clock.now();
            let signed = credentials.sign_request(&entry.method, path, &body, &request_id, now);
            signed.write(&mut headers, Form::Request).is_ok()
        });
        if !is_signed {
            self.notes.push("it is not signed afresh: its partner is not known".to_owned());
        }
        for (name, value) in &headers {
            self.header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        }
        for (name, value) in &entry.request_headers {
            let is_new = headers.contains_key(name);
            if is_new || SET_BY_CURL.contains(&name.as_str()) {
                continue;
            }
            let shown = mask.header(name, value.as_bytes());
            if shown.as_bytes() == value.as_bytes() {
                self.header(name.as_str(), &shown);
            } else {
                self.notes.push(format!("without the header {name}, which is masked; {SHOW}"));
            }
        }
    }

    /// Adds what is sent of the body, and returns it.
    fn body(&mut self) -> Vec<u8> {
        let entry = self.entry;
        let kept = &entry.request_body;
        if kept.is_empty() {
            if entry.request_size != Some(0) {
                self.notes.push("without its body, which was not kept".to_owned());
            }
            return Vec::new();
        }
        if entry.request_size != Some(kept.len() as u64) {
            self.notes.push(format!("the body is the first {} bytes of it", kept.len()));
        }
        if !entry.request_headers.contains_key(header::CONTENT_TYPE) {
            // curl has one of its own for a body.
            self.words.push("-H 'content-type:'".to_owned());
        }
        let content = self.mask.body(&entry.request_headers, kept, Author::Stranger);
        if content.masked {
            self.notes.push(format!("the body is not the one of then: it is masked; {SHOW}"));
        }
        let Content { json, text, bytes, withheld, .. } = content;
        let body = match (text, bytes, json) {
            (Some(text), ..) => text.into_bytes(),
            (None, Some(bytes), _) => bytes.to_vec(),
            (None, None, Some(json)) => json.to_string().into_bytes(),
            (None, None, None) => withheld.unwrap_or_default().into_bytes(),
        };
        match std::str::from_utf8(&body) {
            // `--data-raw`, for with the others an `@` names a file.
            // What steers a terminal, or may get lost on the way through one, is not written as it is.
            Ok(text) if !text.contains(|c: char| c.is_control() && c != '\n') => {
                self.words.push(format!("--data-raw {}", quoted(text)));
            }
            _ => {
                let encoded = BASE64.encode(&body);
                self.piped = Some(format!("printf %s {} | base64 -d", quoted(&encoded)));
                self.words.push("--data-binary @-".to_owned());
            }
        }
        body
    }

    fn upload(&mut self) {
        self.notes.extend([
            "uploads are not kept: set category, code and file as you need them".to_owned(),
            "set TOKEN to a token of Generate Token first".to_owned(),
        ]);
        // In double quotes, for the shell to fill in.
        self.words.push("-H \"Authorization: Bearer $TOKEN\"".to_owned());
        for part in ["category=PHOTO_PROOF", "code=", "file=@photo.png"] {
            self.words.push(format!("-F {}", quoted(part)));
        }
    }

    fn finish(self) -> String {
        let Self { entry, notes, piped, words, .. } = self;
        let mut text = format!("# number {} of the journal, of {}\n", entry.number, entry.at);
        for note in notes {
            // A note never ends its line, whatever it names.
            text.push_str(&format!("# {}\n", note.replace(['\n', '\r'], " ")));
        }
        if let Some(piped) = piped {
            text.push_str(&format!("{piped} | "));
        }
        text.push_str(&format!("curl {}\n", words.join(" \\\n  ")));
        text
    }
}

/// One word for a POSIX shell, whatever stands in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
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
