//! The mock's own requests: callbacks, and files named by `file_url`. They go to loopback and
//! private addresses, unless a host is allowed by name; so a mock in a CI job cannot be made to
//! call the world, nor the metadata service of the large clouds.

use std::{
    collections::HashSet,
    fmt,
    future::Future,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::TokioExecutor,
};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};
use tower_service::Service;

/// A client that only goes where it may.
#[derive(Debug, Clone)]
pub(crate) struct Outbound {
    client: Client<HttpConnector<GuardedResolver>, Full<Bytes>>,
    allow: Arc<HashSet<String>>,
    places: Arc<Semaphore>,
}

/// Why there is no answer.
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
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// Whole, or why not.
    pub(crate) body: Result<Bytes, BodyError>,
}

impl Outbound {
    pub(crate) fn new(allow: &[String]) -> Self {
        let allow: Arc<HashSet<String>> = Arc::new(
            allow.iter().map(|host| host.trim_matches(['[', ']']).to_ascii_lowercase()).collect(),
        );
        let mut connector = HttpConnector::new_with_resolver(GuardedResolver(Arc::clone(&allow)));
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        // No pool: a receiver may close a kept connection just when the next callback is sent on
        // it, and the callback would wait half an hour for its retry.
        let client =
            Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
        Self { client, allow, places: Arc::new(Semaphore::new(MAX_AT_ONCE)) }
    }

    /// Sends a request and reads the answer, with a body of at most `limit` bytes; takes at most
    /// 5 s for the connection and 10 s in all (A05). Redirects are not followed.
    ///
    /// # Errors
    /// [`OutboundError`], while not even the head of an answer came.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        limit: usize,
    ) -> Result<Answer, OutboundError> {
        self.may_go_to(request.uri())?;
        // The semaphore is never closed.
        let _place = self.places.acquire().await;
        let deadline = Instant::now() + WHOLE;
        let late = |_| failed(&format!("no answer within {} s", WHOLE.as_secs()));
        let response = timeout_at(deadline, self.client.request(request)).await.map_err(late)?;
        let (parts, body) = response.map_err(|error| failure(&error))?.into_parts();
        let body = timeout_at(deadline, Limited::new(body, limit).collect()).await;
        let body = match body {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge),
            Ok(Err(_)) | Err(_) => Err(BodyError::BrokenOff),
        };
        Ok(Answer { status: parts.status, body })
    }

    /// What can be told from the URL alone; names are judged when they are resolved.
    fn may_go_to(&self, uri: &Uri) -> Result<(), OutboundError> {
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => {
                let reason = "https targets are not supported yet: give an http URL";
                return Err(OutboundError::Blocked(reason.to_owned()));
            }
            _ => return Err(OutboundError::Blocked("not an http URL".to_owned())),
        }
        let host = uri.host().unwrap_or_default();
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        // A port that is none would silently be 80; a user name is a secret in the wrong place.
        if authority.len() > host.len() && (authority.contains('@') || uri.port_u16().is_none()) {
            return Err(OutboundError::Blocked(
                "its port is not valid, or it contains a user name".to_owned(),
            ));
        }
        let literal = &host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        match literal.parse::<IpAddr>() {
            Ok(address) if !self.allow.contains(literal) && !is_local(address) => {
                Err(OutboundError::Blocked(not_allowed(host)))
            }
            _ => Ok(()),
        }
    }
}

/// Resolves a name, to loopback and private addresses only unless the name is allowed.
#[derive(Debug, Clone)]
struct GuardedResolver(Arc<HashSet<String>>);

impl Service<Name> for GuardedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = ResolveError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let allowed = self.0.contains(&name.as_str().to_ascii_lowercase());
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0))
                .await
                .map_err(|error| ResolveError::Unknown(format!("{}: {error}", name.as_str())))?;
            usable(name.as_str(), found, allowed)
        })
    }
}

/// Those of the found addresses that may be called.
fn usable(
    name: &str,
    found: impl Iterator<Item = SocketAddr>,
    allowed: bool,
) -> Result<std::vec::IntoIter<SocketAddr>, ResolveError> {
    let usable: Vec<_> = found.filter(|address| allowed || is_local(address.ip())).collect();
    if usable.is_empty() {
        return Err(ResolveError::Blocked(not_allowed(name)));
    }
    Ok(usable.into_iter())
}

#[derive(Debug)]
enum ResolveError {
    Blocked(String),
    Unknown(String),
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocked(reason) => f.write_str(reason),
            Self::Unknown(reason) => write!(f, "no address for {reason}"),
        }
    }
}

impl std::error::Error for ResolveError {}

/// Loopback, or private by RFC 1918 or RFC 4193; link-local is neither, nor is a metadata service.
fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || (v6.is_unique_local() && !METADATA.contains(&v6)),
    }
}

/// The innermost cause says most.
fn failure(error: &hyper_util::client::legacy::Error) -> OutboundError {
    let mut cause: &dyn std::error::Error = error;
    loop {
        if let Some(ResolveError::Blocked(reason)) = cause.downcast_ref() {
            return OutboundError::Blocked(reason.clone());
        }
        match cause.source() {
            Some(source) => cause = source,
            None => return failed(&cause.to_string()),
        }
    }
}

fn failed(what: &str) -> OutboundError {
    OutboundError::Failed(what.to_owned())
}

fn not_allowed(host: &str) -> String {
    format!("{host} is neither loopback nor private: allow it with --callback-allow {host}")
}

/// How many requests are under way at once: a receiver is not to be flooded, since what it cannot
/// answer in time waits for its retry.
const MAX_AT_ONCE: usize = 32;
/// Where AWS and Google Cloud keep their machines' credentials, within the private range.
const METADATA: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254),
    Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254),
];
/// For the connection alone (A05).
const CONNECT: Duration = Duration::from_secs(5);
/// For the whole exchange (A05).
const WHOLE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_local_targets_and_allowed_hosts_are_called() {
        let outbound = Outbound::new(&[]);
        for url in [
            "http://8.8.8.8/x",
            "http://169.254.169.254/latest/meta-data",
            "http://[2001:db8::1]/x",
            "http://[::ffff:8.8.8.8]/x",
            "http://[fd00:ec2::254]/latest/meta-data",
            "http://[FD20:CE::254]/computeMetadata",
            "https://127.0.0.1/x",
            "ftp://127.0.0.1/x",
            "http://127.0.0.1:99999/x",
            "http://127.0.0.1:x/x",
            "http://user@127.0.0.1/x",
        ] {
            let request = Request::get(url).body(Full::default()).unwrap();
            let error = outbound.send(request, 1).await.unwrap_err();
            assert!(matches!(error, OutboundError::Blocked(_)), "{url}: {error}");
        }
        let may = |outbound: &Outbound, url: &'static str| {
            outbound.may_go_to(&Uri::from_static(url)).is_ok()
        };
        assert!(may(&outbound, "http://127.0.0.1:1/x"));
        assert!(may(&outbound, "http://192.168.1.2/x"));
        assert!(may(&outbound, "http://[::1]:1/x"));
        assert!(may(&Outbound::new(&["8.8.8.8".to_owned()]), "http://8.8.8.8/x"));
        for host in ["2001:DB8::1", "[2001:db8::1]"] {
            assert!(may(&Outbound::new(&[host.to_owned()]), "http://[2001:dB8::1]/x"), "{host}");
        }
    }

    #[tokio::test]
    async fn a_name_is_judged_by_what_it_resolves_to() {
        let mut resolver = GuardedResolver(Arc::default());
        let local = resolver.call("localhost".parse().unwrap()).await.unwrap();
        assert!(local.into_iter().all(|address| address.ip().is_loopback()));

        let [inside, outside]: [SocketAddr; 2] =
            ["10.0.0.1:80", "8.8.8.8:80"].map(|address| address.parse().unwrap());
        let both = || [inside, outside].into_iter();
        assert_eq!(usable("x", both(), false).unwrap().as_slice(), [inside]);
        assert_eq!(usable("x", both(), true).unwrap().as_slice(), [inside, outside]);
        let refused = usable("x", [outside].into_iter(), false).unwrap_err();
        assert!(refused.to_string().contains("--callback-allow x"), "{refused}");
    }
}
