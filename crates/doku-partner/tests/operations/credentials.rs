//! Who calls: a wrong key, a client id that nobody knows.

use doku_mock::{DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY};
use doku_partner::{
    Credentials, Environment, Error, ErrorKind, HyperTransport, PartnerClient, RetryPolicy,
};
use doku_types::{
    BrandId,
    code::GatewayCode,
    partner::{requirements::RequirementsQuery, token::TokenRequest, update::Update},
};

use crate::world::{EMAIL, World, assert_discreet, invitation, png, registration};

/// What each operation says when somebody else calls.
async fn refusals(world: &World, credentials: Credentials) -> Vec<Error> {
    let environment = Environment::custom(world.mock.base_url()).unwrap();
    let client = PartnerClient::builder(environment, credentials)
        .clock(world.mock.clock())
        .transport(HyperTransport::builder().no_proxy().build())
        .build();
    let merchant = registration("DCM-1".into(), "DCM-2".into(), "CNT-3".into());
    let brand = BrandId::from("BRN-1");
    let update = Update::parse(format!(r#"{{"business":{{"email":"{EMAIL}"}}}}"#).as_bytes());
    let photo = png(doku_types::partner::file::FilePurpose::photo_proof());
    let query = RequirementsQuery::personal();
    vec![
        client.check_requirements(&query).await.unwrap_err(),
        client.generate_token(&TokenRequest::new()).await.unwrap_err(),
        client.upload_file(&photo).await.unwrap_err(),
        client.register_business(&merchant).await.unwrap_err(),
        client.create_business_lite(&invitation("shop-1")).await.unwrap_err(),
        client.business_data(&brand, &query).await.unwrap_err(),
        client.update_business(&brand, &update.unwrap()).await.unwrap_err(),
    ]
}

#[tokio::test]
async fn a_wrong_key_is_told_by_every_operation() {
    let world = World::new().await;
    let wrong = Credentials::new(DEFAULT_CLIENT_ID, "SK-wrong-marker");
    let errors = refusals(&world, wrong).await;
    for error in &errors {
        assert_eq!(error.kind(), ErrorKind::Signature, "{error}");
        assert_eq!(error.status().unwrap(), 400);
        assert_eq!(error.api_error().unwrap().code(), Some(&GatewayCode::InvalidSignature));
        assert!(error.to_string().contains("Invalid Header Signature"), "{error}");
        assert!(error.advice().unwrap().contains("secret key"));
        assert!(!error.is_retryable() && !error.outcome_unknown());
        assert_eq!(error.attempts(), 1);
        assert!(error.to_string().contains(error.request_id().unwrap()));
        assert!(error.assumptions().contains(&"A10"), "{:?}", error.assumptions());
        assert!(!format!("{error} {error:?}").contains("SK-wrong-marker"));
        assert_discreet(error);
    }
    // An upload without a token ends at Generate Token.
    let names: Vec<_> = errors.iter().map(Error::operation).collect();
    assert_eq!(
        names,
        [
            "Check Requirements",
            "Generate Token",
            "Generate Token",
            "Business Registration",
            "Create Business Lite",
            "Get Business Data",
            "Update Business Data",
        ]
    );
    assert_eq!(world.mock.businesses(), []);
}

#[tokio::test]
async fn an_unknown_client_id_is_told_by_every_operation() {
    let world = World::new().await;
    for error in refusals(&world, Credentials::new("BRN-unknown", DEFAULT_SECRET_KEY)).await {
        assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
        assert_eq!(error.api_error().unwrap().code(), Some(&GatewayCode::InvalidClientId));
        assert!(error.advice().unwrap().contains("environment"));
        assert!(!error.is_retryable());
        assert_eq!(error.attempts(), 1);
        assert_discreet(&error);
    }
}

#[tokio::test]
async fn what_stands_on_an_assumption_says_on_which() {
    let world = World::new().await;
    let errors = refusals(&world, Credentials::new(DEFAULT_CLIENT_ID, "SK-wrong")).await;
    let expected: [&[&str]; 7] = [
        &["A10"],
        &["A10", "A15"],
        &["A10", "A15"],
        &["A01", "A10", "A26"],
        &["A10", "A20"],
        &["A02", "A10"],
        &["A01", "A08", "A10"],
    ];
    for (error, expected) in errors.iter().zip(expected) {
        assert_eq!(error.assumptions(), expected, "{error}");
    }
}

#[tokio::test]
async fn a_path_that_the_host_does_not_have_is_not_found() {
    // A host that is a mock of something else.
    let world = World::new().await;
    let client = world
        .builder()
        .transport(|mut request: http::Request<doku_partner::Body>| {
            let elsewhere = request.uri().to_string().replace("/adv-core-api", "");
            *request.uri_mut() = elsewhere.parse().unwrap();
            let transport = HyperTransport::builder().no_proxy().build();
            doku_partner::Transport::send(&transport, request)
        })
        .retry(RetryPolicy::never())
        .build();
    let error = client.generate_token(&TokenRequest::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::NotFound, 404));
    assert!(error.advice().unwrap().contains("base URL"), "{:?}", error.advice());
    assert!(error.to_string().contains("No static resource"), "{error}");
}
