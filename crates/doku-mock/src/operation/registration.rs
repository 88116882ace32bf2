//! Business Registration (A01), and the review that it causes.

use std::sync::Arc;

use doku_types::{
    ClientId,
    partner::registration::{RegisteredBrand, RegisteredBusiness, Registration, RegistrationReply},
    validate::{Fault, FaultKind},
};

use super::{once, requirements::requirements};
use crate::{
    app::App,
    auth::{Call, outcome},
    journal::Touched,
    kyb::{Business, Outcome, Service, Strictness},
    profile::Profile,
    reply::Reply,
    store::State,
};

/// A registration with what is to become of it.
pub(super) struct Submitted {
    pub(super) registration: Registration,
    pub(super) outcome: Outcome,
    pub(super) strictness: Strictness,
}

impl Submitted {
    /// The outcome is that of the request, else that of the e-mail's tags, else the default.
    pub(super) fn new(
        app: &App,
        outcome: Option<Outcome>,
        registration: Registration,
    ) -> Result<Self, Reply> {
        let tagged = match outcome {
            Some(outcome) => Some(outcome),
            None => Outcome::from_email(registration.business.email.expose())
                .map_err(|error| Reply::outcome("/business/email", &error))?,
        };
        let (outcome, strictness) = match tagged {
            Some(outcome) => (outcome, Strictness::Strict),
            None => (app.config.outcome.clone(), Strictness::Lenient),
        };
        Ok(Self { registration, outcome, strictness })
    }
}

/// `POST /business`.
pub(crate) async fn register(app: &Arc<App>, call: &Call) -> Result<Reply, Reply> {
    let profile = app.config.profile;
    let read = read(app, call);
    let (partner, services) = (call.partner.clone(), app.config.services.clone());
    let pace = app.config.pace;
    once(app, call, move |state| {
        let (Submitted { registration, outcome, strictness }, waived) = read?;
        let also_waived = check(state, &partner, &registration, profile)?;
        let now = state.now;
        let (mut business, changed) =
            Business::registered(registration, partner, &services, state.ids, now);
        let assumptions = &["A01", "A21", "A24", "A25"];
        let mut reply = Reply::ok(&registered(&business), assumptions);
        reply.assumptions.extend(waived);
        reply.assumptions.extend(also_waived);
        business.submit(&changed, &outcome, strictness, pace, now)?;
        let callbacks = business.run_due(now, pace);
        let stored = state.add_business(business)?;
        reply.touched = Some(Touched::changed(None, &stored.business).into());
        state.tell(&stored, callbacks)?;
        Ok(reply)
    })
    .await
}

/// What is asked for, and which assumptions it does not meet.
fn read(app: &App, call: &Call) -> Result<(Submitted, Vec<&'static str>), Reply> {
    let (registration, waived) =
        app.config.profile.read(&call.body, Registration::examine, Registration::unknown)?;
    let submitted = Submitted::new(app, outcome(call.outcome.as_deref())?, registration)?;
    Ok((submitted, waived))
}

/// Checks what a registration names: its files, of whatever category (A47), and the documents that it has to have. Says which
/// assumptions it does not meet.
pub(super) fn check(
    state: &State<'_>,
    partner: &ClientId,
    registration: &Registration,
    profile: Profile,
) -> Result<Vec<&'static str>, Reply> {
    let mut faults = required(registration);
    for (pointer, _, id) in registration.files() {
        if !state.has_file(partner, id)? {
            let message = "names no uploaded file: upload it first and send the id of the reply";
            faults.push(Fault::new(pointer, FaultKind::NotFound, "A12", message));
        }
    }
    profile.sift(faults)
}

/// What Check Requirements asks of such a business, and of each contact by its nationality.
fn required(registration: &Registration) -> Vec<Fault> {
    let business = &registration.business;
    let rules = |nationality: &str| {
        requirements(&business.business_type, &business.legal_entity, nationality)
    };
    let indonesian = rules("ID");
    let mut faults = indonesian.check_company(business);
    for (index, contact) in business.contacts.iter().enumerate() {
        let pointer = format!("/business/contacts/{index}");
        faults.extend(match contact.nationality.as_str() {
            "ID" => indonesian.check_contact(contact, &pointer),
            nationality => rules(nationality).check_contact(contact, &pointer),
        });
    }
    faults
}

/// The reply, which an update has too (A08).
pub(super) fn registered(business: &Business) -> RegistrationReply {
    let brands = business.brands().iter().map(|brand| {
        RegisteredBrand::builder()
            .id(brand.id().clone())
            .status(brand.status())
            .shared_key(brand.shared_key().clone())
            .services(brand.services().iter().map(Service::shown).collect::<Vec<_>>())
            .build()
    });
    let business = RegisteredBusiness::builder()
        .id(business.id().clone())
        .status(business.status())
        .brands(brands.collect())
        .build();
    RegistrationReply::builder().business(business).build()
}
