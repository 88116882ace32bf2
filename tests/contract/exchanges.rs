//! The full exchange of every operation, byte for byte: method, path, headers and body, and the
//! reply. Everything repeats: time, ids, keys, tokens and signatures.

use contract::{PNG, World};
use doku_partner::FileUpload;
use doku_types::{
    code::DocumentCode,
    partner::{
        file::FilePurpose, lite::LiteRegistration, requirements::RequirementsQuery,
        token::TokenRequest,
    },
};

use crate::snapshot;

#[tokio::test]
async fn check_requirements() {
    let world = World::new().await;
    world.client.check_requirements(&RequirementsQuery::personal()).await.unwrap();
    snapshot!("check_requirements_personal", world.exchanges.last());
}

#[tokio::test]
async fn check_requirements_of_a_company() {
    let world = World::new().await;
    let query = RequirementsQuery::builder()
        .business_type("CORPORATE")
        .legal_entity("KOPERASI")
        .business_line("RETAIL")
        .contact_nationality("SG")
        .build();
    world.client.check_requirements(&query).await.unwrap();
    snapshot!("check_requirements_corporate", world.exchanges.last());
}

#[tokio::test]
async fn generate_token() {
    let world = World::new().await;
    world.client.generate_token(&TokenRequest::minutes(360)).await.unwrap();
    snapshot!("generate_token", world.exchanges.last());
}

#[tokio::test]
async fn upload_file() {
    let world = World::new().await;
    let purpose = FilePurpose::document(DocumentCode::Ktp);
    let upload = FileUpload::bytes(purpose, "ktp.png", PNG);
    world.client.upload_file(&upload).await.unwrap();
    snapshot!("upload_file", world.exchanges.last());
}

#[tokio::test]
async fn business_registration_and_get_business_data() {
    let world = World::new().await;
    let papers = world.upload_papers().await;
    // Nobody listens there, and the mock may not go there.
    let registration = world.registration(&papers, "https://partner.example/doku/callbacks");
    let reply = world.client.register_business(&registration).await.unwrap();
    snapshot!("business_registration", world.exchanges.last());

    let brand = &reply.business.brands[0].id;
    world.client.business_data(brand, &RequirementsQuery::personal()).await.unwrap();
    snapshot!("get_business_data", world.exchanges.last());
}

#[tokio::test]
async fn create_business_lite_and_get_business_data() {
    let world = World::new().await;
    let sample = include_bytes!("../samples/create-business-lite.request.json");
    let invitation = LiteRegistration::parse(sample).unwrap();
    let reply = world.client.create_business_lite(&invitation).await.unwrap();
    snapshot!("create_business_lite", world.exchanges.last());

    let brand = &reply.business.brands[0].id;
    world.client.business_data(brand, &RequirementsQuery::personal()).await.unwrap();
    snapshot!("get_business_data_lite", world.exchanges.last());
}

#[tokio::test]
async fn two_runs_are_the_same_to_the_byte() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let world = World::new().await;
        let papers = world.upload_papers().await;
        let registration = world.registration(&papers, "https://partner.example/x");
        world.client.register_business(&registration).await.unwrap();
        runs.push(world.exchanges.last());
    }
    assert_eq!(runs[0], runs[1]);
}
