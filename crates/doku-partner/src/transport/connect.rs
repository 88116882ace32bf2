//! Connections: direct or through a proxy, within a time.

use std::{
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use doku_types::validate::is_loopback_host;
use http::Uri;
use hyper_util::{
    client::{
        legacy::connect::{HttpConnector, proxy::Tunnel},
        proxy::matcher::Matcher,
    },
    rt::TokioIo,
};
use tokio::net::TcpStream;
use tower_service::Service;

use crate::BoxError;

type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// Which proxy is for which host.
#[derive(Clone)]
pub(super) struct Proxies(Option<Arc<Matcher>>);

impl Proxies {
    /// As `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    pub(super) fn from_env() -> Self {
        Self(Some(Arc::new(Matcher::from_env())))
    }

    pub(super) fn none() -> Self {
        Self(None)
    }

    /// This one for all.
    pub(super) fn one(url: &str) -> Result<Self, InvalidProxy> {
        let matcher = Matcher::builder().https(url).build();
        let example = Uri::from_static("https://api.doku.com");
        let usable = matcher.intercept(&example).filter(|found| is_http(found.uri()));
        usable.map(|_| Self(Some(Arc::new(matcher)))).ok_or(InvalidProxy)
    }
}

fn is_http(proxy: &Uri) -> bool {
    proxy.scheme_str() == Some("http") && proxy.host().is_some_and(|host| !host.is_empty())
}

/// The proxy cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the proxy cannot be used: give one such as http://proxy.example:3128")]
#[non_exhaustive]
pub struct InvalidProxy;

/// Opens TCP connections. https goes through a proxy by CONNECT, where there is one; plain http, and
/// whatever is on this machine, is called directly.
#[derive(Clone)]
pub(super) struct Dialer {
    http: HttpConnector,
    proxies: Proxies,
}

impl Dialer {
    pub(super) fn new(proxies: Proxies) -> Self {
        let mut http = HttpConnector::new();
        http.set_nodelay(true);
        // The TLS layer looks at the scheme.
        http.enforce_http(false);
        Self { http, proxies }
    }
}

impl Service<Uri> for Dialer {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.http.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let is_remote_tls = uri.scheme_str() == Some("https")
            && uri.host().is_some_and(|host| !is_loopback_host(host));
        let matcher = self.proxies.0.as_ref().filter(|_| is_remote_tls);
        let Some(proxy) = matcher.and_then(|matcher| matcher.intercept(&uri)) else {
            let connecting = self.http.call(uri);
            return Box::pin(async move { connecting.await.map_err(Into::into) });
        };
        if !is_http(proxy.uri()) {
            return Box::pin(async { Err(Box::new(InvalidProxy) as BoxError) });
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.http.clone());
        if let Some(authorization) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(authorization.clone());
        }
        let tunnelling = tunnel.call(uri);
        Box::pin(async move { tunnelling.await.map_err(Into::into) })
    }
}

/// A connector that gives up after a time, its TLS handshake included.
#[derive(Clone)]
pub(super) struct Timed<C> {
    connector: C,
    time: Duration,
}

impl<C> Timed<C> {
    pub(super) fn new(connector: C, time: Duration) -> Self {
        Self { connector, time }
    }
}

impl<C> Service<Uri> for Timed<C>
where
    C: Service<Uri>,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
    C::Response: Send,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Connecting<C::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let (connecting, time) = (self.connector.call(uri), self.time);
        Box::pin(async move {
            match tokio::time::timeout(time, connecting).await {
                Ok(connected) => connected.map_err(Into::into),
                Err(_) => {
                    Err(io::Error::new(io::ErrorKind::TimedOut, "not within its time").into())
                }
            }
        })
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A proxy's URL may hold a password.
        f.write_str("Proxies(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_an_http_url() {
        for url in ["http://proxy.example:3128", "proxy.example:3128", "http://u:p@127.0.0.1:1"] {
            assert!(Proxies::one(url).is_ok(), "{url}");
        }
        for url in ["", "socks5://127.0.0.1:1", "https://proxy.example", "http://"] {
            assert_eq!(Proxies::one(url).unwrap_err(), InvalidProxy, "{url}");
        }
    }
}
