//! The whole engine against a simple model: any sequence of operations keeps every promise.

#![allow(missing_docs)]

mod content;
mod fate;
mod model;
mod operation;
mod promise;
mod receiver;
mod world;

use doku_mock::{CallbackRecord, DeliveryState};
use proptest::{prelude::*, test_runner::FileFailurePersistence};

use self::{
    operation::{Answer, Asked, Fault, Kind, Life, Operation, Shape, Step, lives},
    world::World,
};

/// Lives it, with every promise looked at after each step; returns all that was told.
fn lived(life: &Life) -> (Vec<CallbackRecord>, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut world = World::new(life).await;
        for step in &life.steps {
            world.step(step).await;
            promise::check(&mut world);
        }
        world.end().await;
        promise::check(&mut world);
        promise::check_end(&world);
        let mut callbacks = world.mock().callbacks();
        for attempt in callbacks.iter_mut().flat_map(|record| &mut record.attempts) {
            attempt.latency_ms = 0;
        }
        (callbacks, world.interruptions)
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        // A quarter of what is usual, or of `PROPTEST_CASES`: a life takes some 100 ms, twice.
        cases: ProptestConfig::default().cases.div_ceil(4),
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_life_keeps_every_promise_and_repeats_itself(life in lives()) {
        let (told, interruptions) = lived(&life);
        let (again, _) = lived(&life);
        // How far a mock gets before it is stopped is up to the machine.
        if interruptions == 0 {
            prop_assert_eq!(told, again);
        }
    }
}

/// Of one partner, decided at once, with a receiver that acknowledges everything.
fn short_life(operations: impl IntoIterator<Item = Operation>) -> Life {
    Life {
        seed: 0,
        realistic: false,
        data: false,
        partners: 1,
        default: "approve",
        answers: vec![Answer::Status(200)],
        steps: operations.into_iter().map(|operation| Step { operation, restart: None }).collect(),
    }
}

#[test]
fn what_is_dropped_is_not_sent_however_late_it_would_have_been() {
    let shape = Shape { callback_url: true, bank: true, social_media: true, brands: 1 };
    let arm = |kind| Operation::Arm(Fault { kind, of: None, times: None });
    let (told, _) = lived(&short_life([
        arm(Kind::Drop),
        arm(Kind::Delay { minutes: 1 }),
        Operation::Register { partner: 0, shape, outcome: Asked::Default },
        Operation::Advance { minutes: 1 },
    ]));
    assert!(!told.is_empty());
    for record in told {
        assert_eq!(record.state, DeliveryState::Dropped);
        assert_eq!((record.due, record.attempts), (None, Vec::new()));
    }
}
