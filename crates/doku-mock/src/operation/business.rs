//! Get Business Data (documented as far as `photo_proofs`; A02, A28, A29).

use doku_types::{
    Amount, FileId, PhotoProofId,
    code::{Platform, Readiness, ReviewStatus, TicketSize},
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
    journal::Touched,
    kyb::{Brand, Business, Part, Review, Service},
    reply::Reply,
};

/// `GET /business/{brand id}`; the query parameters are not looked at.
pub(crate) async fn get(app: &App, call: &Call) -> Result<Reply, Reply> {
    let (partner, brand) = (call.partner.clone(), call.brand());
    let found =
        app.store.run(move |state| state.business_of_brand(&partner, &brand).map_err(Reply::from));
    let (found, _) = found.await?;
    let business = found.ok_or_else(not_found)?.business;
    let assumptions: &[_] = match business.registration() {
        Some(_) => &["A02", "A07", "A18", "A19", "A21", "A25", "A29", "A38"],
        None => &["A21", "A28"],
    };
    let data = data(app, &business);
    let mut reply = Reply::ok(&data, assumptions);
    reply.touched = Some(Touched::seen(&business).into());
    if !data.rejections().is_empty() {
        reply.assumptions.extend(["A43", "A46"]);
    }
    Ok(reply)
}

/// There is none, or it is another partner's (A12).
pub(crate) fn not_found() -> Reply {
    Reply::business(StatusCode::NOT_FOUND, "BUSINESS NOT FOUND", "A12")
}

/// A business as its partner sees it.
pub(crate) fn data(app: &App, business: &Business) -> BusinessData {
    if let Some(registration) = business.registration() {
        return full(app, business, registration);
    }
    let mut data =
        BusinessData::builder().id(business.id().clone()).status(business.status()).build();
    if let Some(invitation) = business.invitation() {
        data.partner_ref_id = Some(invitation.business.partner_ref_id.clone());
        data.name = Some(invitation.business.name.clone());
        data.contact = Some(invitation.business.contact.clone());
    }
    data
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
    let brands = sent.brands.iter().zip(business.brands());
    let mut data = BusinessData::builder()
        .id(business.id().clone())
        .status(business.status())
        .name(sent.name.clone())
        .email(sent.email.clone())
        .phone_calling_code(sent.phone_calling_code.clone())
        .phone_number(sent.phone_number.clone())
        .partner(business.partner().clone())
        .platform(Platform::Api)
        .business_type(sent.business_type.clone())
        .legal_entity(Coded::new(sent.legal_entity.clone(), sent.legal_entity.shown()))
        .brands(brands.map(|(sent, brand)| brand_data(app, sent, brand)).collect::<Vec<_>>())
        .addresses(sent.addresses.clone())
        .banks(sent.banks.clone())
        .contacts(sent.contacts.clone())
        .documents(sent.documents.clone())
        .build();
    data.partner_ref_id = business.partner_ref_id().map(str::to_owned);
    data.reject_notes = business.reject_notes();
    data.description.clone_from(&sent.description);
    data.callback_url.clone_from(&sent.callback_url);
    data.website_readiness = sent.website_readiness.clone().map(|code| readiness(code, "website"));
    data.mobile_app_readiness =
        sent.mobile_app_readiness.clone().map(|code| readiness(code, "mobile app"));

    let part = |part| business.part(part).map(Review::part_status);
    for address in &mut data.addresses {
        address.status = part(Part::Address);
    }
    for bank in &mut data.banks {
        bank.status = part(Part::Bank);
    }
    for contact in &mut data.contacts {
        contact.status = part(Part::Contact);
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
    let activated = brand.operational_status().is_some();
    let reviewed = |before| {
        if activated { ReviewStatus::Approved } else { before }
    };
    let mut data = BrandData::builder()
        .id(brand.id().clone())
        .status(brand.status())
        .name(sent.name.clone())
        .description(sent.description.clone())
        .shared_key(brand.shared_key().clone())
        .category(sent.category.clone())
        .minimum_transaction(Amount::from(0))
        .maximum_transaction(Amount::from(100))
        .ticket_size(Coded::new(TicketSize::UpTo50K, TicketSize::UpTo50K.shown()))
        .finance_status(reviewed(ReviewStatus::Probation))
        .risk_engine_status(reviewed(ReviewStatus::OnProcess))
        .photo_proofs(brand.photo_proof_ids().iter().zip(files).map(photo).collect::<Vec<_>>())
        .social_media(sent.social_media.clone())
        .services(brand.services().iter().map(Service::shown).collect::<Vec<_>>())
        .build();
    data.reject_notes = brand.reject_notes();
    data.operational_status = brand.operational_status();
    let frequency = sent.transaction_frequency.as_ref();
    data.transaction_frequency = frequency.map(|code| Coded::new(code.clone(), code.shown()));
    let quantity = sent.transaction_quantity.as_ref();
    data.transaction_quantity = quantity.map(|code| Coded::new(code.clone(), code.shown()));
    data
}

fn link(app: &App, document: &mut Document) {
    document.link = Some(app.link(&document.id));
}
