//! What is told before anything is sent, and which files are.

use doku_partner::{ErrorKind, FileUpload};
use doku_types::{code::DocumentCode, partner::file::FilePurpose};

use crate::world::{PNG, World, word};

#[tokio::test]
async fn every_fault_of_draft_and_files_is_told_at_once_and_nothing_is_sent() {
    let world = World::new().await;
    let mut draft = world.draft();
    // A document, the liveness, a form's value and a mandatory field.
    draft.business.contacts[0].documents.clear();
    draft.business.contacts[0].owner_liveness = None;
    draft.business.contacts[0].email = "".into();
    draft.business.banks.clear();
    let mut onboarding = world.onboarding(draft);
    onboarding.file("shop", FileUpload::bytes(FilePurpose::photo_proof(), "shop.jpg", PNG));
    let error = onboarding.run().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Validation, 0), "{error}");
    assert!(!error.is_retryable() && !error.outcome_unknown());
    let mut pointers = error.pointers();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        [
            "/business/banks",
            "/business/brands/0/photo_proofs/0/id",
            // There is none, and in particular no KTP.
            "/business/contacts/0/documents",
            "/business/contacts/0/documents",
            "/business/contacts/0/email",
            "/business/contacts/0/owner_liveness",
            // Files that nothing names any more.
            "face",
            "ktp",
        ],
        "{error}"
    );
    assert_eq!(world.asked(), ["Check Requirements 200"]);
    assert_eq!(world.saved(), None, "there is nothing to remember");
    assert!(onboarding.state().brand().is_none() && !onboarding.state().is_outcome_unknown());
}

#[tokio::test]
async fn a_form_s_value_is_held_to_the_requirements_too() {
    let world = World::new().await;
    let mut draft = world.draft();
    draft.business.contacts[0].documents[0].forms[0].value = "12345".into();
    let error = world.onboarding(draft).submit().await.unwrap_err();
    assert_eq!(error.pointers(), ["/business/contacts/0/documents/0/forms/0/value"], "{error}");
    assert!(!error.to_string().contains("12345"), "{error}");
    assert_eq!(world.asked(), ["Check Requirements 200"]);
}

#[tokio::test]
async fn a_file_that_the_draft_does_not_name_is_a_fault() {
    let world = World::new().await;
    let mut onboarding = world.onboarding(world.draft());
    onboarding.file("logo", FileUpload::bytes(FilePurpose::photo_proof(), "logo.png", PNG));
    let error = onboarding.submit().await.unwrap_err();
    assert_eq!((error.kind(), error.pointers()), (ErrorKind::Validation, vec!["logo"]), "{error}");
    assert_eq!(world.asked(), ["Check Requirements 200"]);
}

#[tokio::test]
async fn a_file_that_is_uploaded_already_is_used_as_it_is() {
    let world = World::new().await;
    let purpose = FilePurpose::document(DocumentCode::Ktp);
    let ktp = world
        .client()
        .upload_file(&FileUpload::bytes(purpose, "ktp.png", PNG))
        .await
        .unwrap()
        .into_inner()
        .id;
    assert!(ktp.as_str().starts_with("DCM-"), "{ktp}");

    let mut draft = world.draft();
    draft.business.contacts[0].documents[0].id = ktp.clone();
    let client = world.client();
    let query = doku_types::partner::requirements::RequirementsQuery::personal();
    let mut onboarding = doku_partner::onboarding::Onboarding::new(&client, query, draft);
    onboarding
        .file("face", FileUpload::bytes(FilePurpose::owner_liveness(), "face.png", PNG))
        .file("shop", FileUpload::bytes(FilePurpose::photo_proof(), "shop.png", PNG));
    assert_eq!(word(&onboarding.run().await.unwrap()), "active");
    assert_eq!(world.count("Upload File 200"), 3, "the one before, and the two new ones");
    let data = world.mock.business(world.brand()).unwrap();
    assert_eq!(data.contacts[0].documents[0].id, ktp);
    assert_eq!(
        onboarding.state().uploaded("face"),
        data.contacts[0].owner_liveness.as_ref().map(|face| &face.id)
    );
    assert_eq!(onboarding.state().uploaded("ktp"), None);
}

#[tokio::test]
async fn papers_are_uploaded_under_the_names_of_the_draft_several_at_once() {
    let world = World::new().await;
    let mut onboarding = world.onboarding(world.draft());
    onboarding.uploads_at_once(3);
    assert_eq!(word(&onboarding.run().await.unwrap()), "active");
    let data = world.mock.business(world.brand()).unwrap();
    let (contact, state) = (&data.contacts[0], onboarding.state());
    assert_eq!(Some(&contact.documents[0].id), state.uploaded("ktp"));
    assert_eq!(contact.owner_liveness.as_ref().map(|face| &face.id), state.uploaded("face"));
    let photo = &data.brands[0].photo_proofs[0].photo;
    assert!(photo.expose().contains(state.uploaded("shop").unwrap().as_str()));
    assert_eq!(world.count("Generate Token 200"), 1);
}
