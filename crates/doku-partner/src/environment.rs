//! Which host is called.

use std::fmt;

use doku_types::validate::{is_http_url, is_loopback_host};
use http::Uri;

/// The host of the calls: UAT, production or one of your own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment(String);

impl Environment {
    /// DOKU's test host for partners (documented: all pages of the API). Not the payment APIs'
    /// sandbox, which is another host.
    pub fn uat() -> Self {
        Self("https://api-uat.doku.com".to_owned())
    }

    /// DOKU's production host (documented: all pages of the API).
    pub fn production() -> Self {
        Self("https://api.doku.com".to_owned())
    }

    /// Another host, such as a `doku-mock`: `http://127.0.0.1:8480`.
    ///
    /// # Errors
    /// When the text is not the scheme, host and port of an http or https URL, or is plain http
    /// to another machine: identity papers and keys would travel open.
    pub fn custom(base_url: &str) -> Result<Self, InvalidBaseUrl> {
        let environment = Self::custom_even_plain(base_url)?;
        if environment.0.starts_with("http:") && !environment.is_loopback() {
            return Err(InvalidBaseUrl { why: "plain http goes to loopback only; use https" });
        }
        Ok(environment)
    }

    /// The same, with plain http to other machines allowed: to a mock in a network of containers, say.
    /// Never for real merchants: their identity papers would travel open.
    ///
    /// # Errors
    /// When the text is not the scheme, host and port of an http or https URL.
    pub fn custom_even_plain(base_url: &str) -> Result<Self, InvalidBaseUrl> {
        let invalid = |why| Err(InvalidBaseUrl { why });
        if !is_http_url(base_url) {
            return invalid("it is not an http or https URL of a host, without user name");
        }
        let Ok(uri) = base_url.parse::<Uri>() else {
            return invalid("it is not a URL");
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return invalid("leave out path and query; the operations add theirs");
        }
        Ok(Self(base_url.trim_end_matches('/').to_owned()))
    }

    /// Scheme, host and port, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.0
    }

    /// Whether calls stay on this machine.
    pub fn is_loopback(&self) -> bool {
        self.0.parse::<Uri>().is_ok_and(|uri| uri.host().is_some_and(is_loopback_host))
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The base URL cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the base URL cannot be used: {why}")]
pub struct InvalidBaseUrl {
    why: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_scheme_host_and_port() {
        for url in [
            "http://127.0.0.1:8480",
            "http://localhost:1/",
            "http://[::1]:1",
            "https://doku.example",
        ] {
            assert_eq!(Environment::custom(url).unwrap().base_url(), url.trim_end_matches('/'));
        }
        for url in [
            "",
            "127.0.0.1:8480",
            "http://10.0.0.1",
            "ftp://x",
            "https://x/y",
            "https://x?y",
            "https://x/#y",
            "https://u:p@x",
            "https://x:99999",
            "https://x:0",
            "https://x:",
        ] {
            assert!(Environment::custom(url).is_err(), "{url}");
        }
    }

    #[test]
    fn plain_http_goes_to_other_machines_only_where_that_is_allowed() {
        for url in ["http://10.0.0.1:8480", "http://mock:8480"] {
            assert!(Environment::custom(url).is_err(), "{url}");
            assert!(Environment::custom_even_plain(url).is_ok(), "{url}");
        }
        assert!(Environment::custom_even_plain("ftp://x").is_err());
    }
}
