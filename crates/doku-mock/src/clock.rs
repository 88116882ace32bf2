//! The engine's clock: ids, token and link expiry, the retry ladder and outgoing timestamps go by
//! it, so that a test can move twelve hours in no time.

use std::time::{Duration, SystemTime};

use doku_types::Timestamp;
use tokio::sync::watch;

/// The machine's clock, or one that only moves when told to. Clones share it.
#[derive(Debug, Clone)]
pub struct Clock(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Real,
    Manual(watch::Sender<Timestamp>),
}

impl Clock {
    /// The machine's clock.
    pub fn real() -> Self {
        Self(Kind::Real)
    }

    /// A clock that stands still at `at` until [`Clock::advance`].
    pub fn manual(at: Timestamp) -> Self {
        Self(Kind::Manual(watch::Sender::new(at)))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::Real => SystemTime::now().into(),
            Kind::Manual(now) => *now.borrow(),
        }
    }

    /// Moves a manual clock on; whatever waited for an instant up to the new one goes on. Does
    /// nothing to the machine's clock.
    pub fn advance(&self, by: Duration) {
        if let Kind::Manual(now) = &self.0 {
            now.send_modify(|now| *now = *now + by);
        }
    }

    /// Returns once it is `at` or later.
    pub(crate) async fn sleep_until(&self, at: Timestamp) {
        match &self.0 {
            Kind::Real => loop {
                let now = self.now();
                if now >= at {
                    return;
                }
                // At most a minute at once: the machine's clock may be set, or asleep.
                tokio::time::sleep(at.abs_diff(now).min(Duration::from_secs(60))).await;
            },
            Kind::Manual(now) => {
                // `self` holds a sender, so the channel cannot be closed.
                let _ = now.subscribe().wait_for(|now| *now >= at).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_wakes_whoever_waits_for_an_instant_it_has_passed() {
        let start = Timestamp::from_millis(0);
        let clock = Clock::manual(start);
        let later = start + Duration::from_secs(3600);
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep_until(later).await;
                clock.now()
            }
        });
        clock.advance(Duration::from_secs(1800));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.advance(Duration::from_secs(1800));
        assert_eq!(waiting.await.unwrap(), later);
    }
}
