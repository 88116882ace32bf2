//! Delivery where things meet: panics, waiting, resending, standstill.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use contract::{Sink, World, start};
use doku_mock::{
    CallbackFault, CallbackRecord, Clock, DeliveryState, FaultKind, JournalEntry, MockDoku, Pace,
};
use doku_types::{Timestamp, partner::registration::Registration};
use http::{Request, StatusCode};
use tokio::sync::Semaphore;

async fn register(world: &World, registration: &Registration) {
    world.client.register_business(registration).await.unwrap();
}

/// A registration whose callbacks go to whoever takes them.
async fn registration(world: &World) -> Registration {
    let papers = world.upload_papers().await;
    world.registration(&papers, "http://127.0.0.1:1/x")
}

fn all(mock: &MockDoku, such: impl Fn(&CallbackRecord) -> bool) -> bool {
    let callbacks = mock.callbacks();
    !callbacks.is_empty() && callbacks.iter().all(such)
}

fn panicking(_: Request<Bytes>) -> std::future::Ready<StatusCode> {
    panic!("a bug of the test's author")
}

#[tokio::test]
async fn a_receiver_that_panics_before_it_waits_for_anything_fails_only_its_attempts() {
    let world = World::with(|builder| builder.receiver(panicking)).await;
    register(&world, &registration(&world).await).await;
    world.mock.settle().await;
    assert!(all(&world.mock, |callback| callback.attempts.len() == 1));
    assert_eq!(world.mock.advance(Duration::from_hours(13)).await.unwrap(), 30);
    assert!(all(&world.mock, |callback| callback.state == DeliveryState::Exhausted));
}

#[tokio::test]
async fn an_advance_that_nobody_waits_for_any_more_goes_on_to_its_end() {
    let world = World::new().await;
    let sink = Sink::answering([500; 10]).await;
    let papers = world.upload_papers().await;
    register(&world, &world.registration(&papers, &sink.url("/x"))).await;
    world.mock.settle().await;
    for _ in 0..3 {
        let advance = world.mock.advance(Duration::from_mins(10));
        // Long enough to begin.
        let _ = tokio::time::timeout(Duration::from_micros(200), advance).await;
    }
    let delivered = |callback: &CallbackRecord| callback.state == DeliveryState::Delivered;
    world.mock.wait_for(|mock| all(mock, delivered)).await.unwrap();
    world.mock.advance(Duration::ZERO).await.unwrap();
    assert_eq!(world.mock.now(), start() + Duration::from_mins(30));
}

#[tokio::test]
async fn what_was_acknowledged_by_hand_is_not_sent_again_by_itself() {
    let answers = Arc::new(Semaphore::new(0));
    let count = Arc::new(AtomicU32::new(0));
    let receiver = {
        let (answers, count) = (answers.clone(), count.clone());
        move |_| {
            // The second to come, which is sent by hand, is answered at once.
            let at_once = count.fetch_add(1, Ordering::Relaxed) == 1;
            let answers = answers.clone();
            async move {
                if !at_once {
                    answers.acquire().await.expect("it is never closed").forget();
                }
                StatusCode::OK
            }
        }
    };
    let world = World::with(|builder| builder.receiver(receiver)).await;
    register(&world, &registration(&world).await).await;
    world.mock.wait_for(|_| count.load(Ordering::Relaxed) == 1).await.unwrap();
    // The eighth waits behind the first, which is being answered.
    let number = world.mock.callbacks()[7].number;
    assert_eq!(world.mock.resend(number).await, Some(DeliveryState::Delivered));
    answers.add_permits(20);
    world.mock.settle().await;
    assert!(all(&world.mock, |callback| callback.state == DeliveryState::Delivered));
    assert!(all(&world.mock, |callback| callback.attempts.len() == 1));
    assert!(world.mock.callbacks()[7].attempts[0].by_hand);
}

#[tokio::test]
async fn a_callback_that_waited_for_its_place_is_signed_when_it_is_sent() {
    let answers = Arc::new(Semaphore::new(0));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let count = Arc::new(AtomicU32::new(0));
    let receiver = {
        let (answers, seen, count) = (answers.clone(), seen.clone(), count.clone());
        move |request: Request<Bytes>| {
            let at = request.headers()["request-timestamp"].to_str().unwrap().to_owned();
            seen.lock().unwrap().push(Timestamp::parse(&at).unwrap());
            count.fetch_add(1, Ordering::Relaxed);
            let answers = answers.clone();
            async move {
                answers.acquire().await.expect("it is never closed").forget();
                StatusCode::OK
            }
        }
    };
    let world = World::with(|builder| builder.receiver(receiver).clock(Clock::Scaled(600))).await;
    let registration = registration(&world).await;
    // One more than the receiver gets at once; a clock so fast that waiting shows.
    for _ in 0..65 {
        register(&world, &registration).await;
    }
    world.mock.wait_for(|_| count.load(Ordering::Relaxed) == 64).await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let released = world.mock.now();
    answers.add_permits(1);
    world.mock.wait_for(|_| count.load(Ordering::Relaxed) == 65).await.unwrap();
    let last = *seen.lock().unwrap().last().unwrap();
    assert!(last.as_seconds() >= released.as_seconds(), "signed {last}, sent after {released}");
    answers.add_permits(10_000);
}

#[tokio::test]
async fn after_a_standstill_the_ladder_goes_on_and_is_not_used_up_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mock.db");
    let past = Timestamp::parse("2020-01-01T00:00:00Z");
    let refuse = |_| async { StatusCode::INTERNAL_SERVER_ERROR };
    let world =
        World::with(|builder| builder.receiver(refuse).data(&file).clock(Clock::Manual(past)))
            .await;
    register(&world, &registration(&world).await).await;
    world.mock.settle().await;
    let World { mock, .. } = world;
    assert_eq!(mock.shutdown().await, 10);

    // Years later the second attempt is overdue; the third is due five and a half hours after it.
    let mock = MockDoku::builder().receiver(refuse).data(&file).start().await.unwrap();
    mock.wait_for(|mock| all(mock, |callback| callback.attempts.len() == 2)).await.unwrap();
    mock.settle().await;
    for callback in mock.callbacks() {
        let wait = Duration::from_mins(330);
        assert_eq!(callback.state, DeliveryState::Pending);
        assert_eq!(callback.due, Some(callback.attempts[1].at + wait));
    }
}

/// What the journal says of a ladder and of delayed callbacks, of two businesses at once.
async fn journal_of_a_ladder() -> Vec<String> {
    let refuse = |_| async { StatusCode::INTERNAL_SERVER_ERROR };
    let world = World::with(|builder| builder.receiver(refuse).pace(Pace::Realistic)).await;
    let registration = registration(&world).await;
    world.mock.arm(CallbackFault::new(FaultKind::Delay(Duration::from_mins(7)))).unwrap();
    register(&world, &registration).await;
    register(&world, &registration).await;
    world.mock.advance(Duration::from_hours(72)).await.unwrap();
    let shown =
        |entry: &JournalEntry| format!("{} {} {:?}", entry.number, entry.at, entry.direction);
    world.mock.journal().iter().map(shown).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_falls_due_together_is_written_down_in_one_order_whatever_the_receiver_does() {
    let first = journal_of_a_ladder().await;
    assert!(first.len() > 70, "{}", first.len());
    for _ in 0..3 {
        assert_eq!(journal_of_a_ladder().await, first);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delayed_callbacks_of_one_business_come_in_their_order() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = seen.clone();
    let receiver = move |request: Request<Bytes>| {
        keep.lock().unwrap().push(request.headers()["request-id"].clone());
        async { StatusCode::OK }
    };
    let world = World::with(|builder| builder.receiver(receiver)).await;
    let registration = registration(&world).await;
    world.mock.arm(CallbackFault::new(FaultKind::Delay(Duration::from_mins(7)))).unwrap();
    register(&world, &registration).await;
    assert_eq!(world.mock.advance(Duration::from_mins(7)).await.unwrap(), 10);
    let told: Vec<_> = world.mock.callbacks().into_iter().map(|told| told.request_id).collect();
    assert_eq!(*seen.lock().unwrap(), told);
}
