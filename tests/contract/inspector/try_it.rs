//! The page Try it: a request is composed, looked at and sent.

use std::fmt::Write;

use bytes::Bytes;
use contract::{PNG, Sink, World};
use doku_mock::{DEFAULT_SECRET_KEY, Direction, Fault, Profile};
use doku_partner::Credentials;
use doku_types::partner::endpoint::Endpoint;
use http::{Method, Request, Response, header};

use super::{HOST, ORIGIN, get, post};

const REGISTRATION: &str = "/_mock/ui/try/business-registration";
const UPLOAD: &str = "/_mock/ui/try/upload-file";

fn page_of(operation: Endpoint) -> String {
    format!("/_mock/ui/try/{}", operation.name().to_lowercase().replace(' ', "-"))
}

/// The text of an answer, which is within the bounds of a page and names no key.
fn text(reply: &Response<Bytes>) -> String {
    let page = String::from_utf8(reply.body().to_vec()).unwrap();
    assert!(page.len() < 300 << 10, "{} bytes", page.len());
    assert!(!page.contains(DEFAULT_SECRET_KEY));
    page
}

/// What was written in HTML.
fn plain(html: &str) -> String {
    let html = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    html.replace("&amp;", "&")
}

/// What stands in the page's text area, as a browser has it.
fn typed(page: &str) -> String {
    let (_, after) = page.split_once("<textarea").unwrap();
    let (_, content) = after.split_once('>').unwrap();
    let content = content.split("</textarea>").next().unwrap();
    plain(content.strip_prefix('\n').unwrap())
}

/// What stands in a box of this label.
fn shown(page: &str, label: &str) -> String {
    let (_, after) = page.split_once(&format!("aria-label=\"{label}\"><code>")).unwrap();
    plain(after.split("</code>").next().unwrap())
}

/// The value of an input.
fn input<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = page.split_once(&format!("name=\"{name}\""))?;
    let tag = after.split('>').next()?;
    tag.split_once("value=\"")?.1.split('"').next()
}

#[tokio::test]
async fn each_operation_has_a_page() {
    let world = World::new().await;
    let (status, list) = get(&world, "/_mock/ui/try").await;
    assert_eq!(status, 200);
    for operation in Endpoint::all() {
        let path = page_of(*operation);
        assert!(list.contains(&format!("href=\"{path}\"")), "{path}");
        let (status, page) = get(&world, &path).await;
        assert_eq!(status, 200, "{path}");
        assert!(page.contains(operation.path()) && page.contains(operation.name()));
    }
    for path in ["/_mock/ui/try/x", "/_mock/ui/try/Generate%20Token", "/_mock/ui/try/%ff"] {
        assert_eq!(get(&world, path).await.0, 404, "{path}");
        assert_eq!(post(&world, path, &[("do", "send")]).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn two_clicks_lead_from_an_empty_mock_to_a_registered_business() {
    for profile in [Profile::Documented, Profile::Strict] {
        let world = World::with(|builder| builder.profile(profile)).await;
        let filled = post(&world, REGISTRATION, &[("do", "example")]).await;
        assert_eq!(filled.status(), 200);
        let page = text(&filled);
        assert!(page.contains("three drawings"), "{page}");
        // A token and three files, by DOKU's own operations.
        assert_eq!(world.mock.journal().len(), 4);

        let sent = post(&world, REGISTRATION, &[("body", &typed(&page)), ("do", "send")]).await;
        assert_eq!(sent.status(), 200);
        let page = text(&sent);
        let answer: serde_json::Value =
            serde_json::from_str(&shown(&page, "The body that came back")).unwrap();
        let business = &answer["business"];
        assert_eq!(business["status"], "UPDATING", "{page}");
        let id = business["id"].as_str().unwrap();
        assert!(page.contains(&format!("href=\"/_mock/ui/businesses/{id}\"")));
        assert!(page.contains("href=\"/_mock/ui/exchanges/5\""));
        world.mock.settle().await;
        let known = world.get(business["brands"][0]["id"].as_str().unwrap()).await;
        assert_eq!(known["status"], "ACTIVE", "{known}");
    }
}

#[tokio::test]
async fn every_signed_operation_is_sent_from_its_page_as_the_page_begins() {
    let world = World::new().await;
    let brand = world.registered(&Sink::answering([]).await).await.brands[0].id.to_string();
    for operation in Endpoint::all() {
        if matches!(operation, Endpoint::UploadFile | Endpoint::BusinessRegistration) {
            continue;
        }
        let path = page_of(*operation);
        let (_, page) = get(&world, &format!("{path}?brand={brand}")).await;
        let mut fields = vec![("do", "send".to_owned())];
        if page.contains("<textarea") {
            fields.push(("body", typed(&page)));
        }
        if let Some(brand) = input(&page, "brand") {
            fields.push(("brand", brand.to_owned()));
        }
        for name in ["businessType", "businessLegalEntity", "brandBusinessLine"] {
            let select = page.split_once(&format!("name=\"{name}\"")).map(|(_, after)| after);
            let select = select.and_then(|after| after.split("</select>").next());
            let chosen = select.and_then(|select| select.split_once("\" selected"));
            fields.extend(
                chosen.map(|(before, _)| (name, before.rsplit('"').next().unwrap().to_owned())),
            );
        }
        let nationality = input(&page, "businessContactNationality").map(str::to_owned);
        fields.extend(nationality.map(|code| ("businessContactNationality", code)));
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = text(&post(&world, &path, &fields).await);
        assert!(page.contains("<span class=\"badge good\">200</span>"), "{operation}: {page}");
        // Callbacks may have followed.
        let received = world.mock.journal().into_iter().filter_map(|entry| match entry.direction {
            Direction::Received { operation, .. } => Some((entry.number, operation)),
            _ => None,
        });
        let (number, asked) = received.last().unwrap();
        assert_eq!(asked, Some(*operation));
        assert!(page.contains(&format!("/_mock/ui/exchanges/{number}\"")));
    }
}

#[tokio::test]
async fn to_compose_shows_what_is_signed_and_sends_nothing() {
    let world = World::new().await;
    // As a browser sends what was typed.
    let fields = [
        ("body", "{\"grant_type\":\r\n  \"client_credentials\"}"),
        ("request_id", "mine"),
        ("do", "compose"),
    ];
    let page = text(&post(&world, "/_mock/ui/try/generate-token", &fields).await);
    assert!(world.mock.journal().is_empty() && page.contains("Nothing was sent."));
    let body = "{\"grant_type\":\n  \"client_credentials\"}";
    let digest = doku_signing::Digest::of(body.as_bytes());
    assert_eq!(
        shown(&page, "The string to sign"),
        format!(
            "Client-Id:BRN-0001-1700000000000\nRequest-Id:mine\nRequest-Timestamp:2026-11-22T03:04:05Z\n\
             Request-Target:/adv-core-api/partner/v1.0/token\nDigest:{digest}"
        )
    );
    assert_eq!((typed(&page).as_str(), input(&page, "request_id")), (body, Some("mine")));
    assert!(shown(&page, "The same by curl").contains(&format!("--data-raw '{body}'")));
    // Enter presses the first button.
    let first = page.split("<button").nth(1).unwrap();
    assert!(first.starts_with(" name=\"do\" value=\"compose\""), "{first}");
}

#[tokio::test]
async fn a_body_is_signed_and_sent_as_it_was_typed() {
    let world = World::new().await;
    // As a browser sends lines.
    let typed_in = "\r\n  {\"grant_type\":\r\n \"client_credentials\"} \r\n";
    let body = "\n  {\"grant_type\":\n \"client_credentials\"} \n";
    let path = page_of(Endpoint::GenerateToken);
    let page = text(&post(&world, &path, &[("body", typed_in), ("do", "send")]).await);
    // It is answered with 200: the mock has hashed the same.
    assert!(page.contains("<span class=\"badge good\">200</span>"), "{page}");
    assert_eq!(typed(&page), body);
    let digest = doku_signing::Digest::of(body.as_bytes());
    assert!(shown(&page, "The string to sign").ends_with(&format!("Digest:{digest}")));
    assert_eq!(world.mock.journal()[0].request_body, body);
}

#[tokio::test]
async fn until_a_registration_names_uploaded_files_the_first_button_fills_in_an_example() {
    let world = World::new().await;
    let first = |page: &str| {
        let button = page.split("<button").nth(1).unwrap();
        (button.contains("value=\"example\""), button.contains("class=\"first\""))
    };
    let (_, page) = get(&world, REGISTRATION).await;
    assert_eq!(first(&page), (true, true));
    for body in [typed(&page), String::new()] {
        let page = text(&post(&world, REGISTRATION, &[("body", &body), ("do", "compose")]).await);
        assert_eq!(first(&page), (true, true), "{body}");
        assert_eq!(page.matches("class=\"first\"").count(), 1);
    }
    let page = text(&post(&world, REGISTRATION, &[("do", "example")]).await);
    assert_eq!(first(&page), (false, false));
    let send = page.split("<button").find(|button| button.contains("value=\"send\"")).unwrap();
    assert!(send.contains("class=\"first\"") && page.contains("Fill in an example</button>"));
    // An invitation can be sent as it stands.
    let (_, page) = get(&world, &page_of(Endpoint::CreateBusinessLite)).await;
    assert_eq!(first(&page), (false, false));
}

#[tokio::test]
async fn an_outcome_is_chosen_from_those_there_are_and_a_brand_has_a_hint() {
    let world = World::new().await;
    let (_, page) = get(&world, REGISTRATION).await;
    for outcome in ["approve", "reject.BUSINESS_BANK", "suspend.full"] {
        assert!(page.contains(&format!("<option value=\"{outcome}\"")), "{outcome}: {page}");
    }
    let (_, page) = get(&world, &page_of(Endpoint::GetBusinessData)).await;
    assert!(page.contains("not the BSN- id"), "{page}");
}

#[tokio::test]
async fn what_struck_is_told_and_of_an_answer_the_headers_and_what_it_stands_on() {
    let world = World::new().await;
    let path = page_of(Endpoint::GenerateToken);
    let body = r#"{"grant_type":"client_credentials"}"#;
    let fields = [("body", body), ("do", "send")];
    let page = text(&post(&world, &path, &fields).await);
    let headers = shown(&page, "The headers that came back");
    assert!(headers.contains("\nsignature: HMACSHA256="), "{headers}");
    assert!(!page.contains("Faults that struck it"));
    assert!(page.contains("href=\"/_mock/ui/assumptions#A"), "{page}");

    world.mock.arm("unsigned".parse::<Fault>().unwrap()).unwrap();
    let page = text(&post(&world, &path, &fields).await);
    let headers = shown(&page, "The headers that came back");
    assert!(!headers.contains("signature:") && headers.contains("content-type: "), "{headers}");
    let (_, struck) = page.split_once("<dt>Faults that struck it</dt>").unwrap();
    assert!(struck.split("</dd>").next().unwrap().contains("unsigned"), "{page}");
    assert!(!page.contains("reach only a program"));
}

#[tokio::test]
async fn a_fault_of_the_connection_is_said_not_to_reach_a_page() {
    let world = World::new().await;
    let hint = "reach only a program: use the curl command";
    let (token, data) = (page_of(Endpoint::GenerateToken), page_of(Endpoint::GetBusinessData));
    assert!(get(&world, "/_mock/ui/try").await.1.contains(hint));
    for fault in ["reset.before", "reset.after", "truncate=10", "wrong-length=5", "drip=1ms"] {
        assert!(!get(&world, &token).await.1.contains(hint));
        let fault: Fault = format!("{fault};operation=generate-token").parse().unwrap();
        world.mock.arm(fault.clone()).unwrap();
        assert!(get(&world, &token).await.1.contains(hint), "{fault}");
        assert!(!get(&world, &data).await.1.contains(hint));
        world.mock.disarm();
    }
    world.mock.arm("reset.before".parse::<Fault>().unwrap()).unwrap();
    assert!(get(&world, UPLOAD).await.1.contains(hint));
}

#[tokio::test]
async fn what_comes_back_is_masked_until_it_is_revealed_and_a_token_for_ever() {
    let world = World::new().await;
    let brand = world.registered(&Sink::answering([]).await).await.brands[0].id.to_string();
    let path = page_of(Endpoint::GetBusinessData);
    let masked = text(&post(&world, &path, &[("brand", &brand), ("do", "send")]).await);
    assert!(masked.contains(&brand) && !masked.contains("john@example.com"), "{masked}");
    let fields = [("brand", brand.as_str()), ("do", "send"), ("reveal", "true")];
    let revealed = text(&post(&world, &path, &fields).await);
    assert!(revealed.contains("john@example.com") && revealed.contains("checked"));

    let body = r#"{"grant_type":"client_credentials"}"#;
    let fields = [("body", body), ("do", "send"), ("reveal", "true")];
    let page = text(&post(&world, &page_of(Endpoint::GenerateToken), &fields).await);
    assert!(page.contains("characters›") && !page.contains("eyJ"), "{page}");
}

#[tokio::test]
async fn a_refusal_keeps_what_was_typed() {
    let world = World::new().await;
    let fields =
        [("brand", "BRN-1/x"), ("body", "{\"a\": 1}"), ("outcome", "pending"), ("do", "send")];
    let refused = post(&world, &page_of(Endpoint::UpdateBusinessData), &fields).await;
    assert_eq!(refused.status(), 400);
    let page = text(&refused);
    assert!(page.contains("role=\"alert\"") && page.contains("brand is no id"));
    assert_eq!(typed(&page), "{\"a\": 1}");
    assert_eq!(
        (input(&page, "brand"), input(&page, "outcome")),
        (Some("BRN-1/x"), Some("pending"))
    );
    assert!(world.mock.journal().is_empty());
    // What DOKU's operation refuses is an answer.
    let fields = [("body", "{\"grant_type\": 1}"), ("do", "send")];
    let page = text(&post(&world, &page_of(Endpoint::GenerateToken), &fields).await);
    assert!(page.contains("<span class=\"badge bad\">400</span>") && page.contains("/grant_type"));
    assert_eq!(typed(&page), "{\"grant_type\": 1}");
}

#[tokio::test]
async fn an_example_or_an_upload_whose_token_is_refused_says_so() {
    let world = World::new().await;
    let fault: Fault = "status=503;operation=generate-token".parse().unwrap();
    world.mock.arm(fault).unwrap();
    let refused = post(&world, REGISTRATION, &[("body", "mine"), ("do", "example")]).await;
    assert_eq!(refused.status(), 503);
    let page = text(&refused);
    assert!(page.contains("Generate Token, which comes first, was refused:"), "{page}");
    assert_eq!(typed(&page), "mine");
    let refused = upload(&world, "", &[("category", "LOGO")], PNG).await;
    assert_eq!(refused.status(), 503);
    assert!(text(&refused).contains("<option value=\"LOGO\" selected"));
    assert_eq!(world.mock.journal().len(), 2);
}

#[tokio::test]
async fn the_partner_who_is_chosen_signs_and_of_many_is_typed() {
    for (count, control) in [(100, "<select id=\"partner\""), (101, "<input id=\"partner\"")] {
        let partners = (0..count).map(|n| Credentials::new(format!("BRN-{n}"), "SK-marker"));
        let world =
            World::with(|mock| partners.fold(mock, |mock, partner| mock.partner(partner))).await;
        let fields = [
            ("partner", "BRN-42"),
            ("body", r#"{"grant_type":"client_credentials"}"#),
            ("do", "send"),
        ];
        let page = text(&post(&world, &page_of(Endpoint::GenerateToken), &fields).await);
        assert!(page.contains(control) && !page.contains("marker"), "{page}");
        let kept = [
            "<option value=\"BRN-42\" selected".to_owned(),
            "name=\"partner\" value=\"BRN-42\"".to_owned(),
        ];
        assert!(kept.iter().any(|kept| page.contains(kept)), "{page}");
        let reply = upload(&world, "?partner=BRN-42", &[("category", "LOGO")], PNG).await;
        assert_eq!(reply.status(), 200);
        for entry in world.mock.journal() {
            let Direction::Received { partner, .. } = entry.direction else { panic!("a callback") };
            assert_eq!(partner.unwrap().as_str(), "BRN-42");
        }
    }
}

#[tokio::test]
async fn whatever_is_typed_breaks_no_page() {
    let world = World::new().await;
    let hostile = "</textarea><script>alert(1)</script>\"'&\u{202e}";
    for name in
        ["partner", "brand", "request_id", "outcome", "body", "businessType", "reveal", "do"]
    {
        for operation in Endpoint::all() {
            if *operation == Endpoint::UploadFile {
                continue;
            }
            let fields = [(name, hostile), ("do", "send")];
            let page = text(&post(&world, &page_of(*operation), &fields).await);
            assert!(!page.contains("<script>"), "{operation} {name}");
        }
    }
    let (_, page) =
        get(&world, &format!("{UPLOAD}?partner=%22%3E%3Cscript%3E&reveal=%22%3E")).await;
    assert!(!page.contains("<script>"));
    // The name of a business stands beside its brand.
    let mut document = world.document(&world.upload_papers().await, "http://127.0.0.1:1/kyb");
    document["business"]["name"] = "</datalist><script>".repeat(9).into();
    assert_eq!(world.send(world.register(&document, None)).await.status(), 200);
    let (_, page) = get(&world, &page_of(Endpoint::GetBusinessData)).await;
    assert!(
        page.contains("&lt;/datalist&gt;&lt;script&gt;") && !page.contains("<script>"),
        "{page}"
    );
}

#[tokio::test]
async fn a_page_stays_small_however_much_is_typed_and_comes_back() {
    let world = World::new().await;
    for typed_in in ["\"".repeat(24 << 10), "'".repeat(24 << 10), "&'\"<".repeat(6 << 10)] {
        let fields = [("body", typed_in.as_str()), ("outcome", "pending"), ("do", "send")];
        let page = text(&post(&world, REGISTRATION, &fields).await);
        assert_eq!(typed(&page), typed_in);
    }
    // An answer that quotes all of it.
    let mut document = world.document(&world.upload_papers().await, "http://127.0.0.1:1/kyb");
    let text_of = |count: usize| "\"<&".repeat(count);
    document["business"]["description"] = text_of(300).into();
    let account = serde_json::json!({"accounts": [text_of(80)], "code": "INSTAGRAM"});
    document["business"]["brands"][0]["social_media"] = vec![account; 90].into();
    let reply = world.send(world.register(&document, None)).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    let brand = contract::json(&reply)["business"]["brands"][0]["id"].as_str().unwrap().to_owned();
    let fields = [("brand", brand.as_str()), ("do", "send"), ("reveal", "true")];
    let page = text(&post(&world, &page_of(Endpoint::GetBusinessData), &fields).await);
    assert!(page.contains("The rest is left out here."));

    for (field, size, expected) in [
        ("body", (24 << 10) + 1, "the body has over 24576 bytes"),
        ("outcome", 257, "outcome has over 256"),
    ] {
        let long = "x".repeat(size);
        let refused = post(&world, REGISTRATION, &[(field, &long), ("do", "send")]).await;
        assert_eq!(refused.status(), 413);
        let page = text(&refused);
        assert!(page.contains(expected) && page.len() < 20_000, "{page}");
    }
}

#[tokio::test]
async fn a_file_is_uploaded_as_the_browser_sends_it() {
    let world = World::new().await;
    let reply =
        upload(&world, "", &[("category", "DOCUMENT"), ("code", "KTP"), ("file_url", "")], PNG)
            .await;
    assert_eq!(reply.status(), 200);
    let page = text(&reply);
    let answer: serde_json::Value =
        serde_json::from_str(&shown(&page, "The body that came back")).unwrap();
    assert_eq!(answer["category"], "DOCUMENT", "{page}");
    assert!(answer["id"].as_str().unwrap().starts_with("DCM-"), "{answer}");
    assert!(
        page.contains("<option value=\"DOCUMENT\" selected")
            && page.contains("<option value=\"KTP\" selected")
    );
    assert!(!page.contains("eyJ") && page.contains("not signed"));
    // Its token was got by Generate Token; the page leads to the upload itself.
    assert_eq!(world.mock.journal().len(), 2);
    assert!(page.contains("href=\"/_mock/ui/exchanges/2\""));

    // A large one is not kept in memory, nor is what was typed lost when it is refused.
    let large = vec![b'x'; 15_000_001];
    let reply =
        upload(&world, "", &[("category", "LOGO"), ("file_url", "http://127.0.0.1:1/\"x")], &large)
            .await;
    let page = text(&reply);
    assert!(page.contains("<span class=\"badge bad\">413</span>"), "{page}");
    assert!(page.contains("<option value=\"LOGO\" selected"));
    assert_eq!(input(&page, "file_url"), Some("http://127.0.0.1:1/&quot;x"));
}

#[tokio::test]
async fn an_upload_that_cannot_be_sent_is_refused_with_what_was_typed() {
    let world = World::new().await;
    let reply = upload(&world, "?partner=BRN-7", &[("category", "LOGO")], PNG).await;
    assert_eq!(reply.status(), 400);
    let page = text(&reply);
    assert!(page.contains("partner is none of BRN-0001-1700000000000"));
    assert!(
        page.contains("<option value=\"LOGO\" selected") && page.contains("?partner=BRN-7#result")
    );
    let reply = post(&world, UPLOAD, &[("category", "LOGO")]).await;
    assert_eq!(reply.status(), 400);
    assert!(text(&reply).contains("multipart/form-data") && world.mock.journal().is_empty());
}

/// Sends the form of an upload as a browser would.
async fn upload(
    world: &World,
    query: &str,
    texts: &[(&str, &str)],
    file: &[u8],
) -> Response<Bytes> {
    let mut head = String::new();
    for (name, value) in texts {
        let part =
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        head.push_str(&part);
    }
    let _ = write!(
        head,
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"
    );
    let body = [head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("{UPLOAD}{query}"))
        .header(header::HOST, HOST)
        .header(header::ORIGIN, ORIGIN)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
    world.mock.call(request.body(Bytes::from(body)).unwrap()).await
}
