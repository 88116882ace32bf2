//! The process dies anywhere on the way; another goes on from what was stored.

use std::sync::{Arc, Mutex};

use doku_partner::{FileUpload, onboarding::OnboardingState};
use doku_types::partner::file::FilePurpose;

use crate::{
    line::Mishap,
    world::{PNG, World, word},
};

/// What is asked of DOKU on an undisturbed way.
const WAY: [&str; 7] = [
    "Check Requirements 200",
    "Generate Token 200",
    "Upload File 200",
    "Upload File 200",
    "Upload File 200",
    "Business Registration 200",
    "Get Business Data 200",
];

#[tokio::test]
async fn an_undisturbed_way_asks_for_each_thing_once() {
    let world = World::new().await;
    let mut onboarding = world.onboarding(world.draft());
    assert_eq!(word(&onboarding.run().await.unwrap()), "active");
    assert_eq!(world.asked(), WAY);

    // What is done stays done.
    onboarding.submit().await.unwrap();
    assert_eq!(world.asked(), WAY);
    assert_eq!(word(&world.resumed(world.draft()).run().await.unwrap()), "active");
    assert_eq!(world.asked()[WAY.len()..], WAY[6..]);
}

#[tokio::test]
async fn wherever_the_process_dies_one_business_is_made_and_no_file_is_sent_twice() {
    for cut in 0..WAY.len() {
        let world = World::new().await;
        world.line.end_after(cut, Mishap::Unreachable);
        let died = world.onboarding(world.draft()).run().await;
        assert!(died.is_ok_and(|verdict| word(&verdict) == "pending") == (cut == 6), "{cut}");
        assert_eq!(world.asked(), WAY[..cut]);

        world.line.mend();
        assert_eq!(word(&world.resumed(world.draft()).run().await.unwrap()), "active", "{cut}");
        assert_eq!(world.mock.businesses().len(), 1, "{cut}");
        assert_eq!(world.count("Upload File 200"), 3, "{cut}");
        assert_eq!(world.count("Business Registration 200"), 1, "{cut}");
    }
}

#[tokio::test]
async fn wherever_the_last_answer_was_lost_too_one_business_is_made() {
    for cut in 0..WAY.len() {
        let world = World::new().await;
        world.line.end_after(cut, Mishap::Unanswered);
        let died = world.onboarding(world.draft()).run().await;
        assert!(died.is_ok_and(|verdict| word(&verdict) == "pending") == (cut == 6), "{cut}");
        assert_eq!(world.asked(), WAY[..=cut]);

        world.line.mend();
        assert_eq!(word(&world.resumed(world.draft()).run().await.unwrap()), "active", "{cut}");
        assert_eq!(world.mock.businesses().len(), 1, "{cut}");
        // Nobody knows of the file whose id did not come.
        let files = if (2..5).contains(&cut) { 4 } else { 3 };
        assert_eq!(world.count("Upload File 200"), files, "{cut}");
        let repeated = usize::from(cut == 5);
        assert_eq!(world.count("Business Registration 409"), repeated, "{cut}");
        assert_eq!(world.count("Business Registration 200"), 1, "{cut}");
    }
}

#[tokio::test]
async fn a_registration_is_remembered_before_it_is_sent() {
    let world = World::new().await;
    world.line.end_after(5, Mishap::Unreachable);
    world.onboarding(world.draft()).submit().await.unwrap_err();
    let state: OnboardingState = serde_json::from_str(&world.saved().unwrap()).unwrap();
    // It did not arrive, which the transport knows for certain, and so it may be changed.
    assert!(!state.is_outcome_unknown());

    world.line.end_after(0, Mishap::Unanswered);
    let error = world.resumed(world.draft()).submit().await.unwrap_err();
    assert!(!error.outcome_unknown(), "only the requirements were asked: {error}");
    world.line.end_after(1, Mishap::Unanswered);
    let error = world.resumed(world.draft()).submit().await.unwrap_err();
    assert!(error.outcome_unknown(), "{error}");
    let state: OnboardingState = serde_json::from_str(&world.saved().unwrap()).unwrap();
    assert!(state.is_outcome_unknown());
    assert_eq!(error.request_id(), Some(state.registration_request_id()));
    assert_eq!(world.request_ids("POST"), [state.registration_request_id()]);
}

#[tokio::test]
async fn files_that_were_uploaded_need_not_be_given_again() {
    let world = World::new().await;
    world.line.end_after(5, Mishap::Unreachable);
    world.onboarding(world.draft()).submit().await.unwrap_err();
    world.line.mend();
    let state: OnboardingState = serde_json::from_str(&world.saved().unwrap()).unwrap();
    let query = doku_types::partner::requirements::RequirementsQuery::personal();
    let client = world.client();
    let mut bare =
        doku_partner::onboarding::Onboarding::resume(&client, query, world.draft(), state);
    bare.submit().await.unwrap();
    assert_eq!(world.count("Upload File 200"), 3);
    assert_eq!(world.mock.businesses().len(), 1);
}

#[tokio::test]
async fn of_several_uploads_those_that_succeed_are_remembered() {
    let world = World::new().await;
    let mut onboarding = world.onboarding(world.draft());
    // A reader gives its content once, and it lies about its length.
    let lies = FileUpload::reader(FilePurpose::photo_proof(), "shop.png", 99, PNG).await.unwrap();
    onboarding.file("shop", lies);
    let error = onboarding.submit().await.unwrap_err();
    assert_eq!(error.kind(), doku_partner::ErrorKind::Request, "{error}");
    assert!(onboarding.state().uploaded("ktp").is_some());
    assert!(onboarding.state().uploaded("face").is_some());
    assert_eq!(onboarding.state().uploaded("shop"), None);

    onboarding.file("shop", FileUpload::bytes(FilePurpose::photo_proof(), "shop.png", PNG));
    assert_eq!(word(&onboarding.run().await.unwrap()), "active");
    assert_eq!(world.count("Upload File 200"), 3);
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_sent() {
    for stored in 0..5 {
        let world = World::new().await;
        let mut onboarding = world.onboarding(world.draft());
        let mut saves = 0;
        onboarding.on_change(move |_| {
            saves += 1;
            let works = saves <= stored;
            async move { if works { Ok(()) } else { Err("the disk is full") } }
        });
        let error = onboarding.submit().await.unwrap_err();
        assert_eq!(error.kind(), doku_partner::ErrorKind::State, "{error}");
        assert!(error.to_string().contains("the disk is full"), "{error}");
        // Three files, then the registration that is about to be sent, then what came of it.
        let sent = usize::from(stored == 4);
        assert_eq!(world.count("Business Registration 200"), sent, "{stored}");
        if stored == 0 {
            assert!(world.count("Upload File 200") < 3, "{:?}", world.asked());
        }

        // Once it can, all goes on, and what could not be stored before is.
        let row = Arc::new(Mutex::new(None));
        let table = Arc::clone(&row);
        onboarding.on_change(move |state| {
            *table.lock().unwrap() = Some(state);
            async { Ok::<_, std::convert::Infallible>(()) }
        });
        assert_eq!(word(&onboarding.run().await.unwrap()), "active", "{stored}");
        assert_eq!(world.mock.businesses().len(), 1, "{stored}");
        assert_eq!(row.lock().unwrap().as_ref(), Some(onboarding.state()), "{stored}");
    }
}
