//! When what is planned falls due, and what an update makes of an earlier plan.

use super::*;

/// What is told, by the hours since the registration.
fn by_hours(story: &mut Story) -> Vec<(u64, String)> {
    let mut all = Vec::new();
    while let Some(due) = story.business.next_due() {
        story.now = due;
        let hours = due.abs_diff(start()).as_secs() / 3600;
        all.extend(told(&story.run()).into_iter().map(|told| (hours, told)));
    }
    all
}

#[test]
fn parts_are_spread_over_two_days_and_services_over_five_more() {
    let mut story = Story::registered(1, "suspend", Pace::Realistic);
    assert!(story.run().is_empty());
    let hours: Vec<_> = by_hours(&mut story)
        .into_iter()
        .map(|(hours, told)| (hours, told.split(' ').next().unwrap().to_owned()))
        .collect();
    let expected = [
        (6, "BUSINESS_CONTACT"),
        (13, "BUSINESS_ADDRESS"),
        (20, "BUSINESS_DOCUMENT"),
        (27, "BUSINESS_BANK"),
        (34, "BRAND_SOCIAL_MEDIA"),
        (41, "BRAND_PHOTO_PROOF"),
        (48, "BUSINESS"),
        (48, "BRAND"),
        (48, "BRAND.OPERATIONAL_STATUS"),
        (48 + 60, "BRAND_PRODUCT"),
        (48 + 120, "BRAND_PRODUCT"),
        (48 + 144, "BRAND.OPERATIONAL_STATUS"),
    ];
    assert_eq!(hours, expected.map(|(hours, kind)| (hours, kind.to_owned())));
}

#[test]
fn a_slow_pace_tells_the_same_as_an_instant_one() {
    for outcome in ["approve", "reject.BUSINESS_BANK", "suspend.full", "product.reject.VA"] {
        let mut instant = Story::registered(2, outcome, Pace::Instant);
        let mut slow = Story::registered(2, outcome, Pace::Realistic);
        // In one go, as after a long sleep.
        assert_eq!(slow.wait(60 * DAY), instant.run());
    }
}

#[test]
fn an_outcome_belongs_to_its_submission() {
    let mut story = Story::registered(1, "reject.BUSINESS_BANK", Pace::Realistic);
    story.wait(DAY / 2);
    let bank = story.business.registration().unwrap().business.banks[0].id.clone().unwrap();
    // At noon of the first day the bank is sent anew, before it was rejected.
    story.update(&format!(r#"{{"banks":[{{"id":"{bank}","account_number":"2"}}]}}"#), "approve");
    let rest = by_hours(&mut story);
    let closing = 12 + 48;
    assert_eq!(
        rest[..8],
        [
            (13, "BUSINESS_ADDRESS APPROVED"),
            (20, "BUSINESS_DOCUMENT APPROVED"),
            (34, "BRAND_SOCIAL_MEDIA APPROVED"),
            (12 + 24, "BUSINESS_BANK APPROVED"),
            (41, "BRAND_PHOTO_PROOF APPROVED"),
            (closing, "BUSINESS ACTIVE"),
            (closing, "BRAND ACTIVE"),
            (closing, "BRAND.OPERATIONAL_STATUS ACTIVE"),
        ]
        .map(|(hours, told)| (hours, told.to_owned()))
    );
}

#[test]
fn what_would_have_followed_activation_is_carried_over() {
    let mut story = Story::registered(1, "suspend,product.reject.VA", Pace::Realistic);
    story.wait(2 * DAY + Duration::from_hours(60));
    // One service is active, one is still to be rejected, and the suspension after it.
    story.update(r#"{"description":"Soto"}"#, "approve");
    let rest: Vec<_> = by_hours(&mut story).into_iter().map(|(_, told)| told).collect();
    assert_eq!(rest.len(), 4, "{rest:?}");
    assert_eq!(rest[0], "BUSINESS ACTIVE");
    assert_eq!(rest[1], "BRAND.OPERATIONAL_STATUS ACTIVE");
    assert!(rest[2].starts_with("BRAND_PRODUCT REJECTED VA | "));
    assert!(rest[3].starts_with("BRAND.OPERATIONAL_STATUS SUSPENDED | "));
}

#[test]
fn a_new_outcome_that_speaks_of_services_replaces_the_earlier_one_s_word() {
    let mut story = Story::registered(1, "suspend,product.reject.VA", Pace::Realistic);
    story.wait(DAY);
    story.update(r#"{"description":"Soto"}"#, "product.reject.QRIS,suspend.full");
    let rest: Vec<_> = by_hours(&mut story).into_iter().map(|(_, told)| told).collect();
    let has = |start: &str| rest.iter().any(|told| told.starts_with(start));
    assert!(has("BRAND_PRODUCT REJECTED QRIS") && has("BRAND_PRODUCT ACTIVE VA"), "{rest:?}");
    assert!(has("BRAND.OPERATIONAL_STATUS FULL_SUSPENDED"), "{rest:?}");
    assert!(!has("BRAND.OPERATIONAL_STATUS SUSPENDED"), "{rest:?}");
}

#[test]
fn a_pending_update_holds_its_part_and_its_parent_but_nothing_else() {
    let mut story = Story::registered(1, "approve", Pace::Realistic);
    let bank = story.business.registration().unwrap().business.banks[0].id.clone().unwrap();
    story.update(&format!(r#"{{"banks":[{{"id":"{bank}","account_number":"2"}}]}}"#), "pending");
    let rest: Vec<_> = by_hours(&mut story).into_iter().map(|(_, told)| told).collect();
    assert_eq!(rest.len(), 6, "{rest:?}");
    assert_eq!(rest[5], "BRAND ACTIVE");
    assert_eq!(story.business.status(), Status::Updating);
    let decided = told(&story.decide("approve", &[]).unwrap());
    assert_eq!(
        decided,
        [
            "BUSINESS_BANK APPROVED",
            "BUSINESS ACTIVE",
            "BRAND.OPERATIONAL_STATUS ACTIVE",
            "BRAND_PRODUCT ACTIVE QRIS",
            "BRAND_PRODUCT ACTIVE VA",
        ]
    );
}

#[test]
fn what_should_have_followed_ends_with_a_rejection() {
    let mut story = Story::registered(1, "suspend", Pace::Realistic);
    story.wait(DAY);
    let bank = story.business.registration().unwrap().business.banks[0].id.clone().unwrap();
    let body = |number| format!(r#"{{"banks":[{{"id":"{bank}","account_number":"{number}"}}]}}"#);
    story.update(&body(2), "reject.BUSINESS_BANK");
    by_hours(&mut story);
    assert_eq!(story.business.status(), Status::Rejected);
    story.update(&body(3), "approve");
    let healed = by_hours(&mut story);
    assert!(healed.iter().all(|(_, told)| !told.contains("SUSPENDED")), "{healed:?}");
    assert_eq!(story.business.brands()[0].operational_status(), Some(Status::Active));
}

#[test]
fn what_is_decided_by_hand_is_not_undone_by_what_was_planned() {
    let mut story = Story::registered(1, "suspend", Pace::Realistic);
    story.wait(2 * DAY);
    story.decide("suspend.full,product.reject.VA", &["Fraud"]).unwrap();
    assert_eq!(told(&story.wait(30 * DAY)), ["BRAND_PRODUCT ACTIVE QRIS"]);
    let brand = &story.business.brands()[0];
    assert_eq!(brand.operational_status(), Some(Status::FullSuspended));
    assert_eq!(brand.services()[1].shown().status, Status::Rejected);
}

#[test]
fn a_faster_pace_waits_for_what_was_planned_by_a_slower_one() {
    let mut story = Story::registered(1, "approve", Pace::Realistic);
    let brand = story.business.brands()[0].id().clone();
    // Nothing closes the brand or the business now.
    let body = format!(r#"{{"name":"Kedai","brands":[{{"id":"{brand}","name":"Kedai"}}]}}"#);
    story.update(&body, "pending");
    story.pace = Pace::Instant;
    let body = format!(
        r#"{{"brands":[{{"id":"{brand}","social_media":[{{"code":"X","accounts":["x"]}}]}}]}}"#
    );
    assert_eq!(told(&story.update(&body, "approve")), ["BRAND_SOCIAL_MEDIA APPROVED"]);
    let rest = by_hours(&mut story);
    assert_eq!(rest.last(), Some(&(41, "BRAND ACTIVE".to_owned())));
}
