//! The mock, asked by a page as a program would ask it, without a socket.

use axum::{Router, body::Body};
use bytes::Bytes;
use doku_types::error::ApiError;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::Value;

use crate::{app::App, reply::Reply, server};

/// The way to the mock's own API and to DOKU's operations.
#[derive(Clone)]
pub(super) struct Api(Router);

/// What was answered instead of 200.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// What is wrong, one sentence each.
    pub(super) messages: Vec<String>,
}

impl Api {
    pub(super) fn new(all: Router) -> Self {
        Self(all)
    }

    /// `POST` of a document to the mock's own API.
    ///
    /// # Errors
    /// Whatever it refuses.
    pub(super) async fn post(
        &self,
        app: &App,
        path: &str,
        document: &Value,
    ) -> Result<Value, Refusal> {
        self.ask(app, Method::POST, path, document.to_string().into(), None).await
    }

    /// `POST` of a text as it was typed, with one of the mock's own headers if one is wanted.
    ///
    /// # Errors
    /// Whatever it refuses.
    pub(super) async fn post_text(
        &self,
        app: &App,
        path: &str,
        text: String,
        header: Option<(HeaderName, HeaderValue)>,
    ) -> Result<Value, Refusal> {
        self.ask(app, Method::POST, path, text.into(), header).await
    }

    /// `DELETE` on the mock's own API.
    ///
    /// # Errors
    /// Whatever it refuses.
    pub(super) async fn delete(&self, app: &App, path: &str) -> Result<Value, Refusal> {
        self.ask(app, Method::DELETE, path, Bytes::new(), None).await
    }

    async fn ask(
        &self,
        app: &App,
        method: Method,
        path: &str,
        body: Bytes,
        own: Option<(HeaderName, HeaderValue)>,
    ) -> Result<Value, Refusal> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some((name, value)) = own {
            request = request.header(name, value);
        }
        if let Some(token) = &app.config.admin_token {
            // It was looked at as it was taken up: visible ASCII.
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.expose()));
        }
        let request = request.body(body).map_err(|_| Refusal::of("the path is not readable"))?;
        let answer = self.send(app, request).await;
        if answer.status().is_success() {
            return Ok(serde_json::from_slice(answer.body()).unwrap_or(Value::Null));
        }
        Err(Refusal::told(answer.status(), answer.body()))
    }

    /// Any request, as if it had come over a socket: one for an operation is in the journal afterwards.
    pub(super) async fn send(
        &self,
        app: &App,
        request: Request<impl Into<Body>>,
    ) -> Response<Bytes> {
        server::call(app, self.0.clone(), request).await
    }
}

impl Refusal {
    /// 400 with one sentence.
    pub(super) fn of(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, messages: vec![message.into()] }
    }

    /// What a reply of the mock's own says.
    pub(super) fn told(status: StatusCode, body: &[u8]) -> Self {
        Self { status, messages: messages(body) }
    }
}

impl From<Reply> for Refusal {
    fn from(reply: Reply) -> Self {
        Self::told(reply.status, &reply.body)
    }
}

fn messages(body: &[u8]) -> Vec<String> {
    match ApiError::parse(body) {
        Some(ApiError::Business(messages)) => messages,
        Some(ApiError::Gateway { message, .. } | ApiError::Router(message)) => vec![message],
        _ => vec![String::from_utf8_lossy(body).into_owned()],
    }
}
