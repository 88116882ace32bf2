//! Check Requirements (documented for PERSONAL; A22 for CORPORATE).

use doku_types::{
    code::{BusinessType, DocumentCode, LegalEntity},
    partner::requirements::{
        BrandRequirements, BusinessRequirements, ContactRequirements, FileRequirement,
        FormRequirement, Requirements, RequirementsQuery,
    },
};

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
    let (business_type, legal_entity) = (&query.business_type, &query.legal_entity);
    let requirements = requirements(business_type, legal_entity, &query.contact_nationality);
    Ok(Reply::ok(&requirements, assumptions))
}

/// What a registration of this sort needs; one of an unknown type, as much as `PERSONAL`.
pub(crate) fn requirements(
    business_type: &BusinessType,
    legal_entity: &LegalEntity,
    nationality: &str,
) -> Requirements {
    let photo_proof = photo("PHOTO_PROOF", "Brand Photo Proof");
    let brand = BrandRequirements::builder().photo_proof(photo_proof).build();
    let business = match business_type {
        BusinessType::Corporate => {
            let identity = if nationality == "ID" { ktp() } else { kitas_or_kitap() };
            BusinessRequirements::builder()
                .brand(brand)
                .contact(ContactRequirements::builder().documents(vec![identity]).build())
                .documents(company_documents(legal_entity))
                .build()
        }
        _ => {
            let contact = ContactRequirements::builder()
                .documents(vec![ktp()])
                .owner_liveness(photo("OWNER_LIVENESS", "Owner Liveness"))
                .build();
            BusinessRequirements::builder().brand(brand).contact(contact).build()
        }
    };
    Requirements::builder().business(business).build()
}

fn company_documents(legal_entity: &LegalEntity) -> Vec<FileRequirement> {
    let mut codes = match legal_entity {
        LegalEntity::Blu => vec![DocumentCode::IzinBlu],
        _ => vec![
            DocumentCode::AktaPendirianPerusahaan,
            DocumentCode::CompanyRegistration,
            DocumentCode::IzinUsaha,
        ],
    };
    if *legal_entity == LegalEntity::Koperasi {
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
