//! The network between client and DOKU, which does by the schedule what networks do.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use doku_partner::{Body, BoxError, TransportError, TransportErrorKind};
use doku_signing::non_snap::{Form, SignedHeaders};
use doku_types::{code::GatewayCode, error::ApiError};
use http::{HeaderValue, Request, Response, header};

use crate::{
    fault::{Call, Fault},
    process::Process,
    world::World,
};

type Answer = Result<Response<Bytes>, TransportError>;

impl Process {
    /// One request, and what comes of it.
    pub(crate) async fn carry(self: Arc<Self>, request: Request<Body>) -> Answer {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts, body.collect().await.unwrap());
        let world = &self.world;
        let call = Call::of(request.method(), request.uri().path());
        let number = world.number(call);
        world.what_is_late_arrives().await;
        if call.changes() {
            self.is_the_one_that_was_announced(call, &request);
        }
        if call == Call::Look {
            world.time_passes(number).await;
        }
        if token(&request).is_some_and(|token| world.past().refused_tokens.contains(&token)) {
            return Ok(token_refused());
        }
        let Some(fault) = world.plan.fault(call, number) else {
            world.note(&format!("{call:?}"));
            return Ok(world.arrive(request).await);
        };
        world.note(&format!("{call:?}: {fault:?}"));
        match fault {
            Fault::CrashBefore => self.crash_at(call, fault, "before the effect").await,
            Fault::CrashInFlight(after) => {
                world.past().late.push((after, request));
                self.crash_at(call, fault, "before the effect").await
            }
            Fault::CrashAfter => {
                let status = world.arrive(request).await.status();
                let is_done = status.is_success() || status == http::StatusCode::CONFLICT;
                let when = if is_done { "after the effect" } else { "before the effect" };
                self.crash_at(call, fault, when).await
            }
            fault => {
                world.count(fault.name());
                world.struck(fault, request).await
            }
        }
    }

    async fn crash_at<T>(&self, call: Call, fault: Fault, when: &str) -> T {
        let now = self.now_at();
        let now = if call.changes() { format!("{now}, {when}") } else { now.to_owned() };
        self.crash(fault.name(), &now).await
    }

    /// Every attempt of a call that changes something has one Request-Id, one body and a right
    /// signature, and the row knew of it before it went out.
    fn is_the_one_that_was_announced(&self, call: Call, request: &Request<Bytes>) {
        let world = &self.world;
        let headers = SignedHeaders::read(request.headers(), Form::Request).unwrap();
        let id = headers.request_id.clone();
        self.sending(|sending| {
            let sending = sending.as_mut().expect("it was announced");
            assert_eq!(sending.request_id, id, "another Request-Id than was announced");
            let first = sending.body.get_or_insert_with(|| request.body().clone());
            assert_eq!(first, request.body(), "another body under the same Request-Id");
        });
        let (method, path) = (request.method(), request.uri().path());
        let credentials = world.mock.credentials();
        credentials.verify_request(method, path, request.body(), &headers).unwrap();
        assert_eq!(world.stored_id(call).as_ref(), Some(&id), "sent before it was stored");
        if call == Call::Register {
            world.past().registrations.insert(id);
        }
    }
}

impl World {
    /// What becomes of a request that is struck.
    async fn struck(self: &Arc<Self>, fault: Fault, request: Request<Bytes>) -> Answer {
        let failed = |kind| {
            let why: BoxError = "the network".into();
            Err(TransportError::new(kind, why))
        };
        match fault {
            Fault::ConnectionRefused => failed(TransportErrorKind::Connect),
            Fault::LostBeforeItArrived => failed(TransportErrorKind::Interrupted),
            Fault::AnswerLost => {
                self.arrive(request).await;
                failed(TransportErrorKind::Interrupted)
            }
            Fault::AnswerTimedOut => {
                self.arrive(request).await;
                failed(TransportErrorKind::Timeout)
            }
            Fault::ArrivesLate(after) => {
                self.past().late.push((after, request));
                failed(TransportErrorKind::Timeout)
            }
            Fault::AnswerTruncated => {
                let answer = self.arrive(request).await;
                Ok(answer.map(|body| body.slice(..body.len() / 2)))
            }
            Fault::ErrorBefore(status) => Ok(refusal(status, &ApiError::business("IN TROUBLE"))),
            Fault::ErrorAfter(status) => {
                self.arrive(request).await;
                Ok(refusal(status, &ApiError::business("IN TROUBLE")))
            }
            Fault::TooManyRequests => {
                let mut answer = page(429);
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("0"));
                Ok(answer)
            }
            Fault::PageBefore(status) => Ok(page(status)),
            Fault::PageAfter(status) => {
                self.arrive(request).await;
                Ok(page(status))
            }
            Fault::RefusedByTheGateway => {
                let error = ApiError::gateway(GatewayCode::InvalidClientId, "Invalid Client-Id");
                Ok(refusal(400, &error))
            }
            Fault::TokenRefused => {
                self.past().refused_tokens.extend(token(&request));
                // Within one instant the mock gives the same token again.
                self.mock.advance(Duration::from_secs(1)).await.unwrap();
                Ok(token_refused())
            }
            Fault::WrongSignature => {
                let mut answer = self.arrive(request).await;
                let wrong = "HMACSHA256=RGlzIGlzIG5vdCBhIHNpZ25hdHVyZSBvZiBET0tVLi4=";
                answer.headers_mut().insert("signature", HeaderValue::from_static(wrong));
                Ok(answer)
            }
            Fault::NoSignature => {
                let mut answer = self.arrive(request).await;
                answer.headers_mut().remove("signature");
                Ok(answer)
            }
            Fault::AnswerToAnother => {
                let answer = self.arrive(request.clone()).await;
                let mut answer = answer.map(of_another);
                let (method, path) = (request.method(), request.uri().path());
                let (credentials, now) = (self.mock.credentials(), self.mock.now());
                credentials.sign_http_response(&mut answer, method, path, "another", now).unwrap();
                Ok(answer)
            }
            Fault::CrashBefore | Fault::CrashInFlight(_) | Fault::CrashAfter => unreachable!(),
        }
    }

    /// At DOKU, which does not notice when the client is gone; a dated answer, as a server gives it.
    async fn arrive(self: &Arc<Self>, request: Request<Bytes>) -> Response<Bytes> {
        let mock = Arc::clone(&self.mock);
        let (tell, told) = tokio::sync::oneshot::channel();
        let serving = tokio::spawn(async move {
            let mut answer = mock.call(request).await;
            let seconds = u64::try_from(mock.now().as_millis() / 1000).unwrap();
            let date = std::time::UNIX_EPOCH + Duration::from_secs(seconds);
            let date = HeaderValue::try_from(httpdate::fmt_http_date(date)).unwrap();
            answer.headers_mut().insert(header::DATE, date);
            // Whoever asked may have crashed.
            let _ = tell.send(answer);
        });
        self.past().under_way.push(serving);
        let answer = told.await.unwrap();
        self.note(&format!("  {}", answer.status()));
        match ApiError::parse(answer.body()).as_ref().and_then(ApiError::code) {
            Some(GatewayCode::RequestTimeOutOfRange) => {
                self.count("fault: the client's clock is hours off");
            }
            Some(GatewayCode::InvalidSignature) => panic!("DOKU refused the signature"),
            _ => {}
        }
        answer
    }

    /// One more request goes out: some that went before it arrive now.
    async fn what_is_late_arrives(self: &Arc<Self>) {
        let arriving: Vec<_> = {
            let mut past = self.past();
            past.late.iter_mut().for_each(|(after, _)| *after -= 1);
            past.late.extract_if(.., |(after, _)| *after == 0).map(|(_, request)| request).collect()
        };
        for request in arriving {
            self.arrive(request).await;
        }
    }

    /// Nothing is under way any more: the last of it has arrived.
    pub(crate) async fn everything_arrives(self: &Arc<Self>) {
        let late = std::mem::take(&mut self.past().late);
        for (_, request) in late {
            self.arrive(request).await;
        }
        let under_way = std::mem::take(&mut self.past().under_way);
        for serving in under_way {
            serving.await.unwrap();
        }
    }

    /// Meanwhile, at DOKU: whether or not the client lives to see it.
    async fn time_passes(self: &Arc<Self>, look: u32) {
        let (mock, tallies) = (Arc::clone(&self.mock), Arc::clone(self));
        let half_hour = self.plan.half_hours.contains(&look);
        let by_hand = self.plan.story.by_hand().filter(|_| look == self.plan.decided_at);
        let business = self.business().expect("it is looked at");
        let passing = tokio::spawn(async move {
            if half_hour {
                mock.advance(Duration::from_secs(31 * 60)).await.unwrap();
            }
            if let Some(outcome) = by_hand {
                mock.decide(business, outcome.parse().unwrap(), &[]).await.unwrap();
                tallies.count("decided by hand");
            }
        });
        passing.await.unwrap();
    }
}

/// A proxy's.
fn page(status: u16) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from_static(b"<html><h1>Something else</h1></html>"));
    *answer.status_mut() = status.try_into().unwrap();
    answer
}

/// As it would be, were it about another merchant.
fn of_another(body: Bytes) -> Bytes {
    let text = String::from_utf8(body.into()).unwrap();
    text.replace("BSN-", "BSN-9").replace("BRN-", "BRN-9").into()
}

/// Of an upload.
fn token(request: &Request<Bytes>) -> Option<HeaderValue> {
    request.headers().get(header::AUTHORIZATION).cloned()
}

fn token_refused() -> Response<Bytes> {
    refusal(401, &ApiError::gateway(GatewayCode::InvalidToken, "The token has expired"))
}

fn refusal(status: u16, error: &ApiError) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(serde_json::to_vec(error).unwrap()));
    *answer.status_mut() = status.try_into().unwrap();
    answer
}
