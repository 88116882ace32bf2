//! Signatures beside their bare primitives: the same hashes over the same bytes and the base64, by
//! the same crates called directly. What lies between the two is this crate's own part.

#![allow(missing_docs)]

use base64::{Engine, engine::general_purpose::STANDARD};
use divan::{Bencher, black_box};
use doku_types::SecretKey;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256, Sha512};

fn main() {
    assert_eq!(BODY.len(), 1024);
    divan::main();
}

mod non_snap {
    use super::*;
    use doku_signing::{
        Digest,
        non_snap::{Component, Form},
    };

    #[divan::bench]
    fn sign(bencher: Bencher) {
        let key = SecretKey::from(KEY);
        bencher.bench(|| component(black_box(BODY)).sign(Form::Request, &key).to_string());
    }

    #[divan::bench]
    fn sign_bare(bencher: Bencher) {
        let lines = lines();
        bencher.bench(|| STANDARD.encode(bare(black_box(BODY), &lines).finalize().into_bytes()));
    }

    #[divan::bench]
    fn verify(bencher: Bencher) {
        let key = SecretKey::from(KEY);
        let signature = component(BODY).sign(Form::Request, &key).to_string();
        bencher.bench(|| component(black_box(BODY)).verify(Form::Request, &key, &signature));
    }

    #[divan::bench]
    fn verify_bare(bencher: Bencher) {
        let lines = lines();
        let signature = STANDARD.encode(bare(BODY, &lines).finalize().into_bytes());
        bencher.bench(|| {
            let signature = STANDARD.decode(black_box(&signature)).unwrap();
            bare(black_box(BODY), &lines).verify_slice(&signature)
        });
    }

    fn component(body: &[u8]) -> Component<'static> {
        Component {
            client_id: "BRN-0200-1700000000000",
            request_id: "8f14e45f-ceea-467f-a8f4-3c1a2b3c4d5e",
            timestamp: "2026-11-22T03:04:05Z",
            target: "/checkout/v1/payment",
            digest: Some(Digest::of(body)),
        }
    }

    /// All but the digest.
    fn lines() -> String {
        let text = Component { digest: None, ..component(BODY) }.string_to_sign(Form::Request);
        text + "\nDigest:"
    }

    fn bare(body: &[u8], lines: &str) -> Hmac<Sha256> {
        let digest = STANDARD.encode(Sha256::digest(body));
        let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
        mac.update(lines.as_bytes());
        mac.update(digest.as_bytes());
        mac
    }
}

mod snap {
    use super::*;
    use doku_signing::snap::{BodyHash, symmetric::Component};

    #[divan::bench]
    fn sign(bencher: Bencher) {
        let (key, token) = (SecretKey::from(KEY), token());
        bencher.bench(|| component(black_box(BODY), &token).sign(&key).to_string());
    }

    #[divan::bench]
    fn sign_bare(bencher: Bencher) {
        let text = component(BODY, &token()).string_to_sign();
        bencher.bench(|| {
            STANDARD.encode(bare(black_box(BODY), text.expose()).finalize().into_bytes())
        });
    }

    #[divan::bench]
    fn verify(bencher: Bencher) {
        let (key, token) = (SecretKey::from(KEY), token());
        let signature = component(BODY, &token).sign(&key).to_string();
        bencher.bench(|| component(black_box(BODY), &token).verify(&key, &signature));
    }

    #[divan::bench]
    fn verify_bare(bencher: Bencher) {
        let text = component(BODY, &token()).string_to_sign();
        let signature = STANDARD.encode(bare(BODY, text.expose()).finalize().into_bytes());
        bencher.bench(|| {
            let signature = STANDARD.decode(black_box(&signature)).unwrap();
            bare(black_box(BODY), text.expose()).verify_slice(&signature)
        });
    }

    /// The scan for white space alone, which is all that the bare primitives have not.
    #[divan::bench]
    fn minify(bencher: Bencher) {
        bencher.bench(|| doku_signing::snap::minify(black_box(BODY)));
    }

    fn component<'a>(body: &[u8], token: &'a str) -> Component<'a> {
        Component {
            method: "POST",
            path: "/virtual-accounts/bi-snap-va/v1.1/transfer-va/create-va",
            token,
            body: BodyHash::of(body),
            timestamp: "2026-11-22T10:04:05+07:00",
        }
    }

    /// As long as a JWT of RS256 with three claims.
    pub(crate) fn token() -> String {
        "eyJhbGciOiJSUzI1NiJ9.".to_owned() + &"x".repeat(459)
    }

    /// The hex of the body's hash stands in `text` already.
    fn bare(body: &[u8], text: &str) -> Hmac<Sha512> {
        black_box(Sha256::digest(body));
        let mut mac = Hmac::<Sha512>::new_from_slice(KEY.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        mac
    }
}

/// A long examination: a signature by another key, so that every pair of mistakes is tried, of a
/// body of 2 KiB in which every way to print it anew makes a difference. Deep nesting takes longer.
mod diagnose {
    use super::*;
    use doku_signing::{Credentials, Message, diagnose, non_snap::Form};
    use doku_types::Timestamp;
    use http::Request;

    #[divan::bench]
    fn non_snap(bencher: Bencher) {
        let mut request = request();
        let (right, other) = credentials();
        other
            .sign_http_request(&mut request, "8f14e45f-ceea-467f-a8f4-3c1a2b3c4d5e", now())
            .unwrap();
        let message = Message::of_request(&request);
        bencher.bench(|| diagnose::non_snap(Form::Request, black_box(&message), &right.secret_key));
    }

    #[divan::bench]
    fn snap(bencher: Bencher) {
        let mut request = request();
        let (right, other) = credentials();
        let token = super::snap::token().as_str().into();
        other.sign_snap_request(&mut request, &token, "20261122100405000001", now()).unwrap();
        let message = Message::of_request(&request);
        bencher.bench(|| diagnose::snap(black_box(&message), &right.secret_key));
    }

    fn request() -> Request<String> {
        let body = std::str::from_utf8(BODY).unwrap();
        let body = format!(
            "{{ \"one\": {body},\n \"fee\": 6000.00, \"note\": \"Café <b>='\\u0026\", \"other\": {body} }}"
        );
        assert!((2048..2200).contains(&body.len()), "{}", body.len());
        let url =
            "https://api-sandbox.doku.com/virtual-accounts/bi-snap-va/v1.1/transfer-va/create-va";
        Request::post(url).header("Host", "api-sandbox.doku.com").body(body).unwrap()
    }

    fn credentials() -> (Credentials, Credentials) {
        let client_id = "BRN-0200-1700000000000";
        (Credentials::new(client_id, KEY), Credentials::new(client_id, "SK-another"))
    }

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-22T03:04:05Z").unwrap()
    }
}

/// The signature of a token request, by a key of 2048 bits.
#[cfg(feature = "aws-lc-rs")]
mod rsa_aws_lc {
    use super::{token_request::*, *};
    use aws_lc_rs::{
        rand::SystemRandom,
        rsa::KeyPair,
        signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256},
    };
    use doku_signing::rsa::aws_lc::RsaSigner;

    #[divan::bench]
    fn sign(bencher: Bencher) {
        let signer = RsaSigner::from_pem(PRIVATE_PEM).unwrap();
        bencher.bench(|| black_box(COMPONENT).sign(&signer).unwrap());
    }

    #[divan::bench]
    fn sign_bare(bencher: Bencher) {
        let key = KeyPair::from_pkcs8(PRIVATE_DER).unwrap();
        bencher.bench(|| {
            let mut signature = [0; 256];
            let text = black_box(TEXT).as_bytes();
            key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).unwrap();
            STANDARD.encode(signature)
        });
    }

    #[divan::bench]
    fn verify(bencher: Bencher) {
        let signer = RsaSigner::from_pem(PRIVATE_PEM).unwrap();
        let (verifier, signature) = (signer.verifier(), COMPONENT.sign(&signer).unwrap());
        bencher.bench(|| black_box(COMPONENT).verify(&verifier, &signature).unwrap());
    }

    #[divan::bench]
    fn verify_bare(bencher: Bencher) {
        let signature = COMPONENT.sign(&RsaSigner::from_pem(PRIVATE_PEM).unwrap()).unwrap();
        let key = KeyPair::from_pkcs8(PRIVATE_DER).unwrap();
        let key =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref()).unwrap();
        bencher.bench(|| {
            let signature = STANDARD.decode(black_box(&signature)).unwrap();
            key.verify_sig(TEXT.as_bytes(), &signature).unwrap();
        });
    }
}

/// The same by the other backend.
#[cfg(feature = "rsa")]
mod rsa_rustcrypto {
    use super::{token_request::*, *};
    use ::rsa::{
        RsaPrivateKey,
        pkcs1v15::{Signature, SigningKey},
        pkcs8::DecodePrivateKey,
        rand_core::OsRng,
        sha2::Sha256,
        signature::{Keypair, RandomizedSigner, SignatureEncoding, Verifier},
    };
    use doku_signing::rsa::rustcrypto::RsaSigner;

    #[divan::bench]
    fn sign(bencher: Bencher) {
        let signer = RsaSigner::from_pem(PRIVATE_PEM).unwrap();
        bencher.bench(|| black_box(COMPONENT).sign(&signer).unwrap());
    }

    #[divan::bench]
    fn sign_bare(bencher: Bencher) {
        let key = bare();
        bencher.bench(|| {
            let text = black_box(TEXT).as_bytes();
            STANDARD.encode(key.sign_with_rng(&mut OsRng, text).to_bytes())
        });
    }

    #[divan::bench]
    fn verify(bencher: Bencher) {
        let signer = RsaSigner::from_pem(PRIVATE_PEM).unwrap();
        let (verifier, signature) = (signer.verifier(), COMPONENT.sign(&signer).unwrap());
        bencher.bench(|| black_box(COMPONENT).verify(&verifier, &signature).unwrap());
    }

    #[divan::bench]
    fn verify_bare(bencher: Bencher) {
        let signature = COMPONENT.sign(&RsaSigner::from_pem(PRIVATE_PEM).unwrap()).unwrap();
        let key = bare().verifying_key();
        bencher.bench(|| {
            let signature = STANDARD.decode(black_box(&signature)).unwrap();
            let signature = Signature::try_from(signature.as_slice()).unwrap();
            key.verify(TEXT.as_bytes(), &signature).unwrap();
        });
    }

    fn bare() -> SigningKey<Sha256> {
        SigningKey::new(RsaPrivateKey::from_pkcs8_der(PRIVATE_DER).unwrap())
    }
}

#[cfg(any(feature = "aws-lc-rs", feature = "rsa"))]
mod token_request {
    use doku_signing::snap::asymmetric::TokenComponent;

    pub(crate) const COMPONENT: TokenComponent<'_> = TokenComponent {
        client_id: "BRN-0200-1700000000000",
        timestamp: "2026-11-22T10:04:05+07:00",
    };
    pub(crate) const TEXT: &str = "BRN-0200-1700000000000|2026-11-22T10:04:05+07:00";
    pub(crate) const PRIVATE_PEM: &str = include_str!("../tests/keys/private-pkcs8.pem");
    pub(crate) const PRIVATE_DER: &[u8] = include_bytes!("../tests/keys/private-pkcs8.der");
}

/// A request for a virtual account: 1 KiB of compact JSON, with spaces and escapes in its strings.
const BODY: &[u8] = include_bytes!("create_va.json");
const KEY: &str = "SK-vector-0123456789";
