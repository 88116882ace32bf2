//! Every vector of `tests/vectors`, every stage asserted by the public API: the digest, the string
//! to sign, the signature, and the verdict on what the message presents. The directory's README
//! tells the layout; a failure names scheme, case and stage.

#![allow(missing_docs)]

use std::{
    fmt::Debug,
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
#[cfg(any(feature = "aws-lc-rs", feature = "rsa"))]
use doku_signing::rsa;
use doku_signing::{
    Digest, HeaderError, Message, MessageVerifier, SignatureError, VerifyError,
    non_snap::{self, Form, ovo_checksum},
    rsa::{Signer, Verifier},
    snap::{self, BodyHash, TokenHeaders, asymmetric::TransactionComponent, minify},
};
use doku_types::{SecretKey, Timestamp};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;

#[test]
fn non_snap_requests_pass_stage_by_stage() {
    for case in Case::all("non-snap-request") {
        let Http { first, headers, body } = case.http("request.http");
        non_snap(&case, Form::Request, &first[0], &first[1], &headers, &body);
    }
}

#[test]
fn non_snap_responses_pass_stage_by_stage() {
    for case in Case::all("non-snap-response") {
        let Http { headers, body, .. } = case.http("response.http");
        let (method, target) = (&case.context.method, &case.context.target);
        let method = method.as_ref().expect("a response's context has the method of its request");
        let target = target.as_ref().expect("a response's context has the target of its request");
        non_snap(&case, Form::Response, method, target, &headers, &body);
    }
}

fn non_snap(case: &Case, form: Form, method: &str, seen: &str, headers: &HeaderMap, body: &[u8]) {
    let key = case.key();
    let method: Method = method.parse().unwrap();
    let read = non_snap::SignedHeaders::read(headers, form);
    let read = read.unwrap_or_else(|error| panic!("{}: headers: {error}", case.name));
    let digest = match case.file("digest.txt") {
        Some(digest) if case.context.digest_only => {
            let hash = STANDARD.decode(digest).unwrap();
            Some(Digest::from_sha256(hash.try_into().unwrap()))
        }
        _ => Digest::of_message(&method, body),
    };
    case.stage("digest.txt", digest.map(|digest| digest.to_string()));

    let registered = case.context.registered_target.as_deref().unwrap_or(seen);
    let path = registered.split('?').next().unwrap();
    let target = if case.context.query_in_target { registered } else { path };
    let component = read.component(target, digest);
    case.stage("string-to-sign.txt", Some(component.string_to_sign(form)));
    case.stage("signature.txt", Some(component.sign(form, &key).to_string()));
    case.verdict("verification", component.verify(form, &key, &read.signature));

    if case.context.digest_only {
        return;
    }
    let message = Message { method: &method, target: seen, headers, body }.at_target(registered);
    let verifier = MessageVerifier::new(key);
    let by_default = verifier.non_snap(form, &message, now()).map(|_| ());
    if case.context.query_in_target {
        case.same("default verifier", by_default, Err(SignatureError::Mismatch.into()));
        let verdict = verifier.or_target_with_query().non_snap(form, &message, now());
        case.verdict("whole message", verdict.map(|_| ()));
    } else {
        case.verdict("whole message", by_default);
    }
}

#[test]
fn snap_symmetric_requests_pass_stage_by_stage() {
    for case in Case::all("snap-symmetric") {
        let key = case.key();
        let Http { first, headers, body } = case.http("request.http");
        let read = snap::SignedHeaders::read(&headers);
        let read = read.unwrap_or_else(|error| panic!("{}: headers: {error}", case.name));
        let hash = match case.context.body_not_minified {
            true => BodyHash::of_raw(&body),
            false => BodyHash::of(&body),
        };
        case.stage("digest.txt", Some(hash.to_string()));

        let mut component = read.component(&first[0], &first[1], hash);
        if case.context.token_not_signed {
            component.token = "";
        }
        case.stage("string-to-sign.txt", Some(component.string_to_sign().expose().to_owned()));
        case.stage("signature.txt", Some(component.sign(&key).to_string()));
        case.verdict("verification", component.verify(&key, &read.signature));

        let method: Method = first[0].parse().unwrap();
        let message =
            Message { method: &method, target: &first[1], headers: &headers, body: &body };
        let verifier = MessageVerifier::new(key);
        case.verdict("whole message", verifier.snap(&message, now()).map(|_| ()));
        let strict = verifier.presented_token_only().snap(&message, now()).map(|_| ());
        if read.token.is_none() {
            let missing = HeaderError::Missing("Authorization");
            case.same("strict verifier", strict, Err(missing.into()));
        } else if case.context.token_not_signed {
            case.same("strict verifier", strict, Err(SignatureError::Mismatch.into()));
        } else {
            case.verdict("strict verifier", strict);
        }
    }
}

#[test]
fn snap_token_requests_pass_stage_by_stage() {
    for case in Case::all("snap-asymmetric-token") {
        let Http { headers, .. } = case.http("request.http");
        let read = TokenHeaders::read(&headers);
        let read = read.unwrap_or_else(|error| panic!("{}: headers: {error}", case.name));
        let component = read.component();
        case.stage("string-to-sign.txt", Some(component.string_to_sign()));
        for (signer, verifier) in rsa_keys() {
            case.stage("signature.txt", Some(component.sign(&*signer).unwrap()));
            case.verdict("verification", component.verify(&*verifier, &read.signature));
        }
    }
}

#[test]
fn snap_transactions_without_a_token_pass_stage_by_stage() {
    for case in Case::all("snap-asymmetric-transaction") {
        let Http { first, headers, body } = case.http("request.http");
        let read = snap::SignedHeaders::read(&headers);
        let read = read.unwrap_or_else(|error| panic!("{}: headers: {error}", case.name));
        let hash = BodyHash::of(&body);
        case.same("minified body", BodyHash::of_raw(&minify(&body)), hash);
        case.stage("digest.txt", Some(hash.to_string()));
        let component = TransactionComponent {
            method: &first[0],
            path: &first[1],
            body: hash,
            timestamp: &read.timestamp,
        };
        case.stage("string-to-sign.txt", Some(component.string_to_sign()));
        for (signer, verifier) in rsa_keys() {
            case.stage("signature.txt", Some(component.sign(&*signer).unwrap()));
            case.verdict("verification", component.verify(&*verifier, &read.signature));
        }
    }
}

#[test]
fn ovo_checksums_pass() {
    for case in Case::all("ovo-checksum") {
        let key = case.key();
        let payment = case.context.ovo.as_ref().expect("an OVO context has the parts of a payment");
        let [amount, client, invoice, ovo_id] =
            [&payment.amount, &payment.client_id, &payment.invoice_number, &payment.ovo_id];
        let text = [amount, client, invoice, ovo_id, key.expose()].concat();
        case.stage("string-to-sign.txt", Some(text));
        let checksum = ovo_checksum(amount, client, invoice, ovo_id, &key);
        let verdict = match payment.check_sum == checksum {
            true => Ok(()),
            false => Err(SignatureError::Mismatch),
        };
        case.stage("signature.txt", Some(checksum));
        case.verdict("comparison", verdict);
    }
}

/// One directory with what is expected of it.
struct Case {
    /// Scheme and case, as messages name them.
    name: String,
    directory: PathBuf,
    context: Context,
}

/// `context.json`: what the message does not say.
#[derive(Deserialize)]
struct Context {
    expect: Expect,
    refused_for: Option<Reason>,
    secret_key: Option<String>,
    method: Option<String>,
    target: Option<String>,
    registered_target: Option<String>,
    #[serde(default)]
    query_in_target: bool,
    #[serde(default)]
    digest_only: bool,
    #[serde(default)]
    token_not_signed: bool,
    #[serde(default)]
    body_not_minified: bool,
    #[serde(flatten)]
    ovo: Option<Ovo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expect {
    Accept,
    Refuse,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    Prefix,
    Base64,
    Length,
    Mismatch,
}

#[derive(Deserialize)]
struct Ovo {
    amount: String,
    client_id: String,
    invoice_number: String,
    ovo_id: String,
    check_sum: String,
}

/// An HTTP message, its first line in words.
struct Http {
    first: Vec<String>,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Case {
    fn all(scheme: &str) -> Vec<Self> {
        let mut cases: Vec<Self> = fs::read_dir(vectors().join(scheme))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|directory| directory.is_dir())
            .map(|directory| {
                let name = format!("{scheme}/{}", directory.file_name().unwrap().display());
                let text = fs::read_to_string(directory.join("context.json")).unwrap();
                let context = serde_json::from_str(&text)
                    .unwrap_or_else(|error| panic!("{name}: context.json: {error}"));
                Self { name, directory, context }
            })
            .collect();
        assert!(cases.len() >= 12, "{scheme}: {} cases, fewer than twelve", cases.len());
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        cases
    }

    fn key(&self) -> SecretKey {
        let key = self.context.secret_key.as_deref();
        key.unwrap_or_else(|| panic!("{}: context.json: no secret_key", self.name)).into()
    }

    fn file(&self, name: &str) -> Option<String> {
        let path = self.directory.join(name);
        path.exists().then(|| fs::read_to_string(path).unwrap())
    }

    fn http(&self, name: &str) -> Http {
        let message = fs::read(self.directory.join(name)).unwrap();
        let end = message.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("{}: {name}: the head does not end", self.name));
        let (head, body) = (str::from_utf8(&message[..end]).unwrap(), &message[end + 4..]);
        let mut lines = head.split("\r\n");
        let first = lines.next().unwrap().split(' ').map(str::to_owned).collect();
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(':').unwrap();
            let value = HeaderValue::from_str(value.trim_matches([' ', '\t'])).unwrap();
            headers.append(name.parse::<HeaderName>().unwrap(), value);
        }
        if let Some(length) = headers.get("content-length") {
            self.same("Content-Length", length.to_str().unwrap(), &body.len().to_string());
        }
        Http { first, headers, body: body.to_vec() }
    }

    /// What was made is what the stage's file says; `None` is a file that is not there.
    fn stage(&self, name: &str, made: Option<String>) {
        self.same(name, made, self.file(name));
    }

    /// The verdict is what the context asks for, for the reason that it gives, if it gives one.
    fn verdict<E: Into<VerifyError>>(&self, stage: &str, verdict: Result<(), E>) {
        let verdict = verdict.map_err(Into::into);
        let expected = match (&self.context.expect, &self.context.refused_for) {
            (Expect::Accept, None) => Ok(()),
            (Expect::Refuse, Some(Reason::Prefix)) => Err(SignatureError::Prefix.into()),
            (Expect::Refuse, Some(Reason::Base64)) => Err(SignatureError::Base64.into()),
            (Expect::Refuse, Some(Reason::Length)) => Err(SignatureError::Length.into()),
            (Expect::Refuse, Some(Reason::Mismatch)) => Err(SignatureError::Mismatch.into()),
            // More than one reason applies, and which is found first is not promised.
            (Expect::Refuse, None) => match &verdict {
                Err(VerifyError::Signature(error)) => Err((*error).into()),
                _ => panic!("{}: {stage}: {verdict:?}, should be refused", self.name),
            },
            (Expect::Accept, Some(_)) => panic!("{}: context.json: refused_for", self.name),
        };
        self.same(stage, verdict, expected);
    }

    fn same<T: PartialEq + Debug>(&self, stage: &str, made: T, expected: T) {
        assert_eq!(made, expected, "{}: {stage}", self.name);
    }
}

/// The key pair of the vectors, in each backend that is on.
fn rsa_keys() -> Vec<(Box<dyn Signer>, Box<dyn Verifier>)> {
    let pem = |name| fs::read_to_string(vectors().join(name)).unwrap();
    let (private, public) = (pem("test-rsa-private.pem"), pem("test-rsa-public.pem"));
    let keys: Vec<(Box<dyn Signer>, Box<dyn Verifier>)> = vec![
        #[cfg(feature = "aws-lc-rs")]
        (
            Box::new(rsa::aws_lc::RsaSigner::from_pem(&private).unwrap()),
            Box::new(rsa::aws_lc::RsaVerifier::from_pem(&public).unwrap()),
        ),
        #[cfg(feature = "rsa")]
        (
            Box::new(rsa::rustcrypto::RsaSigner::from_pem(&private).unwrap()),
            Box::new(rsa::rustcrypto::RsaVerifier::from_pem(&public).unwrap()),
        ),
    ];
    // With neither feature the keys are only known to be there.
    assert!(private.contains("PRIVATE") && public.contains("PUBLIC") && keys.len() <= 2);
    keys
}

/// No window is asked for, so any instant will do.
fn now() -> Timestamp {
    Timestamp::from_millis(0)
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}
