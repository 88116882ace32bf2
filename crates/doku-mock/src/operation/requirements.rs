//! Check Requirements (documented for PERSONAL; A22 for CORPORATE).

use std::sync::OnceLock;

use bytes::Bytes;
use doku_types::{
    code::{BusinessType, DocumentCode, LegalEntity},
    partner::requirements::{
        BrandRequirements, BusinessRequirements, ContactRequirements, FileRequirement,
        FormRequirement, Requirements, RequirementsQuery,
    },
};
use http::StatusCode;

use crate::{auth::Call, reply::Reply};

/// `GET /file`.
pub(crate) fn check(call: &Call) -> Result<Reply, Reply> {
    let query = call.uri.query().unwrap_or_default();
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let pairs = pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
    let query = RequirementsQuery::from_pairs(pairs).map_err(|faults| Reply::faults(&faults))?;
    let assumptions: &[_] = match query.business_type {
        BusinessType::Personal => &["A16"],
        _ => &["A16", "A22"],
    };
    let sort = Sort::of(&query.business_type, &query.legal_entity, &query.contact_nationality);
    Ok(Reply::written(StatusCode::OK, sort.needed().document.clone(), assumptions))
}

/// What a registration of this sort needs.
pub(crate) fn requirements(
    business_type: &BusinessType,
    legal_entity: &LegalEntity,
    nationality: &str,
) -> &'static Requirements {
    &Sort::of(business_type, legal_entity, nationality).needed().requirements
}

/// The sorts of businesses, as far as what they need differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// `PERSONAL`, or a type that is not known.
    Personal,
    /// `CORPORATE`, by its legal entity and whether its contact is Indonesian.
    Corporate { company: Company, indonesian: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Company {
    Blu,
    Koperasi,
    /// Of any other legal entity.
    Other,
}

/// What one sort needs, made once.
struct Needed {
    requirements: Requirements,
    /// The same, as it is answered.
    document: Bytes,
}

impl Sort {
    fn of(business_type: &BusinessType, legal_entity: &LegalEntity, nationality: &str) -> Self {
        let company = match legal_entity {
            LegalEntity::Blu => Company::Blu,
            LegalEntity::Koperasi => Company::Koperasi,
            _ => Company::Other,
        };
        match business_type {
            BusinessType::Corporate => Self::Corporate { company, indonesian: nationality == "ID" },
            _ => Self::Personal,
        }
    }

    fn needed(self) -> &'static Needed {
        static PERSONAL: OnceLock<Needed> = OnceLock::new();
        static CORPORATE: [[OnceLock<Needed>; 2]; 3] =
            [const { [const { OnceLock::new() }; 2] }; 3];
        let made = match self {
            Self::Personal => &PERSONAL,
            Self::Corporate { company, indonesian } => {
                &CORPORATE[company as usize][usize::from(indonesian)]
            }
        };
        made.get_or_init(|| {
            let requirements = self.requirements();
            let document = Reply::ok(&requirements, &[]).body;
            Needed { requirements, document }
        })
    }

    fn requirements(self) -> Requirements {
        let photo_proof = photo("PHOTO_PROOF", "Brand Photo Proof");
        let brand = BrandRequirements::builder().photo_proof(photo_proof).build();
        let business = match self {
            Self::Corporate { company, indonesian } => {
                let identity = if indonesian { ktp() } else { kitas_or_kitap() };
                BusinessRequirements::builder()
                    .brand(brand)
                    .contact(ContactRequirements::builder().documents(vec![identity]).build())
                    .documents(company_documents(company))
                    .build()
            }
            Self::Personal => {
                let contact = ContactRequirements::builder()
                    .documents(vec![ktp()])
                    .owner_liveness(photo("OWNER_LIVENESS", "Owner Liveness"))
                    .build();
                BusinessRequirements::builder().brand(brand).contact(contact).build()
            }
        };
        Requirements::builder().business(business).build()
    }
}

fn company_documents(company: Company) -> Vec<FileRequirement> {
    let mut codes = match company {
        Company::Blu => vec![DocumentCode::IzinBlu],
        _ => vec![
            DocumentCode::AktaPendirianPerusahaan,
            DocumentCode::CompanyRegistration,
            DocumentCode::IzinUsaha,
        ],
    };
    if company == Company::Koperasi {
        codes.push(DocumentCode::IzinKoperasiSimpanPinjam);
    }
    codes.iter().map(|code| document(code, code.as_str(), Vec::new())).collect()
}

fn ktp() -> FileRequirement {
    let number = FormRequirement::builder()
        .code("NO_KTP")
        .name("No. KTP (NIK)")
        .min_size(16_usize)
        .max_size(16_usize)
        .numeric(true)
        .caption("Masukkan 16 digit nomor KTP Anda (NIK)")
        .build();
    document(&DocumentCode::Ktp, "Kartu Tanda Penduduk", vec![number])
}

fn kitas_or_kitap() -> FileRequirement {
    document(&DocumentCode::KitasOrKitap, DocumentCode::KitasOrKitap.as_str(), Vec::new())
}

fn document(code: &DocumentCode, name: &str, form: Vec<FormRequirement>) -> FileRequirement {
    FileRequirement::builder()
        .code(code.as_str())
        .name(name)
        .extensions(["PDF", "JPG", "JPEG", "PNG"].map(String::from))
        .max_size(MAX_MEGABYTES)
        .form(form)
        .build()
}

fn photo(code: &str, name: &str) -> FileRequirement {
    FileRequirement::builder()
        .code(code)
        .name(name)
        .extensions(["PNG", "JPG", "JPEG"].map(String::from))
        .max_size(MAX_MEGABYTES)
        .build()
}

/// The one `max_size` that is documented.
const MAX_MEGABYTES: u32 = 15;
