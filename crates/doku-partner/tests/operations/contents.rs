//! What goes over the wire beside the operation's own words.

use doku_types::partner::{
    endpoint::Endpoint, file::FilePurpose, requirements::RequirementsQuery, token::TokenRequest,
};

use crate::world::{World, png};

#[tokio::test]
async fn every_request_says_who_calls_and_asks_for_json() {
    let world = World::new().await;
    let client = world.builder().user_agent("my-platform/2.1").unwrap().build();
    client.upload_file(&png(FilePurpose::photo_proof())).await.unwrap();
    client.check_requirements(&RequirementsQuery::personal()).await.unwrap();
    for entry in world.mock.journal() {
        let headers = &entry.request_headers;
        let agent = headers["user-agent"].to_str().unwrap();
        assert!(agent.starts_with("my-platform/2.1 doku-partner/"), "{agent}");
        assert_eq!(headers["accept"], "application/json");
        assert!(!headers.contains_key("transfer-encoding"), "lengths are known");
    }
    assert_eq!(world.mock.journal().len(), 3);
    let token = &world.asked(Endpoint::GenerateToken)[0];
    assert_eq!(token.request_headers["content-type"], "application/json");
    let upload = &world.asked(Endpoint::UploadFile)[0].request_headers;
    let content_type = upload["content-type"].to_str().unwrap();
    assert!(content_type.starts_with("multipart/form-data; boundary="), "{content_type}");
    assert!(upload["authorization"].to_str().unwrap().starts_with("Bearer ey"));
    assert!(!upload.contains_key("signature") && !upload.contains_key("client-id"));
}

#[tokio::test]
async fn a_client_and_its_builder_print_no_key() {
    let world = World::new().await;
    let printed = format!("{:?} {:?}", world.client, world.builder());
    assert!(!printed.contains(doku_mock::DEFAULT_SECRET_KEY), "{printed}");
    let reply = world.client.generate_token(&TokenRequest::new()).await.unwrap();
    assert!(!format!("{reply:?}").contains(reply.token.expose()));
}
