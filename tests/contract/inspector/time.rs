//! The page of the clock: what falls due, and moving on.

use contract::{Sink, World, start};
use doku_mock::{CallbackFault, Clock, DeliveryState, FaultKind, Pace};
use std::time::Duration;

use super::{get, post};

const PAGE: &str = "/_mock/ui/time";

/// The rows of the table, each as its text with one space where there was markup.
fn rows(page: &str) -> Vec<String> {
    let body = page.split_once("<tbody>").map_or("", |(_, body)| body);
    let body = body.split_once("</tbody>").map_or("", |(body, _)| body);
    body.split("<tr>").skip(1).map(text).collect()
}

fn text(markup: &str) -> String {
    let mut text = String::new();
    for piece in markup.split('<') {
        text.push(' ');
        text.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn realistic() -> World {
    World::with(|mock| mock.pace(Pace::Realistic)).await
}

#[tokio::test]
async fn the_page_says_which_clock_it_is_and_what_that_means() {
    let fast = Clock::Scaled(3600);
    for (clock, told) in [
        (Clock::Real, "The machine&apos;s: it runs by itself"),
        (Clock::Manual(Some(start())), "Manual: it stands still, and nothing falls due, until"),
        (fast, "3600 times as fast as the machine&apos;s: it runs by itself"),
    ] {
        let world = World::with(|mock| mock.clock(clock)).await;
        let (status, page) = get(&world, PAGE).await;
        assert_eq!(status, 200);
        assert!(page.contains(told) || page.contains(&told.replace("&apos;", "'")), "{page}");
        assert!(page.contains("Nothing is planned."));
        assert!(page.contains("Advance by 48 h<br>") && rows(&page).is_empty());
        assert!(!page.contains("Advance to the next event"));
    }
}

#[tokio::test]
async fn each_button_says_what_time_it_will_be_and_makes_it_so() {
    let world = realistic().await;
    let sink = Sink::answering([]).await;
    world.registered(&sink).await;
    let (_, page) = get(&world, PAGE).await;
    let told = text(&page);
    for button in [
        "Advance by 1 h to 2026-11-22 04:04:05 UTC",
        "Advance by 24 h to 2026-11-23 03:04:05 UTC",
        "Advance by 48 h to 2026-11-24 03:04:05 UTC",
        // The first of seven steps within 48 hours.
        "Advance to the next event to 2026-11-22 09:55:30 UTC",
    ] {
        assert!(told.contains(button), "{button}: {told}");
    }
    assert!(told.contains("Next event 2026-11-22 09:55:30 UTC (in 6 h 51 min 25 s)"), "{told}");
    for (field, value, now) in [
        ("by", "1h", "2026-11-22T04:04:05Z"),
        ("to", "next", "2026-11-22T09:55:30Z"),
        ("to", "2026-11-25T00:00:00+07:00", "2026-11-24T17:00:00Z"),
        ("by", "30m", "2026-11-24T17:30:00Z"),
    ] {
        let reply = post(&world, PAGE, &[(field, value)]).await;
        assert_eq!(reply.status(), 303, "{value}");
        assert_eq!(reply.headers()["location"], "/_mock/ui/time?done=advanced");
        assert_eq!(world.mock.now().to_string(), now, "{value}");
    }
    let (_, page) = get(&world, "/_mock/ui/time?done=advanced").await;
    assert!(page.contains("The clock was moved on"));
}

#[tokio::test]
async fn what_falls_due_is_listed_with_whose_it_is_and_what_will_be_decided() {
    let world = realistic().await;
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    let document = world.document(&papers, &sink.url("/kyb"));
    let outcome = Some("reject.BUSINESS_BANK");
    assert_eq!(world.answer(world.register(&document, outcome)).await.0, 200);
    let (_, page) = get(&world, PAGE).await;
    let rows = rows(&page);
    let id = world.mock.businesses()[0].to_string();
    assert_eq!(rows.len(), 8, "six parts, the business and its brand: {rows:#?}");
    assert!(rows[3].contains("KYB decides BUSINESS_BANK REJECTED"), "{rows:#?}");
    assert!(rows[6].contains("KYB decides BUSINESS REJECTED"), "{rows:#?}");
    assert!(rows[6].starts_with("2026-11-24 03:04:05 UTC in 48 h"), "{rows:#?}");
    assert!(rows[7].contains("KYB decides BRAND of BRN-0001-"), "{rows:#?}");
    assert!(rows.iter().all(|row| row.contains(&id) && row.ends_with("Warung Contoh")));
    assert!(page.contains(&format!("href=\"/_mock/ui/businesses/{id}\"")));
}

#[tokio::test]
async fn the_ladder_of_a_refused_callback_is_seen_step_by_step() {
    let world = World::new().await;
    let refusing = std::iter::repeat_n(200, 9).chain([500; 4]);
    let sink = Sink::answering(refusing).await;
    let business = world.registered(&sink).await;
    let number = world.mock.callbacks()[9].number;
    for (attempt, due) in [
        (2, "2026-11-22 03:34:05 UTC in 30 min"),
        (3, "2026-11-22 09:04:05 UTC in 5 h 30 min"),
        (4, "2026-11-22 15:04:05 UTC in 6 h"),
    ] {
        let (_, page) = get(&world, PAGE).await;
        let rows = rows(&page);
        assert_eq!(rows.len(), 1, "{rows:?}");
        let expected = format!("{due} Attempt {attempt} at callback {number} BRAND_PRODUCT QRIS");
        assert!(rows[0].starts_with(&expected), "{rows:?}");
        let id = &business.id;
        let link =
            format!("href=\"/_mock/ui/businesses/{id}?callback={number}#callback-{number}\"");
        assert!(page.contains(&link), "{link}");
        assert_eq!(post(&world, PAGE, &[("to", "next")]).await.status(), 303);
        assert_eq!(world.mock.callbacks()[9].attempts.len(), attempt);
    }
    assert_eq!(world.mock.callbacks()[9].state, DeliveryState::Exhausted);
    let (_, page) = get(&world, PAGE).await;
    assert!(rows(&page).is_empty() && page.contains("Nothing is planned."));
    let reply = post(&world, PAGE, &[("to", "next")]).await;
    assert_eq!(reply.status(), 409);
    let page = String::from_utf8(reply.body().to_vec()).unwrap();
    assert!(page.contains("nothing is planned, so there is no next event"));
}

#[tokio::test]
async fn a_duration_that_is_refused_stays_to_be_corrected() {
    let world = World::new().await;
    let hostile = "\"><script>alert(1)</script>";
    for (field, typed, why) in [
        ("by", "two days", "not a duration: give 30m, 48h or 1h30m"),
        ("by", hostile, "not a duration"),
        ("by", "9999999h", "the clock cannot go beyond the year 2255"),
        ("to", "2026-11-22T03:04:04Z", "that instant is over"),
        ("to", "tomorrow", "to is no instant: give next"),
    ] {
        let reply = post(&world, PAGE, &[(field, typed)]).await;
        assert_eq!(reply.status(), 400, "{typed}");
        let page = String::from_utf8(reply.body().to_vec()).unwrap();
        assert!(page.contains(why), "{typed}: {page}");
        let escaped = typed.replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
        assert!(page.contains(&format!("name=\"{field}\" value=\"{escaped}\"")), "{typed}");
        assert!(!page.contains("<script>"));
    }
    let long = "\"".repeat(1025);
    for (fields, why) in [
        (&[][..], "send the form as the page has it"),
        (&[("by", "1h"), ("to", "next")], "give one of by and to"),
        (&[("by", " ")], "type how far, such as 48h, or to which instant"),
        (&[("by", &long)], "a field had more than 1024 bytes and is empty now"),
    ] {
        let reply = post(&world, PAGE, fields).await;
        assert_eq!(reply.status(), 400, "{fields:?}");
        let page = String::from_utf8(reply.body().to_vec()).unwrap();
        assert!(page.contains(why) && !page.contains("&quot;&quot;"), "{fields:?}: {page}");
    }
    let reply = post(&world, PAGE, &[("by", &"\"".repeat(3 << 20))]).await;
    assert_eq!(reply.status(), 413);
    assert!(reply.body().len() < 10_000);
    assert_eq!(world.mock.now(), start());
}

#[tokio::test]
async fn a_hostile_name_and_a_long_agenda_leave_the_page_whole_and_small() {
    let world = realistic().await;
    let sink = Sink::answering([]).await;
    let papers = world.upload_papers().await;
    let mut document = world.document(&papers, &sink.url("/kyb"));
    let name = format!("<script>\u{202e}\"'&{}", "x".repeat(200));
    document["business"]["name"] = name.clone().into();
    let registered = world.answer(world.register(&document, None)).await;
    assert_eq!(registered.0, 200, "{}", registered.1);
    for _ in 0..8 {
        assert_eq!(world.answer(world.register(&document, None)).await.0, 200);
    }
    let (_, page) = get(&world, PAGE).await;
    assert_eq!(rows(&page).len(), 50);
    assert!(page.contains("These are the first 50"));
    assert!(!page.contains("<script>") && page.contains("&lt;script&gt;\u{202e}&quot;"));
    assert!(!page.contains(&"x".repeat(100)), "it is cut");
    assert!(page.len() < 300 << 10, "{}", page.len());
}

#[tokio::test]
async fn a_delayed_callback_is_there_with_its_first_attempt() {
    let world = World::new().await;
    let half_an_hour = FaultKind::Delay(Duration::from_secs(1800));
    world.mock.arm(CallbackFault::new(half_an_hour).times(1)).unwrap();
    let sink = Sink::answering([]).await;
    world.registered(&sink).await;
    let rows = rows(&get(&world, PAGE).await.1);
    assert_eq!(rows.len(), 1);
    let expected = "2026-11-22 03:34:05 UTC in 30 min Attempt 1 at callback 1 BUSINESS_CONTACT";
    assert!(rows[0].starts_with(expected), "{rows:?}");
}
