//! Texts that must not appear anywhere, and documents that are full of them.

use doku_mock::MockDoku;
use doku_partner::{
    Credentials, Environment, FileUpload, PartnerClient, PartnerClientBuilder, RetryPolicy,
};
use doku_types::{
    code::DocumentCode,
    partner::{business::BusinessData, file::FilePurpose, registration::Registration},
};

pub(crate) const NIK: &str = "9876543210987654";
pub(crate) const EMAIL: &str = "marker@example.com";
pub(crate) const KEY: &str = "SK-marker-key";
pub(crate) const TOKEN: &str = "eyJmarker.token.of-an-upload";
/// Its first bytes tell a PNG.
pub(crate) const CONTENT: &[u8] = b"\x89PNG\r\n\x1a\nmarker content";

/// Nothing of it is there, in whatever case, nor as hexadecimal or decimal bytes.
pub(crate) fn assert_unmarked(what: &str, text: &str) {
    let lower = text.to_lowercase();
    for marker in ["marker", NIK, "example.com", "6d61726b6572", "109, 97, 114, 107, 101, 114"] {
        assert!(!lower.contains(marker), "{what} shows {marker}: {text}");
    }
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new("BRN-0001-1700000000000", KEY)
}

/// A mock that takes the marked key.
pub(crate) async fn mock() -> MockDoku {
    MockDoku::builder().partner(credentials()).start().await.unwrap()
}

pub(crate) fn client(base_url: &str) -> PartnerClientBuilder {
    let environment = Environment::custom(base_url).unwrap();
    PartnerClient::builder(environment, credentials()).retry(RetryPolicy::never())
}

/// The sample with markers in place of all that is a person's.
pub(crate) fn draft() -> Registration {
    let sample = include_str!("../../../../tests/samples/business-registration.request.json");
    let marked = sample
        .replace("1234567890123456", NIK)
        .replace("John Doe", "Marker Name")
        .replace("Jalan Contoh 1", "Jalan Marker 1")
        .replace(r#""account_number":"98765432""#, r#""account_number":"marker""#)
        .replace("john@example.com", EMAIL)
        .replace("warung@example.com", EMAIL)
        .replace("partner@example.com", EMAIL)
        .replacen("{\"business\":", "{\"new\":[\"marker\"],\"business\":", 1);
    let mut draft: Registration = serde_json::from_str(&marked).unwrap();
    let written = serde_json::to_string(&draft).unwrap();
    assert_eq!((written.matches(EMAIL).count(), written.matches(NIK).count()), (3, 1), "{written}");
    assert_eq!(written.matches("arker").count(), 8, "{written}");
    draft.business.callback_url = None;
    draft.business.contacts[0].documents[0].id = "ktp".into();
    draft.business.contacts[0].owner_liveness = Some("face".into());
    draft.business.brands[0].photo_proofs = vec!["shop".into()];
    draft
}

/// The papers of the draft.
pub(crate) fn files() -> [(&'static str, FileUpload); 3] {
    let file = |purpose| FileUpload::bytes(purpose, "marker.png", CONTENT);
    [
        ("ktp", file(FilePurpose::document(DocumentCode::Ktp))),
        ("face", file(FilePurpose::owner_liveness())),
        ("shop", file(FilePurpose::photo_proof())),
    ]
}

/// A business as DOKU shows it.
pub(crate) fn business_data() -> BusinessData {
    let body = format!(
        r#"{{"id":"BSN-1","status":"REJECTED","email":"{EMAIL}","phone_number":"marker",
            "contacts":[{{"id":"CNT-1","name":"Marker","email":"{EMAIL}","documents":[
                {{"code":"KTP","category":"DOCUMENT","id":"DCM-1","link":"https://x/marker",
                  "forms":[{{"code":"NO_KTP","value":"{NIK}"}}]}}]}}],
            "brands":[{{"id":"BRN-1","shared_key":"{KEY}","photo_proofs":[
                {{"id":"PHP-1","photo":"https://x/marker"}}]}}],"new":"marker"}}"#
    );
    BusinessData::parse(body.as_bytes()).unwrap()
}
