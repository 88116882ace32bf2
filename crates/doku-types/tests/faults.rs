//! What is wrong with a request, as a table: a sample, one edit, and the faults that it makes.

use std::fmt::Debug;

use doku_types::{
    evidence,
    partner::{
        file::UploadParts, lite::LiteRegistration, registration::Registration,
        requirements::RequirementsQuery, token::TokenRequest, update::Update,
    },
    validate::{Fault, FaultKind, MAX_BODY, ParseError},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use Edit::{Entries, Gone, Long, Set};
use FaultKind::{Missing, NotAllowed, TooLong, WrongType};

/// What is done to a sample at one of its places.
#[derive(Debug)]
enum Edit {
    /// Taken out.
    Gone,
    /// Another value, as JSON.
    Set(&'static str),
    /// A text of so many characters.
    Long(usize),
    /// A list of so many entries like its first.
    Entries(usize),
}

/// Faults, in their order.
type Told = &'static [(&'static str, FaultKind)];
/// Where, what is done there, and what is told of it.
type Case = (&'static str, Edit, Told);
/// The parts `category`, `code`, whether there is a `file`, and `file_url`; what is told of them.
type Upload = (&'static str, &'static str, bool, &'static str, Told);
/// The four parameters, and what is told of them.
type Query = ([&'static str; 4], Told);

#[rustfmt::skip]
const REGISTRATION: &[Case] = &[
    ("", Set("[]"), &[("", WrongType)]),
    ("", Set("null"), &[("", WrongType)]),
    ("/business", Gone, &[("/business", Missing)]),
    ("/business", Set("86753"), &[("/business", WrongType)]),
    ("/business/type", Gone, &[("/business/type", Missing)]),
    ("/business/type", Set(r#""GOVERNMENT""#), &[("/business/type", NotAllowed)]),
    ("/business/type", Set("86753"), &[("/business/type", WrongType)]),
    ("/business/type", Set(r#""CORPORATE""#), &[("/business/legal_entity", NotAllowed)]),
    ("/business/legal_entity", Gone, &[("/business/legal_entity", Missing)]),
    ("/business/legal_entity", Set(r#""YAYASAN""#), &[("/business/legal_entity", NotAllowed)]),
    ("/business/name", Set(r#""""#), &[("/business/name", Missing)]),
    ("/business/name", Set(r#"" \t ""#), &[("/business/name", Missing)]),
    ("/business/name", Set("null"), &[("/business/name", Missing)]),
    ("/business/description", Long(1024), &[("/business/description", TooLong)]),
    ("/business/email", Gone, &[("/business/email", Missing)]),
    ("/business/email", Set("true"), &[("/business/email", WrongType)]),
    ("/business/phone_calling_code", Gone, &[("/business/phone_calling_code", Missing)]),
    ("/business/phone_calling_code", Set("6.2"), &[("/business/phone_calling_code", WrongType)]),
    ("/business/calling_code", Set("62"), &[("/business/calling_code", NotAllowed)]),
    ("/business/phone_number", Gone, &[("/business/phone_number", Missing)]),
    ("/business/phone_number", Set(r#""+6281234567""#), &[("/business/phone_number", NotAllowed)]),
    ("/business/phone_number", Set(r#""081234567""#), &[("/business/phone_number", NotAllowed)]),
    ("/business/phone_number", Set("-81234567"), &[("/business/phone_number", NotAllowed)]),
    ("/business/phone_number", Set("8.5"), &[("/business/phone_number", WrongType)]),
    ("/business/website_readiness", Set("[]"), &[("/business/website_readiness", WrongType)]),
    ("/business/mobile_app_readiness", Set("86753"), &[("/business/mobile_app_readiness", WrongType)]),
    ("/business/callback_url", Set(r#""""#), &[("/business/callback_url", NotAllowed)]),
    ("/business/callback_url", Set(r#""partner.example/doku""#), &[("/business/callback_url", NotAllowed)]),
    ("/business/callback_url", Set(r#""https://me:pw@partner.example""#), &[("/business/callback_url", NotAllowed)]),
    ("/business/callback_url", Long(2049), &[("/business/callback_url", TooLong), ("/business/callback_url", NotAllowed)]),
    ("/business/brands", Gone, &[("/business/brands", Missing)]),
    ("/business/brands", Set("[]"), &[("/business/brands", Missing)]),
    ("/business/brands", Set("{}"), &[("/business/brands", WrongType)]),
    ("/business/brands", Entries(101), &[("/business/brands", TooLong)]),
    ("/business/brands/0", Set("86753"), &[("/business/brands/0", WrongType)]),
    ("/business/brands/0/name", Long(256), &[("/business/brands/0/name", TooLong)]),
    ("/business/brands/0/description", Gone, &[("/business/brands/0/description", Missing)]),
    ("/business/brands/0/category", Long(11), &[("/business/brands/0/category", TooLong)]),
    ("/business/brands/0/transaction_frequency", Long(4), &[("/business/brands/0/transaction_frequency", TooLong)]),
    ("/business/brands/0/transaction_quantity", Long(256), &[("/business/brands/0/transaction_quantity", TooLong)]),
    ("/business/brands/0/social_media", Set(r#""instagram""#), &[("/business/brands/0/social_media", WrongType)]),
    ("/business/brands/0/social_media/1/accounts", Set("[]"), &[("/business/brands/0/social_media/1/accounts", Missing)]),
    ("/business/brands/0/social_media/0/accounts/0", Set(r#""""#), &[("/business/brands/0/social_media/0/accounts/0", Missing)]),
    ("/business/brands/0/social_media/0/code", Gone, &[("/business/brands/0/social_media/0/code", Missing)]),
    ("/business/brands/0/photo_proofs", Set("[]"), &[("/business/brands/0/photo_proofs", Missing)]),
    ("/business/brands/0/photo_proofs/0", Set("{}"), &[("/business/brands/0/photo_proofs/0/id", Missing)]),
    ("/business/brands/0/photo_proofs/0/id", Set("86753"), &[("/business/brands/0/photo_proofs/0/id", WrongType)]),
    ("/business/addresses", Set("[null]"), &[("/business/addresses/0", Missing)]),
    ("/business/addresses/0/area", Gone, &[("/business/addresses/0/area", Missing)]),
    ("/business/addresses/0/name", Long(256), &[("/business/addresses/0/name", TooLong)]),
    ("/business/addresses/0/country", Set(r#""IDN""#), &[("/business/addresses/0/country", TooLong)]),
    ("/business/addresses/0/primary", Set(r#""sometimes""#), &[("/business/addresses/0/primary", WrongType)]),
    ("/business/addresses/0/primary", Gone, &[("/business/addresses/0/primary", Missing)]),
    ("/business/banks", Gone, &[("/business/banks", Missing)]),
    ("/business/bank_account", Set("[]"), &[("/business/bank_account", NotAllowed)]),
    ("/business/banks/0/account_number", Set("9.8765432e300"), &[("/business/banks/0/account_number", WrongType)]),
    ("/business/banks/0/bank_name", Gone, &[("/business/banks/0/bank_name", Missing)]),
    ("/business/banks/0/swift_code", Set("{}"), &[("/business/banks/0/swift_code", WrongType)]),
    ("/business/contacts", Entries(200), &[("/business/contacts", TooLong)]),
    ("/business/contacts/0/nationality", Gone, &[("/business/contacts/0/nationality", Missing)]),
    ("/business/contacts/0/calling_code", Set("62"), &[("/business/contacts/0/calling_code", NotAllowed)]),
    ("/business/contacts/0/phone_number", Set(r#""081987654""#), &[("/business/contacts/0/phone_number", NotAllowed)]),
    ("/business/contacts/0/position", Set("86753"), &[("/business/contacts/0/position", WrongType)]),
    ("/business/contacts/0/primary", Set("null"), &[("/business/contacts/0/primary", Missing)]),
    ("/business/contacts/0/owner_liveness", Set("{}"), &[("/business/contacts/0/owner_liveness/id", Missing)]),
    ("/business/contacts/0/documents", Set("null"), &[("/business/contacts/0/documents", Missing)]),
    ("/business/contacts/0/documents/0/id", Set(r#""""#), &[("/business/contacts/0/documents/0/id", Missing)]),
    ("/business/contacts/0/documents/0/category", Gone, &[("/business/contacts/0/documents/0/category", Missing)]),
    ("/business/contacts/0/documents/0/forms/0/value", Gone, &[("/business/contacts/0/documents/0/forms/0/value", Missing)]),
    ("/business/contacts/0/documents/0/forms/0/value", Set("false"), &[("/business/contacts/0/documents/0/forms/0/value", WrongType)]),
    ("/business/documents", Set(r#"[{"code":"IZIN_USAHA"}]"#), &[("/business/documents/0/category", Missing), ("/business/documents/0/id", Missing)]),
    ("/partner", Set("86753"), &[("/partner", WrongType)]),
    ("/partner/invited_user", Set(r#""partner@example.com""#), &[("/partner/invited_user", WrongType)]),
    ("/partner/invited_user/1", Set(r#""""#), &[("/partner/invited_user/1", Missing)]),
];

#[rustfmt::skip]
const LITE: &[Case] = &[
    ("", Set(r#""shop-42""#), &[("", WrongType)]),
    ("/business", Gone, &[("/business", Missing)]),
    ("/business/partner_ref_id", Set(r#""""#), &[("/business/partner_ref_id", Missing)]),
    ("/business/name", Set("86753"), &[("/business/name", WrongType)]),
    ("/business/contact", Set("[]"), &[("/business/contact", WrongType)]),
    ("/business/contact/name", Gone, &[("/business/contact/name", Missing)]),
    ("/business/contact/email", Set("null"), &[("/business/contact/email", Missing)]),
    ("/business/contact/phone_calling_code", Set("true"), &[("/business/contact/phone_calling_code", WrongType)]),
    ("/business/contact/phone_number", Gone, &[("/business/contact/phone_number", Missing)]),
    ("/referral", Set(r#""ABC123""#), &[("/referral", WrongType)]),
    ("/referral/code", Set(r#""ABC1234""#), &[("/referral/code", TooLong)]),
    ("/invited_user", Gone, &[("/invited_user", Missing)]),
    ("/invited_user/email", Set("{}"), &[("/invited_user/email", WrongType)]),
];

#[rustfmt::skip]
const TOKEN: &[Case] = &[
    ("/grant_type", Gone, &[("/grant_type", Missing)]),
    ("/grant_type", Set(r#"" ""#), &[("/grant_type", Missing)]),
    ("/grant_type", Set(r#""password""#), &[("/grant_type", NotAllowed)]),
    ("/grant_type", Set("86753"), &[("/grant_type", WrongType)]),
    ("/valid_time", Set(r#""""#), &[("/valid_time", NotAllowed)]),
    ("/valid_time", Set("0"), &[("/valid_time", NotAllowed)]),
    ("/valid_time", Set("1441"), &[("/valid_time", NotAllowed)]),
    ("/valid_time", Set(r#""+60""#), &[("/valid_time", NotAllowed)]),
    ("/valid_time", Set(r#""6 hours""#), &[("/valid_time", NotAllowed)]),
    ("/valid_time", Set("1.5"), &[("/valid_time", WrongType)]),
    ("/valid_time", Set("[60]"), &[("/valid_time", WrongType)]),
];

#[rustfmt::skip]
const UPDATE: &[Case] = &[
    ("", Set("86753"), &[("", WrongType)]),
    ("/business", Gone, &[("/business", Missing)]),
    ("/business", Set("null"), &[("/business", WrongType)]),
    ("/business/name", Set(r#""""#), &[("/business/name", Missing)]),
    ("/business/description", Set("null"), &[("/business/description", WrongType)]),
    ("/business/description", Long(1024), &[("/business/description", TooLong)]),
    ("/business/callback_url", Set(r#""partner.example""#), &[("/business/callback_url", NotAllowed)]),
    ("/business/phone_number", Set(r#""081234567""#), &[("/business/phone_number", NotAllowed)]),
    ("/business/website_readiness", Set("86753"), &[("/business/website_readiness", WrongType)]),
    ("/business/banks", Set("[]"), &[("/business/banks", Missing)]),
    ("/business/banks/0/id", Set(r#""""#), &[("/business/banks/0/id", Missing)]),
    ("/business/banks/0/id", Gone, &[
        ("/business/banks/0/bank_id", Missing), ("/business/banks/0/bank_name", Missing),
        ("/business/banks/0/country", Missing), ("/business/banks/0/currency", Missing),
        ("/business/banks/0/swift_code", Missing),
    ]),
    ("/business/banks/0/account_name", Set(r#""  ""#), &[("/business/banks/0/account_name", Missing)]),
    ("/business/banks/0/account_number", Set("null"), &[("/business/banks/0/account_number", WrongType)]),
    ("/business/banks/1/bank_name", Gone, &[("/business/banks/1/bank_name", Missing)]),
    ("/business/brands/0", Set(r#"{"name":"Warung Contoh"}"#), &[
        ("/business/brands/0/description", Missing), ("/business/brands/0/category", Missing),
        ("/business/brands/0/photo_proofs", Missing),
    ]),
    ("/business/brands/0/photo_proofs", Set("[]"), &[("/business/brands/0/photo_proofs", Missing)]),
    ("/business/brands/0/photo_proofs/1", Set("{}"), &[("/business/brands/0/photo_proofs/1/id", Missing)]),
    ("/business/brands/0/social_media", Set(r#"[{"id":"SCM-1","accounts":[]}]"#), &[("/business/brands/0/social_media/0/accounts", Missing)]),
    ("/business/addresses", Set("[null]"), &[("/business/addresses/0", WrongType)]),
    ("/business/addresses", Set(r#"[{"id":"ADR-1","country":"IDN"}]"#), &[("/business/addresses/0/country", TooLong)]),
    ("/business/addresses", Set(r#"[{"id":"ADR-1","primary":"yes"}]"#), &[("/business/addresses/0/primary", WrongType)]),
    ("/business/contacts", Set(r#"[{"id":"CNT-1","phone_number":"+628"}]"#), &[("/business/contacts/0/phone_number", NotAllowed)]),
    ("/business/contacts", Set(r#"[{"id":"CNT-1","documents":[{}]}]"#), &[("/business/contacts/0/documents/0/id", Missing)]),
    ("/business/documents", Set(r#"[{"id":"DCM-1","forms":[{"code":"NIB"}]}]"#), &[("/business/documents/0/forms/0/value", Missing)]),
    ("/partner", Set(r#"{"invited_user":[86753]}"#), &[("/partner/invited_user/0", WrongType)]),
];

#[test]
fn every_mistake_in_a_registration_is_told_at_its_place() {
    let sample = include_str!("../../../tests/samples/business-registration.request.json");
    assert_told(sample, REGISTRATION, Registration::parse, Registration::validate);
}

#[test]
fn every_mistake_in_an_invitation_is_told_at_its_place() {
    let sample = include_str!("../../../tests/samples/create-business-lite.request.json");
    assert_told(sample, LITE, LiteRegistration::parse, LiteRegistration::validate);
}

#[test]
fn every_mistake_in_a_token_request_is_told_at_its_place() {
    let sample = include_str!("../../../tests/samples/generate-token.request.json");
    assert_told(sample, TOKEN, TokenRequest::parse, TokenRequest::validate);
}

#[test]
fn every_mistake_in_an_update_is_told_at_its_place() {
    let sample = include_str!("../../../tests/samples/update-business-data.request.json");
    assert_told(sample, UPDATE, Update::parse, Update::validate);
}

#[test]
fn a_draft_that_is_larger_than_any_body_may_be_is_told_so() {
    let sample = include_str!("../../../tests/samples/business-registration.request.json");
    let mut draft = Registration::parse(sample.as_bytes()).unwrap();
    let room = MAX_BODY - serde_json::to_string(&draft).unwrap().len() - r#","x":"""#.len();
    for (length, expected) in [(room, &[] as Told), (room + 1, &[("", TooLong)])] {
        draft.extra.set("x", &format!("\"{}\"", "x".repeat(length))).unwrap();
        assert_faults(&draft.validate(), expected, &json!({}), &length);
        let written = serde_json::to_vec(&draft).unwrap();
        assert_eq!(Registration::parse(&written).is_ok(), expected.is_empty());
    }
}

#[test]
#[rustfmt::skip]
fn every_mistake_in_the_parts_of_an_upload_is_told_by_the_part_s_name() {
    let table: &[Upload] = &[
        ("OWNER_LIVENESS", "", true, "", &[]),
        ("OWNER_LIVENESS", "ignored here", true, "", &[]),
        ("DOCUMENT", "KTP", false, "https://shop.example/ktp.jpg", &[]),
        ("DOCUMENT", "A_NEW_PAPER", true, "", &[]),
        ("", "KTP", true, "", &[("category", Missing)]),
        ("SELFIE", "", true, "", &[("category", NotAllowed)]),
        ("DOCUMENT", "", true, "", &[("code", Missing)]),
        ("PHOTO_PROOF", "", false, "", &[("file", Missing)]),
        ("PHOTO_PROOF", "", true, "https://shop.example/1.jpg", &[("file_url", NotAllowed)]),
        ("PHOTO_PROOF", "", false, "shop.example/1.jpg", &[("file_url", NotAllowed)]),
        ("PHOTO_PROOF", "", false, "https://shop.example/#1", &[("file_url", NotAllowed)]),
        ("", "", false, "", &[("category", Missing), ("file", Missing)]),
    ];
    for (category, code, has_file, file_url, expected) in table {
        let parts = UploadParts::builder()
            .category(*category).code(*code).has_file(*has_file).file_url(*file_url)
            .build();
        let values = json!({"category": category, "code": code, "file_url": file_url});
        assert_faults(&parts.validate(), expected, &values, &parts);
    }
}

#[test]
#[rustfmt::skip]
fn every_mistake_in_a_requirements_query_is_told_by_the_parameter_s_name() {
    let table: &[Query] = &[
        (["PERSONAL", "PERSEORANGAN", "RETAIL", "ID"], &[]),
        (["CORPORATE", "PT", "MINING", "SG"], &[]),
        (["CORPORATE", "A_NEW_FORM", "A_NEW_LINE", "SG"], &[]),
        (["", "PERSEORANGAN", "RETAIL", "ID"], &[("businessType", Missing)]),
        (["PERSONAL", " ", "RETAIL", ""], &[("businessLegalEntity", Missing), ("businessContactNationality", Missing)]),
        (["GOVERNMENT", "PERSEORANGAN", "RETAIL", "ID"], &[("businessType", NotAllowed)]),
        (["personal", "PERSEORANGAN", "RETAIL", "ID"], &[("businessType", NotAllowed)]),
        (["PERSONAL", "YAYASAN", "RETAIL", "ID"], &[("businessLegalEntity", NotAllowed)]),
        (["PERSONAL", "PERSEORANGAN", "MINING", "SG"], &[("brandBusinessLine", NotAllowed), ("businessContactNationality", NotAllowed)]),
        (["CORPORATE", "PERSEORANGAN", "RETAIL", "ID"], &[("businessLegalEntity", NotAllowed)]),
    ];
    let names =
        ["businessType", "businessLegalEntity", "brandBusinessLine", "businessContactNationality"];
    for (values, expected) in table {
        let pairs = names.into_iter().zip(values.iter().copied());
        let told = RequirementsQuery::from_pairs(pairs.clone()).err().unwrap_or_default();
        assert_faults(&told, expected, &pairs.collect(), values);

        let [business_type, legal_entity, line, nationality] = *values;
        let draft = RequirementsQuery::builder()
            .business_type(business_type).legal_entity(legal_entity)
            .business_line(line).contact_nationality(nationality)
            .build();
        assert_eq!(draft.validate(), told);
    }
}

/// That the sample has no fault, and that each case has its own: in what is read, and in the draft
/// of the same.
fn assert_told<T: DeserializeOwned + Debug>(
    sample: &str,
    cases: &[Case],
    parse: fn(&[u8]) -> Result<T, ParseError>,
    validate: fn(&T) -> Vec<Fault>,
) {
    assert_eq!(validate(&parse(sample.as_bytes()).unwrap()), []);
    let sample: Value = serde_json::from_str(sample).unwrap();
    for (place, edit, expected) in cases {
        let document = edited(sample.clone(), place, edit);
        let body = document.to_string();
        let error = parse(body.as_bytes()).unwrap_err();
        let case = (place, edit);
        assert_faults(error.faults(), expected, &document, &case);

        // A draft has neither `null` nor a number where a text is due.
        let is_shape = matches!(edit, Set(json) if json.contains("null"))
            || expected.iter().any(|(_, kind)| *kind == WrongType);
        if let Ok(draft) = serde_json::from_str::<T>(&body)
            && !is_shape
        {
            assert_eq!(validate(&draft), error.faults(), "{case:?}");
        }
    }
}

fn assert_faults(
    told: &[Fault],
    expected: &[(&str, FaultKind)],
    document: &Value,
    case: &dyn Debug,
) {
    let found: Vec<_> = told.iter().map(|fault| (fault.pointer.as_str(), fault.kind)).collect();
    assert_eq!(found, expected, "{case:?}");
    for fault in told {
        assert!(evidence::entry(fault.evidence).is_some(), "{case:?} stands on {}", fault.evidence);
        let says_what_to_do = [": send ", ": shorten it ", ": add it ", ": leave it out"]
            .iter()
            .any(|advice| fault.message.contains(advice));
        assert!(says_what_to_do, "{case:?}: {fault}");

        let value = document.pointer(&fault.pointer).or_else(|| document.get(&fault.pointer));
        let value = match value {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        // A single character is in every sentence.
        if value.len() > 1 {
            assert!(!fault.message.contains(&value), "{case:?}: {fault}");
        }
    }
}

fn edited(mut document: Value, place: &str, edit: &Edit) -> Value {
    let value = match edit {
        Gone => None,
        Set(json) => Some(serde_json::from_str(json).unwrap()),
        Long(characters) => Some("é".repeat(*characters).into()),
        Entries(count) => Some(vec![document.pointer(place).unwrap()[0].clone(); *count].into()),
    };
    let Some((parent, name)) = place.rsplit_once('/') else {
        return value.unwrap();
    };
    match (document.pointer_mut(parent).unwrap(), value) {
        (Value::Object(fields), Some(value)) => drop(fields.insert(name.to_owned(), value)),
        (Value::Object(fields), None) => drop(fields.remove(name).unwrap()),
        (Value::Array(entries), Some(value)) => {
            let index: usize = name.parse().unwrap();
            entries.truncate(index);
            entries.push(value);
        }
        (parent, _) => panic!("{place}: {parent} cannot be edited"),
    }
    document
}
