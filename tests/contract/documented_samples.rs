//! Each documented sample goes through its type and back without changing its meaning.

use doku_types::partner::{
    business::BusinessData,
    callback::Callback,
    file::UploadedFile,
    lite::{LiteRegistration, LiteReply},
    registration::{Registration, RegistrationReply},
    requirements::Requirements,
    token::{TokenReply, TokenRequest},
};
use doku_types::validate::ParseError;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

fn survives<T: Serialize + DeserializeOwned>(sample: &str) {
    let typed: T = serde_json::from_str(sample).unwrap();
    let written = serde_json::to_string(&typed).unwrap();
    let (before, after): (Value, Value) =
        (serde_json::from_str(sample).unwrap(), serde_json::from_str(&written).unwrap());
    assert_eq!(before, after);
}

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../samples/", $name, ".json"))
    };
}

#[test]
fn check_requirements() {
    survives::<Requirements>(sample!("check-requirements.reply"));
}

#[test]
fn generate_token() {
    survives::<TokenRequest>(sample!("generate-token.request"));
    survives::<TokenReply>(sample!("generate-token.reply"));
}

#[test]
fn upload_file() {
    survives::<UploadedFile>(sample!("upload-file.reply"));
}

#[test]
fn business_registration() {
    survives::<Registration>(sample!("business-registration.request"));
    survives::<RegistrationReply>(sample!("business-registration.reply"));
}

#[test]
fn create_business_lite() {
    survives::<LiteRegistration>(sample!("create-business-lite.request"));
    survives::<LiteReply>(sample!("create-business-lite.reply"));
}

#[test]
fn get_business_data() {
    survives::<BusinessData>(sample!("get-business-data.reply"));
}

#[test]
fn callback() {
    survives::<Callback>(sample!("callback.request"));
}

#[test]
fn the_documented_requests_have_no_fault() {
    TokenRequest::parse(sample!("generate-token.request").as_bytes()).unwrap();
    LiteRegistration::parse(sample!("create-business-lite.request").as_bytes()).unwrap();
    let registration =
        Registration::parse(sample!("business-registration.request").as_bytes()).unwrap();
    assert_eq!(registration.validate(), []);
}

#[test]
fn other_spellings_of_the_registration_mean_the_same() {
    let sample = sample!("business-registration.request");
    let registration = Registration::parse(sample.as_bytes()).unwrap();
    let mut document: Value = serde_json::from_str(sample).unwrap();
    let business = document["business"].as_object_mut().unwrap();
    let code = business.remove("phone_calling_code").unwrap();
    business
        .insert("calling_code".to_owned(), code.as_str().unwrap().parse::<u64>().unwrap().into());
    business.insert("phone_number".to_owned(), 81_234_567_890_u64.into());
    business.insert("website_readiness".to_owned(), false.into());
    let banks = business.remove("banks").unwrap();
    business.insert("bank_account".to_owned(), banks[0].clone());
    business.insert("unheard_of".to_owned(), Value::Null);
    let other = serde_json::to_vec(&document).unwrap();
    assert_eq!(Registration::parse(&other).unwrap(), registration);
}

/// Every place of a document, as a JSON pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, v)| (name.clone(), v)).collect(),
        Value::Array(entries) => {
            entries.iter().enumerate().map(|(index, v)| (index.to_string(), v)).collect()
        }
        _ => Vec::new(),
    };
    for (name, child) in children {
        let pointer = format!("{at}/{name}");
        places(child, &pointer, found);
        found.push(pointer);
    }
}

#[test]
fn a_wrong_value_is_told_at_its_own_place_wherever_it_stands() {
    fn assert_told<T>(sample: &str, parse: fn(&[u8]) -> Result<T, ParseError>) -> usize {
        let sample: Value = serde_json::from_str(sample).unwrap();
        let mut found = Vec::new();
        places(&sample, "", &mut found);
        let mut refused = 0;
        for pointer in found {
            for wrong in ["null", "true", "5", "-1", "1.5", "\"\"", "[]", "[null]", "{}", "\"x\""] {
                let mut document = sample.clone();
                *document.pointer_mut(&pointer).unwrap() = serde_json::from_str(wrong).unwrap();
                let Err(error) = parse(&serde_json::to_vec(&document).unwrap()) else { continue };
                refused += 1;
                let parent = pointer.rsplit_once('/').unwrap().0;
                for fault in error.faults() {
                    let told = &fault.pointer;
                    // What depends on it may be told elsewhere, but never nowhere.
                    let near = told.starts_with(&pointer) || told == parent;
                    let elsewhere = told == "/business/legal_entity";
                    assert!(near || elsewhere, "{pointer} as {wrong}: {fault}");
                }
                assert!(!error.faults().is_empty(), "{pointer} as {wrong}: {error}");
            }
        }
        refused
    }
    let registrations = assert_told(sample!("business-registration.request"), Registration::parse);
    let invitations = assert_told(sample!("create-business-lite.request"), LiteRegistration::parse);
    let tokens = assert_told(sample!("generate-token.request"), TokenRequest::parse);
    assert!(
        registrations > 300 && invitations > 50 && tokens > 10,
        "{registrations} {invitations} {tokens}"
    );
}

#[test]
fn no_sample_shows_its_people_keys_or_links_when_it_is_debugged() {
    fn debugged<T: DeserializeOwned + std::fmt::Debug>(sample: &str) -> String {
        format!("{:#?}", serde_json::from_str::<T>(sample).unwrap())
    }
    let printed = [
        debugged::<TokenReply>(sample!("generate-token.reply")),
        debugged::<UploadedFile>(sample!("upload-file.reply")),
        debugged::<Registration>(sample!("business-registration.request")),
        debugged::<RegistrationReply>(sample!("business-registration.reply")),
        debugged::<LiteRegistration>(sample!("create-business-lite.request")),
        debugged::<BusinessData>(sample!("get-business-data.reply")),
    ]
    .concat();
    for hidden in [
        "John Doe",
        "@example.com",
        "8123456",
        "8198765",
        "98765432",
        "1234567890123456",
        "Jalan Contoh",
        "17133",
        "SK-",
        "eyJ",
        "files.example",
    ] {
        assert!(!printed.contains(hidden), "{hidden} is in {printed}");
    }
    assert!(printed.contains("Warung Contoh") && printed.contains("BRN-0104-1678960841263"));
}
