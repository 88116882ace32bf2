//! URLs and hosts, as far as callbacks and files need them.

use std::net::{IpAddr, Ipv6Addr};

/// Whether a text is a URL that can be called: `http` or `https`, a host, a port from 1 if there is
/// one; no user name, no fragment, nothing that would have to be escaped (A35).
///
/// ```
/// use doku_types::validate::is_http_url;
///
/// assert!(is_http_url("https://shop.example/doku"));
/// assert!(!is_http_url("https://shop.example:99999/doku"));
/// ```
pub fn is_http_url(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let authority = rest.and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_name = |host: &str| {
        let label = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        };
        host.strip_suffix('.').unwrap_or(host).split('.').all(label)
    };
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => is_name(host),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    is_host
        && port.is_none_or(is_port)
        && url.bytes().all(|b| b.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&b))
}

/// Whether the host of a URL or of a `Host` header is this machine: `localhost`, or a loopback
/// address, with or without brackets.
pub fn is_loopback_host(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || literal.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_url_is_absolute_and_leads_somewhere() {
        for url in [
            "https://shop.example/doku",
            "http://127.0.0.1:8480",
            "http://[::1]:1/x?a=1",
            "https://shop_1.example.:443/a%20b",
        ] {
            assert!(is_http_url(url), "{url}");
        }
        for url in [
            "",
            "shop.example/doku",
            "ftp://shop.example",
            "http://",
            "http:///x",
            "http://[::1",
            "http://[x]/",
            "http://%%/",
            "http://:80/x",
            "http://a..b/",
            "http://a:0/",
            "http://a:/",
            "http://a:99999/x",
            "http://user:pw@a/x",
            "http://a/#x",
            "http://a/ b",
            "http://a/é",
        ] {
            assert!(!is_http_url(url), "{url}");
        }
    }
}
