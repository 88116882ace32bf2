//! What may stand for the timestamp.

use doku_types::Timestamp;

use super::{Mistake, slot::Slot};

/// The timestamp of a header. Beside another mistake, what is rarer is not tried. `all_milliseconds`: with each of the thousand that may have been cut
/// off for the header.
pub(super) fn slot(text: &str, all_milliseconds: bool, depth: usize) -> Slot {
    let slot = Slot::right(Some(text.as_bytes()));
    match Parts::of(text) {
        Some(parts) if depth > 0 => parts.spelled_otherwise(slot, all_milliseconds, depth),
        _ => slot,
    }
}

/// `2026-11-22T03:04:05`, `.000`, `Z`.
struct Parts<'a> {
    /// The time that the clock shows in the zone, and the time it is, in seconds.
    local: i64,
    instant: i64,
    seconds: &'a str,
    fraction: &'a str,
    zone: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let instant = Timestamp::parse_rfc3339(text)?.as_seconds();
        let (seconds, rest) = text.split_at_checked(19)?;
        let local = Timestamp::parse(&format!("{seconds}Z"))?.as_seconds();
        let zone = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
        let fraction = &rest[..rest.len() - zone.len()];
        Some(Self { local, instant, seconds, fraction, zone })
    }

    fn spelled_otherwise(&self, mut slot: Slot, all_milliseconds: bool, depth: usize) -> Slot {
        let fractions = match self.fraction {
            "" => [(None, ""), (Some(Mistake::TimestampMillis), ".000")],
            own => [(None, own), (Some(Mistake::TimestampNoMillis), "")],
        };
        let zones = [
            (None, self.local, self.zone),
            (Some(Mistake::TimestampZulu), self.instant, "Z"),
            (Some(Mistake::TimestampOffset), self.instant + WIB, "+07:00"),
            (Some(Mistake::TimestampOffset), self.instant + WIB, "+0700"),
            (Some(Mistake::TimestampOffset), self.instant, "+00:00"),
            (Some(Mistake::TimestampNoZone), self.local, ""),
        ];
        let (near, zones) = match depth {
            1 => (NEAR, &zones[..]),
            _ => (NEAR_WITH_ANOTHER, &zones[..5]),
        };
        let hours =
            [(None, 0), (Some(Mistake::TimestampWib), WIB), (Some(Mistake::TimestampUtc), -WIB)];
        for by in -near..=near {
            let near = (by != 0).then_some(Mistake::TimestampNear);
            for (far, hours) in hours {
                for (zoned, time, zone) in zones.iter().copied() {
                    for (cut, fraction) in fractions {
                        let mistakes = [near, far, zoned, cut];
                        let mistakes: Vec<_> = mistakes.into_iter().flatten().collect();
                        if (1..=depth).contains(&mistakes.len()) {
                            let digits = digits(time + hours + by);
                            let text = [&digits, fraction, zone].concat();
                            slot = slot.or_all(mistakes, text.as_bytes());
                        }
                    }
                }
            }
        }
        if all_milliseconds && self.fraction.is_empty() {
            let Self { seconds, zone, .. } = self;
            let thousandths = (1..1000).map(|millis| format!("{seconds}.{millis:03}{zone}"));
            return slot.or_any(Mistake::TimestampMillis, thousandths);
        }
        slot
    }
}

/// `2026-11-22T03:04:05`
fn digits(time: i64) -> String {
    let mut digits = Timestamp::from_millis(time.saturating_mul(1000)).to_string();
    digits.pop();
    digits
}

/// How many seconds two readings of the clock may be apart.
const NEAR: i64 = 5;
/// The same where there is another mistake.
const NEAR_WITH_ANOTHER: i64 = 2;
/// How many seconds Jakarta is ahead of UTC.
const WIB: i64 = 7 * 3600;
