//! Create Business Lite.

use doku_types::partner::lite::{InvitedBrand, InvitedBusiness, LiteRegistration, LiteReply};
use http::StatusCode;

use super::{registration::SERVICES, unreadable};
use crate::{app::App, auth::Call, kyb::Business, reply::Reply};

/// `POST /business/lite/registration`.
pub(crate) fn create(app: &App, call: &Call) -> Result<Reply, Reply> {
    let invitation = LiteRegistration::parse(&call.body).map_err(|error| unreadable(&error))?;
    let now = app.clock().now();
    let mut guard = app.store();
    let store = &mut *guard;
    let partner_ref_id = invitation.business.partner_ref_id.clone();
    if !store.take_partner_ref(&call.partner, &partner_ref_id) {
        let message = "PARTNER REF ID ALREADY USED";
        return Err(Reply::business(StatusCode::BAD_REQUEST, message, "A20"));
    }
    let ids = &mut store.ids;
    let business = Business::invited(invitation, call.partner.clone(), SERVICES, ids, now);
    let brands: Vec<_> = business
        .brands
        .iter()
        .map(|brand| InvitedBrand::builder().id(brand.id.clone()).build())
        .collect();
    let invited = InvitedBusiness::builder()
        .id(business.id.clone())
        .partner_ref_id(partner_ref_id)
        .brands(brands)
        .build();
    store.put_business(business);
    Ok(Reply::ok(&LiteReply::builder().business(invited).build(), &["A20", "A28"]))
}
