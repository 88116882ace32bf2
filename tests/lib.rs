//! What the stories of the contract suite share: a mock whose every byte repeats, a transport that
//! writes exchanges down, and a sink for callbacks.

mod exchange;
mod sink;
mod steps;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use doku_mock::{Builder, Clock, DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY, MockDoku};
use doku_partner::{
    Credentials, Environment, FileUpload, HyperTransport, PartnerClient, RetryPolicy, Transport,
};
use doku_signing::non_snap::{Form, SignedHeaders};
use doku_types::{
    FileId, Timestamp,
    code::DocumentCode,
    partner::{BASE_PATH, file::FilePurpose, part::FileRef, registration::Registration},
};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use tokio::{io::AsyncWriteExt, net::TcpStream};

pub use exchange::{Exchanges, render_head};
pub use sink::{Sink, SunkRequest};
pub use steps::{delivered, in_short, json, refusal};

/// The instant at which the clock of [`World`] stands.
pub fn start() -> Timestamp {
    Timestamp::parse("2026-11-22T03:04:05Z").expect("a date")
}

/// The smallest content that is told for a PNG.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR";

/// A mock at a fixed time with a fixed seed, and a client of it whose Request-Ids count up.
#[derive(Debug)]
#[non_exhaustive]
pub struct World {
    /// The mock.
    pub mock: MockDoku,
    /// A client whose exchanges are written down.
    pub client: PartnerClient,
    /// What the client sent and got.
    pub exchanges: Exchanges,
    name: &'static str,
    signed: AtomicU32,
}

impl World {
    /// With the built-in credential.
    pub async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    /// With a changed configuration.
    pub async fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        Self::named("", change).await
    }

    /// The same, with Request-Ids that begin with `name`: of a mock that remembers those of another run.
    pub async fn named(name: &'static str, change: impl FnOnce(Builder) -> Builder) -> Self {
        let builder = MockDoku::builder()
            .clock(Clock::Manual(Some(start())))
            .seed(7)
            // The port is another each time; links are to be the same.
            .public_url("http://doku.test");
        let mock = change(builder).start().await.expect("the mock starts");
        let exchanges = Exchanges::default();
        let client = client(&mock, mock.credentials().clone(), exchanges.clone(), name);
        Self { mock, client, exchanges, name, signed: AtomicU32::new(0) }
    }

    /// A client of the same mock by other credentials.
    pub fn client_of(&self, credentials: Credentials) -> PartnerClient {
        client(&self.mock, credentials, self.exchanges.clone(), self.name)
    }

    /// Where the mock listens.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.mock.address())
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        let reply =
            HyperTransport::new().send(request.map(Into::into)).await.expect("the mock answers");
        exchange::assert_named_assumptions(reply.headers());
        reply
    }

    /// Sends any request and writes the exchange down.
    pub async fn exchange(&self, request: Request<Bytes>) -> String {
        let mut text = exchange::render_request(&request);
        exchange::render_reply(&mut text, &self.send(request).await);
        text
    }

    /// Opens a connection of its own and writes the request on it; the answer is not waited for.
    pub async fn write(&self, request: &Request<Bytes>) -> TcpStream {
        let mut socket = TcpStream::connect(self.mock.address()).await.expect("the mock listens");
        socket.write_all(render_head(request).as_bytes()).await.expect("a head");
        socket.write_all(request.body()).await.expect("a body");
        socket
    }

    /// A request of the built-in credential, rightly signed now.
    pub fn signed(&self, method: Method, path: &str, body: &[u8]) -> Request<Bytes> {
        self.signed_with(method, path, body, |_| {})
    }

    /// The same, with headers changed before they are signed.
    pub fn signed_with(
        &self,
        method: Method,
        path_and_query: &str,
        body: &[u8],
        change: impl FnOnce(&mut SignedHeaders),
    ) -> Request<Bytes> {
        let target = path_and_query.split('?').next().unwrap_or_default();
        let credentials = Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY);
        let mut headers =
            credentials.sign_request(&method, target, body, &self.next_id(), self.mock.now());
        change(&mut headers);
        let digest = doku_signing::Digest::of_message(&method, body);
        let signature =
            headers.component(target, digest).sign(Form::Request, &credentials.secret_key);
        headers.signature = signature.to_string();
        let mut request = self.plain(method, path_and_query, body);
        // As they are: `write` would refuse what the mock, too, has to refuse.
        for (name, text) in [
            ("client-id", headers.client_id),
            ("request-id", headers.request_id),
            ("request-timestamp", headers.timestamp),
            ("signature", headers.signature),
        ] {
            let value = HeaderValue::try_from(text).expect("a header that can be sent");
            request.headers_mut().insert(name, value);
        }
        request
    }

    fn next_id(&self) -> String {
        format!("{}signed-{}", self.name, self.signed.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// A request without any authentication.
    pub fn plain(&self, method: Method, path_and_query: &str, body: &[u8]) -> Request<Bytes> {
        Request::builder()
            .method(method)
            .uri(format!("{}{path_and_query}", self.base_url()))
            .body(Bytes::copy_from_slice(body))
            .expect("a request")
    }

    /// Uploads the three files of a personal merchant.
    pub async fn upload_papers(&self) -> Papers {
        self.upload_papers_of(&self.client).await
    }

    /// The same by another client: files are a partner's own.
    pub async fn upload_papers_of(&self, client: &PartnerClient) -> Papers {
        Papers {
            photo_proof: upload(client, FilePurpose::photo_proof()).await,
            ktp: upload(client, FilePurpose::document(DocumentCode::Ktp)).await,
            owner_liveness: upload(client, FilePurpose::owner_liveness()).await,
        }
    }

    /// Uploads one file.
    pub async fn upload(&self, purpose: FilePurpose) -> FileId {
        upload(&self.client, purpose).await
    }

    /// The documented sample of a registration with these papers and this callback URL.
    pub fn registration(&self, papers: &Papers, callback_url: &str) -> Registration {
        let sample = include_bytes!("samples/business-registration.request.json");
        let mut registration = Registration::parse(sample).expect("the documented sample");
        let business = &mut registration.business;
        business.callback_url = Some(callback_url.to_owned());
        business.brands[0].photo_proofs = vec![FileRef::from(papers.photo_proof.clone())];
        business.contacts[0].documents[0].id = papers.ktp.clone();
        business.contacts[0].owner_liveness = Some(papers.owner_liveness.clone().into());
        registration
    }

    /// Waits, bounded in time, until `done` says so of the mock.
    pub async fn wait_until(&self, what: &str, done: impl Fn(&MockDoku) -> bool) {
        for _ in 0..1000 {
            if done(&self.mock) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("not within 5 s: {what}; the callbacks are {:#?}", self.mock.callbacks());
    }
}

/// The uploaded files of a personal merchant.
#[derive(Debug)]
#[non_exhaustive]
pub struct Papers {
    /// A photo of the shop.
    pub photo_proof: FileId,
    /// The identity card.
    pub ktp: FileId,
    /// The owner's face.
    pub owner_liveness: FileId,
}

/// The full path of an operation.
pub fn path(operation: &str) -> String {
    format!("{BASE_PATH}{operation}")
}

/// The exact answer, as JSON.
///
/// # Panics
/// When it is another.
pub fn assert_answer(reply: &Response<Bytes>, status: u16, body: &str) {
    let text = String::from_utf8_lossy(reply.body());
    assert_eq!((reply.status().as_u16(), text.as_ref()), (status, body));
    assert_eq!(reply.headers()["content-type"], "application/json");
}

/// Sets one header.
pub fn set_header(request: &mut Request<Bytes>, name: &'static str, value: &str) {
    let name = HeaderName::try_from(name).expect("a header name");
    request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header value"));
}

async fn upload(client: &PartnerClient, purpose: FilePurpose) -> FileId {
    let upload = FileUpload::bytes(purpose, "paper.png", PNG);
    client.upload_file(&upload).await.expect("an upload").into_inner().id
}

fn client(
    mock: &MockDoku,
    credentials: Credentials,
    exchanges: Exchanges,
    name: &'static str,
) -> PartnerClient {
    let environment = Environment::custom(&format!("http://{}", mock.address())).expect("loopback");
    let count = Arc::new(AtomicU32::new(0));
    PartnerClient::builder(environment, credentials)
        .clock(mock.clock())
        .request_ids(move || format!("{name}request-{}", count.fetch_add(1, Ordering::Relaxed) + 1))
        .transport(exchange::recording(exchanges))
        // The stories look at each answer.
        .retry(RetryPolicy::never())
        .build()
}
