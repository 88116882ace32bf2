//! The journal: looked through, waited for, and taken along as HAR or as a `curl` command. What may be
//! personal or secret is masked.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use doku_types::Timestamp;
use http::{HeaderValue, StatusCode, Uri, header};
use tokio::task::spawn_blocking;

use super::{Operation, clock::duration, is_newest_first, one_of, parameter};
use crate::{
    app::App,
    journal::{
        JournalEntry, MAX_TEXT, Mask, Order, Query, Shown, Statuses, Text, Verdict, curl, har,
        no_operation, operation, shown,
    },
    reply::Reply,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        searching(Operation::get(
            "/_mock/journal",
            "journal",
            "Lists exchanges; what may be personal or secret is masked",
            list,
        ))
        .query::<String>(
            "wait",
            "If there is none, wait so long for one, 60s at most and 0s by default: 30s. Not with before",
        )
        .gives::<Vec<Shown>>(),
        searching(Operation::get(
            "/_mock/journal.har",
            "journalHar",
            "Exports exchanges as HAR 1.2, masked alike",
            export,
        )),
        revealing(Operation::get(
            "/_mock/journal/{number}",
            "journalEntry",
            "Shows one exchange",
            get,
        ))
        .gives::<Shown>(),
        revealing(Operation::get(
            "/_mock/journal/{number}/curl",
            "journalCurl",
            "Writes a curl command that sends the same again, signed afresh",
            copy,
        ))
        .gives_media("text/plain"),
    ]
}

fn searching(operation: Operation) -> Operation {
    revealing(operation)
        .query::<u64>("after", "Only those after this number; 0 by default")
        .query::<u64>("before", "Only those before this number")
        .query::<String>("order", "Which come first: oldest, as by default, or newest")
        .query::<u32>(
            "limit",
            "At most so many, 1000 at most; 100 by default. Fewer come if they take over 8 MiB",
        )
        .query::<String>("partner", "Only those of this client id")
        .query::<String>(
            "operation",
            "Only those for this operation, by DOKU's name or in kebab case: upload-file",
        )
        .query::<String>(
            "status",
            "Only those answered with this HTTP status, or such: 400, 4xx; none, where no answer came; bad, where no 2xx did",
        )
        .query::<String>(
            "verdict",
            "Only requests of which this became: accepted, repeated, not_authenticated, refused, failed or not_checked",
        )
        .query::<String>("direction", "Only requests, which were received, or callbacks, which were sent")
        .query::<String>("business", "Only those about this business, by its BSN or BRN id")
        .query::<String>("from", "Only those begun at or after this instant, as RFC 3339")
        .query::<String>("until", "Only those begun before this instant, as RFC 3339")
        .query::<String>(
            "text",
            "Only those in whose method and target, Request-Id or bodies, as far as they are kept, this stands, 200 bytes at most, whatever the case of ASCII letters",
        )
}

fn revealing(operation: Operation) -> Operation {
    operation.query::<bool>("reveal", "Show personal data too, but never keys and tokens")
}

/// `GET /_mock/journal`.
async fn list(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let listed = async {
        let (query, limit, mask) = (read_query(&app, &uri).await?, limit(&uri)?, mask(&app, &uri)?);
        let found = match wait(&uri)? {
            Some(wait) => find_within(&app, query, limit, wait).await?,
            None => find(&app, &query, limit).await.0,
        };
        Ok(Reply::ok(&shown(&app, &mask, &found).await?, &[]))
    };
    listed.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// `GET /_mock/journal.har`.
async fn export(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let exported = async {
        let (query, limit, mask) = (read_query(&app, &uri).await?, limit(&uri)?, mask(&app, &uri)?);
        Ok(Reply::ok(&har(&app, &mask, &find(&app, &query, limit).await.0), &[]))
    };
    exported.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// `GET /_mock/journal/{number}`.
async fn get(State(app): State<Arc<App>>, Path(number): Path<String>, uri: Uri) -> Response {
    let found = async {
        let (entry, mask) = (entry(&app, &number)?, mask(&app, &uri)?);
        let shown = shown(&app, &mask, &[entry]).await?;
        Ok(Reply::ok(&shown[0], &[]))
    };
    found.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// `GET /_mock/journal/{number}/curl`.
async fn copy(State(app): State<Arc<App>>, Path(number): Path<String>, uri: Uri) -> Response {
    let command = || Ok::<_, Reply>(curl(&app, &mask(&app, &uri)?, &entry(&app, &number)?));
    match command() {
        Ok(command) => {
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            ([(header::CONTENT_TYPE, plain)], command).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// The entry with this number.
///
/// # Errors
/// 404, if it is not kept.
pub(crate) fn entry(app: &App, number: &str) -> Result<JournalEntry, Reply> {
    let found = number.parse().ok().and_then(|number| app.journal.entry(number));
    found.ok_or_else(|| {
        let message = "NO SUCH ENTRY IN THE JOURNAL: IT NEVER WAS, OR MADE ROOM FOR LATER ONES";
        Reply::business(StatusCode::NOT_FOUND, message, "A30")
    })
}

/// The first that are looked for, and whether there are more. A text is looked for on a thread of its own: a
/// full journal takes a while.
pub(crate) async fn find(app: &Arc<App>, query: &Query, limit: usize) -> (Vec<JournalEntry>, bool) {
    if query.text.is_none() {
        return app.journal.find(query, limit);
    }
    let (searched, query) = (Arc::clone(app), query.clone());
    let found = spawn_blocking(move || searched.journal.find(&query, limit)).await;
    // The search does not panic; the mock may be stopping.
    found.unwrap_or_default()
}

/// What a query asks for.
///
/// # Errors
/// 400 for what is not readable.
pub(crate) async fn read_query(app: &App, uri: &Uri) -> Result<Query, Reply> {
    let named: Option<String> = parameter(uri, "operation")?;
    let operation =
        named.map(|text| operation(&text).ok_or_else(|| refused(&no_operation()))).transpose()?;
    let status: Option<String> = parameter(uri, "status")?;
    let status = status
        .map(|text| text.parse::<Statuses>())
        .transpose()
        .map_err(|()| refused("status is not one such as 400 or 4xx, nor none or bad"))?;
    let instant = |name: &str| {
        let text: Option<String> = parameter(uri, name)?;
        let read = text.map(|text| {
            // In a query a plus is a space.
            Timestamp::parse_rfc3339(&text.replace(' ', "+")).ok_or_else(|| {
                refused(&format!("{name} is not an instant such as 2026-11-22T03:04:05Z"))
            })
        });
        read.transpose()
    };
    let business = match parameter::<String>(uri, "business")? {
        Some(id) => Some(ids(app, id).await?),
        None => None,
    };
    let text = parameter::<String>(uri, "text")?;
    let text = text
        .map(|text| text.parse::<Text>())
        .transpose()
        .map_err(|()| refused(&format!("text is longer than {MAX_TEXT} bytes")))?;
    Ok(Query {
        after: parameter(uri, "after")?.unwrap_or(0),
        before: parameter(uri, "before")?,
        order: if is_newest_first(uri)? { Order::Newest } else { Order::Oldest },
        partner: parameter(uri, "partner")?,
        operation,
        status,
        verdict: one_of(uri, "verdict", &Verdict::ALL.map(|verdict| (verdict.as_str(), verdict)))?,
        is_sent: one_of(uri, "direction", &[("received", false), ("sent", true)])?,
        business,
        from: instant("from")?,
        until: instant("until")?,
        text,
    })
}

fn mask<'a>(app: &'a App, uri: &Uri) -> Result<Mask<'a>, Reply> {
    Ok(Mask::revealing(app, parameter(uri, "reveal")?.unwrap_or(false)))
}

/// All ids of a business that has this one; of one that is not stored, this one.
async fn ids(app: &App, id: String) -> Result<Vec<String>, Reply> {
    let wanted = id.clone();
    let found = app.store.run(move |state| state.business_by_id(&wanted).map_err(Reply::from));
    let mut ids = vec![id];
    if let Some(stored) = found.await?.0 {
        ids.push(stored.business.id().to_string());
        ids.extend(stored.business.brands().iter().map(|brand| brand.id().to_string()));
    }
    Ok(ids)
}

fn limit(uri: &Uri) -> Result<usize, Reply> {
    Ok(parameter(uri, "limit")?.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT))
}

fn wait(uri: &Uri) -> Result<Option<Duration>, Reply> {
    let Some(text) = parameter::<String>(uri, "wait")? else {
        return Ok(None);
    };
    let wait = duration(&text).map_err(|_| refused("wait is not a duration such as 30s"))?;
    Ok(Some(wait.min(MAX_WAIT)))
}

/// Waits until something is found, in vain for so long at most, or until the mock stops.
async fn find_within(
    app: &Arc<App>,
    mut query: Query,
    limit: usize,
    wait: Duration,
) -> Result<Vec<JournalEntry>, Reply> {
    if query.before.is_some() {
        return Err(refused("wait is for what comes, and before is not: leave out one of them"));
    }
    let mut written = app.journal.written();
    let mut last = app.journal.counts().last;
    let (found, _) = find(app, &query, limit).await;
    if !found.is_empty() || wait.is_zero() {
        return Ok(found);
    }
    let _place = app.journal.place_to_wait().ok_or_else(|| {
        let message = "TOO MANY WAIT FOR THE JOURNAL: ASK AGAIN LATER, OR WITHOUT wait";
        Reply::business(StatusCode::SERVICE_UNAVAILABLE, message, "A30")
    })?;
    let looking = async {
        loop {
            // Among those up to it there is none.
            query.after = query.after.max(last);
            last = app.journal.counts().last;
            let (found, _) = find(app, &query, limit).await;
            if !found.is_empty() {
                return found;
            }
            // The journal, which holds the sender, outlives this.
            let _ = written.changed().await;
        }
    };
    tokio::select! {
        found = looking => Ok(found),
        () = tokio::time::sleep(wait) => Ok(Vec::new()),
        () = app.stopped() => Ok(Vec::new()),
    }
}

fn refused(message: &str) -> Reply {
    Reply::business(StatusCode::BAD_REQUEST, message, "A30")
}

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1000;
const MAX_WAIT: Duration = Duration::from_mins(1);
