//! The engine's clock: ids, KYB, the retry ladder, the expiry of tokens and links, the retention of
//! replies and outgoing timestamps go by it, so that a test can move twelve hours in no time.

use std::{
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use doku_types::Timestamp;
use tokio::sync::watch;

/// Where the engine's time comes from. Whichever it is, [`MockDoku::advance`](crate::MockDoku::advance)
/// moves it on.
///
/// ```
/// use doku_mock::Clock;
///
/// for text in ["real", "manual", "manual@2026-11-22T03:04:05Z", "x3600"] {
///     assert!(text.parse::<Clock>().is_ok(), "{text}");
/// }
/// assert!("x0".parse::<Clock>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Clock {
    /// The machine's.
    Real,
    /// Stands still until it is advanced. It begins at this instant, or at the machine's; with a data file
    /// that has been used before, where it stood. From 1970 to June 2128.
    Manual(Option<Timestamp>),
    /// Runs this many times as fast as the machine's: at 3600 a second is an hour. At least once, and at
    /// most 100,000,000 times.
    Scaled(u32),
}

impl Clock {
    /// Whether it can run.
    pub(crate) fn is_sound(self) -> bool {
        match self {
            Self::Real | Self::Manual(None) => true,
            Self::Manual(Some(at)) => is_representable(at),
            Self::Scaled(factor) => (1..=MAX_FACTOR).contains(&factor),
        }
    }
}

/// What is no clock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a clock: give real, manual, manual@2026-11-22T03:04:05Z, or x and a factor such as x3600"
)]
#[non_exhaustive]
pub struct ClockError;

impl FromStr for Clock {
    type Err = ClockError;

    fn from_str(text: &str) -> Result<Self, ClockError> {
        let manual = || {
            let at = text.strip_prefix("manual@").and_then(Timestamp::parse_rfc3339)?;
            Some(Self::Manual(Some(at)))
        };
        let scaled = || text.strip_prefix('x')?.parse().ok().map(Self::Scaled);
        let clock = match text {
            "real" => Some(Self::Real),
            "manual" => Some(Self::Manual(None)),
            _ => manual().or_else(scaled),
        };
        clock.filter(|clock| clock.is_sound()).ok_or(ClockError)
    }
}

/// A running clock. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct EngineClock {
    /// Milliseconds of the engine for one of the machine; 0 stands still.
    factor: u32,
    /// Whether it is the machine's own but for what it was advanced.
    real: bool,
    /// How it began; a manual one with its instant.
    began: Clock,
    base: Arc<Mutex<Base>>,
    moved: watch::Sender<()>,
}

/// An instant of the engine, and the machine's at that time.
#[derive(Debug, Clone, Copy)]
struct Base {
    engine: Timestamp,
    machine: Instant,
    /// What a real clock is ahead of the machine's.
    ahead: Duration,
}

impl Base {
    fn new(clock: Clock, stored: Option<Timestamp>) -> Self {
        let wall = Timestamp::from(SystemTime::now());
        let engine = match clock {
            Clock::Real => stored.map_or(wall, |stored| stored.max(wall)),
            Clock::Manual(at) => stored.or(at).unwrap_or(wall),
            Clock::Scaled(_) => stored.unwrap_or(wall),
        };
        let ahead = if clock == Clock::Real { engine.abs_diff(wall) } else { Duration::ZERO };
        Self { engine, machine: Instant::now(), ahead }
    }
}

impl EngineClock {
    /// Starts a clock; one that has run before goes on from `stored`, and never back.
    pub(crate) fn start(clock: Clock, stored: Option<Timestamp>) -> Self {
        let wall = Timestamp::from(SystemTime::now());
        let (factor, real, began) = match clock {
            Clock::Real => (1, true, clock),
            Clock::Manual(at) => (0, false, Clock::Manual(Some(at.unwrap_or(wall)))),
            Clock::Scaled(factor) => (factor, false, clock),
        };
        let base = Base::new(began, stored);
        let (base, moved) = (Arc::new(Mutex::new(base)), watch::Sender::new(()));
        Self { factor, real, began, base, moved }
    }

    /// Begins again as it began, a manual clock at its first instant; or where it stood in what is
    /// taken up. The one way back.
    pub(crate) fn restart(&self, stored: Option<Timestamp>) {
        *self.base() = Base::new(self.began, stored);
        self.moved.send_replace(());
    }

    /// The present instant.
    pub(crate) fn now(&self) -> Timestamp {
        let base = *self.base();
        if self.real {
            return Timestamp::from(SystemTime::now()) + base.ahead;
        }
        base.engine + base.machine.elapsed().saturating_mul(self.factor)
    }

    /// Moves the clock on to `at`, never back; whoever waits for an instant up to it goes on.
    pub(crate) fn move_to(&self, at: Timestamp) {
        let now = self.now();
        if at > now {
            let mut base = self.base();
            base.ahead += at.abs_diff(now);
            (base.engine, base.machine) = (at, Instant::now());
        }
        self.moved.send_replace(());
    }

    /// Returns once it is `at` or later.
    pub(crate) async fn sleep_until(&self, at: Timestamp) {
        let mut moved = self.moved.subscribe();
        loop {
            moved.mark_unchanged();
            let now = self.now();
            if now >= at {
                return;
            }
            let wait = at.abs_diff(now).checked_div(self.factor);
            // At most a minute at once: the machine's clock may be set, or asleep.
            let wait = wait.map_or(ONE_NAP, |wait| wait.min(ONE_NAP) + Duration::from_millis(1));
            // `self` holds the sender, so the channel cannot be closed.
            let _ = tokio::time::timeout(wait, moved.changed()).await;
        }
    }

    fn base(&self) -> MutexGuard<'_, Base> {
        self.base.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an instant can stand in an id, which has 13 digits of milliseconds, with room to advance.
fn is_representable(at: Timestamp) -> bool {
    (0..5_000_000_000_000).contains(&at.as_millis())
}

const ONE_NAP: Duration = Duration::from_secs(60);
/// A day in less than a millisecond.
const MAX_FACTOR: u32 = 100_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000)
    }

    #[tokio::test]
    async fn a_manual_clock_wakes_whoever_waits_for_an_instant_it_has_passed() {
        let clock = EngineClock::start(Clock::Manual(Some(start())), None);
        let later = start() + Duration::from_secs(3600);
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep_until(later).await;
                clock.now()
            }
        });
        clock.move_to(start() + Duration::from_secs(1800));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.move_to(later);
        assert_eq!(waiting.await.unwrap(), later);
    }

    #[test]
    fn a_clock_goes_on_where_it_stood_and_never_back() {
        let stored = start() + Duration::from_secs(7);
        assert_eq!(EngineClock::start(Clock::Manual(Some(start())), Some(stored)).now(), stored);
        let far = Timestamp::from(SystemTime::now()) + Duration::from_secs(86_400);
        for clock in [Clock::Real, Clock::Scaled(2)] {
            let clock = EngineClock::start(clock, Some(far));
            assert!(clock.now() >= far);
            clock.move_to(start());
            assert!(clock.now() >= far);
        }
    }

    #[tokio::test]
    async fn a_scaled_clock_runs_by_its_factor() {
        let clock = EngineClock::start(Clock::Scaled(3_600_000), None);
        // An hour of the engine's takes a millisecond.
        let later = clock.now() + Duration::from_secs(3600);
        clock.sleep_until(later).await;
        assert!(clock.now() >= later);
    }

    #[test]
    fn what_is_no_clock_is_refused() {
        for text in [
            "",
            "Real",
            "manual@",
            "manual@yesterday",
            "manual@9999-12-31T00:00:00Z",
            "x",
            "x-1",
            "x0",
            "x100000001",
            "3600",
        ] {
            assert_eq!(text.parse::<Clock>(), Err(ClockError), "{text}");
        }
    }
}
