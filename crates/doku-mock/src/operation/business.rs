//! Get Business Data (documented as far as `photo_proofs`; A02, A28, A29).

use doku_types::{
    Amount, FileId, PhotoProofId,
    code::{CallbackType, Platform, Readiness, ReviewStatus, Status, TicketSize},
    partner::{
        business::{BrandData, BusinessData, Coded, PhotoProof},
        part::Document,
        registration::{self, Registration},
    },
};
use http::StatusCode;

use crate::{
    app::App,
    auth::Call,
    kyb::{Brand, Business, Submission},
    reply::Reply,
};

/// `GET /business/{brand id}`; the query parameters are not looked at.
pub(crate) fn get(app: &App, call: &Call) -> Result<Reply, Reply> {
    let business = app.store().business(&call.partner, &call.brand()).cloned();
    let Some(business) = business else {
        return Err(Reply::business(StatusCode::NOT_FOUND, "BUSINESS NOT FOUND", "A12"));
    };
    Ok(match &business.submission {
        Submission::Lite(invitation) => {
            let data = BusinessData::builder()
                .id(business.id.clone())
                .partner_ref_id(invitation.business.partner_ref_id.clone())
                .name(invitation.business.name.clone())
                .contact(invitation.business.contact.clone())
                .status(business.status())
                .build();
            Reply::ok(&data, &["A21", "A28"])
        }
        Submission::Full { registration, .. } => {
            let assumptions = &["A02", "A07", "A18", "A19", "A21", "A25", "A29", "A38"];
            Reply::ok(&full(app, &business, registration), assumptions)
        }
    })
}

fn full(app: &App, business: &Business, registration: &Registration) -> BusinessData {
    let sent = &registration.business;
    let readiness = |code: Readiness, what: &str| {
        let name = match code {
            // Documented for a website and "under development"; the rest A19.
            Readiness::Have => format!("Have a {what}"),
            Readiness::DontHave => format!("Don't have a {what}"),
            _ => code.shown().to_owned(),
        };
        Coded::new(code, name)
    };
    let brands = sent.brands.iter().zip(&business.brands);
    let mut data = BusinessData::builder()
        .id(business.id.clone())
        .status(business.status())
        .name(sent.name.clone())
        .email(sent.email.clone())
        .phone_calling_code(sent.phone_calling_code.clone())
        .phone_number(sent.phone_number.clone())
        .partner(business.partner.clone())
        .platform(Platform::Api)
        .business_type(sent.business_type.clone())
        .legal_entity(Coded::new(sent.legal_entity.clone(), sent.legal_entity.shown()))
        .brands(brands.map(|(sent, brand)| brand_data(app, sent, brand)).collect::<Vec<_>>())
        .addresses(sent.addresses.clone())
        .banks(sent.banks.clone())
        .contacts(sent.contacts.clone())
        .documents(sent.documents.clone())
        .build();
    data.description.clone_from(&sent.description);
    data.callback_url.clone_from(&sent.callback_url);
    data.website_readiness = sent.website_readiness.clone().map(|code| readiness(code, "website"));
    data.mobile_app_readiness =
        sent.mobile_app_readiness.clone().map(|code| readiness(code, "mobile app"));

    for address in &mut data.addresses {
        address.status = Some(business.part(&CallbackType::BusinessAddress));
    }
    for bank in &mut data.banks {
        bank.status = Some(business.part(&CallbackType::BusinessBank));
    }
    for contact in &mut data.contacts {
        contact.status = Some(business.part(&CallbackType::BusinessContact));
    }
    let contacts = data.contacts.iter_mut().flat_map(|contact| &mut contact.documents);
    for document in contacts.chain(&mut data.documents) {
        link(app, document);
    }
    data
}

fn brand_data(app: &App, sent: &registration::Brand, brand: &Brand) -> BrandData {
    let photo = |(id, file): (&PhotoProofId, &FileId)| {
        PhotoProof::builder().id(id.clone()).photo(app.link(file)).build()
    };
    let files = sent.photo_proofs.iter().map(|proof| &proof.id);
    let active = brand.operational_status == Some(Status::Active);
    let reviewed = |before| {
        if active { ReviewStatus::Approved } else { before }
    };
    let mut data = BrandData::builder()
        .id(brand.id.clone())
        .status(brand.status())
        .name(sent.name.clone())
        .description(sent.description.clone())
        .shared_key(brand.shared_key.clone())
        .category(sent.category.clone())
        .minimum_transaction(Amount::from(0))
        .maximum_transaction(Amount::from(100))
        .ticket_size(Coded::new(TicketSize::UpTo50K, TicketSize::UpTo50K.shown()))
        .finance_status(reviewed(ReviewStatus::Probation))
        .risk_engine_status(reviewed(ReviewStatus::OnProcess))
        .photo_proofs(brand.photo_proof_ids.iter().zip(files).map(photo).collect::<Vec<_>>())
        .social_media(sent.social_media.clone())
        .services(brand.services.clone())
        .build();
    data.operational_status.clone_from(&brand.operational_status);
    let frequency = sent.transaction_frequency.as_ref();
    data.transaction_frequency = frequency.map(|code| Coded::new(code.clone(), code.shown()));
    let quantity = sent.transaction_quantity.as_ref();
    data.transaction_quantity = quantity.map(|code| Coded::new(code.clone(), code.shown()));
    data
}

fn link(app: &App, document: &mut Document) {
    document.link = Some(app.link(&document.id));
}
