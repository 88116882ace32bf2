//! Lower-case hex, as SNAP writes a body's hash.

/// The 64 digits of a SHA-256.
pub(crate) fn lower(hash: &[u8; 32]) -> String {
    String::from_utf8_lossy(&digits(hash)).into_owned()
}

/// As [`lower`], without an allocation.
pub(crate) fn digits(hash: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    for (pair, byte) in text.chunks_exact_mut(2).zip(hash) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    text
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";
