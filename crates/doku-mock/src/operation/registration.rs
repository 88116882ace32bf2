//! Business Registration (A01), and the review it causes: by default everything is approved at
//! once.

use doku_types::{
    partner::registration::{RegisteredBrand, RegisteredBusiness, Registration, RegistrationReply},
    validate::{Fault, FaultKind},
};

use super::{requirements::requirements, unreadable};
use crate::{
    app::App,
    auth::Call,
    kyb::{Business, Event},
    reply::Reply,
};

/// `POST /business`.
pub(crate) fn register(app: &App, call: &Call) -> Result<Reply, Reply> {
    let registration = Registration::parse(&call.body).map_err(|error| unreadable(&error))?;
    let now = app.clock().now();
    let mut guard = app.store();
    let store = &mut *guard;
    let mut faults = required(&registration);
    faults.extend(
        registration
            .files()
            .into_iter()
            .filter(|(_, _, id)| !store.has_file(&call.partner, id))
            .map(|(pointer, _, _)| {
                let message =
                    "names no uploaded file: upload it first and send the id of the reply";
                Fault::new(pointer, FaultKind::NotFound, "A12", message)
            }),
    );
    if !faults.is_empty() {
        return Err(Reply::faults(&faults));
    }
    let callback_url = registration.business.callback_url.clone();
    let ids = &mut store.ids;
    let business = Business::registered(registration, call.partner.clone(), SERVICES, ids, now);
    let mut reply = Reply::ok(&registered(&business), &["A01", "A21", "A24", "A25", "A26"]);
    let (business, callbacks) = business.apply(Event::Approved);
    if let Some(url) = callback_url {
        let places = store.outbox.add(ids, &call.partner, &business.id, &url, callbacks);
        reply.release = Some(places);
    }
    store.put_business(business);
    Ok(reply)
}

/// What Check Requirements asks of such a business, and of each contact by its nationality.
fn required(registration: &Registration) -> Vec<Fault> {
    let business = &registration.business;
    let rules = |nationality: &str| {
        requirements(&business.business_type, &business.legal_entity, nationality)
    };
    let mut faults = rules("ID").check_company(business);
    for (index, contact) in business.contacts.iter().enumerate() {
        let pointer = format!("/business/contacts/{index}");
        faults.extend(rules(&contact.nationality).check_contact(contact, &pointer));
    }
    faults
}

fn registered(business: &Business) -> RegistrationReply {
    let brands = business.brands.iter().map(|brand| {
        RegisteredBrand::builder()
            .id(brand.id.clone())
            .status(brand.status())
            .shared_key(brand.shared_key.clone())
            .services(brand.services.clone())
            .build()
    });
    let business = RegisteredBusiness::builder()
        .id(business.id.clone())
        .status(business.status())
        .brands(brands.collect())
        .build();
    RegistrationReply::builder().business(business).build()
}

/// The services of a new brand, with their names (A25).
pub(super) const SERVICES: &[(&str, &str)] = &[("QRIS", "QRIS")];
