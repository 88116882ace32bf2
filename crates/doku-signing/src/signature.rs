//! The last stage of every scheme: the text of a signature, and what can be wrong with it.

use base64::{
    Engine,
    alphabet::STANDARD as ALPHABET,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};

/// Why a signature is refused. Never holds the expected signature, nor a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The key is empty or blank: an HMAC by it is one that anybody can make.
    #[error(
        "the key is empty, so anybody could have signed: see that the secret key is set where this program reads it"
    )]
    NoKey,
    /// A non-SNAP signature that does not begin with `HMACSHA256=`.
    #[error("the signature does not begin with HMACSHA256=")]
    Prefix,
    /// Not standard base64: another alphabet, white space, or bits that stand for nothing.
    #[error("the signature is not standard base64")]
    Base64,
    /// Not as many bytes as the scheme's signatures have.
    #[error("the signature has another length than those of its scheme")]
    Length,
    /// The signature is of other bytes or by another key.
    #[error(
        "the signature does not match: check the key, the path, and that the body is signed as sent; `doku_signing::diagnose` finds most mistakes"
    )]
    Mismatch,
}

/// Standard base64 with padding, as every DOKU signature is written.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The base64 of a SHA-256, without an allocation.
pub(crate) fn encode_digest(hash: &[u8; 32]) -> [u8; 44] {
    let mut text = [0; 44];
    let length = STANDARD.encode_slice(hash, &mut text);
    debug_assert_eq!(length, Ok(44), "32 bytes are 44 characters");
    text
}

/// Reads standard base64, with its padding or without (one of DOKU's samples leaves it out).
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, SignatureError> {
    LENIENT_PADDING.decode(text).map_err(|_| SignatureError::Base64)
}

/// As [`decode`], for a signature of `N` bytes.
pub(crate) fn decode_array<const N: usize>(text: &str) -> Result<[u8; N], SignatureError> {
    // A buffer of the estimated size, which may be some bytes more than the text decodes to.
    let mut buffer = [0; 68];
    let length = match LENIENT_PADDING.decode_slice(text, &mut buffer) {
        Ok(length) => length,
        Err(base64::DecodeSliceError::OutputSliceTooSmall) => return Err(SignatureError::Length),
        Err(base64::DecodeSliceError::DecodeError(_)) => return Err(SignatureError::Base64),
    };
    buffer[..length].try_into().map_err(|_| SignatureError::Length)
}

const LENIENT_PADDING: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_that_is_too_long_is_told_by_its_length_and_one_of_another_alphabet_by_that() {
        assert_eq!(decode_array::<32>(&"A".repeat(4000)), Err(SignatureError::Length));
        assert_eq!(decode_array::<32>("AAAA"), Err(SignatureError::Length));
        assert_eq!(decode_array::<32>("__--"), Err(SignatureError::Base64));
        assert_eq!(decode_array::<32>("AA AA"), Err(SignatureError::Base64));
        // The last letter's four low bits stand for nothing.
        assert_eq!(decode_array::<1>("AB=="), Err(SignatureError::Base64));
    }

    proptest! {
        #[test]
        fn bytes_read_back_with_padding_and_without(bytes in any::<[u8; 32]>()) {
            let text = encode(&bytes);
            prop_assert_eq!(decode_array::<32>(&text), Ok(bytes));
            prop_assert_eq!(decode_array::<32>(text.trim_end_matches('=')), Ok(bytes));
            prop_assert_eq!(decode(&text), Ok(bytes.to_vec()));
            prop_assert_eq!(encode_digest(&bytes), text.as_bytes());
        }
    }
}
