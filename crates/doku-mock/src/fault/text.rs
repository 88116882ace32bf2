//! The one text form of a fault: for the flag, the header and the command line.

use std::{fmt, str::FromStr, time::Duration};

use doku_types::{code::CallbackType, partner::endpoint::Endpoint};
use http::StatusCode;
use jiff::fmt::friendly::{Direction, Spacing, SpanPrinter};

use super::{CallbackFault, Fault, FaultKind, ReplyFault, ReplyFaultKind};

/// A text that is no fault. Says what is possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
#[non_exhaustive]
pub struct FaultError(String);

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        if text.len() > MAX_TEXT {
            return Err(FaultError(format!("a fault has at most {MAX_TEXT} bytes")));
        }
        let mut parts = text.split(';').map(str::trim);
        let (name, value) = pair(parts.next().unwrap_or_default());
        let mut limits = Limits::read(parts)?;
        let fault = match name.strip_prefix("callback.") {
            Some(name) => callback(name, value, &mut limits)?.into(),
            None => reply(name, value, &mut limits)?.into(),
        };
        limits.end()?;
        Ok(fault)
    }
}

fn callback(
    name: &str,
    value: Option<&str>,
    limits: &mut Limits<'_>,
) -> Result<CallbackFault, FaultError> {
    let kind = match name {
        "delay" => FaultKind::Delay(duration(name, value)?),
        "duplicate" => bare(name, value, FaultKind::Duplicate)?,
        "reorder" => bare(name, value, FaultKind::Reorder)?,
        "drop" => bare(name, value, FaultKind::Drop)?,
        _ => return Err(unknown(name)),
    };
    let mut fault = CallbackFault::new(kind);
    if let Some(code) = limits.take("type") {
        let code = CallbackType::from(code);
        if !code.is_known() {
            return Err(FaultError("type is no type of callback: give BUSINESS, say".to_owned()));
        }
        fault.callback_type = Some(code);
    }
    fault.times = limits.number("times", 1..=u32::MAX)?;
    Ok(fault)
}

fn reply(
    name: &str,
    value: Option<&str>,
    limits: &mut Limits<'_>,
) -> Result<ReplyFault, FaultError> {
    let kind = match name {
        "status" => ReplyFaultKind::Status {
            status: number(name, value.unwrap_or_default(), 400..=599)
                .map(|status: u16| StatusCode::from_u16(status).unwrap_or_default())?,
            code: limits.take("code").map(gateway_code).transpose()?.map(Into::into),
            retry_after: limits
                .take("retry-after")
                .map(|by| bounded("retry-after", Some(by)))
                .transpose()?,
        },
        "delay" => ReplyFaultKind::Delay(bounded(name, value)?),
        "drip" => ReplyFaultKind::Drip {
            pause: bounded(name, value)?,
            bytes: limits.number("bytes", 1..=u32::MAX)?.unwrap_or(1),
        },
        "truncate" => ReplyFaultKind::Truncate(
            value.map(|value| number(name, value, 0..=u32::MAX)).transpose()?,
        ),
        "wrong-length" => match number(name, value.unwrap_or("1"), -MAX_OFF..=MAX_OFF)? {
            0 => return Err(FaultError("wrong-length=0 is right: give 1 or -1, say".to_owned())),
            off => ReplyFaultKind::WrongLength(off),
        },
        "reset.before" => bare(name, value, ReplyFaultKind::ResetBefore)?,
        "reset.after" => bare(name, value, ReplyFaultKind::ResetAfter)?,
        "unsigned" => bare(name, value, ReplyFaultKind::Unsigned)?,
        "wrong-signature" => bare(name, value, ReplyFaultKind::WrongSignature)?,
        "skew" => ReplyFaultKind::Skew(skew(value)?),
        _ => return Err(unknown(name)),
    };
    let mut fault = ReplyFault::new(kind);
    fault.operation = limits.take("operation").map(operation).transpose()?;
    fault.partner = limits.take("partner").map(partner).transpose()?.map(Into::into);
    fault.nth = limits.number("nth", 1..=u32::MAX)?;
    fault.times = limits.number("times", 1..=u32::MAX)?;
    if let Some(text) = limits.take("probability") {
        let read: Option<f64> = text.parse().ok();
        let read = read.filter(|probability| (0.0..=1.0).contains(probability));
        let wrong = || FaultError("probability is none from 0 to 1: give 0.1, say".to_owned());
        fault.probability = Some(read.ok_or_else(wrong)?);
    }
    Ok(fault)
}

/// What stands behind the kind.
struct Limits<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Limits<'a> {
    fn read(parts: impl Iterator<Item = &'a str>) -> Result<Self, FaultError> {
        let mut limits: Vec<(&str, &str)> = Vec::new();
        for part in parts.filter(|part| !part.is_empty()) {
            let (key, Some(value)) = pair(part) else {
                let message = format!("`{}` has no value: give key=value", shown(part));
                return Err(FaultError(message));
            };
            if limits.iter().any(|(before, _)| *before == key) {
                return Err(FaultError(format!("`{}` stands there twice", shown(key))));
            }
            limits.push((key, value));
        }
        Ok(Self(limits))
    }

    fn take(&mut self, key: &str) -> Option<&'a str> {
        let place = self.0.iter().position(|(found, _)| *found == key)?;
        Some(self.0.remove(place).1)
    }

    fn number(
        &mut self,
        key: &str,
        within: std::ops::RangeInclusive<u32>,
    ) -> Result<Option<u32>, FaultError> {
        self.take(key).map(|value| number(key, value, within)).transpose()
    }

    fn end(self) -> Result<(), FaultError> {
        self.0.first().map_or(Ok(()), |(key, _)| {
            Err(FaultError(format!(
                "`{}` does not go with this fault: all of replies take operation, partner, nth, times and probability, status also code and retry-after, drip also bytes; those of callbacks take type and times",
                shown(key)
            )))
        })
    }
}

fn pair(part: &str) -> (&str, Option<&str>) {
    match part.split_once('=') {
        Some((key, value)) => (key.trim(), Some(value.trim())),
        None => (part, None),
    }
}

fn bare<T>(name: &str, value: Option<&str>, kind: T) -> Result<T, FaultError> {
    match value {
        None => Ok(kind),
        Some(_) => Err(FaultError(format!("{name} takes no value"))),
    }
}

fn unknown(name: &str) -> FaultError {
    FaultError(format!(
        "`{}` is no fault: use status=503, delay=2s, drip=100ms, truncate, wrong-length, reset.before, reset.after, unsigned, wrong-signature, skew=2h, callback.duplicate, callback.reorder, callback.drop or callback.delay=30m",
        shown(name)
    ))
}

fn number<T: FromStr + PartialOrd + fmt::Display>(
    name: &str,
    text: &str,
    within: std::ops::RangeInclusive<T>,
) -> Result<T, FaultError> {
    text.parse().ok().filter(|number| within.contains(number)).ok_or_else(|| {
        FaultError(format!("{name} is no number from {} to {}", within.start(), within.end()))
    })
}

fn duration(name: &str, value: Option<&str>) -> Result<Duration, FaultError> {
    let read: Option<jiff::SignedDuration> = value.and_then(|value| value.parse().ok());
    read.and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| FaultError(format!("{name} needs a duration: {name}=2s or 1h30m, say")))
}

fn bounded(name: &str, value: Option<&str>) -> Result<Duration, FaultError> {
    let duration = duration(name, value)?;
    if duration > MAX_PAUSE {
        return Err(FaultError(format!("{name} is at most {}m", MAX_PAUSE.as_secs() / 60)));
    }
    Ok(duration)
}

fn skew(value: Option<&str>) -> Result<i32, FaultError> {
    let read: Option<jiff::SignedDuration> = value.and_then(|value| value.parse().ok());
    let seconds = read.and_then(|duration| i32::try_from(duration.as_secs()).ok());
    let wrong = "skew needs whole seconds, at most 87600h: skew=2h or skew=-90m, say";
    let sound = |seconds: &i32| *seconds != 0 && seconds.abs() <= MAX_SKEW;
    seconds.filter(sound).ok_or_else(|| FaultError(wrong.to_owned()))
}

/// By DOKU's name or in kebab case.
fn operation(text: &str) -> Result<Endpoint, FaultError> {
    let all = Endpoint::all();
    let is_it = |operation: &&Endpoint| {
        operation.name().eq_ignore_ascii_case(text) || kebab(**operation).eq_ignore_ascii_case(text)
    };
    all.iter().find(is_it).copied().ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|operation| kebab(*operation)).collect();
        FaultError(format!("operation is none of {}", names.join(", ")))
    })
}

fn kebab(operation: Endpoint) -> String {
    operation.name().to_ascii_lowercase().replace(' ', "-")
}

fn partner(text: &str) -> Result<&str, FaultError> {
    let is_one = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_one.then_some(text).ok_or_else(|| FaultError("partner is no client id".to_owned()))
}

fn gateway_code(text: &str) -> Result<&str, FaultError> {
    let is_one = !text.is_empty()
        && text.len() <= MAX_CODE
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let wrong = || FaultError("code is none such as invalid_signature".to_owned());
    is_one.then_some(text).ok_or_else(wrong)
}

/// The beginning of a text from outside, fit to be shown.
fn shown(text: &str) -> String {
    text.chars().take(MAX_SHOWN).collect::<String>().escape_debug().to_string()
}

/// As it is parsed.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Callback(fault) => fault.fmt(f),
            Self::Reply(fault) => fault.fmt(f),
        }
    }
}

/// As it is parsed.
impl fmt::Display for CallbackFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        if let FaultKind::Delay(by) = self.kind {
            write!(f, "={}", PRINTER.unsigned_duration_to_string(&by))?;
        }
        limit(f, "type", self.callback_type.as_ref())?;
        limit(f, "times", self.times)
    }
}

/// As it is parsed, but for how often it happened.
impl fmt::Display for ReplyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        limit(f, "operation", self.operation.map(kebab))?;
        limit(f, "partner", self.partner.as_ref())?;
        limit(f, "nth", self.nth)?;
        limit(f, "times", self.times)?;
        limit(f, "probability", self.probability)
    }
}

/// As it is parsed.
impl fmt::Display for ReplyFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Status { status, code, retry_after } => {
                write!(f, "={}", status.as_u16())?;
                limit(f, "code", code.as_ref())?;
                limit(
                    f,
                    "retry-after",
                    retry_after.map(|by| PRINTER.unsigned_duration_to_string(&by)),
                )
            }
            Self::Delay(by) => write!(f, "={}", PRINTER.unsigned_duration_to_string(by)),
            Self::Drip { bytes, pause } => {
                write!(f, "={}", PRINTER.unsigned_duration_to_string(pause))?;
                limit(f, "bytes", Some(bytes).filter(|bytes| **bytes != 1))
            }
            Self::Truncate(Some(bytes)) => write!(f, "={bytes}"),
            Self::WrongLength(off) => write!(f, "={off}"),
            Self::Skew(seconds) => {
                let skew = jiff::SignedDuration::from_secs((*seconds).into());
                write!(f, "={}", PRINTER.duration_to_string(&skew))
            }
            Self::Truncate(None)
            | Self::ResetBefore
            | Self::ResetAfter
            | Self::Unsigned
            | Self::WrongSignature => Ok(()),
        }
    }
}

fn limit(f: &mut fmt::Formatter<'_>, key: &str, value: Option<impl fmt::Display>) -> fmt::Result {
    value.map_or(Ok(()), |value| write!(f, ";{key}={value}"))
}

/// `1h30m`, `-90m`.
const PRINTER: SpanPrinter = SpanPrinter::new().spacing(Spacing::None).direction(Direction::Sign);
/// The longest delay and pause: who waits longer has given up.
pub(super) const MAX_PAUSE: Duration = Duration::from_mins(10);
/// Ten years, in seconds.
const MAX_SKEW: i32 = 87_600 * 3600;
/// How far a length may be off, in bytes.
const MAX_OFF: i32 = 1 << 30;
const MAX_TEXT: usize = 1024;
const MAX_CODE: usize = 64;
/// How many characters of a wrong text an error repeats.
const MAX_SHOWN: usize = 40;

#[cfg(test)]
mod tests {
    use proptest::{option, prelude::*};

    use super::*;

    fn kinds() -> impl Strategy<Value = ReplyFaultKind> {
        let pause = (0u64..=600_000).prop_map(Duration::from_millis);
        prop_oneof![
            (400u16..=599, option::of("[a-z_]{1,64}"), option::of(pause.clone())).prop_map(
                |(status, code, retry_after)| ReplyFaultKind::Status {
                    status: StatusCode::from_u16(status).unwrap(),
                    code: code.map(|code| code.as_str().into()),
                    retry_after,
                }
            ),
            pause.clone().prop_map(ReplyFaultKind::Delay),
            (1u32.., pause).prop_map(|(bytes, pause)| ReplyFaultKind::Drip { bytes, pause }),
            option::of(any::<u32>()).prop_map(ReplyFaultKind::Truncate),
            prop_oneof![1..=MAX_OFF, -MAX_OFF..=-1].prop_map(ReplyFaultKind::WrongLength),
            prop_oneof![1..=MAX_SKEW, -MAX_SKEW..=-1].prop_map(ReplyFaultKind::Skew),
            Just(ReplyFaultKind::ResetBefore),
            Just(ReplyFaultKind::ResetAfter),
            Just(ReplyFaultKind::Unsigned),
            Just(ReplyFaultKind::WrongSignature),
        ]
    }

    fn replies() -> impl Strategy<Value = Fault> {
        let operation = option::of(proptest::sample::select(Endpoint::all()));
        let partner = option::of("[!-:<-~]{1,40}");
        let count = || option::of(1u32..);
        (kinds(), operation, partner, count(), count(), option::of(0.0..=1.0f64)).prop_map(
            |(kind, operation, partner, nth, times, probability)| {
                let partner = partner.map(Into::into);
                Fault::Reply(ReplyFault {
                    kind,
                    operation,
                    partner,
                    nth,
                    times,
                    probability,
                    happened: 0,
                })
            },
        )
    }

    fn callbacks() -> impl Strategy<Value = Fault> {
        let delay = any::<u32>().prop_map(|ms| FaultKind::Delay(Duration::from_millis(ms.into())));
        let bare = [FaultKind::Duplicate, FaultKind::Reorder, FaultKind::Drop];
        let kind = prop_oneof![delay, proptest::sample::select(bare.to_vec())];
        let of = option::of(proptest::sample::select(CallbackType::all()));
        (kind, of, option::of(1u32..)).prop_map(|(kind, callback_type, times)| {
            Fault::Callback(CallbackFault { kind, callback_type, times, happened: 0 })
        })
    }

    proptest! {
        #[test]
        fn a_fault_is_read_as_it_is_written(fault in prop_oneof![replies(), callbacks()]) {
            let text = fault.to_string();
            prop_assert_eq!(text.parse::<Fault>(), Ok(fault), "{}", text);
        }

        #[test]
        fn no_text_panics(text in ".*", tail in "(status|skew|delay|drip|truncate)=.{0,12};.{0,12}=.{0,12}") {
            let _ = text.parse::<Fault>();
            let _ = tail.parse::<Fault>();
        }
    }

    #[test]
    fn what_is_no_fault_is_told_what_is_one() {
        for (wrong, text) in [
            ("", "`` is no fault: use status=503"),
            ("explode", "`explode` is no fault: use status=503"),
            ("callback.explode", "`explode` is no fault"),
            ("status", "status is no number from 400 to 599"),
            ("status=200", "status is no number from 400 to 599"),
            ("status=503;code=A B", "code is none such as invalid_signature"),
            ("delay", "delay needs a duration: delay=2s"),
            ("delay=-2s", "delay needs a duration"),
            ("delay=11m", "delay is at most 10m"),
            ("drip=1s;bytes=0", "bytes is no number from 1"),
            ("wrong-length=0", "wrong-length=0 is right"),
            ("skew=0s", "skew needs whole seconds, at most 87600h"),
            ("skew=87601h", "skew needs whole seconds"),
            ("reset.before=1", "reset.before takes no value"),
            (
                "unsigned;operation=Refund",
                "operation is none of check-requirements, generate-token",
            ),
            ("unsigned;nth=0", "nth is no number from 1"),
            ("unsigned;times", "`times` has no value"),
            ("unsigned;times=1;times=2", "`times` stands there twice"),
            ("unsigned;probability=1.1", "probability is none from 0 to 1"),
            ("unsigned;probability=NaN", "probability is none from 0 to 1"),
            ("unsigned;partner=", "partner is no client id"),
            ("unsigned;bytes=1", "`bytes` does not go with this fault"),
            ("callback.drop;nth=2", "`nth` does not go with this fault"),
            ("callback.drop;type=BUSINES", "type is no type of callback"),
        ] {
            let error = wrong.parse::<Fault>().unwrap_err().to_string();
            assert!(error.starts_with(text), "{wrong}: {error}");
        }
        let long = format!("unsigned;partner={}", "x".repeat(MAX_TEXT));
        assert_eq!(
            long.parse::<Fault>().unwrap_err().to_string(),
            "a fault has at most 1024 bytes"
        );
    }
}
