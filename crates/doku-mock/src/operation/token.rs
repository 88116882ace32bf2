//! Generate Token.

use std::{sync::Arc, time::Duration};

use doku_types::partner::token::{DEFAULT_MINUTES, TokenReply, TokenRequest};

use super::once;
use crate::{app::App, auth::Call, reply::Reply};

/// `POST /token`.
pub(crate) async fn generate(app: &Arc<App>, call: &Call) -> Result<Reply, Reply> {
    let profile = app.config.profile;
    let read = profile.read(&call.body, TokenRequest::examine, TokenRequest::unknown);
    // Signed here, for it takes a while and others wait for the store.
    let answer = read.map(|(request, _)| {
        // `parse` refuses a lifetime that is none.
        let minutes = request.lifetime_minutes().unwrap_or(DEFAULT_MINUTES);
        let lifetime = Duration::from_secs(u64::from(minutes) * 60);
        let token = app.bearers.issue(&call.partner, app.clock.now(), lifetime);
        Reply::ok(&TokenReply::builder().token(token).build(), &["A15"])
    });
    once(app, call, |_| answer).await
}
