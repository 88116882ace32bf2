//! What every request and every delivery shares.

use std::{
    collections::HashMap,
    future::Future,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use doku_signing::Credentials;
use doku_types::{ClientId, FileId, FileLink, Timestamp};
use http::{HeaderMap, Request, Uri};
use http_body_util::Full;
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    admin::Metrics,
    bearer::Bearers,
    callback::{Lanes, Releases},
    clock::EngineClock,
    config::{Config, Receiver},
    explanation::Doctor,
    fault::Faults,
    file_link::FileLinks,
    files::Files,
    journal::Journal,
    outbound::{self, Answer, Outbound, OutboundError},
    store::Store,
};

/// The mock without its sockets.
pub(crate) struct App {
    /// Where it is reached from outside.
    pub(crate) base_url: String,
    pub(crate) partners: HashMap<ClientId, Credentials>,
    pub(crate) clock: EngineClock,
    pub(crate) config: Config,
    pub(crate) bearers: Bearers,
    pub(crate) doctor: Doctor,
    pub(crate) links: FileLinks,
    pub(crate) outbound: Outbound,
    pub(crate) files: Files,
    pub(crate) store: Store,
    pub(crate) releases: Releases,
    pub(crate) lanes: Lanes,
    pub(crate) faults: Arc<Faults>,
    pub(crate) journal: Journal,
    pub(crate) metrics: Arc<Metrics>,
    /// Held by whoever does what falls due.
    pub(crate) turn: Mutex<()>,
    /// Held by whoever needs the state and its files to be one: a reset, a snapshot.
    pub(crate) whole: Mutex<()>,
    /// Somebody waits for the turn to reset everything.
    pub(crate) reset_asked: watch::Sender<()>,
    /// The places at a receiver in this process.
    pub(crate) in_process: Arc<Semaphore>,
    /// The places of connections, over all addresses.
    pub(crate) connections: Arc<Semaphore>,
    /// The places of those who read a snapshot.
    pub(crate) snapshots: Arc<Semaphore>,
    /// The places of pages that listen for changes.
    pub(crate) listeners: Arc<Semaphore>,
    pub(crate) stop: watch::Sender<bool>,
    /// What is under way is given up too.
    pub(crate) end: watch::Sender<bool>,
    pub(crate) runtime: Handle,
}

impl App {
    pub(crate) fn credentials(&self, client_id: &ClientId) -> Option<&Credentials> {
        self.partners.get(client_id)
    }

    /// A link to a file, good for 60 minutes from now (A18).
    pub(crate) fn link(&self, id: &FileId) -> FileLink {
        self.links.make(id, self.clock.now())
    }

    /// Whether an incoming timestamp is within 3600 s of the machine's clock or the engine's.
    pub(crate) fn is_timely(&self, at: Timestamp) -> bool {
        self.clocks().into_iter().any(|now| at.abs_diff(now) <= WINDOW)
    }

    /// The machine's clock and the engine's.
    pub(crate) fn clocks(&self) -> [Timestamp; 2] {
        [Timestamp::from(SystemTime::now()), self.clock.now()]
    }

    /// Waits for the right to send one callback: receivers are not to be flooded.
    ///
    /// # Errors
    /// [`OutboundError::Blocked`], if none may go there.
    pub(crate) async fn way(&self, url: &Uri) -> Result<Way, OutboundError> {
        let Some(receiver) = &self.config.receiver else {
            return self.outbound.place(url).await.map(Way::Out);
        };
        // The semaphore is never closed.
        let place = Arc::clone(&self.in_process).acquire_owned().await.ok();
        Ok(Way::InProcess(receiver.clone(), place))
    }

    /// Sends a callback, or hands it over in this process.
    pub(crate) async fn carry(
        &self,
        way: Way,
        request: Request<Bytes>,
    ) -> Result<Answer, OutboundError> {
        let (receiver, _place) = match way {
            Way::Out(place) => {
                return self.outbound.send_from(place, request.map(Full::new), MAX_ANSWER).await;
            }
            Way::InProcess(receiver, place) => (receiver, place),
        };
        let failed = |why: String| OutboundError::Failed(why);
        // A task of its own: should it panic, only this attempt has failed.
        let taking = async move { receiver.take(request).await };
        let mut taken = AbortOnDrop(self.runtime.spawn(taking));
        let status = timeout(WHOLE, &mut taken.0)
            .await
            .map_err(|_| failed(format!("no answer within {} s", WHOLE.as_secs())))?
            .map_err(|_| failed("the receiver panicked".to_owned()))?;
        Ok(Answer { status, headers: HeaderMap::new(), body: Ok(Bytes::new()) })
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

    /// Runs `work` in the background, which ends by itself once the mock stops: what it has begun by then
    /// has until [`App::end`] to come to its end.
    pub(crate) fn spawn_to_its_end(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut end = self.end.subscribe();
        self.runtime.spawn(async move {
            tokio::select! {
                () = work => {}
                _ = end.wait_for(|end| *end) => {}
            }
        });
    }

    /// Nothing is begun any more: ends whatever [`App::spawn`] started.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Ends whatever [`App::spawn_to_its_end`] started.
    pub(crate) fn end(&self) {
        self.end.send_replace(true);
    }

    /// Resolves once [`App::stop`] was called.
    pub(crate) async fn stopped(&self) {
        // `self` holds the sender, so the channel cannot be closed.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }
}

/// The right to send one callback.
pub(crate) enum Way {
    /// Over a socket.
    Out(outbound::Place),
    /// To a receiver in this process.
    InProcess(Receiver, Option<OwnedSemaphorePermit>),
}

/// A task that ends with whoever waits for it.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How far `Request-Timestamp` may be off (observed: the text of the refusal).
pub(crate) const WINDOW: Duration = Duration::from_secs(3600);
/// What is read of an answer to a callback, in bytes: its status is all that counts.
const MAX_ANSWER: usize = 64 << 10;
/// How long a receiver in this process may take (A05).
const WHOLE: Duration = Duration::from_secs(10);
/// How many callbacks a receiver in this process gets at once.
pub(crate) const MAX_IN_PROCESS: usize = 64;
