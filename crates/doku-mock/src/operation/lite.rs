//! Create Business Lite, and its completion, which is the owner's in DOKU's dashboard (A28).

use std::sync::Arc;

use doku_types::partner::{
    lite::{InvitedBrand, InvitedBusiness, LiteRegistration, LiteReply},
    registration::Registration,
};
use http::StatusCode;

use super::{
    business::not_found,
    once,
    registration::{Submitted, check},
};
use crate::{
    app::App,
    auth::Call,
    callback::Held,
    journal::Touched,
    kyb::{Business, Outcome},
    reply::Reply,
    store::Stored,
};

/// `POST /business/lite/registration`.
pub(crate) async fn create(app: &Arc<App>, call: &Call) -> Result<Reply, Reply> {
    let profile = app.config.profile;
    let read = profile.read(&call.body, LiteRegistration::examine, LiteRegistration::unknown);
    let (partner, services) = (call.partner.clone(), app.config.services.clone());
    once(app, call, move |state| {
        let (invitation, _) = read?;
        let partner_ref_id = invitation.business.partner_ref_id.clone();
        if state.has_partner_ref(&partner, &partner_ref_id)? {
            let message = "PARTNER REF ID ALREADY USED";
            return Err(Reply::business(StatusCode::BAD_REQUEST, message, "A20"));
        }
        let now = state.now;
        let business = Business::invited(invitation, partner, &services, state.ids, now);
        let stored = state.add_business(business)?;
        let business = &stored.business;
        let brands: Vec<_> = business
            .brands()
            .iter()
            .map(|brand| InvitedBrand::builder().id(brand.id().clone()).build())
            .collect();
        let invited = InvitedBusiness::builder()
            .id(business.id().clone())
            .partner_ref_id(partner_ref_id)
            .brands(brands)
            .build();
        let mut reply = Reply::ok(&LiteReply::builder().business(invited).build(), &["A20", "A28"]);
        reply.touched = Some(Touched::changed(None, business).into());
        Ok(reply)
    })
    .await
}

/// A completed business, and the assumptions that its data does not meet.
pub(crate) struct Completed {
    pub(crate) stored: Stored,
    pub(crate) waived: Vec<&'static str>,
}

/// What the owner of an invited business does: fills the data in, which starts its review.
pub(crate) async fn complete(
    app: &Arc<App>,
    id: String,
    registration: Registration,
    outcome: Option<Outcome>,
) -> Result<(Completed, Held), Reply> {
    let submitted = Submitted::new(app, outcome, registration)?;
    let (profile, pace) = (app.config.profile, app.config.pace);
    app.store
        .run(move |state| {
            let mut stored = state.business_by_id(&id)?.ok_or_else(not_found)?;
            let partner = stored.business.partner().clone();
            let waived = check(state, &partner, &submitted.registration, profile)?;
            let Submitted { registration, outcome, strictness } = submitted;
            let now = state.now;
            let business = &mut stored.business;
            let changed = business
                .complete(registration, state.ids, now)
                .map_err(|refusal| Reply::conflict(&refusal))?;
            business
                .submit(&changed, &outcome, strictness, pace, now)
                .map_err(|refusal| Reply::conflict(&refusal))?;
            let callbacks = business.run_due(now, pace);
            state.save_business(&stored)?;
            state.tell(&stored, callbacks)?;
            Ok(Completed { stored, waived })
        })
        .await
}
