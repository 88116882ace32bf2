//! Signatures put together naively, part by part, so that each part can be got wrong.

use base64::{Engine, engine::general_purpose::STANDARD};
use doku_signing::{
    Message,
    diagnose::{self, Diagnosis, Mistake},
    non_snap::Form,
};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Method};
use sha2::{Digest, Sha256, Sha512};

/// With it the right signatures of both protocols have a plus or a slash in them.
pub(crate) const SECRET: &str = "SK-marker-0123456785";
pub(crate) const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.marker.token";
/// No structural character stands inside its strings, so that it can be re-printed by replacing.
pub(crate) const BODY: &str =
    r#"{"order":{"invoice":"INV/2026 <1>","amount":6000.00},"name":"Café & co"}"#;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    NonSnap,
    Snap,
}

/// What a signer did, first all as it should be, then mistakes are made in its fields.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) protocol: Protocol,
    pub(crate) key: String,
    pub(crate) method: String,
    pub(crate) client: String,
    pub(crate) timestamp: String,
    pub(crate) target: String,
    pub(crate) token: Option<String>,
    pub(crate) body: String,
    /// `None`: the line is left out.
    pub(crate) digest: Option<fn(&[u8]) -> String>,
    pub(crate) names: [String; 5],
    pub(crate) colon: &'static str,
    pub(crate) joined_by: &'static str,
    pub(crate) newline_after: bool,
    pub(crate) sha512: bool,
    pub(crate) prefix: &'static str,
    pub(crate) written: fn(&[u8]) -> String,
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn hmac_sha256(key: &str, text: &str) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.chain_update(text).finalize().into_bytes().to_vec()
}

pub(crate) fn hmac_sha512(key: &str, text: &str) -> Vec<u8> {
    let mac = Hmac::<Sha512>::new_from_slice(key.as_bytes()).unwrap();
    mac.chain_update(text).finalize().into_bytes().to_vec()
}

impl Signer {
    pub(crate) fn right(protocol: Protocol) -> Self {
        let snap = protocol == Protocol::Snap;
        let names = ["Client-Id", "Request-Id", "Request-Timestamp", "Request-Target", "Digest"];
        Self {
            protocol,
            key: SECRET.to_owned(),
            method: "POST".to_owned(),
            client: "BRN-0200-1700000000000".to_owned(),
            timestamp: "2026-11-22T03:04:05Z".to_owned(),
            target: if snap { "/a%20b/pay?x=1" } else { "/a%20b/pay" }.to_owned(),
            token: Some(TOKEN.to_owned()),
            body: BODY.to_owned(),
            digest: Some(if snap { hex } else { base64 }),
            names: names.map(str::to_owned),
            colon: ":",
            joined_by: if snap { ":" } else { "\n" },
            newline_after: false,
            sha512: snap,
            prefix: if snap { "" } else { "HMACSHA256=" },
            written: base64,
        }
    }

    pub(crate) fn string_to_sign(&self) -> String {
        let hash = self.digest.map(|written| written(&Sha256::digest(&self.body)));
        let parts: Vec<String> = match self.protocol {
            Protocol::Snap => [
                Some(self.method.clone()),
                Some(self.target.clone()),
                self.token.clone(),
                hash,
                Some(self.timestamp.clone()),
            ]
            .into_iter()
            .flatten()
            .collect(),
            Protocol::NonSnap => {
                let values = [&self.client, "id-1", &self.timestamp, &self.target];
                let values = values.map(|value| Some(value.to_owned())).into_iter().chain([hash]);
                let line = |(name, value): (&String, Option<String>)| {
                    value.map(|value| format!("{name}{}{value}", self.colon))
                };
                self.names.iter().zip(values).filter_map(line).collect()
            }
        };
        let end = match (self.newline_after, self.protocol) {
            (false, _) => "",
            (true, Protocol::NonSnap) => self.joined_by,
            (true, Protocol::Snap) => "\n",
        };
        parts.join(self.joined_by) + end
    }

    pub(crate) fn signature(&self) -> String {
        let text = self.string_to_sign();
        let bytes = match self.sha512 {
            true => hmac_sha512(&self.key, &text),
            false => hmac_sha256(&self.key, &text),
        };
        format!("{}{}", self.prefix, (self.written)(&bytes))
    }

    /// What the doctor says of this signature on the right message.
    pub(crate) fn diagnosis(&self) -> Diagnosis {
        Presented { protocol: self.protocol, ..Presented::default() }.diagnosis(&self.signature())
    }
}

/// What was sent, rightly.
pub(crate) struct Presented<'a> {
    pub(crate) protocol: Protocol,
    pub(crate) form: Form,
    pub(crate) method: Method,
    pub(crate) target: &'a str,
    pub(crate) timestamp: &'a str,
    pub(crate) body: &'a [u8],
    pub(crate) key: &'a str,
    pub(crate) host: Option<&'a str>,
}

impl Default for Presented<'_> {
    fn default() -> Self {
        Self {
            protocol: Protocol::NonSnap,
            form: Form::Request,
            method: Method::POST,
            target: "/a%20b/pay?x=1",
            timestamp: "2026-11-22T03:04:05Z",
            body: BODY.as_bytes(),
            key: SECRET,
            host: Some("api.doku.com"),
        }
    }
}

impl Presented<'_> {
    pub(crate) fn diagnosis(&self, signature: &str) -> Diagnosis {
        let mut headers = HeaderMap::new();
        let bearer = format!("Bearer {TOKEN}");
        let texts = match self.protocol {
            Protocol::NonSnap => vec![
                ("client-id", "BRN-0200-1700000000000"),
                ("request-id", "id-1"),
                ("request-timestamp", self.timestamp),
                ("response-timestamp", self.timestamp),
                ("signature", signature),
            ],
            Protocol::Snap => vec![
                ("authorization", &*bearer),
                ("x-partner-id", "BRN-0200-1700000000000"),
                ("x-external-id", "1"),
                ("x-timestamp", self.timestamp),
                ("x-signature", signature),
            ],
        };
        for (name, text) in texts.into_iter().chain(self.host.map(|host| ("host", host))) {
            headers.insert(name, text.parse().unwrap());
        }
        let message = Message {
            method: &self.method,
            target: self.target,
            headers: &headers,
            body: self.body,
        };
        match self.protocol {
            Protocol::NonSnap => diagnose::non_snap(self.form, &message, &self.key.into()),
            Protocol::Snap => diagnose::snap(&message, &self.key.into()),
        }
        .unwrap()
    }
}

/// The mistakes that are named.
pub(crate) fn named(diagnosis: &Diagnosis) -> Vec<Mistake> {
    match diagnosis {
        Diagnosis::Mistake(report) => report.mistakes().to_vec(),
        Diagnosis::Right => panic!("called right"),
        _ => panic!("{diagnosis}"),
    }
}
