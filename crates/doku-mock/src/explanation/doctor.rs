//! The doctor at work: a wrong signature is examined on a thread of its own, a few at a time, so that a flood
//! of wrong ones costs the right ones little.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use doku_signing::{
    Message,
    diagnose::{self, Diagnosis, Mistake, Report},
    non_snap::Form,
};
use doku_types::SecretKey;
use http::{header, request::Parts};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

use super::{Explanation, ToSign};

/// Examines wrong signatures.
pub(crate) struct Doctor {
    /// The places of those that are examined.
    beds: Arc<Semaphore>,
    /// The places of those that are examined or wait for it.
    chairs: Semaphore,
    /// Whether the mock accepts a signed query, which to the doctor is a mistake.
    accepts_query: bool,
}

impl Doctor {
    /// One for a mock that accepts a signed query, or not.
    pub(crate) fn new(accepts_query: bool) -> Self {
        Self {
            beds: Arc::new(Semaphore::new(MAX_AT_ONCE)),
            chairs: Semaphore::new(MAX_AT_ONCE + MAX_WAITING),
            accepts_query,
        }
    }

    /// Why the signature of this request is not that of this key.
    pub(crate) async fn examine(
        &self,
        key: &SecretKey,
        parts: &Parts,
        body: &Bytes,
    ) -> Explanation {
        let host = parts.headers.get(header::HOST).map_or(0, http::HeaderValue::len);
        if target(parts).len() + host > MAX_TARGET {
            return not_examined("the target is too long");
        }
        let Ok(_chair) = self.chairs.try_acquire() else {
            return not_examined("too many wrong signatures came at once");
        };
        let bed = timeout(PATIENCE, Arc::clone(&self.beds).acquire_owned()).await;
        // The semaphore is never closed.
        let Ok(Ok(bed)) = bed else {
            return not_examined("too many wrong signatures came at once");
        };
        let (key, parts, body) = (key.clone(), parts.clone(), body.clone());
        let accepts_query = self.accepts_query;
        let examined = spawn_blocking(move || {
            // Held to the end, also where nobody waits for the result any more.
            let _bed = bed;
            let message = Message {
                method: &parts.method,
                target: target(&parts),
                headers: &parts.headers,
                body: &body,
            };
            diagnose::non_snap(Form::Request, &message, &key)
                .map(|diagnosis| explanation(&diagnosis, accepts_query))
        });
        match examined.await {
            Ok(Ok(explanation)) => explanation,
            // The headers were read before the signature was verified; and the mock may be stopping.
            _ => not_examined("the examination failed"),
        }
    }
}

fn target(parts: &Parts) -> &str {
    parts.uri.path_and_query().map_or("/", |target| target.as_str())
}

fn explanation(diagnosis: &Diagnosis, accepts_query: bool) -> Explanation {
    let told = told(diagnosis, accepts_query);
    let to_sign = match diagnosis {
        Diagnosis::Mistake(report) | Diagnosis::Unknown(report) => ToSign::of(report),
        _ => None,
    };
    Explanation { to_sign, ..told }
}

fn told(diagnosis: &Diagnosis, accepts_query: bool) -> Explanation {
    match diagnosis {
        Diagnosis::Mistake(report) => mistaken(report, accepts_query),
        Diagnosis::Unknown(report) if !report.is_readable() => Explanation::reported(
            vec!["signature-unreadable"],
            "Signature has to be HMACSHA256= and the base64 of 32 bytes.",
            report.to_string(),
        ),
        _ => Explanation::reported(vec!["unknown"], COMPARE, diagnosis.to_string()),
    }
}

fn mistaken(report: &Report, accepts_query: bool) -> Explanation {
    let told = |mistake: &&Mistake| !(accepts_query && **mistake == Mistake::TargetQuery);
    let mistakes: Vec<_> = report.mistakes().iter().filter(told).collect();
    let Some(first) = mistakes.first() else {
        return Explanation::reported(vec!["unknown"], COMPARE, report.to_string());
    };
    let mut summary = first.advice().to_owned();
    match report.difference() {
        Some(difference) => {
            // In the one line of a header a line end is written as a backslash and an n: what was sent as those two is not.
            let difference = difference.to_string().replace('\\', r"\\");
            summary.push_str(&format!(" The strings to sign differ {difference}."));
        }
        None => summary.push_str(" The right string was signed."),
    }
    let mut text = report.to_string();
    if mistakes.len() < report.mistakes().len() {
        text.push_str("\nThis mock was told to accept a signed query.");
    }
    let codes = mistakes.iter().map(|mistake| mistake.code()).collect();
    Explanation::reported(codes, &summary, text)
}

fn not_examined(why: &str) -> Explanation {
    let summary =
        format!("Not looked into, since {why}: send it again alone, or ask doku-mock explain.");
    Explanation::of("not-examined", summary)
}

const COMPARE: &str = "No known mistake explains this signature: compare the secret key, and the string to sign, which the journal shows, with yours.";

/// How many are examined at once: half of what a small machine has, so that right signatures have the other.
const MAX_AT_ONCE: usize = 1;
/// How many wait beside them; each may hold a body of 1 MiB.
const MAX_WAITING: usize = 15;
/// How long one waits.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest target and host together, in bytes: every attempt has to hash them.
const MAX_TARGET: usize = 4 << 10;

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn wrong() -> Parts {
        let request = Request::post("/x")
            .header("Client-Id", "BRN-1")
            .header("Request-Id", "id")
            .header("Request-Timestamp", "2026-11-22T03:04:05Z")
            .header("Signature", format!("HMACSHA256={}=", "A".repeat(43)));
        request.body(()).unwrap().into_parts().0
    }

    async fn examined(doctor: &Doctor) -> Vec<&'static str> {
        doctor.examine(&SecretKey::from("SK-1"), &wrong(), &Bytes::new()).await.codes
    }

    #[tokio::test(start_paused = true)]
    async fn who_finds_no_place_or_waits_too_long_is_told_so() {
        let doctor = Doctor::new(false);
        assert_eq!(examined(&doctor).await, ["unknown"]);
        let bed = doctor.beds.acquire().await.unwrap();
        assert_eq!(examined(&doctor).await, ["not-examined"], "after the patience");
        drop(bed);
        let chairs = doctor.chairs.acquire_many(16).await.unwrap();
        assert_eq!(examined(&doctor).await, ["not-examined"], "at once");
        drop(chairs);
        assert_eq!(examined(&doctor).await, ["unknown"]);
    }
}
