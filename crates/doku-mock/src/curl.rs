//! A `curl` command that sends a request.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};

/// A command for a POSIX shell, in the making.
pub(crate) struct Curl {
    notes: Vec<String>,
    /// What goes before curl, to its stdin.
    piped: Option<String>,
    words: Vec<String>,
}

impl Curl {
    /// A command for a request of this method to this URL.
    pub(crate) fn new(method: &str, url: &str) -> Self {
        let mut words = vec![format!("-X {}", quoted(method)), quoted(url)];
        if url.contains(['[', ']', '{', '}']) {
            words.insert(0, "--globoff".to_owned());
        }
        if url.contains("/.") {
            // curl would take the dots away, and with them the signature's path.
            words.insert(0, "--path-as-is".to_owned());
        }
        Self { notes: Vec::new(), piped: None, words }
    }

    /// A line that is read by people, before the command.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// One more header.
    pub(crate) fn header(&mut self, name: &str, value: &str) {
        // A colon with nothing after it would leave the header out.
        let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        self.words.push(format!("-H {}", quoted(&header)));
    }

    /// Keeps curl from naming a media type of its own for the body.
    pub(crate) fn without_content_type(&mut self) {
        self.words.push("-H 'content-type:'".to_owned());
    }

    /// The body, to the byte.
    pub(crate) fn body(&mut self, body: &[u8]) {
        match std::str::from_utf8(body) {
            // `--data-raw`, for with the others an `@` names a file.
            // What steers a terminal, or may get lost on the way through one, is not written as it is.
            Ok(text) if !text.contains(|c: char| c.is_control() && c != '\n') => {
                self.words.push(format!("--data-raw {}", quoted(text)));
            }
            _ => {
                let encoded = BASE64.encode(body);
                self.piped = Some(format!("printf %s {} | base64 -d", quoted(&encoded)));
                self.words.push("--data-binary @-".to_owned());
            }
        }
    }

    /// The parts of an upload, for whoever copies it to set; its token is in the shell's `TOKEN`.
    pub(crate) fn upload(&mut self) {
        self.note("set TOKEN to a token of Generate Token first");
        // In double quotes, for the shell to fill in.
        self.words.push("-H \"Authorization: Bearer $TOKEN\"".to_owned());
        for part in ["category=PHOTO_PROOF", "code=", "file=@photo.png"] {
            self.words.push(format!("-F {}", quoted(part)));
        }
    }

    /// The notes as comments, then the command.
    pub(crate) fn finish(self) -> String {
        let Self { notes, piped, words } = self;
        let mut text = String::new();
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
