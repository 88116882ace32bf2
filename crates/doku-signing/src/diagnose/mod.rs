//! The doctor: why does a signature not match?
//!
//! Given the message, its signature, and the key that is right, the doctor signs again with each of
//! a closed list of known [mistakes](Mistake), alone and two at a time, and names what reproduces
//! the signature that was presented.
//!
//! ```
//! use doku_signing::{Credentials, Message, diagnose, diagnose::{Diagnosis, Mistake}, non_snap::Form};
//! use doku_types::Timestamp;
//! use http::Request;
//!
//! let credentials = Credentials::new("BRN-0200-1700000000000", "SK-doku-mock-test-secret");
//! let mut request = Request::post("/checkout/v1/payment").body("{\n  \"amount\": 1\n}").unwrap();
//! let now = Timestamp::parse("2026-11-22T03:04:05Z").unwrap();
//! credentials.sign_http_request(&mut request, "id-1", now).unwrap();
//!
//! // What was signed had an indent of 2. What the library at hand then sends has none.
//! let request = request.map(|_| "{\"amount\":1}");
//! let message = Message::of_request(&request);
//! let diagnosis = diagnose::non_snap(Form::Request, &message, &credentials.secret_key).unwrap();
//! let Diagnosis::Mistake(report) = diagnosis else { panic!("{diagnosis}") };
//! assert_eq!(report.mistakes(), [Mistake::BodyIndent2]);
//! println!("{report}");
//! ```
//!
//! What it answers never holds a secret: neither key nor token, nor the signature that would have
//! been right, nor what stands in the body. Still it is for the owner of the key, not for the other
//! side of a connection.
//!
//! Single mistakes are looked for first, and pairs only where none of them explains the signature.
//! The rarer ones are not paired: one header name alone in lower case, a clock more than two seconds
//! off, milliseconds other than `.000`, a timestamp without zone, several line ends around the key,
//! blanks after the body's colons alone.
//!
//! With RSA, where each attempt costs a verification, single ones alone are; so with a body of more
//! than 64 KiB, and one of more than 1 MiB is not re-printed. That the whole URL was signed is seen by
//! the message's header `Host`; where it has none, by DOKU's documented hosts.
//!
//! Right is what DOKU's documentation asks for, to the letter: an empty token in its place, a SNAP
//! body that was not minified, or a signed query are mistakes here, although
//! [`MessageVerifier`](crate::MessageVerifier) may accept them.

mod body;
mod mistake;
mod non_snap;
mod part;
mod reading;
mod report;
mod search;
mod slot;
mod snap;
mod target;
mod timestamp;

use std::fmt;

use doku_types::SecretKey;

pub use mistake::Mistake;
pub use report::{Difference, Report};

use self::{
    body::Body,
    reading::Reading,
    search::{Found, Scheme},
};
use crate::{
    HeaderError, Message, header,
    non_snap::{Form, SignedHeaders},
    rsa::Verifier,
    snap::{SIGNATURE, SignedHeaders as SnapHeaders, TIMESTAMP, TokenHeaders},
};

/// Examines a non-SNAP message. A reply's [`Message`] has the method and target of its request.
///
/// # Errors
/// A header that is missing or malformed, so that there is nothing to examine.
pub fn non_snap(
    form: Form,
    message: &Message<'_>,
    key: &SecretKey,
) -> Result<Diagnosis, HeaderError> {
    let headers = SignedHeaders::read(message.headers, form)?;
    let body = Body::as_sent(message.body);
    let examination = Examination {
        readings: reading::non_snap(&headers.signature),
        deepest: if body.is_small() { 2 } else { 1 },
        body: &body,
    };
    Ok(examination.diagnose(
        |depth| non_snap::scheme(form, message, &headers, key, &body, depth),
        |scheme, reading, mistakes| scheme.by_hmac(reading, mistakes),
    ))
}

/// Examines a SNAP message that was signed with the secret key, as all are but those for a token.
///
/// # Errors
/// A header that is missing or malformed, so that there is nothing to examine.
pub fn snap(message: &Message<'_>, key: &SecretKey) -> Result<Diagnosis, HeaderError> {
    let headers = SnapHeaders::read(message.headers)?;
    let body = Body::minified(message.body);
    let examination = Examination {
        readings: reading::snap(&headers.signature),
        deepest: if body.is_small() { 2 } else { 1 },
        body: &body,
    };
    Ok(examination.diagnose(
        |depth| snap::symmetric(message, &headers, key, &body, depth),
        |scheme, reading, mistakes| scheme.by_hmac(reading, mistakes),
    ))
}

/// Examines a SNAP request for an access token, with the public half of the key that should have
/// signed it.
///
/// # Errors
/// A header that is missing or malformed, so that there is nothing to examine.
pub fn snap_token(
    message: &Message<'_>,
    verifier: &(impl Verifier + ?Sized),
) -> Result<Diagnosis, HeaderError> {
    let headers = TokenHeaders::read(message.headers)?;
    let examination = Examination {
        readings: reading::rsa(&headers.signature),
        deepest: 1,
        body: &Body::as_sent(b""),
    };
    Ok(examination.diagnose(
        |depth| snap::token(&headers, depth),
        |scheme, reading, mistakes| scheme.by_rsa(verifier, reading, mistakes),
    ))
}

/// Examines a SNAP transaction that was signed with a private key, with the public half of it.
///
/// # Errors
/// A header that is missing or malformed, so that there is nothing to examine.
pub fn snap_transaction(
    message: &Message<'_>,
    verifier: &(impl Verifier + ?Sized),
) -> Result<Diagnosis, HeaderError> {
    let timestamp = header::text(message.headers, TIMESTAMP)?;
    let body = Body::minified(message.body);
    let examination = Examination {
        readings: reading::rsa(&header::text(message.headers, SIGNATURE)?),
        deepest: 1,
        body: &body,
    };
    Ok(examination.diagnose(
        |depth| snap::transaction(message, &timestamp, &body, depth),
        |scheme, reading, mistakes| scheme.by_rsa(verifier, reading, mistakes),
    ))
}

/// What the doctor found. `Display` tells it to people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Diagnosis {
    /// Nothing is wrong with the signature.
    Right,
    /// One known mistake, or two together, explain it.
    Mistake(Report),
    /// None of them does: another key, another message, or a mistake that is not on the list.
    Unknown(Report),
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right => f.write_str("The signature is right."),
            Self::Mistake(report) | Self::Unknown(report) => report.fmt(f),
        }
    }
}

/// What one call has at hand.
struct Examination<'a> {
    readings: Vec<Reading>,
    /// How many mistakes at once are looked for.
    deepest: usize,
    body: &'a Body<'a>,
}

impl Examination<'_> {
    /// None, then one, then two mistakes: the first number that explains the signature is taken.
    fn diagnose(
        &self,
        scheme: impl Fn(usize) -> Scheme,
        search: impl Fn(&Scheme, &Reading, usize) -> Vec<Found>,
    ) -> Diagnosis {
        for mistakes in 0..=self.deepest {
            let scheme = scheme(mistakes);
            let mut explanations = Vec::new();
            for reading in &self.readings {
                let Some(left) = mistakes.checked_sub(reading.mistakes.len()) else { continue };
                let found = search(&scheme, reading, left).into_iter();
                explanations.extend(found.map(|found| (reading, found)));
            }
            match explanations.as_slice() {
                [] => {}
                _ if mistakes == 0 => return Diagnosis::Right,
                all => {
                    return Diagnosis::Mistake(Report::explained(
                        &scheme,
                        all,
                        self.body,
                        self.deepest,
                    ));
                }
            }
        }
        let scheme = scheme(0);
        let right = Found::right(&scheme).shown(&scheme);
        Diagnosis::Unknown(Report::unexplained(right, !self.readings.is_empty(), self.deepest))
    }
}
