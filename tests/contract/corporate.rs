//! A company, from what it has to show to the verdict on it (A22).

use contract::{PNG, Sink, World, path};
use doku_mock::Profile;
use doku_types::{code::DocumentCode, partner::file::FilePurpose};
use http::Method;
use serde_json::{Value, json};

/// Asks what a company needs and uploads it: the codes of its documents with their files' ids.
async fn papers(world: &World) -> (Vec<Value>, Value, Value) {
    let query = "businessType=CORPORATE&businessLegalEntity=PT&brandBusinessLine=RETAIL&businessContactNationality=ID";
    let asked = world.signed(Method::GET, &format!("{}?{query}", path("/file")), b"");
    let (status, needed) = world.answer(asked).await;
    assert_eq!(status, 200, "{needed}");
    let codes = |list: &Value| -> Vec<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|file| file["code"].as_str().unwrap().to_owned()).collect()
    };
    let mut company = Vec::new();
    for code in codes(&needed["business"]["documents"]) {
        let id = world.upload(FilePurpose::document(code.as_str().into())).await;
        company.push(json!({"code": code, "category": "DOCUMENT", "id": id}));
    }
    assert_eq!(codes(&needed["business"]["contact"]["documents"]), ["KTP"]);
    let ktp = json!({"code": "KTP", "category": "DOCUMENT", "forms": [{"code": "NO_KTP", "value": "1234567890123456"}],
        "id": world.upload(FilePurpose::document(DocumentCode::Ktp)).await});
    let photo = json!({"id": world.upload(FilePurpose::photo_proof()).await});
    (company, ktp, photo)
}

/// The sample as a company's registration. It has no owner whose face could be shown.
async fn company(world: &World, sink: &Sink) -> Value {
    let (documents, ktp, photo) = papers(world).await;
    let sample = include_bytes!("../samples/business-registration.request.json");
    let mut company: Value = serde_json::from_slice(sample).unwrap();
    let business = &mut company["business"];
    business["type"] = "CORPORATE".into();
    business["legal_entity"] = "PT".into();
    business["callback_url"] = sink.url("/kyb").into();
    business["documents"] = documents.into();
    business["brands"][0]["photo_proofs"] = json!([photo]);
    business["contacts"][0]["documents"] = json!([ktp]);
    business["contacts"][0].as_object_mut().unwrap().remove("owner_liveness");
    company
}

async fn strict() -> World {
    World::with(|mock| mock.profile(Profile::Strict)).await
}

#[tokio::test]
async fn a_company_with_all_that_is_asked_of_it_is_approved() {
    let world = strict().await;
    let sink = Sink::answering([]).await;
    let company = company(&world, &sink).await;
    let (status, reply) = world.answer(world.register(&company, None)).await;
    assert_eq!(status, 200, "{reply}");
    let data = world.get(reply["business"]["brands"][0]["id"].as_str().unwrap()).await;
    assert_eq!(data["status"], "ACTIVE");
    assert_eq!(data["type"], "CORPORATE");
    assert_eq!(data["legal_entity"]["code"], "PT");
    let documents = data["documents"].as_array().unwrap();
    let codes: Vec<_> =
        documents.iter().map(|document| document["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["AKTA_PENDIRIAN_PERUSAHAAN", "COMPANY_REGISTRATION", "IZIN_USAHA"]);
    for document in documents {
        let link: http::Uri = document["link"].as_str().unwrap().parse().unwrap();
        let target = link.path_and_query().unwrap().as_str();
        assert_eq!(world.send(world.plain(Method::GET, target, b"")).await.body(), PNG);
    }
    // One verdict on all four documents, so it names none of them.
    assert_eq!(world.told(0)[2], "BUSINESS_DOCUMENT APPROVED delivered 200");
    assert_eq!(world.told(0).len(), 10);
}

#[tokio::test]
async fn a_companys_document_is_rejected_and_healed_as_a_document_of_the_business() {
    let world = strict().await;
    let sink = Sink::answering([]).await;
    let company = company(&world, &sink).await;
    let rejected = world.register(&company, Some("reject.BUSINESS_DOCUMENT"));
    let (_, reply) = world.answer(rejected).await;
    let brand = reply["business"]["brands"][0]["id"].as_str().unwrap();
    let before = world.get(brand).await;
    assert_eq!(before["status"], "REJECTED");
    assert_eq!(before["reject_notes"], json!(["The document is not readable: upload a clear one"]));
    let told = world.told(0).len();

    let mut documents = before["documents"].clone();
    let deed = world.upload(FilePurpose::document(DocumentCode::AktaPendirianPerusahaan)).await;
    documents[0] = json!({"code": "AKTA_PENDIRIAN_PERUSAHAAN", "category": "DOCUMENT", "id": deed});
    // The others by their files alone: what is stored of them stays.
    for index in [1, 2] {
        documents[index] = json!({"id": documents[index]["id"]});
    }
    let update = json!({"business": {"documents": documents}});
    let (status, reply) = world.answer(world.update(brand, &update, None)).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(
        world.told(told),
        [
            "BUSINESS_DOCUMENT APPROVED delivered 200",
            "BUSINESS ACTIVE delivered 200",
            "BRAND.OPERATIONAL_STATUS ACTIVE delivered 200",
            "BRAND_PRODUCT ACTIVE QRIS delivered 200",
        ]
    );
    let after = world.get(brand).await;
    assert_eq!(after["status"], "ACTIVE");
    assert_eq!(after["documents"][0]["id"], deed.as_str());
    for index in [1, 2] {
        assert_eq!(after["documents"][index], before["documents"][index]);
    }
}

#[tokio::test]
async fn a_company_cannot_update_a_needed_document_away() {
    let world = strict().await;
    let sink = Sink::answering([]).await;
    let company = company(&world, &sink).await;
    let (_, reply) = world.answer(world.register(&company, None)).await;
    let brand = reply["business"]["brands"][0]["id"].as_str().unwrap();
    let before = world.get(brand).await;
    let kept = json!([{"id": before["documents"][0]["id"]}, {"id": before["documents"][1]["id"]}]);
    let answer =
        world.answer(world.update(brand, &json!({"business": {"documents": kept}}), None)).await;
    let text = "/business/documents lacks the document IZIN_USAHA: upload it and name its id";
    assert_eq!(contract::refusal(&answer, 400), [text]);
    assert_eq!(world.get(brand).await, before);
}
