//! The token for uploads: kept, shared, renewed, and dropped once when it is refused.

use std::time::Duration;

use doku_partner::{Error, ErrorKind, FileUpload, operation::UploadFile};
use doku_types::{
    BearerToken,
    code::GatewayCode,
    error::ApiError,
    partner::{endpoint::Endpoint, file::FilePurpose, token::TokenRequest},
};

use crate::world::{World, png};

fn photo() -> FileUpload {
    png(FilePurpose::photo_proof())
}

#[tokio::test]
async fn a_token_is_kept_for_the_uploads_that_follow_and_shared_by_clones() {
    let world = World::new().await;
    world.client.upload_file(&photo()).await.unwrap();
    world.client.clone().upload_file(&photo()).await.unwrap();
    assert_eq!(world.asked(Endpoint::GenerateToken).len(), 1);
    assert_eq!(world.asked(Endpoint::UploadFile).len(), 2);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    let world = World::new().await;
    let client = world.builder().token_minutes(10).build();
    client.upload_file(&photo()).await.unwrap();
    world.mock.advance(Duration::from_secs(8 * 60 + 59)).await.unwrap();
    client.upload_file(&photo()).await.unwrap();
    assert_eq!(world.asked(Endpoint::GenerateToken).len(), 1);
    world.mock.advance(Duration::from_secs(1)).await.unwrap();
    client.upload_file(&photo()).await.unwrap();
    let tokens = world.asked(Endpoint::GenerateToken);
    assert_eq!(tokens.len(), 2);
    assert!(tokens[0].request_body.ends_with(br#""valid_time":"10"}"#));
    let refused = |status: u16| status != 200;
    let uploads = world.asked(Endpoint::UploadFile);
    assert!(!uploads.iter().any(|entry| refused(entry.answer.as_ref().unwrap().status.as_u16())));
}

/// A client that holds a token which the mock does not take any more: its own clock stands still.
async fn with_an_expired_token(world: &World) -> doku_partner::PartnerClient {
    let now = world.mock.now();
    let client = world.builder().clock(move || now).token_minutes(30).build();
    client.upload_file(&photo()).await.unwrap();
    world.mock.advance(Duration::from_secs(31 * 60)).await.unwrap();
    client
}

#[tokio::test]
async fn a_refused_token_is_dropped_and_the_upload_sent_again_with_another() {
    let world = World::new().await;
    let client = with_an_expired_token(&world).await;
    let uploaded = client.upload_file(&photo()).await.unwrap();
    assert!(uploaded.id.as_str().starts_with("DCM-"));
    assert_eq!(world.asked(Endpoint::GenerateToken).len(), 2);
    let uploads = world.asked(Endpoint::UploadFile);
    let statuses: Vec<_> =
        uploads.iter().map(|entry| entry.answer.as_ref().unwrap().status.as_u16()).collect();
    assert_eq!(statuses, [200, 401, 200]);
    // The new one is kept.
    client.upload_file(&photo()).await.unwrap();
    assert_eq!(world.asked(Endpoint::GenerateToken).len(), 2);
}

#[tokio::test]
async fn uploads_at_the_same_time_renew_a_refused_token_once() {
    let world = World::new().await;
    let client = with_an_expired_token(&world).await;
    let results = client.upload_files((0..8).map(|_| photo()), 8).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(world.asked(Endpoint::GenerateToken).len(), 2);
}

#[tokio::test]
async fn a_token_that_is_refused_again_is_not_renewed_again() {
    let world = World::new().await;
    // The tokens come from another mock, which this one does not know.
    let elsewhere = World::with(|mock| {
        mock.partner(doku_partner::Credentials::new("BRN-elsewhere", "SK-elsewhere"))
    })
    .await;
    let token = elsewhere.client.generate_token(&TokenRequest::new()).await.unwrap();
    let token = token.into_inner().token.expose().to_owned();
    let (token_in_reply, marker) = (token.clone(), token);
    let transport = doku_partner::HyperTransport::builder().no_proxy().build();
    let client = world
        .builder()
        .transport(move |request: http::Request<doku_partner::Body>| {
            let is_token = request.uri().path().ends_with("/token");
            let sending = doku_partner::Transport::send(&transport, request);
            let body = serde_json::json!({"token": token_in_reply}).to_string();
            async move {
                let reply = sending.await?;
                Ok(if is_token { http::Response::new(body.into()) } else { reply })
            }
        })
        .build();
    let error = client.upload_file(&photo()).await.unwrap_err();
    assert_refused(&error);
    assert!(!format!("{error} {error:?}").contains(&marker));
    assert_eq!(world.asked(Endpoint::GenerateToken).len(), 2);
    assert_eq!(world.asked(Endpoint::UploadFile).len(), 2);
}

fn assert_refused(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    assert_eq!(error.status().unwrap(), 401);
    assert!(matches!(
        error.api_error(),
        Some(ApiError::Gateway { code: GatewayCode::InvalidToken, .. })
    ));
    assert_eq!((error.request_id(), error.operation()), (None, "Upload File"));
    assert!(error.advice().unwrap().contains("token"));
    assert!(error.assumptions().contains(&"A11"));
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn whoever_brings_a_token_is_told_that_it_is_refused() {
    let world = World::new().await;
    let token = world.client.generate_token(&TokenRequest::minutes(1)).await.unwrap().token.clone();
    let good = photo();
    assert!(world.client.call(&UploadFile::new(&token, &good)).await.is_ok());
    world.mock.advance(Duration::from_secs(60)).await.unwrap();
    for token in [token, BearerToken::from("no-token-marker")] {
        let error = world.client.call(&UploadFile::new(&token, &good)).await.unwrap_err();
        assert_refused(&error);
        assert!(!format!("{error} {error:?}").contains(token.expose()));
    }
    // It is the caller's own: none was fetched in its place.
    assert_eq!(world.asked(Endpoint::GenerateToken).len(), 1);
}

#[cfg(feature = "io")]
#[tokio::test]
async fn a_reader_is_not_sent_again_but_its_refused_token_is_dropped() {
    let world = World::new().await;
    let client = with_an_expired_token(&world).await;
    let png = crate::world::PNG;
    let reader = || FileUpload::reader(FilePurpose::photo_proof(), "a.png", png.len() as u64, png);
    let error = client.upload_file(&reader().await.unwrap()).await.unwrap_err();
    assert_refused(&error);
    assert_eq!(world.asked(Endpoint::UploadFile).len(), 2);
    client.upload_file(&reader().await.unwrap()).await.unwrap();
    assert_eq!(world.asked(Endpoint::GenerateToken).len(), 2);
}
