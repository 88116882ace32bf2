//! The bodies of the fuzz targets, as plain functions: `fuzz_targets/` gives them to libFuzzer,
//! `tests/replay.rs` runs them on the seeds and on changes of these. They panic where a promise is
//! broken.
//!
//! Messages are HTTP in text: `METHOD target`, header lines, a blank line, the body.

#![forbid(unsafe_code)]

mod message;
mod multipart;
mod outcome;
mod registration;
mod snapshot;
mod world;

pub use multipart::multipart;
pub use outcome::{outcome, plus_tag};
pub use registration::registration;
pub use snapshot::snapshot;

use doku_signing::{
    Credentials, MessageVerifier, Window,
    diagnose::{self, Diagnosis},
    non_snap::{self, Form},
    rsa::{self, KeyError},
    snap::{self, BodyHash},
};
use doku_types::Timestamp;
use http::HeaderMap;
use message::OwnedMessage;

/// One target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its own, and that of its seeds' folder.
    pub name: &'static str,
    /// What it does with the bytes it is given.
    pub run: fn(&[u8]),
    /// In how many rounds of a replay it has one: what it does takes so long.
    pub one_in: usize,
}

/// Every target.
pub const TARGETS: [Target; 10] = [
    // It signs more than a thousand times for one input.
    Target { name: "doctor", run: doctor, one_in: 100 },
    Target { name: "headers", run: headers, one_in: 1 },
    Target { name: "minify", run: minify, one_in: 1 },
    Target { name: "multipart", run: multipart, one_in: 50 },
    Target { name: "outcome", run: outcome, one_in: 1 },
    Target { name: "pem", run: pem, one_in: 1 },
    Target { name: "plus_tag", run: plus_tag, one_in: 100 },
    Target { name: "registration", run: registration, one_in: 50 },
    Target { name: "snapshot", run: snapshot, one_in: 500 },
    Target { name: "verify", run: verify, one_in: 1 },
];

/// The doctor answers whatever it is shown, and tells no secret; a right signature it calls right.
pub fn doctor(data: &[u8]) {
    let Some(mut message) = OwnedMessage::parse(data) else { return };
    let key = "SK-fuzz-secret".into();
    let tell = |message: &OwnedMessage| {
        let message = message.borrow();
        let reports = [
            diagnose::non_snap(Form::Request, &message, &key),
            diagnose::non_snap(Form::Response, &message, &key),
            diagnose::snap(&message, &key),
        ];
        for report in reports.iter().flatten() {
            assert!(!format!("{report} {report:?}").contains("SK-fuzz-secret"));
        }
        reports.map(Result::ok)
    };
    tell(&message);

    let credentials = Credentials::new("BRN-0200-1700000000000", "SK-fuzz-secret");
    let path = message.target.split('?').next().unwrap_or_default().to_owned();
    let now = Timestamp::from_millis(1_795_316_645_000);
    let signed = credentials.sign_request(&message.method, &path, &message.body, "fuzz", now);
    signed.write(&mut message.headers, Form::Request).expect("these are texts of headers");
    assert_eq!(tell(&message)[0], Some(Diagnosis::Right));
}

/// Headers that are read are written the same, and read again.
pub fn headers(data: &[u8]) {
    let Some(message) = OwnedMessage::parse(data) else { return };
    for form in [Form::Request, Form::Response] {
        if let Ok(read) = non_snap::SignedHeaders::read(&message.headers, form) {
            let mut written = HeaderMap::new();
            read.write(&mut written, form).expect("what was read can be written");
            assert_eq!(non_snap::SignedHeaders::read(&written, form), Ok(read));
        }
    }
    if let Ok(read) = snap::SignedHeaders::read(&message.headers) {
        let mut written = HeaderMap::new();
        read.write(&mut written).expect("what was read can be written");
        assert_eq!(snap::SignedHeaders::read(&written), Ok(read));
    }
    if let Ok(read) = snap::TokenHeaders::read(&message.headers) {
        let mut written = HeaderMap::new();
        read.write(&mut written).expect("what was read can be written");
        assert_eq!(snap::TokenHeaders::read(&written), Ok(read));
    }
}

/// What is minified stays as it is, is hashed the same, and means the same to serde_json.
pub fn minify(data: &[u8]) {
    let once = snap::minify(data);
    assert_eq!(snap::minify(&once), once);
    assert_eq!(BodyHash::of(data), BodyHash::of_raw(&once));
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(data) {
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&once).unwrap(), value);
        assert!(once.len() <= data.len());
    }
}

/// Both backends come to one verdict over a key, but for numbers that do not make one.
pub fn pem(data: &[u8]) {
    fn verdict<T>(key: Result<T, KeyError>) -> Result<(), KeyError> {
        match key {
            Ok(_) | Err(KeyError::Rejected) => Ok(()),
            Err(error) => Err(error),
        }
    }
    use rsa::{aws_lc, rustcrypto};
    assert_eq!(
        verdict(aws_lc::RsaSigner::from_der(data)),
        verdict(rustcrypto::RsaSigner::from_der(data))
    );
    assert_eq!(
        verdict(aws_lc::RsaVerifier::from_der(data)),
        verdict(rustcrypto::RsaVerifier::from_der(data))
    );
    let text = String::from_utf8_lossy(data);
    assert_eq!(
        verdict(aws_lc::RsaSigner::from_pem(&text)),
        verdict(rustcrypto::RsaSigner::from_pem(&text))
    );
    assert_eq!(
        verdict(aws_lc::RsaVerifier::from_pem(&text)),
        verdict(rustcrypto::RsaVerifier::from_pem(&text))
    );
}

/// No message verifies with a key that has signed none; signed with that key, it does, until
/// something is changed.
pub fn verify(data: &[u8]) {
    let Some(mut message) = OwnedMessage::parse(data) else { return };
    let now = Timestamp::from_millis(1_795_316_645_000);
    let unused = || MessageVerifier::new("SK-fuzz-0").or_key("SK-fuzz-1").or_target_with_query();
    let hour = std::time::Duration::from_hours(1);
    for verifier in [
        unused(),
        unused().within(Window { past: hour, future: hour }),
        unused().for_client("BRN-0200-1700000000000").presented_token_only(),
    ] {
        for form in [Form::Request, Form::Response] {
            assert!(verifier.non_snap(form, &message.borrow(), now).is_err());
        }
        assert!(verifier.snap(&message.borrow(), now).is_err());
    }

    let credentials = Credentials::new("BRN-0200-1700000000000", "SK-fuzz-1");
    let target = message.target.clone();
    let path = target.split('?').next().unwrap_or_default();
    let signed = credentials.sign_request(&message.method, path, &message.body, "fuzz", now);
    signed.write(&mut message.headers, Form::Request).expect("these are texts of headers");
    let verified = unused().non_snap(Form::Request, &message.borrow(), now).unwrap();
    assert_eq!((verified.key, verified.replay_id.as_str()), (1, "BRN-0200-1700000000000 fuzz"));

    let mut request = http::Request::new(message.body.clone());
    *request.method_mut() = message.method.clone();
    if let Ok(uri) = message.target.parse() {
        *request.uri_mut() = uri;
        let token = "token".into();
        credentials.sign_snap_request(&mut request, &token, "1", now).unwrap();
        let verified = unused().snap(&doku_signing::Message::of_request(&request), now).unwrap();
        assert_eq!((verified.key, verified.token), (1, Some(token)));
        request.body_mut().push(b'x');
        assert!(unused().snap(&doku_signing::Message::of_request(&request), now).is_err());
    }
    message.body.push(b'x');
    if message.method != http::Method::GET {
        assert!(unused().non_snap(Form::Request, &message.borrow(), now).is_err());
    }
}
