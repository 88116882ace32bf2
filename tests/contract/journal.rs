//! The journal: what it tells of an exchange, how it is looked through, and what it keeps to itself.

use std::{process::Command, time::Duration};

use bytes::Bytes;
use contract::{Sink, World, json, path, refusal, set_header};
use doku_mock::{DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY, DeliveryState};
use http::{Method, Request};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

async fn journal(world: &World, query: &str) -> Vec<Value> {
    let entries: Value =
        serde_json::from_str(&text(world, &format!("/_mock/journal?{query}")).await).unwrap();
    entries.as_array().unwrap().clone()
}

fn numbers(entries: &[Value]) -> Vec<u64> {
    entries.iter().map(|entry| entry["number"].as_u64().unwrap()).collect()
}

/// An own path's answer as text.
async fn text(world: &World, path: &str) -> String {
    // Not over a socket: a whole journal is more than a client reads.
    let reply = world.mock.call(Request::get(path).body("").unwrap()).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    String::from_utf8(reply.body().to_vec()).unwrap()
}

#[tokio::test]
async fn an_entry_tells_what_a_request_changed_and_what_became_of_its_callbacks() {
    let world = World::new().await;
    let sink = Sink::answering([500]).await;
    let business = world.registered(&sink).await;
    let entry = journal(&world, "operation=business-registration").await.remove(0);
    assert_eq!((&entry["direction"], &entry["verdict"]), (&json!("received"), &json!("accepted")));
    assert_eq!(entry["business"], business.id.as_str());
    assert_eq!(entry["partner"], world.mock.credentials().client_id.as_str());
    assert_eq!((&entry["before"], &entry["after"]["status"]), (&Value::Null, &json!("ACTIVE")));
    assert_eq!(entry["after"]["parts"]["BUSINESS_BANK"], "APPROVED");
    let brand = &entry["after"]["brands"][0];
    assert_eq!(
        (&brand["id"], &brand["services"]),
        (&json!(business.brands[0].id.as_str()), &json!({"QRIS": "ACTIVE"}))
    );
    assert!(entry["assumptions"].as_array().unwrap().contains(&json!("A21")), "{entry}");
    assert_eq!(entry["caused_callbacks"], json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    let (first, second) = (&entry["callbacks"][0], &entry["callbacks"][1]);
    assert_eq!(
        (&first["state"], &first["attempts"][0]["status"]),
        (&json!("pending"), &json!(500))
    );
    assert_eq!(
        (&second["state"], &second["attempts"][0]["status"]),
        (&json!("delivered"), &json!(200))
    );

    // The attempts are those of now, not those of then.
    world.mock.advance(Duration::from_secs(1800)).await.unwrap();
    let (_, again) = world.own(Method::GET, &format!("journal/{}", entry["number"]), None).await;
    assert_eq!(again["callbacks"][0]["state"], "delivered");
    let last = journal(&world, "").await.pop().unwrap();
    assert_eq!(
        (&last["direction"], &last["callback"], &last["attempt"]),
        (&json!("sent"), &json!(1), &json!(2))
    );
    assert_eq!((&last["business"], &last["status"]), (&entry["business"], &json!(200)));

    let update = json!({"business": {"banks": entry["business"]}});
    world.send(world.update(&business.brands[0].id, &update, None)).await;
    let update = json!({"business": {"description": "Sate"}});
    let reply = world.send(world.update(&business.brands[0].id, &update, Some("pending"))).await;
    assert_eq!(reply.status(), 200, "{reply:?}");
    world.get(&business.brands[0].id).await;
    let entries = journal(&world, "business=".to_owned().as_str()).await;
    assert!(entries.is_empty());
    let about = format!("business={}&after={}", business.brands[0].id, last["number"]);
    let entries = journal(&world, &about).await;
    let verdicts: Vec<_> = entries.iter().map(|entry| entry["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["refused", "accepted", "accepted"]);
    let changed =
        |entry: &Value| (entry["before"]["status"].clone(), entry["after"]["status"].clone());
    assert_eq!(changed(&entries[0]), (Value::Null, Value::Null));
    assert_eq!(changed(&entries[1]), (json!("ACTIVE"), json!("UPDATING")));
    assert_eq!(changed(&entries[2]), (Value::Null, Value::Null));
    assert_eq!(entries[2]["business"], business.id.as_str());
}

#[tokio::test]
async fn what_became_of_a_request_is_told_in_one_word() {
    let world = World::new().await;
    let token = br#"{"grant_type":"client_credentials"}"#;
    let right = world.signed(Method::POST, &path("/token"), token);
    world.send(right.clone()).await;
    world.send(right).await;
    world.send(world.signed(Method::POST, &path("/token"), b"{}")).await;
    let mut wrong = world.signed(Method::POST, &path("/token"), token);
    set_header(&mut wrong, "signature", "HMACSHA256=AAAA");
    world.send(wrong).await;
    world.send(world.plain(Method::POST, &path("/file"), b"")).await;
    world.send(world.plain(Method::GET, "/nowhere", b"")).await;
    let mut told = Vec::new();
    for entry in journal(&world, "").await {
        told.push(format!("{} {}", entry["status"], entry["verdict"].as_str().unwrap()));
    }
    assert_eq!(
        told,
        [
            "200 accepted",
            "409 repeated",
            "400 refused",
            "400 not_authenticated",
            "401 not_authenticated",
            "404 not_checked"
        ]
    );
}

#[tokio::test]
async fn the_journal_is_looked_through_by_what_people_ask_for() {
    let world = World::new().await;
    let sink = Sink::answering([]).await;
    let first = world.registered(&sink).await;
    world.mock.advance(Duration::from_secs(3600)).await.unwrap();
    let second = world.registered(&sink).await;
    let mut unknown = world.signed(Method::GET, &path("/file"), b"");
    set_header(&mut unknown, "client-id", "BRN-nobody");
    world.send(unknown).await;
    let all = journal(&world, "limit=1000").await;
    // Token, three files and a registration, twice; ten callbacks each; and the stranger.
    assert_eq!(all.len(), 2 * (5 + 10) + 1);
    let count = async |query: &str| journal(&world, query).await.len();
    assert_eq!(count("operation=upload-file").await, 6);
    assert_eq!(count("operation=Upload%20File&status=200").await, 6);
    assert_eq!(count("status=4xx").await, 1);
    assert_eq!(count("status=404").await, 0);
    assert_eq!(count("partner=BRN-nobody").await, 1);
    assert_eq!(count(&format!("partner={}", world.mock.credentials().client_id)).await, 30);
    assert_eq!(count(&format!("business={}", first.id)).await, 11);
    assert_eq!(count(&format!("business={}", second.brands[0].id)).await, 11);
    assert_eq!(count("until=2026-11-22T04:00:00Z").await, 15);
    // At the instant of the second: before it, and from it on.
    assert_eq!(count("until=2026-11-22T04:04:05Z").await, 15);
    assert_eq!(count("from=2026-11-22T04:04:05Z").await, 16);
    assert_eq!(count("from=2026-11-22T11:04:05%2B07:00").await, 16);
    assert_eq!(count("from=2026-11-22T11:04:05+07:00&status=2xx").await, 15);
    assert_eq!(numbers(&journal(&world, "after=5&limit=3").await), [6, 7, 8]);
    assert_eq!(numbers(&journal(&world, "limit=2").await), [1, 2]);

    for (query, told) in [
        ("operation=upload", "operation is none of check-requirements, "),
        ("status=6xx", "status is not one such as 400 or 4xx"),
        ("from=yesterday", "from is not an instant such as 2026-11-22T03:04:05Z"),
        ("wait=soon", "wait is not a duration such as 30s"),
        ("after=-1", "after is not readable"),
        ("before=x", "before is not readable"),
        ("order=up", "order is oldest or newest"),
        ("verdict=good", "verdict is none of accepted, repeated, "),
        ("direction=in", "direction is none of received, sent"),
        ("reveal=yes", "reveal is not readable"),
        ("wait=1s&before=5", "wait is for what comes, and before is not"),
        (&format!("text={}", "x".repeat(201)), "text is longer than 200 bytes"),
    ] {
        let answer = world.own(Method::GET, &format!("journal?{query}"), None).await;
        assert!(refusal(&answer, 400)[0].starts_with(told), "{answer:?}");
    }
    for number in ["0", "99", "x"] {
        let answer = world.own(Method::GET, &format!("journal/{number}"), None).await;
        assert!(refusal(&answer, 404)[0].starts_with("NO SUCH ENTRY"), "{answer:?}");
    }
}

#[tokio::test]
async fn the_journal_is_read_from_its_end_and_by_what_became_of_each() {
    let world = World::new().await;
    let sink = Sink::answering([500]).await;
    let business = world.registered(&sink).await;
    let mut wrong = world.signed(Method::POST, &path("/token"), b"{}");
    set_header(&mut wrong, "signature", "HMACSHA256=AAAA");
    set_header(&mut wrong, "request-id", "Id-Of-Mine");
    world.send(wrong).await;
    let found = async |query: &str| numbers(&journal(&world, query).await);
    // Token, three files, the registration, ten callbacks, the first of them in vain, and a wrong signature.
    assert_eq!(found("order=newest&limit=3").await, [16, 15, 14]);
    assert_eq!(found("order=newest&limit=3&before=14").await, [13, 12, 11]);
    assert_eq!(found("order=newest&after=12&before=15").await, [14, 13]);
    assert_eq!(found("before=3").await, [1, 2]);
    assert_eq!(found("verdict=not_authenticated").await, [16]);
    assert_eq!(found("verdict=accepted&order=newest").await, [5, 4, 3, 2, 1]);
    assert_eq!(found("direction=sent").await, (6..=15).collect::<Vec<_>>());
    assert_eq!(found("direction=received&status=2xx").await, [1, 2, 3, 4, 5]);
    assert_eq!(found("status=bad").await.len(), 2);
    assert!(found("status=none").await.is_empty());
    assert_eq!(found("text=id-of-MINE").await, [16]);
    assert_eq!(found(&format!("text={}&direction=received", business.id)).await, [5]);
    assert_eq!(found("text=post+/kyb&status=500").await.len(), 0, "the whole URL is its target");
    assert_eq!(found("text=/KYB&status=500").await.len(), 1);
    assert!(found("text=nobody+said+this").await.is_empty());
    // What a filter finds is exported too.
    let har = text(&world, "/_mock/journal.har?text=id-of-mine&order=newest").await;
    let har: Value = serde_json::from_str(&har).unwrap();
    assert_eq!(har["log"]["entries"].as_array().unwrap().len(), 1);

    let mut waiting = wait(&world, "order=newest&text=LATER&wait=50s").await;
    world.send(world.plain(Method::GET, "/sooner", b"")).await;
    world.send(world.plain(Method::GET, "/later", b"")).await;
    assert!(read_until(&mut waiting, "]").await.contains("\"number\":18"));
}

#[tokio::test]
async fn whoever_asks_for_it_sees_personal_data_but_neither_keys_nor_tokens() {
    let world = World::new().await;
    world.registered(&Sink::answering([]).await).await;
    let raw = world.mock.journal();
    let answer = &raw[4].answer.as_ref().unwrap().body;
    let answer: Value = serde_json::from_slice(answer).unwrap();
    let shared_key = answer["business"]["brands"][0]["shared_key"].as_str().unwrap();
    for form in ["", ".har", "/5", "/5/curl", "/1"] {
        let masked = text(&world, &format!("/_mock/journal{form}")).await;
        assert!(!masked.contains("John Doe"), "{form}");
        let revealed = text(&world, &format!("/_mock/journal{form}?reveal=true")).await;
        assert_eq!(revealed.contains("John Doe"), form != "/1", "{form}");
        for secret in ["eyJ", DEFAULT_SECRET_KEY, shared_key] {
            assert!(!revealed.contains(secret), "{form} has {secret}");
        }
    }
}

#[tokio::test]
async fn a_diagnosis_has_both_strings_to_sign_and_where_they_differ() {
    let world = World::new().await;
    let target = path("/token");
    let (sent, hashed) = (&b"{}"[..], &b"{}\n"[..]);
    let mut wrong = world.signed(Method::POST, &target, hashed);
    *wrong.body_mut() = sent.into();
    set_header(&mut wrong, "content-length", "2");
    world.send(wrong.clone()).await;
    let diagnosis = &journal(&world, "").await[0]["diagnosis"];
    assert_eq!(diagnosis["codes"], json!(["body-newline"]));
    let advice = &diagnosis["mistakes"][0];
    assert_eq!(advice["code"], "body-newline");
    let summary = diagnosis["summary"].as_str().unwrap();
    assert!(summary.starts_with(advice["advice"].as_str().unwrap()), "{diagnosis}");

    let to_sign = &diagnosis["to_sign"];
    let string = |body: &[u8]| {
        let said = |name: &str| wrong.headers()[name].to_str().unwrap().to_owned();
        let digest = doku_signing::Digest::of(body);
        format!(
            "Client-Id:{}\nRequest-Id:{}\nRequest-Timestamp:{}\nRequest-Target:{target}\nDigest:{digest}",
            said("client-id"),
            said("request-id"),
            said("request-timestamp")
        )
    };
    assert_eq!(
        (&to_sign["right"], &to_sign["signed"]),
        (&json!(string(sent)), &json!(string(hashed)))
    );
    let place = &to_sign["difference"];
    assert_eq!((&place["line"], &place["column"]), (&json!(5), &json!(8)));
    let offset = usize::try_from(place["offset"].as_u64().unwrap()).unwrap();
    assert_eq!(string(sent)[..offset], string(hashed)[..offset]);
    assert_ne!(string(sent)[offset..=offset], string(hashed)[offset..=offset]);
    let place = &to_sign["body_difference"];
    assert_eq!((&place["signed"], &place["right"]), (&json!("a line feed"), &json!("the end")));

    // With another key, what was signed is not known; and what comes before a signature has no strings.
    let mut unknown = wrong.clone();
    set_header(&mut unknown, "signature", &format!("HMACSHA256={}=", "A".repeat(43)));
    world.send(unknown).await;
    world.send(world.plain(Method::POST, &target, b"{}")).await;
    let entries = journal(&world, "after=1").await;
    let (unknown, missing) = (&entries[0]["diagnosis"], &entries[1]["diagnosis"]);
    assert_eq!(unknown["to_sign"]["right"], string(sent));
    assert_eq!((&unknown["to_sign"]["signed"], &unknown["mistakes"]), (&Value::Null, &json!([])));
    assert_eq!(
        (&missing["to_sign"], &missing["codes"][0]),
        (&Value::Null, &json!("header-missing"))
    );
}

#[tokio::test]
async fn whoever_waits_is_answered_by_the_next_exchange_that_is_looked_for() {
    let world = World::new().await;
    world.send(world.plain(Method::GET, "/before", b"")).await;
    let mut waiting = wait(&world, "status=401&wait=50s").await;
    world.send(world.plain(Method::GET, "/not-this", b"")).await;
    world.send(world.plain(Method::POST, &path("/file"), b"")).await;
    let answer = read_until(&mut waiting, "]").await;
    assert!(answer.contains("\"status\":401") && !answer.contains("not-this"), "{answer}");
    // What is there already is not waited for.
    assert_eq!(numbers(&journal(&world, "status=404&wait=50s").await), [1, 2]);
    assert_eq!(journal(&world, "status=500&wait=1ms").await.len(), 0);
}

#[tokio::test]
async fn only_so_many_wait_at_once_and_the_end_of_the_mock_is_theirs_too() {
    let world = World::new().await;
    let mut waiting = Vec::new();
    for _ in 0..64 {
        waiting.push(wait(&world, "wait=60s").await);
    }
    let one_more = async {
        loop {
            let answer = world.own(Method::GET, "journal?wait=1ms", None).await;
            if answer.0 == 503 {
                break answer;
            }
        }
    };
    let answer = tokio::time::timeout(Duration::from_secs(30), one_more).await.unwrap();
    assert!(refusal(&answer, 503)[0].starts_with("TOO MANY WAIT"), "{answer:?}");
    assert_eq!(journal(&world, "").await.len(), 0);
    let World { mock, .. } = world;
    tokio::time::timeout(Duration::from_secs(4), mock.shutdown())
        .await
        .expect("nobody holds it up");
    for socket in &mut waiting {
        assert!(read_until(socket, "[]").await.starts_with("HTTP/1.1 200 OK"));
    }
}

/// Asks for the journal on a connection of its own.
async fn wait(world: &World, query: &str) -> TcpStream {
    let mut socket = TcpStream::connect(world.mock.address()).await.unwrap();
    let request = format!("GET /_mock/journal?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    socket
}

async fn read_until(socket: &mut TcpStream, end: &str) -> String {
    let mut answer = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&answer).ends_with(end) {
            let mut chunk = [0; 4096];
            let length = socket.read(&mut chunk).await.unwrap();
            assert!(length > 0, "ended after {}", String::from_utf8_lossy(&answer));
            answer.extend_from_slice(&chunk[..length]);
        }
    };
    tokio::time::timeout(Duration::from_secs(30), reading).await.expect("an answer");
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn an_upload_is_told_by_its_length_and_a_long_body_by_its_beginning() {
    let world = World::new().await;
    world.upload_papers().await;
    let long = format!("{{\"grant_type\":\"{}\"}}", "x".repeat(100_000));
    world.send(world.signed(Method::POST, &path("/token"), long.as_bytes())).await;
    let entries = journal(&world, "").await;
    let (upload, long) = (&entries[1]["request"], &entries[4]["request"]);
    assert_eq!(upload["kept"], 0);
    assert!(upload["withheld"].as_str().unwrap().contains("not kept"), "{upload}");
    assert_eq!((&long["size"], &long["kept"]), (&json!(100_017), &json!(65_536)));
    assert_eq!((&long["json"], &long["text"]), (&Value::Null, &Value::Null));
}

/// Fields of the documents that say who somebody is, or may.
const PERSONAL: &[&str] = &[
    "name",
    "description",
    "email",
    "phone_number",
    "area",
    "account_name",
    "account_number",
    "bank_name",
    "swift_code",
    "value",
    "position",
    "accounts",
    "invited_user",
    "partner_ref_id",
    "unheard_of",
];

/// Puts the marker where people are spoken of.
fn mark(field: Option<&str>, value: &mut Value, marker: &str) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let field = if field == Some("invited_user") { field } else { Some(name.as_str()) };
                mark(field, value, marker);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| mark(field, value, marker)),
        value if field.is_some_and(|field| PERSONAL.contains(&field)) => {
            let old = value.as_str().unwrap_or_default();
            *value = match field {
                // These have to have a form; the refusals of the others are of interest too.
                Some("email") => format!("{marker}+kyb.{marker}@example.com").into(),
                Some("accounts") => format!("{old}/{marker}").into(),
                _ => marker.into(),
            };
        }
        _ => {}
    }
}

#[test]
fn no_personal_field_of_any_document_is_shown_in_any_form_of_the_journal() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (world, sink, papers) = runtime.block_on(async {
        let world = World::new().await;
        let papers = world.upload_papers().await;
        (world, Sink::answering([]).await, papers)
    });
    let mut runner =
        TestRunner::new(Config { cases: 8, failure_persistence: None, ..Config::default() });
    let accepted = std::cell::Cell::new(0);
    let tried = runner.run(&"[a-zA-Z0-9]{10,16}|[0-9]{10,16}", |marker| {
        runtime.block_on(async {
            let last = || world.mock.journal().last().map_or(0, |entry| entry.number);
            let before = last();
            // All that may be personal, wherever; then only what leaves the document without a fault.
            let url = sink.url(&format!("/kyb?key={marker}"));
            let mut document = world.document(&papers, &url);
            for (field, text) in [("name", &marker), ("description", &marker)] {
                document["business"][field] = json!(text);
            }
            document["business"]["contacts"][0]["name"] = json!(marker);
            let reply = world.send(world.register(&document, Some("pending"))).await;
            if reply.status() == 200 {
                accepted.set(accepted.get() + 1);
                let registered = json(&reply)["business"].clone();
                let brand = registered["brands"][0]["id"].as_str().unwrap().to_owned();
                let outcome = "reject.BUSINESS_BANK".parse().unwrap();
                world.mock.decide(&brand, outcome, &[&marker]).await.unwrap();
                world.mock.settle().await;
                world.get(&brand).await;
                let mut update = json!({"business": document["business"]});
                mark(None, &mut update, &marker);
                world.send(world.update(&brand, &update, None)).await;
                let update = json!({"business": {"description": marker, "email": format!("a+kyb.{marker}@x.id")}});
                world.send(world.update(&brand, &update, None)).await;
            }
            document["business"]["unheard_of"] = json!("");
            mark(None, &mut document, &marker);
            document[format!("{marker} {marker}")] = json!(marker);
            world.send(world.register(&document, None)).await;
            let lite = include_bytes!("../samples/create-business-lite.request.json");
            let mut lite: Value = serde_json::from_slice(lite).unwrap();
            mark(None, &mut lite, &marker);
            let body = serde_json::to_vec(&lite).unwrap();
            world.send(world.signed(Method::POST, &path("/business/lite/registration"), &body)).await;
            world.send(world.signed(Method::POST, &path("/business"), &body[..body.len() - 2])).await;
            let target = format!("{}?name={marker}&a%20{marker}=1", path("/file"));
            let mut request = world.signed(Method::GET, &target, b"");
            set_header(&mut request, "x-user", &marker);
            set_header(&mut request, "cookie", &marker);
            world.send(request).await;

            let mut answers = vec![
                text(&world, &format!("/_mock/journal?limit=1000&after={before}")).await,
                text(&world, &format!("/_mock/journal.har?limit=1000&after={before}")).await,
            ];
            for number in before + 1..=last() {
                answers.push(text(&world, &format!("/_mock/journal/{number}")).await);
                answers.push(text(&world, &format!("/_mock/journal/{number}/curl")).await);
            }
            for answer in answers {
                let found = answer.find(&marker[..8]);
                let around = found.map(|at| &answer[at.saturating_sub(200)..at + 8]);
                prop_assert_eq!(around, None);
            }
            Ok(())
        })
    });
    tried.unwrap();
    assert!(accepted.get() > 0, "no registration was accepted: nothing was told to anybody");
}

#[tokio::test]
async fn personal_data_is_shown_on_demand_but_neither_keys_nor_tokens() {
    let world = World::with(|builder| builder.show_personal_data()).await;
    let sink = Sink::answering([]).await;
    let business = world.registered(&sink).await;
    let mut request = world.signed(Method::GET, &path("/file"), b"");
    set_header(&mut request, "x-key", DEFAULT_SECRET_KEY);
    set_header(&mut request, "x-user", "Budi");
    world.send(request).await;
    let shared_key = business.brands[0].shared_key.as_ref().unwrap().expose().to_owned();
    for shown in [text(&world, "/_mock/journal").await, text(&world, "/_mock/journal.har").await] {
        assert!(shown.contains("John Doe") && shown.contains("1234567890123456"), "{shown}");
        assert!(shown.contains("\"Budi\"") && shown.contains("Bearer ‹"), "{shown}");
        for secret in ["eyJ", DEFAULT_SECRET_KEY, &shared_key] {
            assert!(!shown.contains(secret), "{secret}");
        }
    }
    // In this process nothing is masked.
    let raw = world.mock.journal();
    let answer = raw[0].answer.as_ref().unwrap();
    assert!(answer.body.windows(3).any(|window| window == b"eyJ"));
}

/// What `curl` would send, by the shell's reading of the command.
pub(crate) fn sent_by(command: &str) -> Request<Bytes> {
    let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{command}");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
    let words = String::from_utf8(output.stdout).unwrap();
    let mut words = words.split_terminator('\0');
    let (mut request, mut body) = (Request::builder(), Bytes::new());
    while let Some(word) = words.next() {
        match word {
            "-X" => request = request.method(words.next().unwrap()),
            "-H" => {
                let (name, value) = words.next().unwrap().split_once(':').unwrap();
                request = request.header(name, value.trim_start());
            }
            "--data-raw" => body = Bytes::copy_from_slice(words.next().unwrap().as_bytes()),
            url => request = request.uri(url),
        }
    }
    request.body(body).unwrap()
}

async fn curl(world: &World, number: usize) -> String {
    // The mock calls itself by a name that leads nowhere here.
    let command = text(world, &format!("/_mock/journal/{number}/curl")).await;
    command.replace("http://doku.test", &world.base_url())
}

#[tokio::test]
async fn a_curl_command_sends_the_same_again_signed_afresh() {
    let world = World::with(|builder| builder.show_personal_data()).await;
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    let mut document = world.document(&papers, &sink.url("/kyb"));
    document["business"]["name"] = json!("Warung 'Budi' $HOME `id` \"x\" \\ @a é");
    let sent = world.register(&document, Some("reject.BUSINESS_BANK"));
    let first = world.send(sent.clone()).await;
    assert_eq!(first.status(), 200, "{first:?}");
    world.mock.settle().await;

    // An hour later the signature of then would be too old.
    world.mock.advance(Duration::from_secs(7200)).await.unwrap();
    let command = curl(&world, 5).await;
    let again = sent_by(&command);
    assert_eq!((again.method(), again.body()), (sent.method(), sent.body()));
    assert_eq!(again.headers()["doku-mock-outcome"], "reject.BUSINESS_BANK");
    assert_ne!(again.headers()["request-id"], sent.headers()["request-id"]);
    assert!(!command.contains(DEFAULT_SECRET_KEY));
    let second = world.send(again).await;
    assert_eq!(second.status(), 200, "{command}\n{second:?}");
    assert_ne!(json(&first)["business"]["id"], json(&second)["business"]["id"]);
    world.mock.settle().await;

    // A callback is the same event again.
    let told = sink.requests().len();
    let callback = sent_by(&curl(&world, 6).await);
    assert_eq!(world.send(callback).await.status(), 200);
    let requests = sink.requests();
    assert_eq!((&requests[told].body, requests.len()), (&requests[0].body, told + 1));
    assert_eq!(requests[told].headers["request-id"], requests[0].headers["request-id"]);

    let upload = curl(&world, 2).await;
    assert!(upload.contains("# uploads are not kept") && upload.contains("-F 'file=@photo.png'"));
    assert!(
        upload.contains("\"Authorization: Bearer $TOKEN\"") && !upload.contains("eyJ"),
        "{upload}"
    );
    assert_eq!(world.mock.callbacks()[0].state, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_curl_command_of_what_was_received_leads_to_the_mock_whatever_host_its_sender_named() {
    let world = World::new().await;
    // Unsigned, and in absolute form, as a proxy is asked.
    for target in ["http://evil.example", "https://evil.example:1", "http://u:p@evil.example"] {
        let mut request = world.plain(Method::POST, "/", b"{}");
        *request.uri_mut() = format!("{target}{}?type=A", path("/token")).parse().unwrap();
        set_header(&mut request, "client-id", DEFAULT_CLIENT_ID);
        world.mock.call(request).await;
        let last = world.mock.journal().last().unwrap().number;
        let command = text(&world, &format!("/_mock/journal/{last}/curl")).await;
        assert!(command.contains("signature: ") && !command.contains("evil"), "{command}");
        let url = format!("http://doku.test{}?type=A", path("/token"));
        assert_eq!(sent_by(&command).uri(), url.as_str());
        let page = text(&world, &format!("/_mock/ui/exchanges/{last}")).await;
        let (_, again) = page.split_once("Send it again").unwrap();
        assert!(again.contains("doku.test") && !again.contains("evil.example"), "{again}");
    }
    // A callback goes where it went.
    let sink = Sink::answering([]).await;
    world.registered(&sink).await;
    let sent = world.mock.journal().last().unwrap().number;
    let command = text(&world, &format!("/_mock/journal/{sent}/curl")).await;
    assert_eq!(sent_by(&command).uri(), sink.url("/kyb").as_str());
}

#[tokio::test]
async fn a_curl_command_says_where_masking_changed_what_it_sends() {
    let world = World::new().await;
    world.registered(&Sink::answering([]).await).await;
    let token = curl(&world, 1).await;
    assert!(!token.contains("masked"), "{token}");
    assert_eq!(world.send(sent_by(&token)).await.status(), 200);
    let registration = curl(&world, 5).await;
    assert!(
        registration
            .contains("# the body is not the one of then: it is masked; --show-personal-data")
    );
    // It is still rightly signed, for what it says.
    let reply = world.send(sent_by(&registration)).await;
    assert_eq!(reply.status(), 400);
    assert!(json(&reply)["message"].is_array(), "{reply:?}");

    let mut unknown = world.signed(Method::GET, &path("/file"), b"");
    set_header(&mut unknown, "client-id", "BRN-nobody");
    world.send(unknown).await;
    let last = world.mock.journal().len();
    assert!(
        curl(&world, last).await.contains("# it is not signed afresh: its partner is not known")
    );
}

#[tokio::test]
async fn a_curl_command_holds_nothing_that_steers_a_terminal_and_keeps_dots_in_a_path() {
    let world = World::with(|builder| builder.show_personal_data()).await;
    let body = "\u{1b}[31mred\u{1b}[0m\r";
    world.send(world.signed(Method::POST, &path("/token"), body.as_bytes())).await;
    let command = text(&world, "/_mock/journal/1/curl").await;
    assert!(command.chars().all(|c| c == '\n' || !c.is_control()), "{command:?}");
    assert!(command.contains("base64 -d | curl"), "{command}");
    assert!(!command.contains("--path-as-is"));
    world.send(world.signed(Method::POST, &path("/./token"), b"")).await;
    assert!(text(&world, "/_mock/journal/2/curl").await.contains("--path-as-is"));
}

#[tokio::test]
async fn neither_a_query_that_was_signed_nor_a_key_in_a_media_type_is_shown() {
    let world = World::new().await;
    let mut signed = world.signed(Method::POST, &path("/token?name=marker"), b"{}");
    set_header(&mut signed, "content-type", &format!("text/plain; x={DEFAULT_SECRET_KEY}"));
    let said = |name: &str| signed.headers()[name].to_str().unwrap().to_owned();
    let component = doku_signing::non_snap::Component {
        client_id: &said("client-id"),
        request_id: &said("request-id"),
        timestamp: &said("request-timestamp"),
        target: &path("/token?name=marker"),
        digest: Some(doku_signing::Digest::of(b"{}")),
    };
    let key = doku_types::SecretKey::from(DEFAULT_SECRET_KEY);
    let signature = component.sign(doku_signing::non_snap::Form::Request, &key).to_string();
    set_header(&mut signed, "signature", &signature);
    let refused = world.send(signed).await;
    let told = refused.headers()["doku-mock-diagnosis"].to_str().unwrap();
    assert!(told.starts_with("target-query; ") && told.contains("mark"), "{told}");
    for form in ["", ".har", "/1", "/1/curl"] {
        let shown = text(&world, &format!("/_mock/journal{form}")).await;
        assert!(!shown.contains("mark") && !shown.contains(DEFAULT_SECRET_KEY), "{form}: {shown}");
    }
}

/// What HAR 1.2 asks of each object, by the specification's list.
fn assert_has(object: &Value, fields: &[&str]) {
    for field in fields {
        assert!(object.get(field).is_some(), "no {field} in {object}");
    }
}

#[tokio::test]
async fn the_export_is_har_1_2() {
    let world = World::new().await;
    let sink = Sink::answering([500]).await;
    world.registered(&sink).await;
    world.send(world.plain(Method::GET, "/nowhere?a=b%20c", b"")).await;
    let har = text(&world, "/_mock/journal.har?limit=1000").await;
    let har: Value = serde_json::from_str(&har).unwrap();
    let log = &har["log"];
    assert_eq!(log["version"], "1.2");
    assert_has(&log["creator"], &["name", "version"]);
    let entries = log["entries"].as_array().unwrap();
    assert_eq!(entries.len(), world.mock.journal().len());
    for entry in entries {
        assert_has(entry, &["startedDateTime", "time", "request", "response", "cache", "timings"]);
        assert_has(&entry["timings"], &["send", "wait", "receive"]);
        let both = ["httpVersion", "cookies", "headers", "headersSize", "bodySize"];
        let (request, response) = (&entry["request"], &entry["response"]);
        assert_has(request, &[&both[..], &["method", "url", "queryString"]].concat());
        assert_has(
            response,
            &[&both[..], &["status", "statusText", "content", "redirectURL"]].concat(),
        );
        assert_has(&response["content"], &["size", "mimeType"]);
        if let Some(posted) = request.get("postData") {
            assert_has(posted, &["mimeType", "params", "text"]);
        }
        assert!(request["url"].as_str().unwrap().starts_with("http://"), "{request}");
        let headers = [&request["headers"], &response["headers"]];
        for header in headers.into_iter().flat_map(|headers| headers.as_array().unwrap()) {
            assert_has(header, &["name", "value"]);
        }
    }
    let last = &entries[entries.len() - 1]["request"];
    assert_eq!(last["queryString"], json!([{"name": "a", "value": "‹3 characters›"}]));
    let statuses = entries.iter().map(|entry| entry["response"]["status"].as_u64().unwrap());
    assert_eq!(statuses.filter(|status| *status == 500).count(), 1);
    let filtered = text(&world, "/_mock/journal.har?operation=upload-file").await;
    assert_eq!(
        serde_json::from_str::<Value>(&filtered).unwrap()["log"]["entries"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test]
async fn a_callback_that_nobody_answered_is_exported_too() {
    let world = World::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/kyb", listener.local_addr().unwrap());
    drop(listener);
    let papers = world.upload_papers().await;
    let document = world.document(&papers, &url);
    world.send(world.register(&document, None)).await;
    world.mock.settle().await;
    let har = text(&world, "/_mock/journal.har?after=5&limit=1").await;
    let har: Value = serde_json::from_str(&har).unwrap();
    assert_eq!(har["log"]["entries"][0]["response"]["status"], 0);
    let entry = &journal(&world, "after=5&limit=1").await[0];
    assert_eq!((&entry["status"], &entry["response"]), (&Value::Null, &Value::Null));
}
