//! The journal: looked through, waited for, and taken along as HAR or as a `curl` command. What may be
//! personal or secret is masked.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use doku_types::{Timestamp, partner::endpoint::Endpoint};
use http::{HeaderValue, StatusCode, Uri, header};

use super::{Operation, parameter};
use crate::{
    app::App,
    journal::{JournalEntry, Query, Shown, Statuses, curl, har, kebab, operation, shown},
    reply::Reply,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        searching(Operation::get(
            "/_mock/journal",
            "journal",
            "Lists exchanges, oldest first; what may be personal or secret is masked",
            list,
        ))
        .query::<String>(
            "wait",
            "If there is none, wait so long for one, 60s at most and 0s by default: 30s",
        )
        .gives::<Vec<Shown>>(),
        searching(Operation::get(
            "/_mock/journal.har",
            "journalHar",
            "Exports exchanges as HAR 1.2, masked alike",
            export,
        )),
        Operation::get("/_mock/journal/{number}", "journalEntry", "Shows one exchange", get)
            .gives::<Shown>(),
        Operation::get(
            "/_mock/journal/{number}/curl",
            "journalCurl",
            "Writes a curl command that sends the same again, signed afresh",
            copy,
        )
        .gives_media("text/plain"),
    ]
}

fn searching(operation: Operation) -> Operation {
    operation
        .query::<u64>("after", "Only those after this number; 0 by default")
        .query::<u32>(
            "limit",
            "At most so many, 1000 at most; 100 by default. Fewer come if they take over 8 MiB",
        )
        .query::<String>("partner", "Only those of this client id")
        .query::<String>(
            "operation",
            "Only those for this operation, by DOKU's name or in kebab case: upload-file",
        )
        .query::<String>("status", "Only those answered with this HTTP status, or such: 400, 4xx")
        .query::<String>("business", "Only those about this business, by its BSN or BRN id")
        .query::<String>("from", "Only those begun at or after this instant, as RFC 3339")
        .query::<String>("until", "Only those begun before this instant, as RFC 3339")
}

/// `GET /_mock/journal`.
async fn list(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let listed = async {
        let (mut query, limit) = (read_query(&app, &uri).await?, limit(&uri)?);
        let found = match wait(&uri)? {
            Some(wait) => find_within(&app, &mut query, limit, wait).await?,
            None => app.journal.find(&query, limit).0,
        };
        Ok(Reply::ok(&shown(&app, &found).await?, &[]))
    };
    listed.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// `GET /_mock/journal.har`.
async fn export(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let exported = async {
        let (query, limit) = (read_query(&app, &uri).await?, limit(&uri)?);
        Ok(Reply::ok(&har(&app, &app.journal.find(&query, limit).0), &[]))
    };
    exported.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// `GET /_mock/journal/{number}`.
async fn get(State(app): State<Arc<App>>, Path(number): Path<String>) -> Response {
    let found = async {
        let entry = entry(&app, &number)?;
        let shown = shown(&app, &[entry]).await?;
        Ok(Reply::ok(&shown[0], &[]))
    };
    found.await.unwrap_or_else(|refusal: Reply| refusal).into_response()
}

/// `GET /_mock/journal/{number}/curl`.
async fn copy(State(app): State<Arc<App>>, Path(number): Path<String>) -> Response {
    match entry(&app, &number) {
        Ok(entry) => {
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            ([(header::CONTENT_TYPE, plain)], curl(&app, &entry)).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}

fn entry(app: &App, number: &str) -> Result<JournalEntry, Reply> {
    let found = number.parse().ok().and_then(|number| app.journal.entry(number));
    found.ok_or_else(|| {
        let message = "NO SUCH ENTRY IN THE JOURNAL: IT NEVER WAS, OR MADE ROOM FOR LATER ONES";
        Reply::business(StatusCode::NOT_FOUND, message, "A30")
    })
}

async fn read_query(app: &App, uri: &Uri) -> Result<Query, Reply> {
    let named: Option<String> = parameter(uri, "operation")?;
    let operation = named.map(|text| operation(&text).ok_or_else(unknown_operation)).transpose()?;
    let status: Option<String> = parameter(uri, "status")?;
    let status = status
        .map(|text| text.parse::<Statuses>())
        .transpose()
        .map_err(|()| refused("status is not one such as 400 or 4xx"))?;
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
    Ok(Query {
        after: parameter(uri, "after")?.unwrap_or(0),
        partner: parameter(uri, "partner")?,
        operation,
        status,
        business,
        from: instant("from")?,
        until: instant("until")?,
    })
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
    let read = text.parse::<jiff::SignedDuration>().ok();
    let read = read.and_then(|wait| Duration::try_from(wait).ok());
    read.map(|wait| Some(wait.min(MAX_WAIT)))
        .ok_or_else(|| refused("wait is not a duration such as 30s"))
}

/// Waits until something is found, in vain for so long at most, or until the mock stops.
async fn find_within(
    app: &App,
    query: &mut Query,
    limit: usize,
    wait: Duration,
) -> Result<Vec<JournalEntry>, Reply> {
    let mut written = app.journal.written();
    let (found, seen) = app.journal.find(query, limit);
    if !found.is_empty() || wait.is_zero() {
        return Ok(found);
    }
    let _place = app.journal.place_to_wait().ok_or_else(|| {
        let message = "TOO MANY WAIT FOR THE JOURNAL: ASK AGAIN LATER, OR WITHOUT wait";
        Reply::business(StatusCode::SERVICE_UNAVAILABLE, message, "A30")
    })?;
    query.after = seen;
    let looking = async {
        loop {
            let (found, seen) = app.journal.find(query, limit);
            if !found.is_empty() {
                return found;
            }
            query.after = seen;
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

fn unknown_operation() -> Reply {
    let known: Vec<_> = Endpoint::all().iter().map(|operation| kebab(*operation)).collect();
    refused(&format!("operation is none of {}", known.join(", ")))
}

fn refused(message: &str) -> Reply {
    Reply::business(StatusCode::BAD_REQUEST, message, "A30")
}

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1000;
const MAX_WAIT: Duration = Duration::from_mins(1);
