//! A row of the CSV, and the registration that it means.

use std::{collections::BTreeSet, io, path::Path};

use doku_partner::FileUpload;
use doku_types::{
    Personal,
    code::{BrandCategory, DocumentCode, Position, SocialMediaCode},
    partner::{
        file::FilePurpose,
        part::{Address, Bank, Contact, Document, FileRef, SocialMedia},
        registration::{Brand, Business, Registration},
    },
};
use serde::{Deserialize, Deserializer};

use crate::host::Failure;

/// What differs from merchant to merchant; `Personal` never prints.
#[derive(Deserialize)]
pub(crate) struct Merchant {
    /// The platform's own name for the merchant, by which its state is stored.
    pub(crate) reference: String,
    pub(crate) name: String,
    #[serde(deserialize_with = "text")]
    email: Personal,
    #[serde(deserialize_with = "text")]
    phone_number: Personal,
    #[serde(deserialize_with = "text")]
    owner: Personal,
    #[serde(deserialize_with = "text")]
    nik: Personal,
    #[serde(deserialize_with = "text")]
    account_number: Personal,
    /// Paths, relative to the CSV's folder.
    photo_proof: String,
    ktp: String,
    owner_liveness: String,
}

/// Whatever it looks like: left to itself, `csv` would read 0123 as the number 123.
fn text<'de, D: Deserializer<'de>>(value: D) -> Result<Personal, D::Error> {
    String::deserialize(value).map(Personal::from)
}

/// All merchants of the file, or why not: before anything is sent.
pub(crate) fn read(csv: &Path) -> Result<Vec<Merchant>, Failure> {
    let failed = |why: &dyn std::fmt::Display| format!("{}: {why}", csv.display());
    let mut reader = csv::Reader::from_path(csv).map_err(|error| failed(&error))?;
    let mut merchants: Vec<Merchant> = Vec::new();
    let mut known = BTreeSet::new();
    for row in reader.deserialize() {
        let merchant: Merchant = row.map_err(|error| failed(&error))?;
        let reference = &merchant.reference;
        let is_file_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if reference.is_empty() || !reference.chars().all(is_file_name) {
            let why = format!("the reference {reference:?} is not of letters, digits and hyphens");
            return Err(failed(&why).into());
        }
        // Two merchants with one state would be one merchant.
        if !known.insert(reference.clone()) {
            return Err(failed(&format!("the reference {reference} stands there twice")).into());
        }
        merchants.push(merchant);
    }
    if merchants.is_empty() { Err(failed(&"no merchant in it").into()) } else { Ok(merchants) }
}

impl Merchant {
    /// Each paper, by the name that the draft calls it.
    pub(crate) async fn papers(
        &self,
        folder: &Path,
    ) -> io::Result<[(&'static str, FileUpload); 3]> {
        let read = async |purpose, path: &str| {
            let path = folder.join(path);
            FileUpload::path(purpose, &path).await.map_err(|error| {
                io::Error::new(error.kind(), format!("cannot read {}: {error}", path.display()))
            })
        };
        let ktp = FilePurpose::document(DocumentCode::Ktp);
        Ok([
            ("photo-proof", read(FilePurpose::photo_proof(), &self.photo_proof).await?),
            ("ktp", read(ktp, &self.ktp).await?),
            ("face", read(FilePurpose::owner_liveness(), &self.owner_liveness).await?),
        ])
    }

    /// The same row gives the same draft, or a registration could not be sent again after a crash.
    pub(crate) fn draft(&self, callback_url: Option<&str>) -> Registration {
        let instagram = SocialMedia::builder()
            .code(SocialMediaCode::Instagram)
            .accounts([format!("https://www.instagram.com/{}", self.reference)])
            .build();
        let brand = Brand::builder()
            .name(&self.name)
            .description("Warung")
            .category(BrandCategory::NonRetail)
            .social_media([instagram])
            .photo_proofs([FileRef::from("photo-proof")])
            .build();
        let address = Address::builder()
            .area("17133 - Kali Baru - Medan Satria - Bekasi - Jawa Barat")
            .name(format!("Jalan Contoh, {}", self.reference))
            .country("ID")
            .primary(true)
            .build();
        let bank = Bank::builder()
            .account_name(self.owner.clone())
            .account_number(self.account_number.clone())
            .bank_id("4")
            .bank_name("BANK BCA")
            .swift_code("014")
            .country("ID")
            .currency("IDR")
            .build();
        let owner = Contact::builder()
            .name(self.owner.clone())
            .email(self.email.clone())
            .nationality("ID")
            .phone_calling_code("62")
            .phone_number(self.phone_number.clone())
            .position(Position::Owner)
            .primary(true)
            .documents([Document::ktp("ktp", self.nik.clone())])
            .owner_liveness("face")
            .build();
        let mut business = Business::builder()
            .name(&self.name)
            .email(self.email.clone())
            .phone_calling_code("62")
            .phone_number(self.phone_number.clone())
            .brands([brand])
            .addresses([address])
            .banks([bank])
            .contacts([owner])
            .build();
        business.callback_url = callback_url.map(str::to_owned);
        Registration::builder().business(business).build()
    }
}
