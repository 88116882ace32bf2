//! An instant, in milliseconds since the epoch, and its spelling in DOKU's headers.

use std::{fmt, time::Duration};

/// An instant. Passed in by the caller everywhere; nothing in this crate asks a clock.
///
/// `Display` is the non-SNAP header form: UTC, whole seconds, `2020-08-11T08:45:42Z`
/// (documented: signature pages).
///
/// ```
/// use doku_types::Timestamp;
///
/// let at = Timestamp::parse("2020-08-11T08:45:42Z").unwrap();
/// assert_eq!(at.as_millis(), 1_597_135_542_000);
/// assert_eq!(at.to_string(), "2020-08-11T08:45:42Z");
/// assert!(Timestamp::parse("2020-08-11T08:45:42.000Z").is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970-01-01T00:00:00Z. Kept within the years -9999 to 9999, so that
    /// every timestamp can be written.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(MIN_MILLIS, MAX_MILLIS))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    pub fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Reads the non-SNAP header form, `yyyy-MM-ddTHH:mm:ssZ`, and nothing else: no fraction, no
    /// offset, no lower case. `None` also for a date that does not exist.
    pub fn parse(text: &str) -> Option<Self> {
        const SHAPE: &[u8; 20] = b"dddd-dd-ddTdd:dd:ddZ";
        let fits = text.len() == SHAPE.len()
            && text.bytes().zip(SHAPE).all(|(byte, shape)| match shape {
                b'd' => byte.is_ascii_digit(),
                _ => byte == *shape,
            });
        // jiff reads a 60th second as the 59th; the header form has no leap seconds.
        if !fits || &text[17..19] == "60" {
            return None;
        }
        let instant: jiff::Timestamp = text.parse().ok()?;
        Some(Self(instant.as_millisecond()))
    }

    /// Reads any RFC 3339 timestamp, as SNAP's headers and bodies have them: with `Z` or an offset,
    /// with a fraction or without. `None` for anything else.
    ///
    /// ```
    /// use doku_types::Timestamp;
    ///
    /// let jakarta = Timestamp::parse_rfc3339("2024-03-26T16:01:41+07:00").unwrap();
    /// assert_eq!(Some(jakarta), Timestamp::parse_rfc3339("2024-03-26T09:01:41.000Z"));
    /// assert_eq!(jakarta.wib(), "2024-03-26T16:01:41+07:00");
    /// ```
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        const SHAPE: &[u8; 19] = b"dddd-dd-ddTdd:dd:dd";
        let fits = text.len() > SHAPE.len()
            && text.bytes().zip(SHAPE).all(|(byte, shape)| match shape {
                b'd' => byte.is_ascii_digit(),
                _ => byte == *shape,
            });
        if !fits || &text[17..19] == "60" {
            return None;
        }
        let zone = text[SHAPE.len()..]
            .trim_start_matches(['.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        if zone != "Z" && !(zone.len() == 6 && zone.starts_with(['+', '-'])) {
            return None;
        }
        let instant: jiff::Timestamp = text.parse().ok()?;
        Some(Self::from_millis(instant.as_millisecond()))
    }

    /// The form that SNAP's `X-TIMESTAMP` has by Bank Indonesia's standard: whole seconds with
    /// Jakarta's offset, `2024-03-26T16:01:41+07:00`. DOKU takes `Z` as well (observed).
    pub fn wib(self) -> String {
        let local = self + WIB;
        let instant = jiff::Timestamp::from_second(local.as_seconds()).unwrap_or_default();
        instant.strftime("%Y-%m-%dT%H:%M:%S+07:00").to_string()
    }

    /// How far apart two instants are, whichever comes first.
    pub fn abs_diff(self, other: Self) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_add(millis))
    }
}

/// Of the machine's clock, say; kept to the millisecond.
impl From<std::time::SystemTime> for Timestamp {
    fn from(time: std::time::SystemTime) -> Self {
        let millis = match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        };
        Self::from_millis(millis)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `from_millis` keeps every value within what jiff can write.
        let instant = jiff::Timestamp::from_second(self.as_seconds()).unwrap_or_default();
        write!(f, "{instant}")
    }
}

/// Jakarta's time is seven hours ahead of UTC, without a summer time.
const WIB: Duration = Duration::from_hours(7);
/// -9999-01-03T00:00:00Z and 9999-12-30T00:00:00Z, just inside jiff's range.
const MIN_MILLIS: i64 = -377_705_030_400_000;
const MAX_MILLIS: i64 = 253_402_128_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_documented_form_is_read() {
        for text in [
            "",
            "2020-08-11",
            "2020-08-11T08:45:42",
            "2020-08-11T08:45:42+00:00",
            "2020-08-11T15:45:42+07:00",
            "2020-08-11T08:45:42.1Z",
            "2020-08-11t08:45:42z",
            "2020-08-11 08:45:42Z",
            "2020-13-11T08:45:42Z",
            "2020-02-30T08:45:42Z",
            "2020-08-11T24:45:42Z",
            "2020-08-11T08:45:60Z",
            "２020-08-11T08:45:4Z",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_whole_second_reads_back(seconds in -62_135_596_800_i64..253_402_128_000) {
            let at = Timestamp::from_millis(seconds * 1000);
            prop_assert_eq!(Timestamp::parse(&at.to_string()), Some(at));
        }

        #[test]
        fn any_instant_can_be_written(millis in any::<i64>(), more in any::<u64>()) {
            let at = Timestamp::from_millis(millis) + Duration::from_millis(more);
            prop_assert!(at.to_string().ends_with('Z'));
        }

        #[test]
        fn jakarta_s_form_reads_back(seconds in -62_135_596_800_i64..253_402_000_000) {
            let at = Timestamp::from_millis(seconds * 1000);
            prop_assert_eq!(Timestamp::parse_rfc3339(&at.wib()), Some(at));
            prop_assert_eq!(Timestamp::parse_rfc3339(&at.to_string()), Some(at));
        }

        #[test]
        fn no_text_panics_the_parsers(text in "(2026-11-22T03:04:05)?\\PC{0,24}") {
            let _ = (Timestamp::parse(&text), Timestamp::parse_rfc3339(&text));
        }
    }
}
