//! Rejections: what is told of them, and how they are healed.

use doku_partner::{
    ErrorKind, FileUpload,
    onboarding::{CallbackHints, Onboarding, Verdict},
};
use doku_types::{
    code::DocumentCode,
    partner::{
        business::BusinessData,
        endpoint::Endpoint,
        file::FilePurpose,
        part::Form,
        rejection::{Fix, Rejection},
        update::{BankUpdate, BusinessUpdate, ContactUpdate, DocumentUpdate, Update},
    },
};

use crate::{
    line::Mishap,
    world::{PNG, World, word},
};

/// A merchant of whom this outcome has come true, and who listens.
async fn submitted(outcome: &str) -> (World, Onboarding, CallbackHints) {
    let mut world = World::new().await;
    world.listen().await;
    let mut onboarding = world.onboarding(world.draft_for(outcome));
    let hints = CallbackHints::new();
    onboarding.hints(&hints).submit().await.unwrap();
    world.pass_on_all(&hints, 0).await;
    (world, onboarding, hints)
}

async fn rejected(onboarding: &mut Onboarding) -> (Box<BusinessData>, Vec<Rejection>) {
    match onboarding.follow().await.unwrap() {
        Verdict::Rejected { data, rejections } => (data, rejections),
        other => panic!("{}", word(&other)),
    }
}

/// The contact's identity card, anew.
fn with_ktp(data: &BusinessData, ktp: &str) -> Update {
    let number = Form::new("NO_KTP", "3171234567890123");
    let document = DocumentUpdate::builder()
        .id(ktp)
        .code(DocumentCode::Ktp)
        .category(doku_types::code::FileCategory::Document)
        .forms([number])
        .build();
    let contact =
        ContactUpdate::builder().id(data.contacts[0].id.clone().unwrap()).documents([document]);
    let business = BusinessUpdate::builder().contacts([contact.build()]).build();
    Update::builder().business(business).build()
}

fn sharper_ktp() -> FileUpload {
    FileUpload::bytes(FilePurpose::document(DocumentCode::Ktp), "sharper.png", PNG)
}

#[tokio::test]
async fn a_rejected_document_is_told_with_its_note_and_its_fix_and_a_new_file_heals_it() {
    let (mut world, mut onboarding, hints) = submitted("reject.BUSINESS_DOCUMENT").await;
    let (data, rejections) = rejected(&mut onboarding).await;
    let brand = world.brand();
    assert_eq!(
        rejections[0].to_string(),
        format!(
            "BUSINESS_DOCUMENT (KTP): The document is not readable: upload a clear one; upload a \
             new file, then send /business/contacts/0/documents by PUT \
             /adv-core-api/partner/v1.0/business/{brand}"
        )
    );
    let Fix::Update { endpoint, pointer, upload, .. } = &rejections[0].fix else {
        panic!("a document is mended by an update")
    };
    assert_eq!(*endpoint, Endpoint::UpdateBusinessData);
    assert_eq!((*pointer, *upload), ("/business/contacts/0/documents", true));

    let before = world.told(0).len();
    onboarding.file("sharper", sharper_ktp());
    onboarding.resubmit(with_ktp(&data, "sharper")).await.unwrap();
    world.pass_on_all(&hints, before).await;
    let Verdict::Active(data) = onboarding.follow().await.unwrap() else { panic!("it is healed") };
    let file = onboarding.state().uploaded("sharper").unwrap();
    assert_eq!(&data.contacts[0].documents[0].id, file);
    assert_eq!(data.contacts[0].documents[0].forms[0].value.expose(), "3171234567890123");
    assert_eq!(world.count("Upload File 200"), 4);
    assert_eq!(world.count("Update Business Data 200"), 1);
    assert_eq!(
        world.told(before),
        [
            "BUSINESS_DOCUMENT APPROVED KTP",
            "BUSINESS ACTIVE",
            "BRAND.OPERATIONAL_STATUS ACTIVE",
            "BRAND_PRODUCT ACTIVE QRIS",
        ],
        "only what changed, and what hangs on it"
    );
}

#[tokio::test]
async fn what_was_mended_is_not_told_again_by_a_callback_that_came_late() {
    let (mut world, mut onboarding, hints) = submitted("reject.BUSINESS_DOCUMENT").await;
    let (data, _) = rejected(&mut onboarding).await;
    let late = world.mock.callbacks().into_iter().map(|record| record.callback);
    late.for_each(|callback| hints.publish(callback));

    let before = world.told(0).len();
    onboarding.file("sharper", sharper_ktp());
    let mut update = with_ktp(&data, "sharper");
    update.business.email = Some("warung+kyb.reject.BUSINESS_BANK@example.com".into());
    let bank = BankUpdate::builder().id(data.banks[0].id.clone().unwrap());
    update.business.banks = Some(vec![bank.account_number("11223344").build()]);
    onboarding.resubmit(update).await.unwrap();
    world.pass_on_all(&hints, before).await;
    let (_, rejections) = rejected(&mut onboarding).await;
    let parts: Vec<_> = rejections.iter().map(|rejection| rejection.part.as_str()).collect();
    assert!(parts.contains(&"BUSINESS_BANK"), "{parts:?}");
    assert!(!parts.contains(&"BUSINESS_DOCUMENT"), "{parts:?}");
}

#[tokio::test]
async fn each_rejected_part_is_told_once() {
    let (_world, mut onboarding, _hints) =
        submitted("reject.BUSINESS_DOCUMENT,reject.BUSINESS_BANK").await;
    let (data, rejections) = rejected(&mut onboarding).await;
    let parts: Vec<_> = rejections.iter().map(|rejection| rejection.part.as_str()).collect();
    let count = |part| parts.iter().filter(|other| **other == part).count();
    assert_eq!((count("BUSINESS_DOCUMENT"), count("BUSINESS_BANK")), (1, 1), "{parts:?}");
    assert!(rejections.iter().all(|rejection| !rejection.reason.is_empty()), "{rejections:#?}");
    let noted = rejections.iter().filter(|rejection| rejection.part.as_str() == "BUSINESS");
    assert_eq!(noted.count(), data.reject_notes.len(), "{rejections:#?}");
}

#[tokio::test]
async fn a_rejected_bank_is_healed_without_a_file() {
    let (mut world, mut onboarding, hints) = submitted("reject.BUSINESS_BANK").await;
    let (data, rejections) = rejected(&mut onboarding).await;
    let Fix::Update { pointer, upload, .. } = &rejections[0].fix else {
        panic!("a bank is mended by an update")
    };
    assert_eq!((*pointer, *upload), ("/business/banks", false));

    let before = world.told(0).len();
    let bank = BankUpdate::builder()
        .id(data.banks[0].id.clone().unwrap())
        .account_number("11223344")
        .build();
    let business = BusinessUpdate::builder().banks([bank]).build();
    onboarding.resubmit(Update::builder().business(business).build()).await.unwrap();
    world.pass_on_all(&hints, before).await;
    assert_eq!(word(&onboarding.follow().await.unwrap()), "active");
    assert_eq!(world.count("Upload File 200"), 3);
    assert_eq!(world.told(before)[0], "BUSINESS_BANK APPROVED");
}

#[tokio::test]
async fn without_callbacks_the_data_tell_what_is_rejected() {
    let world = World::new().await;
    let mut onboarding = world.onboarding(world.draft_for("reject.BUSINESS_BANK"));
    onboarding.submit().await.unwrap();
    let (_, rejections) = rejected(&mut onboarding).await;
    let parts: Vec<_> = rejections.iter().map(|rejection| rejection.part.as_str()).collect();
    assert!(parts.contains(&"BUSINESS_BANK") && parts.contains(&"BUSINESS"), "{parts:?}");
}

#[tokio::test]
async fn an_update_with_faults_is_told_before_anything_is_sent() {
    let (world, mut onboarding, _hints) = submitted("reject.BUSINESS_DOCUMENT").await;
    let (data, _) = rejected(&mut onboarding).await;
    let before = world.asked();
    let mut update = with_ktp(&data, "sharper");
    update.business.name = Some(String::new());
    let gif = FileUpload::bytes(sharper_ktp().purpose().clone(), "sharper.gif", &b"GIF89a"[..]);
    let error = onboarding.file("sharper", gif).resubmit(update).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Validation);
    assert_eq!(error.pointers(), ["/business/name", "sharper"], "{error}");
    assert_eq!(world.asked(), before);
}

#[tokio::test]
async fn what_is_not_registered_cannot_be_resubmitted_or_followed() {
    let world = World::new().await;
    let mut onboarding = world.onboarding(world.draft());
    let update = Update::builder().business(BusinessUpdate::builder().name("Warung").build());
    for error in [
        onboarding.resubmit(update.build()).await.unwrap_err(),
        onboarding.follow().await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::State, false), "{error}");
        assert!(error.to_string().contains("submit it first"), "{error}");
        assert!(!error.is_retryable());
    }
    assert_eq!(world.asked(), [""; 0]);
}

#[tokio::test]
async fn an_update_without_an_answer_is_sent_again_under_its_request_id() {
    let (world, mut onboarding, _hints) = submitted("reject.BUSINESS_DOCUMENT").await;
    let (data, _) = rejected(&mut onboarding).await;
    onboarding.file("sharper", sharper_ktp());
    world.line.strike(Endpoint::UpdateBusinessData, Mishap::Unanswered);
    let error = onboarding.resubmit(with_ktp(&data, "sharper")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Ambiguous, true), "{error}");
    assert!(onboarding.state().is_outcome_unknown());

    // Another process sends the same.
    let mut resumed = world.resumed(world.draft());
    assert_eq!(resumed.state(), onboarding.state());
    resumed.resubmit(with_ktp(&data, "sharper")).await.unwrap();
    assert!(!resumed.state().is_outcome_unknown());
    assert_eq!(world.count("Update Business Data 200"), 1);
    assert_eq!(world.count("Update Business Data 409"), 1);
    let ids = world.request_ids("PUT");
    assert_eq!((ids.len(), &ids[0]), (2, &ids[1]));
    assert_eq!(word(&resumed.follow().await.unwrap()), "active");
    assert_eq!(world.count("Upload File 200"), 4, "the sharper one was uploaded once");
}

#[tokio::test]
async fn another_update_takes_the_place_of_one_without_an_answer() {
    let (world, mut onboarding, _hints) = submitted("reject.BUSINESS_DOCUMENT").await;
    let (data, _) = rejected(&mut onboarding).await;
    onboarding.file("sharper", sharper_ktp());
    world.line.strike(Endpoint::UpdateBusinessData, Mishap::Unanswered);
    onboarding.resubmit(with_ktp(&data, "sharper")).await.unwrap_err();
    let mut other = with_ktp(&data, "sharper");
    other.business.name = Some("Warung lain".to_owned());
    onboarding.resubmit(other).await.unwrap();
    let ids = world.request_ids("PUT");
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
    assert!(!onboarding.state().is_outcome_unknown());
    let Verdict::Active(data) = onboarding.follow().await.unwrap() else { panic!("it is healed") };
    assert_eq!(data.name.as_deref(), Some("Warung lain"));
}

#[tokio::test]
async fn a_name_stays_that_of_the_file_that_was_uploaded_under_it() {
    let (world, mut onboarding, _hints) = submitted("reject.BUSINESS_DOCUMENT").await;
    let (data, _) = rejected(&mut onboarding).await;
    let old = onboarding.state().uploaded("ktp").unwrap().clone();
    // A better one takes a name of its own.
    onboarding.file("ktp", sharper_ktp());
    onboarding.resubmit(with_ktp(&data, "ktp")).await.unwrap();
    assert_eq!(onboarding.state().uploaded("ktp"), Some(&old));
    assert_eq!(world.count("Upload File 200"), 3);
}
