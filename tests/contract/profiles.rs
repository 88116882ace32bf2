//! What the two profiles ask of a request: `documented` what DOKU's pages ask, `strict` all.

use bytes::Bytes;
use contract::{World, json, path, refusal};
use doku_mock::Profile;
use http::{Method, Response};
use serde_json::{Value, json};

async fn worlds() -> (World, World) {
    (World::new().await, World::with(|mock| mock.profile(Profile::Strict)).await)
}

async fn register(world: &World, change: impl Fn(&mut Value)) -> Response<Bytes> {
    let papers = world.upload_papers().await;
    let mut document = world.document(&papers, "http://127.0.0.1:1/x");
    change(&mut document);
    world.send(world.register(&document, None)).await
}

fn texts(reply: &Response<Bytes>) -> Vec<String> {
    let answer = (reply.status().as_u16(), json(reply));
    refusal(&answer, 400).into_iter().map(str::to_owned).collect()
}

fn remove(value: &mut Value, field: &str) {
    value.as_object_mut().unwrap().remove(field).expect("a field that is there");
}

#[tokio::test]
async fn what_only_an_assumption_demands_passes_by_documented_and_is_named() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str, &str); 6] = [
        (
            |document| remove(&mut document["business"]["contacts"][0], "owner_liveness"),
            "A26",
            "/business/contacts/0/owner_liveness is mandatory: upload an OWNER_LIVENESS file and name its id",
        ),
        (
            |document| document["business"]["brands"][0]["photo_proofs"] = json!([]),
            "A26",
            "/business/brands/0/photo_proofs is mandatory: send a list with at least one entry",
        ),
        (
            |document| remove(&mut document["business"]["banks"][0], "swift_code"),
            "A26",
            "/business/banks/0/swift_code is mandatory: send a non-empty string or an integer",
        ),
        (
            |document| {
                document["business"]["contacts"][0]["documents"][0]["forms"][0]["value"] =
                    "12".into();
            },
            "A34",
            "/business/contacts/0/documents/0/forms/0/value has 2 characters: send 16 characters",
        ),
        (
            |document| {
                document["business"]["type"] = "CORPORATE".into();
                document["business"]["legal_entity"] = "BLU".into();
            },
            "A34",
            "/business/documents lacks the document IZIN_BLU: upload it and name its id",
        ),
        (
            |document| {
                document["business"]["type"] = "CORPORATE".into();
                document["business"]["legal_entity"] = "BLU".into();
                let file = document["business"]["contacts"][0]["documents"][0]["id"].clone();
                document["business"]["documents"] = json!([{"code": "IZIN_BLU", "id": file}]);
            },
            "A22",
            "/business/documents/0/category is mandatory: send a non-empty string",
        ),
    ];
    for (change, assumption, text) in cases {
        let (documented, strict) = worlds().await;
        let reply = register(&documented, change).await;
        assert_eq!(reply.status(), 200, "{text}: {reply:?}");
        let named = reply.headers()["doku-mock-assumptions"].to_str().unwrap();
        assert!(named.split(',').any(|id| id == assumption), "{text}: {named}");
        let reply = register(&strict, change).await;
        assert_eq!(texts(&reply), [text]);
        let named = reply.headers()["doku-mock-assumptions"].to_str().unwrap();
        assert!(named.split(',').any(|id| id == assumption), "{text}: {named}");
    }
}

#[tokio::test]
async fn both_refuse_what_a_page_refuses() {
    let (documented, strict) = worlds().await;
    let break_it = |document: &mut Value| {
        document["business"]["description"] = "x".repeat(1024).into();
        remove(&mut document["business"]["addresses"][0], "area");
        document["business"]["contacts"][0]["name"] = json!(true);
    };
    for world in [&documented, &strict] {
        assert_eq!(
            texts(&register(world, break_it).await),
            [
                "/business/description has 1024 characters: shorten it to at most 1023",
                "/business/addresses/0/area is mandatory: send a non-empty string",
                "/business/contacts/0/name is a boolean: send a non-empty string",
            ]
        );
    }
}

#[tokio::test]
async fn a_documented_fault_is_told_without_those_that_would_have_passed() {
    let (documented, strict) = worlds().await;
    let break_it = |document: &mut Value| {
        remove(&mut document["business"], "name");
        remove(&mut document["business"]["banks"][0], "swift_code");
    };
    let name = "/business/name is mandatory: send a non-empty string";
    let bank = "/business/banks/0/swift_code is mandatory: send a non-empty string or an integer";
    assert_eq!(texts(&register(&documented, break_it).await), [name]);
    assert_eq!(texts(&register(&strict, break_it).await), [name, bank]);
}

#[tokio::test]
async fn a_waived_fault_of_a_wrong_type_is_refused_all_the_same() {
    let (documented, _) = worlds().await;
    let break_it =
        |document: &mut Value| document["business"]["banks"][0]["swift_code"] = json!([1]);
    let reply = register(&documented, break_it).await;
    assert_eq!(
        texts(&reply),
        ["/business/banks/0/swift_code is a list: send a non-empty string or an integer"]
    );
}

#[tokio::test]
async fn strict_names_every_field_that_no_page_knows_and_documented_ignores_them() {
    let (documented, strict) = worlds().await;
    let add = |document: &mut Value| {
        document["callback"] = json!("x");
        document["business"]["nickname"] = json!({"a": 1});
        document["business"]["contacts"][0]["documents"][0]["forms"][0]["unit"] = json!(1);
        document["business"]["brands"][0]["a/b~c"] = json!(null);
    };
    assert_eq!(register(&documented, add).await.status(), 200);
    let unknown =
        |pointer: &str| format!("{pointer} is a field that DOKU's pages do not know: leave it out");
    let mut told = texts(&register(&strict, add).await);
    told.sort();
    assert_eq!(
        told,
        [
            unknown("/business/brands/0/a~1b~0c"),
            unknown("/business/contacts/0/documents/0/forms/0/unit"),
            unknown("/business/nickname"),
            unknown("/callback"),
        ]
    );
    assert_eq!(strict.mock.businesses(), []);
}

#[tokio::test]
async fn strict_looks_at_every_operation() {
    let (documented, strict) = worlds().await;
    let sample = include_bytes!("../samples/create-business-lite.request.json");
    let mut lite: Value = serde_json::from_slice(sample).unwrap();
    lite["invited_user"]["phone"] = json!("8");
    let lite = serde_json::to_vec(&lite).unwrap();
    let token = br#"{"grant_type":"client_credentials","scope":"all"}"#;
    for (operation, body, pointer) in [
        ("/token", &token[..], "/scope"),
        ("/business/lite/registration", &lite, "/invited_user/phone"),
    ] {
        let request = documented.signed(Method::POST, &path(operation), body);
        assert_eq!(documented.send(request).await.status(), 200);
        let reply = strict.send(strict.signed(Method::POST, &path(operation), body)).await;
        let text = format!("{pointer} is a field that DOKU's pages do not know: leave it out");
        assert_eq!(texts(&reply), [text]);
    }

    for (world, status) in [(&documented, 200), (&strict, 400)] {
        let reply = register(world, |_| {}).await;
        let brand = json(&reply)["business"]["brands"][0]["id"].as_str().unwrap().to_owned();
        let update = json!({"business": {"description": "Teh", "banks": [{"branch": "1",
            "account_name": "a", "account_number": "1", "bank_id": "1", "bank_name": "b",
            "country": "ID", "currency": "IDR", "swift_code": "1"}]}});
        let answer = world.answer(world.update(&brand, &update, None)).await;
        assert_eq!(answer.0, status, "{}", answer.1);
    }
}

/// 60 contacts, each without two of the things that only an assumption demands.
fn many_contacts(document: &mut Value) {
    remove(&mut document["business"]["contacts"][0], "owner_liveness");
    remove(&mut document["business"]["contacts"][0], "position");
    let contact = document["business"]["contacts"][0].clone();
    document["business"]["contacts"] = json!(vec![contact; 60]);
}

#[tokio::test]
async fn however_much_is_waived_hides_nothing_that_is_not() {
    let (documented, strict) = worlds().await;
    let reply = register(&documented, many_contacts).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    let told = texts(&register(&strict, many_contacts).await);
    assert_eq!((told.len(), told[100].as_str()), (101, "there are more faults: mend these first"));

    // An update is judged with all that was registered before it.
    let brand = json(&reply)["business"]["brands"][0]["id"].as_str().unwrap().to_owned();
    let update = json!({"business": {"description": "Teh"}});
    let answer = documented.answer(documented.update(&brand, &update, None)).await;
    assert_eq!(answer.0, 200, "{}", answer.1);

    type Change = fn(&mut Value);
    let cases: [(Change, &str); 3] = [
        (
            |document| remove(&mut document["business"]["contacts"][59], "name"),
            "/business/contacts/59/name is mandatory: send a non-empty string",
        ),
        (
            |document| document["business"]["contacts"][59]["email"] = json!(true),
            "/business/contacts/59/email is a boolean: send a non-empty string",
        ),
        (
            |document| {
                let contact = document["business"]["contacts"][0].clone();
                document["business"]["contacts"] = json!(vec![contact; 120]);
            },
            "/business/contacts has 120 entries: send at most 100",
        ),
    ];
    for (change, text) in cases {
        let reply = register(&documented, |document| {
            many_contacts(document);
            change(document);
        });
        assert_eq!(texts(&reply.await), [text]);
    }
}
