//! The two servers, each with a thread of its own: one as bare as can be, and the mock.

use std::{
    net::SocketAddr,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::SystemTime,
};

use bytes::Bytes;
use doku_mock::{CallbackFault, FaultKind};
use doku_partner::Credentials;
use doku_types::Timestamp;
use http::{HeaderValue, Method, Response, header};
use http_body_util::Full;
use tokio::{net::TcpListener, sync::oneshot};

use super::super::{
    floor,
    load::{Load, Result, standing},
};

/// A server that runs until it is stopped.
pub(super) struct Server {
    told: Arc<Told>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Result<()>>,
}

/// What a server tells once it is up.
pub(super) struct Told {
    pub(super) kind: &'static str,
    pub(super) base_url: String,
    pub(super) credentials: Credentials,
    /// Of the mock, whose clock stands.
    now: Option<Timestamp>,
    /// A registration that it takes.
    pub(super) registration: Bytes,
    /// Whether its replies are signed.
    pub(super) signs: bool,
}

impl Told {
    pub(super) fn now(&self) -> Timestamp {
        self.now.unwrap_or_else(|| SystemTime::now().into())
    }
}

impl Server {
    /// hyper's server with fixed replies, unsigned: what no client can be faster than.
    pub(super) fn floor() -> Result<Self> {
        Self::start(async |tell, stop| {
            let listener = TcpListener::bind(LOOPBACK).await?;
            let _ = tell.send(Told {
                kind: "a bare hyper server",
                base_url: format!("http://{}", listener.local_addr()?),
                credentials: Credentials::new("BRN-0001-1700000000000", "SK-bench"),
                now: None,
                registration: Bytes::from_static(MERCHANT),
                signs: false,
            });
            tokio::select! {
                ended = floor::serve(listener, reply) => ended,
                _ = stop => Ok(()),
            }
        })
    }

    /// The mock, in memory; its callbacks are written and never sent, so that they cost neither side.
    pub(super) fn mock() -> Result<Self> {
        Self::start(async |tell, stop| {
            let load = Load::start(standing(), CALLBACK_URL).await?;
            let mock = load.mock();
            mock.arm(CallbackFault::new(FaultKind::Drop))?;
            let _ = tell.send(Told {
                kind: "the mock",
                base_url: mock.base_url().to_owned(),
                credentials: mock.credentials().clone(),
                now: Some(mock.now()),
                registration: load.body().clone(),
                signs: true,
            });
            let _ = stop.await;
            load.end().await;
            Ok(())
        })
    }

    fn start<F>(
        serve: impl FnOnce(mpsc::Sender<Told>, oneshot::Receiver<()>) -> F + Send + 'static,
    ) -> Result<Self>
    where
        F: Future<Output = Result<()>>,
    {
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(serve(tell, stopped))
        });
        let Ok(told) = told.recv() else {
            return Err(ended(thread).err().unwrap_or_else(|| "the server ended".into()));
        };
        Ok(Self { told: Arc::new(told), stop, thread })
    }

    pub(super) fn told(&self) -> &Arc<Told> {
        &self.told
    }

    pub(super) fn stop(self) -> Result<()> {
        // It may have ended by itself, which its result tells.
        let _ = self.stop.send(());
        ended(self.thread)
    }
}

fn ended(thread: JoinHandle<Result<()>>) -> Result<()> {
    thread.join().unwrap_or_else(|_| Err("the server panicked".into()))
}

fn reply(method: &Method) -> Response<Full<Bytes>> {
    let reply = if method == Method::GET { REQUIREMENTS } else { REGISTERED };
    let mut response = Response::new(Full::new(Bytes::from_static(reply)));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
/// Nobody listens there, and nothing is sent there.
const CALLBACK_URL: &str = "http://127.0.0.1:9/doku/callbacks";
const MERCHANT: &[u8] =
    include_bytes!("../../../../tests/samples/business-registration.request.json");
const REGISTERED: &[u8] =
    include_bytes!("../../../../tests/samples/business-registration.reply.json");
const REQUIREMENTS: &[u8] =
    include_bytes!("../../../../tests/samples/check-requirements.reply.json");
