//! A registration that got no answer: it is the same that is sent again, or none.

use std::time::Duration;

use doku_partner::{
    Error, ErrorKind, FileUpload,
    onboarding::{Onboarding, OnboardingState},
};
use doku_types::partner::{endpoint::Endpoint, file::FilePurpose, registration::Registration};

use crate::{
    line::Mishap,
    world::{PNG, World, word},
};

/// A world in which the answer to the registration was lost, and the process with it.
async fn unanswered() -> World {
    let world = World::new().await;
    world.line.strike(Endpoint::BusinessRegistration, Mishap::Unanswered);
    let error = world.onboarding(world.draft()).submit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous, "{error}");
    assert_eq!(world.mock.businesses().len(), 1);
    world
}

/// It is refused here, and nothing is sent.
async fn refused(world: &World, onboarding: &mut Onboarding) -> Error {
    let before = world.asked();
    let error = onboarding.submit().await.unwrap_err();
    assert_eq!(world.asked(), before, "{error}");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Ambiguous, 0), "{error}");
    assert!(error.outcome_unknown());
    assert!(!error.is_retryable(), "the same again is refused again: {error}");
    assert_eq!(error.request_id(), Some(onboarding.state().registration_request_id()));
    assert!(onboarding.state().is_outcome_unknown());
    error
}

fn renamed(world: &World) -> Registration {
    let mut changed = world.draft();
    changed.business.name = "Warung lain".to_owned();
    changed
}

#[tokio::test]
async fn the_same_draft_finds_the_business_under_its_request_id() {
    let world = unanswered().await;
    assert_eq!(word(&world.resumed(world.draft()).run().await.unwrap()), "active");
    assert_eq!(world.count("Business Registration 409"), 1);
    let ids = world.request_ids("POST");
    assert_eq!((ids.len(), &ids[0]), (2, &ids[1]));
    assert_eq!(world.count("Check Requirements 200"), 1, "it was checked before");
}

#[tokio::test]
async fn another_draft_is_refused_until_that_one_is_settled() {
    let world = unanswered().await;
    let mut other = world.resumed(renamed(&world));
    let error = refused(&world, &mut other).await;
    assert!(error.to_string().contains("submit the same"), "{error}");

    // With the draft of then it is settled.
    assert_eq!(word(&world.resumed(world.draft()).run().await.unwrap()), "active");
    assert_eq!(world.mock.businesses().len(), 1);
}

#[tokio::test]
async fn a_draft_with_another_file_is_another_draft() {
    let world = unanswered().await;
    let mut changed = world.draft();
    changed.business.brands[0].photo_proofs = vec!["street".into()];
    let mut other = world.resumed(changed);
    let street = FileUpload::bytes(FilePurpose::photo_proof(), "street.png", PNG);
    other.file("street", street);
    refused(&world, &mut other).await;
}

#[tokio::test]
async fn after_almost_a_day_nothing_is_sent_and_doku_has_to_be_asked() {
    let day_but_an_hour = Duration::from_secs(23 * 3600);
    let world = unanswered().await;
    world.mock.advance(day_but_an_hour).await.unwrap();
    world.mock.advance(Duration::from_millis(1)).await.unwrap();
    let mut late = world.resumed(world.draft());
    let error = refused(&world, &mut late).await;
    assert!(error.to_string().contains("`found` or `not_found`"), "{error}");
    assert!(error.assumptions().contains(&"A13"), "{:?}", error.assumptions());

    let world = unanswered().await;
    world.mock.advance(day_but_an_hour).await.unwrap();
    assert_eq!(word(&world.resumed(world.draft()).run().await.unwrap()), "active");
}

#[tokio::test]
async fn what_doku_found_is_followed() {
    let world = unanswered().await;
    world.mock.advance(Duration::from_secs(24 * 3600)).await.unwrap();
    let mut late = world.resumed(world.draft());
    let before = world.asked().len();
    let business = world.mock.businesses().remove(0);
    late.found(business.clone(), world.brand()).await.unwrap();
    assert!(!late.state().is_outcome_unknown());
    assert_eq!(late.state().business(), Some(&business));
    assert_eq!(word(&late.run().await.unwrap()), "active");
    assert_eq!(world.asked()[before..], ["Get Business Data 200"]);

    // It is stored, too.
    let stored: OnboardingState = serde_json::from_str(&world.saved().unwrap()).unwrap();
    assert_eq!(&stored, late.state());
}

#[tokio::test]
async fn what_doku_did_not_find_is_sent_under_another_request_id_and_may_differ() {
    let world = World::new().await;
    // It does not arrive, but nobody here can know that.
    world.line.strike(Endpoint::BusinessRegistration, Mishap::Answered(504, "no answer in time"));
    let error = world.onboarding(world.draft()).submit().await.unwrap_err();
    assert!(error.outcome_unknown(), "{error}");
    assert_eq!(world.mock.businesses(), []);

    let mut changed = world.resumed(renamed(&world));
    let before = refused(&world, &mut changed).await;
    changed.not_found().await.unwrap();
    let stored: OnboardingState = serde_json::from_str(&world.saved().unwrap()).unwrap();
    assert_eq!(&stored, changed.state());
    assert_eq!(word(&changed.run().await.unwrap()), "active");
    assert_ne!(Some(world.request_ids("POST")[0].as_str()), before.request_id());
    let data = world.mock.business(world.brand()).unwrap();
    assert_eq!(data.name.as_deref(), Some("Warung lain"));
}

#[tokio::test]
async fn a_refusal_by_the_gateway_does_not_settle_what_was_sent_before() {
    let world = unanswered().await;
    // It looks at the signature before anybody looks at the Request-Id.
    let unknown = r#"{"error":{"code":"invalid_client_id","message":"Invalid Client-Id"}}"#;
    world.line.strike(Endpoint::BusinessRegistration, Mishap::Answered(400, unknown));
    let mut resumed = world.resumed(world.draft());
    let error = resumed.submit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    assert!(resumed.state().is_outcome_unknown());
    assert_eq!(word(&resumed.run().await.unwrap()), "active");
    assert_eq!(world.mock.businesses().len(), 1);
}

#[tokio::test]
async fn only_what_was_judged_settles_what_another_process_sent() {
    for (status, body) in [
        (429, r#"{"message":["TOO MANY REQUESTS"]}"#),
        (408, r#"{"message":["TIMEOUT"]}"#),
        (409, r#"{"message":["DUPLICATE REQUEST"]}"#),
        (403, r#"{"message":["FORBIDDEN"]}"#),
        (403, "<html>blocked</html>"),
    ] {
        let world = unanswered().await;
        world.line.strike(Endpoint::BusinessRegistration, Mishap::Answered(status, body));
        let mut resumed = world.resumed(world.draft());
        let error = resumed.submit().await.unwrap_err();
        assert!(error.outcome_unknown() && resumed.state().is_outcome_unknown(), "{error}");
        assert_eq!(word(&resumed.run().await.unwrap()), "active");
        assert_eq!(world.mock.businesses().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_registration_whose_reply_names_no_brand_is_not_sent_again() {
    let world = World::new().await;
    let reply = r#"{"business":{"id":"BSN-0001-1","status":"UPDATING"}}"#;
    world.line.strike(Endpoint::BusinessRegistration, Mishap::Answered(200, reply));
    let mut onboarding = world.onboarding(world.draft());
    for _ in 0..2 {
        let error = onboarding.submit().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::State, "{error}");
        assert!(error.to_string().contains("BSN-0001-1"), "{error}");
        assert!(error.to_string().contains("`found`"), "{error}");
    }
    assert_eq!(world.asked().iter().filter(|one| one.starts_with("Business Reg")).count(), 0);
    // Another process knows it as well.
    let error = world.resumed(world.draft()).submit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::State, "{error}");
}
