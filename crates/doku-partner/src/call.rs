//! One call: attempts until an answer can be believed, or none is to be had.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use doku_signing::non_snap::{Form, SIGNATURE, SignedHeaders};
use doku_types::{Timestamp, code::GatewayCode, error::ApiError};
use http::{HeaderMap, Method, Response, StatusCode, header};
use tokio::time::Instant;
use tracing::{Instrument, Span, debug, field, info_span, warn};

use crate::{
    Error, Operation, Outcome, Reply, UnsignedReplies,
    client::Inner,
    error::{Cause, scrub},
    operation::Prepared,
    retry::Situation,
    transport::{TransportError, TransportErrorKind},
};

/// Calls the operation under this Request-Id.
pub(crate) async fn call<O: Operation>(
    client: &Inner,
    operation: &O,
    request_id: String,
) -> Result<Reply<O::Reply>, Error> {
    let begun = Instant::now();
    let span = info_span!(
        "doku_call",
        operation = O::NAME,
        method = %O::METHOD,
        path = field::Empty,
        request_id = field::Empty,
        status = field::Empty,
        attempt = field::Empty,
        latency_ms = field::Empty,
    );
    let result = attempts(client, operation, request_id, begun, &span).instrument(span.clone());
    let result = result.await.map_err(|error| error.standing_on(O::ASSUMPTIONS));
    let latency = begun.elapsed().as_millis() as u64;
    span.record("latency_ms", latency);
    span.in_scope(|| match &result {
        Ok(reply) if !reply.is_signed => debug!(latency, "done; the reply is not signed"),
        Ok(_) => debug!(latency, "done"),
        Err(error) => debug!(latency, %error, "failed"),
    });
    result
}

/// What is known of the attempts so far.
#[derive(Default)]
struct SoFar {
    attempts: u32,
    /// How far this machine's clock is behind DOKU's, in milliseconds, once that was told.
    skew: Option<i64>,
    /// Whether one may have arrived and was not answered.
    unanswered: bool,
    /// Whether one may have been carried out.
    maybe_done: bool,
    /// Whether an answer was asked for again because it could not be read or believed.
    doubted: bool,
}

async fn attempts<O: Operation>(
    client: &Inner,
    operation: &O,
    request_id: String,
    begun: Instant,
    span: &Span,
) -> Result<Reply<O::Reply>, Error> {
    let faults = operation.faults();
    if !faults.is_empty() {
        return Err(Error::new(O::NAME, Cause::Faults(faults)));
    }
    let prepared = Prepared::new(operation, &client.environment, &request_id)?;
    span.record("path", prepared.target());
    // An upload is told by its bearer and sends no Request-Id.
    let sent_id = prepared.is_signed().then(|| request_id.clone());
    if let Some(id) = &sent_id {
        span.record("request_id", id.as_str());
    }
    let mut so_far = SoFar::default();
    loop {
        let now = (client.clock)();
        let at =
            Timestamp::from_millis(now.as_millis().saturating_add(so_far.skew.unwrap_or_default()));
        let request = prepared.request(&client.credentials, &client.user_agent, &request_id, at)?;
        so_far.attempts += 1;
        span.record("attempt", so_far.attempts);
        let answer = client.transport.send(request).await;
        if let Ok(response) = &answer {
            span.record("status", response.status().as_u16());
        }
        let failed = match judge::<O>(client, &prepared, &request_id, answer) {
            Ok((outcome, is_signed)) => {
                let attempts = so_far.attempts;
                return Ok(Reply { outcome, request_id: sent_id, attempts, is_signed });
            }
            Err(failed) => failed,
        };
        if let (Some(ahead), None) = (failed.skew(client), so_far.skew) {
            warn!(
                seconds = ahead / 1000,
                "this machine's clock is off, by the Date of the answer; corrected for this call alone"
            );
            so_far.skew = Some(ahead);
            continue;
        }
        match failed.fate {
            Fate::NotSent | Fate::Refused => {}
            Fate::NotDone => (so_far.unanswered, so_far.maybe_done) = (false, false),
            Fate::Unknown { answered } => {
                so_far.unanswered |= !answered;
                so_far.maybe_done = true;
            }
        }
        let again = match failed.again {
            Again::Never => false,
            Again::Once => !std::mem::replace(&mut so_far.doubted, true),
            Again::ByPolicy => true,
        };
        let situation = Situation::after(so_far.attempts)
            .elapsed(begun.elapsed())
            .retry_after(failed.retry_after)
            .random((client.random)());
        let again = again && prepared.is_repeatable();
        let wait = again.then(|| client.retry.wait(&situation)).flatten();
        let error = Error::new(O::NAME, failed.cause)
            .sent(sent_id.clone(), so_far.attempts)
            .unknown(so_far.unanswered && O::CHANGES, so_far.maybe_done && O::CHANGES)
            .settled(matches!(failed.fate, Fate::NotDone))
            .retry_at_earliest_in(failed.retry_after);
        let Some(wait) = wait else { return Err(error) };
        warn!(attempt = so_far.attempts, %error, ?wait, "sending it again");
        tokio::time::sleep(wait).await;
    }
}

/// An attempt that gave no reply.
struct Failed {
    cause: Cause,
    fate: Fate,
    again: Again,
    retry_after: Option<Duration>,
    /// `Date` of the answer (A50).
    date: Option<Timestamp>,
}

/// What became of the request.
#[derive(Clone, Copy)]
enum Fate {
    /// It did not arrive.
    NotSent,
    /// It was turned away before anybody looked whether its Request-Id was used before (A49).
    Refused,
    /// It was not carried out, nor was any other under its Request-Id (A13, A49).
    NotDone,
    /// It may have been carried out.
    Unknown { answered: bool },
}

/// Whether to send it again, under its Request-Id.
#[derive(Clone, Copy)]
enum Again {
    Never,
    /// The answer makes no sense: perhaps it was damaged on the way.
    Once,
    ByPolicy,
}

impl Failed {
    fn new(cause: Cause, fate: Fate, again: Again) -> Self {
        Self { cause, fate, again, retry_after: None, date: None }
    }

    fn of_transport(error: TransportError) -> Self {
        let kind = error.kind();
        let fate =
            if kind.may_have_arrived() { Fate::Unknown { answered: false } } else { Fate::NotSent };
        let again = match kind {
            TransportErrorKind::TooLarge | TransportErrorKind::Body => Again::Never,
            _ => Again::ByPolicy,
        };
        Self::new(Cause::Transport(error.into()), fate, again)
    }

    /// With what the answer's headers say of time.
    fn dated(mut self, headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let date = |text: &str| httpdate::parse_http_date(text).ok();
        let now = text(header::DATE).and_then(date);
        self.date = now.map(Timestamp::from);
        self.retry_after = text(header::RETRY_AFTER).and_then(|text| match text.trim().parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => {
                // By the host's own clock, where it tells that.
                let now = now.unwrap_or_else(SystemTime::now);
                date(text).map(|at| at.duration_since(now).unwrap_or_default())
            }
        });
        self
    }

    /// How far this machine's clock is behind, in milliseconds, if that is why DOKU refused.
    fn skew(&self, client: &Inner) -> Option<i64> {
        let out_of_range = matches!(
            &self.cause,
            Cause::Refused(_, error) if error.code() == Some(&GatewayCode::RequestTimeOutOfRange)
        );
        let ahead = self.date?.as_millis() - (client.clock)().as_millis();
        (client.correct_skew && out_of_range && ahead.abs() > SMALL_SKEW).then_some(ahead)
    }
}

/// The reply, and whether it is signed.
fn judge<O: Operation>(
    client: &Inner,
    prepared: &Prepared,
    request_id: &str,
    answer: Result<Response<Bytes>, TransportError>,
) -> Result<(Outcome<O::Reply>, bool), Failed> {
    let response = answer.map_err(Failed::of_transport)?;
    read::<O>(client, prepared, request_id, &response)
        .map_err(|failed| failed.dated(response.headers()))
}

fn read<O: Operation>(
    client: &Inner,
    prepared: &Prepared,
    request_id: &str,
    response: &Response<Bytes>,
) -> Result<(Outcome<O::Reply>, bool), Failed> {
    let (status, body) = (response.status(), response.body());
    let unknown = Fate::Unknown { answered: true };
    let unbelievable = |why| Failed::new(Cause::Reply(status, why), unknown, Again::Once);
    let is_signed = prepared.is_signed() && response.headers().contains_key(SIGNATURE);
    if is_signed {
        verify(client, &O::METHOD, prepared.target(), request_id, response)
            .map_err(unbelievable)?;
    }
    let believed = |outcome| {
        if prepared.is_signed() && !is_signed && client.unsigned == UnsignedReplies::Refuse {
            return Err(unbelievable("it is not signed".to_owned()));
        }
        Ok((outcome, is_signed))
    };
    let unreadable = |error, fate, again| Failed::new(Cause::Decode(status, error), fate, again);
    if status.is_success() {
        let reply =
            O::parse(body).map_err(|error| unreadable(Some(error), unknown, Again::Once))?;
        return believed(Outcome::Done(reply));
    }
    let error = ApiError::parse(body);
    let code = error.as_ref().and_then(ApiError::code);
    let in_progress = code == Some(&GatewayCode::IdempotentRequest);
    if status == StatusCode::CONFLICT
        && O::METHOD != Method::GET
        && !in_progress
        && let Ok(reply) = O::parse(body)
    {
        return believed(Outcome::Replayed(reply));
    }
    let (fate, again) = match status {
        // Of another request, or this one is still being processed: nobody says which (A13).
        _ if in_progress => (unknown, Again::ByPolicy),
        // It was used before, and what came of that cannot be read.
        StatusCode::CONFLICT if O::METHOD != Method::GET => (unknown, Again::Never),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            (Fate::Refused, Again::ByPolicy)
        }
        status if status.is_server_error() => (unknown, Again::ByPolicy),
        _ => match &error {
            // Whoever distrusts what is unsigned does not settle anything by it either.
            Some(ApiError::Business(_))
                if JUDGED.contains(&status)
                    && (is_signed || client.unsigned == UnsignedReplies::Accept) =>
            {
                (Fate::NotDone, Again::Never)
            }
            Some(_) => (Fate::Refused, Again::Never),
            // A page of a proxy's, which may have kept DOKU's answer back; but for "no such path", which
            // is what a wrong base URL gives.
            None if status.is_client_error() && !NO_SUCH_PATH.contains(&status) => {
                (unknown, Again::Never)
            }
            None => (Fate::Refused, Again::Never),
        },
    };
    Err(match error {
        Some(error) => {
            let error = scrub(error, &client.credentials.secret_key, prepared.bearer());
            Failed::new(Cause::Refused(status, error), fate, again)
        }
        None => unreadable(None, fate, again),
    })
}

/// The signature, and that it is of the reply to this very request (A40).
fn verify(
    client: &Inner,
    method: &Method,
    target: &str,
    request_id: &str,
    response: &Response<Bytes>,
) -> Result<(), String> {
    let headers = SignedHeaders::read(response.headers(), Form::Response)
        .map_err(|error| error.to_string())?;
    let credentials = &client.credentials;
    credentials
        .verify_response(method, target, response.body(), &headers)
        .map_err(|error| error.to_string())?;
    if headers.client_id != credentials.client_id.as_str() {
        return Err("it is signed for another client".to_owned());
    }
    if headers.request_id != request_id {
        return Err("it is the answer to another request".to_owned());
    }
    Ok(())
}

/// What the business answers to a request that it looked at.
const JUDGED: [StatusCode; 4] = [
    StatusCode::BAD_REQUEST,
    StatusCode::NOT_FOUND,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::UNPROCESSABLE_ENTITY,
];
const NO_SUCH_PATH: [StatusCode; 2] = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];

/// A difference that cannot be why DOKU, which allows an hour, refused; in milliseconds.
const SMALL_SKEW: i64 = 60_000;
