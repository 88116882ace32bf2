//! What DOKU's business refuses, and what its texts name.

use doku_mock::Profile;
use doku_partner::{Error, ErrorKind};
use doku_types::{
    BrandId,
    error::ApiError,
    partner::{
        endpoint::Endpoint,
        requirements::RequirementsQuery,
        token::TokenRequest,
        update::{BusinessUpdate, Update},
    },
};

use crate::world::{World, assert_discreet, invitation, registration};

/// A refusal that sending again cannot mend, and that leaves nothing open.
fn assert_final(error: &Error, kind: ErrorKind, status: u16) {
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (kind, status), "{error}");
    assert!(!error.is_retryable() && !error.outcome_unknown(), "{error}");
    assert_eq!(error.attempts(), 1);
    assert!(error.to_string().contains(error.request_id().unwrap()), "{error}");
    assert_discreet(error);
}

#[tokio::test]
async fn faults_of_a_registration_are_told_with_their_places() {
    let world = World::new().await;
    let mut merchant = world.registration().await;
    merchant.business.name = String::new();
    merchant.business.brands[0].description = "x".repeat(1024);
    let error = world.client.register_business(&merchant).await.unwrap_err();
    assert_final(&error, ErrorKind::Validation, 400);
    assert_eq!(error.pointers()[..2], ["/business/name", "/business/brands/0/description"]);
    assert!(matches!(error.api_error(), Some(ApiError::Business(texts)) if texts.len() >= 2));
    assert!(error.faults().is_empty(), "they were found by DOKU");
    assert_eq!(error.assumptions(), ["A01", "A10", "A26"]);
    assert_eq!(world.mock.businesses(), []);
}

#[tokio::test]
async fn a_form_that_does_not_fit_is_told_without_its_value() {
    let world = World::with(|mock| mock.profile(Profile::Strict)).await;
    let mut merchant = world.registration().await;
    merchant.business.contacts[0].documents[0].forms[0].value = "317123456789012X".into();
    let error = world.client.register_business(&merchant).await.unwrap_err();
    assert_final(&error, ErrorKind::Validation, 400);
    assert!(error.pointers()[0].starts_with("/business/contacts/0/documents/0/forms/0"), "{error}");
    assert!(!error.to_string().contains("317123456789012X"), "{error}");
}

#[tokio::test]
async fn a_registration_that_names_unknown_files_is_refused_with_their_places() {
    let world = World::new().await;
    let merchant = registration("DCM-1".into(), "DCM-2".into(), "CNT-3".into());
    let error = world.client.register_business(&merchant).await.unwrap_err();
    assert_final(&error, ErrorKind::Validation, 400);
    assert_eq!(
        error.pointers(),
        [
            "/business/brands/0/photo_proofs/0/id",
            "/business/contacts/0/documents/0/id",
            "/business/contacts/0/owner_liveness/id",
        ]
    );
    assert!(error.to_string().contains("names no uploaded file"), "{error}");
    assert!(error.assumptions().contains(&"A12"), "{:?}", error.assumptions());
}

#[tokio::test]
async fn a_partners_own_name_for_a_business_is_used_once() {
    let world = World::new().await;
    world.client.create_business_lite(&invitation("shop-42")).await.unwrap();
    let error = world.client.create_business_lite(&invitation("shop-42")).await.unwrap_err();
    assert_final(&error, ErrorKind::Validation, 400);
    let said = ApiError::business("PARTNER REF ID ALREADY USED");
    assert_eq!(error.api_error(), Some(&said));
    assert_eq!(error.assumptions(), ["A10", "A20"]);
    assert_eq!(world.mock.businesses().len(), 1);
}

#[tokio::test]
async fn a_brand_that_nobody_has_is_not_found() {
    let world = World::new().await;
    let brand = BrandId::from("BRN-9999-1700000000000");
    let update =
        Update::builder().business(BusinessUpdate::builder().name("Other").build()).build();
    let query = RequirementsQuery::personal();
    let read = world.client.business_data(&brand, &query).await.unwrap_err();
    let changed = world.client.update_business(&brand, &update).await.unwrap_err();
    for (error, assumptions) in [(read, &["A02", "A12"][..]), (changed, &["A01", "A08", "A12"])] {
        assert_final(&error, ErrorKind::NotFound, 404);
        assert_eq!(error.api_error(), Some(&ApiError::business("BUSINESS NOT FOUND")));
        assert!(error.advice().unwrap().contains("environment"));
        assert_eq!(error.assumptions(), assumptions);
    }
}

#[tokio::test]
async fn an_update_that_is_wrong_changes_nothing() {
    let world = World::new().await;
    let registered = world.client.register_business(&world.registration().await).await.unwrap();
    let brand = &registered.business.brands[0].id;
    let before = world.mock.business(brand).unwrap();
    let change = BusinessUpdate::builder().name("Other").phone_number("no number").build();
    let update = Update::builder().business(change).build();
    let error = world.client.update_business(brand, &update).await.unwrap_err();
    assert_final(&error, ErrorKind::Validation, 400);
    assert_eq!(error.pointers(), ["/business/phone_number"]);
    assert_eq!(world.mock.business(brand).unwrap(), before);
}

#[tokio::test]
async fn a_question_and_a_lifetime_that_make_no_sense_are_refused() {
    let world = World::new().await;
    let mut query = RequirementsQuery::personal();
    query.contact_nationality = "SG".to_owned();
    let error = world.client.check_requirements(&query).await.unwrap_err();
    assert_final(&error, ErrorKind::Validation, 400);
    assert!(error.to_string().contains("businessContactNationality"), "{error}");
    let error = world.client.generate_token(&TokenRequest::minutes(0)).await.unwrap_err();
    assert_final(&error, ErrorKind::Validation, 400);
    assert_eq!(error.pointers(), ["/valid_time"]);
    assert!(error.assumptions().contains(&"A15"));
}

#[tokio::test]
async fn a_request_id_that_cannot_stand_in_a_header_is_refused_before_anything_is_sent() {
    let world = World::new().await;
    let wish = TokenRequest::new();
    for id in ["", "line\nbreak", &"x".repeat(129)] {
        let call = doku_partner::operation::GenerateToken::new(&wish);
        let error = world.client.call_as(&call, id).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Request, 0), "{id:?}: {error}");
    }
    assert!(world.asked(Endpoint::GenerateToken).is_empty());
}
