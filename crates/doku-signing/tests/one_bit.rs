//! One bit of any signed part changed, or the case of one letter of the signature, and the message
//! is refused: by the verifier that a shop or a partner runs, in every scheme.

#![allow(missing_docs)]

use doku_signing::{
    Credentials, HeaderError, Message, MessageVerifier, SignatureError, VerifyError, non_snap::Form,
};
use doku_types::Timestamp;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use proptest::{prelude::*, sample::Index};

/// A message in parts that can be changed one by one.
#[derive(Clone, Debug)]
struct Parts {
    method: Method,
    target: Vec<u8>,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// A part that a signature covers.
#[derive(Clone, Copy, Debug)]
enum Part {
    Method,
    Target,
    Header(&'static str),
    Body,
}

impl Parts {
    /// The message with one bit of a part changed; none where HTTP has no such message, or where it
    /// is another spelling of the same.
    fn with_one_bit_changed(&self, part: Part, at: Index, bit: u8) -> Option<Self> {
        let flip = |bytes: &[u8]| {
            let mut changed = bytes.to_vec();
            changed[at.index(bytes.len())] ^= 1 << bit;
            changed
        };
        let mut changed = self.clone();
        match part {
            Part::Method => {
                changed.method = Method::from_bytes(&flip(self.method.as_str().as_bytes())).ok()?
            }
            Part::Target => {
                changed.target = flip(&self.target);
                str::from_utf8(&changed.target).ok()?;
            }
            Part::Header(name) => {
                let value = HeaderValue::from_bytes(&flip(self.headers[name].as_bytes())).ok()?;
                changed.headers.insert(name, value);
            }
            Part::Body => changed.body = flip(&self.body),
        }
        Some(changed)
    }

    /// The message with the case of one letter of its signature changed; none where that is no
    /// letter.
    fn with_another_case(&self, header: &'static str, at: Index) -> Option<Self> {
        let mut changed = self.clone();
        let signature = other_case(self.headers[header].to_str().unwrap(), at)?;
        changed.headers.insert(header, signature.parse().unwrap());
        Some(changed)
    }

    fn message(&self) -> Message<'_> {
        let target = str::from_utf8(&self.target).unwrap();
        Message { method: &self.method, target, headers: &self.headers, body: &self.body }
    }
}

fn other_case(signature: &str, at: Index) -> Option<String> {
    let start = signature.find('=').map_or(0, |end| if end < 20 { end + 1 } else { 0 });
    let at = start + at.index(signature.len() - start);
    let mut bytes = signature.as_bytes().to_vec();
    bytes[at] ^= b' ';
    bytes[at].is_ascii_alphabetic().then(|| String::from_utf8(bytes).unwrap())
}

fn non_snap(form: Form) -> Parts {
    let body = BODY.as_bytes().to_vec();
    let headers = match form {
        Form::Request => {
            let mut request = Request::post(TARGET).body(body.clone()).unwrap();
            doku().sign_http_request(&mut request, "request-1", now()).unwrap();
            request.headers().clone()
        }
        Form::Response => {
            let mut reply = Response::new(body.clone());
            let (method, id) = (Method::POST, "request-1");
            doku().sign_http_response(&mut reply, &method, TARGET, id, now()).unwrap();
            reply.headers().clone()
        }
    };
    Parts { method: Method::POST, target: TARGET.into(), headers, body }
}

fn snap() -> Parts {
    let mut request = Request::put(SNAP_TARGET).body(BODY.as_bytes().to_vec()).unwrap();
    doku()
        .sign_snap_request(&mut request, &"eyJhbGciOiJSUzI1NiJ9.e30.AA".into(), "42", now())
        .unwrap();
    let (parts, body) = request.into_parts();
    Parts { method: parts.method, target: SNAP_TARGET.into(), headers: parts.headers, body }
}

/// The signature does not fit; or the change made a header that is none, before it was looked at.
fn is_refused(verdict: Result<impl Sized, VerifyError>) -> bool {
    matches!(
        verdict.err(),
        Some(
            VerifyError::Signature(SignatureError::Mismatch)
                | VerifyError::Header(HeaderError::Malformed(_))
        )
    )
}

#[test]
fn the_messages_verify_before_anything_is_changed() {
    for form in [Form::Request, Form::Response] {
        assert!(verifier().non_snap(form, &non_snap(form).message(), now()).is_ok());
    }
    assert!(verifier().snap(&snap().message(), now()).is_ok());
}

proptest! {
    #[test]
    fn one_bit_of_any_signed_part_of_non_snap_is_enough_to_be_refused(
        reply in any::<bool>(), part in 0..5_usize, at in any::<Index>(), bit in 0..8_u8,
    ) {
        let form = if reply { Form::Response } else { Form::Request };
        let part = [
            Part::Header("Client-Id"),
            Part::Header("Request-Id"),
            Part::Header(form.timestamp_header()),
            Part::Target,
            Part::Body,
        ][part];
        let changed = non_snap(form).with_one_bit_changed(part, at, bit);
        prop_assume!(changed.is_some());
        let changed = changed.unwrap();
        let verdict = verifier().non_snap(form, &changed.message(), now());
        prop_assert!(is_refused(verdict), "{part:?} {changed:?}");
    }

    #[test]
    fn one_bit_of_any_signed_part_of_snap_is_enough_to_be_refused(
        part in 0..5_usize, at in any::<Index>(), bit in 0..8_u8, strict in any::<bool>(),
    ) {
        let part = [
            Part::Method,
            Part::Target,
            Part::Header("Authorization"),
            Part::Header("X-TIMESTAMP"),
            Part::Body,
        ][part];
        let changed = snap().with_one_bit_changed(part, at, bit);
        prop_assume!(changed.is_some());
        let changed = changed.unwrap();
        // The case of `Bearer` is not signed, and may be any.
        let scheme = changed.headers["Authorization"].as_bytes();
        prop_assume!(changed.headers == snap().headers
            || !matches!(part, Part::Header("Authorization"))
            || !scheme[..7].eq_ignore_ascii_case(b"bearer ")
            || scheme[7..] != snap().headers["Authorization"].as_bytes()[7..]);
        let verifier = if strict { verifier().presented_token_only() } else { verifier() };
        prop_assert!(is_refused(verifier.snap(&changed.message(), now())), "{part:?} {changed:?}");
    }

    #[test]
    fn the_case_of_any_letter_of_a_signature_matters(at in any::<Index>()) {
        for form in [Form::Request, Form::Response] {
            if let Some(changed) = non_snap(form).with_another_case("Signature", at) {
                let verdict = verifier().non_snap(form, &changed.message(), now());
                prop_assert!(matches!(verdict, Err(VerifyError::Signature(_))), "{changed:?}");
            }
        }
        if let Some(changed) = snap().with_another_case("X-SIGNATURE", at) {
            let verdict = verifier().snap(&changed.message(), now());
            prop_assert!(matches!(verdict, Err(VerifyError::Signature(_))), "{changed:?}");
        }
    }
}

#[cfg(any(feature = "aws-lc-rs", feature = "rsa"))]
mod rsa {
    use super::*;
    use doku_signing::{
        rsa::{RsaSigner, RsaVerifier},
        snap::{
            BodyHash,
            asymmetric::{TokenComponent, TransactionComponent},
        },
    };
    use std::sync::LazyLock;

    const CLIENT: &str = "BRN-0239-1736742088036";
    const TIMESTAMP: &str = "2026-11-22T10:04:05+07:00";

    static SIGNER: LazyLock<RsaSigner> =
        LazyLock::new(|| RsaSigner::from_pem(include_str!("keys/private-pkcs8.pem")).unwrap());
    static VERIFIER: LazyLock<RsaVerifier> =
        LazyLock::new(|| RsaVerifier::from_pem(include_str!("keys/public-spki.pem")).unwrap());

    /// The part with one bit changed, if it is a text then.
    fn flip(part: &str, at: Index, bit: u8) -> Option<String> {
        let mut bytes = part.as_bytes().to_vec();
        bytes[at.index(part.len())] ^= 1 << bit;
        String::from_utf8(bytes).ok()
    }

    fn token<'a>([client_id, timestamp]: [&'a str; 2]) -> TokenComponent<'a> {
        TokenComponent { client_id, timestamp }
    }

    fn transaction<'a>([method, path, body, timestamp]: [&'a str; 4]) -> TransactionComponent<'a> {
        TransactionComponent { method, path, body: BodyHash::of(body.as_bytes()), timestamp }
    }

    proptest! {
        #[test]
        fn one_bit_of_any_signed_part_is_enough_to_be_refused(
            part in 0..6_usize, at in any::<Index>(), bit in 0..7_u8,
        ) {
            let mut token_parts = [CLIENT, TIMESTAMP];
            let mut parts = ["POST", SNAP_TARGET, BODY, TIMESTAMP];
            let token_signature = token(token_parts).sign(&*SIGNER).unwrap();
            let signature = transaction(parts).sign(&*SIGNER).unwrap();
            prop_assert_eq!(token(token_parts).verify(&*VERIFIER, &token_signature), Ok(()));
            prop_assert_eq!(transaction(parts).verify(&*VERIFIER, &signature), Ok(()));

            let part = token_parts.iter_mut().chain(&mut parts).nth(part).unwrap();
            let changed = flip(part, at, bit).unwrap();
            *part = &changed;
            let verdicts = [
                token(token_parts).verify(&*VERIFIER, &token_signature),
                transaction(parts).verify(&*VERIFIER, &signature),
            ];
            let refused = verdicts.iter().filter(|v| **v == Err(SignatureError::Mismatch)).count();
            let right = verdicts.iter().filter(|v| v.is_ok()).count();
            prop_assert_eq!((refused, right), (1, 1));
        }

        #[test]
        fn the_case_of_any_letter_of_a_signature_matters(at in any::<Index>()) {
            let component = token([CLIENT, TIMESTAMP]);
            let signature = component.sign(&*SIGNER).unwrap();
            if let Some(changed) = other_case(&signature, at) {
                prop_assert!(component.verify(&*VERIFIER, &changed).is_err(), "{changed}");
            }
            let component = transaction(["POST", SNAP_TARGET, BODY, TIMESTAMP]);
            let signature = component.sign(&*SIGNER).unwrap();
            if let Some(changed) = other_case(&signature, at) {
                prop_assert!(component.verify(&*VERIFIER, &changed).is_err(), "{changed}");
            }
        }
    }
}

fn doku() -> Credentials {
    Credentials::new("BRN-0239-1736742088036", "SK-1")
}

fn verifier() -> MessageVerifier {
    MessageVerifier::new("SK-1")
}

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_316_645_000)
}

const TARGET: &str = "/payments/notifications";
const SNAP_TARGET: &str = "/v1.1/transfer-va/payment?a=1";
/// Compact, and with no white space outside of texts, so that no bit of it is minified away.
const BODY: &str = r#"{"trxId":"INV 1","paidAmount":{"value":"10000.00"},"list":[1,2]}"#;
