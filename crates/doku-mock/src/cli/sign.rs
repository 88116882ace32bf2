//! `doku-mock sign`: the headers of a request, signed.

use std::{
    io::{self, Write},
    path::PathBuf,
    time::SystemTime,
};

use clap::{ValueEnum, builder::NonEmptyStringValueParser};
use doku_mock::{DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY};
use doku_signing::{
    Digest, HeaderError,
    non_snap::{self, Form},
    rsa::RsaSigner,
    snap::{self, BodyHash, asymmetric::TransactionComponent, symmetric::Component},
};
use doku_types::{BearerToken, SecretKey, Timestamp};
use http::{HeaderMap, Method, Uri};
use serde_json::{Map, Value, json};

use super::{
    Failure,
    input::{self, BodyOptions},
    print,
};

/// Prints the headers that sign a request, one a line, as curl -H @FILE reads them.
///
/// The body is signed as it is, to the byte: send it so, with --data-binary.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  doku-mock sign POST /adv-core-api/partner/v1.0/token --body-file body.json\n  curl http://127.0.0.1:8480/adv-core-api/partner/v1.0/token -H @<(doku-mock sign POST /adv-core-api/partner/v1.0/token --body-file body.json) -H 'Content-Type: application/json' --data-binary @body.json\n  doku-mock sign GET /adv-core-api/partner/v1.0/business/BRN-0002-1795829808076 --show-string\n  doku-mock sign POST /virtual-accounts/bi-snap-va/v1.1/transfer-va/create-va --scheme snap --token eyJhbGciOiJSUzI1NiJ9.vector.token --body-file body.json\n  doku-mock sign POST /authorization/v1/access-token/b2b --scheme snap-token --private-key key.pem"
)]
pub(super) struct Options {
    /// The HTTP method.
    #[arg(value_name = "METHOD")]
    method: Method,
    /// The path with its query, or the whole URL. Non-SNAP signs the path alone, SNAP path and query.
    #[arg(value_name = "TARGET")]
    target: String,
    #[command(flatten)]
    body: BodyOptions,
    /// How to sign.
    #[arg(long, value_enum, default_value_t = Scheme::NonSnap)]
    scheme: Scheme,
    /// The client id.
    #[arg(long, env = "DOKU_MOCK_CLIENT_ID", default_value = DEFAULT_CLIENT_ID, value_parser = NonEmptyStringValueParser::new(), value_name = "ID")]
    client_id: String,
    /// The secret key.
    #[arg(long, env = "DOKU_MOCK_SECRET_KEY", default_value = DEFAULT_SECRET_KEY, value_parser = NonEmptyStringValueParser::new(), hide_env_values = true, value_name = "KEY")]
    secret_key: String,
    /// The access token, without Bearer; SNAP's requests need one.
    #[arg(long, env = "DOKU_MOCK_TOKEN", value_parser = NonEmptyStringValueParser::new(), hide_env_values = true, value_name = "TOKEN", required_if_eq("scheme", "snap"))]
    token: Option<String>,
    /// The PEM file of the private key, for signatures by RSA.
    #[arg(long, value_name = "FILE", required_if_eq_any([("scheme", "snap-token"), ("scheme", "snap-transaction")]))]
    private_key: Option<PathBuf>,
    /// Request-Id, with SNAP X-EXTERNAL-ID; at random without it.
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
    /// The time of the request, such as 2026-11-22T03:04:05Z or 2026-11-22T10:04:05+07:00; now without it. Non-SNAP
    /// has it in UTC, SNAP as it is given.
    #[arg(long, value_name = "TIME")]
    timestamp: Option<String>,
    /// Print the string to sign too, to stderr; an access token in it is shown as <token>.
    #[arg(long)]
    show_string: bool,
    /// Print JSON: the headers, and the string to sign.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scheme {
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
    let body = options.body.read()?.unwrap_or_default();
    let signed = match options.scheme {
        Scheme::NonSnap => options.non_snap(&body),
        Scheme::Snap => options.snap(&body),
        Scheme::SnapToken => options.snap_token(),
        Scheme::SnapTransaction => options.snap_transaction(&body),
    }?;
    if options.json {
        let headers: Map<_, _> =
            signed.headers.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
        let string = signed.string_to_sign;
        print(&json!({"headers": Value::Object(headers), "string_to_sign": string}).to_string());
        return Ok(());
    }
    if options.show_string {
        let _ = writeln!(io::stderr(), "{}", signed.string_to_sign);
    }
    let lines: Vec<_> =
        signed.headers.iter().map(|(name, text)| format!("{name}: {text}")).collect();
    print(&lines.join("\n"));
    Ok(())
}

/// What is printed.
struct Signed {
    headers: Vec<(&'static str, String)>,
    /// Without an access token.
    string_to_sign: String,
}

impl Options {
    fn non_snap(&self, body: &[u8]) -> Result<Signed, Failure> {
        let mut signed = non_snap::SignedHeaders {
            client_id: self.client_id.clone(),
            request_id: self
                .request_id
                .clone()
                .unwrap_or_else(|| format!("{:032x}", fastrand::u128(..))),
            timestamp: self.time()?.to_string(),
            signature: String::new(),
        };
        let target = self.uri()?;
        let component = signed.component(target.path(), Digest::of_message(&self.method, body));
        let string_to_sign = component.string_to_sign(Form::Request);
        signed.signature = component.sign(Form::Request, &self.key()).to_string();
        signed.write(&mut HeaderMap::new(), Form::Request).map_err(unsound)?;
        let headers = vec![
            (non_snap::CLIENT_ID, signed.client_id),
            (non_snap::REQUEST_ID, signed.request_id),
            (Form::Request.timestamp_header(), signed.timestamp),
            (non_snap::SIGNATURE, signed.signature),
        ];
        Ok(Signed { headers, string_to_sign })
    }

    fn snap(&self, body: &[u8]) -> Result<Signed, Failure> {
        let mut signed = self.snap_headers(self.token.as_deref().map(BearerToken::from))?;
        let path = self.path_and_query()?;
        let body = BodyHash::of(body);
        let component = signed.component(self.method.as_str(), &path, body);
        let string_to_sign = Component { token: "<token>", ..component }.string_to_sign();
        let string_to_sign = string_to_sign.expose().to_owned();
        let signature = component.sign(&self.key()).to_string();
        signed.signature = signature;
        Ok(Signed { headers: written(&signed)?, string_to_sign })
    }

    fn snap_transaction(&self, body: &[u8]) -> Result<Signed, Failure> {
        let mut signed = self.snap_headers(None)?;
        let (path, body) = (self.path_and_query()?, BodyHash::of(body));
        let (method, timestamp) = (self.method.as_str(), &*signed.timestamp);
        let component = TransactionComponent { method, path: &path, body, timestamp };
        let string_to_sign = component.string_to_sign();
        let signature = component.sign(&self.signer()?);
        signed.signature = signature.map_err(|error| Failure::refused(error.to_string()))?;
        Ok(Signed { headers: written(&signed)?, string_to_sign })
    }

    fn snap_token(&self) -> Result<Signed, Failure> {
        let mut signed = snap::TokenHeaders {
            client_id: self.client_id.clone(),
            timestamp: self.snap_time()?,
            signature: String::new(),
        };
        let component = signed.component();
        let string_to_sign = component.string_to_sign();
        let signature = component.sign(&self.signer()?);
        signed.signature = signature.map_err(|error| Failure::refused(error.to_string()))?;
        signed.write(&mut HeaderMap::new()).map_err(unsound)?;
        let headers = vec![
            (snap::CLIENT_KEY, signed.client_id),
            (snap::TIMESTAMP, signed.timestamp),
            (snap::SIGNATURE, signed.signature),
        ];
        Ok(Signed { headers, string_to_sign })
    }

    fn snap_headers(&self, token: Option<BearerToken>) -> Result<snap::SignedHeaders, Failure> {
        // Twenty digits; at most 32 are allowed.
        let random = || fastrand::u128(10u128.pow(19)..10u128.pow(20)).to_string();
        Ok(snap::SignedHeaders {
            token,
            partner_id: self.client_id.clone(),
            external_id: self.request_id.clone().unwrap_or_else(random),
            timestamp: self.snap_time()?,
            signature: String::new(),
            channel_id: Some("H2H".to_owned()),
        })
    }

    fn key(&self) -> SecretKey {
        SecretKey::from(self.secret_key.as_str())
    }

    fn signer(&self) -> Result<RsaSigner, Failure> {
        // clap asks for it with these schemes.
        let file = self.private_key.as_deref().ok_or(Failure::usage("give --private-key FILE"))?;
        RsaSigner::from_pem(&input::read_text(file)?)
            .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))
    }

    fn uri(&self) -> Result<Uri, Failure> {
        let uri = self.target.parse::<Uri>().ok();
        uri.filter(|uri| uri.path().starts_with('/')).ok_or_else(|| {
            let target = &self.target;
            Failure::usage(format!("{target:?} is neither a path from its first slash nor a URL"))
        })
    }

    fn path_and_query(&self) -> Result<String, Failure> {
        Ok(self.uri()?.path_and_query().map_or("/", |path| path.as_str()).to_owned())
    }

    fn time(&self) -> Result<Timestamp, Failure> {
        let Some(text) = &self.timestamp else { return Ok(SystemTime::now().into()) };
        let at = Timestamp::parse_rfc3339(text).ok_or_else(|| {
            Failure::usage(format!(
                "--timestamp {text:?} is no time such as 2026-11-22T03:04:05Z or 2026-11-22T10:04:05+07:00"
            ))
        })?;
        Ok(Timestamp::from_millis(at.as_seconds().saturating_mul(1000)))
    }

    fn snap_time(&self) -> Result<String, Failure> {
        let at = self.time()?;
        Ok(self.timestamp.clone().unwrap_or_else(|| at.wib()))
    }
}

/// The headers of a SNAP request in the order of DOKU's pages.
fn written(signed: &snap::SignedHeaders) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut headers = HeaderMap::new();
    signed.write(&mut headers).map_err(unsound)?;
    let names = [
        snap::AUTHORIZATION,
        snap::PARTNER_ID,
        snap::EXTERNAL_ID,
        snap::TIMESTAMP,
        snap::SIGNATURE,
        snap::CHANNEL_ID,
    ];
    let text = |name: &'static str| Some((name, headers.get(name)?.to_str().ok()?.to_owned()));
    Ok(names.into_iter().filter_map(text).collect())
}

/// A text that no header can have.
fn unsound(error: HeaderError) -> Failure {
    Failure::usage(format!("{error}: give a text of visible ASCII without blanks around it"))
}
