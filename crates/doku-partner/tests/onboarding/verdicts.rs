//! From papers to the verdict: by callbacks, by looking from time to time, or later.

use std::time::Duration;

use doku_partner::onboarding::{CallbackHints, Event, FollowPolicy, Onboarding, Verdict};
use doku_types::partner::endpoint::Endpoint;
use tokio::sync::mpsc;

use crate::{
    line::Mishap,
    world::{World, followed, word},
};

/// What happened, as it happens, in a word each.
fn watched(onboarding: &mut Onboarding) -> mpsc::UnboundedReceiver<String> {
    let (tell, told) = mpsc::unbounded_channel();
    onboarding.on_event(move |event| {
        let word = match event {
            Event::Looked(data) => format!("looked {}", data.status.as_ref().unwrap()),
            Event::Callback(callback) => format!("callback {}", callback.callback_type),
            _ => return,
        };
        // Nobody may listen any more.
        let _ = tell.send(word);
    });
    told
}

#[tokio::test]
async fn callbacks_tell_when_to_look_and_the_look_is_the_verdict() {
    let mut world = World::deciding("pending").await;
    world.listen().await;
    let mut onboarding = world.onboarding(world.draft());
    // Without a callback it would never look again.
    let never = Duration::MAX;
    let policy = FollowPolicy::new().poll_first(never).poll_longest(never).patience(never);
    onboarding.hints(&world.pass_on()).follow_policy(policy);
    let mut told = watched(&mut onboarding);
    onboarding.submit().await.unwrap();
    let deciding = async {
        assert_eq!(told.recv().await.unwrap(), "looked UPDATING");
        world.mock.decide(&world.brand(), "approve".parse().unwrap(), &[]).await.unwrap();
    };
    let (verdict, ()) = tokio::join!(followed(&mut onboarding), deciding);
    let Verdict::Active(data) = verdict.unwrap() else { panic!("it is approved") };
    assert_eq!(Some(&data.id), onboarding.state().business());
    assert_eq!(data.brands[0].id, world.brand());

    drop(onboarding);
    let mut rest = Vec::new();
    while let Some(word) = told.recv().await {
        rest.push(word);
    }
    assert!(rest[0].starts_with("callback "), "{rest:?}");
    assert_eq!(rest.last().unwrap(), "looked ACTIVE");
}

#[tokio::test]
async fn without_callbacks_it_looks_from_time_to_time() {
    let world = World::deciding("pending").await;
    let mut onboarding = world.onboarding(world.draft());
    let wait = Duration::from_millis(5);
    onboarding.follow_policy(FollowPolicy::new().poll_first(wait).poll_longest(4 * wait));
    let mut told = watched(&mut onboarding);
    onboarding.submit().await.unwrap();
    let deciding = async {
        for _ in 0..3 {
            assert_eq!(told.recv().await.unwrap(), "looked UPDATING");
        }
        world.mock.decide(&world.brand(), "approve".parse().unwrap(), &[]).await.unwrap();
    };
    let (verdict, ()) = tokio::join!(followed(&mut onboarding), deciding);
    assert_eq!(word(&verdict.unwrap()), "active");
    assert_eq!(world.mock.callbacks(), [], "nobody was to be told");
}

#[tokio::test]
async fn each_hears_the_callbacks_about_its_own_merchant_alone() {
    let mut world = World::new().await;
    world.listen().await;
    let hints = CallbackHints::new();
    let mut merchants = Vec::new();
    for _ in 0..2 {
        let mut onboarding = world.onboarding(world.draft());
        let told = watched(onboarding.hints(&hints));
        onboarding.submit().await.unwrap();
        merchants.push((onboarding, told));
    }
    world.pass_on_all(&hints, 0).await;
    for (mut onboarding, mut told) in merchants {
        assert_eq!(word(&followed(&mut onboarding).await.unwrap()), "active");
        drop(onboarding);
        let mut heard = 0;
        while let Some(word) = told.recv().await {
            heard += usize::from(word.starts_with("callback "));
        }
        assert_eq!(heard, world.mock.callbacks().len() / 2);
    }
}

#[tokio::test]
async fn what_is_not_decided_in_time_is_pending_and_followed_again_later() {
    let world = World::deciding("pending").await;
    let mut onboarding = world.onboarding(world.draft());
    let Verdict::Pending(Some(data)) = onboarding.run().await.unwrap() else {
        panic!("nobody has decided")
    };
    assert_eq!(data.status.unwrap().as_str(), "UPDATING");

    // The host is down when its patience ends: nothing is known of it.
    world.line.end_after(0, Mishap::Unreachable);
    assert_eq!(onboarding.follow().await.unwrap(), Verdict::Pending(None));

    world.line.mend();
    world.mock.decide(&world.brand(), "reject.BUSINESS_BANK".parse().unwrap(), &[]).await.unwrap();
    assert_eq!(word(&onboarding.follow().await.unwrap()), "rejected");
    assert_eq!(world.count("Business Registration 200"), 1);
}

#[tokio::test]
async fn a_host_that_is_in_trouble_is_asked_again_while_there_is_patience() {
    let world = World::new().await;
    let mut onboarding = world.onboarding(world.draft());
    let wait = Duration::from_millis(1);
    onboarding.follow_policy(FollowPolicy::new().poll_first(wait).poll_longest(wait));
    onboarding.submit().await.unwrap();
    for mishap in [Mishap::Unreachable, Mishap::Answered(503, "busy"), Mishap::Unanswered] {
        world.line.strike(Endpoint::GetBusinessData, mishap);
    }
    assert_eq!(word(&followed(&mut onboarding).await.unwrap()), "active");
}

#[tokio::test]
async fn what_a_callback_said_outlives_the_process_where_the_data_are_silent() {
    let mut world = World::new().await;
    world.listen().await;
    let mut onboarding = world.onboarding(world.draft());
    let hints = CallbackHints::new();
    onboarding.hints(&hints).submit().await.unwrap();
    world.pass_on_all(&hints, 0).await;
    // The callbacks are heard, and then it cannot look.
    world.line.strike(Endpoint::GetBusinessData, Mishap::Answered(404, "<html>"));
    onboarding.follow().await.unwrap_err();
    drop(onboarding);

    let silent = r#"{"id":"BSN-1","brands":[{"id":"BRN-1"}]}"#;
    world.line.strike(Endpoint::GetBusinessData, Mishap::Answered(200, silent));
    let verdict = world.resumed(world.draft()).follow().await.unwrap();
    assert_eq!(word(&verdict), "active");
}
