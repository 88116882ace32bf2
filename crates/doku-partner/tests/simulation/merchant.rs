//! The merchant: its papers, what DOKU makes of it, and how a rejection is mended.

use doku_partner::FileUpload;
use doku_types::{
    code::DocumentCode,
    partner::{
        business::BusinessData, file::FilePurpose, registration::Registration, update::Update,
    },
};
use serde_json::{Value, json};

/// What DOKU makes of the merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Story {
    Approved,
    /// This is rejected at first, and approved once it was mended.
    Rejected(&'static str),
    /// Nothing happens until somebody decides; then this is rejected, or nothing.
    DecidedByHand(Option<&'static str>),
    /// The first draft is no registration in DOKU's eyes.
    RefusedAtFirst,
}

/// What can be rejected.
pub(crate) const TARGETS: [&str; 8] = [
    "BUSINESS_CONTACT",
    "BUSINESS_ADDRESS",
    "BUSINESS_DOCUMENT",
    "BUSINESS_BANK",
    "BRAND_SOCIAL_MEDIA",
    "BRAND_PHOTO_PROOF",
    "BUSINESS",
    "BRAND",
];

/// What of the merchant, and of the partner, must stand in no state and in no error.
pub(crate) const NOT_TO_BE_TOLD: [&str; 6] = [
    "1234567890123456",
    "@example.com",
    "John Doe",
    "98765432",
    "81987654321",
    doku_mock::DEFAULT_SECRET_KEY,
];

impl Story {
    /// What is rejected.
    pub(crate) fn target(self) -> Option<&'static str> {
        match self {
            Self::Rejected(target) => Some(target),
            Self::DecidedByHand(target) => target,
            Self::Approved | Self::RefusedAtFirst => None,
        }
    }

    /// What somebody decides.
    pub(crate) fn by_hand(self) -> Option<String> {
        let Self::DecidedByHand(target) = self else { return None };
        Some(target.map_or_else(|| "approve".to_owned(), |target| format!("reject.{target}")))
    }

    fn email(self, is_mended: bool) -> String {
        match self {
            Self::Rejected(target) => format!("warung+kyb.reject.{target}@example.com"),
            Self::DecidedByHand(_) => "warung+kyb.pending@example.com".to_owned(),
            // The mock knows no such outcome, and says so as DOKU tells of a fault.
            Self::RefusedAtFirst if !is_mended => "warung+kyb.nonsense@example.com".to_owned(),
            Self::Approved | Self::RefusedAtFirst => "warung@example.com".to_owned(),
        }
    }

    /// The draft, calling its papers by these names.
    pub(crate) fn draft(self, is_mended: bool, papers: &[String; 3]) -> Registration {
        let sample = include_bytes!("../../../../tests/samples/business-registration.request.json");
        let mut draft = Registration::parse(sample).unwrap();
        let business = &mut draft.business;
        business.email = self.email(is_mended).into();
        let [ktp, face, shop] = papers;
        business.contacts[0].documents[0].id = ktp.as_str().into();
        business.contacts[0].owner_liveness = Some(face.as_str().into());
        business.brands[0].photo_proofs = vec![shop.as_str().into()];
        draft
    }
}

/// What the draft calls its papers.
pub(crate) const PAPERS: [&str; 3] = ["ktp", "face", "shop"];

/// The paper of this name, or a newer one of it.
pub(crate) fn paper(name: &str) -> FileUpload {
    let purpose = match name {
        "ktp" | NEW_KTP => FilePurpose::document(DocumentCode::Ktp),
        "face" => FilePurpose::owner_liveness(),
        _ => FilePurpose::photo_proof(),
    };
    FileUpload::bytes(purpose, format!("{name}.png"), &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..])
}

/// An update of what was rejected, and the papers that it needs.
pub(crate) fn mended(target: &str, data: &BusinessData) -> (Update, Vec<&'static str>) {
    let contact = json!(data.contacts[0].id);
    let brand = json!(data.brands[0].id);
    let mut papers = Vec::new();
    let business = match target {
        "BUSINESS_CONTACT" => json!({"contacts": [{"id": contact, "name": "John Doe Junior"}]}),
        "BUSINESS_ADDRESS" => {
            json!({"addresses": [{"id": data.addresses[0].id, "name": "Jalan Contoh 2"}]})
        }
        "BUSINESS_BANK" => json!({"banks": [{"id": data.banks[0].id, "account_number": "555"}]}),
        "BUSINESS_DOCUMENT" => {
            papers.push(NEW_KTP);
            let forms: Value = json!(data.contacts[0].documents[0].forms);
            let document =
                json!({"id": NEW_KTP, "code": "KTP", "category": "DOCUMENT", "forms": forms});
            json!({"contacts": [{"id": contact, "documents": [document]}]})
        }
        "BRAND_SOCIAL_MEDIA" => {
            let media = json!([{"accounts": ["https://www.tiktok.com/@w"], "code": "TIKTOK"}]);
            json!({"brands": [{"id": brand, "social_media": media}]})
        }
        "BRAND_PHOTO_PROOF" => {
            papers.push(NEW_SHOP);
            json!({"brands": [{"id": brand, "photo_proofs": [{"id": NEW_SHOP}]}]})
        }
        "BRAND" => json!({"brands": [{"id": brand, "description": "Nasi goreng"}]}),
        _ => json!({"description": "Nasi goreng"}),
    };
    let update = json!({"business": business}).to_string();
    (Update::parse(update.as_bytes()).unwrap(), papers)
}

const NEW_KTP: &str = "new-ktp";
const NEW_SHOP: &str = "new-shop";
