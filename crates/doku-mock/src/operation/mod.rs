//! The operations of the Partner API, one file each, named as in `doku-types` and `doku-partner`.

pub(crate) mod business;
pub(crate) mod file;
pub(crate) mod lite;
mod pieces;
pub(crate) mod registration;
pub(crate) mod requirements;
pub(crate) mod token;
pub(crate) mod update;

use std::sync::Arc;

use doku_types::{code::GatewayCode, partner::endpoint::Endpoint, validate::ParseError};
use http::StatusCode;

use crate::{
    app::App,
    auth::Call,
    reply::Reply,
    store::{Fingerprint, Kept, State},
};

/// Answers a request whose signature was right.
pub(crate) async fn answer(
    app: &Arc<App>,
    operation: Endpoint,
    call: &Call,
) -> Result<Reply, Reply> {
    match operation {
        Endpoint::CheckRequirements => requirements::check(call),
        Endpoint::GenerateToken => token::generate(app, call).await,
        Endpoint::BusinessRegistration => registration::register(app, call).await,
        Endpoint::CreateBusinessLite => lite::create(app, call).await,
        Endpoint::GetBusinessData => business::get(app, call).await,
        Endpoint::UpdateBusinessData => update::update(app, call).await,
        // Not signed, so it does not come here; nor does what this crate does not know.
        _ => Err(Reply::business(StatusCode::NOT_FOUND, "NOT AN OPERATION OF THIS MOCK", "A30")),
    }
}

/// Does `work`, once for each Request-Id: a repeated request gets the original body again with HTTP
/// 409, another one with the same id is refused (A13). Looking, doing and keeping the reply are one
/// transaction, so a request that is still in progress cannot be repeated.
///
/// What is wrong with the request itself is for `work` to say: its id is looked at before anything else.
async fn once(
    app: &Arc<App>,
    call: &Call,
    work: impl FnOnce(&mut State<'_>) -> Result<Reply, Reply> + Send + 'static,
) -> Result<Reply, Reply> {
    let (partner, request_id) = (call.partner.clone(), call.request_id.clone());
    let fingerprint = Fingerprint::of(&call.method, call.uri.path(), &call.body);
    let answered = app.store.run(move |state| {
        match state.kept_reply(&partner, &request_id, fingerprint)? {
            Some(Kept::Reply { body, assumptions }) => {
                return Ok(Reply::replayed(body, &assumptions));
            }
            Some(Kept::Other) => return Err(id_of_another()),
            None => {}
        }
        let reply = work(state)?;
        let assumptions = reply.assumptions.join(",");
        state.keep_reply(&partner, &request_id, fingerprint, &reply.body, &assumptions)?;
        Ok(reply)
    });
    let (mut reply, held) = answered.await?;
    reply.held = Some(held);
    Ok(reply)
}

/// The refusal of a request that has the id of another one before (A13).
fn id_of_another() -> Reply {
    let message = "The Request-Id was used before, with another request";
    let mut refusal = Reply::gateway(GatewayCode::IdempotentRequest, message);
    refusal.status = StatusCode::CONFLICT;
    refusal.assumptions.push("A13");
    refusal
}

/// The refusal of a body that could not be read.
pub(crate) fn unreadable(error: &ParseError) -> Reply {
    match error {
        ParseError::Faults(faults) => Reply::faults(faults),
        ParseError::TooLarge { .. } => {
            Reply::business(StatusCode::PAYLOAD_TOO_LARGE, error.to_string(), "A10")
        }
        _ => Reply::business(StatusCode::BAD_REQUEST, error.to_string(), "A10"),
    }
}
