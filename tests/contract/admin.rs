//! The mock's own surface: who may use it, what it lists, and what it refuses.

use contract::{PNG, Sink, World, refusal, set_header};
use doku_mock::{CallbackFault, FaultKind, MockDoku, StartError};
use doku_partner::callback::CallbackReceiver;
use doku_types::code::CallbackType;
use http::{Method, StatusCode, Uri};
use serde_json::{Value, json};

const TOKEN: &str = "let-me-in";

async fn guarded() -> World {
    World::with(|mock| mock.admin_token(TOKEN)).await
}

#[tokio::test]
async fn with_a_token_only_who_has_it_may_use_the_mock_s_own_surface() {
    let world = guarded().await;
    let ask = async |target: &str, authorization: &[&str]| {
        let mut request = world.plain(Method::GET, target, b"");
        for sent in authorization {
            request.headers_mut().append("authorization", sent.parse().unwrap());
        }
        let reply = world.send(request).await;
        let challenge = reply.headers().get("www-authenticate").cloned();
        assert_eq!(challenge.is_some(), reply.status() == 401, "{target} {authorization:?}");
        reply.status().as_u16()
    };
    let own: Vec<_> = listed(&world).await;
    let paths = own.iter().filter(|listed| listed["method"] == "GET");
    for path in paths.map(|listed| listed["path"].as_str().unwrap()).chain(["/_mock"]) {
        let path = path.replace("{id}", "BSN-1");
        let expected = if path == "/_mock/ready" { 200 } else { 401 };
        assert_eq!(ask(&path, &[]).await, expected, "{path}");
    }
    for (authorization, status) in [
        (&["Bearer let-me-in"][..], 200),
        (&["bearer let-me-in"], 200),
        (&["Bearer let-me-i"], 401),
        (&["Bearer let-me-inn"], 401),
        (&["Bearer LET-ME-IN"], 401),
        (&["Bearer"], 401),
        (&["Bearer "], 401),
        (&["let-me-in"], 401),
        (&["Basic let-me-in"], 401),
        (&["Bearer let-me-in", "Bearer let-me-in"], 401),
    ] {
        assert_eq!(ask("/_mock/clock", authorization).await, status, "{authorization:?}");
    }
    let mut reset = world.plain(Method::POST, "/_mock/reset", b"{}");
    set_header(&mut reset, "content-type", "application/json");
    let reply = world.send(reset.clone()).await;
    let text = String::from_utf8_lossy(reply.body());
    assert!(reply.status() == 401 && text.contains("--admin-token") && !text.contains(TOKEN));
    set_header(&mut reset, "authorization", "Bearer let-me-in");
    assert_eq!(world.send(reset).await.status(), 200);
}

/// What is listed, whoever asks.
async fn listed(world: &World) -> Vec<Value> {
    let mut request = world.plain(Method::GET, "/_mock/", b"");
    set_header(&mut request, "authorization", "Bearer let-me-in");
    let listed = contract::json(&world.send(request).await);
    listed.as_array().unwrap().clone()
}

#[tokio::test]
async fn doku_s_surface_and_links_to_files_need_no_token() {
    let world = guarded().await;
    let papers = world.upload_papers().await;
    let sink = Sink::answering([]).await;
    let registration = world.registration(&papers, &sink.url("/kyb"));
    let business = world.client.register_business(&registration).await.unwrap().into_inner();
    let shown = world.get(&business.business.brands[0].id).await;
    let link: Uri =
        shown["brands"][0]["photo_proofs"][0]["photo"].as_str().unwrap().parse().unwrap();
    let target = link.path_and_query().unwrap().as_str();
    let reply = world.send(world.plain(Method::GET, target, b"")).await;
    assert_eq!((reply.status().as_u16(), reply.body().as_ref()), (200, PNG));
    let forged = target.replace("Signature=", "Signature=A");
    assert_eq!(world.send(world.plain(Method::GET, &forged, b"")).await.status(), 403);
}

#[tokio::test]
async fn beyond_loopback_it_listens_only_with_a_token() {
    let anywhere = || MockDoku::builder().listen("0.0.0.0:0".parse().unwrap());
    let error = anywhere().start().await.unwrap_err();
    assert!(matches!(error, StartError::NotLoopback(_)));
    assert!(error.to_string().contains("--admin-token"), "{error}");
    let mock = anywhere().admin_token(TOKEN).start().await.unwrap();
    assert!(mock.address().ip().is_unspecified());
    for token in ["", " ", "two words", "caf\u{e9}", &"x".repeat(1025)] {
        let error = MockDoku::builder().admin_token(token).start().await.unwrap_err();
        assert!(matches!(error, StartError::AdminToken), "{error}");
    }
    let shown = format!("{:?}", MockDoku::builder().admin_token(TOKEN));
    assert!(!shown.contains(TOKEN), "{shown}");
}

/// A name that a page's owner points at this machine, and a form or fetch of another origin.
#[tokio::test]
async fn a_page_of_another_name_or_origin_can_neither_read_nor_change() {
    for world in [World::new().await, guarded().await] {
        for target in ["/_mock", "/_mock/", "/_mock/ready", "/_mock/metrics", "/_mock/snapshot"] {
            let mut request = world.plain(Method::GET, target, b"");
            set_header(&mut request, "host", "rebound.example");
            set_header(&mut request, "authorization", "Bearer let-me-in");
            assert_eq!(world.send(request).await.status(), 403, "{target}");
        }
        for content_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
            for target in ["/_mock/reset", "/_mock/callbacks", "/_mock/clock/advance"] {
                let mut request = world.plain(Method::POST, target, b"{}");
                set_header(&mut request, "origin", "http://evil.example");
                set_header(&mut request, "authorization", "Bearer let-me-in");
                if let Some(content_type) = content_type {
                    set_header(&mut request, "content-type", content_type);
                }
                assert_eq!(world.send(request).await.status(), 403, "{target} {content_type:?}");
            }
        }
    }
}

#[tokio::test]
async fn readiness_tells_version_and_now_and_the_root_lists_what_is_there() {
    let world = World::new().await;
    let ready = world.own(Method::GET, "ready", None).await;
    let expected = json!({"ready": true, "base_url": "http://doku.test",
        "version": env!("CARGO_PKG_VERSION"), "now": "2026-11-22T03:04:05Z"});
    assert_eq!(ready, (200, expected));
    let listed = listed(&world).await;
    let bare = world.answer(world.plain(Method::GET, "/_mock", b"")).await;
    assert_eq!(bare, (200, json!(listed)));
    for path in ["/_mock/reset", "/_mock/snapshot", "/_mock/metrics", "/_mock/callbacks"] {
        assert!(listed.iter().any(|listed| listed["path"] == path), "{path}");
    }
    // It is the mock's own surface, and not in the journal.
    assert!(world.mock.journal().is_empty());
}

async fn fire(world: &World, document: Value) -> (u16, Value) {
    world.own(Method::POST, "callbacks", Some(&document)).await
}

#[tokio::test]
async fn any_callback_can_be_told_by_hand_and_changes_nothing() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let business = world.registered(&sink).await;
    let before = world.get(&business.brands[0].id).await;
    let receiver = CallbackReceiver::new(world.mock.credentials().clone(), "/kyb");
    for (index, kind) in CallbackType::all().iter().enumerate() {
        let id = if index % 2 == 0 { business.id.as_str() } else { business.brands[0].id.as_str() };
        let fired = json!({"business": id, "type": kind, "status": "REJECTED",
            "reject_notes": ["The photo is blurred"]});
        let number = 11 + index;
        let answer = fire(&world, fired).await;
        assert_eq!(answer, (200, json!({"number": number, "state": "delivered"})), "{kind}");
        let request = sink.requests().pop().unwrap();
        let told = receiver.receive(&request.headers, &request.body).unwrap().callback;
        assert_eq!((&told.callback_type, told.status.as_str()), (kind, "REJECTED"));
        assert_eq!(told.reject_notes, ["The photo is blurred"]);
        assert_eq!(told.business.unwrap().id, business.id);
        assert_eq!(told.brand.unwrap().id, business.brands[0].id);
    }
    let product = world.mock.callbacks().pop().unwrap();
    assert_eq!(product.callback.entity.unwrap().code.as_deref(), Some("QRIS"));
    assert_eq!(world.get(&business.brands[0].id).await, before);
}

#[tokio::test]
async fn a_callback_told_by_hand_lives_as_any_other() {
    let world = World::new().await;
    let sink = Sink::answering(std::iter::repeat_n(200, 10).chain([500])).await;
    let business = world.registered(&sink).await;
    let document = json!({"business": business.id, "type": "BRAND", "status": "ACTIVE"});
    let answer = fire(&world, document.clone()).await;
    assert_eq!(answer, (200, json!({"number": 11, "state": "pending"})));
    world.mock.advance(std::time::Duration::from_secs(1800)).await.unwrap();
    assert_eq!(world.told(10), ["BRAND ACTIVE delivered 500 200"]);
    world.mock.arm(CallbackFault::new(FaultKind::Drop).times(1)).unwrap();
    assert_eq!(fire(&world, document.clone()).await.1["state"], "dropped");
    let hour = std::time::Duration::from_secs(3600);
    world.mock.arm(CallbackFault::new(FaultKind::Delay(hour)).times(1)).unwrap();
    assert_eq!(fire(&world, document).await.1["state"], "pending");
}

#[tokio::test]
async fn what_cannot_be_told_is_refused_with_a_reason() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let business = world.registered(&sink).await;
    let id = &business.id;
    for (document, status, reason) in [
        (json!({"business": id, "type": "BRANDS", "status": "ACTIVE"}), 400, "BRAND_PRODUCT"),
        (json!({"business": id, "type": "BRAND", "status": "FINE"}), 400, "FULL_SUSPENDED"),
        (json!({"business": "BSN-0", "type": "BRAND", "status": "ACTIVE"}), 404, "NOT FOUND"),
        (json!({"business": id, "type": "BRAND"}), 400, "status"),
        (
            json!({"business": id, "type": "BRAND", "status": "ACTIVE", "reject_notes": vec!["x"; 101]}),
            400,
            "100",
        ),
    ] {
        let answer = fire(&world, document).await;
        let texts = refusal(&answer, status);
        assert!(texts[0].contains(reason), "{texts:?}");
    }
    let papers = world.upload_papers().await;
    let mut silent = world.document(&papers, &sink.url("/kyb"));
    silent["business"].as_object_mut().unwrap().remove("callback_url");
    let silent = world.answer(world.register(&silent, None)).await.1["business"]["id"].clone();
    let answer =
        fire(&world, json!({"business": silent, "type": "BRAND", "status": "ACTIVE"})).await;
    assert!(refusal(&answer, 409)[0].contains("callback_url"));
    assert_eq!(world.mock.callbacks().len(), 10, "nothing of it was told");
}

/// Whatever is sent as a parameter, the mock says what is wrong with it.
#[tokio::test]
async fn parameters_beyond_their_bounds_are_refused_and_never_a_failure() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    world.registered(&sink).await;
    let huge = "9".repeat(40);
    for target in [
        "businesses?after=x",
        "businesses?limit=-1",
        "businesses?limit=4294967296",
        &format!("businesses?after={huge}"),
        &format!("callbacks?after=-{huge}"),
        "callbacks?limit=",
    ] {
        assert_eq!(world.own(Method::GET, target, None).await.0, 400, "{target}");
    }
    for target in [
        "businesses?after=-9223372036854775808&limit=4294967295",
        "businesses?after=9223372036854775807",
        "callbacks?after=-9223372036854775808&limit=0",
    ] {
        assert_eq!(world.own(Method::GET, target, None).await.0, 200, "{target}");
    }
    for (target, status) in [
        (format!("callbacks/{huge}/resend"), 400),
        ("callbacks/x/resend".to_owned(), 400),
        ("callbacks/-1/resend".to_owned(), 404),
        ("callbacks/%FF/resend".to_owned(), 400),
    ] {
        let answer = world.own(Method::POST, &target, Some(&json!({}))).await;
        assert!(!refusal(&answer, status).is_empty(), "{target}");
    }
    assert_eq!(world.own(Method::GET, "businesses/%FF", None).await.0, 400);
    let id = world.mock.businesses()[0].clone();
    for decision in [
        json!({"outcome": "approve", "reject_notes": ["x".repeat(10_001)]}),
        json!({"outcome": "x".repeat(5000)}),
    ] {
        let target = format!("businesses/{id}/decide");
        assert_eq!(world.own(Method::POST, &target, Some(&decision)).await.0, 400);
    }
    for by in ["", "-1h", "x", &format!("{huge}h"), "9223372036854775807s", "2562047788015215h"] {
        let answer = world.own(Method::POST, "clock/advance", Some(&json!({"by": by}))).await;
        assert_eq!(answer.0, 400, "{by}: {answer:?}");
    }
    let method = world.plain(Method::PUT, "/_mock/reset", b"{}");
    assert_eq!(world.send(method).await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

/// What `docs/admin.md` prints of a mock with one merchant.
#[tokio::test]
async fn the_page_s_answers_are_those_of_a_mock_with_one_merchant() {
    let page = include_str!("../../docs/admin.md");
    let printed = |after: &str| {
        let answer = page.split(after).nth(1).unwrap().lines().find(|line| line.starts_with('{'));
        serde_json::from_str::<Value>(answer.unwrap()).unwrap()
    };
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    world.registered(&sink).await;
    world.mock.settle().await;
    let document = page.split("-d '").find(|text| text.starts_with("{\"business\""));
    let document: Value =
        serde_json::from_str(document.unwrap().split('\'').next().unwrap()).unwrap();
    let fired = world.own(Method::POST, "callbacks", Some(&document)).await;
    assert_eq!(fired, (200, printed("localhost:8480/_mock/callbacks")));

    let world = World::new().await;
    world.registered(&sink).await;
    world.mock.settle().await;
    let reset = world.own(Method::POST, "reset", Some(&json!({}))).await;
    assert_eq!(reset, (200, printed("localhost:8480/_mock/reset")));
}

#[tokio::test]
async fn businesses_are_listed_in_either_order_and_searched_and_a_link_leads_on() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    for (name, outcome) in
        [("Warung Satu", "approve"), ("Toko Dua", "pending"), ("Warung Tiga", "pending")]
    {
        let mut document = world.document(&papers, &sink.url("/kyb"));
        document["business"]["name"] = name.into();
        assert_eq!(world.answer(world.register(&document, Some(outcome))).await.0, 200);
    }
    let body = include_bytes!("../samples/create-business-lite.request.json");
    let lite = contract::path("/business/lite/registration");
    assert_eq!(world.send(world.signed(Method::POST, &lite, body)).await.status(), 200);
    let list = async |query: &str| {
        let request = world.plain(Method::GET, &format!("/_mock/businesses?{query}"), b"");
        let reply = world.send(request).await;
        assert_eq!(reply.status(), 200, "{query}");
        let listed = contract::json(&reply);
        let numbers = listed.as_array().unwrap().iter().map(|of| of["number"].as_i64().unwrap());
        let link = reply.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        (numbers.collect::<Vec<_>>(), link)
    };
    let id = |n: usize| world.mock.businesses()[n].to_string();
    let brand = world.mock.business(id(1)).unwrap().brands[0].id.to_string();
    for (query, expected) in [
        ("", &[1, 2, 3, 4][..]),
        ("order=newest", &[4, 3, 2, 1]),
        ("order=newest&before=3&after=1", &[2]),
        ("text=WARUNG", &[1, 3, 4]),
        ("text=warung&status=UPDATING&order=newest", &[4, 3]),
        ("text=shop-4", &[4]),
        ("text=", &[1, 2, 3, 4]),
        ("partner=BRN-0001-1700000000000", &[1, 2, 3, 4]),
        ("partner=BRN-0001-2", &[]),
        (&*format!("text={}", id(2)), &[3]),
        (&*format!("text={}&after=3", id(2)), &[]),
        (&*format!("text={brand}"), &[2]),
        (&*format!("text={}", brand.to_lowercase()), &[2]),
        ("text=%25", &[]),
    ] {
        assert_eq!(list(query).await, (expected.to_vec(), None), "{query}");
    }
    let (numbers, link) = list("order=newest&limit=3&text=a").await;
    let next = "</_mock/businesses?order=newest&limit=3&text=a&before=2>; rel=\"next\"";
    assert_eq!((numbers, link.as_deref()), (vec![4, 3, 2], Some(next)));
    let (_, link) = list("limit=2&after=1").await;
    assert_eq!(link.unwrap(), "</_mock/businesses?limit=2&after=3>; rel=\"next\"");
    for (query, reason) in [
        ("order=up", "oldest or newest"),
        ("before=x", "before is not readable"),
        ("status=active", "UPDATING, ACTIVE, REJECTED"),
        (&*format!("text={}", "x".repeat(201)), "200 bytes"),
    ] {
        let answer = world.own(Method::GET, &format!("businesses?{query}"), None).await;
        assert!(refusal(&answer, 400)[0].contains(reason), "{query}: {answer:?}");
    }
}
