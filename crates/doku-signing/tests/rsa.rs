//! What RSA promises, of each backend that is on, and of the two against each other.

#![allow(missing_docs)]
#![cfg(any(feature = "aws-lc-rs", feature = "rsa"))]

use std::{collections::BTreeSet, error::Error, fmt::Write, fs, io};

use doku_signing::rsa::{self, KeyError, SignError, Signer, Verifier};
use proptest::prelude::*;

/// A backend's constructors; those of a signer also give its own verifier.
struct Backend {
    name: &'static str,
    signer_from_pem: fn(&str) -> Read<Pair>,
    signer_from_der: fn(&[u8]) -> Read<Pair>,
    verifier_from_pem: fn(&str) -> Read<Box<dyn Verifier>>,
    verifier_from_der: fn(&[u8]) -> Read<Box<dyn Verifier>>,
}

type Pair = (Box<dyn Signer>, Box<dyn Verifier>);
type Read<T> = Result<T, KeyError>;

macro_rules! backend {
    ($name:ident) => {
        Backend {
            name: stringify!($name),
            signer_from_pem: |pem| {
                let signer = rsa::$name::RsaSigner::from_pem(pem)?;
                Ok((Box::new(signer.clone()), Box::new(signer.verifier())))
            },
            signer_from_der: |der| {
                let signer = rsa::$name::RsaSigner::from_der(der)?;
                Ok((Box::new(signer.clone()), Box::new(signer.verifier())))
            },
            verifier_from_pem: |pem| Ok(Box::new(rsa::$name::RsaVerifier::from_pem(pem)?)),
            verifier_from_der: |der| Ok(Box::new(rsa::$name::RsaVerifier::from_der(der)?)),
        }
    };
}

const BACKENDS: &[Backend] = &[
    #[cfg(feature = "aws-lc-rs")]
    backend!(aws_lc),
    #[cfg(feature = "rsa")]
    backend!(rustcrypto),
];

impl Backend {
    /// The signer in a file of `keys/`, or what is wrong with it.
    fn signer(&self, file: &str) -> Read<Pair> {
        match file.ends_with(".der") {
            true => (self.signer_from_der)(&key(file)),
            false => (self.signer_from_pem)(&text(file)),
        }
    }

    fn verifier(&self, file: &str) -> Read<Box<dyn Verifier>> {
        match file.ends_with(".der") {
            true => (self.verifier_from_der)(&key(file)),
            false => (self.verifier_from_pem)(&text(file)),
        }
    }

    /// What is wrong with a PEM of the half that this file has.
    fn refuses_pem(&self, file: &str, pem: &str) -> Option<KeyError> {
        match PRIVATE.contains(&file) {
            true => (self.signer_from_pem)(pem).err(),
            false => (self.verifier_from_pem)(pem).err(),
        }
    }

    fn refuses_der(&self, file: &str, der: &[u8]) -> Option<KeyError> {
        match PRIVATE.contains(&file) {
            true => (self.signer_from_der)(der).err(),
            false => (self.verifier_from_der)(der).err(),
        }
    }
}

#[test]
fn one_key_is_read_from_every_encoding() {
    let mut signatures = BTreeSet::new();
    for backend in BACKENDS {
        for file in PRIVATE {
            let (signer, _) = backend.signer(file).unwrap_or_else(|e| panic!("{file}: {e}"));
            signatures.insert(signer.sign(b"message").unwrap());
        }
    }
    assert_eq!(signatures.len(), 1);
    let signature = signatures.first().unwrap();
    for backend in BACKENDS {
        for file in PUBLIC {
            let verifier = backend.verifier(file).unwrap_or_else(|e| panic!("{file}: {e}"));
            assert!(verifier.verify(b"message", signature), "{} {file}", backend.name);
            assert!(!verifier.verify(b"massage", signature), "{} {file}", backend.name);
        }
    }
}

#[test]
fn a_pem_may_come_through_mail_editors_and_configuration_files() {
    for file in PRIVATE.into_iter().chain(PUBLIC).filter(|file| file.ends_with(".pem")) {
        let pem = text(file);
        let certificate = text("certificate.pem");
        let indented: String = pem.lines().fold(String::new(), |mut text, line| {
            writeln!(text, "    {line}  ").unwrap();
            text
        });
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let edges: Vec<_> = pem.lines().filter(|line| line.starts_with('-')).collect();
        for variant in [
            pem.replace('\n', "\r\n"),
            pem.replace('\n', "\n\n"),
            pem.trim_end().to_owned(),
            format!("\u{feff}{pem}"),
            format!("Bag Attributes\n    localKeyID: 01\n{pem}\nand some text after it"),
            format!("{}\n{body}\n{}", edges[0], edges[1]),
            format!("{certificate}{pem}{certificate}"),
            indented,
        ] {
            for backend in BACKENDS {
                let refused = backend.refuses_pem(file, &variant);
                assert_eq!(refused, None, "{} {file}\n{variant}", backend.name);
            }
        }
    }
}

#[test]
fn a_key_that_lost_its_line_breaks_is_told_how_to_get_them_back() {
    for file in PRIVATE.into_iter().chain(PUBLIC).filter(|file| file.ends_with(".pem")) {
        let pem = text(file);
        for variant in [pem.replace('\n', "\\n"), pem.replace('\n', " "), pem.replace('\n', "")] {
            for backend in BACKENDS {
                let refused = backend.refuses_pem(file, &variant).unwrap();
                assert_eq!(refused, KeyError::Damaged, "{} {file}\n{variant}", backend.name);
                assert!(refused.to_string().contains(r"`\n`"), "{refused}");
            }
        }
    }
}

#[test]
fn what_is_not_a_usable_private_key_is_told_apart() {
    let (small, less) = (KeyError::TooSmall { bits: 1024 }, KeyError::TooSmall { bits: 2047 });
    for (file, error) in [
        ("public-spki.pem", KeyError::Public),
        ("public-spki.der", KeyError::Public),
        ("public-pkcs1.pem", KeyError::Public),
        ("public-pkcs1.der", KeyError::Public),
        ("ec-public.pem", KeyError::Public),
        ("encrypted-pkcs8.pem", KeyError::Encrypted),
        ("encrypted-pkcs8.der", KeyError::Encrypted),
        ("encrypted-traditional.pem", KeyError::Encrypted),
        ("openssh.pem", KeyError::OpenSsh),
        ("certificate.pem", KeyError::Certificate),
        ("certificate.der", KeyError::Certificate),
        ("ec-pkcs8.pem", KeyError::NotRsa),
        ("ec-sec1.pem", KeyError::NotRsa),
        ("pss.pem", KeyError::NotRsa),
        ("rsa-1024.pem", small),
        ("rsa-2047.pem", less),
        ("rsa-8200.pem", KeyError::TooLarge { bits: 8200 }),
        ("three-primes.pem", KeyError::Rejected),
        ("README.md", KeyError::NotPem),
    ] {
        for backend in BACKENDS {
            assert_eq!(backend.signer(file).err(), Some(error), "{} {file}", backend.name);
        }
    }
}

#[test]
fn what_is_not_a_usable_public_key_is_told_apart() {
    let (small, less) = (KeyError::TooSmall { bits: 1024 }, KeyError::TooSmall { bits: 2047 });
    for (file, error) in [
        ("private-pkcs8.pem", KeyError::Private),
        ("private-pkcs8.der", KeyError::Private),
        ("private-pkcs1.pem", KeyError::Private),
        ("private-pkcs1.der", KeyError::Private),
        ("encrypted-pkcs8.pem", KeyError::Private),
        ("encrypted-pkcs8.der", KeyError::Private),
        ("encrypted-traditional.pem", KeyError::Private),
        ("openssh.pem", KeyError::Private),
        ("certificate.pem", KeyError::Certificate),
        ("certificate.der", KeyError::Certificate),
        ("ec-public.pem", KeyError::NotRsa),
        ("rsa-1024-public.pem", small),
        ("rsa-2047-public.pem", less),
        ("rsa-8200-public.pem", KeyError::TooLarge { bits: 8200 }),
        ("README.md", KeyError::NotPem),
    ] {
        for backend in BACKENDS {
            assert_eq!(backend.verifier(file).err(), Some(error), "{} {file}", backend.name);
        }
    }
}

#[test]
fn a_refusal_says_what_to_do_and_a_key_does_not_print() {
    for (error, advice) in [
        (KeyError::NotPem, "a DER is read by `from_der`"),
        (KeyError::Encrypted, "decrypt it with `openssl pkey"),
        (KeyError::Private, "-pubout"),
        (KeyError::Certificate, "openssl x509"),
        (KeyError::NotRsa, "openssl genpkey -algorithm RSA"),
        (KeyError::TooSmall { bits: 1024 }, "has 1024 bits, at least 2048 are needed"),
        (KeyError::TooLarge { bits: 8200 }, "has 8200 bits, at most 8192"),
    ] {
        assert!(error.to_string().contains(advice), "{error}");
    }
    let signer = rsa::RsaSigner::from_pem(&text("private-pkcs8.pem")).unwrap();
    assert_eq!(format!("{signer:?} {:?}", signer.verifier()), "RsaSigner(..) RsaVerifier(..)");
}

#[test]
fn a_signer_of_ones_own_keeps_the_cause_of_its_failure() {
    struct Unreachable;
    impl Signer for Unreachable {
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignError> {
            Err(SignError::new(io::Error::other("the HSM does not answer")))
        }
    }
    let signer: &dyn Signer = &Unreachable;
    let cause = signer.sign(b"message").unwrap_err().source().unwrap().to_string();
    assert_eq!(cause, "the HSM does not answer");
}

#[test]
fn a_key_cut_off_anywhere_is_refused() {
    for file in PRIVATE.into_iter().chain(PUBLIC) {
        let is_pem = file.ends_with(".pem");
        let whole = key(file);
        // Without its last line break a PEM is still whole.
        for length in (0..whole.len() - 1).step_by(50).chain([whole.len() - 2]) {
            let cut = &whole[..length];
            for backend in BACKENDS {
                let refused = match is_pem {
                    true => backend.refuses_pem(file, str::from_utf8(cut).unwrap()),
                    false => backend.refuses_der(file, cut),
                };
                let expected = match length {
                    ..16 if is_pem => KeyError::NotPem,
                    _ => KeyError::Damaged,
                };
                assert_eq!(refused, Some(expected), "{} {file} {length}", backend.name);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn both_backends_sign_alike_and_believe_each_other(
        message in proptest::collection::vec(any::<u8>(), 0..200), at in 0..256_usize, bit in 0..8_u8,
    ) {
        let signatures: Vec<_> = BACKENDS
            .iter()
            .map(|backend| backend.signer("private-pkcs8.der").unwrap().0.sign(&message).unwrap())
            .collect();
        for signature in &signatures {
            prop_assert_eq!(signature, &signatures[0]);
            for backend in BACKENDS {
                let verifier = backend.verifier("public-spki.der").unwrap();
                prop_assert!(verifier.verify(&message, signature));
                let mut forged = signature.clone();
                forged[at] ^= 1 << bit;
                prop_assert!(!verifier.verify(&message, &forged));
                prop_assert!(!verifier.verify(&message, &signature[..at]));
            }
        }
    }

    #[test]
    fn no_text_and_no_bytes_panic_the_readers(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        text in "(-----BEGIN (RSA )?(PUBLIC|PRIVATE) KEY-----\r?\n?)?[ -~\n]{0,200}(-----END (RSA )?(PUBLIC|PRIVATE) KEY-----)?",
    ) {
        for backend in BACKENDS {
            prop_assert!((backend.signer_from_der)(&bytes).is_err());
            prop_assert!((backend.verifier_from_der)(&bytes).is_err());
            prop_assert!((backend.signer_from_pem)(&text).is_err());
            prop_assert!((backend.verifier_from_pem)(&text).is_err());
        }
    }

    #[test]
    fn a_key_with_a_flipped_bit_is_refused_or_still_the_same(
        file in prop_oneof![Just("private-pkcs8.der"), Just("private-pkcs1.der")],
        at in any::<proptest::sample::Index>(), bit in 0..8_u8,
    ) {
        let mut bytes = key(file);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        for backend in BACKENDS {
            if let Ok((signer, _)) = (backend.signer_from_der)(&bytes) {
                let signature = signer.sign(b"message").unwrap();
                let verifier = backend.verifier("public-spki.der").unwrap();
                prop_assert!(verifier.verify(b"message", &signature), "{} {file} {at} {bit}", backend.name);
            }
        }
    }
}

fn key(file: &str) -> Vec<u8> {
    fs::read(format!("{}/tests/keys/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn text(file: &str) -> String {
    String::from_utf8(key(file)).unwrap()
}

/// One key in its encodings, and its public half.
const PRIVATE: [&str; 4] =
    ["private-pkcs8.pem", "private-pkcs8.der", "private-pkcs1.pem", "private-pkcs1.der"];
const PUBLIC: [&str; 4] =
    ["public-spki.pem", "public-spki.der", "public-pkcs1.pem", "public-pkcs1.der"];
