//! A mock under load: a partner that registers the same personal merchant again and again, each
//! request rightly signed, and a receiver of the callbacks.

use std::{
    error::Error,
    fmt::Display,
    future::ready,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use doku_mock::{Builder, Clock, MockDoku};
use doku_partner::{Environment, FileUpload, PartnerClient};
use doku_types::{
    FileId,
    code::DocumentCode,
    partner::{
        BASE_PATH,
        file::FilePurpose,
        registration::{Registration, RegistrationReply},
    },
};
use http::{Method, Request, StatusCode};
use tokio::task::JoinSet;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A mock with the partner that calls it.
pub(crate) struct Load {
    mock: MockDoku,
    body: Bytes,
    registrations: AtomicU64,
    /// Of one business in [`EACH`].
    brands: Mutex<Vec<String>>,
}

/// How a mock is set up for load: by a clock that stands, so that nothing happens by itself.
pub(crate) fn standing() -> Builder {
    MockDoku::builder().clock(Clock::Manual(None))
}

impl Load {
    /// Starts the mock and uploads the three files that every registration names.
    pub(crate) async fn start(builder: Builder, callback_url: &str) -> Result<Arc<Self>> {
        let mock = builder.start().await?;
        let client = PartnerClient::builder(
            Environment::custom(mock.base_url())?,
            mock.credentials().clone(),
        )
        .clock(mock.clock())
        .build();
        let body = serde_json::to_vec(&merchant(&client, callback_url).await?)?.into();
        let (registrations, brands) = (AtomicU64::new(0), Mutex::default());
        Ok(Arc::new(Self { mock, body, registrations, brands }))
    }

    pub(crate) fn mock(&self) -> &MockDoku {
        &self.mock
    }

    /// The registration that is sent again and again.
    pub(crate) fn body(&self) -> &Bytes {
        &self.body
    }

    /// Stops the mock.
    pub(crate) async fn end(self: Arc<Self>) {
        if let Some(load) = Arc::into_inner(self) {
            load.mock.shutdown().await;
        }
    }

    /// Registers one business; says how long the answer took.
    pub(crate) async fn register(&self) -> Result<Duration> {
        let number = self.registrations.fetch_add(1, Ordering::Relaxed);
        let path = format!("{BASE_PATH}/business");
        let (reply, took) = self.ask(Method::POST, &path, self.body.clone()).await?;
        if number.is_multiple_of(EACH) {
            let reply: RegistrationReply = serde_json::from_slice(&reply)?;
            lock(&self.brands).push(reply.business.brands[0].id.to_string());
        }
        Ok(took)
    }

    /// Asks for the data of some business; says how long the answer took.
    pub(crate) async fn look_up(&self, nth: usize) -> Result<Duration> {
        let brand = {
            let brands = lock(&self.brands);
            // Strides that share no factor with the count visit all, far from one another.
            brands[nth.wrapping_mul(7919) % brands.len()].clone()
        };
        let path = format!("{BASE_PATH}/business/{brand}");
        let (_, took) = self.ask(Method::GET, &path, Bytes::new()).await?;
        Ok(took)
    }

    /// Registers with so many requests in flight, for as long as there is `more`; returns how many.
    pub(crate) async fn register_while(
        self: &Arc<Self>,
        in_flight: usize,
        more: impl Fn() -> bool + Clone + Send + 'static,
    ) -> Result<u64> {
        let before = self.registrations.load(Ordering::Relaxed);
        let mut partners = JoinSet::new();
        for _ in 0..in_flight {
            let (load, more) = (Arc::clone(self), more.clone());
            partners.spawn(async move {
                while more() {
                    load.register().await?;
                }
                Ok(())
            });
        }
        partners.join_all().await.into_iter().collect::<Result<()>>()?;
        Ok(self.registrations.load(Ordering::Relaxed) - before)
    }

    /// Registers so many, and waits until all their callbacks are delivered.
    pub(crate) async fn fill(self: &Arc<Self>, count: u64) -> Result<()> {
        let left = Arc::new(AtomicU64::new(count));
        let (began, mut told) = (Instant::now(), Instant::now());
        while left.load(Ordering::Relaxed) > 0 {
            // A piece at a time, so that callbacks do not pile up.
            let piece = AtomicU64::new(PIECE);
            let (left_now, piece) = (Arc::clone(&left), Arc::new(piece));
            self.register_while(IN_FLIGHT, move || take_one(&piece) && take_one(&left_now)).await?;
            self.mock.settle().await;
            if told.elapsed() > Duration::from_secs(5) {
                told = Instant::now();
                let stored = count - left.load(Ordering::Relaxed);
                let rate = stored as f64 / began.elapsed().as_secs_f64();
                eprintln!("    {stored} of {count} stored, {rate:.0}/s");
            }
        }
        Ok(())
    }

    async fn ask(&self, method: Method, path: &str, body: Bytes) -> Result<(Bytes, Duration)> {
        let id = format!("request-{}", REQUESTS.fetch_add(1, Ordering::Relaxed));
        let mut request = Request::builder().method(method).uri(path).body(body)?;
        self.mock.credentials().sign_http_request(&mut request, &id, self.mock.now())?;
        let began = Instant::now();
        let reply = self.mock.call(request).await;
        let took = began.elapsed();
        if reply.status() != StatusCode::OK {
            return Err(refused(&reply.status(), reply.body()));
        }
        Ok((reply.into_body(), took))
    }
}

/// A receiver within this process that acknowledges everything, and keeps the instants at which it
/// was called while somebody wants them.
#[derive(Clone, Default)]
pub(crate) struct Acknowledging(Arc<Mutex<Option<Vec<Instant>>>>);

impl Acknowledging {
    pub(crate) fn receive(&self, builder: Builder) -> Builder {
        let called = self.clone();
        builder.receiver(move |_| {
            if let Some(instants) = &mut *lock(&called.0) {
                instants.push(Instant::now());
            }
            ready(StatusCode::OK)
        })
    }

    /// Keeps instants from now on.
    pub(crate) fn listen(&self) {
        *lock(&self.0) = Some(Vec::new());
    }

    /// The instants since then; keeps no more.
    pub(crate) fn heard(&self) -> Vec<Instant> {
        lock(&self.0).take().unwrap_or_default()
    }
}

/// The documented personal merchant, with three files that were uploaded for it.
pub(crate) async fn merchant(client: &PartnerClient, callback_url: &str) -> Result<Registration> {
    let mut ids = Vec::<FileId>::new();
    for purpose in [
        FilePurpose::photo_proof(),
        FilePurpose::document(DocumentCode::Ktp),
        FilePurpose::owner_liveness(),
    ] {
        let upload = FileUpload::bytes(purpose, "paper.png", PNG);
        ids.push(client.upload_file(&upload).await?.into_inner().id);
    }
    let mut registration = Registration::parse(MERCHANT)?;
    let business = &mut registration.business;
    business.callback_url = Some(callback_url.to_owned());
    business.brands[0].photo_proofs = vec![ids[0].clone().into()];
    business.contacts[0].documents[0].id = ids[1].clone();
    business.contacts[0].owner_liveness = Some(ids[2].clone().into());
    Ok(registration)
}

fn take_one(left: &AtomicU64) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}

fn refused(status: &impl Display, body: &Bytes) -> Box<dyn Error + Send + Sync> {
    format!("the mock answered {status}: {}", String::from_utf8_lossy(body)).into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts on from mock to mock: one may go on with what another has stored.
static REQUESTS: AtomicU64 = AtomicU64::new(0);
/// Requests at a time where many are wanted.
pub(crate) const IN_FLIGHT: usize = 32;
const PIECE: u64 = 2_000;
const EACH: u64 = 20;
/// The smallest content that is taken for a PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR";
/// The documented sample of a registration: a personal merchant, ten callbacks.
const MERCHANT: &[u8] = include_bytes!("../../../tests/samples/business-registration.request.json");
