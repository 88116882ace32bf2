//! Examples: a merchant who does not exist, with drawings for papers.

use doku_types::{
    code::{BrandCategory, DocumentCode, Position, SocialMediaCode},
    partner::{
        endpoint::Endpoint,
        file::FilePurpose,
        lite::{LiteBusiness, LiteContact, LiteRegistration},
        part::{Address, Bank, Contact, Document, FileRef, SocialMedia},
        registration::{Brand, Business, Registration},
        token::TokenRequest,
        update::{BusinessUpdate, Update},
    },
};
use serde::Serialize;

/// A body that the mock accepts, as text for people to change; empty of an operation that has none. A registration
/// names these files.
pub(super) fn body(operation: Endpoint, papers: [&str; 3]) -> String {
    match operation {
        Endpoint::GenerateToken => written(&TokenRequest::minutes(60)),
        Endpoint::BusinessRegistration => written(&registration(papers)),
        Endpoint::CreateBusinessLite => written(&invitation()),
        Endpoint::UpdateBusinessData => {
            let business = BusinessUpdate::builder().description("Nasi goreng dan teh").build();
            written(&Update::builder().business(business).build())
        }
        _ => String::new(),
    }
}

/// Whether an example may be used but once.
pub(super) fn is_fresh(operation: Endpoint) -> bool {
    matches!(operation, Endpoint::BusinessRegistration | Endpoint::CreateBusinessLite)
}

/// Whether a body cannot be sent before an example is filled in: it is empty, or names papers that nobody uploaded.
pub(super) fn is_wanted(operation: Endpoint, body: &str) -> bool {
    let is_open = body.trim().is_empty() || NO_PAPERS.iter().any(|paper| body.contains(paper));
    is_fresh(operation) && is_open
}

/// The papers that the registration needs, in the order in which it names them: what each is, its name and content.
pub(super) fn papers() -> [(FilePurpose, &'static str, &'static [u8]); 3] {
    [
        (FilePurpose::photo_proof(), "photo-proof.png", include_bytes!("photo-proof.png")),
        (FilePurpose::document(DocumentCode::Ktp), "ktp.png", include_bytes!("ktp.png")),
        (FilePurpose::owner_liveness(), "owner-liveness.png", include_bytes!("owner-liveness.png")),
    ]
}

fn registration([photo_proof, ktp, face]: [&str; 3]) -> Registration {
    let instagram = SocialMedia::builder()
        .code(SocialMediaCode::Instagram)
        .accounts(["https://www.instagram.com/warung.contoh".to_owned()])
        .build();
    let brand = Brand::builder()
        .name("Warung Contoh")
        .description("Makanan dan minuman")
        .category(BrandCategory::NonRetail)
        .social_media([instagram])
        .photo_proofs([FileRef::from(photo_proof)])
        .build();
    let address = Address::builder()
        .area("17133 - Kali Baru - Medan Satria - Bekasi - Jawa Barat")
        .name("Jalan Contoh No. 1")
        .country("ID")
        .primary(true)
        .build();
    let bank = Bank::builder()
        .account_name("Contoh Saja")
        .account_number("1234567890")
        .bank_id("4")
        .bank_name("BANK BCA")
        .swift_code("014")
        .country("ID")
        .currency("IDR")
        .build();
    let owner = Contact::builder()
        .name("Contoh Saja")
        .email("owner@example.com")
        .nationality("ID")
        .phone_calling_code("62")
        .phone_number("81987654321")
        .position(Position::Owner)
        .primary(true)
        .documents([Document::ktp(ktp, "1234567890123456")])
        .owner_liveness(face)
        .build();
    let business = Business::builder()
        .name("Warung Contoh")
        .email("warung@example.com")
        .phone_calling_code("62")
        .phone_number("81234567890")
        .brands([brand])
        .addresses([address])
        .banks([bank])
        .contacts([owner])
        .build();
    Registration::builder().business(business).build()
}

/// Each time under another name of the partner's own, which counts but once (A20).
fn invitation() -> LiteRegistration {
    let contact = LiteContact::builder()
        .name("Contoh Saja")
        .email("owner@example.com")
        .phone_calling_code("62")
        .phone_number("81987654321")
        .build();
    let business = LiteBusiness::builder()
        .partner_ref_id(format!("shop-{:08x}", fastrand::u32(..)))
        .name("Warung Contoh")
        .contact(contact)
        .build();
    LiteRegistration::builder().business(business).invited_user("owner@example.com").build()
}

fn written(document: &impl Serialize) -> String {
    // A request is texts, lists and objects: it can be written.
    serde_json::to_string_pretty(document).unwrap_or_default()
}

/// Stand for files that are not uploaded yet.
pub(super) const NO_PAPERS: [&str; 3] =
    ["DCM-of-the-photo-proof", "DCM-of-the-ktp", "CNT-of-the-owner-liveness"];
