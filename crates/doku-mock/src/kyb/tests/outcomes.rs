//! Each outcome, by the three ways in which it can be asked for.

use super::*;

const DOCUMENT: &str = "The document is not readable: upload a clear one";
const SERVICE: &str = "The service is not available for this kind of business: ask DOKU";
const SUSPENDED: &str = "The brand is suspended while its transactions are looked at: ask DOKU";
const FULL: &str = "The brand is suspended in full for breach of the terms: ask DOKU";

/// Registered with the outcome; registered as pending, then decided; registered with a slow
/// approval, then decided. All have to tell the same.
fn three_ways(brands: usize, with: &str) -> (Story, Vec<String>) {
    let mut carried = Story::registered(brands, with, Pace::Instant);
    let first = carried.run();
    for (planned, pace) in [("pending", Pace::Instant), ("suspend.full", Pace::Realistic)] {
        let mut story = Story::registered(brands, planned, pace);
        story.run();
        assert_eq!(story.decide(with, &[]).unwrap(), first, "{with} after {planned}");
        assert_eq!(story.business, carried.business, "{with} after {planned}");
    }
    (carried, told(&first))
}

fn parts(rejected: &str, note: &str) -> Vec<String> {
    let part = |part: &&str| match *part == rejected {
        true => format!("{part} REJECTED | {note}"),
        false => format!("{part} APPROVED"),
    };
    PARTS.iter().map(part).collect()
}

const PARTS: [&str; 6] = [
    "BUSINESS_CONTACT",
    "BUSINESS_ADDRESS",
    "BUSINESS_DOCUMENT",
    "BUSINESS_BANK",
    "BRAND_SOCIAL_MEDIA",
    "BRAND_PHOTO_PROOF",
];

#[test]
fn an_active_business_is_told_of_parts_first_and_services_last() {
    let operation = "BRAND.OPERATIONAL_STATUS ACTIVE".to_owned();
    let suspended = format!("BRAND.OPERATIONAL_STATUS SUSPENDED | {SUSPENDED}");
    let in_full = format!("BRAND.OPERATIONAL_STATUS FULL_SUSPENDED | {FULL}");
    let brand = format!("BRAND FULL_SUSPENDED | {FULL}");
    let (qris, va) = ("BRAND_PRODUCT ACTIVE QRIS".to_owned(), "BRAND_PRODUCT ACTIVE VA".to_owned());
    let refused = format!("BRAND_PRODUCT REJECTED VA | {SERVICE}");
    for (outcome, end) in [
        ("approve", vec![&qris, &va]),
        ("activate", vec![&qris, &va]),
        ("product.reject.VA", vec![&qris, &refused]),
        ("suspend", vec![&qris, &va, &suspended]),
        ("suspend,product.reject.VA", vec![&qris, &refused, &suspended]),
        ("suspend.full", vec![&qris, &va, &in_full, &brand]),
    ] {
        let (story, told) = three_ways(1, outcome);
        let mut expected = parts("", "");
        expected.extend(["BUSINESS ACTIVE".to_owned(), "BRAND ACTIVE".to_owned()]);
        expected.push(operation.clone());
        expected.extend(end.into_iter().cloned());
        assert_eq!(told, expected, "{outcome}");
        // A suspension is not a verdict.
        assert_eq!(story.business.status(), Status::Active);
        assert_eq!(story.business.brands()[0].status(), Status::Active);
    }
}

#[test]
fn a_rejected_part_rejects_its_parent_with_its_notes_and_nothing_is_activated() {
    for (n, part) in PARTS.into_iter().enumerate() {
        let (mut story, told) = three_ways(1, &format!("reject.{part}"));
        let note = told[n].split_once(" | ").unwrap().1.to_owned();
        let mut expected = parts(part, &note);
        let (business, brand) = match part.starts_with("BUSINESS") {
            true => (format!("BUSINESS REJECTED | {note}"), "BRAND ACTIVE".to_owned()),
            false => ("BUSINESS ACTIVE".to_owned(), format!("BRAND REJECTED | {note}")),
        };
        expected.extend([business, brand]);
        assert_eq!(told, expected);
        assert_eq!(story.business.status(), Status::Rejected);
        assert_eq!(story.business.brands()[0].operational_status(), None);
        assert_eq!(story.business.next_due(), None);
        assert!(story.wait(30 * DAY).is_empty());
    }
}

#[test]
fn a_forced_rejection_is_told_of_the_whole_whose_parts_are_approved() {
    for (outcome, business, brand) in [
        ("reject.BUSINESS", "REJECTED | The business was refused", "ACTIVE"),
        ("reject.BRAND", "ACTIVE", "REJECTED | The brand was refused"),
    ] {
        let (story, told) = three_ways(1, outcome);
        assert_eq!(told[..6], parts("", "")[..]);
        assert!(told[6].starts_with(&format!("BUSINESS {business}")), "{}", told[6]);
        assert!(told[7].starts_with(&format!("BRAND {brand}")), "{}", told[7]);
        assert_eq!(told.len(), 8);
        assert_eq!(story.business.status(), Status::Rejected);
    }
}

#[test]
fn a_document_that_is_not_readable_is_told_in_these_words() {
    let (story, told) = three_ways(1, "reject.BUSINESS_DOCUMENT,reject.BUSINESS");
    assert_eq!(told[2], format!("BUSINESS_DOCUMENT REJECTED | {DOCUMENT}"));
    let both =
        format!("{DOCUMENT} | The business was refused: correct its name, type and description");
    assert_eq!(told[6], format!("BUSINESS REJECTED | {both}"));
    assert_eq!(story.business.reject_notes().join(" | "), both);
    assert_eq!(story.business.brands()[0].reject_notes(), [""; 0]);
}

#[test]
fn pending_is_for_ever_until_it_is_decided() {
    let mut story = Story::registered(1, "pending", Pace::Realistic);
    assert!(story.wait(365 * DAY).is_empty());
    assert_eq!(story.business.status(), Status::Updating);
    assert_eq!(story.decide("pending", &[]), Err(Refusal::NothingPlanned));
    let told = told(&story.decide("approve", &[]).unwrap());
    assert_eq!(told.len(), 11);
    assert_eq!(story.business.status(), Status::Active);
}

#[test]
fn notes_given_by_hand_stand_for_every_rejection_once() {
    let mut story = Story::registered(1, "pending", Pace::Instant);
    let told =
        told(&story.decide("reject.BUSINESS_BANK,reject.BUSINESS", &["No such account"]).unwrap());
    assert_eq!(told[3], "BUSINESS_BANK REJECTED | No such account");
    assert_eq!(told[6], "BUSINESS REJECTED | No such account");
}

#[test]
fn each_brand_is_told_of_on_its_own_and_the_business_once() {
    let (story, _) = three_ways(2, "suspend.full");
    let mut again = Story::registered(2, "suspend.full", Pace::Instant);
    let callbacks = again.run();
    let brands = story.business.brands();
    let of: Vec<_> = callbacks
        .iter()
        .map(|callback| {
            let brand = &callback.brand.as_ref().unwrap().id;
            let place = brands.iter().position(|known| known.id() == brand).unwrap();
            format!("{} {place}", callback.callback_type)
        })
        .collect();
    assert_eq!(
        of,
        [
            "BUSINESS_CONTACT 0",
            "BUSINESS_ADDRESS 0",
            "BUSINESS_DOCUMENT 0",
            "BUSINESS_BANK 0",
            "BRAND_SOCIAL_MEDIA 0",
            "BRAND_PHOTO_PROOF 0",
            "BRAND_SOCIAL_MEDIA 1",
            "BRAND_PHOTO_PROOF 1",
            "BUSINESS 0",
            "BRAND 0",
            "BRAND 1",
            "BRAND.OPERATIONAL_STATUS 0",
            "BRAND.OPERATIONAL_STATUS 1",
            "BRAND_PRODUCT 0",
            "BRAND_PRODUCT 0",
            "BRAND_PRODUCT 1",
            "BRAND_PRODUCT 1",
            "BRAND.OPERATIONAL_STATUS 0",
            "BRAND.OPERATIONAL_STATUS 1",
            "BRAND 0",
            "BRAND 1",
        ]
    );
}

#[test]
fn a_verdict_names_the_one_entry_it_is_about() {
    let mut story = Story::registered(1, "approve", Pace::Instant);
    let callbacks = story.run();
    let entities: Vec<_> = callbacks
        .iter()
        .map(|callback| {
            let entity = callback.entity.as_ref()?;
            let prefix = entity.id.as_ref().and_then(|id| id.prefix());
            Some((prefix, entity.code.as_deref()))
        })
        .collect();
    assert_eq!(
        entities,
        [
            Some((Some("CNT"), None)),
            // Of two addresses neither is the one that the verdict is about.
            None,
            Some((Some("DCM"), Some("KTP"))),
            Some((Some("BNK"), None)),
            Some((Some("SCM"), Some("INSTAGRAM"))),
            Some((Some("PHP"), None)),
            None,
            None,
            None,
            Some((None, Some("QRIS"))),
            Some((None, Some("VA"))),
        ]
    );
}

#[test]
fn an_outcome_that_cannot_come_true_is_refused_if_it_was_asked_for() {
    let refused = |with: &str| Story::try_registered(1, with, Pace::Instant).unwrap_err();
    assert!(refused("product.reject.OVO").to_string().starts_with("product.reject.OVO does not"));

    let mut registration = registration(1);
    registration.business.brands[0].social_media.clear();
    let mut ids = IdSource::new(Some(1));
    let (mut business, changed) =
        Business::registered(registration, "BRN-P".into(), &services(), &mut ids, start());
    let before = business.clone();
    let outcome = outcome("reject.BRAND_SOCIAL_MEDIA");
    let mut submit =
        |strictness| business.submit(&changed, &outcome, strictness, Pace::Instant, start());
    let refusal = submit(Strictness::Strict).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "reject.BRAND_SOCIAL_MEDIA does not apply: nothing of BRAND_SOCIAL_MEDIA was submitted or \
         changed, so it is not judged; leave it out or send that part"
    );
    submit(Strictness::Lenient).unwrap();
    assert_ne!(business, before);
    let told = told(&business.run_due(start(), Pace::Instant));
    assert_eq!(business.status(), Status::Active);
    assert!(!told.iter().any(|told| told.starts_with("BRAND_SOCIAL_MEDIA")), "{told:?}");
}
