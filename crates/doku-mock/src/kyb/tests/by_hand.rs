//! What can be decided of a business that is decided already, or not there yet.

use super::*;

#[test]
fn a_suspension_is_lifted_by_activating() {
    for (suspend, status, full) in
        [("suspend", "SUSPENDED", false), ("suspend.full", "FULL_SUSPENDED", true)]
    {
        let mut story = Story::active();
        let suspended = told(&story.decide(suspend, &["Chargebacks"]).unwrap());
        let mut expected = vec![format!("BRAND.OPERATIONAL_STATUS {status} | Chargebacks")];
        if full {
            expected.push("BRAND FULL_SUSPENDED | Chargebacks".to_owned());
        }
        assert_eq!(suspended, expected);
        let brand = &story.business.brands()[0];
        assert_eq!(brand.operational_status(), Some(status.into()));
        assert_eq!(brand.reject_notes(), ["Chargebacks"]);
        assert_eq!(brand.status(), Status::Active);

        assert_eq!(story.decide(suspend, &[]), Err(Refusal::AlreadySuspended));
        let lifted = told(&story.decide("activate", &[]).unwrap());
        assert_eq!(lifted, ["BRAND.OPERATIONAL_STATUS ACTIVE"]);
        assert_eq!(story.business.brands()[0].reject_notes(), [""; 0]);
        assert_eq!(story.decide("activate", &[]), Err(Refusal::NothingToActivate));
    }
}

#[test]
fn a_suspension_can_become_a_full_one() {
    let mut story = Story::active();
    story.decide("suspend", &[]).unwrap();
    let full = told(&story.decide("suspend.full", &["Fraud"]).unwrap());
    assert_eq!(
        full,
        ["BRAND.OPERATIONAL_STATUS FULL_SUSPENDED | Fraud", "BRAND FULL_SUSPENDED | Fraud"]
    );
}

#[test]
fn a_service_is_rejected_once_and_activated_again() {
    let mut story = Story::active();
    let rejected = told(&story.decide("product.reject.VA", &["No"]).unwrap());
    assert_eq!(rejected, ["BRAND_PRODUCT REJECTED VA | No"]);
    let again = story.decide("product.reject.VA", &[]).unwrap_err();
    assert!(again.to_string().contains("rejected already"), "{again}");
    let unknown = story.decide("product.reject.QRIS,product.reject.OVO", &[]).unwrap_err();
    assert!(unknown.to_string().contains("no brand has"), "{unknown}");
    assert_eq!(told(&story.decide("activate", &[]).unwrap()), ["BRAND_PRODUCT ACTIVE VA"]);
}

#[test]
fn one_service_is_activated_by_itself() {
    let mut story = Story::active();
    story.decide("product.reject.VA,product.reject.QRIS,suspend", &[]).unwrap();
    let active = story.decide("product.activate.VA", &["No reason"]).unwrap();
    assert_eq!(told(&active), ["BRAND_PRODUCT ACTIVE VA"]);
    let again = story.decide("product.activate.VA", &[]).unwrap_err();
    assert!(again.to_string().contains("active already"), "{again}");
    let unknown = story.decide("product.activate.OVO", &[]).unwrap_err();
    assert!(unknown.to_string().starts_with("product.activate.OVO does not apply: no brand has"));
    let swapped = story.decide("product.activate.QRIS,product.reject.VA", &["No"]).unwrap();
    assert_eq!(told(&swapped), ["BRAND_PRODUCT ACTIVE QRIS", "BRAND_PRODUCT REJECTED VA | No"]);
    let brand = &story.business.brands()[0];
    assert_eq!(
        brand.operational_status(),
        Some(Status::Suspended),
        "no suspension is lifted by it"
    );
}

#[test]
fn a_service_that_waits_for_its_activation_is_activated_before_the_others_and_once() {
    let mut story = Story::registered(1, "approve", Pace::Realistic);
    story.wait(2 * DAY);
    assert_eq!(
        told(&story.decide("product.activate.VA", &[]).unwrap()),
        ["BRAND_PRODUCT ACTIVE VA"]
    );
    assert_eq!(told(&story.wait(9 * DAY)), ["BRAND_PRODUCT ACTIVE QRIS"]);
}

#[test]
fn what_is_approved_anew_may_have_a_rejected_service_activated_with_it() {
    let mut story = Story::active();
    story.decide("product.reject.VA,product.reject.QRIS", &[]).unwrap();
    story.update(r#"{"name":"Warung Baru"}"#, "pending");
    let approved = told(&story.decide("product.activate.QRIS", &[]).unwrap());
    assert!(approved.contains(&"BRAND_PRODUCT ACTIVE QRIS".to_owned()), "{approved:?}");
    assert!(!approved.iter().any(|told| told.contains(" VA")), "{approved:?}");
}

#[test]
fn approval_takes_back_what_was_rejected_and_only_that_is_told() {
    let mut story = Story::registered(1, "reject.BUSINESS_BANK,reject.BRAND", Pace::Instant);
    story.run();
    for outcome in ["suspend", "activate", "product.reject.VA"] {
        assert_eq!(story.decide(outcome, &[]), Err(Refusal::NotActive));
    }
    assert_eq!(
        told(&story.decide("approve", &[]).unwrap()),
        [
            "BUSINESS_BANK APPROVED",
            "BUSINESS ACTIVE",
            "BRAND ACTIVE",
            "BRAND.OPERATIONAL_STATUS ACTIVE",
            "BRAND_PRODUCT ACTIVE QRIS",
            "BRAND_PRODUCT ACTIVE VA",
        ]
    );
    assert_eq!(story.business.status(), Status::Active);
    assert_eq!(story.decide("approve", &[]), Err(Refusal::NothingToApprove));
}

#[test]
fn what_is_decided_is_suspended_and_not_rejected() {
    let mut story = Story::active();
    let refusal = story.decide("reject.BUSINESS_BANK", &[]).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "reject.BUSINESS_BANK does not apply: BUSINESS_BANK is not under review, since it was not sent or \
         is decided; suspend an active business, or have the part updated first"
    );
}

#[test]
fn only_what_is_under_review_is_rejected() {
    let mut story = Story::active();
    story.update(r#"{"description":"Soto"}"#, "pending");
    let refusal = story.decide("reject.BUSINESS_BANK", &[]).unwrap_err();
    assert!(refusal.to_string().contains("not under review"), "{refusal}");
    let rejected = told(&story.decide("reject.BUSINESS", &["No"]).unwrap());
    assert_eq!(rejected, ["BUSINESS REJECTED | No"]);
}

#[test]
fn services_that_wait_are_activated_by_approving_or_held_back() {
    let mut story = Story::registered(1, "approve", Pace::Realistic);
    story.wait(2 * DAY);
    assert_eq!(story.business.status(), Status::Active);
    let mut held = story.clone();
    assert!(held.decide("pending", &[]).unwrap().is_empty());
    assert!(held.wait(30 * DAY).is_empty());
    for mut story in [story, held] {
        let activated = told(&story.decide("approve", &[]).unwrap());
        assert_eq!(activated, ["BRAND_PRODUCT ACTIVE QRIS", "BRAND_PRODUCT ACTIVE VA"]);
        assert!(story.wait(30 * DAY).is_empty());
    }
}

#[test]
fn an_invited_business_waits_for_its_owner_and_keeps_its_brand() {
    let mut ids = IdSource::new(Some(1));
    let mut business =
        Business::invited(invitation(), "BRN-P".into(), &services(), &mut ids, start());
    assert_eq!(business.status(), Status::Updating);
    assert_eq!(business.decide(&outcome("approve"), &[], start()), Err(Refusal::NotComplete));
    let update = Update::parse(br#"{"business":{"name":"x"}}"#).unwrap();
    let faults = business.update(update, &mut ids, start()).unwrap_err();
    assert_eq!(
        faults[0].to_string(),
        "/business is not complete: its owner has to complete the invitation first"
    );

    let (id, key) = (business.brands()[0].id().clone(), business.brands()[0].shared_key().clone());
    let changed = business.complete(registration(2), &mut ids, start()).unwrap();
    assert_eq!((business.brands()[0].id(), business.brands()[0].shared_key()), (&id, &key));
    assert_ne!(business.brands()[1].id(), &id);
    assert_eq!(business.partner_ref_id(), Some("shop-42"));
    assert!(business.invitation().is_none());
    let again = business.complete(registration(1), &mut ids, start());
    assert_eq!(again, Err(Refusal::AlreadyComplete));

    business
        .submit(&changed, &outcome("approve"), Strictness::Strict, Pace::Instant, start())
        .unwrap();
    let told = told(&business.run_due(start(), Pace::Instant));
    assert_eq!(told.len(), 17);
    assert_eq!(business.status(), Status::Active);
}

#[test]
fn neither_names_nor_addresses_print() {
    let printed = format!("{:?}", Story::active().business);
    assert!(printed.contains("BSN-") && !printed.contains("Warung"), "{printed}");
}
