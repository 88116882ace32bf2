//! From the registration to the verdict: callbacks say when to look, Get Business Data what is so.

use std::{sync::Arc, time::Duration};

use doku_types::{
    code::CallbackType,
    partner::{business::BusinessData, callback::Callback},
};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep_until, timeout_at},
};
use tracing::warn;

use super::{Event, Onboarding, OnboardingState, Verdict, verdict};
use crate::{Error, Operation, operation::GetBusinessData};

/// How a verdict is waited for. DOKU takes up to 2x24 h for it (OV).
///
/// By default it looks after 30 s, then ever more seldom up to every 15 minutes, and after each callback
/// about the merchant; it gives up after 49 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowPolicy {
    first: Duration,
    longest: Duration,
    patience: Duration,
    quiet: Duration,
}

impl FollowPolicy {
    /// The default.
    pub fn new() -> Self {
        Self { first: FIRST, longest: LONGEST, patience: PATIENCE, quiet: QUIET }
    }

    /// After how long to look again without a callback: this long first, doubled each time.
    pub fn poll_first(mut self, wait: Duration) -> Self {
        self.first = wait;
        self
    }

    /// The longest time between two looks.
    pub fn poll_longest(mut self, wait: Duration) -> Self {
        self.longest = wait;
        self
    }

    /// How long to wait for the verdict.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How long no further callback has to come before it looks: they come in flocks. 300 ms unless set.
    pub fn quiet(mut self, quiet: Duration) -> Self {
        self.quiet = quiet;
        self
    }
}

impl Default for FollowPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl Onboarding {
    /// Waits for the verdict. Where Get Business Data tells no status, which no page documents (A02), that
    /// of the last BUSINESS callback counts.
    ///
    /// # Errors
    /// [`Error`], as every call, when DOKU refuses to tell. A host that is down or in trouble is asked
    /// again as long as there is [patience](FollowPolicy::patience).
    pub async fn follow(&mut self) -> Result<Verdict, Error> {
        let brand = self.registered_brand(GetBusinessData::NAME)?;
        let deadline = after(self.follow.patience);
        let mut wait = self.follow.first;
        let mut last = None;
        self.listen(Instant::now()).await?;
        loop {
            match self.client.business_data(&brand, &self.query).await {
                Ok(data) => {
                    self.tell(&Event::Looked(&data));
                    let data = data.into_inner();
                    if verdict::is_decided(&data, self.state.told.as_ref()) {
                        let verdict = self.verdict(data);
                        let (Verdict::Rejected { data, .. }, Some(_)) = (&verdict, &self.hints)
                        else {
                            return Ok(verdict);
                        };
                        // The notes of single parts are in callbacks alone, which may be on their way.
                        let data = (**data).clone();
                        self.listen(after(self.follow.quiet)).await?;
                        return Ok(self.verdict(data));
                    }
                    last = Some(data);
                }
                Err(error) if error.is_retryable() => warn!(%error, "looking again later"),
                Err(error) => return Err(error),
            }
            if Instant::now() >= deadline {
                return Ok(Verdict::Pending(last.map(Box::new)));
            }
            self.listen(deadline.min(after(wait))).await?;
            wait = wait.max(SHORTEST).saturating_mul(2).min(self.follow.longest);
        }
    }

    fn verdict(&self, data: BusinessData) -> Verdict {
        Verdict::of(data, self.state.told.as_ref(), &self.heard)
    }

    /// Listens until then, or until callbacks about this business came and no more do. What they say
    /// outlives this call, and the status of the business this process.
    async fn listen(&mut self, until: Instant) -> Result<(), Error> {
        let told = self.state.told.clone();
        self.hear(until).await;
        if self.state.told != told { self.changed().await } else { Ok(()) }
    }

    async fn hear(&mut self, until: Instant) {
        let Self { hints: Some(hints), observe, state, follow, heard, .. } = self else {
            return sleep_until(until).await;
        };
        // A flock without end ends here.
        let end = until.max(after(follow.quiet));
        let mut next = timeout_at(until, next_about(state, hints)).await;
        loop {
            match next {
                // In time, or quiet again.
                Err(_) => return,
                Ok(Heard::One(callback)) => {
                    if let Some(observe) = observe {
                        observe(&Event::Callback(&callback));
                    }
                    if callback.callback_type == CallbackType::Business {
                        state.told = Some(callback.status.clone());
                    }
                    if heard.len() == HEARD {
                        heard.pop_front();
                    }
                    heard.push_back(callback);
                }
                Ok(Heard::Missed) => {}
                Ok(Heard::NoMore) => {
                    // Only time can tell now.
                    self.hints = None;
                    return sleep_until(until).await;
                }
            }
            next = timeout_at(end.min(after(follow.quiet)), next_about(state, hints)).await;
        }
    }
}

/// So much later; a wait without end has no instant.
fn after(wait: Duration) -> Instant {
    Instant::now() + wait.min(ENDLESS)
}

/// The next callback about this business.
async fn next_about(
    state: &OnboardingState,
    hints: &mut broadcast::Receiver<Arc<Callback>>,
) -> Heard {
    loop {
        match hints.recv().await {
            Ok(callback) if is_about(state, &callback) => return Heard::One(callback),
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return Heard::Missed,
            Err(RecvError::Closed) => return Heard::NoMore,
        }
    }
}

fn is_about(state: &OnboardingState, callback: &Callback) -> bool {
    let business = callback.business.as_ref().map(|business| &business.id);
    let brand = callback.brand.as_ref().map(|brand| &brand.id);
    (business.is_some() && business == state.business())
        || (brand.is_some() && brand == state.brand())
}

enum Heard {
    One(Arc<Callback>),
    /// So many came at once that some were dropped.
    Missed,
    NoMore,
}

const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(15 * 60);
const PATIENCE: Duration = Duration::from_secs(49 * 3600);
const QUIET: Duration = Duration::from_millis(300);
/// Between two looks after the first, whatever the policy says: half of it.
const SHORTEST: Duration = Duration::from_millis(1);
/// How many callbacks are kept for their notes.
const HEARD: usize = 256;
const ENDLESS: Duration = Duration::from_secs(365 * 24 * 3600);
