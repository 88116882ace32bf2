//! When a failed attempt is followed by another: a pure function of what happened.
//!
//! The client asks it only about failures after which a repetition does no harm; see
//! [`PartnerClient::call`](crate::PartnerClient::call).

use std::time::Duration;

/// How often and how long to try. Up to four attempts; waits chosen at random below 0.25 s, 0.5 s,
/// 1 s and so on (full jitter), at most 10 s; no attempt begins later than 60 s after the first.
///
/// ```
/// use doku_partner::{RetryPolicy, retry::Situation};
/// use std::time::Duration;
///
/// let policy = RetryPolicy::new().attempts(3);
/// let situation = Situation::after(1);
/// // `random` is the upper end of its range here.
/// assert_eq!(policy.wait(&situation.random(u64::MAX)), Some(Duration::from_millis(250)));
/// assert_eq!(policy.wait(&Situation::after(3)), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    attempts: u32,
    base: Duration,
    cap: Duration,
    budget: Duration,
}

impl RetryPolicy {
    /// The default.
    pub fn new() -> Self {
        Self { attempts: 4, base: BASE, cap: CAP, budget: BUDGET }
    }

    /// One attempt, whatever comes of it; but for the one that corrects a wrong clock, which is
    /// [switched off](crate::PartnerClientBuilder::correct_skew) by itself.
    pub fn never() -> Self {
        Self::new().attempts(1)
    }

    /// So many attempts in all; at least one.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The range of the first wait, doubled with each further one.
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// The longest range of a wait.
    pub fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// How long after the beginning of the first attempt the last may begin. Keep it far below an
    /// hour: DOKU is assumed to know a Request-Id for 24 h (A13).
    pub fn budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// How long to wait before the next attempt; `None` to give up. What the host asks for by
    /// `Retry-After` is waited for, and some jitter on top; if it asks for more than the budget
    /// leaves, that is giving up.
    pub fn wait(&self, situation: &Situation) -> Option<Duration> {
        if situation.attempts >= self.attempts {
            return None;
        }
        let doubled = 2_u32.saturating_pow(situation.attempts.saturating_sub(1));
        let range = self.base.saturating_mul(doubled).min(self.cap);
        // The upper 32 bits are random enough for a wait.
        let share = f64::from((situation.random >> 32) as u32) / f64::from(u32::MAX);
        let asked = situation.retry_after.unwrap_or_default();
        let wait = asked.saturating_add(range.mul_f64(share));
        let fits = situation.elapsed.saturating_add(wait) <= self.budget;
        fits.then_some(wait)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// How a call stands after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Situation {
    /// Attempts made.
    pub attempts: u32,
    /// Since the first began.
    pub elapsed: Duration,
    /// What the host asked to wait.
    pub retry_after: Option<Duration>,
    /// Any number, each as likely as another.
    pub random: u64,
}

impl Situation {
    /// After so many attempts, at once.
    pub fn after(attempts: u32) -> Self {
        Self { attempts, elapsed: Duration::ZERO, retry_after: None, random: 0 }
    }

    /// So much later.
    pub fn elapsed(mut self, elapsed: Duration) -> Self {
        self.elapsed = elapsed;
        self
    }

    /// Asked to wait.
    pub fn retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// With this number.
    pub fn random(mut self, random: u64) -> Self {
        self.random = random;
        self
    }
}

const BASE: Duration = Duration::from_millis(250);
const CAP: Duration = Duration::from_secs(10);
const BUDGET: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_the_host_asks_for_is_waited_for_if_the_budget_allows() {
        let policy = RetryPolicy::new();
        let asked = |seconds| {
            policy.wait(&Situation::after(1).retry_after(Some(Duration::from_secs(seconds))))
        };
        assert_eq!(asked(30), Some(Duration::from_secs(30)));
        assert_eq!(asked(61), None);
        assert_eq!(asked(u64::MAX), None, "no overflow either");
    }

    proptest! {
        #[test]
        fn a_wait_is_below_its_range_and_within_the_budget(
            attempts in 0_u32..100,
            most in 0_u32..100,
            elapsed in 0_u64..100_000,
            random: u64,
        ) {
            let policy = RetryPolicy::new().attempts(most);
            let elapsed = Duration::from_millis(elapsed);
            let situation = Situation::after(attempts).elapsed(elapsed).random(random);
            match policy.wait(&situation) {
                None => prop_assert!(attempts >= most.max(1) || elapsed + CAP > BUDGET),
                Some(wait) => {
                    prop_assert!(attempts < most.max(1));
                    prop_assert!(wait <= BASE * 2_u32.pow(attempts.min(10)) && wait <= CAP);
                    prop_assert!(elapsed + wait <= BUDGET);
                }
            }
        }
    }
}
