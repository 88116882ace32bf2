//! Update Business Data (A08): what is sent meets what is stored, and only what has changed is
//! judged and told again.

use contract::{Sink, World, path, refusal};
use doku_partner::Credentials;
use doku_types::{
    code::DocumentCode,
    partner::{file::FilePurpose, registration::RegisteredBusiness, update::Update},
};
use http::Method;
use serde_json::json;

use crate::snapshot;

/// A business of which this outcome has come true.
async fn registered(world: &World, outcome: &str) -> (RegisteredBusiness, Sink) {
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    let document = world.document(&papers, &sink.url("/kyb"));
    let (status, reply) = world.answer(world.register(&document, Some(outcome))).await;
    assert_eq!(status, 200, "{reply}");
    (serde_json::from_value(reply["business"].clone()).unwrap(), sink)
}

#[tokio::test]
async fn a_new_document_heals_its_rejection_and_only_what_hangs_on_it_is_told_again() {
    let world = World::new().await;
    let (business, sink) = registered(&world, "reject.BUSINESS_DOCUMENT").await;
    let brand = &business.brands[0].id;
    let told = world.told(0).len();
    assert_eq!(world.get(brand).await["status"], "REJECTED");

    let contact = world.get(brand).await["contacts"][0].clone();
    let ktp = world.upload(FilePurpose::document(DocumentCode::Ktp)).await;
    let forms = &contact["documents"][0]["forms"];
    let update = json!({"business": {"contacts": [{"id": contact["id"], "documents":
        [{"id": ktp, "code": "KTP", "category": "DOCUMENT", "forms": forms}]}]}});
    let (status, reply) = world.answer(world.update(brand, &update, None)).await;
    assert_eq!((status, &reply["business"]["status"]), (200, &json!("UPDATING")));
    assert_eq!(
        world.told(told),
        [
            "BUSINESS_DOCUMENT APPROVED KTP delivered 200",
            "BUSINESS ACTIVE delivered 200",
            "BRAND.OPERATIONAL_STATUS ACTIVE delivered 200",
            "BRAND_PRODUCT ACTIVE QRIS delivered 200",
        ]
    );
    assert_eq!(sink.requests().len(), world.told(0).len());
    let data = world.get(brand).await;
    assert_eq!(data["status"], "ACTIVE");
    assert_eq!(data.get("reject_notes"), None);
    // All that was left out of the entry is as it was.
    assert_eq!(data["contacts"][0]["id"], contact["id"]);
    assert_eq!(data["contacts"][0]["name"], "John Doe");
    assert_eq!(data["contacts"][0]["owner_liveness"], contact["owner_liveness"]);
    assert_eq!(data["contacts"][0]["documents"][0]["id"], ktp.as_str());
    assert_eq!(data["contacts"][0]["documents"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_list_is_replaced_and_an_entry_by_its_id_keeps_what_it_leaves_out() {
    let world = World::new().await;
    let (business, _sink) = registered(&world, "approve").await;
    let brand = &business.brands[0].id;
    let before = world.get(brand).await;
    let media = &before["brands"][0]["social_media"];
    let bank = &before["banks"][0];
    let update = json!({"business": {
        "banks": [
            {"account_name": "Siti", "account_number": "7", "bank_id": "2", "bank_name": "BANK MANDIRI", "country": "ID", "currency": "IDR", "swift_code": "008"},
            {"id": bank["id"], "account_number": "555"},
        ],
        "brands": [{"id": brand, "social_media": [media[1]]}],
    }});
    let told = world.told(0).len();
    let (status, reply) = world.answer(world.update(brand, &update, None)).await;
    assert_eq!(status, 200, "{reply}");

    let after = world.get(brand).await;
    let banks = after["banks"].as_array().unwrap();
    assert_eq!(banks.len(), 2);
    assert_eq!(banks[0]["account_name"], "Siti");
    assert!(banks[0]["id"].as_str().unwrap().starts_with("BNK-"));
    for kept in ["id", "account_name", "bank_id", "bank_name", "country", "swift_code"] {
        assert_eq!(banks[1][kept], bank[kept], "{kept}");
    }
    assert_eq!(banks[1]["account_number"], "555");
    assert_eq!(after["brands"][0]["social_media"], json!([media[1]]));
    for field in ["addresses", "name", "email", "callback_url"] {
        assert_eq!(after[field], before[field], "{field} was not sent");
    }
    assert_eq!(
        after["brands"][0]["photo_proofs"][0]["id"],
        before["brands"][0]["photo_proofs"][0]["id"]
    );
    assert_eq!(
        world.told(told),
        [
            "BUSINESS_BANK APPROVED delivered 200",
            "BRAND_SOCIAL_MEDIA APPROVED FACEBOOK delivered 200",
            "BUSINESS ACTIVE delivered 200",
            "BRAND ACTIVE delivered 200",
            "BRAND.OPERATIONAL_STATUS ACTIVE delivered 200",
        ]
    );
}

#[tokio::test]
async fn the_files_id_and_the_photos_id_name_the_same_photo() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    let document = world.document(&papers, &sink.url("/kyb"));
    let (_, reply) = world.answer(world.register(&document, None)).await;
    let brand = reply["business"]["brands"][0]["id"].as_str().unwrap();
    let shown = world.get(brand).await["brands"][0]["photo_proofs"].clone();
    let told = world.told(0).len();
    for same in [json!(papers.photo_proof), shown[0]["id"].clone()] {
        let update =
            json!({"business": {"brands": [{"id": brand, "photo_proofs": [{"id": same}]}]}});
        let (status, reply) = world.answer(world.update(brand, &update, None)).await;
        assert_eq!(status, 200, "{reply}");
        assert_eq!(world.get(brand).await["brands"][0]["photo_proofs"], shown);
    }
    assert_eq!(world.told(told), [""; 0], "the photo is the one that was there");

    // Beside it a new one: its file's id gives a photo of its own.
    let file = world.upload(FilePurpose::photo_proof()).await;
    let update =
        json!({"business": {"brands": [{"id": brand, "photo_proofs": [shown[0], {"id": file}]}]}});
    let (status, reply) = world.answer(world.update(brand, &update, None)).await;
    assert_eq!(status, 200, "{reply}");
    let photos = world.get(brand).await["brands"][0]["photo_proofs"].clone();
    assert_eq!(photos[0]["id"], shown[0]["id"]);
    assert!(photos[1]["id"].as_str().unwrap().starts_with("PHP-"));
    assert!(photos[1]["photo"].as_str().unwrap().contains(file.as_str()));
    assert_eq!(world.told(told)[0], "BRAND_PHOTO_PROOF APPROVED delivered 200");
}

#[tokio::test]
async fn what_cannot_be_updated_is_refused_by_its_pointer_and_changes_nothing() {
    let world = World::new().await;
    let (business, _sink) = registered(&world, "approve").await;
    let brand = &business.brands[0].id;
    let before = world.get(brand).await;
    let contact = &before["contacts"][0]["id"];
    let entry =
        "names no stored entry: send an id that Get Business Data shows, or none for a new entry";
    let file = "names no uploaded file: upload it first and send the id of the reply";
    for (update, faults) in [
        (
            json!({"brands": [{"id": brand, "photo_proofs": [{"id": "DCM-0001-1"}]}]}),
            vec![format!("/business/brands/0/photo_proofs/0/id {file}")],
        ),
        (
            json!({"contacts": [{"id": contact, "owner_liveness": {"id": "CNT-0001-1"}}]}),
            vec![format!("/business/contacts/0/owner_liveness/id {file}")],
        ),
        (
            json!({"brands": [{"id": brand, "photo_proofs": [{"id": "PHP-0001-1"}]}]}),
            vec![format!("/business/brands/0/photo_proofs/0/id {entry}")],
        ),
        (
            json!({"addresses": [{"id": "ADR-1"}], "banks": [{"id": "BNK-1"}], "contacts": [{"id": "CNT-1"}]}),
            vec![
                format!("/business/addresses/0/id {entry}"),
                format!("/business/banks/0/id {entry}"),
                format!("/business/contacts/0/id {entry}"),
            ],
        ),
        (
            json!({"contacts": [{"id": contact}, {"id": contact}]}),
            vec!["/business/contacts/1/id names an entry for the second time: send each entry once".to_owned()],
        ),
        (
            json!({"brands": [{"name": "Warung dua", "description": "Teh", "category": "RETAIL",
                "photo_proofs": [{"id": before["contacts"][0]["documents"][0]["id"]}]}]}),
            vec!["/business/brands leaves out a brand, which cannot be removed: send every stored brand, an unchanged one with its id alone".to_owned()],
        ),
    ] {
        let answer = world.answer(world.update(brand, &json!({"business": update}), None)).await;
        assert_eq!(refusal(&answer, 400), faults, "{update}");
    }
    for (pointer, update) in [
        ("/business/description", json!({"business": {"description": null}})),
        ("/business/banks", json!({"business": {"banks": null}})),
        (
            "/business/contacts/0/name",
            json!({"business": {"contacts": [{"id": contact, "name": null}]}}),
        ),
    ] {
        let answer = world.answer(world.update(brand, &update, None)).await;
        let texts = refusal(&answer, 400);
        assert!(
            texts.len() == 1 && texts[0].starts_with(&format!("{pointer} is null")),
            "{texts:?}"
        );
    }
    // Links are signed anew for each reply, at the same instant the same.
    assert_eq!(world.get(brand).await, before);
    assert_eq!(world.told(0).len(), 10);
}

#[tokio::test]
async fn a_brand_of_nobody_or_of_another_partner_is_not_found() {
    let ours = Credentials::new(doku_mock::DEFAULT_CLIENT_ID, doku_mock::DEFAULT_SECRET_KEY);
    let other = Credentials::new("BRN-other", "SK-other");
    let world = World::with(|mock| mock.partner(ours).partner(other.clone())).await;
    let update = json!({"business": {"name": "Warung lain"}});
    let answer = world.answer(world.update("BRN-0001-1", &update, None)).await;
    assert_eq!(refusal(&answer, 404), ["BUSINESS NOT FOUND"]);

    let (business, _sink) = registered(&world, "approve").await;
    let brand = &business.brands[0].id;
    let body = serde_json::to_vec(&update).unwrap();
    let path = path(&format!("/business/{brand}"));
    let mut request = world.plain(Method::PUT, &path, &body);
    let signed = other.sign_request(&Method::PUT, &path, &body, "foreign-1", world.mock.now());
    signed.write(request.headers_mut(), doku_signing::non_snap::Form::Request).unwrap();
    let answer = world.answer(request).await;
    assert_eq!(refusal(&answer, 404), ["BUSINESS NOT FOUND"]);
    assert_eq!(world.get(brand).await["name"], "Warung Contoh");
}

#[tokio::test]
async fn an_update_that_changes_nothing_tells_nothing() {
    let world = World::new().await;
    let (business, _sink) = registered(&world, "approve").await;
    let brand = &business.brands[0].id;
    let before = world.get(brand).await;
    let same = json!({"business": {"name": "Warung Contoh", "addresses": before["addresses"],
        "contacts": [{"id": before["contacts"][0]["id"]}]}});
    let empty = json!({"business": {}});
    for update in [&same, &empty] {
        let (status, reply) = world.answer(world.update(brand, update, None)).await;
        assert_eq!((status, &reply["business"]["status"]), (200, &json!("ACTIVE")), "{reply}");
    }
    let answer = world.answer(world.update(brand, &empty, Some("reject.BUSINESS_BANK"))).await;
    assert_eq!(
        refusal(&answer, 400),
        [
            "reject.BUSINESS_BANK does not apply: nothing of BUSINESS_BANK was submitted or changed, so it is not judged; leave it out or send that part"
        ]
    );
    assert_eq!(world.told(0).len(), 10);
    assert_eq!(world.get(brand).await, before);
}

#[tokio::test]
async fn a_new_callback_url_takes_the_callbacks_that_follow() {
    let world = World::new().await;
    let (business, first) = registered(&world, "approve").await;
    let brand = &business.brands[0].id;
    let second = Sink::answering([]).await;
    let update = json!({"business": {"callback_url": second.url("/other")}});
    let (status, _) = world.answer(world.update(brand, &update, None)).await;
    assert_eq!((status, first.requests().len(), second.requests().len()), (200, 10, 0));
    assert_eq!(world.get(brand).await["callback_url"], second.url("/other"));

    let update = json!({"business": {"description": "Nasi goreng"}});
    world.answer(world.update(brand, &update, None)).await;
    assert_eq!((first.requests().len(), second.requests().len()), (10, 2));
    assert!(second.requests().iter().all(|request| request.target == "/other"));
}

#[tokio::test]
async fn what_was_read_is_sent_back_with_one_thing_changed() {
    let world = World::new().await;
    let papers = world.upload_papers().await;
    let registration = world.registration(&papers, "https://partner.example/doku/callbacks");
    let business = &world.client.register_business(&registration).await.unwrap().business;
    let brand = &business.brands[0].id;
    let read = world.mock.business(brand).unwrap();
    let mut update: Update = read.into_update();
    update.business.description = Some("Nasi goreng and tea".to_owned());
    world.client.update_business(brand, &update).await.unwrap();
    snapshot!("update_business_data", world.exchanges.last());
    let data = world.get(brand).await;
    assert_eq!(data["description"], "Nasi goreng and tea");
    assert_eq!(world.mock.callbacks().len(), 12, "only the business and the operational status");
}
