//! What an update changes, and what of it is judged again.

use super::*;
use crate::kyb::Part;

/// What heals each part, and the whole that it belongs to.
fn healing(part: &str) -> (String, &'static str) {
    let story = Story::active();
    let business = &story.business.registration().unwrap().business;
    let brand = story.business.brands()[0].id();
    let id = |id: &str| format!(r#""id":"{id}""#);
    let contact = id(business.contacts[0].id.as_ref().unwrap().as_str());
    match part {
        "BUSINESS_CONTACT" => {
            (format!(r#"{{"contacts":[{{{contact},"name":"Siti"}}]}}"#), "BUSINESS")
        }
        "BUSINESS_ADDRESS" => (
            r#"{"addresses":[{"area":"1","country":"ID","name":"y","primary":true}]}"#.to_owned(),
            "BUSINESS",
        ),
        "BUSINESS_DOCUMENT" => (
            format!(
                r#"{{"contacts":[{{{contact},"documents":[{{"id":"DCM-new","code":"KTP",
                "forms":[{{"code":"NO_KTP","value":"2"}}]}}]}}]}}"#
            ),
            "BUSINESS",
        ),
        "BUSINESS_BANK" => {
            let bank = id(business.banks[0].id.as_ref().unwrap().as_str());
            (format!(r#"{{"banks":[{{{bank},"account_number":2}}]}}"#), "BUSINESS")
        }
        "BRAND_SOCIAL_MEDIA" => (
            format!(
                r#"{{"brands":[{{"id":"{brand}","social_media":[{{"code":"FACEBOOK",
                "accounts":["x"]}}]}}]}}"#
            ),
            "BRAND",
        ),
        "BRAND_PHOTO_PROOF" => (
            format!(r#"{{"brands":[{{"id":"{brand}","photo_proofs":[{{"id":"DCM-new"}}]}}]}}"#),
            "BRAND",
        ),
        _ => panic!("{part}"),
    }
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
fn a_rejected_part_is_healed_by_an_update_and_only_it_is_told_again() {
    for part in PARTS {
        let mut story = Story::registered(1, &format!("reject.{part}"), Pace::Instant);
        story.run();
        let (body, whole) = healing(part);
        assert_eq!(
            told(&story.update(&body, "approve")),
            [
                format!("{part} APPROVED"),
                format!("{whole} ACTIVE"),
                "BRAND.OPERATIONAL_STATUS ACTIVE".to_owned(),
                "BRAND_PRODUCT ACTIVE QRIS".to_owned(),
                "BRAND_PRODUCT ACTIVE VA".to_owned(),
            ]
        );
        assert_eq!(story.business.status(), Status::Active);
    }
}

#[test]
fn each_changed_part_can_be_rejected_and_services_are_not_told_twice() {
    for part in PARTS {
        let mut story = Story::active();
        let (body, whole) = healing(part);
        let rejected = told(&story.update(&body, &format!("reject.{part}")));
        assert_eq!(rejected.len(), 2);
        assert!(rejected[0].starts_with(&format!("{part} REJECTED | ")));
        assert!(rejected[1].starts_with(&format!("{whole} REJECTED | ")));
        assert_eq!(
            told(&story.decide("approve", &[]).unwrap()),
            [
                format!("{part} APPROVED"),
                format!("{whole} ACTIVE"),
                "BRAND.OPERATIONAL_STATUS ACTIVE".to_owned(),
            ]
        );
    }
}

#[test]
fn a_forced_rejection_heals_by_any_change_of_the_business() {
    let mut story = Story::registered(1, "reject.BUSINESS", Pace::Instant);
    story.run();
    let (body, _) = healing("BUSINESS_BANK");
    let healed = told(&story.update(&body, "approve"));
    assert_eq!(healed[..2], ["BUSINESS_BANK APPROVED", "BUSINESS ACTIVE"]);
    assert_eq!(story.business.status(), Status::Active);
}

#[test]
fn a_change_of_its_own_fields_opens_the_whole_and_none_of_its_parts() {
    let mut story = Story::active();
    assert_eq!(
        told(&story.update(r#"{"name":"Kedai"}"#, "approve")),
        ["BUSINESS ACTIVE", "BRAND.OPERATIONAL_STATUS ACTIVE"]
    );
    let brand = story.business.brands()[0].id().clone();
    let body = format!(r#"{{"brands":[{{"id":"{brand}","description":"Soto"}}]}}"#);
    assert_eq!(
        told(&story.update(&body, "approve")),
        ["BRAND ACTIVE", "BRAND.OPERATIONAL_STATUS ACTIVE"]
    );
    let registered = &story.business.registration().unwrap().business;
    assert_eq!(registered.name, "Kedai");
    assert_eq!(registered.brands[0].description, "Soto");
    assert_eq!(registered.brands[0].name, "Warung 0");
}

#[test]
fn nobody_judges_a_callback_url_or_what_is_sent_again_as_it_is() {
    let mut story = Story::active();
    let (business, changed) =
        story.changed(r#"{"callback_url":"https://other.example/"}"#).unwrap();
    assert!(changed.is_empty());
    assert_eq!(business.callback_url(), Some("https://other.example/"));

    // The registration as it was sent, without a single id of DOKU's; the brand by its own.
    let before = story.business.clone();
    let again = serde_json::to_value(registration(1)).unwrap();
    let mut again = again["business"].clone();
    again["brands"][0]["id"] = before.brands()[0].id().as_str().into();
    let (business, changed) = story.changed(&again.to_string()).unwrap();
    assert!(changed.is_empty());
    assert_eq!(business, before);

    let mut business = business;
    let refusal = business
        .submit(&changed, &outcome("suspend"), Strictness::Strict, Pace::Instant, story.now)
        .unwrap_err();
    assert!(refusal.to_string().starts_with("suspend does not apply: the update changes nothing"));
    for text in ["approve", "pending"] {
        assert_eq!(told(&story.update("{}", text)), [""; 0]);
    }
}

#[test]
fn an_entry_with_an_id_keeps_what_it_leaves_out_and_one_without_is_new() {
    let mut story = Story::active();
    let ids = |story: &Story| -> Vec<String> {
        let business = &story.business.registration().unwrap().business;
        business.addresses.iter().map(|a| a.id.as_ref().unwrap().to_string()).collect()
    };
    let before = ids(&story);
    let body = format!(
        r#"{{"addresses":[{{"area":"9","country":"ID","name":"new","primary":false}},
            {{"id":"{}","primary":false}}]}}"#,
        before[1]
    );
    story.update(&body, "approve");
    let after = ids(&story);
    assert_eq!(after[1], before[1]);
    assert!(!before.contains(&after[0]));
    let addresses = &story.business.registration().unwrap().business.addresses;
    assert_eq!(addresses[1].name.expose(), "Jalan 2");
    assert_eq!(addresses[1].primary, Some(false));
}

#[test]
fn a_photo_goes_by_either_id_and_a_kept_one_keeps_its_own() {
    let mut story = Story::active();
    let brand = story.business.brands()[0].id().clone();
    let kept = story.business.brands()[0].photo_proof_ids()[0].clone();
    for name in [kept.as_str(), "DCM-photo-0"] {
        let body = format!(
            r#"{{"brands":[{{"id":"{brand}","photo_proofs":[{{"id":"{name}"}},{{"id":"DCM-2"}}]}}]}}"#
        );
        let (business, changed) = story.changed(&body).unwrap();
        assert!(!changed.is_empty());
        assert_eq!(business.brands()[0].photo_proof_ids()[0], kept);
        assert_ne!(business.brands()[0].photo_proof_ids()[1], kept);
        let files = &business.registration().unwrap().business.brands[0].photo_proofs;
        let files: Vec<_> = files.iter().map(|file| file.id.as_str()).collect();
        assert_eq!(files, ["DCM-photo-0", "DCM-2"]);
    }
}

#[test]
fn a_document_is_known_by_its_file_and_keeps_its_forms() {
    let mut story = Story::active();
    let contact = story.business.registration().unwrap().business.contacts[0].id.clone().unwrap();
    let body = format!(
        r#"{{"contacts":[{{"id":"{contact}","documents":[{{"id":"DCM-ktp","code":"KITAS_OR_KITAP"}}]}}]}}"#
    );
    let told = told(&story.update(&body, "approve"));
    assert_eq!(told[0], "BUSINESS_DOCUMENT APPROVED");
    assert_eq!(told[1], "BUSINESS ACTIVE");
    let document = &story.business.registration().unwrap().business.contacts[0].documents[0];
    assert_eq!(document.forms[0].value.expose(), "1");
}

#[test]
fn a_part_of_which_nothing_is_left_is_not_judged_any_more() {
    let mut story = Story::registered(1, "reject.BRAND_SOCIAL_MEDIA", Pace::Instant);
    story.run();
    let brand = story.business.brands()[0].id().clone();
    let body = format!(r#"{{"brands":[{{"id":"{brand}","social_media":[]}}]}}"#);
    let told = told(&story.update(&body, "approve"));
    assert_eq!(told[..2], ["BRAND ACTIVE", "BRAND.OPERATIONAL_STATUS ACTIVE"]);
    assert!(!story.business.brands()[0].reviews.parts.contains_key(&Part::SocialMedia));
    assert!(story.business.part(Part::Bank).is_some());
}

#[test]
fn a_new_brand_is_judged_and_activated_beside_the_old_one() {
    let mut story = Story::active();
    let brand = story.business.brands()[0].id().clone();
    let new = r#""name":"Kedai","description":"Kopi","category":"RETAIL","photo_proofs":[{"id":"DCM-9"}]"#;
    let told =
        told(&story.update(&format!(r#"{{"brands":[{{{new}}},{{"id":"{brand}"}}]}}"#), "approve"));
    assert_eq!(
        told,
        [
            "BRAND_PHOTO_PROOF APPROVED",
            "BRAND ACTIVE",
            "BRAND.OPERATIONAL_STATUS ACTIVE",
            "BRAND.OPERATIONAL_STATUS ACTIVE",
            "BRAND_PRODUCT ACTIVE QRIS",
            "BRAND_PRODUCT ACTIVE VA",
        ]
    );
    // A stored brand keeps its place, whatever the order of the list.
    assert_eq!(story.business.brands()[0].id(), &brand);
    assert_eq!(story.business.registration().unwrap().business.brands[1].name, "Kedai");
}

#[test]
fn what_cannot_be_merged_is_a_fault_that_names_its_place() {
    let mut story = Story::active();
    let business = story.business.registration().unwrap().business.clone();
    let bank = business.banks[0].id.clone().unwrap();
    let brand = story.business.brands()[0].id().clone();
    let new = r#""name":"x","description":"x","category":"RETAIL","photo_proofs":[{"id":"DCM-9"}]"#;
    for (body, pointer) in [
        (r#"{"banks":[{"id":"BNK-x"}]}"#.to_owned(), "/business/banks/0/id"),
        (format!(r#"{{"banks":[{{"id":"{bank}"}},{{"id":"{bank}"}}]}}"#), "/business/banks/1/id"),
        (r#"{"brands":[{"id":"BRN-x"}]}"#.to_owned(), "/business/brands/0/id"),
        (
            format!(r#"{{"brands":[{{"id":"{brand}"}},{{"id":"{brand}"}}]}}"#),
            "/business/brands/1/id",
        ),
        (format!(r#"{{"brands":[{{{new}}}]}}"#), "/business/brands"),
        (
            format!(r#"{{"brands":[{{"id":"{brand}","photo_proofs":[{{"id":"PHP-x"}}]}}]}}"#),
            "/business/brands/0/photo_proofs/0/id",
        ),
        (
            format!(
                r#"{{"brands":[{{"id":"{brand}","photo_proofs":[{{"id":"DCM-9"}},{{"id":"DCM-9"}}]}}]}}"#
            ),
            "/business/brands/0/photo_proofs/1/id",
        ),
        (
            r#"{"documents":[{"id":"DCM-9","code":"BPOM"},{"id":"DCM-9","code":"BPOM"}]}"#
                .to_owned(),
            "/business/documents/1/id",
        ),
        // What only the merged registration shows: a document that is new needs its code.
        (r#"{"documents":[{"id":"DCM-9"}]}"#.to_owned(), "/business/documents/0/code"),
        (r#"{"legal_entity":"PT"}"#.to_owned(), "/business/legal_entity"),
    ] {
        let faults = story.faults(&body);
        assert!(faults.iter().any(|fault| fault == pointer), "{body}: {faults:?}");
    }
}

#[test]
fn a_suspension_outlives_an_update_and_is_told_again() {
    let mut story = Story::active();
    story.decide("suspend.full", &["Fraud"]).unwrap();
    assert_eq!(
        told(&story.update(r#"{"description":"Soto"}"#, "approve")),
        ["BUSINESS ACTIVE", "BRAND.OPERATIONAL_STATUS FULL_SUSPENDED | Fraud"]
    );
    assert_eq!(
        told(&story.update(r#"{"description":"Bakso"}"#, "activate")),
        ["BUSINESS ACTIVE", "BRAND.OPERATIONAL_STATUS ACTIVE"]
    );
}

#[test]
fn an_update_s_own_outcome_is_strict_and_a_part_that_did_not_change_is_refused() {
    let mut story = Story::active();
    let (mut business, changed) = story.changed(r#"{"description":"Soto"}"#).unwrap();
    let (before, bank) = (business.clone(), outcome("reject.BUSINESS_BANK"));
    let refusal = business.submit(&changed, &bank, Strictness::Strict, Pace::Instant, story.now);
    assert!(refusal.unwrap_err().to_string().contains("submitted or changed"));
    assert_eq!(business, before);
    business.submit(&changed, &bank, Strictness::Lenient, Pace::Instant, story.now).unwrap();
    let told = told(&business.run_due(story.now, Pace::Instant));
    assert_eq!(told, ["BUSINESS ACTIVE", "BRAND.OPERATIONAL_STATUS ACTIVE"]);
}
