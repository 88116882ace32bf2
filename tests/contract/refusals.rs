//! Bodies and queries that are refused behind the gateway, and the exact answer.

use contract::{World, assert_answer, path, render_head};
use doku_mock::{DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY, Profile};
use doku_partner::Credentials;
use doku_types::{
    BrandId,
    partner::{registration::Registration, requirements::RequirementsQuery},
};
use http::Method;
use serde_json::json;

/// A mock that refuses every fault.
async fn strict() -> World {
    World::with(|builder| builder.profile(Profile::Strict)).await
}

#[tokio::test]
async fn a_body_that_is_too_large_too_deep_or_cut_off_is_refused() {
    let world = World::new().await;
    let send = |body: Vec<u8>| {
        let world = &world;
        async move { world.send(world.signed(Method::POST, &path("/business"), &body)).await }
    };
    let at_limit = send(vec![b' '; 1 << 20]).await;
    let message =
        "the document is not readable: the document ends too early at line 1 column 1048576";
    assert_answer(&at_limit, 400, &json!({"message": [message]}).to_string());

    let larger = send(vec![b' '; (1 << 20) + 1]).await;
    assert_answer(&larger, 413, r#"{"message":["THE BODY IS LARGER THAN 1048576 BYTES"]}"#);

    let deep = send("[".repeat(200_000).into_bytes()).await;
    let message = "the document is not readable: nesting too deep at line 1 column 128";
    assert_answer(&deep, 400, &json!({"message": [message]}).to_string());

    let cut = send(br#"{"business":"#.to_vec()).await;
    let message = "the document is not readable: the document ends too early at line 1 column 12";
    assert_answer(&cut, 400, &json!({"message": [message]}).to_string());

    let empty = send(Vec::new()).await;
    let message = "the document is not readable: the document ends too early at line 1 column 0";
    assert_answer(&empty, 400, &json!({"message": [message]}).to_string());
}

#[tokio::test]
async fn a_chunked_body_is_cut_off_at_the_limit_too() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let world = World::new().await;
    let request = world.signed(Method::POST, &path("/business"), b"x");
    let head = render_head(&request).replace("content-length: 1", "transfer-encoding: chunked");
    let mut socket = tokio::net::TcpStream::connect(world.mock.address()).await.unwrap();
    socket.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..17 {
        socket.write_all(chunk.as_bytes()).await.unwrap();
    }
    socket.write_all(b"0\r\n\r\n").await.unwrap();
    let mut reply = vec![0; 4096];
    let length = socket.read(&mut reply).await.unwrap();
    assert!(reply[..length].starts_with(b"HTTP/1.1 413 "));
}

#[tokio::test]
async fn one_partners_files_and_businesses_do_not_exist_for_another() {
    let other = Credentials::new("BRN-other", "SK-other");
    let ours = Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY);
    let world = World::with(|builder| builder.partner(ours).partner(other.clone())).await;
    let papers = world.upload_papers().await;
    let registration = world.registration(&papers, "http://127.0.0.1:1/x");
    let brand =
        world.client.register_business(&registration).await.unwrap().business.brands[0].id.clone();

    let stranger = world.client_of(other);
    let query = RequirementsQuery::personal();
    for brand in [&brand, &BrandId::from("BRN-nobody")] {
        let error = stranger.business_data(brand, &query).await.unwrap_err();
        assert!(error.to_string().contains("HTTP 404: BUSINESS NOT FOUND"), "{error}");
    }
    let error = stranger.register_business(&registration).await.unwrap_err().to_string();
    for pointer in [
        "/business/brands/0/photo_proofs/0/id",
        "/business/contacts/0/documents/0/id",
        "/business/contacts/0/owner_liveness/id",
    ] {
        let fault = format!("{pointer} names no uploaded file");
        assert!(error.contains(&fault), "{error}");
    }
    world.client.business_data(&brand, &query).await.unwrap();
}

#[tokio::test]
async fn an_unknown_file_is_named_by_its_path() {
    let world = World::new().await;
    let mut papers = world.upload_papers().await;
    papers.ktp = "DCM-0000-0000000000000".into();
    let body = serde_json::to_vec(&world.registration(&papers, "http://127.0.0.1:1/x")).unwrap();
    let reply = world.send(world.signed(Method::POST, &path("/business"), &body)).await;
    assert_answer(
        &reply,
        400,
        r#"{"message":["/business/contacts/0/documents/0/id names no uploaded file: upload it first and send the id of the reply"]}"#,
    );
    assert_eq!(reply.headers()["doku-mock-assumptions"], "A10,A12,A14");
}

#[tokio::test]
async fn every_fault_of_a_registration_is_named_and_no_value_is_shown() {
    let world = strict().await;
    let papers = world.upload_papers().await;
    let mut registration = world.registration(&papers, "partner.example/callbacks");
    registration.business.phone_number = "0812marker".into();
    registration.business.brands[0].description = "marker".repeat(200);
    registration.business.contacts[0].owner_liveness = None;
    registration.business.contacts[0].documents[0].forms[0].value = "marker".into();
    let body = serde_json::to_vec(&registration).unwrap();
    let reply = world.send(world.signed(Method::POST, &path("/business"), &body)).await;
    let first = [
        "/business/brands/0/description has 1200 characters: shorten it to at most 1023",
        "/business/callback_url is not an absolute http or https URL without user name and fragment: send one such as https://shop.example/doku",
        "/business/phone_number is not a local number: send digits only, without country code or leading 0",
        "/business/contacts/0/owner_liveness is mandatory: upload an OWNER_LIVENESS file and name its id",
    ];
    assert_answer(&reply, 400, &json!({"message": first}).to_string());

    // What Check Requirements asks for is looked at once the document itself is right.
    registration.business.callback_url = None;
    registration.business.phone_number = "812".into();
    registration.business.brands[0].description = "x".to_owned();
    registration.business.contacts[0].owner_liveness = Some(papers.owner_liveness.clone().into());
    let body = serde_json::to_vec(&registration).unwrap();
    let reply = world.send(world.signed(Method::POST, &path("/business"), &body)).await;
    let second =
        ["/business/contacts/0/documents/0/forms/0/value has 6 characters: send 16 characters"];
    assert_answer(&reply, 400, &json!({"message": second}).to_string());
}

#[tokio::test]
async fn a_company_needs_its_papers() {
    let world = strict().await;
    let papers = world.upload_papers().await;
    let mut registration = world.registration(&papers, "http://127.0.0.1:1/x");
    registration.business.business_type = "CORPORATE".into();
    registration.business.legal_entity = "PT".into();
    registration.business.contacts[0].nationality = "SG".to_owned();
    let body = serde_json::to_vec(&registration).unwrap();
    let reply = world.send(world.signed(Method::POST, &path("/business"), &body)).await;
    let lacks = |pointer: &str, code: &str| {
        format!("{pointer} lacks the document {code}: upload it and name its id")
    };
    let message = [
        lacks("/business/documents", "AKTA_PENDIRIAN_PERUSAHAAN"),
        lacks("/business/documents", "COMPANY_REGISTRATION"),
        lacks("/business/documents", "IZIN_USAHA"),
        lacks("/business/contacts/0/documents", "KITAS_OR_KITAP"),
    ];
    assert_answer(&reply, 400, &json!({"message": message}).to_string());
}

#[tokio::test]
async fn each_contact_of_a_company_is_judged_by_its_own_nationality() {
    let world = strict().await;
    let papers = world.upload_papers().await;
    let mut registration = world.registration(&papers, "http://127.0.0.1:1/x");
    let business = &mut registration.business;
    business.business_type = "CORPORATE".into();
    business.legal_entity = "BLU".into();
    let paper = |code: &str| {
        let mut paper = business.contacts[0].documents[0].clone();
        paper.code = code.into();
        paper.forms.clear();
        paper
    };
    business.documents = vec![paper("IZIN_BLU")];
    let mut foreigner = business.contacts[0].clone();
    foreigner.nationality = "SG".to_owned();
    // Their KTPs lack the form that a KTP of an Indonesian needs, and need not have it.
    foreigner.documents = vec![paper("KITAS_OR_KITAP"), paper("KTP"), paper("KTP")];
    business.contacts.extend(vec![foreigner; 60]);
    let send = |registration: &Registration| {
        let body = serde_json::to_vec(registration).unwrap();
        let request = world.signed(Method::POST, &path("/business"), &body);
        let world = &world;
        async move { world.send(request).await }
    };
    assert_eq!(send(&registration).await.status(), 200);
    registration.business.contacts[0].nationality = "SG".to_owned();
    let message = "/business/contacts/0/documents lacks the document KITAS_OR_KITAP: upload it and name its id";
    assert_answer(&send(&registration).await, 400, &json!({"message": [message]}).to_string());
}

#[tokio::test]
async fn a_partner_reference_is_used_once() {
    let world = World::new().await;
    let body = include_bytes!("../samples/create-business-lite.request.json");
    let send = || {
        let request = world.signed(Method::POST, &path("/business/lite/registration"), body);
        let world = &world;
        async move { world.send(request).await }
    };
    assert_eq!(send().await.status(), 200);
    assert_answer(&send().await, 400, r#"{"message":["PARTNER REF ID ALREADY USED"]}"#);
}

#[tokio::test]
async fn requirements_are_asked_for_by_four_parameters() {
    let world = World::new().await;
    let ask = |query: &str| {
        let request = world.signed(Method::GET, &format!("{}?{query}", path("/file")), b"");
        let world = &world;
        async move { world.send(request).await }
    };
    let reply = ask("businessType=PERSONAL&brandBusinessLine=RETAIL").await;
    let message = [
        "businessLegalEntity is mandatory: add it to the query",
        "businessContactNationality is mandatory: add it to the query",
    ];
    assert_answer(&reply, 400, &json!({"message": message}).to_string());
    let reply = ask("businessType=STATE&businessLegalEntity=PT&brandBusinessLine=MINING&businessContactNationality=ID").await;
    assert_answer(
        &reply,
        400,
        r#"{"message":["businessType is not known: send PERSONAL or CORPORATE"]}"#,
    );
}

#[tokio::test]
async fn a_megabyte_of_faults_gets_a_short_answer() {
    let world = strict().await;
    for entry in ["{}", "null", "0", "[]"] {
        let entries = vec![entry; 200_000].join(",");
        for list in ["brands", "contacts", "addresses"] {
            let body = format!(r#"{{"business":{{"{list}":[{entries}]}}}}"#);
            let reply =
                world.send(world.signed(Method::POST, &path("/business"), body.as_bytes())).await;
            assert_eq!(reply.status(), 400);
            assert!(reply.body().len() < 20_000, "{} bytes", reply.body().len());
            let text = String::from_utf8_lossy(reply.body()).into_owned();
            assert!(
                text.contains(&format!("/business/{list} has 200000 entries: send at most 100")),
                "{text}"
            );
        }
    }
    let brand =
        r#"{"name":"x","description":"x","category":"RETAIL","photo_proofs":[{"id":"DCM-0"}]}"#;
    let brands = vec![brand; 100].join(",");
    let mut registration: serde_json::Value =
        serde_json::from_slice(include_bytes!("../samples/business-registration.request.json"))
            .unwrap();
    registration["business"]["brands"] = serde_json::from_str(&format!("[{brands}]")).unwrap();
    let body = serde_json::to_vec(&registration).unwrap();
    let reply = world.send(world.signed(Method::POST, &path("/business"), &body)).await;
    let told: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
    let told = told["message"].as_array().unwrap();
    assert_eq!(told.len(), 101);
    assert_eq!(told[100], "there are more faults: mend these first");
}

#[tokio::test]
async fn a_document_that_is_no_object_is_told_what_it_is() {
    let world = World::new().await;
    for (body, what) in
        [("null", "null"), ("[]", "a list"), ("5", "a number"), (r#""{}""#, "a string")]
    {
        let reply =
            world.send(world.signed(Method::POST, &path("/business"), body.as_bytes())).await;
        let message = format!("the document is {what}: send an object");
        assert_answer(&reply, 400, &json!({"message": [message]}).to_string());
    }
}

#[tokio::test]
async fn what_only_replies_have_is_ignored_in_a_request() {
    let world = World::new().await;
    let papers = world.upload_papers().await;
    let registration = world.registration(&papers, "http://127.0.0.1:1/x");
    let mut document = serde_json::to_value(&registration).unwrap();
    let business = &mut document["business"];
    for list in ["addresses", "banks", "contacts"] {
        business[list][0]["id"] = json!(7);
        business[list][0]["status"] = json!({"code": "APPROVED"});
    }
    business["brands"][0]["social_media"][0]["id"] = json!([1]);
    business["contacts"][0]["documents"][0]["link"] = json!(false);
    business["description"] = json!(null);
    let body = serde_json::to_vec(&document).unwrap();
    let reply = world.send(world.signed(Method::POST, &path("/business"), &body)).await;
    assert_eq!(reply.status(), 200, "{:?}", reply.body());
}

#[tokio::test]
async fn type_and_legal_entity_have_to_go_together() {
    let world = World::new().await;
    let papers = world.upload_papers().await;
    for (business_type, legal_entity, message) in [
        ("STATE", "PT", "/business/type is not known: send PERSONAL or CORPORATE"),
        ("PERSONAL", "PT", "/business/legal_entity does not go with PERSONAL: send PERSEORANGAN"),
        (
            "CORPORATE",
            "PERSEORANGAN",
            "/business/legal_entity does not go with CORPORATE: send the company's form, such as PT",
        ),
    ] {
        let mut registration = world.registration(&papers, "http://127.0.0.1:1/x");
        registration.business.business_type = business_type.into();
        registration.business.legal_entity = legal_entity.into();
        let body = serde_json::to_vec(&registration).unwrap();
        let reply = world.send(world.signed(Method::POST, &path("/business"), &body)).await;
        assert_answer(&reply, 400, &json!({"message": [message]}).to_string());
    }
}

#[tokio::test]
async fn a_token_lives_whole_minutes_of_at_most_a_day() {
    let world = World::new().await;
    for valid_time in ["0", "-1", "1441", "x"] {
        let body = format!(r#"{{"grant_type":"client_credentials","valid_time":"{valid_time}"}}"#);
        let reply = world.send(world.signed(Method::POST, &path("/token"), body.as_bytes())).await;
        let message = "/valid_time is not a lifetime: send whole minutes from 1 to 1440";
        assert_answer(&reply, 400, &json!({"message": [message]}).to_string());
        assert_eq!(reply.headers()["doku-mock-assumptions"], "A10,A14,A15");
    }
}

#[tokio::test]
async fn an_invitation_names_what_it_lacks() {
    let world = World::new().await;
    let body = br#"{"business":{"partner_ref_id":"x","name":"x","contact":{"name":"x","email":"x","phone_number":true}},"referral":{"code":"1234567"}}"#;
    let request = world.signed(Method::POST, &path("/business/lite/registration"), body);
    let message = [
        "/business/contact/phone_calling_code is mandatory: send a non-empty string or an integer",
        "/business/contact/phone_number is a boolean: send a non-empty string or an integer",
        "/referral/code has 7 characters: shorten it to at most 6",
        "/invited_user is mandatory: send an object",
    ];
    assert_answer(&world.send(request).await, 400, &json!({"message": message}).to_string());
}
