//! Drafts and files that were refused, mended and submitted again.

use doku_partner::{ErrorKind, FileUpload};
use doku_types::{code::DocumentCode, partner::file::FilePurpose};

use crate::world::{PNG, World, word};

#[tokio::test]
async fn an_invalid_draft_is_mended_and_submitted_again() {
    let world = World::new().await;
    let mut draft = world.draft();
    draft.business.contacts[0].owner_liveness = None;
    let mut onboarding = world.onboarding(draft);
    onboarding.submit().await.unwrap_err();
    onboarding.draft(world.draft());
    assert_eq!(word(&onboarding.run().await.unwrap()), "active");
    assert_eq!(world.mock.businesses().len(), 1);
}

#[tokio::test]
async fn a_file_is_mended_by_giving_another_under_its_name() {
    let world = World::new().await;
    let mut onboarding = world.onboarding(world.draft());
    let ktp = || FilePurpose::document(DocumentCode::Ktp);
    onboarding.file("ktp", FileUpload::bytes(ktp(), "ktp.gif", &b"GIF89a"[..]));
    let error = onboarding.submit().await.unwrap_err();
    assert_eq!(error.pointers(), ["/business/contacts/0/documents/0/id"], "{error}");
    assert!(error.assumptions().contains(&"A16"), "{:?}", error.assumptions());
    assert_eq!(world.count("Upload File 200"), 0);

    onboarding.file("ktp", FileUpload::bytes(ktp(), "ktp.png", PNG));
    assert_eq!(word(&onboarding.run().await.unwrap()), "active");
}

#[tokio::test]
async fn what_doku_refused_is_mended_and_goes_under_a_new_request_id() {
    let world = World::new().await;
    let mut draft = world.draft();
    // It looks like an id of DOKU's, and DOKU does not know it.
    draft.business.brands[0].photo_proofs.push("DCM-0001-1".into());
    let mut onboarding = world.onboarding(draft);
    let error = onboarding.submit().await.unwrap_err();
    assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::Validation, false), "{error}");
    assert_eq!(error.status().unwrap(), 400);
    assert_eq!(error.pointers(), ["/business/brands/0/photo_proofs/1/id"]);
    assert!(!onboarding.state().is_outcome_unknown());

    let mut mended = world.resumed(world.draft());
    assert_eq!(mended.state(), onboarding.state(), "that was stored");
    assert_eq!(word(&mended.run().await.unwrap()), "active");
    let ids = world.request_ids("POST");
    assert_eq!(ids.len(), 2);
    assert_eq!(error.request_id(), Some(ids[0].as_str()));
    assert_ne!(ids[0], ids[1]);
    assert_eq!(world.count("Upload File 200"), 3, "the files of before are good");
}
