//! An answer, right unless a story wants it wrong.

use doku_partner::Credentials;
use doku_signing::non_snap::Form;
use http::HeaderMap;

use crate::{
    call::{CLIENT_ID, KEY, start},
    host::Came,
};

#[derive(Clone)]
pub(crate) struct Answer {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: String,
    signed: Option<Signed>,
    length: Length,
}

/// By whom, and for which request if not the one it answers.
#[derive(Clone)]
struct Signed {
    credentials: Credentials,
    request_id: Option<&'static str>,
}

#[derive(Clone, Copy)]
enum Length {
    Right,
    Said(usize),
    Chunked,
}

impl Answer {
    pub(crate) fn new(status: &'static str, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), signed: None, length: Length::Right }
    }

    /// HTTP 200, not signed.
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::new("200 OK", body)
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn signed(self) -> Self {
        self.signed_by(Credentials::new(CLIENT_ID, KEY))
    }

    pub(crate) fn signed_by(mut self, credentials: Credentials) -> Self {
        self.signed = Some(Signed { credentials, request_id: None });
        self
    }

    /// Signed rightly, as the answer to another request.
    pub(crate) fn signed_for(mut self, request_id: &'static str) -> Self {
        let credentials = Credentials::new(CLIENT_ID, KEY);
        self.signed = Some(Signed { credentials, request_id: Some(request_id) });
        self
    }

    /// With this `Content-Length`, right or not.
    pub(crate) fn length(mut self, length: usize) -> Self {
        self.length = Length::Said(length);
        self
    }

    pub(crate) fn chunked(mut self) -> Self {
        self.length = Length::Chunked;
        self
    }

    /// What is written.
    pub(crate) fn bytes(&self, came: &Came) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {}\r\nContent-Type: application/json\r\n", self.status);
        let mut line = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
        for (name, value) in &self.headers {
            line(name, value);
        }
        if let Some(signed) = &self.signed {
            let id = signed.request_id.unwrap_or_else(|| came.header("request-id"));
            let path = came.target.split('?').next().unwrap();
            let body = self.body.as_bytes();
            let signature = signed.credentials.sign_response(&came.method, path, body, id, start());
            let mut headers = HeaderMap::new();
            signature.write(&mut headers, Form::Response).unwrap();
            for (name, value) in &headers {
                line(name.as_str(), value.to_str().unwrap());
            }
        }
        let body = match self.length {
            Length::Right => {
                line("Content-Length", &self.body.len().to_string());
                self.body.clone()
            }
            Length::Said(length) => {
                line("Content-Length", &length.to_string());
                self.body.clone()
            }
            Length::Chunked => {
                line("Transfer-Encoding", "chunked");
                format!("{:x}\r\n{}\r\n0\r\n\r\n", self.body.len(), self.body)
            }
        };
        format!("{head}\r\n{body}").into_bytes()
    }

    /// The head alone, and then as many bytes of the body.
    pub(crate) fn cut(&self, came: &Came, body: usize) -> Vec<u8> {
        let mut bytes = self.bytes(came);
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        bytes.truncate(head + body);
        bytes
    }
}
