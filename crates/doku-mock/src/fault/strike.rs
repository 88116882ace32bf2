//! An exchange with what goes wrong with it: what can be done to request and reply is done here, what needs
//! the connection is left to it as a [`Wire`].

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use doku_signing::non_snap::{CLIENT_ID, Form, REQUEST_ID, SIGNATURE, SignedHeaders};
use doku_types::{
    ClientId, Timestamp, code::GatewayCode, error::ApiError, partner::endpoint::Endpoint,
    validate::MAX_BODY,
};
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, header, request::Parts};

use super::{
    Fault, ReplyFaultKind, Struck,
    armed::{Exchange, Moment},
    text::MAX_PAUSE,
};
use crate::{
    app::App,
    auth::{self, Asked},
    body,
    reply::{Reply, WholeBody},
};

/// Rides on a request that came over a socket.
#[derive(Debug, Clone)]
pub(crate) struct OverSocket;

/// Rides on a response to the connection: what is to happen there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wire {
    /// It is reset, and the response does not leave.
    pub(crate) reset: bool,
    /// So many bytes at once, with this pause.
    pub(crate) drip: Option<(usize, Duration)>,
    /// It is closed after so many bytes of the body.
    pub(crate) cut: Option<usize>,
    /// `Content-Length` is this, whatever the body's.
    pub(crate) length: Option<usize>,
}

/// Rides on a request: how far the mock's clock is off, in seconds, as its caller sees it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Skew(i32);

impl Skew {
    /// That of a request.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get().copied().unwrap_or_default()
    }

    /// An instant as the caller sees it.
    pub(crate) fn shows(self, at: Timestamp) -> Timestamp {
        self.moved(at, self.0.into())
    }

    /// The instant that the caller saw as this.
    pub(crate) fn meant(self, at: Timestamp) -> Timestamp {
        self.moved(at, -i64::from(self.0))
    }

    fn moved(self, at: Timestamp, seconds: i64) -> Timestamp {
        Timestamp::from_millis(at.as_millis().saturating_add(seconds * 1000))
    }
}

/// Answers a request by `answer`, but for what strikes it.
pub(crate) async fn around<A: Future<Output = Response>>(
    app: &Arc<App>,
    operation: Endpoint,
    mut request: Request,
    answer: impl FnOnce(Request) -> A,
) -> Response {
    let own = match asked_for(request.headers()) {
        Ok(own) => own,
        Err(refusal) => {
            let mut response = refusal.into_response();
            response.extensions_mut().insert(Asked::new(operation));
            return response;
        }
    };
    if own.is_empty() && !app.faults.any_of_replies() {
        return answer(request).await;
    }
    let exchange = Exchange {
        operation,
        partner: named_partner(app, operation, request.headers()),
        over_socket: request.extensions().get::<OverSocket>().is_some(),
    };
    // Whoever asks for a delay needs no key and need not stay: such requests are not to take all connections.
    let is_delay = |kind: &ReplyFaultKind| matches!(kind, ReplyFaultKind::Delay(_));
    let place = own.iter().any(is_delay).then(|| app.faults.place_for_delay());
    if let Some(None) = place {
        let message = "TOO MANY REQUESTS ARE DELAYED BY Doku-Mock-Fault: WAIT, OR ARM IT BY POST /_mock/faults";
        let refusal = Reply::business(StatusCode::SERVICE_UNAVAILABLE, message, "A30");
        let mut response = refusal.into_response();
        response.extensions_mut().insert(Asked::new(operation));
        return response;
    }
    let mut struck = app.faults.strike(&exchange, Moment::Before, &own);
    let mut wire = Wire::default();
    let mut skewed = None;
    let mut instead = None;
    for kind in &struck {
        match kind {
            ReplyFaultKind::Delay(by) => wait(app, *by).await,
            ReplyFaultKind::Skew(seconds) => {
                skewed = Some(Skew(*seconds));
                request.extensions_mut().insert(Skew(*seconds));
            }
            kind => instead = Some(kind),
        }
    }
    let mut response = match instead {
        Some(ReplyFaultKind::Status { status, code, retry_after }) => {
            let refusal =
                Refusal { status: *status, code: code.as_ref(), retry_after: *retry_after };
            refuse(app, operation, request, &refusal).await
        }
        Some(_) => {
            wire.reset = true;
            let (_, asked) = read(app, operation, request).await;
            let mut response = Response::default();
            response.extensions_mut().insert(asked);
            response
        }
        None => answer(request).await,
    };
    if let Some(skew) = skewed {
        date(response.headers_mut(), skew);
    }
    if !wire.reset {
        let signed = response.headers().contains_key(SIGNATURE);
        let after = app.faults.strike(&exchange, Moment::After { signed }, &own);
        for kind in &after {
            bend(&mut response, kind, &mut wire);
        }
        struck.extend(after);
    }
    if !struck.is_empty() {
        tell(&mut response, &struck, wire);
    }
    response
}

/// What a request asks to go wrong with itself.
fn asked_for(headers: &HeaderMap) -> Result<Vec<ReplyFaultKind>, Reply> {
    let refusal = |why: String| {
        let message = format!("the header Doku-Mock-Fault: {why}");
        Reply::business(StatusCode::BAD_REQUEST, message, "A30")
    };
    let values = headers.get_all(FAULT).iter();
    let kinds = values.map(|value| {
        let text = value.to_str().map_err(|_| refusal("is not text".to_owned()))?;
        let fault = text.parse().map_err(|error: super::FaultError| refusal(error.to_string()))?;
        match fault {
            Fault::Reply(fault) if fault == super::ReplyFault::new(fault.kind.clone()) => {
                Ok(fault.kind)
            }
            Fault::Reply(_) => Err(refusal(
                "it is for this one request: leave operation, partner, nth, times and probability out"
                    .to_owned(),
            )),
            Fault::Callback(_) => Err(refusal(
                "callbacks go wrong by POST /_mock/faults, not by a header".to_owned(),
            )),
        }
    });
    kinds.collect()
}

/// Who asks, as far as the request says; it need not be true.
fn named_partner(app: &App, operation: Endpoint, headers: &HeaderMap) -> Option<ClientId> {
    if operation == Endpoint::UploadFile {
        return auth::bearer(app, headers).ok();
    }
    headers.get(CLIENT_ID).and_then(|value| value.to_str().ok()).map(|id| id.trim().into())
}

/// Waits by the machine's clock, not beyond the mock's end.
async fn wait(app: &App, by: Duration) {
    tokio::select! {
        () = tokio::time::sleep(by.min(MAX_PAUSE)) => {}
        () = app.stopped() => {}
    }
}

/// A request's body, as far as the journal keeps it.
async fn read(app: &App, operation: Endpoint, request: Request) -> (Parts, Asked) {
    let (parts, mut content) = request.into_parts();
    let mut asked = Asked::new(operation);
    if operation != Endpoint::UploadFile {
        // What cannot be read is not what goes wrong here.
        asked.body =
            body::read(&mut content, MAX_BODY, app.config.limits.body).await.unwrap_or_default();
    }
    (parts, asked)
}

/// A status on demand.
struct Refusal<'a> {
    status: StatusCode,
    code: Option<&'a GatewayCode>,
    retry_after: Option<Duration>,
}

/// Refuses, in the form of the gateway or of the business. The business signs (A14).
async fn refuse(
    app: &App,
    operation: Endpoint,
    request: Request,
    refusal: &Refusal<'_>,
) -> Response {
    let (parts, asked) = read(app, operation, request).await;
    let reason = refusal.status.canonical_reason().unwrap_or("Refused");
    let reply = match refusal.code {
        Some(code) => {
            Reply::json(refusal.status, &ApiError::gateway(code.clone(), reason), &["A10"])
        }
        None => Reply::business(refusal.status, reason.to_uppercase(), "A51"),
    };
    let body = reply.body.clone();
    let mut response = reply.into_response();
    if refusal.code.is_none()
        && let Ok(headers) = SignedHeaders::read(&parts.headers, Form::Request)
        && let Some(credentials) = app.credentials(&headers.client_id.as_str().into())
    {
        let now = Skew::of(&parts.extensions).shows(app.clock.now());
        let (path, id) = (parts.uri.path(), &headers.request_id);
        let signed = credentials.sign_response(&parts.method, path, &body, id, now);
        // The headers were read from a request, so they can be written.
        let _ = signed.write(response.headers_mut(), Form::Response);
    }
    if let Some(by) = refusal.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, by.as_secs().into());
    }
    response.extensions_mut().insert(asked);
    response
}

/// Sets the date of a clock that is off; hyper sets it where none is.
fn date(headers: &mut HeaderMap, skew: Skew) {
    let seconds = skew.shows(SystemTime::now().into()).as_seconds();
    let instant = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    let text = instant.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::try_from(text) {
        headers.insert(header::DATE, date);
    }
}

/// Does to a reply what goes wrong with it.
fn bend(response: &mut Response, kind: &ReplyFaultKind, wire: &mut Wire) {
    let whole = response.extensions().get::<WholeBody>().map_or(0, |whole| whole.0.len());
    let headers = response.headers_mut();
    match kind {
        ReplyFaultKind::Unsigned => {
            for name in [CLIENT_ID, REQUEST_ID, Form::Response.timestamp_header(), SIGNATURE] {
                headers.remove(name);
            }
        }
        ReplyFaultKind::WrongSignature => {
            headers.insert(SIGNATURE, HeaderValue::from_static(NO_SIGNATURE));
        }
        ReplyFaultKind::Drip { bytes, pause } => {
            wire.drip = Some(((*bytes).max(1) as usize, (*pause).min(MAX_PAUSE)));
        }
        ReplyFaultKind::Truncate(at) => {
            let at = at.map_or(whole / 2, |at| at as usize);
            wire.cut = Some(at.min(whole.saturating_sub(1)));
        }
        ReplyFaultKind::WrongLength(off) => {
            let length = whole.saturating_add_signed(*off as isize);
            wire.length = Some(length);
            wire.cut = (length > whole).then_some(whole);
        }
        ReplyFaultKind::ResetAfter => wire.reset = true,
        // These have struck before there was a reply.
        ReplyFaultKind::Status { .. }
        | ReplyFaultKind::Delay(_)
        | ReplyFaultKind::ResetBefore
        | ReplyFaultKind::Skew(_) => {}
    }
}

/// Says what struck, to the caller and to the journal.
fn tell(response: &mut Response, struck: &[ReplyFaultKind], wire: Wire) {
    let names: Vec<_> = struck.iter().map(ToString::to_string).collect();
    if let Ok(told) = HeaderValue::try_from(names.join(", ")) {
        response.headers_mut().insert(STRUCK, told);
    }
    response.extensions_mut().insert(Struck(names));
    response.extensions_mut().insert(wire);
}

/// What is to go wrong with this request; the mock's own.
const FAULT: &str = "doku-mock-fault";
/// What went wrong with this reply; the mock's own.
const STRUCK: &str = "doku-mock-struck";
/// Of the right form, and of no message: a signature is a digest, and none is known to be all zero.
const NO_SIGNATURE: &str = "HMACSHA256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
