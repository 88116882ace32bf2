//! The way to a mock that runs: its own API under `/_mock/`, over plain http.

use std::{
    error::Error,
    io::{self, Write},
    time::Duration,
};

use bytes::Bytes;
use clap::{Args, builder::NonEmptyStringValueParser};
use doku_types::error::ApiError;
use http::{
    Method, Request, Response, StatusCode, Uri, header,
    request::{self, Parts},
};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Failure, duration::duration, print, table::visible};

/// Which mock, and how its answers are printed.
#[derive(Args)]
pub(super) struct Target {
    #[command(flatten)]
    mock: Mock,
    /// Print the mock's answer as it came, as JSON.
    #[arg(long, help_heading = HEADING)]
    pub(super) json: bool,
}

/// Which mock.
#[derive(Args)]
#[command(next_help_heading = HEADING)]
pub(super) struct Mock {
    /// Where the mock is, as its ready line says: plain http.
    #[arg(
        long,
        env = "DOKU_MOCK_URL",
        default_value = "http://127.0.0.1:8480",
        value_parser = base_url,
        value_name = "URL"
    )]
    url: String,
    /// What the mock was given as --admin-token.
    #[arg(
        long,
        env = "DOKU_MOCK_ADMIN_TOKEN",
        value_parser = NonEmptyStringValueParser::new(),
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    admin_token: Option<String>,
    /// How long the mock may say nothing: 30s by default, 10m for what takes long.
    #[arg(long, value_parser = duration, value_name = "DURATION")]
    timeout: Option<Duration>,
}

impl Target {
    /// What is at a path, such as `/_mock/clock`.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.mock.read(&self.bytes(Method::GET, path, None).await?)
    }

    /// The answer as it came, for [`Target::tell`].
    ///
    /// # Errors
    /// Exit code 3 where no mock answers, 1 with the mock's reason where it refuses.
    pub(super) async fn bytes(
        &self,
        method: Method,
        path: &str,
        document: Option<&Value>,
    ) -> Result<Bytes, Failure> {
        let body = document.map(|document| document.to_string().into());
        self.mock.bytes(Request::builder().method(method).uri(path), body).await
    }

    /// The same of a request with headers of its own; a body is sent as JSON.
    pub(super) async fn send(
        &self,
        request: request::Builder,
        body: Bytes,
    ) -> Result<Bytes, Failure> {
        self.mock.bytes(request, Some(body)).await
    }

    /// Prints an answer: with `--json` as it came, else what `people` makes of it. Returns it as it was read.
    ///
    /// # Errors
    /// Exit code 3 for an answer that no mock gives.
    pub(super) fn tell<T: DeserializeOwned>(
        &self,
        answer: &Bytes,
        people: impl FnOnce(&T) -> String,
    ) -> Result<T, Failure> {
        let read = self.mock.read(answer)?;
        match self.json {
            true => print(&String::from_utf8_lossy(answer)),
            false => print(&people(&read)),
        }
        Ok(read)
    }

    /// Which mock.
    pub(super) fn mock(&self) -> &Mock {
        &self.mock
    }

    /// For what takes long: the mock may say nothing for 10 minutes, unless `--timeout` says otherwise.
    pub(super) fn patiently(mut self) -> Self {
        self.mock.timeout.get_or_insert(LONG_TIMEOUT);
        self
    }
}

impl Mock {
    /// What is at a path, as it came.
    pub(super) async fn get(&self, path: &str) -> Result<Bytes, Failure> {
        self.bytes(Request::builder().uri(path), None).await
    }

    /// Writes what is at a path to `sink`, piece by piece, whatever its size.
    pub(super) async fn download(&self, path: &str, sink: &mut impl Write) -> Result<(), Failure> {
        let answer = self.exchange(Request::builder().uri(path), None).await?;
        self.receive(answer.into_body(), u64::MAX, sink).await
    }

    /// How long the mock may say nothing.
    pub(super) fn patience(&self) -> Duration {
        self.timeout.unwrap_or(TIMEOUT)
    }

    /// An answer that says something no mock says.
    pub(super) fn foreign(&self, why: &str) -> Failure {
        Failure::unreachable(format!(
            "what answers at {} is no doku-mock, or one of another version: {why}; is --url right?",
            self.url
        ))
    }

    fn read<T: DeserializeOwned>(&self, answer: &Bytes) -> Result<T, Failure> {
        serde_json::from_slice(answer)
            .map_err(|_| self.foreign("its answer is not the expected JSON"))
    }

    async fn bytes(
        &self,
        request: request::Builder,
        body: Option<Bytes>,
    ) -> Result<Bytes, Failure> {
        let answer = self.exchange(request, body).await?;
        let mut received = Vec::new();
        self.receive(answer.into_body(), MAX_ANSWER, &mut received).await?;
        Ok(received.into())
    }

    /// Sends it; an answer is one of success.
    async fn exchange(
        &self,
        request: request::Builder,
        body: Option<Bytes>,
    ) -> Result<Response<Incoming>, Failure> {
        let request = self.request(request, body)?;
        let client = Client::builder(TokioExecutor::new()).build::<_, Full<Bytes>>(connector());
        let answer = self.in_time(client.request(request)).await?;
        let answer = answer.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let mut body = Vec::new();
        self.receive(answer.into_body(), MAX_REFUSAL, &mut body).await?;
        Err(match (status, ApiError::parse(&body)) {
            (StatusCode::UNAUTHORIZED, _) if self.admin_token.is_some() => {
                Failure::refused("the mock has another admin token: mend --admin-token")
            }
            (StatusCode::UNAUTHORIZED, _) => Failure::refused(
                "the mock asks for its admin token: give --admin-token, or DOKU_MOCK_ADMIN_TOKEN",
            ),
            (_, Some(ApiError::Business(texts))) => {
                let texts = visible(&texts.join("; "));
                Failure::refused(format!("refused ({}): {texts}", status.as_u16()))
            }
            _ => self.foreign(&format!("it says {status}")),
        })
    }

    fn request(
        &self,
        request: request::Builder,
        body: Option<Bytes>,
    ) -> Result<Request<Full<Bytes>>, Failure> {
        let unsendable = |error: http::Error| Failure::usage(format!("cannot be sent: {error}"));
        let (mut head, ()) = request.body(()).map_err(unsendable)?.into_parts();
        head.uri = format!("{}{}", self.url, head.uri)
            .parse()
            .map_err(|error| unsendable(http::Error::from(error)))?;
        if let Some(token) = &self.admin_token {
            let bearer = format!("Bearer {token}").parse();
            let bearer = bearer.map_err(|_| Failure::usage("no token has such characters"))?;
            head.headers.insert(header::AUTHORIZATION, bearer);
        }
        Ok(with_body(head, body))
    }

    /// Takes the body in, up to a limit in bytes.
    async fn receive(
        &self,
        mut body: Incoming,
        limit: u64,
        sink: &mut impl Write,
    ) -> Result<(), Failure> {
        let mut left = limit;
        while let Some(frame) = self.in_time(body.frame()).await? {
            let frame = frame.map_err(|error| self.unreachable(&error))?;
            let Ok(data) = frame.into_data() else { continue };
            left = left
                .checked_sub(data.len() as u64)
                .ok_or_else(|| self.foreign("its answer is far too long"))?;
            sink.write_all(&data).map_err(|error| Failure::refused(error.to_string()))?;
        }
        Ok(())
    }

    async fn in_time<T>(&self, step: impl Future<Output = T>) -> Result<T, Failure> {
        let patience = self.patience();
        tokio::time::timeout(patience, step).await.map_err(|_| {
            Failure::unreachable(format!(
                "{} has said nothing for {patience:?}: it hangs, or needs a longer --timeout",
                self.url
            ))
        })
    }

    fn unreachable(&self, error: &(dyn Error + 'static)) -> Failure {
        let root = root(error);
        // Whoever was reached and broke off may have another language than http.
        let strange = root.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse);
        if strange {
            return self.foreign("it does not speak plain http");
        }
        let why = match root.downcast_ref::<io::Error>() {
            Some(error) => io_reason(error),
            None => root.to_string(),
        };
        Failure::unreachable(format!(
            "no mock answers at {} ({why}): start one with doku-mock, or give its --url",
            self.url
        ))
    }
}

fn with_body(mut head: Parts, body: Option<Bytes>) -> Request<Full<Bytes>> {
    if body.is_some() {
        let json = header::HeaderValue::from_static("application/json");
        head.headers.insert(header::CONTENT_TYPE, json);
    }
    Request::from_parts(head, Full::new(body.unwrap_or_default()))
}

/// An id that can stand in a path, such as `BSN-0104-1678960841263`.
pub(super) fn id(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if text.is_empty() || text.len() > 100 || !text.chars().all(plain) {
        return Err(
            "give an id such as BSN-0001-1795316646003; doku-mock businesses lists them".to_owned()
        );
    }
    Ok(text.to_owned())
}

/// Scheme, host and port, perhaps a path, without a slash at its end.
fn base_url(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let uri: Option<Uri> = text.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    match uri.as_ref().map(|uri| (uri.scheme_str(), uri.query())) {
        Some((Some("http"), None)) if !host.is_empty() => Ok(text.to_owned()),
        Some((Some("https"), _)) => {
            Err("commands speak plain http: give the base_url of the mock's ready line".to_owned())
        }
        _ => Err("give a URL such as http://127.0.0.1:8480".to_owned()),
    }
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT));
    connector
}

/// The innermost reason: `Connection refused`.
fn root<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost
}

/// Without the number of the operating system's error.
fn io_reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

const HEADING: &str = "Which mock, and how it is asked";
const CONNECT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(30);
const LONG_TIMEOUT: Duration = Duration::from_mins(10);
/// Far beyond every list of the mock's, in bytes.
const MAX_ANSWER: u64 = 256 << 20;
const MAX_REFUSAL: u64 = 1 << 20;
