//! A receiver of callbacks that keeps all it gets and answers as it is told.

use std::{
    collections::VecDeque,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// An HTTP server on a free port; answers 200 unless told otherwise.
#[derive(Debug, Clone)]
pub struct Sink {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    requests: Vec<SunkRequest>,
    answers: VecDeque<StatusCode>,
}

/// A request that reached the sink.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SunkRequest {
    /// Its method.
    pub method: Method,
    /// Its path and query.
    pub target: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, to the byte.
    pub body: Bytes,
}

impl Sink {
    /// A sink that answers with these statuses in turn, then with 200.
    pub async fn answering(answers: impl IntoIterator<Item = u16>) -> Self {
        Self::serving(SocketAddr::from(([127, 0, 0, 1], 0)), answers).await
    }

    /// A sink at an address that is free again.
    pub async fn listening(address: SocketAddr) -> Self {
        Self::serving(address, []).await
    }

    async fn serving(address: SocketAddr, answers: impl IntoIterator<Item = u16>) -> Self {
        let answers = answers
            .into_iter()
            .map(|status| StatusCode::from_u16(status).expect("a status"))
            .collect();
        let listener = TcpListener::bind(address).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let sink =
            Self { address, state: Arc::new(Mutex::new(State { requests: Vec::new(), answers })) };
        let state = Arc::clone(&sink.state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&state);
                let service = service_fn(move |request| keep(request, Arc::clone(&state)));
                let stream = TokioIo::new(stream);
                tokio::spawn(http1::Builder::new().serve_connection(stream, service));
            }
        });
        sink
    }

    /// Its URL with this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What has come so far.
    pub fn requests(&self) -> Vec<SunkRequest> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).requests.clone()
    }
}

async fn keep(
    request: http::Request<Incoming>,
    state: Arc<Mutex<State>>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str()).to_owned();
    let kept = SunkRequest { method: parts.method, target, headers: parts.headers, body };
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    state.requests.push(kept);
    let mut response = Response::new(Empty::new());
    *response.status_mut() = state.answers.pop_front().unwrap_or(StatusCode::OK);
    Ok(response)
}
