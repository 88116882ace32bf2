//! The pages of businesses: the list, and the page of one with what can be decided there.

use std::time::Duration;

use contract::{PNG, Sink, World, path, refusal};
use doku_mock::{CallbackFault, FaultKind};
use http::{Method, header};
use serde_json::Value;

use super::{get, post};

const LIST: &str = "/_mock/ui/businesses";

/// A registered business of this outcome, whose callbacks go to the sink: its id.
async fn registered(world: &World, sink: &Sink, outcome: &str) -> String {
    named(world, sink, outcome, "Warung Contoh").await
}

async fn named(world: &World, sink: &Sink, outcome: &str, name: &str) -> String {
    let papers = world.upload_papers().await;
    let mut document = world.document(&papers, &sink.url("/kyb?key=sekrit"));
    document["business"]["name"] = name.into();
    let (status, reply) = world.answer(world.register(&document, Some(outcome))).await;
    assert_eq!(status, 200, "{reply}");
    reply["business"]["id"].as_str().unwrap().to_owned()
}

async fn invited(world: &World) -> String {
    let body = include_bytes!("../../samples/create-business-lite.request.json");
    let request = world.signed(Method::POST, &path("/business/lite/registration"), body);
    let reply = contract::json(&world.send(request).await);
    reply["business"]["id"].as_str().unwrap().to_owned()
}

fn page_of(id: &str) -> String {
    format!("{LIST}/{id}")
}

/// The page after a change that was accepted.
async fn changed(world: &World, path: &str, fields: &[(&str, &str)]) -> String {
    let reply = post(world, path, fields).await;
    assert_eq!(reply.status(), 303, "{:?}", std::str::from_utf8(reply.body()));
    world.mock.settle().await;
    let location = reply.headers()[header::LOCATION].to_str().unwrap();
    let (status, page) = get(world, location.split('#').next().unwrap()).await;
    assert_eq!(status, 200);
    page
}

/// The page with which a change was refused.
async fn refused(world: &World, path: &str, fields: &[(&str, &str)], status: u16) -> String {
    let reply = post(world, path, fields).await;
    let page = String::from_utf8(reply.body().to_vec()).unwrap();
    assert_eq!(reply.status().as_u16(), status, "{page}");
    page
}

/// What stands in the element with this id, up to the next of its kind.
fn element<'a>(page: &'a str, id: &str, end: &str) -> &'a str {
    let start = page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id} in {page}"));
    page[start..].split(end).next().unwrap()
}

/// The state that is lit, of the diagram of this element.
fn lit<'a>(page: &'a str, id: &str) -> &'a str {
    let diagram = element(page, id, "</svg>");
    let mut lit = diagram.split("<g class=\"lit ").skip(1);
    let state = lit.next().unwrap_or_else(|| panic!("nothing lit in {diagram}"));
    assert!(lit.next().is_none(), "one state at a time: {diagram}");
    state.split("<text").nth(1).unwrap().split(['>', '<']).nth(1).unwrap()
}

/// Every link of the page with this text, its entities resolved.
fn link<'a>(page: &'a str, text: &str) -> Option<String> {
    let anchors = page.split("<a href=\"").skip(1);
    let mut found = anchors.filter(|anchor| {
        let inner = anchor.split("</a>").next().unwrap_or_default();
        inner.split_once('>').is_some_and(|(_, inner): (&'a str, _)| inner.starts_with(text))
    });
    Some(found.next()?.split('"').next()?.replace("&amp;", "&"))
}

#[tokio::test]
async fn what_is_approved_on_the_page_is_told_by_callbacks_and_the_diagram_follows() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let id = registered(&world, &sink, "pending").await;
    let (status, page) = get(&world, &page_of(&id)).await;
    assert_eq!((status, lit(&page, "state")), (200, "UPDATING"));
    assert_eq!(lit(&page, "brand-0-state"), "NOT OPERATING YET");
    assert!(element(&page, "business-BUSINESS_BANK-status", "</td>").contains("UPDATING"));
    assert!(element(&page, "callbacks", "</section>").contains("None."));

    let page = changed(&world, &page_of(&id), &[("outcome", "approve")]).await;
    assert!(page.contains("Decided."), "{page}");
    assert_eq!((lit(&page, "state"), lit(&page, "brand-0-state")), ("ACTIVE", "ACTIVE"));
    assert_eq!(world.told(0).len(), 10);
    assert_eq!(sink.requests().len(), 10);
    let last = element(&page, "callback-10", "</tr>");
    for told in ["BRAND_PRODUCT", "QRIS", "ACTIVE", "delivered", "200", "Send callback 10 again"] {
        assert!(last.contains(told), "{told}: {last}");
    }
    // Nothing is left to approve, and the page says so instead of a button.
    assert!(page.contains("nothing is under review, rejected or waiting for activation"), "{page}");
    assert!(!page.contains("value=\"approve\""));
}

#[tokio::test]
async fn a_note_on_a_part_reaches_the_callback_and_is_shown_beside_the_part() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let id = registered(&world, &sink, "pending").await;
    let (_, page) = get(&world, &page_of(&id)).await;
    assert!(page.contains("Reject BUSINESS_BANK</button>"), "{page}");
    let note = "The account is <b>closed</b>\nSend another";
    let fields = [("reject_notes", note), ("outcome", "reject.BUSINESS_BANK")];
    let page = changed(&world, &page_of(&id), &fields).await;
    assert_eq!(lit(&page, "state"), "REJECTED");
    let told = world.told(0);
    let expected =
        "BUSINESS_BANK REJECTED delivered 200 | The account is <b>closed</b> | Send another";
    assert!(told.iter().any(|told| told == expected), "{told:?}");
    let notes = element(&page, "business-BUSINESS_BANK-notes", "</td>");
    assert!(notes.contains("The account is &lt;b&gt;closed&lt;/b&gt;"), "{notes}");
    assert!(notes.contains("Send another"), "{notes}");
    assert!(element(&page, "business-BUSINESS-status", "</td>").contains("REJECTED"));
    assert!(element(&page, "business-BUSINESS_CONTACT-status", "</td>").contains("APPROVED"));
    assert!(!page.contains("value=\"reject.BUSINESS_BANK\""), "it is judged");
}

#[tokio::test]
async fn brands_are_suspended_with_a_reason_and_activated_and_a_service_is_rejected() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let id = registered(&world, &sink, "approve").await;
    let fields = [("reject_notes", "Chargebacks"), ("outcome", "suspend")];
    let page = changed(&world, &page_of(&id), &fields).await;
    assert_eq!((lit(&page, "state"), lit(&page, "brand-0-state")), ("ACTIVE", "SUSPENDED"));
    assert!(element(&page, "brand-0-state", "</dl>").contains("Chargebacks"));
    // It cannot be suspended so once more, only fully.
    let form = element(&page, "suspend", "</form>");
    assert!(form.contains("value=\"suspend\" disabled"), "{form}");
    assert!(form.contains("value=\"suspend.full\">"), "{form}");

    let page = changed(&world, &page_of(&id), &[("outcome", "suspend.full")]).await;
    assert_eq!(lit(&page, "brand-0-state"), "FULL SUSPENDED");
    let page = changed(&world, &page_of(&id), &[("outcome", "activate")]).await;
    assert_eq!(lit(&page, "brand-0-state"), "ACTIVE");

    let fields = [("reject_notes", "No"), ("outcome", "product.reject.QRIS")];
    let page = changed(&world, &page_of(&id), &fields).await;
    assert!(element(&page, "brand-0-service-0-status", "</td>").contains("REJECTED"));
    assert!(element(&page, "brand-0-service-0-notes", "</td>").contains("No"));
    let told = world.told(10);
    assert_eq!(told.last().unwrap(), "BRAND_PRODUCT REJECTED QRIS delivered 200 | No");
    let activate = element(&page, "brand-0-service-0-decide", "</td>");
    assert!(activate.contains("Activate QRIS</button>") && !activate.contains("Reject QRIS"));
    let page = changed(&world, &page_of(&id), &[("outcome", "product.activate.QRIS")]).await;
    assert!(element(&page, "brand-0-service-0-status", "</td>").contains("ACTIVE"));
    assert_eq!(world.told(0).last().unwrap(), "BRAND_PRODUCT ACTIVE QRIS delivered 200");
}

#[tokio::test]
async fn what_the_engine_refuses_is_told_with_its_status_and_what_was_typed_is_kept() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let id = registered(&world, &sink, "pending").await;
    let long = "é".repeat(5001);
    let form = ("form", "business-BUSINESS_BANK");
    let fields = [form, ("reject_notes", &*long), ("outcome", "reject.BUSINESS_BANK")];
    let page = refused(&world, &page_of(&id), &fields, 400).await;
    assert!(page.contains("reject_notes may be") && page.contains("role=\"alert\""), "{page}");
    let field = element(&page, "business-BUSINESS_BANK-note", "</textarea>");
    assert!(field.contains(&long), "what was typed is in its field again");
    assert!(!element(&page, "business-BUSINESS_CONTACT-note", "</textarea>").contains('é'));
    for (fields, status, reason) in [
        (&[("x", "y")][..], 400, "press one of the buttons"),
        (&[("outcome", "reject.KTP")], 400, "is no outcome"),
        (&[("outcome", "pending")], 409, "nothing is planned"),
        (&[("outcome", "product.reject.OVO")], 409, "no brand has that service"),
    ] {
        let page = refused(&world, &page_of(&id), fields, status).await;
        assert!(page.contains(reason), "{reason}: {page}");
        assert_eq!(lit(&page, "state"), "UPDATING");
    }
    assert_eq!(world.told(0), [""; 0]);
}

#[tokio::test]
async fn the_links_and_forms_of_a_page_keep_of_its_query_what_the_page_reads_and_no_more() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let id = registered(&world, &sink, "pending").await;
    let (_, plain) = get(&world, &format!("{}?reveal=true", page_of(&id))).await;
    let long = "y".repeat(60_000);
    let query = format!("reveal=true&brand=0&x={long}&done=decided&reveal={}", &long[..99]);
    let query = &query[..60_050];
    let (status, page) = get(&world, &format!("{}?{query}", page_of(&id))).await;
    assert_eq!(status, 200);
    assert!(!page.contains("yyyy"), "nothing of it");
    assert!(page.len() < plain.len() + 2000, "{} and {} bytes", page.len(), plain.len());
    let action = page.split("<form method=\"post\" action=\"").nth(1).unwrap();
    assert!(
        action.split('"').next().unwrap().ends_with("?reveal=true&amp;brand=0"),
        "{action:.200}"
    );
    let reply = post(&world, &format!("{}?{query}", page_of(&id)), &[("outcome", "approve")]).await;
    let location = reply.headers()[header::LOCATION].to_str().unwrap();
    assert!(location.ends_with("?reveal=true&brand=0&done=decided"), "{location:.200}");
}

#[tokio::test]
async fn of_what_is_under_review_no_service_is_decided_and_a_rejection_says_what_it_ends() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let id = registered(&world, &sink, "pending").await;
    let (_, page) = get(&world, &page_of(&id)).await;
    let decide = element(&page, "brand-0-service-0-decide", "</td>");
    assert!(decide.contains("decided once the business is active"), "{decide}");
    for early in ["value=\"product.", "value=\"activate\""] {
        assert!(!page.contains(early), "{early}: {page}");
    }
    let ends = "Rejecting one part ends the review: every other part that is open is approved";
    assert!(page.contains(ends) && page.contains("its own verdict, without the brands"), "{page}");
    // Enter in a note begins a line, and decides nothing.
    for note in ["business-BUSINESS_BANK-note", "suspend-note"] {
        let at = page.find(&format!("id=\"{note}\"")).unwrap();
        assert!(page[..at].ends_with("<textarea "), "{note}: {}", &page[at - 40..at]);
    }
    let page = changed(&world, &page_of(&id), &[("outcome", "approve")]).await;
    assert!(!page.contains(ends) && !page.contains("can be rejected"), "nothing is open: {page}");
    assert!(page.contains("Reject QRIS</button>"), "{page}");
}

#[tokio::test]
async fn an_unknown_business_has_no_page_and_nothing_to_decide() {
    let world = World::new().await;
    for id in ["BSN-0001-1", "x", "%2e%2e", "%3Cscript%3E", "a%2Fb%3Fc"] {
        let (status, page) = get(&world, &page_of(id)).await;
        assert_eq!(status, 404, "{id}");
        assert!(page.contains("BUSINESS NOT FOUND") && !page.contains("<script>"), "{page}");
        refused(&world, &page_of(id), &[("outcome", "approve")], 404).await;
        refused(&world, &format!("{}/complete", page_of(id)), &[("document", "{}")], 404).await;
        refused(&world, &format!("{}/callbacks/1/resend", page_of(id)), &[("a", "b")], 404).await;
    }
    for query in ["before=x", "brand=-1", "file=9x", "callback=1e3"] {
        let (status, _) = get(&world, &format!("{}?{query}", page_of("BSN-0001-1"))).await;
        assert_eq!(status, 400, "{query}");
    }
    assert_eq!(get(&world, &format!("{LIST}?before=x")).await.0, 400);
    let (status, page) = get(&world, &format!("{LIST}?status=%3Cb%3E")).await;
    assert!(status == 400 && page.contains("UPDATING, ACTIVE, REJECTED"), "{page}");
    assert_eq!(get(&world, &format!("{LIST}?text={}", "x".repeat(201))).await.0, 400);
}

#[tokio::test]
async fn a_hostile_name_is_text_wherever_it_stands() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let name = format!("</title><script>alert(1)</script>\"'\u{202e}{}", "n".repeat(1000));
    let papers = world.upload_papers().await;
    let mut document = world.document(&papers, &sink.url("/kyb"));
    document["business"]["name"] = name.clone().into();
    document["business"]["brands"][0]["name"] = name.chars().take(255).collect::<String>().into();
    document["business"]["contacts"][0]["name"] = "<img src=x onerror=alert(1)>".into();
    let (_, reply) = world.answer(world.register(&document, Some("pending"))).await;
    let id = reply["business"]["id"].as_str().unwrap();
    for path in [
        LIST.to_owned(),
        format!("{LIST}?text=%3C%2Ftitle%3E%3Cscript%3E"),
        page_of(id),
        format!("{}?reveal=true&before=9&brand=0&x=%22%3E%3Cscript%3E", page_of(id)),
    ] {
        let (status, page) = get(&world, &path).await;
        assert_eq!(status, 200, "{path}");
        for broken in ["<script>", "<img src=x", "<title><"] {
            assert!(!page.contains(broken), "{path} has {broken}");
        }
        // What is written from right to left stays between the marks of what somebody said.
        for (at, _) in page.match_indices('\u{202e}') {
            let open = page[..at].rfind("<bdi").max(page[..at].rfind("<pre"));
            let closed = page[..at].rfind("</bdi").max(page[..at].rfind("</pre"));
            assert!(open > closed, "{path}");
        }
        assert!(page.len() < 300 << 10, "{path}: {} bytes", page.len());
    }
    let (_, page) = get(&world, &page_of(id)).await;
    let title = page.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
    assert!(title.contains(id) && !title.contains("alert"), "{title}");
}

#[tokio::test]
async fn personal_data_and_pictures_are_masked_until_revealed_and_keys_and_url_secrets_always() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let id = registered(&world, &sink, "approve").await;
    let (_, page) = get(&world, &page_of(&id)).await;
    for personal in ["John Doe", "john@", "<img", "/_mock/files/", "sekrit", "SK-"] {
        assert!(!page.contains(personal), "{personal}: {page}");
    }
    assert!(page.contains("/kyb?…"), "{page}");
    for known in ["KTP", "contact 1, document 1", "photo proof 1", "owner liveness", "image/png"] {
        assert!(page.contains(known), "{known}: {page}");
    }
    let reveal = link(&page, "Reveal personal data").unwrap();
    let (_, page) = get(&world, &reveal).await;
    assert!(page.contains("John Doe") && page.contains("Mask personal data"), "{page}");
    let shared_key = world.mock.business(&id).unwrap().brands[0].shared_key.clone().unwrap();
    assert!(!page.contains(shared_key.expose()), "a key is never shown");
    let facts = element(&page, "facts", "</dl>");
    assert!(!facts.contains("sekrit"), "{facts}");
    let pictures: Vec<_> = page.split("<img class=\"thumb\"").skip(1).collect();
    assert_eq!(pictures.len(), 3);
    for picture in pictures {
        let source = picture.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(source.starts_with("/_mock/files/"), "of the page's own origin: {source}");
        let source = source.replace("&amp;", "&");
        let reply = world.send(world.plain(Method::GET, &source, b"")).await;
        assert_eq!((reply.status().as_u16(), reply.body().as_ref()), (200, PNG));
    }
    // What is revealed stays so after a decision.
    let action = page.split("<form class=\"reject\" method=\"post\" action=\"").nth(1).unwrap();
    assert!(action.split('"').next().unwrap().contains("reveal=true"));
}

#[tokio::test]
async fn an_invited_business_is_completed_on_its_page_and_a_refusal_keeps_the_document() {
    let world = World::new().await;
    let id = invited(&world).await;
    let (_, page) = get(&world, &page_of(&id)).await;
    assert_eq!(lit(&page, "state"), "INVITED");
    assert!(page.contains("UPLOAD-FIRST") && page.contains("href=\"/_mock/ui/try\""), "{page}");
    assert!(!page.contains("john@example.com"), "the contact is masked");
    let complete = format!("{}/complete", page_of(&id));
    let typed = document_of(&page);
    let refusal =
        refused(&world, &complete, &[("document", &typed), ("outcome", "pending")], 400).await;
    assert!(refusal.contains("names no uploaded file"), "{refusal}");
    assert_eq!(document_of(&refusal), typed);
    assert!(element(&refusal, "outcome", ">").contains("value=\"pending\""));
    let refusal = refused(&world, &complete, &[("document", "</textarea><b>")], 400).await;
    assert_eq!(document_of(&refusal), "</textarea><b>");
    // It goes out, and comes back, as it was typed.
    let refusal = refused(&world, &complete, &[("document", "\n {} \n")], 400).await;
    assert_eq!(document_of(&refusal), "\n {} \n");
    let quotes = "\"".repeat(1_000_000);
    let refusal = refused(&world, &complete, &[("document", &quotes)], 400).await;
    assert!(refusal.len() < 300 << 10, "{} bytes", refusal.len());
    assert!(refusal.contains("too long to be shown again"), "{refusal}");
    assert!(page.contains("href=\"/_mock/ui/try/upload-file\""), "{page}");
    assert!(!typed.contains("callback_url"), "an example calls nobody: {typed}");

    // With files of its partner's the example is right as it is.
    world.upload_papers().await;
    let (_, page) = get(&world, &format!("{}?reveal=true", page_of(&id))).await;
    let example = document_of(&page);
    assert!(!example.contains("UPLOAD-FIRST"), "{example}");
    let read: Value = serde_json::from_str(&example).unwrap();
    assert_eq!(read["business"]["contacts"][0]["email"], "john@example.com");
    assert_eq!(read["business"]["name"], "Warung Contoh");
    let fields = [("document", &*example), ("outcome", "reject.BUSINESS_BANK")];
    let page = changed(&world, &complete, &fields).await;
    assert!(page.contains("Completed") && lit(&page, "state") == "REJECTED", "{page}");
    let again = refused(&world, &complete, &[("document", &example)], 409).await;
    assert!(again.contains("complete already"), "{again}");
}

/// What stands in the text area.
fn document_of(page: &str) -> String {
    let area = element(page, "document", "</textarea>");
    let text = area.split_once('>').unwrap().1;
    let text = text.strip_prefix('\n').unwrap();
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[tokio::test]
async fn a_callback_is_sent_again_and_every_attempt_is_shown_with_its_answer() {
    let world = World::new().await;
    let sink = Sink::answering(std::iter::repeat_n(200, 9).chain([503])).await;
    let id = registered(&world, &sink, "approve").await;
    let (_, page) = get(&world, &page_of(&id)).await;
    let last = element(&page, "callback-10", "</tr>");
    assert!(last.contains("503") && last.contains("pending") && last.contains("next attempt"));
    let resend = format!("{}/callbacks/10/resend", page_of(&id));
    let reply = post(&world, &resend, &[("a", "b")]).await;
    assert_eq!(reply.status(), 303);
    let location = reply.headers()[header::LOCATION].to_str().unwrap();
    assert!(location.ends_with("#callback-10"), "{location}");
    let (_, page) = get(&world, &page_of(&id)).await;
    let last = element(&page, "callback-10", "</tr>");
    assert!(last.contains("attempt 1") && last.contains("503"), "{last}");
    assert!(last.contains("by hand") && last.contains("200") && last.contains("delivered"));
    assert_eq!(sink.requests().len(), 11);

    // Of a business only its own callbacks are sent.
    let other = registered(&world, &sink, "pending").await;
    for wrong in ["10", "99", "x", "-1", "9223372036854775808"] {
        let resend = format!("{}/callbacks/{wrong}/resend", page_of(&other));
        let page = refused(&world, &resend, &[("a", "b")], 404).await;
        assert!(page.contains("no such callback"), "{wrong}");
    }
    assert_eq!(sink.requests().len(), 11);

    // Of many attempts the last are shown, and all of them by a link.
    for _ in 0..7 {
        post(&world, &format!("{}/callbacks/10/resend", page_of(&id)), &[("a", "b")]).await;
    }
    let (_, page) = get(&world, &page_of(&id)).await;
    let shown = |page: &str| element(page, "callback-10", "</tr>").matches("<time").count();
    assert_eq!(shown(&page), 6);
    let (_, page) = get(&world, &link(&page, "All 9 attempts").unwrap()).await;
    assert_eq!(shown(&page), 9);
    assert!(!page.contains("id=\"callback-9\""), "it alone");
}

#[tokio::test]
async fn what_is_planned_is_listed_with_its_instant_and_can_be_held_back() {
    let world = World::with(|mock| mock.pace(doku_mock::Pace::Realistic)).await;
    let sink = Sink::answering([]).await;
    let id = registered(&world, &sink, "reject.BUSINESS_BANK").await;
    let (_, page) = get(&world, &page_of(&id)).await;
    let planned = element(&page, "state", "</section>");
    let rows: Vec<_> = planned.split("<tr>").skip(2).collect();
    let told: Vec<_> = rows.iter().map(|row| row.contains("REJECTED")).collect();
    // The bank's, the business's by it; contacts, addresses, documents, media, photos, the brand not.
    assert_eq!(told, [false, false, false, true, false, false, true, false], "{planned}");
    world.mock.advance(Duration::from_hours(48)).await.unwrap();
    let (_, page) = get(&world, &page_of(&id)).await;
    assert_eq!(lit(&page, "state"), "REJECTED");
    let told = world.told(0);
    assert!(told.iter().any(|told| told.starts_with("BUSINESS REJECTED")), "{told:?}");

    let id = registered(&world, &sink, "approve").await;
    let page = changed(&world, &page_of(&id), &[("outcome", "pending")]).await;
    assert!(element(&page, "state", "</section>").contains("Nothing."));
}

#[tokio::test]
async fn the_list_shows_the_newest_first_finds_by_name_and_ids_and_its_pager_reaches_all_once() {
    let world = World::new().await;
    let (_, page) = get(&world, LIST).await;
    assert!(page.contains("No business yet") && page.contains("href=\"/_mock/ui/try\""), "{page}");
    let sink = Sink::answering([]).await;
    let mut ids = Vec::new();
    for n in 0..53 {
        let outcome = if n % 2 == 0 { "pending" } else { "reject.BUSINESS" };
        ids.push(named(&world, &sink, outcome, &format!("Warung Nº {n:02}")).await);
    }
    let (mut path, mut listed) = (LIST.to_owned(), Vec::new());
    let mut sizes = Vec::new();
    loop {
        let (_, page) = get(&world, &path).await;
        let rows = rows(&page);
        sizes.push(rows.len());
        listed.extend(rows);
        match link(&page, "Older") {
            Some(older) => path = older,
            None => break,
        }
    }
    ids.reverse();
    assert_eq!((listed, sizes), (ids.clone(), vec![50, 3]));

    for (query, expected) in [
        ("text=n%C2%BA+07", vec![&ids[45]]),
        (&*format!("text={}", ids[3]), vec![&ids[3]]),
        (&*format!("text={}", brand_of(&world, &ids[9])), vec![&ids[9]]),
        ("status=REJECTED&text=N%C2%BA+1", (34..=42).step_by(2).map(|n| &ids[n - 1]).collect()),
        ("partner=BRN-0001-9", vec![]),
    ] {
        let (_, page) = get(&world, &format!("{LIST}?{query}")).await;
        let found = rows(&page);
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query}");
        assert_eq!(found.is_empty(), page.contains("No business is such a one"), "{query}");
    }
}

fn brand_of(world: &World, id: &str) -> String {
    world.mock.business(id).unwrap().brands[0].id.to_string()
}

/// The ids of the businesses that a list shows.
fn rows(page: &str) -> Vec<String> {
    let table = page.split("<tbody>").nth(1).unwrap_or_default();
    let linked = table.split("href=\"/_mock/ui/businesses/").skip(1);
    linked.map(|row| row.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_page_of_a_business_with_very_much_of_everything_is_bounded_and_its_pagers_reach_all() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    let mut document = world.document(&papers, &sink.url("/kyb"));
    let hostile = "\"<&'".repeat(63);
    let mut brand = document["business"]["brands"][0].clone();
    brand["name"] = hostile.clone().into();
    brand["photo_proofs"] = vec![brand["photo_proofs"][0].clone(); 2].into();
    document["business"]["brands"] = vec![brand; 100].into();
    document["business"]["description"] = hostile.clone().into();
    let (status, reply) = world.answer(world.register(&document, Some("pending"))).await;
    assert_eq!(status, 200, "{reply}");
    let id = reply["business"]["id"].as_str().unwrap();
    let notes: Vec<_> = (0..50).map(|n| format!("{n} {}", hostile.repeat(2))).collect();
    let notes = notes.join("\n");
    let (_, page) = get(&world, &page_of(id)).await;
    assert!(page.contains("Reject BRAND_PHOTO_PROOF of all brands</button>"), "it says for whom");
    let form = "brand-0-BRAND_PHOTO_PROOF";
    for (outcome, note, echoed) in [
        ("reject.BRAND_PHOTO_PROOF", "\"".repeat(900_000), 0),
        ("reject.KTP", "\"".repeat(10_000), 1),
        ("reject.KTP", "\"".repeat(10_300), 0),
        (&*"x".repeat(900_000), "n".repeat(9000), 0),
    ] {
        let fields = [("form", form), ("reject_notes", &*note), ("outcome", outcome)];
        let reply = post(&world, &page_of(id), &fields).await;
        assert!(reply.status().is_client_error(), "{}", reply.status());
        let page = String::from_utf8(reply.body().to_vec()).unwrap();
        assert!(page.len() < 300 << 10, "{} bytes", page.len());
        let again = page.matches(&"&quot;".repeat(10_000)).count();
        assert_eq!(again, echoed, "into the form that it came from, and into no other");
        assert_eq!(page.contains("too long to be shown again"), note.len() > 10_240);
    }
    let outcome = "reject.BRAND_PHOTO_PROOF,reject.BUSINESS_BANK";
    changed(&world, &page_of(id), &[("outcome", outcome), ("reject_notes", &notes)]).await;

    let first = format!("{}?reveal=true", page_of(id));
    let reached = |start: String, more: &'static str, of: &'static str| {
        let world = &world;
        async move {
            let (mut path, mut reached) = (start, Vec::new());
            for _ in 0..100 {
                let (status, page) = get(world, &path).await;
                assert_eq!(status, 200, "{path}");
                assert!(page.len() < 300 << 10, "{path}: {} bytes", page.len());
                let found = page.split(of).skip(1);
                reached.extend(found.map(|at| at.split('"').next().unwrap().to_owned()));
                match link(&page, more) {
                    Some(next) => path = next.split('#').next().unwrap().to_owned(),
                    None => break,
                }
            }
            reached
        }
    };
    let brands = reached(first.clone(), "More brands", "<section id=\"brand-").await;
    assert_eq!(brands, (0..100).map(|n| n.to_string()).collect::<Vec<_>>());
    let files = reached(first.clone(), "More documents", "class=\"thumb\" loading=\"").await;
    assert_eq!(files.len(), 202);
    let told = world.mock.callbacks().len();
    assert_eq!(told, 4 + 200 + 101);
    let callbacks = reached(first, "Earlier callbacks", "<tr id=\"callback-").await;
    let numbers = callbacks.iter().map(|row| row.parse::<usize>().unwrap());
    assert!(numbers.eq((1..=told).rev()), "{callbacks:?}");
}

#[tokio::test]
async fn a_callback_that_a_fault_held_up_is_told_as_such() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    world.mock.arm(CallbackFault::new(FaultKind::Drop).times(1)).unwrap();
    let id = registered(&world, &sink, "approve").await;
    let (_, page) = get(&world, &page_of(&id)).await;
    let first = element(&page, "callback-1", "</tr>");
    assert!(first.contains("none: a fault dropped it"), "{first}");
}

#[tokio::test]
async fn what_the_pages_show_the_api_lists_too() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let id = registered(&world, &sink, "approve").await;
    let newest = format!("callbacks?business={id}&order=newest&limit=3");
    let (_, listed) = world.own(Method::GET, &newest, None).await;
    let numbers = |listed: &Value| -> Vec<i64> {
        listed.as_array().unwrap().iter().map(|of| of["number"].as_i64().unwrap()).collect()
    };
    assert_eq!(numbers(&listed), [10, 9, 8]);
    let (_, listed) = world.own(Method::GET, &format!("{newest}&before=8"), None).await;
    assert_eq!(numbers(&listed), [7, 6, 5]);
    // One range, whichever the order.
    let between = format!("callbacks?business={id}&after=2&before=5");
    let (_, listed) = world.own(Method::GET, &between, None).await;
    assert_eq!(numbers(&listed), [3, 4]);
    let (_, listed) = world.own(Method::GET, &format!("{between}&order=newest"), None).await;
    assert_eq!(numbers(&listed), [4, 3]);
    let (_, page) = get(&world, &format!("{LIST}?status=ACTIVE")).await;
    assert!(
        page.contains("/_mock/businesses?order=newest&amp;limit=50&amp;status=ACTIVE"),
        "{page}"
    );
    let (_, listed) = world.own(Method::GET, "callbacks?order=newest&limit=1", None).await;
    assert_eq!(numbers(&listed), [10]);
    let answer = world.own(Method::GET, "callbacks?order=up", None).await;
    assert!(refusal(&answer, 400)[0].contains("oldest or newest"));
}
