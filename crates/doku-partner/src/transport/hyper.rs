//! The default transport: hyper's pooled client, with TLS by the feature `tls`.

use std::{
    error::Error as _,
    fmt,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Client, Error as ClientError},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::{Instant, timeout_at};

#[cfg(feature = "tls")]
use super::{InvalidCertificate, tls};
use super::{
    InvalidProxy, Timeouts, Transport, TransportError, TransportErrorKind, TransportFuture,
    connect::{Dialer, Proxies, Timed},
};
use crate::{Body, BoxError};

#[cfg(feature = "tls")]
type Connector = Timed<hyper_rustls::HttpsConnector<Dialer>>;
#[cfg(not(feature = "tls"))]
type Connector = Timed<Dialer>;

/// hyper over HTTP/1.1 with a pool of connections. Clones share them.
///
/// Keeps [`Timeouts`], reads answers of at most 1 MiB with heads of at most 64 KiB, and uses the HTTP
/// proxy that `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name for https (by CONNECT; never for this
/// machine). With the feature `tls`, https is rustls with AWS-LC and the Mozilla roots that are
/// bundled, so it needs no certificate store on the machine; without it, an https URL is an error.
///
/// Needs a tokio runtime with I/O and time enabled.
#[derive(Clone)]
pub struct HyperTransport {
    client: Client<Connector, Watched>,
    timeouts: Timeouts,
}

impl HyperTransport {
    /// With the default limits.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// With limits, proxy and roots of one's choice.
    ///
    /// ```
    /// use doku_partner::{HyperTransport, Timeouts};
    /// use std::time::Duration;
    ///
    /// let transport = HyperTransport::builder()
    ///     .timeouts(Timeouts::new().total(Duration::from_secs(20)))
    ///     .no_proxy()
    ///     .build();
    /// ```
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder {
            timeouts: Timeouts::new(),
            proxies: None,
            #[cfg(feature = "tls")]
            tls: Tls::Roots(Vec::new()),
        }
    }
}

impl Default for HyperTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport").field("timeouts", &self.timeouts).finish_non_exhaustive()
    }
}

/// What a [`HyperTransport`] is made of.
#[must_use = "nothing is made until `build` is called"]
pub struct HyperTransportBuilder {
    timeouts: Timeouts,
    proxies: Option<Proxies>,
    #[cfg(feature = "tls")]
    tls: Tls,
}

#[cfg(feature = "tls")]
enum Tls {
    Roots(Vec<rustls::pki_types::CertificateDer<'static>>),
    Config(Box<rustls::ClientConfig>),
}

impl HyperTransportBuilder {
    /// How long an attempt may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// This HTTP proxy for https, whatever the environment says; a user name and password in it are
    /// sent to it.
    ///
    /// # Errors
    /// When it is no `http://` URL of a host.
    pub fn proxy(mut self, url: &str) -> Result<Self, InvalidProxy> {
        self.proxies = Some(Proxies::one(url)?);
        Ok(self)
    }

    /// No proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.proxies = Some(Proxies::none());
        self
    }

    /// Trusts the CAs of this PEM text beside Mozilla's: a company's own, say.
    ///
    /// # Errors
    /// When there is no certificate in it, or one that cannot be a root.
    #[cfg(feature = "tls")]
    pub fn root_certificates(mut self, pem: &[u8]) -> Result<Self, InvalidCertificate> {
        let more = tls::certificates(pem)?;
        match &mut self.tls {
            Tls::Roots(roots) => roots.extend(more),
            Tls::Config(_) => self.tls = Tls::Roots(more),
        }
        Ok(self)
    }

    /// TLS as you like it: with the platform's verifier, a client certificate, another provider. It
    /// takes the place of everything that was said of certificates before.
    #[cfg(feature = "tls")]
    pub fn tls_config(mut self, config: rustls::ClientConfig) -> Self {
        self.tls = Tls::Config(Box::new(config));
        self
    }

    /// The transport.
    pub fn build(self) -> HyperTransport {
        let dialer = Dialer::new(self.proxies.unwrap_or_else(Proxies::from_env));
        #[cfg(feature = "tls")]
        let connector = {
            let config = match self.tls {
                // AWS-LC has the cipher suites of both versions, and the roots were looked at.
                Tls::Roots(roots) => tls::config(roots).expect("roots that were looked at"),
                Tls::Config(mut config) => {
                    // This client speaks HTTP/1.1 alone.
                    config.alpn_protocols = vec![b"http/1.1".to_vec()];
                    *config
                }
            };
            hyper_rustls::HttpsConnector::from((dialer, config))
        };
        #[cfg(not(feature = "tls"))]
        let connector = dialer;
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .http1_max_buf_size(MAX_HEAD)
            .build(Timed::new(connector, self.timeouts.connect));
        HyperTransport { client, timeouts: self.timeouts }
    }
}

impl fmt::Debug for HyperTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransportBuilder")
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

impl Transport for HyperTransport {
    fn send(&self, request: Request<Body>) -> TransportFuture {
        let (client, timeouts) = (self.client.clone(), self.timeouts);
        Box::pin(async move {
            #[cfg(not(feature = "tls"))]
            if request.uri().scheme() == Some(&http::uri::Scheme::HTTPS) {
                let source = BoxError::from("https needs the feature `tls` of doku-partner");
                return Err(TransportError::new(TransportErrorKind::Connect, Some(source)));
            }
            let end = Instant::now() + timeouts.total_for(request.body().length()).min(ENDLESS);
            let moved = Arc::new(Mutex::new(Instant::now()));
            let mut exchange = pin!(exchange(&client, request, &moved));
            // One timer for both limits: whichever comes first, seen from the last progress.
            loop {
                let last = *moved.lock().unwrap_or_else(PoisonError::into_inner);
                let until = end.min(last + timeouts.read.min(ENDLESS));
                match timeout_at(until, &mut exchange).await {
                    Ok(answer) => return answer,
                    Err(_) if until < end && has_moved(&moved, last) => {}
                    Err(_) => return Err(TransportError::new(TransportErrorKind::Timeout, None)),
                }
            }
        })
    }
}

type Moved = Arc<Mutex<Instant>>;

fn has_moved(moved: &Moved, since: Instant) -> bool {
    *moved.lock().unwrap_or_else(PoisonError::into_inner) != since
}

fn moves(moved: &Moved) {
    *moved.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
}

async fn exchange(
    client: &Client<Connector, Watched>,
    request: Request<Body>,
    moved: &Moved,
) -> Result<Response<Bytes>, TransportError> {
    let request = request.map(|body| Watched { body, moved: Arc::clone(moved) });
    let response = client.request(request).await.map_err(failed)?;
    moves(moved);
    let (parts, body) = response.into_parts();
    Ok(Response::from_parts(parts, collect(body, moved).await?))
}

/// The whole answer, within the limit.
async fn collect(mut body: Incoming, moved: &Moved) -> Result<Bytes, TransportError> {
    let too_large = || TransportError::new(TransportErrorKind::TooLarge, None);
    if body.size_hint().lower() > MAX_ANSWER as u64 {
        return Err(too_large());
    }
    let mut whole = Bytes::new();
    let mut more = BytesMut::new();
    while let Some(frame) = body.frame().await {
        moves(moved);
        let frame = frame.map_err(|error| {
            TransportError::new(TransportErrorKind::Interrupted, Some(BoxError::from(error)))
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if whole.len() + more.len() + data.len() > MAX_ANSWER {
            return Err(too_large());
        }
        // Most answers come in one piece, which needs no copy.
        if whole.is_empty() && more.is_empty() {
            whole = data;
        } else {
            more.extend_from_slice(&std::mem::take(&mut whole));
            more.extend_from_slice(&data);
        }
    }
    Ok(if more.is_empty() { whole } else { more.freeze() })
}

fn failed(error: ClientError) -> TransportError {
    let by_body =
        error.source().and_then(|source| source.downcast_ref()).is_some_and(hyper::Error::is_user);
    let kind = if error.is_connect() {
        TransportErrorKind::Connect
    } else if by_body {
        TransportErrorKind::Body
    } else {
        TransportErrorKind::Interrupted
    };
    TransportError::new(kind, Some(BoxError::from(error)))
}

/// A body that tells when something of it was taken.
struct Watched {
    body: Body,
    moved: Moved,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        moves(&self.moved);
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// No instant is as far away as the longest duration.
const ENDLESS: Duration = Duration::from_secs(365 * 24 * 3600);
const IDLE: Duration = Duration::from_secs(30);
const MAX_ANSWER: usize = 1 << 20;
const MAX_HEAD: usize = 64 << 10;
