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
    assert_eq!(registration.faults(), []);
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
