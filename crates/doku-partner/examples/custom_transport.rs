//! A transport of one's own: a log of every exchange around a mock in this process. No byte goes
//! through a socket, neither a request nor a callback.
//!
//! `cargo run -p doku-partner --all-features --example custom_transport`

mod host;
mod merchant;

use std::{
    fmt,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use doku_mock::MockDoku;
use doku_partner::{
    Body, Credentials, Environment, PartnerClient, Transport, TransportError, TransportErrorKind,
    TransportFuture,
    callback::CallbackReceiver,
    onboarding::{CallbackHints, Onboarding, Verdict},
};
use doku_types::partner::requirements::RequirementsQuery;
use host::Failure;
use http::{Method, Request, StatusCode};

const NAMES: [&str; 3] = ["photo-proof", "ktp", "face"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    host::exit(run().await)
}

async fn run() -> Result<(), Failure> {
    match onboard(|line| println!("{line}")).await? {
        Verdict::Active(data) => println!("{} is active", data.id),
        other => println!("{other:?}"),
    }
    Ok(())
}

async fn onboard(log: impl Fn(Line) + Send + Sync + 'static) -> Result<Verdict, Failure> {
    let partner = Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret");
    let hints = CallbackHints::new();
    let receiver = CallbackReceiver::new(partner.clone(), "/doku/callbacks");
    let publish = hints.clone();
    let take = move |callback: Request<bytes::Bytes>| {
        let received = receiver.receive(callback.headers(), callback.body());
        let status = received.map_or(StatusCode::BAD_REQUEST, |received| {
            publish.publish(received.callback);
            StatusCode::OK
        });
        std::future::ready(status)
    };
    let mock = MockDoku::builder().partner(partner.clone()).receiver(take).start().await?;

    let environment = Environment::custom(mock.base_url())?;
    let transport = Logged { carrier: in_process(Arc::new(mock)), log: Arc::new(log) };
    let client = PartnerClient::builder(environment, partner).transport(transport).build();

    let mut draft = merchant::registration(NAMES);
    draft.business.callback_url = Some("https://platform.example/doku/callbacks".to_owned());
    let mut onboarding = Onboarding::new(&client, RequirementsQuery::personal(), draft);
    for (name, paper) in NAMES.into_iter().zip(merchant::papers().await?) {
        onboarding.file(name, paper);
    }
    Ok(onboarding.hints(&hints).run().await?)
}

/// A closure is a transport: from a request to a future of the whole answer.
fn in_process(mock: Arc<MockDoku>) -> impl Transport {
    move |request: Request<Body>| {
        let mock = Arc::clone(&mock);
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await;
            let body = body.map_err(|why| TransportError::new(TransportErrorKind::Body, why))?;
            Ok(mock.call(Request::from_parts(head, body)).await)
        }
    }
}

/// Any transport, and a line for each exchange. Neither bodies nor headers: they hold personal data
/// and keys.
struct Logged<T> {
    carrier: T,
    log: Arc<dyn Fn(Line) + Send + Sync>,
}

#[derive(Debug)]
struct Line {
    method: Method,
    path: String,
    /// Or why no answer came.
    status: Result<StatusCode, TransportErrorKind>,
    latency: Duration,
}

impl<T: Transport> Transport for Logged<T> {
    fn send(&self, request: Request<Body>) -> TransportFuture {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let log = Arc::clone(&self.log);
        let (begun, exchange) = (Instant::now(), self.carrier.send(request));
        Box::pin(async move {
            let answer = exchange.await;
            let status = answer.as_ref().map(http::Response::status).map_err(TransportError::kind);
            log(Line { method, path, status, latency: begun.elapsed() });
            answer
        })
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, status, latency } = self;
        match status {
            Ok(status) => write!(f, "{method} {path} {} in {latency:?}", status.as_u16()),
            Err(why) => write!(f, "{method} {path} {why:?} after {latency:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn every_exchange_of_an_onboarding_is_logged_in_order() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&lines);
        let verdict = onboard(move |line| log.lock().unwrap().push(line)).await.unwrap();
        assert!(matches!(verdict, Verdict::Active(_)), "{verdict:?}");

        let lines = lines.lock().unwrap();
        assert!(lines.iter().all(|line| line.status == Ok(StatusCode::OK)), "{lines:?}");
        let exchanges = lines.iter().map(|line| {
            let operation = line.path.strip_prefix("/adv-core-api/partner/v1.0").unwrap();
            format!("{} {}", line.method, operation.split("/BRN-").next().unwrap())
        });
        assert_eq!(
            exchanges.take(7).collect::<Vec<_>>(),
            [
                "GET /file",
                "POST /token",
                "POST /file",
                "POST /file",
                "POST /file",
                "POST /business",
                "GET /business",
            ]
        );
    }

    #[tokio::test]
    async fn a_failed_exchange_is_logged_with_its_reason() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&lines);
        let down = |_: Request<Body>| async {
            Err(TransportError::new(TransportErrorKind::Connect, None))
        };
        let log = Arc::new(move |line: Line| log.lock().unwrap().push(line.to_string()));
        let request = Request::get("http://127.0.0.1/x").body(Body::default()).unwrap();
        assert!(Logged { carrier: down, log }.send(request).await.is_err());
        assert!(lines.lock().unwrap()[0].starts_with("GET /x Connect after "));
    }
}
