//! Answers callbacks within anybody's server.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use doku_signing::replay::{Admission, MemoryReplayGuard, ReplayGuard};
use doku_types::validate::MAX_BODY;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use tokio::sync::mpsc;
use tracing::{debug, warn};

use super::Callbacks;
use crate::{
    Body, BoxError,
    callback::{CallbackError, CallbackReceiver, ReceivedCallback},
};

/// A service that receives callbacks, and what it hands over.
///
/// Behind axum:
///
/// ```
/// use doku_partner::{Credentials, callback::CallbackReceiver, receiver};
///
/// let credentials = Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret");
/// let receiver = CallbackReceiver::new(credentials, "/doku/callbacks");
/// let (service, callbacks) = receiver::service(receiver);
/// let app: axum::Router = axum::Router::new().route_service("/doku/callbacks", service);
/// ```
pub fn service(receiver: CallbackReceiver) -> (CallbackService, Callbacks) {
    let (queue, callbacks) = mpsc::channel(QUEUE);
    let shared = Shared { receiver, queue, guard: MemoryReplayGuard::new() };
    (CallbackService(Arc::new(shared)), Callbacks { queue: callbacks, stop: None })
}

/// Receives callbacks: a service of tower's (so axum's) and of hyper's, or
/// [`handle`](Self::handle) by itself. Clones are one.
///
/// | what came | answer |
/// | --- | --- |
/// | a callback | 200, once it is in the queue |
/// | one that was received before (A06; remembered for 24 h, in memory) | 200, and it is not handed over again |
/// | one too many: the queue of 1024 is full, or nobody takes from it any more | 503, so that DOKU sends it again |
/// | wrongly signed, or unreadable | 400, and the error is handed over while there is room enough |
/// | larger than 1 MiB, or not whole within 30 s | 400 |
/// | another method than POST | 405 |
///
/// Any path will do, since a proxy may have changed it on the way; what counts is the path that was
/// signed.
#[derive(Clone)]
pub struct CallbackService(Arc<Shared>);

struct Shared {
    receiver: CallbackReceiver,
    queue: mpsc::Sender<Result<ReceivedCallback, CallbackError>>,
    guard: MemoryReplayGuard,
}

impl CallbackService {
    /// Answers one request.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        if parts.method != Method::POST {
            return reply(StatusCode::METHOD_NOT_ALLOWED, "callbacks are POSTed");
        }
        let body = tokio::time::timeout(PATIENCE, Limited::new(body, MAX_BODY).collect()).await;
        let Ok(Ok(body)) = body else {
            return reply(StatusCode::BAD_REQUEST, "the body is too large or incomplete");
        };
        match self.0.receiver.receive(&parts.headers, &body.to_bytes()) {
            Ok(received) => self.accept(received),
            Err(error) => {
                warn!(%error, "a callback is refused");
                let answer = reply(StatusCode::BAD_REQUEST, &error.to_string());
                // Whoever sends rubbish must not take the place of a callback.
                if self.0.queue.capacity() > QUEUE / 2 {
                    let _ = self.0.queue.try_send(Err(error));
                }
                answer
            }
        }
    }

    fn accept(&self, received: ReceivedCallback) -> Response<Body> {
        let busy = || reply(StatusCode::SERVICE_UNAVAILABLE, "busy: send it again later");
        // By this machine's clock: it is about how long the guard remembers, not about DOKU's time.
        let now = SystemTime::now().into();
        let ticket = match received.admit(&self.0.guard, now) {
            Ok(Admission::New(ticket)) => ticket,
            Ok(Admission::Done) => {
                debug!(request_id = received.request_id, "a callback came again");
                return reply(StatusCode::OK, "OK, again");
            }
            _ => return busy(),
        };
        // Acknowledged means handed over. The guard in memory cannot fail with a ticket in hand.
        if self.0.queue.try_send(Ok(received)).is_ok() {
            let _ = self.0.guard.commit(ticket, now);
            reply(StatusCode::OK, "OK")
        } else {
            let _ = self.0.guard.abort(ticket);
            busy()
        }
    }
}

fn reply(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = status;
    response
}

type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl CallbackService {
    fn answer<B>(&self, request: Request<B>) -> Answering
    where
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let service = self.clone();
        Box::pin(async move { Ok(service.handle(request).await) })
    }
}

impl<B> tower_service::Service<Request<B>> for CallbackService
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Answering {
        self.answer(request)
    }
}

impl<B> hyper::service::Service<Request<B>> for CallbackService
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<B>) -> Answering {
        self.answer(request)
    }
}

impl fmt::Debug for CallbackService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackService")
            .field("receiver", &self.0.receiver)
            .finish_non_exhaustive()
    }
}

const QUEUE: usize = 1024;
const PATIENCE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use doku_signing::Credentials;
    use doku_types::{
        Timestamp,
        code::{CallbackType, Status},
        partner::callback::Callback,
    };
    use http_body_util::Full;

    use super::*;
    use crate::callback::testing;

    fn ours() -> Credentials {
        Credentials::new("BRN-1", "SK-1")
    }

    fn request(id: &str, kind: &str) -> Request<Full<Bytes>> {
        let callback = Callback::builder()
            .callback_type(CallbackType::from(kind))
            .status(Status::Active)
            .build();
        let at = Timestamp::from_millis(0);
        testing::signed(&ours(), "http://x/kyb", &callback, id, at).map(Full::new)
    }

    #[tokio::test]
    async fn a_callback_is_handed_over_once_however_often_it_comes() {
        let (service, mut callbacks) = service(CallbackReceiver::new(ours(), "/kyb"));
        for _ in 0..3 {
            assert_eq!(service.handle(request("1", "BUSINESS")).await.status(), 200);
        }
        assert_eq!(service.handle(request("2", "A_TYPE_OF_2031")).await.status(), 200);
        let mut next = async || callbacks.next().await.unwrap().unwrap();
        assert_eq!(next().await.request_id, "1");
        assert_eq!(next().await.callback.callback_type.as_str(), "A_TYPE_OF_2031");
        drop(service);
        assert!(callbacks.next().await.is_none());
    }

    #[tokio::test]
    async fn what_is_not_handed_over_is_not_acknowledged_and_may_come_again() {
        let (full, mut callbacks) = service(CallbackReceiver::new(ours(), "/kyb"));
        for id in 0..QUEUE {
            let id = id.to_string();
            assert_eq!(full.handle(request(&id, "BUSINESS")).await.status(), 200);
        }
        assert_eq!(full.handle(request("late", "BUSINESS")).await.status(), 503);
        callbacks.next().await.unwrap().unwrap();
        assert_eq!(full.handle(request("late", "BUSINESS")).await.status(), 200);
        drop(callbacks);
        assert_eq!(full.handle(request("nobody takes it", "BUSINESS")).await.status(), 503);
    }

    #[tokio::test]
    async fn rubbish_takes_nobody_s_place() {
        let (service, mut callbacks) = service(CallbackReceiver::new(ours(), "/kyb"));
        for id in 0..2 * QUEUE {
            let mut forged = request(&id.to_string(), "BUSINESS");
            forged.headers_mut().insert("client-id", "BRN-2".parse().unwrap());
            assert_eq!(service.handle(forged).await.status(), 400);
        }
        assert_eq!(service.handle(request("genuine", "BUSINESS")).await.status(), 200);
        let mut refused = 0;
        let genuine = loop {
            match callbacks.next().await.unwrap() {
                Ok(genuine) => break genuine,
                Err(_) => refused += 1,
            }
        };
        assert_eq!((genuine.request_id.as_str(), refused), ("genuine", QUEUE / 2));
    }

    #[tokio::test]
    async fn other_methods_and_large_bodies_are_refused() {
        let (service, _callbacks) = service(CallbackReceiver::new(ours(), "/kyb"));
        let get = Request::get("http://x/kyb").body(Full::new(Bytes::new())).unwrap();
        assert_eq!(service.handle(get).await.status(), 405);
        let large = Full::new(Bytes::from(vec![b' '; MAX_BODY + 1]));
        let post = Request::post("http://x/kyb").body(large).unwrap();
        assert_eq!(service.handle(post).await.status(), 400);
    }
}
