//! A careful user: it looks at what an error says, sends the same again while the outcome is unknown,
//! asks DOKU when it is told to, and starts anew from its row after a crash.

use std::sync::Arc;

use doku_partner::{
    Error, ErrorKind,
    onboarding::{Onboarding, Verdict},
};
use doku_types::{BusinessId, error::ApiError, partner::business::BusinessData};

use crate::{
    merchant::{Story, mended, paper},
    process::{At, Process},
    promise,
    world::World,
};

/// How a life ended.
pub(crate) enum End {
    Active(Box<BusinessData>),
    /// With this error, knowing of this business.
    GaveUp(Error, Option<BusinessId>),
    /// Crashed again and again.
    Crashed,
}

/// From the draft to the verdict, however often the program has to be started.
pub(crate) async fn live(world: &Arc<World>) -> End {
    for _ in 0..world.plan.tries() {
        let process = Process::start(world);
        let end = tokio::select! {
            biased;
            () = process.crashed() => None,
            end = run(&process) => Some(end),
        };
        if let Some(end) = end {
            return end;
        }
        promise::after_a_crash(world);
        world.is_down().await;
    }
    End::Crashed
}

/// One run of the program.
async fn run(process: &Arc<Process>) -> End {
    let mut onboarding = process.onboarding();
    match go(process, &mut onboarding).await {
        Ok(data) => End::Active(data),
        Err(error) => End::GaveUp(error, onboarding.state().business().cloned()),
    }
}

async fn go(
    process: &Arc<Process>,
    onboarding: &mut Onboarding,
) -> Result<Box<BusinessData>, Error> {
    submit(process, onboarding).await?;
    let world = &process.world;
    // Whatever became of an update under way, the same is sent again first.
    if onboarding.state().is_outcome_unknown() && world.past().update.is_some() {
        world.count("an update of unknown outcome was sent again after a crash");
        resubmit(process, onboarding).await?;
    }
    loop {
        match follow(process, onboarding).await? {
            Verdict::Active(data) => return Ok(data),
            Verdict::Rejected { data, .. } => {
                let target = world.plan.story.target().expect("nothing was to be rejected");
                world.past().update = Some(mended(target, &data));
                resubmit(process, onboarding).await?;
            }
            other => panic!("not a verdict: {other:?}"),
        }
    }
}

/// Up to the registration.
async fn submit(process: &Arc<Process>, onboarding: &mut Onboarding) -> Result<(), Error> {
    let world = &process.world;
    let is_resumed = is_open(onboarding);
    let mut was_open = is_resumed;
    for n in 0.. {
        process.is_at(At::Registering);
        let Err(error) = onboarding.submit().await else { break };
        promise::of_a_failed_registration(world, &error, onboarding.state());
        if n == world.plan.tries() {
            return Err(error);
        }
        was_open |= is_open(onboarding);
        // Nothing else tells it from an error that another try may mend.
        if error.to_string().contains("ask DOKU whether it was carried out") {
            assert!(error.outcome_unknown() && error.attempts() == 0, "{error:?}");
            ask_doku(world, onboarding).await;
        } else if is_refused_by_doku(&error) && world.plan.story == Story::RefusedAtFirst {
            assert!(!world.past().is_mended, "refused once it was mended");
            // Draft and state go into the row together.
            let row = serde_json::to_string(onboarding.state()).unwrap();
            {
                let mut past = world.past();
                (past.row, past.is_mended) = (Some(row), true);
            }
            world.count("refused by DOKU's business, and mended");
            *onboarding = process.onboarding();
        } else if world.plan.restarts(n) {
            *onboarding = process.onboarding();
        }
    }
    if was_open {
        world.count("registered after its outcome had been unknown");
    }
    if is_resumed {
        world.count("registered by a process after the one that had sent it");
    }
    Ok(())
}

fn is_open(onboarding: &Onboarding) -> bool {
    onboarding.state().business().is_none() && onboarding.state().is_outcome_unknown()
}

fn is_refused_by_doku(error: &Error) -> bool {
    // Who distrusts unsigned replies learns nothing of earlier attempts by an unsigned refusal.
    error.kind() == ErrorKind::Validation
        && !error.outcome_unknown()
        && matches!(error.api_error(), Some(ApiError::Business(_)))
}

/// As the error says: it was too long ago to be sent again.
async fn ask_doku(world: &World, onboarding: &mut Onboarding) {
    let told = match world.business() {
        Some(business) => {
            world.count("DOKU was asked, and had it");
            let data = world.mock.business(&business).unwrap();
            onboarding.found(business, data.brands[0].id.clone()).await
        }
        None => {
            world.count("DOKU was asked, and had it not");
            onboarding.not_found().await
        }
    };
    if let Err(error) = told {
        assert_eq!(error.kind(), ErrorKind::State, "{error}");
    }
}

/// Sends the update that the user has written down.
async fn resubmit(process: &Arc<Process>, onboarding: &mut Onboarding) -> Result<(), Error> {
    let world = &process.world;
    let (update, papers) = world.past().update.clone().expect("it was written down");
    for n in 0.. {
        process.is_at(At::Resubmitting);
        for name in &papers {
            onboarding.file(*name, paper(name));
        }
        let Err(error) = onboarding.resubmit(update.clone()).await else { break };
        promise::of_a_failed_update(process, &error, onboarding.state());
        if n == world.plan.tries() {
            return Err(error);
        }
        if error.to_string().contains("ask DOKU whether it was carried out") {
            world.count("an update was too old to be repeated");
            // Whether it was or not: this one names what it changes by id, and does no harm twice.
            if let Err(error) = onboarding.not_found().await {
                assert_eq!(error.kind(), ErrorKind::State, "{error}");
            }
        }
        if world.plan.restarts(n) && world.stored().is_some_and(|row| row.brand().is_some()) {
            *onboarding = process.onboarding();
        }
    }
    Ok(())
}

/// Up to a verdict.
async fn follow(process: &Arc<Process>, onboarding: &mut Onboarding) -> Result<Verdict, Error> {
    let world = &process.world;
    let mut failures = 0;
    for _ in 0..PATIENCE {
        process.is_at(At::Following);
        match onboarding.follow().await {
            Ok(Verdict::Pending(_)) => world.count("followed without a verdict yet"),
            Ok(verdict) => {
                promise::of_a_verdict(process, &verdict);
                return Ok(verdict);
            }
            Err(error) => {
                promise::is_fit_to_be_told(world, &error);
                if failures == world.plan.tries() {
                    return Err(error);
                }
                failures += 1;
            }
        }
    }
    panic!("no verdict after {PATIENCE} times of following");
}

/// A slow machine may look but once each time.
const PATIENCE: u32 = 1000;
