//! What is in a program: by its ELF headers, and private keys among its bytes.

/// What the headers of a program say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Elf {
    /// Whether something else has to load it.
    pub(super) has_loader: bool,
    /// How many shared libraries it needs.
    pub(super) libraries: usize,
    pub(super) has_symbols: bool,
}

impl Elf {
    /// `None` if it is no whole 64-bit little-endian ELF file.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        // The magic number, 64 bits, little endian.
        if bytes.get(..6)? != b"\x7fELF\x02\x01" {
            return None;
        }
        let mut elf = Self { has_loader: false, libraries: 0, has_symbols: false };
        let segments =
            table(bytes, u64_at(bytes, 0x20)?, u16_at(bytes, 0x36)?, u16_at(bytes, 0x38)?);
        for segment in segments {
            let segment = segment?;
            match u32_at(segment, 0)? {
                PT_INTERP => elf.has_loader = true,
                PT_DYNAMIC => {
                    let start = usize::try_from(u64_at(segment, 0x08)?).ok()?;
                    let length = usize::try_from(u64_at(segment, 0x20)?).ok()?;
                    let entries = bytes.get(start..start.checked_add(length)?)?.chunks_exact(16);
                    elf.libraries += entries
                        .take_while(|entry| u64_at(entry, 0) != Some(DT_NULL))
                        .filter(|entry| u64_at(entry, 0) == Some(DT_NEEDED))
                        .count();
                }
                _ => {}
            }
        }
        let sections =
            table(bytes, u64_at(bytes, 0x28)?, u16_at(bytes, 0x3a)?, u16_at(bytes, 0x3c)?);
        for section in sections {
            elf.has_symbols |= u32_at(section?, 4)? == SHT_SYMTAB;
        }
        Some(elf)
    }
}

/// The entries of a table at `start`; `None` for one that is not there.
fn table(bytes: &[u8], start: u64, size: u16, count: u16) -> impl Iterator<Item = Option<&[u8]>> {
    (0..u64::from(count)).map(move |number| {
        let from = start.checked_add(number * u64::from(size))?;
        let from = usize::try_from(from).ok()?;
        bytes.get(from..from.checked_add(size.into())?)
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// How many private keys there are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Keys {
    /// The one that may be there.
    pub(super) known: usize,
    pub(super) others: usize,
}

/// Counts private keys: in DER by how they begin, in PEM by a label with something after it.
pub(super) fn private_keys(bytes: &[u8], known: &[u8]) -> Keys {
    let mut keys = Keys { known: 0, others: 0 };
    let mut after_known = 0;
    // What either begins with.
    for at in memchr::memchr2_iter(0x30, b'-', bytes) {
        let rest = &bytes[at..];
        if at < after_known {
            // The key that may be there has another one inside.
        } else if rest.starts_with(known) {
            keys.known += 1;
            after_known = at + known.len();
        } else {
            keys.others += usize::from(is_der(rest) || is_pem(rest));
        }
    }
    keys
}

/// A sequence of so many bytes that begins with version 0 or 1 and goes on as one of these keys does.
fn is_der(rest: &[u8]) -> bool {
    let content = match rest {
        [0x30, 0x82, _, _, content @ ..] | [0x30, 0x81, _, content @ ..] => content,
        [0x30, 0x20..=0x7f, content @ ..] => content,
        _ => return false,
    };
    let [0x02, 0x01, 0 | 1, after @ ..] = content else { return false };
    let pkcs8 = [&b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"[..], EC, ED25519];
    let pkcs1 = b"\x02\x82\x01\x01\x00";
    let long_pkcs1 = b"\x02\x82\x02\x01\x00";
    pkcs8.iter().any(|begin| after.starts_with(begin))
        || after.starts_with(pkcs1)
        || after.starts_with(long_pkcs1)
}

fn is_pem(rest: &[u8]) -> bool {
    let Some(label) = rest.strip_prefix(b"-----BEGIN ") else { return false };
    let end = label.windows(5).take(40).position(|window| window == b"-----");
    let Some((label, after)) = end.map(|end| (&label[..end], &label[end + 5..])) else {
        return false;
    };
    let line = after.iter().skip_while(|byte| byte.is_ascii_whitespace()).take(32);
    let is_text = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    label.ends_with(b"PRIVATE KEY") && line.filter(|byte| is_text(byte)).count() == 32
}

const PT_DYNAMIC: u32 = 2;
const PT_INTERP: u32 = 3;
const DT_NULL: u64 = 0;
const DT_NEEDED: u64 = 1;
const SHT_SYMTAB: u32 = 2;
/// An elliptic curve's key, as PKCS#8 has it.
const EC: &[u8] = b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
const ED25519: &[u8] = b"\x30\x05\x06\x03\x2b\x65\x70";

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = include_bytes!("../../../crates/doku-mock/src/token-key.der");

    #[test]
    fn a_program_is_told_from_what_is_none() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        if cfg!(all(target_os = "linux", target_env = "gnu")) {
            let elf = Elf::read(&own).unwrap();
            // A release build is stripped.
            assert!(elf.has_symbols || !cfg!(debug_assertions), "{elf:?}");
            assert!(elf.has_loader && elf.libraries > 0, "{elf:?}");
        }
        assert_eq!(Elf::read(b""), None);
        assert_eq!(Elf::read(b"\x7fELF\x02\x01"), None);
        assert_eq!(Elf::read(&own[..own.len().min(100)]), None);
    }

    #[test]
    fn keys_are_found_wherever_they_are() {
        let count = |bytes: &[u8]| private_keys(bytes, KEY);
        assert_eq!(count(b"-----BEGIN PRIVATE KEY-----\0"), Keys { known: 0, others: 0 });
        assert_eq!(count(&[b"..", KEY, b".."].concat()), Keys { known: 1, others: 0 });
        let mut other = KEY.to_vec();
        *other.last_mut().unwrap() ^= 1;
        assert_eq!(count(&[KEY, b"..", &other].concat()).known, 1);
        assert!(count(&[KEY, b"..", &other].concat()).others > 0);
        let pem = b"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBcFC5pkPlSqBnQ1Vq5uY1pQ\n";
        assert_eq!(count(pem), Keys { known: 0, others: 1 });
    }
}
