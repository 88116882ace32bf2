//! The merchant of the demo, as a TOML file describes it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use doku_partner::FileUpload;
use doku_types::{
    Personal,
    code::{
        BrandCategory, DocumentCode, Position, Readiness, SocialMediaCode, TransactionFrequency,
        TransactionQuantity,
    },
    partner::{
        file::FilePurpose,
        part::{Address, Bank, Contact, Document, SocialMedia},
        registration::{self, Registration},
    },
};
use serde::Deserialize;

use super::Failure;

/// The file. Every field of [`Registration`] that a personal merchant needs, by the same name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merchant {
    business: Business,
    brand: Brand,
    address: Place,
    bank: Account,
    owner: Owner,
    files: Files,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Business {
    name: String,
    description: Option<String>,
    email: Personal,
    phone_calling_code: String,
    phone_number: Personal,
    website_readiness: Option<Readiness>,
    mobile_app_readiness: Option<Readiness>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Brand {
    name: String,
    description: String,
    category: BrandCategory,
    transaction_frequency: Option<TransactionFrequency>,
    transaction_quantity: Option<TransactionQuantity>,
    #[serde(default)]
    social_media: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    area: String,
    name: String,
    country: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    account_name: Personal,
    account_number: Personal,
    bank_id: String,
    bank_name: String,
    swift_code: String,
    country: String,
    currency: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Owner {
    name: Personal,
    email: Personal,
    phone_calling_code: String,
    phone_number: Personal,
    nationality: String,
    ktp_number: Personal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    photo_proof: PathBuf,
    ktp: PathBuf,
    owner_liveness: PathBuf,
}

impl Merchant {
    /// Reads the description. Its errors tell the line, not what stands in it.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let text = fs::read_to_string(path).map_err(|error| {
            Failure::new(format!("cannot read {shown}: {error}"))
                .advice("give a merchant's file with --merchant FILE; examples/merchant-personal.toml is one")
        })?;
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].lines().count().max(1));
            // Other messages may quote a value, which may be personal data.
            let about_fields =
                ["unknown field", "missing field"].iter().any(|m| error.message().starts_with(m));
            let what = if about_fields {
                error.message()
            } else {
                "not TOML, or another type than in the example"
            };
            Failure::new(format!("{shown}, near line {line}: {what}"))
                .advice("compare the file with examples/merchant-personal.toml")
        })
    }

    /// The business's name.
    pub(crate) fn name(&self) -> &str {
        &self.business.name
    }

    /// The photo proof, the KTP and the liveness photo, each with what the draft calls it; paths are
    /// relative to the description's folder.
    pub(crate) async fn files(
        &self,
        description: &Path,
    ) -> Result<Vec<(&'static str, FileUpload)>, Failure> {
        let folder = description.parent().unwrap_or(Path::new("."));
        let mut files = Vec::new();
        for (name, purpose, path) in [
            (PHOTO_PROOF, FilePurpose::photo_proof(), &self.files.photo_proof),
            (KTP, FilePurpose::document(DocumentCode::Ktp), &self.files.ktp),
            (OWNER_LIVENESS, FilePurpose::owner_liveness(), &self.files.owner_liveness),
        ] {
            let path = folder.join(path);
            let upload = FileUpload::path(purpose, &path).await.map_err(|error| {
                Failure::new(format!("cannot read {}: {error}", path.display()))
                    .advice("mend the path under [files]; it is relative to the merchant's file")
            })?;
            files.push((name, upload));
        }
        Ok(files)
    }

    /// The registration, with names in the place of the ids that the uploads will give.
    pub(crate) fn draft(&self, callback_url: &str) -> Registration {
        let mut brand = registration::Brand::builder()
            .name(&self.brand.name)
            .description(&self.brand.description)
            .category(self.brand.category.clone())
            .social_media(self.social_media())
            .photo_proofs([PHOTO_PROOF.into()])
            .build();
        brand.transaction_frequency.clone_from(&self.brand.transaction_frequency);
        brand.transaction_quantity.clone_from(&self.brand.transaction_quantity);
        let owner = Contact::builder()
            .documents([Document::ktp(KTP, self.owner.ktp_number.clone())])
            .email(self.owner.email.clone())
            .name(self.owner.name.clone())
            .nationality(&self.owner.nationality)
            .phone_calling_code(&self.owner.phone_calling_code)
            .phone_number(self.owner.phone_number.clone())
            .position(Position::Owner)
            .primary(true)
            .owner_liveness(OWNER_LIVENESS)
            .build();
        let address = Address::builder()
            .area(&self.address.area)
            .country(&self.address.country)
            .name(&self.address.name)
            .primary(true)
            .build();
        let bank = Bank::builder()
            .account_name(self.bank.account_name.clone())
            .account_number(self.bank.account_number.clone())
            .bank_id(&self.bank.bank_id)
            .bank_name(&self.bank.bank_name)
            .country(&self.bank.country)
            .currency(self.bank.currency.as_str())
            .swift_code(&self.bank.swift_code)
            .build();
        let mut business = registration::Business::builder()
            .callback_url(callback_url)
            .name(&self.business.name)
            .email(self.business.email.clone())
            .phone_calling_code(&self.business.phone_calling_code)
            .phone_number(self.business.phone_number.clone())
            .brands([brand])
            .addresses([address])
            .banks([bank])
            .contacts([owner])
            .build();
        business.description.clone_from(&self.business.description);
        business.website_readiness.clone_from(&self.business.website_readiness);
        business.mobile_app_readiness.clone_from(&self.business.mobile_app_readiness);
        Registration::builder().business(business).build()
    }

    fn social_media(&self) -> Vec<SocialMedia> {
        let accounts = self.brand.social_media.iter();
        accounts
            .map(|(code, url)| {
                SocialMedia::builder()
                    .accounts([url.clone()])
                    .code(SocialMediaCode::from(code.as_str()))
                    .build()
            })
            .collect()
    }
}

const PHOTO_PROOF: &str = "photo_proof";
const KTP: &str = "ktp";
const OWNER_LIVENESS: &str = "owner_liveness";
