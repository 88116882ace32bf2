//! The default transport: hyper's pooled client, with TLS by the feature `tls`.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::{
    client::legacy::{Client, Error as ClientError, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use super::{Transport, TransportError, TransportErrorKind, TransportFuture};

#[cfg(feature = "tls")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "tls"))]
type Connector = HttpConnector;

/// hyper over HTTP/1.1 with a pool of connections.
///
/// Connects within 5 s, waits 60 s for a whole answer unless told otherwise, reads answers of at
/// most 1 MiB. With the feature `tls`, https is rustls with AWS-LC and the Mozilla roots that are
/// bundled, so it needs no certificate store on the machine; without it, an https URL is an error.
///
/// Needs a tokio runtime with I/O and time enabled.
#[derive(Debug, Clone)]
pub struct HyperTransport {
    client: Client<Connector, Full<Bytes>>,
    timeout: Duration,
}

impl HyperTransport {
    /// With the default limits.
    pub fn new() -> Self {
        let mut http = HttpConnector::new();
        http.set_connect_timeout(Some(CONNECT));
        http.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector(http));
        Self { client, timeout: TIMEOUT }
    }

    /// How long to wait for a whole answer.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

impl Default for HyperTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl Transport for HyperTransport {
    fn send(&self, request: Request<Bytes>) -> TransportFuture {
        let (client, timeout) = (self.client.clone(), self.timeout);
        Box::pin(async move {
            #[cfg(not(feature = "tls"))]
            if request.uri().scheme() == Some(&http::uri::Scheme::HTTPS) {
                let source = Box::from("https needs the feature `tls` of doku-partner");
                return Err(TransportError::new(TransportErrorKind::Connect, Some(source)));
            }
            let exchange = async {
                let response = client.request(request.map(Full::new)).await.map_err(failed)?;
                let (parts, body) = response.into_parts();
                let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(|error| {
                    let kind = match error.downcast_ref::<LengthLimitError>() {
                        Some(_) => TransportErrorKind::TooLarge,
                        None => TransportErrorKind::Interrupted,
                    };
                    TransportError::new(kind, error)
                })?;
                Ok(Response::from_parts(parts, body.to_bytes()))
            };
            tokio::time::timeout(timeout, exchange)
                .await
                .unwrap_or_else(|_| Err(TransportError::new(TransportErrorKind::Timeout, None)))
        })
    }
}

#[cfg(feature = "tls")]
fn connector(mut http: HttpConnector) -> Connector {
    // The TLS layer looks at the scheme.
    http.enforce_http(false);
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    hyper_rustls::HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(provider)
        // AWS-LC has the cipher suites of both TLS versions that are asked for.
        .expect("the provider speaks TLS 1.2 and 1.3")
        .https_or_http()
        .enable_http1()
        .wrap_connector(http)
}

#[cfg(not(feature = "tls"))]
fn connector(http: HttpConnector) -> Connector {
    http
}

fn failed(error: ClientError) -> TransportError {
    let kind = if error.is_connect() {
        TransportErrorKind::Connect
    } else {
        TransportErrorKind::Interrupted
    };
    TransportError::new(kind, Box::new(error) as Box<dyn std::error::Error + Send + Sync>)
}

const CONNECT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(60);
const IDLE: Duration = Duration::from_secs(30);
const MAX_ANSWER: usize = 1 << 20;
