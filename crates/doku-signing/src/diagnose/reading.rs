//! What was presented, read in every form in which a signature may have been written. A computed
//! signature is compared with the bytes of a reading, so the way out costs no hashing.

use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::Mistake;
use crate::signature;

/// One reading of what was presented.
pub(super) struct Reading {
    /// What is wrong with the text if this is what it says.
    pub(super) mistakes: Vec<Mistake>,
    pub(super) algorithm: Algorithm,
    pub(super) wanted: Wanted,
}

/// Of an HMAC by the length of what was presented; RSA is used with SHA-256 alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha256,
    Sha512,
}

/// What a signature has to be.
pub(super) enum Wanted {
    Bytes(Vec<u8>),
    /// Its base64, of which the case is lost.
    LowerCase(String),
}

impl Wanted {
    /// Whether this is the signature. In plain time: the caller owns the key and asks about a message
    /// of its own; nothing is let in or kept out by the answer.
    pub(super) fn is(&self, signature: &[u8]) -> bool {
        match self {
            Self::Bytes(bytes) => bytes == signature,
            Self::LowerCase(text) => {
                let encoded = signature::encode(signature).to_ascii_lowercase();
                encoded.trim_end_matches('=') == text
            }
        }
    }
}

/// Of a non-SNAP signature, `HMACSHA256=` and base64.
pub(super) fn non_snap(presented: &str) -> Vec<Reading> {
    let (prefix, encoded) = split_prefix(presented);
    let mut readings = hmac(encoded, Algorithm::Sha256);
    for reading in &mut readings {
        let spelled = match reading.algorithm {
            Algorithm::Sha512 => ["HMACSHA256=", "HMACSHA512="],
            Algorithm::Sha256 => ["HMACSHA256="; 2],
        };
        let lost_case =
            reading.mistakes == [Mistake::SignatureLowerCase] && prefix == "hmacsha256=";
        if prefix.is_empty() {
            reading.mistakes.push(Mistake::PrefixMissing);
        } else if !spelled.contains(&prefix) && !lost_case {
            reading.mistakes.push(Mistake::PrefixWrong);
        }
    }
    readings
}

/// Of a SNAP signature by the secret key, base64 alone.
pub(super) fn snap(presented: &str) -> Vec<Reading> {
    let (prefix, encoded) = split_prefix(presented);
    let mut readings = hmac(encoded, Algorithm::Sha512);
    for reading in readings.iter_mut().filter(|_| !prefix.is_empty()) {
        reading.mistakes.push(Mistake::PrefixUnwanted);
    }
    readings
}

/// Of a SNAP signature by a private key, base64 alone.
pub(super) fn rsa(presented: &str) -> Vec<Reading> {
    let (prefix, encoded) = split_prefix(presented);
    let mut readings = Vec::new();
    for (form, bytes) in decoded(encoded) {
        // Keys have 1024 to 8192 bits.
        if (128..=1024).contains(&bytes.len()) {
            let prefixed = (!prefix.is_empty()).then_some(Mistake::PrefixUnwanted);
            readings.push(Reading {
                mistakes: form.into_iter().chain(prefixed).collect(),
                algorithm: Algorithm::Sha256,
                wanted: Wanted::Bytes(bytes),
            });
        }
    }
    readings
}

fn hmac(encoded: &str, right: Algorithm) -> Vec<Reading> {
    let mut readings = Vec::new();
    let mut read = |form: Option<Mistake>, length, wanted| {
        let (algorithm, other) = match length {
            32 => (Algorithm::Sha256, Mistake::Sha256),
            64 => (Algorithm::Sha512, Mistake::Sha512),
            _ => return,
        };
        let other = (algorithm != right).then_some(other);
        let mistakes = form.into_iter().chain(other).collect();
        readings.push(Reading { mistakes, algorithm, wanted });
    };
    for (form, bytes) in decoded(encoded) {
        read(form, bytes.len(), Wanted::Bytes(bytes));
    }
    let text = encoded.trim_end_matches('=');
    let length = text.len() * 3 / 4;
    let letters = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/'));
    if letters && matches!(text.len(), 43 | 86) {
        read(Some(Mistake::SignatureLowerCase), length, Wanted::LowerCase(text.to_owned()));
    }
    readings
}

/// The bytes, in every alphabet in which the text can be read, and what is wrong with that.
fn decoded(encoded: &str) -> Vec<(Option<Mistake>, Vec<u8>)> {
    let mut forms = Vec::new();
    if encoded.len() > MAX_TEXT {
        return forms;
    }
    if let Ok(bytes) = signature::decode(encoded) {
        if let Some(inner) = unhex(&bytes) {
            forms.push((Some(Mistake::SignatureBase64OfHex), inner));
        }
        forms.push((None, bytes));
    } else if let Ok(bytes) = LENIENT_URL.decode(encoded) {
        forms.push((Some(Mistake::SignatureBase64Url), bytes));
    }
    forms.extend(unhex(encoded.as_bytes()).map(|bytes| (Some(Mistake::SignatureHex), bytes)));
    forms
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = text.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// What stands before the encoded signature and looks like the name of a hash: `HMACSHA256=`,
/// `hmac-sha256=`, `sha256:`; with the blanks that follow it.
fn split_prefix(presented: &str) -> (&str, &str) {
    let Some(at) = presented.find(['=', ':']) else { return ("", presented) };
    let encoded = presented[at + 1..].trim_start();
    let prefix = &presented[..presented.len() - encoded.len()];
    let name: String = prefix.chars().filter(char::is_ascii_alphanumeric).collect();
    match name.to_ascii_lowercase().as_str() {
        "hmacsha256" | "hmacsha512" | "hmacsha1" | "sha256" | "sha512" | "sha1" | "hmac" => {
            (prefix, encoded)
        }
        _ => ("", presented),
    }
}

const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const LENIENT_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);
/// Longer than the base64 of the hex of the longest RSA signature.
const MAX_TEXT: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mistakes(readings: &[Reading]) -> Vec<(Algorithm, &[Mistake])> {
        readings.iter().map(|reading| (reading.algorithm, &reading.mistakes[..])).collect()
    }

    #[test]
    fn a_text_is_read_in_the_form_it_has() {
        let hex = "0b".repeat(32);
        let base64 = signature::encode(&[11; 32]);
        let twice = signature::encode(hex.as_bytes());
        for (text, wanted) in [
            (format!("HMACSHA256={base64}"), &[][..]),
            (format!("HMACSHA256={}", base64.trim_end_matches('=')), &[]),
            (base64, &[Mistake::PrefixMissing]),
            (hex.clone(), &[Mistake::SignatureHex, Mistake::PrefixMissing]),
            (format!("HMAC-SHA256={hex}"), &[Mistake::SignatureHex, Mistake::PrefixWrong]),
            (format!("HMACSHA256={hex}"), &[Mistake::SignatureHex]),
        ] {
            assert_eq!(mistakes(&non_snap(&text)), [(Algorithm::Sha256, wanted)], "{text}");
        }
        let twice = format!("HMACSHA256={twice}");
        let wanted = [
            (Algorithm::Sha256, &[Mistake::SignatureBase64OfHex][..]),
            (Algorithm::Sha512, &[Mistake::Sha512]),
        ];
        assert_eq!(mistakes(&non_snap(&twice)), wanted);
        assert!(non_snap("HMACSHA256=").is_empty() && non_snap("").is_empty());
    }

    #[test]
    fn the_prefix_of_the_other_hash_is_no_mistake_of_its_own() {
        let text = format!("HMACSHA512={}", signature::encode(&[200; 64]));
        assert_eq!(mistakes(&non_snap(&text)), [(Algorithm::Sha512, &[Mistake::Sha512][..])]);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(HMACSHA256=|=)?.{0,140}") {
            let _ = (non_snap(&text), snap(&text), rsa(&text));
        }
    }
}
