//! What is logged of a whole onboarding on which much goes wrong.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use doku_partner::{
    Body, Credentials, Environment, HyperTransport, PartnerClient, RetryPolicy, Transport,
    TransportError, TransportErrorKind,
    callback::{CallbackReceiver, testing},
    onboarding::{FollowPolicy, Onboarding, Verdict},
    receiver,
};
use doku_types::{
    Timestamp,
    partner::{callback::Callback, requirements::RequirementsQuery},
};
use http::{Request, Response};
use tracing_subscriber::{
    filter::Targets, fmt::format::FmtSpan, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::markers::{EMAIL, KEY, NIK, assert_unmarked, credentials, draft, files, mock};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything that this crate and its relatives log in this process, spans and all. To be called before
/// anything else: what has once been found to interest nobody may stay so.
pub(crate) fn logged() -> String {
    static LOG: OnceLock<Log> = OnceLock::new();
    let log = LOG.get_or_init(|| {
        let log = Log::default();
        let writer = log.clone();
        let wanted = "off,doku_partner=trace,doku_signing=trace,doku_types=trace";
        let lines = tracing_subscriber::fmt::layer()
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(move || writer.clone());
        tracing_subscriber::registry().with(wanted.parse::<Targets>().unwrap()).with(lines).init();
        log
    });
    String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
}

/// The line to the mock, on which each of these goes wrong once, in turn, with the next request that is
/// for such a path.
fn faulty(faults: Vec<(&'static str, Fault)>) -> impl Transport {
    let faults = Arc::new(Mutex::new(VecDeque::from(faults)));
    let inner = HyperTransport::builder().no_proxy().build();
    move |request: Request<Body>| {
        let fault = {
            let mut faults = faults.lock().unwrap();
            let strikes = faults.front().is_some_and(|(path, _)| {
                format!("{} {}", request.method(), request.uri().path()).ends_with(path)
            });
            if strikes { faults.pop_front().map(|(_, fault)| fault) } else { None }
        };
        let inner = inner.clone();
        async move {
            match fault {
                None => inner.send(request).await,
                Some(Fault::Says(status, text)) => {
                    Ok(Response::builder().status(status).body(Bytes::from(text)).unwrap())
                }
                Some(Fault::Loses) => {
                    inner.send(request).await?;
                    Err(TransportError::new(TransportErrorKind::Interrupted, None))
                }
            }
        }
    }
}

enum Fault {
    Says(u16, String),
    Loses,
}

#[tokio::test]
async fn nothing_is_logged_of_keys_tokens_people_and_files() {
    logged();
    let said = format!("NIK {NIK} of {EMAIL}, key {KEY}: TRY AGAIN");
    let mock = mock().await;
    let environment = Environment::custom(mock.base_url()).unwrap();

    let wrong = Credentials::new(credentials().client_id, "SK-marker-of-somebody");
    let wrong = PartnerClient::builder(environment.clone(), wrong).build();
    let query = RequirementsQuery::personal();
    Onboarding::new(&wrong, query.clone(), draft()).submit().await.unwrap_err();

    let trouble = |status| Fault::Says(status, format!(r#"{{"message":["{said}"]}}"#));
    let refused = format!(r#"{{"error":{{"code":"invalid_token","message":"{said}"}}}}"#);
    let faults = vec![
        ("GET /adv-core-api/partner/v1.0/file", trouble(500)),
        ("POST /adv-core-api/partner/v1.0/token", Fault::Says(502, said.clone())),
        ("POST /adv-core-api/partner/v1.0/file", Fault::Says(401, refused)),
        ("POST /adv-core-api/partner/v1.0/file", trouble(500)),
        ("POST /adv-core-api/partner/v1.0/business", trouble(503)),
        ("POST /adv-core-api/partner/v1.0/business", Fault::Loses),
        ("POST /adv-core-api/partner/v1.0/business", trouble(400)),
    ];
    let client = PartnerClient::builder(environment, credentials())
        .transport(faulty(faults))
        .retry(RetryPolicy::new().base(Duration::ZERO))
        .build();
    let mut onboarding = Onboarding::new(&client, query, draft());
    for (name, file) in files() {
        onboarding.file(name, file);
    }
    onboarding.uploads_at_once(1).follow_policy(FollowPolicy::new().patience(Duration::ZERO));
    let error = onboarding.submit().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 400, "{error}");
    assert!(matches!(onboarding.run().await.unwrap(), Verdict::Active(_)));
    callbacks().await;

    let log = logged();
    for told in
        ["doku_call", "[number]", "[e-mail]", "[key]", "sending it again", "status=401", "callback"]
    {
        assert!(log.contains(told), "{told} is not in {log}");
    }
    assert_unmarked("the log", &log);
    for entry in mock.journal() {
        let bearer = entry.request_headers.get("authorization");
        let Some(bearer) = bearer.and_then(|bearer| bearer.to_str().ok()) else { continue };
        assert!(!log.contains(bearer.trim_start_matches("Bearer ")), "{log}");
    }
    assert!(!log.contains("eyJ"), "{log}");
    let data = mock.business(onboarding.state().brand().unwrap()).unwrap();
    assert!(!log.contains(data.brands[0].shared_key.as_ref().unwrap().expose()), "{log}");
}

/// One that is taken, twice, and some that are refused.
async fn callbacks() {
    let (service, _callbacks) = receiver::service(CallbackReceiver::new(credentials(), "/kyb"));
    let body =
        format!(r#"{{"type":"BUSINESS","status":"ACTIVE","nik":"{NIK}","email":"{EMAIL}"}}"#);
    let callback = Callback::parse(body.as_bytes()).unwrap();
    let at = Timestamp::from_millis(0);
    let signed = || testing::signed(&credentials(), "http://x/kyb", &callback, "event-1", at);
    for expected in [200, 200] {
        let answer = service.handle(signed().map(Body::from)).await;
        assert_eq!(answer.status(), expected);
    }
    for header in ["client-id", "signature"] {
        let mut forged = signed();
        forged.headers_mut().insert(header, "marker".parse().unwrap());
        assert_eq!(service.handle(forged.map(Body::from)).await.status(), 400);
    }
    let mut marked = Request::post("http://x/kyb").body(Bytes::from_static(b"marker")).unwrap();
    credentials().sign_http_request(&mut marked, "event-2", at).unwrap();
    assert_eq!(service.handle(marked.map(Body::from)).await.status(), 400);
}
