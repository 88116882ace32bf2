//! What happens by the engine's clock: decisions fall due, retries fall due, and a clock that is
//! advanced stops at each of these instants, so that everything happens that would have, in order.

use std::{sync::Arc, time::Duration};

use doku_types::Timestamp;
use tokio::sync::watch;
use tracing::error;

use crate::{app::App, callback::Due, panic::caught, store::StoreError};

/// Why a clock is not advanced.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum AdvanceError {
    /// The clock would go beyond the year 2255, after which an id has no room for its milliseconds; it
    /// was not moved.
    #[error("the clock cannot go beyond the year 2255: advance it by less")]
    TooFar,
    /// The instant to move to is over: a clock does not go back.
    #[error(
        "that instant is over: the clock moves on, never back; give a later one, or reset the mock"
    )]
    Past,
    /// There is no next instant at which something falls due.
    #[error("nothing is planned, so there is no next event: advance the clock by 48h, say")]
    NothingDue,
    /// The mock was reset meanwhile: its clock is back at its start.
    #[error("the mock was reset meanwhile, so its clock was not advanced: do that again")]
    Reset,
    /// The state could not be read or saved.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How far a clock is moved on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    /// For so long.
    After(Duration),
    /// To this instant.
    At(Timestamp),
    /// To the next at which something falls due.
    Next,
}

/// Does what falls due, for as long as the mock runs.
pub(crate) async fn follow(app: Arc<App>) {
    loop {
        let failed = match caught(wait_and_do(&app)).await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => error.to_string(),
            Err(panicked) => panicked.to_string(),
        };
        error!(error = failed, "what is due was not done; it is tried again");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Waits until something falls due, and does it, or until what falls due has changed.
async fn wait_and_do(app: &Arc<App>) -> Result<(), AdvanceError> {
    let Some(due) = next_due(app).await? else {
        app.store.agenda_changed().await;
        return Ok(());
    };
    tokio::select! {
        () = app.clock.sleep_until(due) => {
            // Whoever advances the clock does what falls due meanwhile.
            let _turn = app.turn.lock().await;
            do_due(app, None).await
        }
        () = app.store.agenda_changed() => Ok(()),
    }
}

/// Moves the clock on, from one due instant to the next, and waits for what that causes; to its end,
/// though nobody may wait for it any more. Returns how many callbacks were attempted for it; what was
/// on its way before is waited for, and not counted.
pub(crate) async fn advance(app: &Arc<App>, until: Until) -> Result<u64, AdvanceError> {
    let runner = Arc::clone(app);
    let advancing = app.runtime.spawn(async move { advance_to_its_end(&runner, until).await });
    // It only ends otherwise with the runtime.
    advancing.await.unwrap_or(Err(AdvanceError::Store(StoreError::Stopped)))
}

async fn advance_to_its_end(app: &Arc<App>, until: Until) -> Result<u64, AdvanceError> {
    // Whoever resets waits for its turn.
    let reset = app.reset_asked.subscribe();
    let _turn = app.turn.lock().await;
    let target = match until {
        Until::After(by) => app.clock.now() + by,
        Until::At(at) if at < app.clock.now() => return Err(AdvanceError::Past),
        Until::At(at) => at,
        Until::Next => {
            // What is on its way may have to be tried again.
            settle_unless_reset(app, &reset).await?;
            next_due(app).await?.ok_or(AdvanceError::NothingDue)?
        }
    };
    if target.as_millis() > LAST_INSTANT {
        return Err(AdvanceError::TooFar);
    }
    settle_unless_reset(app, &reset).await?;
    let before = app.releases.attempts();
    while let Some(due) = next_due(app).await?.filter(|due| *due <= target) {
        app.clock.move_to(due);
        do_due(app, Some(&reset)).await?;
        settle_unless_reset(app, &reset).await?;
    }
    app.clock.move_to(target);
    // Also what nothing fell due at is where the clock stands.
    let stored = app.store.run(|state| {
        state.moved = true;
        Ok::<_, StoreError>(())
    });
    stored.await?;
    settle_unless_reset(app, &reset).await?;
    Ok(app.releases.attempts() - before)
}

/// Resolves once no callback is on its way of those that are now, or the mock has stopped. One that is
/// held back by a reply that nobody reads is waited for a while only.
pub(crate) async fn settle(app: &App) {
    let (epoch, mut load) = app.releases.next_epoch();
    let quiet = async {
        loop {
            // `app` holds the sender, so the channel cannot be closed.
            let _ = load.wait_for(|load| load.none_active(epoch)).await;
            let all = load.wait_for(|load| load.none_active(epoch) && load.none_held(epoch));
            let all = tokio::time::timeout(PATIENCE, all).await.is_ok();
            if all || load.borrow().none_active(epoch) {
                return;
            }
        }
    };
    tokio::select! {
        () = quiet => {}
        () = app.stopped() => {}
    }
}

/// The same for who advances the clock, and does not keep waiting who resets everything.
async fn settle_unless_reset(app: &App, reset: &watch::Receiver<()>) -> Result<(), AdvanceError> {
    let mut reset = reset.clone();
    tokio::select! {
        biased;
        // `app` holds the sender, so the channel cannot be closed.
        _ = reset.changed() => Err(AdvanceError::Reset),
        () = settle(app) => Ok(()),
    }
}

async fn next_due(app: &App) -> Result<Option<Timestamp>, StoreError> {
    Ok(app.store.run(|state| state.next_due()).await?.0)
}

/// Does what is due by now: decisions, then retries. With a clock that runs, many decisions become
/// one piece of work; where it is advanced, each is told before the next is taken, and the retries are
/// written down in their order.
async fn do_due(app: &Arc<App>, reset: Option<&watch::Receiver<()>>) -> Result<(), AdvanceError> {
    let pace = app.config.pace;
    let at_once = if reset.is_some() { 1 } else { AT_ONCE };
    loop {
        let (more, told) = app
            .store
            .run(move |state| {
                for _ in 0..at_once {
                    let Some(mut stored) = state.due_business()? else {
                        return Ok::<_, StoreError>(false);
                    };
                    let callbacks = stored.business.run_due(state.now, pace);
                    state.save_business(&stored)?;
                    state.tell(&stored, callbacks)?;
                }
                Ok(true)
            })
            .await?;
        drop(told);
        if let Some(reset) = reset {
            settle_unless_reset(app, reset).await?;
        }
        if !more {
            break;
        }
    }
    let mut due = Due::new(reset.is_some());
    loop {
        let (taken, held) = app.store.run(|state| state.take_due_callbacks(AT_ONCE)).await?;
        if taken.is_empty() {
            return Ok(());
        }
        for callback in taken {
            due.attempt(app, callback, held.life());
        }
    }
}

/// How much is done in one piece, so that requests are not kept waiting.
const AT_ONCE: u32 = 64;
/// How long a reply may take to be read before the clock goes on without it.
const PATIENCE: Duration = Duration::from_secs(5);
/// In the year 2255.
const LAST_INSTANT: i64 = 9_000_000_000_000;
