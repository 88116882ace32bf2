//! Create Business Lite: an invitation that its owner completes in DOKU's dashboard, here through
//! the mock's own API (A28).

use contract::{Sink, World, json, path, refusal};
use http::Method;
use serde_json::{Value, json};

/// Ids of an invited business and its brand.
struct Invited {
    business: String,
    brand: String,
}

async fn invited(world: &World) -> Invited {
    let body = include_bytes!("../samples/create-business-lite.request.json");
    let request = world.signed(Method::POST, &path("/business/lite/registration"), body);
    let reply = json(&world.send(request).await);
    let id = |at: &str| reply.pointer(at).and_then(Value::as_str).unwrap().to_owned();
    Invited { business: id("/business/id"), brand: id("/business/brands/0/id") }
}

async fn complete(
    world: &World,
    id: &str,
    document: &Value,
    outcome: Option<&str>,
) -> (u16, Value) {
    // The same document and header as of a registration, without its signature.
    let request = world.register(document, outcome);
    let mut unsigned =
        world.plain(Method::POST, &format!("/_mock/businesses/{id}/complete"), request.body());
    for (name, value) in request.headers() {
        if name == "doku-mock-outcome" {
            unsigned.headers_mut().insert(name, value.clone());
        }
    }
    contract::set_header(&mut unsigned, "content-type", "application/json");
    world.answer(unsigned).await
}

#[tokio::test]
async fn what_its_owner_completes_is_reviewed_under_the_invited_ids_and_key() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let Invited { business, brand } = invited(&world).await;
    let before = world.get(&brand).await;
    assert_eq!((&before["id"], &before["status"]), (&json!(business), &json!("UPDATING")));
    assert_eq!(before["partner_ref_id"], "shop-42");

    let papers = world.upload_papers().await;
    let document = world.document(&papers, &sink.url("/kyb"));
    let (status, completed) = complete(&world, &business, &document, None).await;
    assert_eq!((status, &completed["status"]), (200, &json!("ACTIVE")), "{completed}");
    assert_eq!(world.told(0).len(), 10);
    assert_eq!(world.told(0)[0], "BUSINESS_CONTACT APPROVED delivered 200");

    let after = world.get(&brand).await;
    assert_eq!(after["id"], business);
    assert_eq!(after["brands"][0]["id"], brand);
    assert_eq!(after["brands"].as_array().unwrap().len(), 1);
    assert!(after["brands"][0]["shared_key"].as_str().unwrap().starts_with("SK-"));
    assert_eq!(after["partner_ref_id"], "shop-42");
    assert_eq!(after, completed, "the owner is shown what the partner is");

    // From here on it is a business as any other, its key included.
    let update = json!({"business": {"description": "Teh"}});
    let (status, reply) = world.answer(world.update(&brand, &update, None)).await;
    let key = &after["brands"][0]["shared_key"];
    assert_eq!((status, &reply["business"]["brands"][0]["shared_key"]), (200, key));
    assert_eq!(world.get(&brand).await["partner_ref_id"], "shop-42");
}

#[tokio::test]
async fn a_completion_has_an_outcome_of_its_own() {
    for by_tag in [false, true] {
        let world = World::new().await;
        let sink = Sink::answering([]).await;
        let Invited { business, brand } = invited(&world).await;
        let papers = world.upload_papers().await;
        let mut document = world.document(&papers, &sink.url("/kyb"));
        let mut header = Some("reject.BUSINESS_BANK");
        if by_tag {
            header = None;
            document["business"]["email"] = "w+kyb.reject.BUSINESS_BANK@example.com".into();
        }
        let (status, _) = complete(&world, &brand, &document, header).await;
        assert_eq!((status, &world.get(&brand).await["status"]), (200, &json!("REJECTED")));
        assert!(world.told(0)[3].starts_with("BUSINESS_BANK REJECTED"), "{:?}", world.told(0));
        assert_eq!(world.mock.business(&business).unwrap().status.unwrap().to_string(), "REJECTED");
    }
}

#[tokio::test]
async fn a_business_is_completed_once() {
    let world = World::new().await;
    let Invited { business, brand } = invited(&world).await;
    let papers = world.upload_papers().await;
    let document = world.document(&papers, "http://127.0.0.1:1/x");
    assert_eq!(complete(&world, &business, &document, None).await.0, 200);
    let before = world.get(&brand).await;
    let again = complete(&world, &business, &document, None).await;
    let reason = "the business is complete already: change it with an update";
    assert_eq!(refusal(&again, 409), [reason]);
    assert_eq!(world.get(&brand).await, before);

    let registered = world.answer(world.register(&document, None)).await.1;
    let id = registered["business"]["id"].as_str().unwrap();
    assert_eq!(refusal(&complete(&world, id, &document, None).await, 409), [reason]);
    let nobody = complete(&world, "BSN-0001-1", &document, None).await;
    assert_eq!(refusal(&nobody, 404), ["BUSINESS NOT FOUND"]);
}

#[tokio::test]
async fn a_completion_with_faults_is_refused_by_their_pointers_and_changes_nothing() {
    let world = World::new().await;
    let Invited { business, brand } = invited(&world).await;
    let papers = world.upload_papers().await;
    let whole = world.document(&papers, "http://127.0.0.1:1/x");
    let before = world.get(&brand).await;

    let mut nameless = whole.clone();
    nameless["business"].as_object_mut().unwrap().remove("name");
    let answer = complete(&world, &business, &nameless, None).await;
    assert_eq!(refusal(&answer, 400), ["/business/name is mandatory: send a non-empty string"]);

    let mut unknown = whole.clone();
    unknown["business"]["brands"][0]["photo_proofs"][0]["id"] = "DCM-0001-1".into();
    let answer = complete(&world, &business, &unknown, None).await;
    let text = "/business/brands/0/photo_proofs/0/id names no uploaded file: upload it first and send the id of the reply";
    assert_eq!(refusal(&answer, 400), [text]);

    let answer = complete(&world, &business, &whole, Some("reject.KTP")).await;
    assert!(refusal(&answer, 400)[0].contains("`reject.KTP` is no outcome"));
    let answer = complete(&world, &business, &whole, Some("product.reject.VA")).await;
    let text = "product.reject.VA does not apply: no brand has that service";
    assert_eq!(refusal(&answer, 409), [text]);

    assert_eq!(world.get(&brand).await, before);
    assert_eq!(world.told(0), [""; 0]);
    assert_eq!(complete(&world, &business, &whole, None).await.0, 200);
}

#[tokio::test]
async fn until_it_is_complete_there_is_nothing_to_update_or_to_decide() {
    let world = World::new().await;
    let Invited { business, brand } = invited(&world).await;
    let before = world.get(&brand).await;
    let update = json!({"business": {"name": "Warung baru"}});
    let answer = world.answer(world.update(&brand, &update, None)).await;
    let text = "/business is not complete: its owner has to complete the invitation first";
    assert_eq!(refusal(&answer, 400), [text]);
    for outcome in ["approve", "pending", "reject.BUSINESS", "suspend", "activate"] {
        let decide = format!("businesses/{business}/decide");
        let answer = world.own(Method::POST, &decide, Some(&json!({"outcome": outcome}))).await;
        let text =
            "the business was only invited, so there is nothing to decide: complete it first";
        assert_eq!(refusal(&answer, 409), [text], "{outcome}");
    }
    assert_eq!(world.get(&brand).await, before);
    assert_eq!(world.told(0), [""; 0]);
}

#[tokio::test]
async fn an_invited_business_never_shows_its_key_before_it_is_complete() {
    let world = World::new().await;
    let Invited { business, brand } = invited(&world).await;
    let (_, shown) = world.own(Method::GET, &format!("businesses/{business}"), None).await;
    for text in [shown.to_string(), world.get(&brand).await.to_string()] {
        assert!(!text.contains("SK-"), "{text}");
    }
}

#[tokio::test]
async fn a_completion_names_the_assumptions_that_its_data_does_not_meet() {
    let world = World::new().await;
    let Invited { business, .. } = invited(&world).await;
    let papers = world.upload_papers().await;
    let mut document = world.document(&papers, "http://127.0.0.1:1/x");
    document["business"].as_object_mut().unwrap().remove("contacts");
    let body = serde_json::to_vec(&document).unwrap();
    let path = format!("/_mock/businesses/{business}/complete");
    let mut request = world.plain(Method::POST, &path, &body);
    contract::set_header(&mut request, "content-type", "application/json");
    let reply = world.send(request).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    assert_eq!(reply.headers()["doku-mock-assumptions"], "A26");
}
