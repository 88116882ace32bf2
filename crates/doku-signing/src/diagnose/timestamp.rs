//! What may stand for the timestamp.

use doku_types::Timestamp;

use super::{Mistake, slot::Slot};

/// The timestamp of a header. `all_milliseconds`: with each of the thousand that may have been cut
/// off for the header.
pub(super) fn slot(text: &str, all_milliseconds: bool) -> Slot {
    let slot = Slot::right(Some(text.as_bytes()));
    match Parts::of(text) {
        Some(parts) => parts.spelled_otherwise(slot, all_milliseconds),
        None => slot,
    }
}

/// `2026-11-22T03:04:05`, `.000`, `Z`.
struct Parts<'a> {
    instant: Timestamp,
    seconds: &'a str,
    fraction: &'a str,
    zone: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let instant = Timestamp::parse_rfc3339(text)?;
        let (seconds, rest) = text.split_at_checked(19)?;
        let zone = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
        let fraction = &rest[..rest.len() - zone.len()];
        Some(Self { instant, seconds, fraction, zone })
    }

    fn spelled_otherwise(&self, mut slot: Slot, all_milliseconds: bool) -> Slot {
        let Self { seconds, fraction, zone, .. } = self;
        for by in (-NEAR..=NEAR).filter(|by| *by != 0) {
            slot = self.or_shifted(slot, Mistake::TimestampNear, by);
        }
        slot = self.or_shifted(slot, Mistake::TimestampWib, WIB);
        slot = self.or_shifted(slot, Mistake::TimestampUtc, -WIB);

        let (utc, wib) = (self.instant.to_string(), self.instant.wib());
        let utc = utc.trim_end_matches('Z');
        let wib = wib.trim_end_matches("+07:00");
        slot = slot
            .or(Mistake::TimestampZulu, [utc, fraction, "Z"])
            .or(Mistake::TimestampOffset, [wib, fraction, "+07:00"])
            .or(Mistake::TimestampOffset, [wib, fraction, "+0700"])
            .or(Mistake::TimestampOffset, [utc, fraction, "+00:00"]);
        if !fraction.is_empty() {
            return slot.or(Mistake::TimestampNoMillis, [seconds, zone]);
        }
        let thousandths = if all_milliseconds { 0..1000 } else { 0..1 };
        slot.or_any(
            Mistake::TimestampMillis,
            thousandths.map(|millis| format!("{seconds}.{millis:03}{zone}")),
        )
    }

    /// The same spelling of another time.
    fn or_shifted(&self, slot: Slot, mistake: Mistake, by: i64) -> Slot {
        let Some(at) = Timestamp::parse(&format!("{}Z", self.seconds)) else { return slot };
        let shifted = Timestamp::from_millis(at.as_millis() + by * 1000).to_string();
        slot.or(mistake, [shifted.trim_end_matches('Z'), self.fraction, self.zone])
    }
}

/// How many seconds two readings of the clock may be apart.
const NEAR: i64 = 5;
/// How many seconds Jakarta is ahead of UTC.
const WIB: i64 = 7 * 3600;
