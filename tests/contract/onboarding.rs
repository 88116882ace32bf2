//! The main job, as the demo does it: a merchant onboarded through the public API of the client.

use contract::PNG;
use doku_mock::MockDoku;
use doku_partner::{
    Environment, ErrorKind, FileUpload, PartnerClient, RetryPolicy, callback::CallbackReceiver,
    receiver::CallbackListener,
};
use doku_types::{
    code::{BrandCategory, CallbackType, DocumentCode, Position, Status},
    partner::{
        file::FilePurpose,
        part::{Address, Bank, Contact, Document},
        registration::{Brand, Business, Registration},
        requirements::RequirementsQuery,
        token::TokenRequest,
    },
};

#[tokio::test]
async fn a_merchant_is_onboarded_from_its_papers_to_the_verdict() {
    let mock = MockDoku::start().await;
    let environment = Environment::custom(mock.base_url()).unwrap();
    let client = PartnerClient::builder(environment, mock.credentials().clone()).build();
    let listener = CallbackListener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let callback_url = format!("http://{}/kyb", listener.local_addr().unwrap());
    let receiver = CallbackReceiver::new(mock.credentials().clone(), "/kyb");
    let mut callbacks = listener.serve(receiver);

    let query = RequirementsQuery::personal();
    let requirements = client.check_requirements(&query).await.unwrap();
    let mut files = Vec::new();
    for purpose in [
        FilePurpose::photo_proof(),
        FilePurpose::document(DocumentCode::Ktp),
        FilePurpose::owner_liveness(),
    ] {
        let rule = requirements.file(&purpose).unwrap();
        assert_eq!(rule.check("paper.png", PNG.len() as u64, PNG), []);
        let upload = FileUpload::bytes(purpose, "paper.png", PNG);
        files.push(client.upload_file(&upload).await.unwrap().into_inner().id);
    }

    let ktp = Document::ktp(files[1].clone(), "1234567890123456");
    let owner = Contact::builder()
        .documents([ktp])
        .email("owner@example.com")
        .name("Contoh Saja")
        .nationality("ID")
        .phone_calling_code("62")
        .phone_number("81987654321")
        .position(Position::Owner)
        .primary(true)
        .owner_liveness(files[2].clone())
        .build();
    let business = Business::builder()
        .callback_url(callback_url)
        .name("Warung Contoh")
        .email("warung@example.com")
        .phone_calling_code("62")
        .phone_number("81234567890")
        .brands([Brand::builder()
            .name("Warung Contoh")
            .description("Makanan")
            .category(BrandCategory::NonRetail)
            .photo_proofs([files[0].clone().into()])
            .build()])
        .addresses([Address::builder()
            .area("17133 - Kali Baru - Medan Satria - Bekasi - Jawa Barat")
            .country("ID")
            .name("Jalan Contoh 1")
            .primary(true)
            .build()])
        .banks([Bank::builder()
            .account_name("Contoh Saja")
            .account_number("1234567890")
            .bank_id("4")
            .bank_name("BANK BCA")
            .country("ID")
            .currency("IDR")
            .swift_code("014")
            .build()])
        .contacts([owner])
        .build();
    let registration = Registration::builder().business(business).build();
    assert_eq!(requirements.check(&registration), []);
    let reply = &client.register_business(&registration).await.unwrap().business;
    assert_eq!(reply.status, Some(Status::Updating));

    let mut told = Vec::new();
    // No social media was sent, so nothing is told of it.
    while told.len() < CallbackType::all().len() - 1 {
        let received = callbacks.next().await.unwrap().unwrap();
        told.push(received.callback.callback_type);
    }
    assert_eq!(told.last(), Some(&CallbackType::BrandProduct));
    assert!(!told.contains(&CallbackType::BrandSocialMedia));

    let data = client.business_data(&reply.brands[0].id, &query).await.unwrap();
    assert_eq!(data.id, reply.id);
    assert_eq!(data.status, Some(Status::Active));
    assert_eq!(data.brands[0].operational_status, Some(Status::Active));
    assert_eq!(data.brands[0].services[0].status, Status::Active);
    assert_eq!(data.brands[0].shared_key, reply.brands[0].shared_key);
}

#[tokio::test]
async fn a_wrong_key_is_told_as_such() {
    let mock = MockDoku::start().await;
    let environment = Environment::custom(mock.base_url()).unwrap();
    let client_id = mock.credentials().client_id.clone();
    let credentials = doku_partner::Credentials::new(client_id, "SK-marker");
    let client = PartnerClient::builder(environment, credentials).build();
    let error = client.generate_token(&TokenRequest::new()).await.unwrap_err();
    let text = format!("{error} {error:?} {client:?}");
    assert_eq!(error.kind(), ErrorKind::Signature, "{text}");
    assert!(text.contains("invalid_signature: Invalid Header Signature"), "{text}");
    assert!(error.advice().unwrap().contains("secret key"), "{text}");
    assert!(!text.contains("SK-marker"), "{text}");
}

#[tokio::test]
async fn a_host_that_is_down_is_told_as_such() {
    let environment = Environment::custom("http://127.0.0.1:1").unwrap();
    let credentials = doku_partner::Credentials::new("BRN-1", "SK-1");
    let client =
        PartnerClient::builder(environment, credentials).retry(RetryPolicy::never()).build();
    let error = client.generate_token(&TokenRequest::new()).await.unwrap_err();
    assert!(error.to_string().starts_with("Generate Token: no connection: "), "{error}");
}

#[tokio::test]
async fn a_reply_changed_on_the_way_is_not_believed() {
    use doku_partner::{HyperTransport, Transport};

    let mock = MockDoku::start().await;
    let environment = Environment::custom(mock.base_url()).unwrap();
    let inner = HyperTransport::new();
    let client = PartnerClient::builder(environment, mock.credentials().clone())
        .transport(move |request| {
            let sent = inner.send(request);
            async move { Ok(sent.await?.map(|_| bytes::Bytes::from_static(br#"{"token":"x"}"#))) }
        })
        .build();
    let error = client.generate_token(&TokenRequest::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReplySignature, "{error}");
}

#[tokio::test]
async fn the_answer_to_another_request_is_not_believed() {
    use doku_partner::{HyperTransport, Transport};
    use std::sync::{Arc, Mutex};

    let mock = MockDoku::start().await;
    let environment = Environment::custom(mock.base_url()).unwrap();
    let (inner, first) = (HyperTransport::new(), Arc::new(Mutex::new(None)));
    let client = PartnerClient::builder(environment, mock.credentials().clone())
        .transport(move |request| {
            let (sent, first) = (inner.send(request), Arc::clone(&first));
            async move {
                let answer = sent.await?;
                // Whatever is asked, the first answer is given again.
                Ok(first.lock().unwrap().get_or_insert(answer).clone())
            }
        })
        .build();
    client.generate_token(&TokenRequest::new()).await.unwrap();
    let error = client.generate_token(&TokenRequest::new()).await.unwrap_err();
    assert!(error.to_string().contains("the answer to another request"), "{error}");
}
