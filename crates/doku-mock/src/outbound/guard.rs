//! Where the mock may go.

use std::{
    collections::HashSet,
    fmt,
    future::Future,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::Uri;
use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

use super::OutboundError;

/// Loopback, private addresses and the hosts that were allowed. It judges a URL by itself, and as
/// the resolver of the client it judges each name by what it resolves to.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    allow: Arc<HashSet<String>>,
}

impl Guard {
    pub(super) fn new(allow: &[String]) -> Self {
        let plain = |host: &String| host.trim_matches(['[', ']']).to_ascii_lowercase();
        Self { allow: Arc::new(allow.iter().map(plain).collect()) }
    }

    /// What can be told from the URL alone; names are judged when they are resolved.
    pub(super) fn check(&self, uri: &Uri) -> Result<(), OutboundError> {
        let blocked = |reason: &str| Err(OutboundError::Blocked(reason.to_owned()));
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") if cfg!(feature = "tls") => {}
            Some("https") => {
                return blocked("this build has no TLS (feature `tls`): give an http URL");
            }
            _ => return blocked("not an http or https URL"),
        }
        let host = uri.host().unwrap_or_default();
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        // A port that is none would silently be the scheme's; a user name is a secret in the wrong
        // place.
        if authority.len() > host.len() && (authority.contains('@') || uri.port_u16().is_none()) {
            return blocked("its port is not valid, or it contains a user name");
        }
        let literal = &host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        match literal.parse::<IpAddr>() {
            Ok(address) if !self.allow.contains(literal) && !is_local(address) => {
                blocked(&not_allowed(host))
            }
            _ => Ok(()),
        }
    }
}

impl Service<Name> for Guard {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = ResolveError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let allowed = self.allow.contains(&name.as_str().to_ascii_lowercase());
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0))
                .await
                .map_err(|error| ResolveError::Unknown(format!("{}: {error}", name.as_str())))?;
            usable(name.as_str(), found, allowed)
        })
    }
}

/// Why a name leads nowhere.
#[derive(Debug)]
pub(super) enum ResolveError {
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

/// Loopback, or private by RFC 1918 or RFC 4193; link-local is neither, nor is a metadata service.
fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => {
            let is_metadata = METADATA.iter().any(|prefix| v6.segments().starts_with(prefix));
            v6.is_loopback() || (v6.is_unique_local() && !is_metadata)
        }
    }
}

fn not_allowed(host: &str) -> String {
    format!("{host} is neither loopback nor private: allow it with --callback-allow {host}")
}

/// Where AWS (fd00:ec2::/32) and Google Cloud (fd20:ce::/32) keep their machines' credentials, within the private
/// range.
const METADATA: [[u16; 2]; 2] = [[0xfd00, 0x0ec2], [0xfd20, 0x00ce]];

#[cfg(test)]
mod tests {
    use super::*;

    /// What `check` says of the URL's part after `http` and, with TLS, after `https`.
    fn judge(allow: &[&str], rest: &str) -> Result<(), OutboundError> {
        let guard = Guard::new(&allow.iter().map(|&host| host.to_owned()).collect::<Vec<_>>());
        let verdict = guard.check(&format!("http{rest}").parse().unwrap());
        if cfg!(feature = "tls") {
            assert_eq!(guard.check(&format!("https{rest}").parse().unwrap()), verdict, "{rest}");
        }
        verdict
    }

    #[test]
    fn only_local_targets_and_allowed_hosts_are_called() {
        for rest in [
            "://8.8.8.8/x",
            "://169.254.169.254/latest/meta-data",
            "://[2001:db8::1]/x",
            "://[::ffff:8.8.8.8]/x",
            "://[fd00:ec2::254]/latest/meta-data",
            "://[fd00:ec2::23]/v1/credentials",
            "://[FD20:CE::254]/computeMetadata",
            "://127.0.0.1:99999/x",
            "://127.0.0.1:x/x",
            "://127.0.0.1:/x",
            "://user@127.0.0.1/x",
            // Anywhere, by several ways to write what leads to loopback or to private addresses.
            "://0.0.0.0/x",
            "://[::]/x",
            "://[::127.0.0.1]/x",
            "://[64:ff9b::10.0.0.1]/x",
            "://[2002:0a00:0001::1]/x",
            "://[fe80::1]/x",
            "://[fec0::1]/x",
            "://[::ffff:169.254.169.254]/x",
            "://100.100.100.200/x",
            "://168.63.129.16/x",
            "://255.255.255.255/x",
        ] {
            let verdict = judge(&[], rest);
            assert!(matches!(verdict, Err(OutboundError::Blocked(_))), "{rest}: {verdict:?}");
        }
        for rest in ["://127.0.0.1:1/x", "://192.168.1.2/x", "://[::1]:1/x", "://name.test/x"] {
            assert_eq!(judge(&[], rest), Ok(()), "{rest}");
        }
        assert_eq!(judge(&["8.8.8.8"], "://8.8.8.8/x"), Ok(()));
        for host in ["2001:DB8::1", "[2001:db8::1]"] {
            assert_eq!(judge(&[host], "://[2001:dB8::1]/x"), Ok(()), "{host}");
        }
    }

    #[test]
    fn only_http_is_spoken() {
        for url in ["ftp://127.0.0.1/x", "/x", "127.0.0.1:80", "httpss://127.0.0.1/x"] {
            let verdict = Guard::new(&[]).check(&url.parse().unwrap());
            let reason = "not an http or https URL".to_owned();
            assert_eq!(verdict, Err(OutboundError::Blocked(reason)), "{url}");
        }
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn without_tls_https_is_blocked_and_the_reason_says_so() {
        let verdict = Guard::new(&[]).check(&Uri::from_static("https://127.0.0.1/x"));
        let error = verdict.unwrap_err().to_string();
        assert!(error.contains("feature `tls`"), "{error}");
    }

    #[tokio::test]
    async fn a_name_is_judged_by_what_it_resolves_to() {
        let mut guard = Guard::new(&[]);
        let local = guard.call("localhost".parse().unwrap()).await.unwrap();
        assert!(local.into_iter().all(|address| address.ip().is_loopback()));

        // As curl and C write addresses: judged by what they mean.
        for name in ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost."] {
            let found = guard.call(name.parse().unwrap()).await;
            // Not every resolver knows them.
            assert!(
                found.is_err() || found.is_ok_and(|mut all| all.all(|a| a.ip().is_loopback())),
                "{name}"
            );
        }
        for name in ["134744072", "0x08080808", "010.010.010.010", "8.8.2056", "2852039166"] {
            assert!(guard.call(name.parse().unwrap()).await.is_err(), "{name}");
        }

        let [inside, outside]: [SocketAddr; 2] =
            ["10.0.0.1:80", "8.8.8.8:80"].map(|address| address.parse().unwrap());
        let both = || [inside, outside].into_iter();
        assert_eq!(usable("x", both(), false).unwrap().as_slice(), [inside]);
        assert_eq!(usable("x", both(), true).unwrap().as_slice(), [inside, outside]);
        let refused = usable("x", [outside].into_iter(), false).unwrap_err();
        assert!(refused.to_string().contains("--callback-allow x"), "{refused}");
    }
}
