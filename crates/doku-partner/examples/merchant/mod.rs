//! A merchant who does not exist, and its papers: drawings in the folder `examples` of the repository.

use std::io;

use doku_partner::FileUpload;
use doku_types::{
    FileId,
    code::{BrandCategory, DocumentCode, Position, SocialMediaCode},
    partner::{
        file::FilePurpose,
        part::{Address, Bank, Contact, Document, FileRef, SocialMedia},
        registration::{Brand, Business, Registration},
    },
};

/// The photo of the shop, the identity card and the owner's face, in this order.
pub(crate) async fn papers() -> io::Result<[FileUpload; 3]> {
    let path = |name| format!("{}/../../examples/{name}", env!("CARGO_MANIFEST_DIR"));
    let ktp = FilePurpose::document(DocumentCode::Ktp);
    Ok([
        FileUpload::path(FilePurpose::photo_proof(), path("photo-proof.jpg")).await?,
        FileUpload::path(ktp, path("ktp.jpg")).await?,
        FileUpload::path(FilePurpose::owner_liveness(), path("owner-liveness.png")).await?,
    ])
}

/// The registration that names these files: by the ids that DOKU gave them, or by names of one's own,
/// which an `Onboarding` replaces. Add `business.callback_url` where callbacks are wanted.
pub(crate) fn registration([photo_proof, ktp, face]: [impl Into<FileId>; 3]) -> Registration {
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
