//! A mock whose clock is moved by hand, and clients of it.

use doku_mock::{Builder, Clock, Direction, JournalEntry, MockDoku};
use doku_partner::{
    Environment, Error, FileUpload, HyperTransport, PartnerClient, PartnerClientBuilder,
};
use doku_types::{
    FileId, Timestamp,
    code::DocumentCode,
    partner::{
        endpoint::Endpoint, file::FilePurpose, lite::LiteRegistration, registration::Registration,
    },
};

pub(crate) struct World {
    pub(crate) mock: MockDoku,
    pub(crate) client: PartnerClient,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|mock| mock).await
    }

    pub(crate) async fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = Clock::Manual(Timestamp::parse("2026-11-22T03:04:05Z"));
        let mock = change(MockDoku::builder().clock(clock).seed(7)).start().await.unwrap();
        let client = builder(&mock).build();
        Self { mock, client }
    }

    /// A client to be changed.
    pub(crate) fn builder(&self) -> PartnerClientBuilder {
        builder(&self.mock)
    }

    /// The requests for an operation that came to the mock.
    pub(crate) fn asked(&self, wanted: Endpoint) -> Vec<JournalEntry> {
        let is_wanted = |entry: &JournalEntry| matches!(entry.direction, Direction::Received { operation, .. } if operation == Some(wanted));
        self.mock.journal().into_iter().filter(is_wanted).collect()
    }

    /// The sample merchant, its papers uploaded.
    pub(crate) async fn registration(&self) -> Registration {
        let upload = |purpose| async move {
            self.client.upload_file(&png(purpose)).await.unwrap().into_inner().id
        };
        registration(
            upload(FilePurpose::photo_proof()).await,
            upload(FilePurpose::document(DocumentCode::Ktp)).await,
            upload(FilePurpose::owner_liveness()).await,
        )
    }
}

fn builder(mock: &MockDoku) -> PartnerClientBuilder {
    let environment = Environment::custom(mock.base_url()).unwrap();
    PartnerClient::builder(environment, mock.credentials().clone())
        .transport(HyperTransport::builder().no_proxy().build())
        .clock(mock.clock())
}

/// A merchant with these papers.
pub(crate) fn registration(photo: FileId, ktp: FileId, liveness: FileId) -> Registration {
    let document = serde_json::json!({"business": {
        "type": "PERSONAL", "legal_entity": "PERSEORANGAN", "name": "Warung Contoh",
        "email": EMAIL, "phone_calling_code": "62", "phone_number": "81234567890",
        "brands": [{"name": "Warung Contoh", "description": "Nasi goreng",
            "category": "NON_RETAIL", "photo_proofs": [{"id": photo}],
            "social_media": [{"code": "INSTAGRAM", "accounts": ["https://www.instagram.com/warung"]}]}],
        "addresses": [{"area": "17133 - Kali Baru - Medan Satria - Bekasi - Jawa Barat",
            "country": "ID", "name": "Jalan Contoh 1", "primary": true}],
        "banks": [{"account_name": "Siti", "account_number": "98765432", "bank_id": "4",
            "bank_name": "BANK BCA", "country": "ID", "currency": "IDR", "swift_code": "014"}],
        "contacts": [{"name": "Siti", "email": EMAIL, "nationality": "ID",
            "phone_calling_code": "62", "phone_number": "81987654321", "position": "OWNER",
            "primary": true, "owner_liveness": {"id": liveness},
            "documents": [{"code": "KTP", "category": "DOCUMENT", "id": ktp,
                "forms": [{"code": "NO_KTP", "value": NIK}]}]}],
    }});
    Registration::parse(document.to_string().as_bytes()).unwrap()
}

pub(crate) fn invitation(partner_ref_id: &str) -> LiteRegistration {
    let document = serde_json::json!({
        "business": {"partner_ref_id": partner_ref_id, "name": "Warung Contoh",
            "contact": {"name": "Siti", "email": EMAIL, "phone_calling_code": "62",
                "phone_number": "81987654321"}},
        "invited_user": {"email": EMAIL},
    });
    LiteRegistration::parse(document.to_string().as_bytes()).unwrap()
}

pub(crate) fn png(purpose: FilePurpose) -> FileUpload {
    FileUpload::bytes(purpose, "paper.png", PNG)
}

/// Whatever an error shows holds no key and nothing of a person.
pub(crate) fn assert_discreet(error: &Error) {
    let mut shown = format!("{error} {error:?} {:?}", error.api_error());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        shown.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    for hidden in [doku_mock::DEFAULT_SECRET_KEY, NIK, EMAIL, "Siti", "81987654321"] {
        assert!(!shown.contains(hidden), "{hidden} is in {shown}");
    }
}

/// The smallest content that is told for a PNG.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
/// What a person's identity card says.
pub(crate) const NIK: &str = "3171234567890123";
pub(crate) const EMAIL: &str = "siti@example.com";
