//! Replies with and without a signature.

use doku_partner::{
    Body, ErrorKind, HyperTransport, PartnerClient, RetryPolicy, Transport, UnsignedReplies,
};
use doku_types::partner::{
    endpoint::Endpoint, file::FilePurpose, requirements::RequirementsQuery, token::TokenRequest,
};

use crate::world::{World, invitation, png};

/// A client whose way to the mock loses the signatures of replies.
fn behind_a_proxy(world: &World, policy: UnsignedReplies) -> PartnerClient {
    let transport = HyperTransport::builder().no_proxy().build();
    let stripping = move |request: http::Request<Body>| {
        let sending = transport.send(request);
        async move {
            let mut reply = sending.await?;
            reply.headers_mut().remove("signature");
            Ok(reply)
        }
    };
    let patience = RetryPolicy::new().base(std::time::Duration::from_millis(1));
    world.builder().transport(stripping).unsigned_replies(policy).retry(patience).build()
}

#[tokio::test]
async fn an_unsigned_reply_is_taken_and_said_to_be_one() {
    let world = World::new().await;
    let client = behind_a_proxy(&world, UnsignedReplies::Accept);
    let reply = client.generate_token(&TokenRequest::new()).await.unwrap();
    assert!(!reply.is_signed);
    assert_eq!(reply.attempts, 1);
}

#[tokio::test]
async fn where_unsigned_replies_are_refused_they_are_asked_for_once_more_and_then_not_believed() {
    let world = World::new().await;
    let client = behind_a_proxy(&world, UnsignedReplies::Refuse);
    let error = client.check_requirements(&RequirementsQuery::personal()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReplySignature, "{error}");
    assert!(error.to_string().contains("not signed"), "{error}");
    assert_eq!((error.attempts(), error.status().unwrap().as_u16()), (2, 200));
    assert!(!error.outcome_unknown(), "nothing was to be changed");
    assert!(error.assumptions().contains(&"A14"));

    let error = client.create_business_lite(&invitation("shop-1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReplySignature, "{error}");
    // It was done, the reply says so, but who says that?
    assert!(error.outcome_unknown());
    assert!(error.assumptions().contains(&"A13"));
    assert_eq!(world.mock.businesses().len(), 1, "asked twice, done once");
}

#[tokio::test]
async fn where_unsigned_replies_are_refused_refusals_and_uploads_are_taken_all_the_same() {
    let world = World::new().await;
    world.client.create_business_lite(&invitation("shop-1")).await.unwrap();
    let client = behind_a_proxy(&world, UnsignedReplies::Refuse);
    let error = client.create_business_lite(&invitation("shop-1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Validation, "{error}");

    let strict = world.builder().unsigned_replies(UnsignedReplies::Refuse).build();
    let uploaded = strict.upload_file(&png(FilePurpose::photo_proof())).await.unwrap();
    assert!(!uploaded.is_signed, "an upload's reply never is");
    assert_eq!(world.asked(Endpoint::UploadFile).len(), 1);
}
