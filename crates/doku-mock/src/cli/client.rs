//! The way to a mock that runs: its own API under `/_mock/`, over plain http.

use std::time::Duration;

use bytes::Bytes;
use clap::{Args, builder::NonEmptyStringValueParser};
use doku_types::error::ApiError;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

use super::Failure;

/// Which mock, and how its answers are printed.
#[derive(Args)]
pub(super) struct Target {
    /// Where the mock is.
    #[arg(
        long,
        env = "DOKU_MOCK_URL",
        default_value = "http://127.0.0.1:8480",
        value_parser = NonEmptyStringValueParser::new(),
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
    /// Print the mock's answer as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

impl Target {
    /// What is at a path, such as `/_mock/clock`.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.json(Method::GET, path, None).await
    }

    /// Asks for a change.
    pub(super) async fn post(&self, path: &str, document: &Value) -> Result<Value, Failure> {
        self.json(Method::POST, path, Some(document)).await
    }

    /// Takes what is at a path away.
    pub(super) async fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.json(Method::DELETE, path, None).await
    }

    async fn json(
        &self,
        method: Method,
        path: &str,
        document: Option<&Value>,
    ) -> Result<Value, Failure> {
        let body = self.bytes(method, path, document).await?;
        serde_json::from_slice(&body)
            .map_err(|_| Failure::refused(format!("{} did not answer in JSON", self.url)))
    }

    /// The answer as it came.
    ///
    /// # Errors
    /// Exit code 3 where nobody answers, 1 with the mock's reason where it refuses.
    pub(super) async fn bytes(
        &self,
        method: Method,
        path: &str,
        document: Option<&Value>,
    ) -> Result<Bytes, Failure> {
        let url = format!("{}{path}", self.url.trim_end_matches('/'));
        let unreachable = |why: String| {
            Failure::unreachable(format!(
                "no mock answers at {}: {why}; start one with doku-mock, or give --url",
                self.url
            ))
        };
        let mut request = Request::builder().method(method).uri(url);
        if let Some(token) = &self.admin_token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if document.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = document.map_or_else(Bytes::new, |document| document.to_string().into());
        let request = request
            .body(Full::new(body))
            .map_err(|_| Failure { code: 2, message: format!("{} is not a URL", self.url) })?;
        let client = Client::builder(TokioExecutor::new()).build::<_, Full<Bytes>>(connector());
        let answer = client.request(request).await;
        let answer = answer.map_err(|error| unreachable(root(&error)))?;
        let status = answer.status();
        let body = answer.into_body().collect().await;
        let body = body.map_err(|error| unreachable(root(&error)))?.to_bytes();
        if status.is_success() {
            return Ok(body);
        }
        let why = match ApiError::parse(&body) {
            Some(ApiError::Business(texts)) => texts.join("; "),
            _ => String::from_utf8_lossy(&body).into_owned(),
        };
        Err(Failure::refused(format!("{status}: {why}")))
    }
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT));
    connector
}

/// The innermost reason: `Connection refused`.
fn root(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

const CONNECT: Duration = Duration::from_secs(5);
