//! `doku-mock explain`: why a signature is refused, offline.

mod curl;
mod message;
mod verdict;

use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use clap::{ValueEnum, builder::NonEmptyStringValueParser};
use doku_mock::DEFAULT_SECRET_KEY;
use doku_signing::{Message, diagnose, non_snap::Form, rsa::RsaVerifier, snap};
use doku_types::{SecretKey, Timestamp};
use http::Method;

use self::{
    message::{Body, Saved},
    verdict::Verdict,
};
use super::{
    Failure,
    input::{self, BodyOptions},
    print,
};

/// Explains why the signature of a saved message is wrong: which mistake, both strings to sign, the first byte
/// that differs.
///
/// INPUT is a raw request (its first line, headers, a blank line, and the body byte for byte) or the output of
/// curl -v, which does not print the body: give that by --body-file or --body. Options complete or replace what
/// the input says; with --target there need be no input. It asks nobody.
///
/// Exit codes: 0 the signature is right, 1 it is not, 2 wrong options or input.
#[derive(clap::Args)]
#[command(
    override_usage = "doku-mock explain [OPTIONS] <INPUT>\n       doku-mock explain [OPTIONS] --target <TARGET>",
    after_help = "Examples:\n  doku-mock explain request.http\n  curl -v http://127.0.0.1:8480/adv-core-api/partner/v1.0/token -H @headers.txt --data-binary @body.json 2>&1 | doku-mock explain - --body-file body.json\n  doku-mock explain --target /adv-core-api/partner/v1.0/token -H 'Client-Id: BRN-0001-1700000000000' -H 'Request-Id: request-1' -H 'Request-Timestamp: 2026-11-22T03:04:05Z' -H 'Signature: HMACSHA256=89b+bhacB0IKfPdyHmbtsuFF3Y+KC2WKrP+2TIh8sVg=' --body '{\"grant_type\":\"client_credentials\",\"valid_time\":\"360\"}'\n  doku-mock explain snap.http --secret-key SK-vector-0123456789 --json"
)]
pub(super) struct Options {
    /// A saved request, or the output of curl -v; - for standard input.
    #[arg(value_name = "INPUT", required_unless_present = "target")]
    input: Option<PathBuf>,
    /// The HTTP method; without an input POST where there is a body, else GET.
    #[arg(long, value_name = "METHOD")]
    method: Option<Method>,
    /// The path with its query, or the whole URL, as the sender had it; of a reply that of its request.
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
    /// A header; may be given several times.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    #[command(flatten)]
    body: BodyOptions,
    /// It is a reply, non-SNAP; in the output of curl -v the one to the last request. Of a saved reply that begins
    /// with HTTP/ this is known.
    #[arg(long)]
    reply: bool,
    /// The secret key that is right.
    #[arg(long, env = "DOKU_MOCK_SECRET_KEY", default_value = DEFAULT_SECRET_KEY, value_parser = NonEmptyStringValueParser::new(), hide_env_values = true, value_name = "KEY")]
    secret_key: String,
    /// The PEM file of the public key, for signatures by RSA.
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
    /// How it is signed.
    #[arg(long, value_enum, default_value_t = Scheme::Auto)]
    scheme: Scheme,
    /// Print the verdict as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scheme {
    /// As its headers say
    Auto,
    /// HMAC-SHA256 over up to five lines: the Partner API, Checkout
    NonSnap,
    /// HMAC-SHA512 with an access token
    Snap,
    /// RSA, of the request for an access token
    SnapToken,
    /// RSA, of a transaction
    SnapTransaction,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let mut notes = Vec::new();
    let saved = options.message()?;
    let body = options.body_of(&saved, &mut notes)?;
    let scheme = options.scheme_of(&saved)?;
    let method = saved.method.clone();
    let method = method.unwrap_or(if body.is_empty() && !saved.is_reply {
        Method::GET
    } else {
        Method::POST
    });
    let Some(target) = &saved.target else {
        return Err(Failure::usage(
            "a reply is signed over its request's target: give --target, and --method unless it is POST",
        ));
    };
    let message = Message { method: &method, target, headers: &saved.headers, body: &body };

    let form = if saved.is_reply { Form::Response } else { Form::Request };
    let found = match scheme {
        Scheme::Auto | Scheme::NonSnap => diagnose::non_snap(form, &message, &options.key()),
        Scheme::Snap => diagnose::snap(&message, &options.key()),
        Scheme::SnapToken => diagnose::snap_token(&message, &options.verifier()?),
        Scheme::SnapTransaction => diagnose::snap_transaction(&message, &options.verifier()?),
    };
    let kind = if saved.is_reply { "the reply to " } else { "" };
    let subject = format!("{kind}{method} {target}, {} bytes of body", body.len());
    let mut verdict = Verdict { scheme: scheme.name(), subject, found, notes };
    let now = Timestamp::from(SystemTime::now());
    verdict.notes.extend(timestamp_note(&saved, scheme, now));
    let by_hmac = matches!(scheme, Scheme::NonSnap | Scheme::Snap);
    if verdict.is_unknown() && by_hmac && options.secret_key == DEFAULT_SECRET_KEY {
        let note = "this was judged by the mock's built-in key: give another by --secret-key";
        verdict.notes.push(note.to_owned());
    }
    print(&if options.json { verdict.json().to_string() } else { verdict.text() });
    if verdict.is_right() { Ok(()) } else { Err(Failure::told()) }
}

impl Options {
    /// The input, completed by the options.
    fn message(&self) -> Result<Saved, Failure> {
        let mut saved = match &self.input {
            None => Saved::nothing(),
            Some(file) => {
                if input::is_stdin(file) && self.body.is_stdin() {
                    return Err(Failure::usage("only one of INPUT and --body-file can be -"));
                }
                let text = input::read(file)?;
                let read = curl::find(&text, self.reply).unwrap_or_else(|| Saved::parse(&text));
                read.map_err(|why| {
                    Failure::usage(format!("{} is not a saved request: {why}", file.display()))
                })?
            }
        };
        saved.is_reply |= self.reply;
        if let Some(method) = &self.method {
            saved.method = Some(method.clone());
        }
        for header in &self.headers {
            saved.set_header(header).map_err(Failure::usage)?;
        }
        if let Some(target) = &self.target {
            saved.aim(target).map_err(Failure::usage)?;
        }
        Ok(saved)
    }

    /// The bytes that were sent, as far as can be told.
    fn body_of(&self, saved: &Saved, notes: &mut Vec<String>) -> Result<Vec<u8>, Failure> {
        let (length, chunked) = (saved.content_length(), saved.is_chunked());
        if let Some(given) = self.body.read()? {
            let Some(length) = length.filter(|length| *length != given.len()) else {
                return Ok(given);
            };
            let joined: Vec<u8> =
                given.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n' | 0)).collect();
            if joined.len() == length {
                notes.push("this is about the body without its line ends, as its Content-Length says it was sent: curl -d @file takes them out, --data-binary @file does not".to_owned());
                return Ok(joined);
            }
            let bytes = given.len();
            notes.push(format!("Content-Length is {length}, but this body has {bytes} bytes: it is not the one that was sent"));
            return Ok(given);
        }
        match &saved.body {
            Body::NotSaved if length.unwrap_or(0) > 0 || chunked => Err(Failure::usage(
                "the output of curl -v does not have the body: give it by --body-file FILE or --body TEXT",
            )),
            Body::NotSaved => Ok(Vec::new()),
            Body::Followed(_) if chunked => Err(Failure::usage(
                "the body was saved in chunks: give it whole by --body-file FILE or --body TEXT",
            )),
            Body::Followed(bytes) => {
                let length = length.unwrap_or(bytes.len());
                if length < bytes.len() {
                    let more = bytes.len() - length;
                    notes.push(format!("the {more} bytes beyond Content-Length were left out"));
                } else if length > bytes.len() {
                    let missing = length - bytes.len();
                    notes.push(format!(
                        "{missing} bytes of the body are missing: Content-Length is {length}"
                    ));
                }
                Ok(bytes[..length.min(bytes.len())].to_vec())
            }
        }
    }

    /// Which scheme, by the headers unless it was chosen.
    fn scheme_of(&self, saved: &Saved) -> Result<Scheme, Failure> {
        let has = |name: &str| saved.headers.contains_key(name);
        let scheme = match self.scheme {
            Scheme::Auto if has("signature") && has(snap::SIGNATURE) => {
                return Err(Failure::usage(
                    "it has both Signature and X-SIGNATURE: say by --scheme which is meant",
                ));
            }
            Scheme::Auto if has("signature") => Scheme::NonSnap,
            Scheme::Auto if has(snap::CLIENT_KEY) => Scheme::SnapToken,
            Scheme::Auto if has(snap::SIGNATURE) && self.public_key.is_some() => {
                Scheme::SnapTransaction
            }
            Scheme::Auto if has(snap::SIGNATURE) || has(snap::PARTNER_ID) => Scheme::Snap,
            Scheme::Auto => Scheme::NonSnap,
            chosen => chosen,
        };
        if saved.is_reply && scheme != Scheme::NonSnap {
            return Err(Failure::usage("SNAP's replies are not signed"));
        }
        Ok(scheme)
    }

    fn key(&self) -> SecretKey {
        SecretKey::from(self.secret_key.as_str())
    }

    fn verifier(&self) -> Result<RsaVerifier, Failure> {
        let Some(file) = &self.public_key else {
            return Err(Failure::usage(
                "this is signed by RSA: give the sender's public key by --public-key FILE",
            ));
        };
        RsaVerifier::from_pem(&input::read_text(file)?)
            .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))
    }
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::NonSnap => "non-snap",
            Self::Snap => "snap",
            Self::SnapToken => "snap-token",
            Self::SnapTransaction => "snap-transaction",
        }
    }
}

/// What DOKU would say of the time, however right the signature is.
fn timestamp_note(saved: &Saved, scheme: Scheme, now: Timestamp) -> Option<String> {
    let name = match (scheme, saved.is_reply) {
        (Scheme::NonSnap, true) => return None,
        (Scheme::NonSnap, false) => Form::Request.timestamp_header(),
        _ => snap::TIMESTAMP,
    };
    let text = saved.headers.get(name)?.to_str().ok()?.trim();
    let Some(at) = Timestamp::parse_rfc3339(text) else {
        return Some(format!("{name} is no time such as 2026-11-22T03:04:05Z"));
    };
    if scheme == Scheme::NonSnap && Timestamp::parse(text).is_none() {
        let at = Timestamp::from_millis(at.as_seconds().saturating_mul(1000));
        return Some(format!(
            "{name} has to be UTC in whole seconds with a Z, {at}: DOKU refuses it as it is"
        ));
    }
    let off = at.abs_diff(now);
    let side = if at < now { "ago" } else { "ahead" };
    let far = match off.as_secs() / 60 {
        minutes @ ..2880 => format!("{minutes} min"),
        minutes => format!("{} days", minutes / 1440),
    };
    (off > WINDOW).then(|| {
        format!(
            "{name} is {far} {side}: DOKU takes at most 60 min, so sign afresh before it is sent"
        )
    })
}

/// How far a timestamp may be off (observed: the text of the refusal).
const WINDOW: Duration = Duration::from_secs(3600);
