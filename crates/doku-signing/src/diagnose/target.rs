//! What may stand for the target.

use super::{Mistake, slot::Slot};

/// The target of a message that was sent to `wire`, path and query. Non-SNAP signs the path alone,
/// SNAP all of it.
pub(super) fn slot(wire: &str, with_query: bool, host: Option<&str>) -> Slot {
    let path = wire.split('?').next().unwrap_or_default();
    let (right, other, mistake) = match with_query {
        true => (wire, path, Mistake::TargetNoQuery),
        false => (path, wire, Mistake::TargetQuery),
    };
    let query = &right[path.len()..];
    let mut slot = Slot::right(Some(right.as_bytes()))
        .or(mistake, [other])
        .or_bytes(Mistake::TargetDecoded, &decoded(right))
        .or(Mistake::TargetEncoded, [&encoded(path, "%"), query])
        .or(Mistake::TargetEncoded, [&encoded(path, ""), query]);
    slot = match path.strip_suffix('/') {
        Some(bare) => slot.or(Mistake::TargetSlashRemoved, [bare, query]),
        None => slot.or(Mistake::TargetSlashAdded, [path, "/", query]),
    };
    if let Some(bare) = right.strip_prefix('/') {
        slot = slot.or(Mistake::TargetNoLeadingSlash, [bare]);
    }
    let Some(host) = host else { return slot };
    slot.or(Mistake::TargetUrl, ["https://", host, right])
        .or(Mistake::TargetUrl, ["http://", host, right])
        .or(Mistake::TargetUrl, ["https://", host, other])
        .or(Mistake::TargetHost, [host, right])
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
