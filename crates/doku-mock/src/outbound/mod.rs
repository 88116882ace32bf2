//! The mock's own requests: callbacks, and files named by `file_url`. They go to loopback and
//! private addresses, unless a host is allowed by name; so a mock in a CI job cannot be made to
//! call the world, nor the metadata service of the large clouds.
//!
//! Connections are kept and used again. A receiver may close a kept one just when the next request
//! is on its way, so a request that such a connection swallowed without a byte of an answer is
//! sent once more on a new one. On a new connection nothing is repeated: the receiver may have
//! acted on what it never answered.

mod download;
mod guard;
mod hosts;
mod line;
mod tls;

use std::{path::Path, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::Full;
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::time::{Instant, timeout_at};

pub(crate) use self::download::Download;
pub(crate) use self::hosts::Place;
use self::{guard::Guard, hosts::Hosts, line::Line, tls::Connector};
use crate::StartError;

/// A client that only goes where it may.
#[derive(Debug, Clone)]
pub(crate) struct Outbound {
    guard: Guard,
    connector: Connector,
    hosts: Arc<Hosts>,
}

/// Why there is no answer. The reasons name hosts, never a whole URL: a link may carry a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OutboundError {
    /// Not attempted: the target is not allowed.
    #[error("blocked: {0}")]
    Blocked(String),
    /// Attempted, without an answer.
    #[error("{0}")]
    Failed(String),
}

/// Why an answer has no whole body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the answer is too large")]
    TooLarge,
    #[error("the answer broke off")]
    BrokenOff,
    #[error("the answer took too long")]
    Late,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Whole, or why not.
    pub(crate) body: Result<Bytes, BodyError>,
}

impl Outbound {
    /// A client that goes to loopback, to private addresses and to the hosts of `allow`, and over
    /// https trusts the CAs of Mozilla and those of the PEM file `ca`. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`StartError::CallbackCa`] when `ca` cannot be read, holds no certificate or one that is
    /// malformed, or is of no use because this build has no TLS.
    pub(crate) fn new(allow: &[String], ca: Option<&Path>) -> Result<Self, StartError> {
        let guard = Guard::new(allow);
        let mut http = HttpConnector::new_with_resolver(guard.clone());
        http.set_nodelay(true);
        let hosts = Arc::<Hosts>::default();
        tokio::spawn(hosts::sweep_regularly(Arc::downgrade(&hosts)));
        Ok(Self { guard, connector: tls::connector(http, ca)?, hosts })
    }

    /// Waits for the right to send one request to the host of `uri`. It is no place for another
    /// host.
    ///
    /// # Errors
    /// [`OutboundError::Blocked`].
    pub(crate) async fn place(&self, uri: &Uri) -> Result<Place, OutboundError> {
        self.guard.check(uri)?;
        Ok(self.hosts.place(uri).await)
    }

    /// Sends a request and reads the answer, with a body of at most `limit` bytes; takes at most
    /// 5 s for the connection and 10 s in all (A05). Redirects are not followed.
    ///
    /// # Errors
    /// [`OutboundError`], while not even the head of an answer came.
    pub(crate) async fn send_from(
        &self,
        place: Place,
        request: Request<Full<Bytes>>,
        limit: usize,
    ) -> Result<Answer, OutboundError> {
        let mut answer = self.exchange(place, request, WHOLE).await?;
        let mut body = BytesMut::new();
        let body = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                    break Err(BodyError::TooLarge);
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break Ok(body.freeze()),
                Err(error) => break Err(error),
            }
        };
        Ok(Answer { status: answer.status, headers: answer.headers, body })
    }

    /// Asks for a file, to be read chunk by chunk; takes at most 5 s for the connection and 60 s in
    /// all, once there is a place. Redirects are not followed.
    ///
    /// # Errors
    /// [`OutboundError`], while not even the head of an answer came.
    pub(crate) async fn open(&self, uri: Uri) -> Result<Download, OutboundError> {
        let mut request = Request::new(Full::default());
        let place = self.place(&uri).await?;
        *request.uri_mut() = uri;
        self.exchange(place, request, WHOLE_DOWNLOAD).await
    }

    /// As [`Outbound::send_from`], with a place of its own.
    #[cfg(test)]
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        limit: usize,
    ) -> Result<Answer, OutboundError> {
        let place = self.place(request.uri()).await?;
        self.send_from(place, request, limit).await
    }

    async fn exchange(
        &self,
        place: Place,
        mut request: Request<Full<Bytes>>,
        whole: Duration,
    ) -> Result<Download, OutboundError> {
        let uri = std::mem::take(request.uri_mut());
        let target = uri.path_and_query().cloned().map_or_else(Uri::default, Uri::from);
        *request.uri_mut() = target;
        request.headers_mut().insert(header::HOST, host(&uri));

        let deadline = Instant::now() + whole;
        let answer = timeout_at(deadline, self.ask(&place, &uri, request)).await;
        let (line, response) = answer.map_err(|_| {
            OutboundError::Failed(format!("no answer within {} s", whole.as_secs()))
        })??;
        Ok(Download::new(response, line, place, deadline))
    }

    /// Asks on a kept line, or on a new one; on both when the kept one turns out to be dead.
    async fn ask(
        &self,
        place: &Place,
        uri: &Uri,
        request: Request<Full<Bytes>>,
    ) -> Result<(Line, http::Response<hyper::body::Incoming>), OutboundError> {
        if let Some(mut kept) = place.kept_line() {
            match kept.ask(request.clone()).await {
                Ok(response) => return Ok((kept, response)),
                Err(unanswered) if !unanswered.silent => return Err(unanswered.error),
                Err(_) => {}
            }
        }
        let mut line = Line::connect(&self.connector, uri).await?;
        match line.ask(request).await {
            Ok(response) => Ok((line, response)),
            Err(unanswered) => Err(unanswered.error),
        }
    }
}

/// The header `Host`: with the port, unless the scheme implies it.
fn host(uri: &Uri) -> HeaderValue {
    let name = uri.host().unwrap_or_default();
    let implied = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    match uri.port_u16() {
        Some(port) if port != implied => HeaderValue::try_from(format!("{name}:{port}")),
        _ => HeaderValue::from_str(name),
    }
    // `Uri` takes nothing else for a host.
    .expect("a URI's host is of visible ASCII characters")
}

/// For a whole callback (A05).
const WHOLE: Duration = Duration::from_secs(10);
/// For a whole file.
const WHOLE_DOWNLOAD: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests;
