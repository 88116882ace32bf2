//! What becomes of a submission: three ways to say it, with one meaning.

use std::fmt::Write;

use contract::{Sink, World, refusal};
use doku_types::BrandId;
use http::Method;
use serde_json::{Value, json};

use crate::snapshot;

const OUTCOMES: [&str; 15] = [
    "approve",
    "pending",
    "reject.BUSINESS_CONTACT",
    "reject.BUSINESS_ADDRESS",
    "reject.BUSINESS_DOCUMENT",
    "reject.BUSINESS_BANK",
    "reject.BRAND_SOCIAL_MEDIA",
    "reject.BRAND_PHOTO_PROOF",
    "reject.BUSINESS",
    "reject.BRAND",
    "reject.BUSINESS_DOCUMENT,reject.BRAND_PHOTO_PROOF",
    "suspend",
    "suspend.full",
    "activate",
    "product.reject.QRIS",
];

#[derive(Debug, Clone, Copy)]
enum Way {
    Header,
    Tag,
    ByHand,
}

const WAYS: [Way; 3] = [Way::Header, Way::Tag, Way::ByHand];

/// Asks for an outcome of a registration; the first answer that is no success, or the last.
async fn ask(world: &World, document: &Value, outcome: &str, way: Way) -> (u16, Value) {
    let mut document = document.clone();
    let header = match way {
        Way::Header => Some(outcome),
        Way::Tag => {
            document["business"]["email"] = tagged(outcome).into();
            None
        }
        Way::ByHand => Some("pending"),
    };
    let registered = world.answer(world.register(&document, header)).await;
    if !matches!(way, Way::ByHand) || registered.0 != 200 || outcome == "pending" {
        return registered;
    }
    let id = registered.1["business"]["id"].as_str().unwrap().to_owned();
    let decide = json!({"outcome": outcome});
    world.own(Method::POST, &format!("businesses/{id}/decide"), Some(&decide)).await
}

fn tagged(outcome: &str) -> String {
    let tags: Vec<_> = outcome.split(',').map(|item| format!("+kyb.{}", item.trim())).collect();
    format!("warung{}@example.com", tags.concat())
}

fn only_brand(world: &World) -> BrandId {
    let ids = world.mock.businesses();
    assert_eq!(ids.len(), 1);
    world.mock.business(&ids[0]).unwrap().brands[0].id.clone()
}

/// What Get Business Data shows of the verdicts, and the notes.
fn verdicts(business: &Value) -> String {
    let brand = &business["brands"][0];
    let mut text = format!(
        "business {}, brand {}, operational {}, {} {}, finance {}, risk {}\n",
        business["status"],
        brand["status"],
        brand["operational_status"],
        brand["services"][0]["code"],
        brand["services"][0]["status"],
        brand["finance_status"],
        brand["risk_engine_status"],
    );
    for list in ["contacts", "addresses", "banks"] {
        let _ = writeln!(text, "{list} {}", business[list][0]["status"]);
    }
    for (what, notes) in [("business", business), ("brand", brand)] {
        if let Some(notes) = notes.get("reject_notes") {
            let _ = writeln!(text, "{what}'s notes {notes}");
        }
    }
    text.replace('"', "")
}

/// A document without what differs from one run to the next or by the way that was taken.
fn bare(mut document: Value) -> Value {
    match &mut document {
        Value::Object(fields) => {
            fields.retain(|name, _| {
                !matches!(name.as_str(), "id" | "link" | "photo" | "email" | "callback_url")
            });
            for field in fields.values_mut() {
                *field = bare(field.take());
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| *entry = bare(entry.take())),
        _ => {}
    }
    document
}

#[tokio::test]
async fn header_tag_and_decision_by_hand_come_to_the_same_for_every_outcome() {
    let mut table = String::new();
    for outcome in OUTCOMES {
        let mut seen = Vec::new();
        for way in WAYS {
            let world = World::new().await;
            let sink = Sink::answering([]).await;
            let papers = world.upload_papers().await;
            let document = world.document(&papers, &sink.url("/kyb"));
            let answer = ask(&world, &document, outcome, way).await;
            assert_eq!(answer.0, 200, "{outcome} by {way:?}: {}", answer.1);
            let business = world.get(&only_brand(&world)).await;
            seen.push((world.told(0), sink.requests().len(), bare(business)));
        }
        assert_eq!(seen[0], seen[1], "{outcome}");
        assert_eq!(seen[0], seen[2], "{outcome}");
        let (told, received, business) = seen.remove(0);
        assert_eq!(told.len(), received, "{outcome}");
        let told = if told.is_empty() { vec!["nothing is told".to_owned()] } else { told };
        let _ = writeln!(table, "# {outcome}\n{}\n= {}", told.join("\n"), verdicts(&business));
    }
    snapshot!("outcomes", table);
}

#[tokio::test]
async fn what_is_no_outcome_is_refused_each_way_and_told_what_is_one() {
    let allowed = "is no outcome: use approve, pending, reject.<PART>, suspend, suspend.full, activate, product.activate.<CODE> or product.reject.<CODE>, several by comma; <PART> is one of BUSINESS_CONTACT, BUSINESS_ADDRESS, BUSINESS_DOCUMENT, BUSINESS_BANK, BRAND_SOCIAL_MEDIA, BRAND_PHOTO_PROOF, BUSINESS, BRAND";
    let world = World::new().await;
    let papers = world.upload_papers().await;
    let document = world.document(&papers, "http://127.0.0.1:1/x");
    for (way, place) in
        [(Way::Header, "the header Doku-Mock-Outcome:"), (Way::Tag, "/business/email:")]
    {
        for wrong in ["reject.KTP", "APPROVE", "reject", "reject.BRAND_PRODUCT", "product.reject."]
        {
            let answer = ask(&world, &document, wrong, way).await;
            assert_eq!(refusal(&answer, 400), [format!("{place} `{wrong}` {allowed}")]);
        }
        let answer = ask(&world, &document, "suspend,reject.BUSINESS_BANK", way).await;
        let text = "`reject.BUSINESS_BANK` and `suspend` contradict each other: only an active business is suspended, and a rejected one is not active";
        assert_eq!(refusal(&answer, 400), [format!("{place} {text}")]);
    }
    assert_eq!(world.mock.businesses(), [], "nothing that was refused is registered");

    let answer = ask(&world, &document, "reject.KTP", Way::ByHand).await;
    assert_eq!(refusal(&answer, 400), [format!("outcome: `reject.KTP` {allowed}")]);
    let answer = ask(&world, &document, "pending,approve", Way::ByHand).await;
    assert!(refusal(&answer, 400)[0].contains("what is pending is not decided"));
    assert_eq!(world.mock.callbacks(), [], "what could not be read decides nothing");
}

#[tokio::test]
async fn an_outcome_that_cannot_come_true_is_refused_each_way_with_its_reason() {
    for way in WAYS {
        let world = World::new().await;
        let papers = world.upload_papers().await;
        let mut document = world.document(&papers, "http://127.0.0.1:1/x");
        document["business"]["brands"][0]["social_media"] = json!([]);
        let answer = ask(&world, &document, "reject.BRAND_SOCIAL_MEDIA", way).await;
        // On DOKU's surface 409 is a repeated request (A13).
        let status = if matches!(way, Way::ByHand) { 409 } else { 400 };
        let reason = match way {
            Way::ByHand => {
                "reject.BRAND_SOCIAL_MEDIA does not apply: BRAND_SOCIAL_MEDIA is not under review, since it was not sent or is decided; suspend an active business, or have the part updated first"
            }
            _ => {
                "reject.BRAND_SOCIAL_MEDIA does not apply: nothing of BRAND_SOCIAL_MEDIA was submitted or changed, so it is not judged; leave it out or send that part"
            }
        };
        assert_eq!(refusal(&answer, status), [reason], "{way:?}");
        let answer = ask(&world, &document, "product.reject.VA", way).await;
        let reason = "product.reject.VA does not apply: no brand has that service";
        assert_eq!(refusal(&answer, status), [reason], "{way:?}");
        assert_eq!(world.mock.callbacks(), [], "nothing was decided");
        let registered = world.mock.businesses().len();
        assert_eq!(registered, if matches!(way, Way::ByHand) { 2 } else { 0 }, "{way:?}");
    }
}

#[tokio::test]
async fn a_default_outcome_is_for_what_does_not_say_so_itself_and_only_as_far_as_it_applies() {
    let world =
        World::with(|mock| mock.outcome("reject.BRAND_SOCIAL_MEDIA".parse().unwrap())).await;
    let papers = world.upload_papers().await;
    let mut document = world.document(&papers, "http://127.0.0.1:1/x");
    let status = |answer: (u16, Value)| {
        let id = answer.1["business"]["id"].as_str().unwrap().to_owned();
        world.mock.business(id).unwrap().status.unwrap().to_string()
    };
    assert_eq!(status(world.answer(world.register(&document, None)).await), "REJECTED");
    assert_eq!(status(world.answer(world.register(&document, Some("approve"))).await), "ACTIVE");
    // Nothing of it is sent, so nothing of it is rejected.
    document["business"]["brands"][0]["social_media"] = json!([]);
    assert_eq!(status(world.answer(world.register(&document, None)).await), "ACTIVE");
    document["business"]["email"] = tagged("pending").into();
    assert_eq!(status(world.answer(world.register(&document, None)).await), "UPDATING");
    // The header is nearer than the tag.
    let both = world.register(&document, Some("reject.BUSINESS_BANK"));
    assert_eq!(status(world.answer(both).await), "REJECTED");
}

#[tokio::test]
async fn an_update_is_judged_by_its_own_header_else_its_own_tag_else_the_default() {
    let world = World::with(|mock| mock.outcome("reject.BUSINESS".parse().unwrap())).await;
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    let mut document = world.document(&papers, &sink.url("/kyb"));
    // The tag of the registration is not the update's.
    document["business"]["email"] = tagged("approve").into();
    assert_eq!(world.answer(world.register(&document, None)).await.0, 200);
    let brand = only_brand(&world);
    let mut told = world.told(0).len();
    let mut table = String::new();
    let mut number = 0;
    for (header, tag) in [
        (None, None),
        (Some("reject.BUSINESS_ADDRESS"), None),
        (None, Some("suspend")),
        (Some("approve"), Some("reject.BUSINESS_BANK")),
        (None, None),
    ] {
        number += 1;
        let mut update = json!({"business": {"addresses": [
            {"area": "17133", "country": "ID", "name": format!("Jalan {number}"), "primary": true}
        ]}});
        if let Some(tag) = tag {
            update["business"]["email"] = tagged(tag).into();
        }
        let answer = world.answer(world.update(&brand, &update, header)).await;
        assert_eq!(answer.0, 200, "{}", answer.1);
        let lines = world.told(told);
        told += lines.len();
        let _ = writeln!(table, "# header {header:?}, tag {tag:?}\n{}\n", lines.join("\n"));
    }
    snapshot!("outcomes_of_updates", table);
}
