//! What may stand for the target.

use std::borrow::Cow;

use http::{HeaderMap, header::HOST};

use super::{Mistake, slot::Slot};
use crate::Message;

/// The target of a message, by its path and query. Non-SNAP signs the path alone, SNAP all of it.
pub(super) fn slot(message: &Message<'_>, with_query: bool, depth: usize) -> Slot {
    let wire = message.target;
    let (path, query) = wire.split_at(wire.find('?').unwrap_or(wire.len()));
    let (right, other, mistake) = match with_query {
        true => (query, "", Mistake::TargetNoQuery),
        false => ("", query, Mistake::TargetQuery),
    };
    let mut slot = Slot::right(Some([path, right].concat().as_bytes()));
    if depth == 0 {
        return slot;
    }
    let fronts = fronts(message.headers);
    for (queried, query) in [(None, right), (Some(mistake), other)] {
        for (slashed, path) in slashes(path) {
            for (coded, target) in codings(&path, query) {
                for (fronted, front) in &fronts {
                    // The whole URL has its query or not, as it is found.
                    let queried = queried.filter(|_| !front.is_https());
                    let mistakes = [queried, slashed, coded, *fronted];
                    let mistakes: Vec<_> = mistakes.into_iter().flatten().collect();
                    if (1..=depth).contains(&mistakes.len()) {
                        slot = match front.before(&target) {
                            Some(text) => slot.or_all(mistakes, &text),
                            None => slot,
                        };
                    }
                }
            }
        }
    }
    slot
}

/// What becomes of the target's beginning.
enum Front {
    With(String),
    WithoutSlash,
}

impl Front {
    fn is_https(&self) -> bool {
        matches!(self, Self::With(front) if front.starts_with("https:"))
    }

    fn before(&self, target: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::With(front) => Some([front.as_bytes(), target].concat()),
            Self::WithoutSlash => target.strip_prefix(b"/").map(<[u8]>::to_vec),
        }
    }
}

/// A client's own request has its `Host` only when it is sent: DOKU's stand for it.
fn fronts(headers: &HeaderMap) -> Vec<(Option<Mistake>, Front)> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let hosts = host.as_ref().map_or(&DOKU_HOSTS[..], std::slice::from_ref);
    let mut fronts = vec![
        (None, Front::With(String::new())),
        (Some(Mistake::TargetNoLeadingSlash), Front::WithoutSlash),
    ];
    for host in hosts {
        fronts.extend([
            (Some(Mistake::TargetUrl), Front::With(format!("https://{host}"))),
            (Some(Mistake::TargetUrl), Front::With(format!("http://{host}"))),
            (Some(Mistake::TargetHost), Front::With((*host).to_owned())),
        ]);
    }
    fronts
}

/// The path, and the path with a slash at its end where it has none, or without.
fn slashes(path: &str) -> [(Option<Mistake>, Cow<'_, str>); 2] {
    let other = match path.strip_suffix('/') {
        Some(bare) => (Some(Mistake::TargetSlashRemoved), bare.into()),
        None => (Some(Mistake::TargetSlashAdded), [path, "/"].concat().into()),
    };
    [(None, path.into()), other]
}

/// Path and query, and both with percent signs read or written.
fn codings(path: &str, query: &str) -> [(Option<Mistake>, Vec<u8>); 4] {
    let encoded = |kept| [&encoded(path, kept), query].concat().into_bytes();
    let whole = [path, query].concat();
    [
        (Some(Mistake::TargetDecoded), decoded(&whole)),
        (Some(Mistake::TargetEncoded), encoded("%")),
        (Some(Mistake::TargetEncoded), encoded("")),
        (None, whole.into_bytes()),
    ]
}
/// Each `%41` as the byte that it stands for.
fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escape = || {
            let (&[high, low], after) = after.split_first_chunk::<2>()?;
            let digit = |byte: u8| char::from(byte).to_digit(16);
            Some(((digit(high)? << 4 | digit(low)?) as u8, after))
        };
        let (byte, after) = match *first {
            b'%' => escape().unwrap_or((b'%', after)),
            byte => (byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    bytes
}

/// Everything escaped but what never has to be, the slashes, and these characters.
fn encoded(text: &str, kept: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~/".contains(c) || kept.contains(c) {
            encoded.push(c);
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The documented ones: sandbox, production, and UAT.
const DOKU_HOSTS: [&str; 3] = ["api-sandbox.doku.com", "api.doku.com", "api-uat.doku.com"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_are_read_and_written() {
        for (text, wanted) in
            [("/a%20b%2Fc", "/a b/c"), ("/%e9%", "/\u{fffd}%"), ("/%4", "/%4"), ("/%zz", "/%zz")]
        {
            assert_eq!(String::from_utf8_lossy(&decoded(text)), wanted);
        }
        assert_eq!(encoded("/a b:é%20", "%"), "/a%20b%3A%C3%A9%20");
        assert_eq!(encoded("/a%20", ""), "/a%2520");
    }
}
