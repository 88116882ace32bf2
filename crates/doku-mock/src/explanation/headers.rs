//! What is wrong with the headers of a request, before anybody looks at its signature.

use std::time::Duration;

use doku_signing::{
    non_snap::{CLIENT_ID, Form, MAX_REQUEST_ID, REQUEST_ID, SIGNATURE},
    snap,
};
use doku_types::Timestamp;
use http::HeaderMap;

use super::{Explanation, shown};

/// Of the four headers some are not there, or blank.
pub(crate) fn missing(headers: &HeaderMap) -> Explanation {
    let blank = |name: &&str| {
        headers.get(*name).is_none_or(|value| value.as_bytes().trim_ascii().is_empty())
    };
    let missing: Vec<_> = names().into_iter().filter(blank).collect();
    let missing = missing.join(", ");
    if [snap::SIGNATURE, snap::CLIENT_KEY, snap::PARTNER_ID]
        .iter()
        .any(|name| headers.contains_key(*name))
    {
        let summary = format!(
            "This API is non-SNAP, and these are SNAP's headers: send Client-Id, Request-Id, Request-Timestamp and Signature instead of X-SIGNATURE and its like. Missing: {missing}."
        );
        return Explanation {
            codes: vec!["header-missing", "snap-headers"],
            ..Explanation::of("header-missing", summary)
        };
    }
    let summary =
        format!("Missing or blank: {missing}. All four are needed: {}.", names().join(", "));
    Explanation::of("header-missing", summary)
}

/// This header cannot be read.
pub(crate) fn malformed(name: &str, headers: &HeaderMap) -> Explanation {
    let times = headers.get_all(name).iter().count();
    let summary = if times > 1 {
        format!("{name} comes {times} times: send it once.")
    } else if name == REQUEST_ID {
        format!("{name} has to be 1 to {MAX_REQUEST_ID} characters of visible ASCII.")
    } else {
        format!("{name} has to be visible ASCII.")
    };
    Explanation::of("header-malformed", summary)
}

/// The timestamp is not of the one form that DOKU takes.
pub(crate) fn malformed_timestamp(text: &str) -> Explanation {
    let name = Form::Request.timestamp_header();
    let summary = match Timestamp::parse_rfc3339(text) {
        Some(at) => {
            let at = Timestamp::from_millis(at.as_seconds().saturating_mul(1000));
            format!("{name} is UTC in whole seconds with a Z: {at} instead of {}.", shown(text))
        }
        None if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!(
                "{name} is no Unix time, but UTC in whole seconds such as 2026-11-22T03:04:05Z."
            )
        }
        None => format!("{name} is UTC in whole seconds such as 2026-11-22T03:04:05Z."),
    };
    Explanation::of("timestamp-malformed", summary)
}

/// The timestamp is too far from each of these clocks, of which there is at least one.
pub(crate) fn untimely(at: Timestamp, clocks: &[Timestamp], window: Duration) -> Explanation {
    let nearest = clocks.iter().min_by_key(|now| at.abs_diff(**now)).copied().unwrap_or(at);
    let (off, side) = (at.abs_diff(nearest), if at < nearest { "behind" } else { "ahead of" });
    let far = format!(
        "{} is {} {side} the mock's clock, {nearest}, and at most {} s are allowed",
        Form::Request.timestamp_header(),
        in_words(off),
        window.as_secs(),
    );
    let near_wib = off.abs_diff(WIB) <= window;
    let (codes, why) = match (near_wib, at < nearest) {
        (true, false) => (
            vec!["time-out-of-range", "wib-as-utc"],
            "seven hours ahead is Jakarta's time (WIB) with a Z behind it: take the time in UTC",
        ),
        (true, true) => (
            vec!["time-out-of-range", "utc-as-wib"],
            "seven hours behind is UTC that was taken for Jakarta's time (WIB) and converted: take the time in UTC as it is",
        ),
        _ => (
            vec!["time-out-of-range"],
            "set this machine's clock, and sign each request, also one that is repeated, with a fresh timestamp",
        ),
    };
    Explanation { codes, ..Explanation::of("time-out-of-range", format!("{far}; {why}.")) }
}

/// Nobody knows this client id.
pub(crate) fn unknown_client(client_id: &str) -> Explanation {
    let summary = format!(
        "The mock knows no client {}: send the id that it was started with, or start it with --client-id or --partners.",
        shown(client_id)
    );
    Explanation::of("client-unknown", summary)
}

/// `7 h 2 min 3 s`, the largest units that say something.
fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (0, hours, minutes, seconds) => format!("{hours} h {minutes} min {seconds} s"),
        (days, hours, ..) => format!("{days} d {hours} h"),
    }
}

fn names() -> [&'static str; 4] {
    [CLIENT_ID, REQUEST_ID, Form::Request.timestamp_header(), SIGNATURE]
}

/// How far Jakarta is ahead of UTC.
const WIB: Duration = Duration::from_hours(7);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_by_how_much_it_is_off() {
        let now = Timestamp::parse("2026-11-22T03:04:05Z").unwrap();
        let other = Timestamp::parse("2020-01-01T00:00:00Z").unwrap();
        let explained = |text: &str| {
            let at = Timestamp::parse(text).unwrap();
            untimely(at, &[other, now], Duration::from_hours(1))
        };
        for (text, codes, words) in [
            (
                "2026-11-22T10:04:00Z",
                &["time-out-of-range", "wib-as-utc"][..],
                "6 h 59 min 55 s ahead of",
            ),
            ("2026-11-21T20:04:05Z", &["time-out-of-range", "utc-as-wib"], "7 h 0 min 0 s behind"),
            ("2026-11-22T04:04:06Z", &["time-out-of-range"], "60 min 1 s ahead of"),
            ("2026-11-24T04:04:06Z", &["time-out-of-range"], "2 d 1 h ahead of"),
            (
                "2019-12-31T22:00:00Z",
                &["time-out-of-range"],
                "2 h 0 min 0 s behind the mock's clock, 2020",
            ),
        ] {
            let explained = explained(text);
            assert_eq!(explained.codes, codes, "{text}");
            let words = words.replace("60 min", "1 h 0 min");
            assert!(explained.summary.contains(&words), "{}", explained.summary);
        }
    }
}
