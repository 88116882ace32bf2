//! The page of the faults: arming, striking, disarming.

use contract::{Sink, World, path};
use http::Method;
use serde_json::{Value, json};

use super::{get, post};

const PAGE: &str = "/_mock/ui/faults";

async fn arm(world: &World, fields: &[(&str, &str)]) -> (u16, String) {
    let reply = post(world, PAGE, fields).await;
    (reply.status().as_u16(), String::from_utf8(reply.body().to_vec()).unwrap())
}

async fn listed(world: &World) -> Value {
    world.own(Method::GET, "faults", None).await.1
}

/// The row of a fault, up to the next.
fn row(page: &str, number: u64) -> &str {
    let (_, row) = page.split_once(&format!("<tr id=\"fault-{number}\">")).expect("its row");
    row.split_once("</tr>").expect("a whole row").0
}

#[tokio::test]
async fn what_a_form_arms_strikes_and_is_seen_to_and_can_be_disarmed() {
    let world = World::new().await;
    let fields =
        [("reply", "status"), ("status", "503"), ("retry_after", "5s"), ("times", "1"), ("by", "")];
    let reply = post(&world, PAGE, &fields).await;
    assert_eq!(reply.status(), 303);
    assert_eq!(reply.headers()["location"], "/_mock/ui/faults?done=armed");
    let (_, page) = get(&world, PAGE).await;
    assert!(row(&page, 1).contains("status=503;retry-after=5s;times=1"), "{page}");
    let seen = |page: &str, texts: [&str; 2]| texts.iter().all(|text| row(page, 1).contains(text));
    assert!(seen(&page, [">never yet<", ">once more<"]), "{}", row(&page, 1));

    let requirements = path("/business/requirements?type=CORPORATE");
    let ask = async || world.send(world.signed(Method::GET, &requirements, b"")).await.status();
    assert_eq!(ask().await, 503);
    let (_, page) = get(&world, PAGE).await;
    assert!(seen(&page, [">happened once<", ">no more<"]), "{}", row(&page, 1));
    // What has happened as often as it was to is not among what is armed.
    let (armed, spent) = page.split_once("<h2>Spent</h2>").unwrap();
    assert!(armed.contains("<h2>Armed</h2><p>Nothing is armed: everything goes"), "{armed}");
    assert!(row(spent, 1).contains("Remove fault 1") && !page.contains("<button>Disarm fault"));

    let reply = post(&world, "/_mock/ui/faults/1/disarm", &[]).await;
    assert_eq!(reply.status(), 303);
    assert_eq!(reply.headers()["location"], "/_mock/ui/faults?done=disarmed");
    assert_eq!(listed(&world).await, json!([]));
    let (_, page) = get(&world, "/_mock/ui/faults?done=disarmed").await;
    assert!(page.contains("Disarmed.") && page.contains("Nothing is armed: everything goes"));
    assert_ne!(ask().await, 503);
}

#[tokio::test]
async fn the_three_forms_arm_what_a_program_would() {
    let world = World::new().await;
    for (fields, armed) in [
        (
            &[("callback", "delay"), ("by", "90m"), ("type", "BRAND"), ("times", "2")][..],
            "callback.delay=1h30m;type=BRAND;times=2",
        ),
        (&[("callback", "drop"), ("by", ""), ("type", "")], "callback.drop"),
        (
            &[
                ("reply", "drip"),
                ("by", "100ms"),
                ("bytes", "16"),
                ("operation", "Business Registration"),
                ("partner", "BRN-1"),
                ("nth", "2"),
                ("times", "3"),
                ("probability", "0.25"),
            ],
            "drip=100ms;bytes=16;operation=business-registration;partner=BRN-1;nth=2;times=3;probability=0.25",
        ),
        (&[("reply", "wrong-length"), ("bytes", "-5")], "wrong-length=-5"),
        (
            &[("reply", "status"), ("status", "401"), ("code", "invalid_signature")],
            "status=401;code=invalid_signature",
        ),
        (&[("reply", "skew"), ("by", "-90m")], "skew=-1h30m"),
        (&[("fault", "reset.after; times=1")], "reset.after;times=1"),
    ] {
        assert_eq!(arm(&world, fields).await.0, 303, "{fields:?}");
        let listed = listed(&world).await;
        assert_eq!(listed.as_array().unwrap().last().unwrap()["fault"], armed);
    }
    let (_, page) = get(&world, PAGE).await;
    assert!(row(&page, 3).contains("from call 2 on") && row(&page, 3).contains("probability 0.25"));
    assert!(page.contains("Disarm fault 7"));
    assert_eq!(post(&world, "/_mock/ui/faults/disarm", &[]).await.status(), 303);
    assert_eq!(listed(&world).await, json!([]));
}

#[tokio::test]
async fn the_text_of_a_callback_s_fault_arms_the_same_again_after_it_has_happened() {
    let world = World::new().await;
    assert_eq!(arm(&world, &[("fault", "callback.drop;type=BUSINESS_BANK;times=1")]).await.0, 303);
    let sink = Sink::answering([]).await;
    world.registered(&sink).await;
    let armed = listed(&world).await;
    let text = armed[0]["fault"].as_str().unwrap();
    assert_eq!(
        (text, &armed[0]["remaining"]),
        ("callback.drop;type=BUSINESS_BANK;times=1", &json!(0))
    );
    let (_, page) = get(&world, PAGE).await;
    assert!(row(&page, 1).contains(text) && row(&page, 1).contains("no more"));
    assert_eq!(arm(&world, &[("fault", text)]).await.0, 303);
    assert_eq!(listed(&world).await[1]["remaining"], 1);
}

#[tokio::test]
async fn what_is_refused_is_explained_and_stays_in_its_form() {
    let world = World::new().await;
    let hostile = "\"><script>alert(1)</script>";
    for (fields, why) in [
        (&[("callback", "delay"), ("by", "soon")][..], "not a duration"),
        (&[("callback", "drop"), ("by", "30m")], "by goes with delay alone"),
        (&[("callback", "drop"), ("times", "-1")], "times is not such a number"),
        (&[("reply", "status"), ("status", "200")], "status is no number from 400 to 599"),
        (&[("reply", "status")], "status is missing: give 503, say"),
        (&[("reply", "status"), ("status", "lots")], "status is not such a number"),
        (&[("reply", "unsigned"), ("probability", "NaN")], "probability is none from 0 to 1"),
        (&[("reply", "unsigned"), ("probability", "2")], "probability is none from 0 to 1"),
        (&[("reply", "unsigned"), ("partner", "a b")], "partner is no client id"),
        (&[("reply", "unsigned"), ("partner", "x;times=9")], "partner is not readable"),
        (&[("fault", "explode")], "is no fault: use status=503"),
        (&[("fault", hostile)], "is no fault"),
    ] {
        let (status, page) = arm(&world, fields).await;
        assert_eq!(status, 400, "{fields:?}");
        assert!(page.contains(why), "{fields:?}: {page}");
        assert!(!page.contains("<script>"));
        for (name, value) in fields {
            let escaped = value.replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
            let typed = format!("name=\"{name}\" value=\"{escaped}\"");
            let chosen = format!("<option value=\"{escaped}\" selected>");
            assert!(page.contains(&typed) || page.contains(&chosen), "{name}={value}: {page}");
        }
    }
    let (status, page) = arm(&world, &[("fault", " ")]).await;
    assert_eq!(status, 400);
    assert!(page.contains("give one of fault, callback and reply"));
    // What was typed into one form is not in the other.
    let (_, page) = arm(&world, &[("callback", "delay"), ("by", "soon")]).await;
    assert_eq!(page.matches("value=\"soon\"").count(), 1);
    assert_eq!(listed(&world).await, json!([]));
    for number in ["1", "x", "%22%3E", "99999999999999999999"] {
        let status = post(&world, &format!("{PAGE}/{number}/disarm"), &[]).await.status();
        assert!(status == 404 || status == 400, "{number}: {status}");
    }
}

#[tokio::test]
async fn a_form_with_more_than_anybody_types_is_not_given_back() {
    let world = World::new().await;
    let (size, within) = (1 << 20, 100 << 10);
    for (count, status) in [(1024, 400), (1025, 400), (16 << 10, 413), (size, 413)] {
        for name in ["fault", "reply", "callback", "partner"] {
            let (answered, page) =
                arm(&world, &[(name, &"\"".repeat(count)), ("fault", "x")]).await;
            assert_eq!(answered, status, "{count} of {name}");
            assert!(page.len() < within, "{count} of {name} give {}", page.len());
            let is_told = page.contains("a field had more than 1024 bytes and is empty now");
            assert_eq!(is_told, count == 1025, "{count} of {name}: {page}");
        }
    }
    assert_eq!(listed(&world).await, json!([]));
}

#[tokio::test]
async fn a_hundred_hostile_faults_leave_the_page_whole_and_small() {
    let world = World::new().await;
    let partner = format!("<script>{}", "\"".repeat(900));
    for _ in 0..100 {
        assert_eq!(arm(&world, &[("reply", "unsigned"), ("partner", &partner)]).await.0, 303);
    }
    let (status, page) = arm(&world, &[("fault", "unsigned")]).await;
    assert_eq!(status, 400);
    assert!(page.contains("100 faults are armed already"));
    assert!(page.contains("Disarm fault 100") && !page.contains("<script>"));
    assert!(page.len() < 300 << 10, "{}", page.len());
}
