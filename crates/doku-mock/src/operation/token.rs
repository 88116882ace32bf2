//! Generate Token.

use std::time::Duration;

use doku_types::partner::token::{DEFAULT_MINUTES, TokenReply, TokenRequest};

use super::unreadable;
use crate::{app::App, auth::Call, reply::Reply};

/// `POST /token`.
pub(crate) fn generate(app: &App, call: &Call) -> Result<Reply, Reply> {
    let request = TokenRequest::parse(&call.body).map_err(|error| unreadable(&error))?;
    // `parse` refuses a lifetime that is none.
    let minutes = request.lifetime_minutes().unwrap_or(DEFAULT_MINUTES);
    let lifetime = Duration::from_secs(u64::from(minutes) * 60);
    let token = app.bearers().issue(&call.partner, app.clock().now(), lifetime);
    Ok(Reply::ok(&TokenReply::builder().token(token).build(), &["A15"]))
}
