//! Replies and callbacks that differ from what is assumed: what is certain, the ids, is read all the
//! same, and what is sent back afterwards loses nothing.

#![allow(missing_docs)]

use doku_types::{
    BrandId, BusinessId,
    code::{CallbackType, Status},
    partner::{
        business::BusinessData, callback::Callback, lite::LiteReply, registration::Registration,
        registration::RegistrationReply, requirements::Requirements, update::Update,
    },
    validate,
};

#[test]
fn a_registration_s_reply_gives_its_ids_and_key_whatever_stands_beside_them() {
    for (services, status) in [
        (r#"[{"code":"QRIS"}]"#, r#""UPDATING""#),
        (r#"["QRIS"]"#, r#"{"code":"UPDATING","name":"Updating"}"#),
        ("null", "null"),
        (r#"{"QRIS":true}"#, "1"),
    ] {
        let body = format!(
            r#"{{"business":{{"id":"BSN-1","status":{status},"brands":[{{"id":"BRN-1","status":{status},
                "shared_key":"SK-1","services":{services},"new":1.50}}]}}}}"#
        );
        let reply: RegistrationReply = validate::read(body.as_bytes()).unwrap();
        let brand = &reply.business.brands[0];
        assert_eq!(brand.id, BrandId::from("BRN-1"), "{body}");
        assert_eq!(brand.shared_key, Some("SK-1".into()), "{body}");
        assert_eq!(brand.extra.get("new"), Some("1.50"), "{body}");
    }
}

#[test]
fn a_business_is_read_however_little_of_it_is_told() {
    for part in [
        r#""banks":[{"id":"BNK-1","account_number":1}]"#,
        r#""contacts":[{"id":"CNT-1","position":null,"documents":null}]"#,
        r#""contacts":[{"documents":[{"id":"DCM-1"}]}]"#,
        r#""addresses":[{}]"#,
        r#""brands":[{"id":"BRN-1","photo_proofs":[{"id":"PHP-1"}],"social_media":[{"accounts":null}]}]"#,
        r#""brands":[{"id":"BRN-1","ticket_size":{"code":null,"name":null},"maximum_transaction":""}]"#,
        r#""brands":[{"id":"BRN-1","category":{"code":"RETAIL","name":"Retail"},"services":["QRIS"]}]"#,
        r#""reject_notes":"text""#,
        r#""reject_notes":[null]"#,
        r#""business":{"kind":"x"}"#,
        r#""status":{"code":"ACTIVE","name":"Active"}"#,
    ] {
        let body = format!(r#"{{"id":"BSN-1",{part}}}"#);
        let data = BusinessData::parse(body.as_bytes()).unwrap_or_else(|e| panic!("{part}: {e}"));
        assert_eq!(data.id, BusinessId::from("BSN-1"), "{part}");
    }
    let told = br#"{"id":"BSN-1","status":{"code":"ACTIVE"},"reject_notes":"text"}"#;
    let data = BusinessData::parse(told).unwrap();
    assert_eq!((data.status, data.reject_notes), (Some(Status::Active), vec!["text".to_owned()]));
    assert!(validate::read::<BusinessData>(b"{}").is_err());
}

#[test]
fn what_a_reply_left_out_is_left_out_of_the_update_too() {
    let body = br#"{"id":"BSN-1","banks":[{"id":"BNK-1","account_number":"1"}],
        "contacts":[{"id":"CNT-1","name":"x","documents":[{"id":"DCM-1","status":"REJECTED"}]}],
        "addresses":[{"id":"ADR-1","primary":false}]}"#;
    let update = BusinessData::parse(body).unwrap().into_update();
    assert_eq!(
        serde_json::to_string(&update).unwrap(),
        r#"{"business":{"addresses":[{"id":"ADR-1","primary":false}],"banks":[{"id":"BNK-1","account_number":"1"}],"contacts":[{"id":"CNT-1","documents":[{"id":"DCM-1"}],"name":"x"}]}}"#
    );
    assert_eq!(update.validate(), []);
}

#[test]
fn a_callback_is_read_as_long_as_it_says_what_it_is_about() {
    for rest in [
        "",
        r#","status":null"#,
        r#","status":{"code":"REJECTED"}"#,
        r#","reject_notes":"x""#,
        r#","reject_notes":[null,"x"]"#,
        r#","business":"BSN-1""#,
        r#","brand":{"name":"x"}"#,
        r#","entity":{"id":5}"#,
        r#","entity":[]"#,
    ] {
        let body = format!(r#"{{"type":"BUSINESS","note":1.0{rest}}}"#);
        let callback = Callback::parse(body.as_bytes()).unwrap_or_else(|e| panic!("{rest}: {e}"));
        assert_eq!(callback.callback_type, CallbackType::Business, "{rest}");
        assert_eq!(callback.extra.get("note"), Some("1.0"), "{rest}");
    }
    assert!(Callback::parse(br#"{"status":"ACTIVE"}"#).is_err());
}

#[test]
fn requirements_are_read_with_nulls_and_with_numbers_as_strings() {
    let body = br#"{"business":{"brand":null,"documents":null,"contact":{"owner_liveness":null,
        "documents":[{"code":"KTP","name":null,"extensions":null,"max_size":"15",
                      "form":[{"code":"NO_KTP","min_size":"16","max_size":null,"caption":null}]},
                     {"code":"X","max_size":1,"form":null}]}}}"#;
    let requirements: Requirements = validate::read(body).unwrap();
    let ktp = &requirements.business.contact.documents[0];
    assert_eq!((ktp.max_bytes(), ktp.form[0].min_size), (15_000_000, 16));
    let lite: LiteReply =
        validate::read(br#"{"business":{"id":"BSN-1","partner_ref_id":"x","brands":null}}"#)
            .unwrap();
    assert_eq!(lite.business.brands, []);
}

#[test]
fn a_change_of_the_bank_is_not_lost_for_its_old_name() {
    let body = br#"{"business":{"bank_account":{"id":"BNK-1","account_number":"1"}}}"#;
    let update = Update::parse(body).unwrap();
    assert_eq!(update.business.banks.unwrap()[0].account_number, Some("1".into()));
}

#[test]
fn faults_of_form_are_told_beside_what_is_missing() {
    let body = br#"{"business":{"type":"GOV","phone_number":"+62812","callback_url":"x"}}"#;
    let error = Registration::parse(body).unwrap_err();
    let told: Vec<_> = error.faults().iter().map(|fault| fault.pointer.as_str()).collect();
    for pointer in ["/business/type", "/business/phone_number", "/business/callback_url"] {
        assert!(told.contains(&pointer), "{pointer}: {told:?}");
    }
    assert!(
        told.contains(&"/business/name") && told.contains(&"/business/legal_entity"),
        "{told:?}"
    );
    let same = told.iter().filter(|pointer| **pointer == "/business/legal_entity").count();
    assert_eq!(same, 1, "{told:?}");
}

#[test]
fn an_update_is_held_to_the_rules_of_a_registration() {
    for (body, pointer) in [
        (r#"{"type":"CORPORATE","legal_entity":"PERSEORANGAN"}"#, "/business/legal_entity"),
        (r#"{"type":"GOV"}"#, "/business/type"),
        (r#"{"phone_calling_code":"+62"}"#, "/business/phone_calling_code"),
        (r#"{"banks":[{"id":"BNK-1","country":"Indonesia"}]}"#, "/business/banks/0/country"),
    ] {
        let body = format!(r#"{{"business":{body}}}"#);
        let error = Update::parse(body.as_bytes()).unwrap_err();
        assert_eq!(error.faults()[0].pointer, pointer);
        let draft: Update = serde_json::from_str(&body).unwrap();
        assert_eq!(draft.validate(), error.faults());
    }
    let mut draft = Update::parse(br#"{"business":{"name":"x"}}"#).unwrap();
    draft.business.extra.set("email", "null").unwrap();
    assert_eq!(draft.validate()[0].pointer, "/business/email");
}
