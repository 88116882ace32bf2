//! Reset: everything as at the start, or one partner's part of it gone. Tests that share a mock each take a
//! partner and reset that one.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use doku_types::ClientId;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Operation, read};
use crate::{
    app::App,
    reply::Reply,
    store::{Beginning, Snapshot, StoreError, Taken},
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::post(
            "/_mock/reset",
            "reset",
            "Puts everything back as at the start, or removes what is one partner's",
            post,
        )
        .takes::<Reset>(r#"{"partner":"BRN-0001-1700000000000"}"#)
        .gives::<Gone>(),
    ]
}

/// What is to be reset.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reset {
    /// The client id of the one partner to reset; everything without it.
    partner: Option<String>,
}

/// How much there was, and is no more.
#[derive(Serialize, JsonSchema)]
struct Gone {
    /// Businesses.
    businesses: u64,
    /// Uploaded files.
    files: u64,
    /// Callbacks.
    callbacks: u64,
    /// Replies kept for repeated requests.
    replies: u64,
}

/// `POST /_mock/reset {}` or `{"partner":"BRN-…"}`.
async fn post(State(app): State<Arc<App>>, request: Request) -> Response {
    let reset = async {
        let Reset { partner } = read(&app, request, "{}").await?;
        let taken = match partner {
            Some(partner) => reset_partner(&app, partner.into()).await?,
            None => reset_all(&app).await?,
        };
        let Taken { businesses, files, callbacks, replies } = taken;
        Ok(Reply::ok(&Gone { businesses, files, callbacks, replies }, &[]))
    };
    reset.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// Everything as at the start: businesses, files, callbacks, kept replies, journal and faults are
/// gone, or as in the snapshot that the mock was started from; clock, ids and randomness begin anew.
/// None of the callbacks from before is sent any more when this returns.
///
/// # Errors
/// The refusal to give: the snapshot cannot be read any more, or the state cannot be written.
pub(crate) async fn reset_all(app: &Arc<App>) -> Result<Taken, Reply> {
    to_its_end(app, |app| async move {
        let snapshot = read_snapshot(&app).await?;
        let _whole = app.whole.lock().await;
        // Asked for once it waits: whoever advances the clock gives its turn up, and nobody else comes
        // between.
        let asked = async { app.reset_asked.send_replace(()) };
        let (_turn, ()) = tokio::join!(biased; app.turn.lock(), asked);
        let (files, links) = (app.files.clone(), app.links.clone());
        let beginning = Beginning { seed: app.config.seed, snapshot, files, links };
        let begun = app.store.begin_anew(beginning).await?;
        app.lanes.forget(begun.life);
        app.releases.recalls.ended().await;
        forget(&app, None);
        app.take_up().await?;
        Ok(begun.taken)
    })
    .await
}

/// Nothing of a partner is there any more: its businesses, files, callbacks, kept replies, faults and
/// journal entries. The clock and the ids go on.
///
/// # Errors
/// The refusal to give: there is no such partner, or the state cannot be written.
pub(crate) async fn reset_partner(app: &Arc<App>, partner: ClientId) -> Result<Taken, Reply> {
    to_its_end(app, |app| async move {
        let _whole = app.whole.lock().await;
        let is_known = app.credentials(&partner).is_some();
        let taken = app.store.forget_partner(partner.clone(), is_known, app.files.clone()).await?;
        // A data file may hold partners of another run.
        if !is_known && taken == Taken::default() {
            let message =
                "PARTNER NOT FOUND: GIVE THE CLIENT ID OF ONE, OR NONE TO RESET EVERYTHING";
            return Err(Reply::business(StatusCode::NOT_FOUND, message, "A30"));
        }
        app.releases.recalls.ended().await;
        forget(&app, Some(&partner));
        Ok(taken)
    })
    .await
}

/// What is not in the store.
fn forget(app: &App, partner: Option<&ClientId>) {
    app.journal.clear(partner);
    app.faults.clear(partner);
    if partner.is_none() {
        for fault in &app.config.faults {
            // As many could be armed at the start.
            let _ = app.faults.arm(fault.clone());
        }
    }
}

/// Half a reset would be none: it goes on though nobody may wait for it any more.
async fn to_its_end<F>(app: &Arc<App>, work: impl FnOnce(Arc<App>) -> F) -> Result<Taken, Reply>
where
    F: Future<Output = Result<Taken, Reply>> + Send + 'static,
{
    let done = app.runtime.spawn(work(Arc::clone(app)));
    // It only ends otherwise with the runtime.
    done.await.unwrap_or_else(|_| Err(StoreError::Stopped.into()))
}

/// The snapshot that the mock was started from, as it is now.
async fn read_snapshot(app: &App) -> Result<Option<Snapshot>, Reply> {
    let Some(path) = app.config.snapshot.clone() else {
        return Ok(None);
    };
    let read = tokio::task::spawn_blocking(move || Snapshot::open(&path)).await;
    let read = read.map_err(|_| Reply::from(StoreError::Stopped))?;
    read.map(Some).map_err(|error| {
        let message = format!("nothing was reset, for the mock began with a snapshot: {error}");
        Reply::business(StatusCode::CONFLICT, message, "A30")
    })
}
