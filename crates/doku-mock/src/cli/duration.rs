//! Durations as people write them: `30s`, `48h`, `1h30m`.

use std::time::Duration;

/// Reads a duration that is not negative.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let read: Option<jiff::SignedDuration> = text.parse().ok();
    read.and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "give 30s, 48h or 1h30m, say; days are told in hours".to_owned())
}

/// Reads how long a client may take.
pub(super) fn limit(text: &str) -> Result<Duration, String> {
    let read = duration(text)?;
    match (Duration::from_millis(1)..=Duration::from_hours(24)).contains(&read) {
        true => Ok(read),
        false => Err("give 1ms to 24h".to_owned()),
    }
}

/// As [`duration`], as it was written: for the mock to read.
pub(super) fn checked(text: &str) -> Result<String, String> {
    duration(text).map(|_| text.to_owned())
}
