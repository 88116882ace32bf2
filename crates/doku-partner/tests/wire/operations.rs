//! The signed operations, one request each.

use doku_partner::{
    Operation,
    operation::{
        CheckRequirements, CreateBusinessLite, GenerateToken, GetBusinessData, RegisterBusiness,
        UpdateBusinessData,
    },
};
use doku_types::{
    BrandId,
    partner::{
        lite::LiteRegistration, registration::Registration, requirements::RequirementsQuery,
        token::TokenRequest, update::Update,
    },
};

use crate::{
    snapshot,
    tape::{Tape, credentials, start},
};

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/samples/", $name, ".json"))
    };
}

/// That it went over the wire as the operation alone makes it.
async fn assert_sans_io(tape: &Tape, operation: impl Operation) {
    let request =
        operation.into_request(&tape.environment, &credentials(), "request-1", start()).unwrap();
    tape.assert_sent(0, request).await;
}

#[tokio::test]
async fn check_requirements() {
    let tape = Tape::replying(sample!("check-requirements.reply")).await;
    let query = RequirementsQuery::builder()
        .business_type("CORPORATE")
        .legal_entity("KOPERASI")
        .business_line("A LINE OF 2031 & more")
        .contact_nationality("SG")
        .build();
    tape.client.check_requirements(&query).await.unwrap();
    snapshot!("check_requirements", tape.written());
    assert_sans_io(&tape, CheckRequirements::new(&query)).await;
}

#[tokio::test]
async fn generate_token() {
    let tape = Tape::replying(sample!("generate-token.reply")).await;
    let wish = TokenRequest::minutes(360);
    tape.client.generate_token(&wish).await.unwrap();
    snapshot!("generate_token", tape.written());
    assert_sans_io(&tape, GenerateToken::new(&wish)).await;
}

#[tokio::test]
async fn business_registration() {
    let tape = Tape::replying(sample!("business-registration.reply")).await;
    let sample = sample!("business-registration.request");
    let mut registration = Registration::parse(sample.as_bytes()).unwrap();
    // More than ASCII, and what JSON has to escape.
    registration.business.name = "Warung \"Kopi\" é\u{1f35c}".to_owned();
    tape.client.register_business(&registration).await.unwrap();
    snapshot!("business_registration", tape.written());
    assert_sans_io(&tape, RegisterBusiness::new(&registration)).await;
}

#[tokio::test]
async fn create_business_lite() {
    let tape = Tape::replying(sample!("create-business-lite.reply")).await;
    let sample = sample!("create-business-lite.request");
    let invitation = LiteRegistration::parse(sample.as_bytes()).unwrap();
    tape.client.create_business_lite(&invitation).await.unwrap();
    snapshot!("create_business_lite", tape.written());
    assert_sans_io(&tape, CreateBusinessLite::new(&invitation)).await;
}

#[tokio::test]
async fn get_business_data() {
    let tape = Tape::replying(sample!("get-business-data.reply")).await;
    let (brand, query) = (BrandId::from("BRN-0104-1678960841263"), RequirementsQuery::personal());
    tape.client.business_data(&brand, &query).await.unwrap();
    snapshot!("get_business_data", tape.written());
    assert_sans_io(&tape, GetBusinessData::new(&brand, &query)).await;
}

#[tokio::test]
async fn update_business_data() {
    let tape = Tape::replying(sample!("business-registration.reply")).await;
    let brand = BrandId::from("BRN-0104-1678960841263");
    let update = Update::parse(sample!("update-business-data.request").as_bytes()).unwrap();
    tape.client.update_business(&brand, &update).await.unwrap();
    snapshot!("update_business_data", tape.written());
    assert_sans_io(&tape, UpdateBusinessData::new(&brand, &update)).await;
}
