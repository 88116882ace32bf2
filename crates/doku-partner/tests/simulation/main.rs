//! Whole merchants' lives over a network, a disk and a receiver that fail by a seeded schedule, with a
//! client that crashes in between: a business is registered exactly once and its verdict reached, or
//! the error is honest.
//!
//! `DOKU_PARTNER_FAULT_SCHEDULES` says how many schedules are lived through, and
//! `DOKU_PARTNER_FAULT_SEED` lives one of them alone and tells it step by step. A seed repeats who
//! is struck by what; which of two uploads at once comes first it does not.

#![allow(missing_docs)]

mod ear;
mod fault;
mod merchant;
mod network;
mod plan;
mod process;
mod promise;
mod tally;
mod user;
mod world;

use std::{
    env,
    panic::catch_unwind,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use self::{plan::Plan, tally::Tally, world::World};

#[test]
fn a_business_is_registered_once_and_its_verdict_reached_or_the_error_is_honest() {
    if let Some(seed) = number("DOKU_PARTNER_FAULT_SEED") {
        println!("{}", life(seed, true));
        return;
    }
    let schedules = number("DOKU_PARTNER_FAULT_SCHEDULES").unwrap_or(SCHEDULES);
    let begun = Instant::now();
    let total = lives(schedules);
    println!("{schedules} schedules in {} s\n{total}", begun.elapsed().as_secs());
    total.shows_that_the_faults_happened(schedules);
}

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

/// Each schedule once, on all cores.
fn lives(schedules: u64) -> Tally {
    let (next, total) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= schedules {
                return;
            }
            let lived = catch_unwind(|| life(seed, false));
            let Ok(tally) = lived else {
                // One is enough to look at.
                next.store(schedules, Ordering::Relaxed);
                panic!("DOKU_PARTNER_FAULT_SEED={seed} repeats the schedule that is broken");
            };
            total.lock().unwrap().add(tally);
        }
    };
    thread::scope(|scope| {
        // A life waits as much as it works.
        for _ in 0..2 * thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    total.into_inner().unwrap()
}

/// What happened under the schedule of this seed.
fn life(seed: u64, aloud: bool) -> Tally {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let world = World::new(Plan::new(seed), aloud).await;
        let end = user::live(&world).await;
        promise::at_the_end(&world, &end).await;
        world.tally().await
    })
}

const SCHEDULES: u64 = 500;
