//! The timeline, and the page of one exchange.

use bytes::Bytes;
use contract::{Sink, World, path, set_header};
use doku_mock::{DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY};
use http::Method;
use serde_json::{Value, json};

use super::{ask, get};

/// The numbers in the table, from its top.
fn rows(page: &str) -> Vec<u64> {
    let cells = page.split("aria-label=\"Exchange ").skip(1);
    cells.map(|cell| cell.split('"').next().unwrap().parse().unwrap()).collect()
}

/// Where a link of these words leads.
fn link(page: &str, words: &str) -> Option<String> {
    let (before, _) = page.split_once(&format!("\">{words}</a>"))?;
    Some(before.rsplit("href=\"").next().unwrap().replace("&amp;", "&"))
}

async fn timeline(world: &World, query: &str) -> String {
    let (status, page) = get(world, &format!("/_mock/ui?{query}")).await;
    assert_eq!(status, 200, "{query}");
    page
}

async fn exchange(world: &World, number: u64, query: &str) -> String {
    let (status, page) = get(world, &format!("/_mock/ui/exchanges/{number}?{query}")).await;
    assert_eq!(status, 200, "{number}");
    page
}

/// Sends what was signed for other bytes.
async fn wrongly_signed(world: &World, hashed: &str, sent: &str) {
    let mut request = world.signed(Method::POST, &path("/token"), hashed.as_bytes());
    *request.body_mut() = Bytes::copy_from_slice(sent.as_bytes());
    assert_eq!(world.send(request).await.status(), 400);
}

/// The two strings of a page, each with what is marked in it.
fn compared(page: &str) -> Vec<(&str, &str)> {
    let string = |label: &str| {
        let (_, after) = page.split_once(&format!("aria-label=\"{label}\"><code>"))?;
        let string = after.split("</code>").next()?;
        let (_, marked) = string.split_once("<mark>")?;
        Some((string, marked.split("</mark>").next()?))
    };
    ["To be signed", "Was signed"].into_iter().filter_map(string).collect()
}

#[tokio::test]
async fn an_empty_journal_says_what_to_do_to_see_something() {
    let world = World::new().await;
    let page = timeline(&world, "").await;
    assert!(page.contains("Nothing has gone over the wire yet"), "{page}");
    assert!(page.contains("curl 'http://doku.test/adv-core-api/"), "{page}");
    assert!(page.contains("href=\"/_mock/ui/try\""));
    let page = timeline(&world, "text=x").await;
    assert!(page.contains("No such exchange is in the journal"), "{page}");
}

#[tokio::test]
async fn the_pager_leads_from_the_newest_to_every_exchange_once_and_back() {
    let world = World::new().await;
    for number in 1..=130 {
        let target = if number % 10 == 0 { "/round" } else { "/nowhere" };
        world.send(world.plain(Method::GET, target, b"")).await;
    }
    let mut page = timeline(&world, "").await;
    let mut seen = rows(&page);
    assert!(link(&page, "Newer").is_none());
    while let Some(older) = link(&page, "Older") {
        page = get(&world, &older).await.1;
        seen.extend(rows(&page));
    }
    assert_eq!(seen, (1..=130).rev().collect::<Vec<_>>());

    page = get(&world, &link(&page, "Newer").unwrap()).await.1;
    assert_eq!(rows(&page), (31..=80).rev().collect::<Vec<_>>());
    // The newest page is whole, and at its own address.
    let reply = ask(&world, Method::GET, &link(&page, "Newer").unwrap(), "", &[]).await;
    assert_eq!((reply.status().as_u16(), &reply.headers()["location"] == "/_mock/ui"), (303, true));
    let reply = ask(&world, Method::GET, "/_mock/ui?text=%2Fround&after=120", "", &[]).await;
    assert_eq!(reply.headers()["location"], "/_mock/ui?text=%2Fround");
    page = timeline(&world, "").await;
    assert_eq!(rows(&page), (81..=130).rev().collect::<Vec<_>>());
    assert!(link(&page, "Newer").is_none());

    // A filter goes with it.
    world.send(world.plain(Method::GET, "/round", b"")).await;
    for _ in 0..60 {
        world.send(world.plain(Method::GET, "/ROUND-the-corner", b"")).await;
    }
    let mut page = timeline(&world, "text=%2Fround&outcome=4xx").await;
    let mut seen = rows(&page);
    while let Some(older) = link(&page, "Older") {
        page = get(&world, &older).await.1;
        seen.extend(rows(&page));
    }
    assert_eq!(seen.len(), 13 + 1 + 60);
    let page = timeline(&world, "before=1").await;
    assert!(rows(&page).is_empty() && link(&page, "Newest").is_some(), "{page}");
}

#[tokio::test]
async fn a_filter_finds_what_it_says_and_shows_itself() {
    let world = World::new().await;
    let sink = Sink::answering([500]).await;
    let business = world.registered(&sink).await;
    world.send(world.signed(Method::POST, &path("/token"), b"{}")).await;
    wrongly_signed(&world, "{}\n", "{}").await;
    let mut unknown = world.signed(Method::GET, &path("/file"), b"");
    set_header(&mut unknown, "client-id", "BRN-nobody");
    world.send(unknown).await;
    let all = rows(&timeline(&world, "").await);
    assert_eq!(all, (1..=18).rev().collect::<Vec<_>>());
    let found = async |query: &str| rows(&timeline(&world, query).await);
    assert_eq!(found("partner=BRN-nobody").await, [18]);
    assert_eq!(found(&format!("partner={DEFAULT_CLIENT_ID}")).await.len(), 17);
    assert_eq!(found("operation=upload-file").await, [4, 3, 2]);
    assert_eq!(found("outcome=refused").await, [16]);
    assert_eq!(found("outcome=not_authenticated").await, [18, 17]);
    assert_eq!(found("outcome=2xx&direction=received").await, [5, 4, 3, 2, 1]);
    assert_eq!(found("outcome=bad").await.len(), 4);
    assert_eq!(found("outcome=bad&direction=sent").await.len(), 1);
    assert_eq!(found("direction=sent").await, (6..=15).rev().collect::<Vec<_>>());
    assert_eq!(found(&format!("business={}", business.brands[0].id)).await.len(), 11);
    assert_eq!(found("text=%22KYC%22&operation=&outcome=").await.len(), 0);
    assert_eq!(found("text=BUSINESS_bank&direction=sent").await.len(), 1);

    // The form shows what was asked for, and what a program would ask.
    let page = timeline(&world, "text=a%22b&outcome=bad&partner=BRN-nobody").await;
    assert!(page.contains("value=\"a&quot;b\""), "{page}");
    assert!(page.contains("<option value=\"bad\" selected>"), "{page}");
    assert!(page.contains("<option value=\"BRN-nobody\" selected>"), "{page}");
    let asked = "GET /_mock/journal?order=newest&amp;limit=50&amp;partner=BRN-nobody&amp;status=bad&amp;text=a%22b";
    assert!(page.contains(asked), "{page}");
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_told_beside_what_there_is() {
    let world = World::new().await;
    world.send(world.plain(Method::GET, "/nowhere", b"")).await;
    let long = "x".repeat(201);
    for (query, told) in [
        ("operation=nothing", "operation is none of check-requirements"),
        ("outcome=splendid", "status is not one such as 400"),
        ("direction=up", "direction is none of received, sent"),
        ("before=-1", "before is not such a number"),
        (&format!("text={long}"), "text is longer than 200 bytes"),
        (&format!("partner={long}"), "partner is longer than 200 bytes"),
    ] {
        let (status, page) = get(&world, &format!("/_mock/ui?{query}")).await;
        assert_eq!((status, rows(&page)), (400, vec![1]), "{query}");
        assert!(page.contains(told) && page.contains("role=\"alert\""), "{page}");
        assert!(page.contains("<button class=\"first\" type=\"submit\">Filter"), "{page}");
        assert!(!page.contains(&long), "{query}");
        let path = format!("/_mock/ui?{query}&business=BSN-%22&text=a%3C");
        let (_, page) = get(&world, &path).await;
        assert!(page.contains("value=\"BSN-&quot;\""), "what was typed is kept: {page}");
        let text = if query.starts_with("text") { &long[..200] } else { "a&lt;" };
        assert!(page.contains(&format!("value=\"{text}\"")), "{page}");
        assert!(page.contains("GET /_mock/journal?order=newest&amp;limit=50<"), "{page}");
    }
}

#[tokio::test]
async fn a_wrong_signature_stands_out_and_opens_on_what_to_change() {
    let world = World::new().await;
    world.send(world.signed(Method::POST, &path("/token"), b"{}")).await;
    wrongly_signed(&world, "{\"a\":1}\n", "{\"a\":1}").await;
    let page = timeline(&world, "").await;
    assert_eq!(page.matches("<tr class=\"bad-row\">").count(), 1, "{page}");
    let (_, row) = page.split_once("<tr class=\"bad-row\">").unwrap();
    let row = row.split("</tr>").next().unwrap();
    assert!(row.contains("href=\"/_mock/ui/exchanges/2#report\">body-newline</a>"), "{row}");
    assert!(row.contains("href=\"/_mock/ui/exchanges/2#report\" aria-label=\"Exchange 2\""));
    assert!(page.contains("href=\"/_mock/ui/exchanges/1\" aria-label=\"Exchange 1\""));
    let advice = "The body was hashed with a line end after it that is not sent: sign the very bytes that are sent.";
    assert!(row.contains(advice) && row.contains("not authenticated"), "{row}");

    let page = exchange(&world, 2, "").await;
    assert!(page.contains(&format!("<strong>{advice}</strong>")), "{page}");
    assert!(page.find(advice) < page.find("<dl class=\"facts\">"), "it stands first: {page}");
    let digest = |body: &str| doku_signing::Digest::of(body.as_bytes()).to_string();
    let (right, signed) = (digest("{\"a\":1}"), digest("{\"a\":1}\n"));
    let compared = compared(&page);
    let [(first, first_marked), (second, second_marked)] = compared[..] else {
        panic!("{compared:?}")
    };
    for (string, marked, whole) in [(first, first_marked, right), (second, second_marked, signed)] {
        assert!(string.starts_with(&format!("Client-Id:{DEFAULT_CLIENT_ID}↵\n")), "{string}");
        assert!(string.contains("↵\nDigest:<mark>"), "{string}");
        // Whatever both end in is not marked.
        assert!(whole.starts_with(marked) && marked.len() > 40, "{string}");
    }
    assert!(page.contains("first differ in line 5, column 8 (byte "), "{page}");
    assert!(page.contains("<bdi class=\"mono\">a line feed</bdi>"), "{page}");
    assert!(page.contains("To be signed:\n  Client-Id:"), "the full report");
    assert!(!page.contains(DEFAULT_SECRET_KEY));
}

#[tokio::test]
async fn a_line_end_too_many_is_marked_where_the_right_string_has_ended() {
    let world = World::new().await;
    let target = path("/file");
    let mut request = world.signed(Method::GET, &target, b"");
    let said = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
    let component = doku_signing::non_snap::Component {
        client_id: &said("client-id"),
        request_id: &said("request-id"),
        timestamp: &said("request-timestamp"),
        target: &format!("{target}\n"),
        digest: None,
    };
    let key = doku_types::SecretKey::from(DEFAULT_SECRET_KEY);
    let signature = component.sign(doku_signing::non_snap::Form::Request, &key).to_string();
    set_header(&mut request, "signature", &signature);
    world.send(request).await;
    let page = exchange(&world, 1, "").await;
    let marked: Vec<_> = compared(&page).into_iter().map(|(_, marked)| marked).collect();
    assert_eq!(marked, ["∎", "↵\n"], "{page}");
}

#[tokio::test]
async fn where_only_the_right_string_is_known_it_is_shown_and_why() {
    let world = World::new().await;
    let mut request = world.signed(Method::POST, &path("/token"), b"{}");
    set_header(&mut request, "signature", &format!("HMACSHA256={}=", "A".repeat(43)));
    world.send(request).await;
    world.send(world.plain(Method::POST, &path("/token"), b"{}")).await;
    let page = exchange(&world, 1, "").await;
    assert!(page.contains("aria-label=\"To be signed\"><code>Client-Id:"), "{page}");
    assert!(!page.contains("aria-label=\"Was signed\"") && !page.contains("<mark>"), "{page}");
    assert!(page.contains("What was signed instead is not known"), "{page}");
    // What comes before a signature has no strings to sign.
    let page = exchange(&world, 2, "").await;
    assert!(page.contains("Missing or blank: Client-Id"), "{page}");
    assert!(!page.contains("aria-label=\"To be signed\""), "{page}");
}

#[tokio::test]
async fn an_exchange_shows_what_it_changed_and_caused_and_leads_on() {
    let world = World::new().await;
    let sink = Sink::answering([500]).await;
    let business = world.registered(&sink).await;
    let page = exchange(&world, 5, "").await;
    let here = format!("href=\"/_mock/ui/businesses/{}", business.id);
    assert!(page.contains(&format!("{here}\"")), "{page}");
    for number in 1..=10 {
        let link = format!("{here}?callback={number}#callback-{number}\"");
        assert!(page.contains(&link), "{number}");
    }
    assert!(page.contains("<span class=\"badge open\">pending</span>"), "{page}");
    assert!(page.contains("href=\"/_mock/ui/assumptions#A21\""), "{page}");
    assert!(page.contains("The business that it made") && page.contains("Business: BUSINESS_BANK"));
    assert_eq!(link(&page, "Newer: 6").unwrap(), "/_mock/ui/exchanges/6");
    assert_eq!(link(&page, "Older: 4").unwrap(), "/_mock/ui/exchanges/4");
    assert!(page.contains("curl ") && page.contains("href=\"/_mock/journal/5/curl\""), "{page}");

    // An attempt says which it is, of what.
    world.mock.advance(std::time::Duration::from_secs(1800)).await.unwrap();
    let again = exchange(&world, 16, "").await;
    assert!(again.contains("callback 1</a>, attempt 2"), "{again}");
    assert!(again.contains(&format!("{here}?callback=1#callback-1\"")), "{again}");
    let row = timeline(&world, "direction=sent").await;
    assert!(row.contains("callback 1, attempt 2"), "{row}");

    let update = json!({"business": {"description": "Sate"}});
    world.send(world.update(&business.brands[0].id, &update, Some("pending"))).await;
    let page = exchange(&world, 17, "").await;
    let (_, changed) = page.split_once("What it changed").unwrap();
    let changed = changed.split("</table>").next().unwrap();
    let (active, updating) = ("badge good\">ACTIVE", "badge open\">UPDATING");
    let (before, after) = (changed.find(active).unwrap(), changed.find(updating).unwrap());
    assert!(before < after, "{changed}");
    assert!(!changed.contains("BUSINESS_BANK"), "what stayed is left out: {changed}");

    for number in ["0", "99", "x"] {
        let (status, page) = get(&world, &format!("/_mock/ui/exchanges/{number}")).await;
        assert_eq!(status, 404, "{number}");
        assert!(page.contains("NO SUCH ENTRY IN THE JOURNAL"), "{page}");
    }
}

#[tokio::test]
async fn whatever_strangers_write_is_text() {
    let world = World::new().await;
    let papers = world.upload_papers().await;
    let mut document = world.document(&papers, "http://127.0.0.1:1/%3Cscript%3E");
    document["business"]["name"] = json!(HOSTILE);
    document["business"]["contacts"][0]["name"] = json!(HOSTILE);
    document["\"><script>alert(1)</script>"] = json!(HOSTILE);
    let mut request = world.register(&document, None);
    for name in ["user-agent", "x-own", "client-id", "request-id"] {
        set_header(&mut request, name, "\"'><script>alert(1)</script>");
    }
    world.send(request).await;
    world.send(world.register(&document, None)).await;
    world.mock.settle().await;
    let target =
        "/%3Cscript%3E/\"'?a=\"'><script>alert(1)</script>".replace(['<', '>', '"'], "%22");
    world.send(world.plain(Method::GET, &target, b"<script>alert(1)</script>")).await;
    let last = world.mock.journal().len() as u64;
    let mut pages =
        vec![timeline(&world, "partner=%3Cscript%3Ealert(1)&text=%22%3E%3Cscript%3Ealert").await];
    pages.push(timeline(&world, "").await);
    for number in 4..=last {
        pages.push(exchange(&world, number, "reveal=true").await);
    }
    assert!(pages.iter().any(|page| page.contains("&lt;script&gt;alert(1)")), "it is there");
    for page in &pages {
        // The frame has one script of its own.
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert!(!page.contains("\"'>") && !page.contains("<img"), "{page}");
    }
}

#[tokio::test]
async fn personal_data_is_masked_until_it_is_revealed_and_keys_and_tokens_always_are() {
    let world = World::new().await;
    world.registered(&Sink::answering([]).await).await;
    let raw = world.mock.journal();
    let answer: Value = serde_json::from_slice(&raw[4].answer.as_ref().unwrap().body).unwrap();
    let shared_key = answer["business"]["brands"][0]["shared_key"].as_str().unwrap();
    let page = exchange(&world, 5, "").await;
    assert!(!page.contains("John Doe") && page.contains("characters›"), "{page}");
    let reveal = link(&page, "Reveal personal data").unwrap();
    let revealed = get(&world, &reveal).await.1;
    assert!(revealed.contains("John Doe"), "{revealed}");
    assert!(link(&revealed, "Mask personal data").is_some());
    for number in 1..=raw.len() as u64 {
        let page = exchange(&world, number, "reveal=true").await;
        for secret in ["eyJ", DEFAULT_SECRET_KEY, shared_key] {
            assert!(!page.contains(secret), "{number} has {secret}");
        }
    }
    let open = World::with(|builder| builder.show_personal_data()).await;
    open.registered(&Sink::answering([]).await).await;
    let page = exchange(&open, 5, "").await;
    assert!(page.contains("John Doe") && link(&page, "Reveal personal data").is_none());
}

#[tokio::test]
async fn a_person_in_a_target_is_masked_in_every_spelling_that_was_signed() {
    let world = World::new().await;
    let target = path("/business/budi%40santoso.id");
    let mut request = world.signed(Method::GET, &target, b"");
    let said = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
    let component = doku_signing::non_snap::Component {
        client_id: &said("client-id"),
        request_id: &said("request-id"),
        timestamp: &said("request-timestamp"),
        target: &path("/business/budi@santoso.id"),
        digest: None,
    };
    let key = doku_types::SecretKey::from(DEFAULT_SECRET_KEY);
    let signature = component.sign(doku_signing::non_snap::Form::Request, &key).to_string();
    set_header(&mut request, "signature", &signature);
    world.send(request).await;
    let masked = exchange(&world, 1, "").await;
    assert!(masked.contains("target-decoded") && !masked.contains("santoso"), "{masked}");
    assert!(masked.contains("Where they differ is masked"), "{masked}");
    assert!(!timeline(&world, "").await.contains("santoso"));
    let revealed = exchange(&world, 1, "reveal=true").await;
    let marked: Vec<_> = compared(&revealed).into_iter().map(|(_, marked)| marked).collect();
    assert_eq!(marked, ["%40", "@"]);
}

#[tokio::test]
async fn a_page_stays_within_300_kib_with_the_largest_of_everything() {
    let world = World::with(|builder| builder.show_personal_data()).await;
    let quotes = "\"".repeat(64 << 10);
    let bodies = [
        // As it is; as JSON, which grows when it is indented; and as what is escaped in a page.
        quotes.clone(),
        format!("[{}0]", "0,".repeat(32_000)),
        json!({"a": "<".repeat(60_000)}).to_string(),
        format!("{}{}", "[".repeat(100), "]".repeat(100)),
    ];
    for body in &bodies {
        let mut request = world.signed(Method::POST, &path("/token"), body.as_bytes());
        for name in ["user-agent", "x-a", "x-b", "x-c", "x-d"] {
            set_header(&mut request, name, &"\"".repeat(10_000));
        }
        world.send(request).await;
    }
    // A wrong signature of the longest target that is looked into.
    let target = format!("/{}?{}", "%22".repeat(1000), "a".repeat(900));
    let mut request =
        world.signed(Method::POST, &path(&format!("/business{target}")), quotes.as_bytes());
    set_header(&mut request, "signature", &format!("HMACSHA256={}=", "A".repeat(43)));
    world.send(request).await;
    for _ in 0..50 {
        let mut request = world.signed(Method::GET, &target, b"");
        set_header(&mut request, "client-id", &"\"".repeat(8000));
        world.send(request).await;
    }
    let last = world.mock.journal().last().unwrap().number;
    for number in (1..=bodies.len() as u64 + 1).chain([last]) {
        let page = exchange(&world, number, "").await;
        assert!(page.len() < 300 << 10, "{number} has {}", page.len());
    }
    assert!(
        exchange(&world, 2, "")
            .await
            .contains("This is its beginning. The API has all that is kept")
    );
    for query in ["", "before=52"] {
        let page = timeline(&world, query).await;
        assert!(page.len() < 300 << 10 && rows(&page).len() == 50, "{}", page.len());
    }
}

const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>\u{202e}\u{0}";
