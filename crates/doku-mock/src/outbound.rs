//! The mock's own requests: callbacks, and files named by `file_url`. They go to loopback and
//! private addresses, unless a host is allowed by name; so a mock in a CI job cannot be made to
//! call the world, nor a cloud's metadata service.

use std::{
    collections::HashSet,
    fmt,
    future::Future,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::{TokioExecutor, TokioTimer},
};
use tower_service::Service;

/// A client that only goes where it may.
#[derive(Debug, Clone)]
pub(crate) struct Outbound {
    client: Client<HttpConnector<GuardedResolver>, Full<Bytes>>,
    allow: Arc<HashSet<String>>,
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

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// Whole, or `None` if it is larger than was asked for.
    pub(crate) body: Option<Bytes>,
}

impl Outbound {
    pub(crate) fn new(allow: &[String]) -> Self {
        let allow: Arc<HashSet<String>> =
            Arc::new(allow.iter().map(|host| host.to_ascii_lowercase()).collect());
        let mut connector = HttpConnector::new_with_resolver(GuardedResolver(Arc::clone(&allow)));
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(connector);
        Self { client, allow }
    }

    /// Sends a request and reads the answer, with a body of at most `limit` bytes; takes at most
    /// 5 s for the connection and 10 s in all (A05). Redirects are not followed.
    ///
    /// # Errors
    /// See [`OutboundError`].
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        limit: usize,
    ) -> Result<Answer, OutboundError> {
        self.may_go_to(request.uri())?;
        let exchange = async {
            let response = self
                .client
                .request(request)
                .await
                .map_err(|error| failure(&error))?;
            let (parts, mut body) = response.into_parts();
            let mut read = BytesMut::new();
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(|_| failed("the answer broke off"))?;
                if let Ok(data) = frame.into_data() {
                    if read.len() + data.len() > limit {
                        return Ok(Answer {
                            status: parts.status,
                            body: None,
                        });
                    }
                    read.extend_from_slice(&data);
                }
            }
            Ok(Answer {
                status: parts.status,
                body: Some(read.freeze()),
            })
        };
        tokio::time::timeout(WHOLE, exchange)
            .await
            .unwrap_or_else(|_| Err(failed(&format!("no answer within {} s", WHOLE.as_secs()))))
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
        let literal = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>();
        match literal {
            Ok(address) if !self.allow.contains(host) && !is_local(address) => {
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
            let usable: Vec<_> = found
                .filter(|address| allowed || is_local(address.ip()))
                .collect();
            if usable.is_empty() {
                return Err(ResolveError::Blocked(not_allowed(name.as_str())));
            }
            Ok(usable.into_iter())
        })
    }
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

/// Loopback, or private by RFC 1918 or RFC 4193; link-local is neither.
fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
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
            "https://127.0.0.1/x",
            "ftp://127.0.0.1/x",
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
        assert!(may(
            &Outbound::new(&["8.8.8.8".to_owned()]),
            "http://8.8.8.8/x"
        ));
    }

    #[tokio::test]
    async fn a_name_is_judged_by_what_it_resolves_to() {
        let mut resolver = GuardedResolver(Arc::default());
        let local = resolver.call("localhost".parse().unwrap()).await.unwrap();
        assert!(local.into_iter().all(|address| address.ip().is_loopback()));
    }
}
