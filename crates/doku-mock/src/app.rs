//! What every request and every delivery shares.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use doku_signing::Credentials;
use doku_types::{ClientId, FileId, FileLink, Timestamp};
use tokio::{runtime::Handle, sync::watch};

use crate::{
    bearer::Bearers, clock::Clock, config::Config, file_link::FileLinks, id::IdSource,
    outbound::Outbound, store::Store,
};

/// The mock without its sockets.
pub(crate) struct App {
    base_url: String,
    partners: HashMap<ClientId, Credentials>,
    clock: Clock,
    accept_query_in_target: bool,
    bearers: Bearers,
    links: FileLinks,
    outbound: Outbound,
    store: Mutex<Store>,
    stop: watch::Sender<bool>,
    runtime: Handle,
}

impl App {
    pub(crate) fn new(config: &Config, base_url: String, runtime: Handle) -> Self {
        let mut ids = IdSource::new(config.seed);
        let credentials = config.partners.iter().cloned();
        Self {
            links: FileLinks::new(&base_url, ids.key()),
            base_url,
            partners: credentials.map(|partner| (partner.client_id.clone(), partner)).collect(),
            clock: config.clock.clone(),
            accept_query_in_target: config.accept_query_in_target,
            bearers: Bearers::new(),
            outbound: Outbound::new(&config.callback_allow),
            store: Mutex::new(Store::new(ids)),
            stop: watch::Sender::new(false),
            runtime,
        }
    }

    /// Where the mock is reached from outside.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    pub(crate) fn credentials(&self, client_id: &ClientId) -> Option<&Credentials> {
        self.partners.get(client_id)
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn accept_query_in_target(&self) -> bool {
        self.accept_query_in_target
    }

    pub(crate) fn bearers(&self) -> &Bearers {
        &self.bearers
    }

    pub(crate) fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    pub(crate) fn links(&self) -> &FileLinks {
        &self.links
    }

    /// A link to a file, good for 60 minutes from now (A18).
    pub(crate) fn link(&self, id: &FileId) -> FileLink {
        self.links.make(id, self.clock.now())
    }

    /// The state. A panic under the lock leaves whole entries: each change is one insertion.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an incoming timestamp is within 3600 s of the machine's clock or the engine's.
    pub(crate) fn is_timely(&self, at: Timestamp) -> bool {
        let wall = Timestamp::from(SystemTime::now());
        [wall, self.clock.now()].into_iter().any(|now| at.abs_diff(now) <= WINDOW)
    }

    /// Runs `work` in the background until it ends or the mock stops.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut stop = self.stop.subscribe();
        // By handle: a connection may be dropped outside of any task.
        self.runtime.spawn(async move {
            tokio::select! {
                () = work => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        });
    }

    /// Ends whatever [`App::spawn`] started.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Resolves once [`App::stop`] was called.
    pub(crate) async fn stopped(&self) {
        // `self` holds the sender, so the channel cannot be closed.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }
}

/// How far `Request-Timestamp` may be off (observed: the text of the refusal).
const WINDOW: Duration = Duration::from_secs(3600);
