//! Update Business Data (A08).

use std::sync::Arc;

use doku_types::partner::update::Update;

use super::{
    business::not_found,
    once,
    registration::{check, registered},
};
use crate::{
    app::App,
    auth::{Call, outcome},
    journal::{BusinessState, Touched},
    kyb::{Outcome, Strictness},
    reply::Reply,
};

/// An update with what is to become of it.
struct Submitted {
    update: Update,
    /// The assumptions that it does not meet.
    waived: Vec<&'static str>,
    outcome: Outcome,
    strictness: Strictness,
}

/// `PUT /business/{brand id}`.
pub(crate) async fn update(app: &Arc<App>, call: &Call) -> Result<Reply, Reply> {
    let profile = app.config.profile;
    let read = read(app, call);
    let (partner, brand, pace) = (call.partner.clone(), call.brand(), app.config.pace);
    once(app, call, move |state| {
        let Submitted { update, waived, outcome, strictness } = read?;
        let mut stored = state.business_of_brand(&partner, &brand)?.ok_or_else(not_found)?;
        let (before, seen) = (BusinessState::of(&stored.business), Touched::seen(&stored.business));
        let work = || {
            let now = state.now;
            let updated = stored.business.update(update, state.ids, now);
            let (business, changed) = updated.map_err(|faults| Reply::faults(&faults))?;
            stored.business = business;
            let business = &mut stored.business;
            let mut also_waived = Vec::new();
            if let Some(registration) = business.registration() {
                also_waived = profile.sift(registration.validate())?;
                also_waived.extend(check(state, &partner, registration, profile)?);
            }
            let mut reply = Reply::ok(&registered(business), &["A01", "A08", "A44", "A45"]);
            reply.assumptions.extend(waived);
            reply.assumptions.extend(also_waived);
            business.submit(&changed, &outcome, strictness, pace, now)?;
            let callbacks = business.run_due(now, pace);
            reply.touched = Some(Touched::changed(Some(before), business).into());
            state.save_business(&stored)?;
            state.tell(&stored, callbacks)?;
            Ok(reply)
        };
        work().map_err(|refusal: Reply| Reply { touched: Some(seen.into()), ..refusal })
    })
    .await
}

fn read(app: &App, call: &Call) -> Result<Submitted, Reply> {
    let (update, waived) = app.config.profile.read(&call.body, Update::examine, Update::unknown)?;
    let asked = outcome(call.outcome.as_deref())?;
    let tagged = match update.business.email.as_ref().filter(|_| asked.is_none()) {
        Some(email) => Outcome::from_email(email.expose())
            .map_err(|error| Reply::outcome("/business/email", &error))?,
        None => None,
    };
    // A tag may have been read back with the rest, and no longer fit.
    let (outcome, strictness) = match asked {
        Some(outcome) => (outcome, Strictness::Strict),
        None => (tagged.unwrap_or_else(|| app.config.outcome.clone()), Strictness::Lenient),
    };
    Ok(Submitted { update, waived, outcome, strictness })
}
