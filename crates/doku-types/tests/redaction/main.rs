//! Secrets and personal data do not print: every public type that can hold any is filled with a
//! marker and formatted, and no public type is forgotten.

mod public_types;
mod unguarded;

use std::collections::BTreeSet;

use doku_types::{amount, extra, non_snap, partner, secret, snap, validate, verbatim};
use serde::{Serialize, de::DeserializeOwned};

use public_types::public_types;
use unguarded::UNGUARDED;

const MARKER: &str = "marker-5f2c";

/// The types that can hold a secret or personal data, each with a value in which all of it is the
/// marker; and every way to print one.
macro_rules! guarded {
    ($($type:ty: $value:expr,)+) => {
        const GUARDED: &[&str] = &[$(stringify!($type)),+];

        fn printed() -> Vec<(&'static str, String)> {
            vec![$({
                let value: $type = $value;
                (stringify!($type), format!("{value:?} {value:#?}"))
            }),+]
        }
    };
}

guarded! {
    secret::SecretKey: read(TEXT),
    secret::BearerToken: read(TEXT),
    secret::AuthCode: read(TEXT),
    secret::RefreshToken: read(TEXT),
    secret::Personal: read(TEXT),
    secret::FileLink: read(TEXT),
    verbatim::JsonText: read("{$NEW}"),
    extra::Extra: {
        let mut extra = extra::Extra::default();
        extra.set(MARKER, TEXT).unwrap();
        extra
    },
    extra::NotJson: extra::Extra::default().set(MARKER, MARKER).unwrap_err(),
    amount::NotADecimal: amount::Amount::quoted(MARKER).unwrap_err(),
    partner::business::BusinessData: read(BUSINESS_DATA),
    partner::business::BrandData: read(BRAND_DATA),
    partner::business::PhotoProof: read(r#"{"id":"PHP-1","photo":"M",$NEW}"#),
    partner::file::UploadParts:
        partner::file::UploadParts::builder().category("LOGO").file_url(MARKER).build(),
    partner::file::UploadedFile: read(r#"{"id":"DCM-1","link":"M","category":"LOGO"}"#),
    partner::lite::LiteRegistration: read(
        r#"{"business":{"partner_ref_id":"1","name":"x","contact":$CONTACT},"invited_user":{"email":"M"}}"#,
    ),
    partner::lite::LiteBusiness: read(r#"{"partner_ref_id":"1","name":"x","contact":$CONTACT}"#),
    partner::lite::LiteContact: read("$CONTACT"),
    partner::lite::InvitedUser: read(r#"{"email":"M"}"#),
    partner::part::SocialMedia: read(r#"{"accounts":[],"code":"INSTAGRAM",$NEW}"#),
    partner::part::FileRef: read(r#"{"id":"DCM-1",$NEW}"#),
    partner::part::Address: read("$ADDRESS"),
    partner::part::Bank: read("$BANK"),
    partner::part::Contact: read("$PERSON"),
    partner::part::Document: read("$DOCUMENT"),
    partner::part::Form: read(r#"{"code":"NO_KTP","value":"M",$NEW}"#),
    partner::part::Service: read(r#"{"code":"QRIS","name":"QRIS","status":"PENDING",$NEW}"#),
    partner::registration::Registration: read(
        r#"{"business":$BUSINESS,"partner":{"invited_user":["M","M"],$NEW},$NEW}"#,
    ),
    partner::registration::Partner: read(r#"{"invited_user":["M","M"],$NEW}"#),
    partner::registration::Business: read("$BUSINESS"),
    partner::registration::Brand: read("$BRAND"),
    partner::registration::RegistrationReply: read(r#"{"business":$REGISTERED}"#),
    partner::registration::RegisteredBusiness: read("$REGISTERED"),
    partner::registration::RegisteredBrand: read(r#"{"id":"BRN-1","shared_key":"M","services":[]}"#),
    partner::rejection::Rejection: {
        let data: partner::business::BusinessData = read(BUSINESS_DATA);
        data.rejections().pop().unwrap()
    },
    partner::rejection::Fix: {
        let data: partner::business::BusinessData = read(BUSINESS_DATA);
        data.rejections().pop().unwrap().fix
    },
    partner::requirements::DraftFile<'_>:
        partner::requirements::DraftFile::new(MARKER, MARKER, 11, MARKER.as_bytes()),
    partner::token::TokenReply: read(r#"{"token":"M"}"#),
    partner::update::Update: read(
        r#"{"business":$BUSINESS,"partner":{"invited_user":["M"],$NEW}}"#,
    ),
    partner::update::BusinessUpdate: read("$BUSINESS"),
    partner::update::BrandUpdate: read("$BRAND"),
    partner::update::SocialMediaUpdate: read(r#"{"id":"SCM-1",$NEW}"#),
    partner::update::AddressUpdate: read("$ADDRESS"),
    partner::update::BankUpdate: read("$BANK"),
    partner::update::ContactUpdate: read("$PERSON"),
    partner::update::DocumentUpdate: read(
        r#"{"id":"DCM-1","forms":[{"code":"NO_KTP","value":"M",$NEW}],$NEW}"#,
    ),
    snap::token::TokenRequest: read(r#"{"grantType":"client_credentials","additionalInfo":{$NEW}}"#),
    snap::token::TokenReply: read(
        r#"{"responseCode":"2007300","accessToken":"M","tokenType":"Bearer","expiresIn":900,
            "additionalInfo":{$NEW}}"#,
    ),
    snap::token::CustomerTokenRequest: read(
        r#"{"grantType":"authorization_code","authCode":"M","refreshToken":"M","additionalInfo":"M"}"#,
    ),
    snap::token::CustomerTokenReply: read(
        r#"{"responseCode":"2007400","accessToken":"M","tokenType":"Bearer","refreshToken":"M",
            "additionalInfo":["M"]}"#,
    ),
    snap::va_notification::VaNotification: read(
        r#"{"partnerServiceId":"1","customerNo":"M","virtualAccountNo":"M","trxId":"1",
            "virtualAccountName":"M","virtualAccountEmail":"M","virtualAccountPhone":"M",
            "paymentRequestId":"1","paidAmount":{"value":"1.00","currency":"IDR"},
            "additionalInfo":{"senderName":"M","sourceAccountNo":"M"}}"#,
    ),
    snap::va_notification::AdditionalInfo: read(r#"{"senderName":"M","sourceAccountNo":"M"}"#),
    snap::va_notification::VaNotificationReply: read(
        r#"{"responseCode":"2002500","virtualAccountData":{"virtualAccountName":"M","customerNo":"M","virtualAccountNo":"M"}}"#,
    ),
    snap::va_notification::VirtualAccountData: read(r#"{"virtualAccountName":"M"}"#),
    non_snap::notification::Notification: read(
        r#"{"order":{"invoice_number":"1"},"transaction":{"status":"SUCCESS"},"customer":$CUSTOMER,
            "virtual_account_info":{"virtual_account_number":"M"},
            "virtual_account_payment":{"identifier":[{"name":"REFERENCE","value":"M"}],
                "identifer":[{"name":"REFERENCE","value":"M"}]},
            "online_to_offline_info":{$NEW},"online_to_offline_payment":{$NEW},
            "card_payment":{"masked_card_number":"M"},"emoney_payment":{"account_id":"M"},
            "shopeepay_payment":{"identifier":[{"name":"REFERENCE","value":"M"}]},
            "peer_to_peer_info":{$NEW},"additional_info":{$NEW}}"#,
    ),
    non_snap::part::Customer: read("$CUSTOMER"),
    non_snap::part::VirtualAccountPayment: read(
        r#"{"identifier":[{"name":"REFERENCE","value":"M"}]}"#,
    ),
    non_snap::part::Identifier: read(r#"{"name":"REFERENCE","value":"M"}"#),
    non_snap::part::VirtualAccountInfo: read(r#"{"virtual_account_number":"M"}"#),
    non_snap::part::CardPayment: read(r#"{"masked_card_number":"M"}"#),
    non_snap::part::EmoneyPayment: read(r#"{"account_id":"M"}"#),
    non_snap::part::ShopeepayPayment: read(r#"{"identifier":[{"name":"REFERENCE","value":"M"}]}"#),
    validate::Fault: refusals().remove(0).faults()[0].clone(),
    validate::ParseError: refusals().remove(0),
}

#[test]
fn no_type_prints_what_it_guards() {
    for (name, text) in printed() {
        assert!(!text.contains("marker"), "{name} prints {text}");
    }
}

#[test]
fn no_error_repeats_what_it_met() {
    for error in refusals() {
        let told: String = error.faults().iter().map(ToString::to_string).collect();
        let text = format!("{error} {error:?} {error:#?} {told}");
        assert!(!text.contains("marker"), "{text}");
    }
    let set = extra::Extra::default().set("x", MARKER).unwrap_err();
    let quoted = amount::Amount::quoted(MARKER).unwrap_err();
    let text = format!("{set} {quoted}");
    assert!(!text.contains("marker"), "{text}");
}

#[test]
fn no_rejection_or_missing_paper_tells_more_than_doku_s_note() {
    let data: partner::business::BusinessData = read(BUSINESS_DATA);
    assert_eq!(data.rejections().len(), 2);
    for rejection in data.rejections() {
        let text = format!("{rejection} {rejection:?}");
        assert!(!text.contains("marker"), "{text}");
    }

    let requirements: partner::requirements::Requirements = serde_json::from_str(include_str!(
        "../../../../tests/samples/check-requirements.reply.json"
    ))
    .unwrap();
    let registration: partner::registration::Registration = read(r#"{"business":$BUSINESS}"#);
    let file = partner::requirements::DraftFile::new("DCM-1", MARKER, 11, MARKER.as_bytes());
    let faults = requirements.missing(&registration, &[file]);
    assert!(faults.len() >= 3, "{faults:?}");
    assert!(!format!("{faults:?}").contains("marker"), "{faults:?}");
}

#[test]
fn every_public_type_is_either_guarded_here_or_known_to_need_no_guard() {
    let there = public_types();
    assert!(there.len() > 120, "only {} types were found: {there:#?}", there.len());

    let guarded = GUARDED.iter().map(|name| name.trim_end_matches("<'_>").to_owned());
    let unguarded = UNGUARDED.iter().flat_map(|(_, names)| *names).map(|name| (*name).to_owned());
    let mut known = BTreeSet::new();
    for name in guarded.chain(unguarded) {
        assert!(there.contains(&name), "{name} is no public type");
        assert!(known.insert(name.clone()), "{name} is listed twice");
    }
    let forgotten: Vec<_> = there.difference(&known).collect();
    assert!(forgotten.is_empty(), "neither guarded nor known to need no guard: {forgotten:#?}");
}

/// What refuses to read a document full of markers: by its shape, by its rules, by its syntax.
fn refusals() -> Vec<validate::ParseError> {
    use partner::{lite::LiteRegistration, registration::Registration, token, update::Update};

    let wrong = "{\"business\":{\"type\":M,\"email\":[M],\"phone_number\":M,\"callback_url\":M,\
        \"addresses\":[{\"area\":{\"x\":M},\"country\":M,\"primary\":M}],\"banks\":M,\
        \"contacts\":[{\"phone_number\":M,\"documents\":[{\"forms\":M}]}]},\"partner\":M,\
        \"invited_user\":M,\"grant_type\":M,\"valid_time\":M,\"token\":[M],\"id\":{\"x\":M}}"
        .replace('M', TEXT);
    let sample = include_str!("../../../../tests/samples/business-registration.request.json");
    let numbers = sample.replace("\"81234567890\"", TEXT).replace("\"PERSONAL\"", TEXT);
    let broken = &wrong[..wrong.len() - 1];
    [wrong.as_str(), &numbers, broken, TEXT]
        .into_iter()
        .flat_map(|body| {
            let body = body.as_bytes();
            [
                Registration::parse(body).err(),
                Update::parse(body).err(),
                LiteRegistration::parse(body).err(),
                token::TokenRequest::parse(body).err(),
                validate::read::<token::TokenReply>(body).err(),
                validate::read::<partner::registration::RegistrationReply>(body).err(),
                partner::business::BusinessData::parse(body).err(),
                snap::token::TokenReply::parse(body).err(),
                snap::va_notification::VaNotification::parse(body).err(),
                non_snap::notification::Notification::parse(body).err(),
            ]
        })
        .flatten()
        .collect()
}

/// Reads a value in which `M` stands for the marker, `$NEW` for an unknown field full of it and
/// another such word for one of [`PARTS`]. Written again, the value has every one of its markers:
/// none of them was passed over.
fn read<T: DeserializeOwned + Serialize>(template: &str) -> T {
    let mut json = template.to_owned();
    for (name, part) in PARTS {
        json = json.replace(name, part);
    }
    let json = json.replace("$NEW", NEW).replace("\"M\"", TEXT);
    let value: T = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    let written = serde_json::to_string(&value).unwrap();
    assert!(json.contains(MARKER), "{json}");
    assert_eq!(written.matches(MARKER).count(), json.matches(MARKER).count(), "{json}\n{written}");
    value
}

const TEXT: &str = "\"marker-5f2c\"";
const NEW: &str = r#""marker-5f2c":[{"x":"marker-5f2c"}]"#;

/// Parts of values, the larger ones first.
const PARTS: &[(&str, &str)] = &[
    (
        "$BUSINESS",
        r#"{"type":"PERSONAL","legal_entity":"PERSEORANGAN","name":"x","email":"M",
            "phone_calling_code":"62","phone_number":"M","brands":[$BRAND],"addresses":[$ADDRESS],
            "banks":[$BANK],"contacts":[$PERSON],"documents":[$DOCUMENT],$NEW}"#,
    ),
    (
        "$PERSON",
        r#"{"documents":[$DOCUMENT],"email":"M","name":"M","nationality":"ID",
            "phone_calling_code":"62","phone_number":"M","position":"OWNER","primary":true,
            "owner_liveness":{"id":"CNT-1",$NEW},$NEW}"#,
    ),
    (
        "$DOCUMENT",
        r#"{"code":"KTP","category":"DOCUMENT","id":"DCM-1",
            "forms":[{"code":"NO_KTP","value":"M",$NEW}],$NEW}"#,
    ),
    (
        "$BRAND",
        r#"{"name":"x","description":"x","category":"RETAIL","photo_proofs":[{"id":"DCM-1",$NEW}],
            "social_media":[{"accounts":["x"],"code":"INSTAGRAM",$NEW}],$NEW}"#,
    ),
    (
        "$ADDRESS",
        r#"{"status":"REJECTED","area":"M","country":"ID","name":"M","primary":true,$NEW}"#,
    ),
    (
        "$BANK",
        r#"{"account_name":"M","account_number":"M","bank_id":"4","bank_name":"BANK BCA",
            "country":"ID","currency":"IDR","swift_code":"014",$NEW}"#,
    ),
    ("$CONTACT", r#"{"name":"M","email":"M","phone_calling_code":"62","phone_number":"M",$NEW}"#),
    ("$CUSTOMER", r#"{"doku_id":"M","name":"M","email":"M","phone":"M"}"#),
    (
        "$REGISTERED",
        r#"{"id":"BSN-1","brands":[{"id":"BRN-1","shared_key":"M",
            "services":[{"code":"QRIS","name":"QRIS","status":"PENDING",$NEW}]}]}"#,
    ),
];
const BUSINESS_DATA: &str = r#"{"id":"BSN-1","status":"REJECTED","email":"M","phone_number":"M",
    "contact":$CONTACT,"addresses":[$ADDRESS],"banks":[$BANK],"contacts":[$PERSON],
    "documents":[{"code":"KTP","category":"DOCUMENT","id":"DCM-1","link":"M",$NEW}],
    "brands":[{"id":"BRN-1","shared_key":"M","photo_proofs":[{"id":"PHP-1","photo":"M",$NEW}],$NEW}],
    $NEW}"#;
const BRAND_DATA: &str = r#"{"id":"BRN-1","shared_key":"M","photo_proofs":[{"id":"PHP-1",
    "photo":"M",$NEW}],"services":[{"code":"QRIS","name":"QRIS","status":"PENDING",$NEW}],$NEW}"#;
