//! Who is being called: places, so that no receiver is flooded, and connections kept for later.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use http::Uri;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep},
};

use super::line::Line;

/// Every host with a request under way or a connection kept.
#[derive(Debug)]
pub(super) struct Hosts {
    by_origin: Mutex<HashMap<String, Arc<Host>>>,
    places: Arc<Semaphore>,
}

#[derive(Debug)]
struct Host {
    places: Arc<Semaphore>,
    /// The latest last. There are never more than places: who finds one here opens none.
    kept: Mutex<Vec<Kept>>,
}

#[derive(Debug)]
struct Kept {
    line: Line,
    since: Instant,
}

/// The right to have one request under way at a host.
#[derive(Debug)]
pub(crate) struct Place {
    host: Arc<Host>,
    _at_host: OwnedSemaphorePermit,
    _in_all: OwnedSemaphorePermit,
}

impl Default for Hosts {
    fn default() -> Self {
        Self { by_origin: Mutex::default(), places: Arc::new(Semaphore::new(MAX_IN_ALL)) }
    }
}

impl Hosts {
    /// Waits for a place at the host of `uri`.
    pub(super) async fn place(&self, uri: &Uri) -> Place {
        let host = Arc::clone(lock(&self.by_origin).entry(origin(uri)).or_default());
        // The host's place first: who waits for a host that hangs holds nobody else's place.
        let at_host = acquire(&host.places).await;
        let in_all = acquire(&self.places).await;
        Place { host, _at_host: at_host, _in_all: in_all }
    }

    /// Closes the connections that were not used for long, and forgets hosts that nobody calls.
    fn sweep(&self, now: Instant) {
        lock(&self.by_origin).retain(|_, host| {
            let mut kept = lock(&host.kept);
            kept.retain(|kept| kept.is_usable(now));
            !kept.is_empty() || Arc::strong_count(host) > 1
        });
    }
}

/// Sweeps until the hosts are gone.
pub(super) async fn sweep_regularly(hosts: Weak<Hosts>) {
    loop {
        sleep(SWEEP).await;
        match hosts.upgrade() {
            Some(hosts) => hosts.sweep(Instant::now()),
            None => return,
        }
    }
}

impl Place {
    /// The connection that was used last.
    pub(super) fn kept_line(&self) -> Option<Line> {
        let now = Instant::now();
        let mut kept = lock(&self.host.kept);
        while let Some(latest) = kept.pop() {
            if latest.is_usable(now) {
                return Some(latest.line);
            }
        }
        None
    }

    /// Keeps a connection for whoever comes next.
    pub(super) fn keep(&self, line: Line) {
        lock(&self.host.kept).push(Kept { line, since: Instant::now() });
    }
}

impl Default for Host {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(MAX_PER_HOST)), kept: Mutex::default() }
    }
}

impl Kept {
    fn is_usable(&self, now: Instant) -> bool {
        !self.line.is_closed() && now.saturating_duration_since(self.since) < IDLE
    }
}

/// Scheme, host and port: what two requests have in common that may share a connection.
fn origin(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    let port = uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
    format!("{scheme}://{}:{port}", uri.host().unwrap_or_default()).to_ascii_lowercase()
}

async fn acquire(places: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    Arc::clone(places).acquire_owned().await.expect("the semaphore is never closed")
}

/// A panic under the lock leaves whole entries.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many requests are under way at one host: a receiver is not to be flooded, since what it
/// cannot answer in time waits for its retry.
const MAX_PER_HOST: usize = 16;
/// How many are under way in all.
const MAX_IN_ALL: usize = 64;
/// How long a connection is kept unused.
const IDLE: Duration = Duration::from_secs(30);
const SWEEP: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    async fn place(hosts: &Hosts, host: &str) -> Place {
        hosts.place(&format!("http://{host}.test/x").parse().unwrap()).await
    }

    #[tokio::test]
    async fn a_host_is_known_while_it_is_called_and_then_forgotten() {
        let hosts = Hosts::default();
        for number in 0..1000 {
            place(&hosts, &format!("host-{number}")).await;
        }
        let held = place(&hosts, "called").await;
        hosts.sweep(Instant::now());
        let known = |hosts: &Hosts| lock(&hosts.by_origin).keys().cloned().collect::<Vec<_>>();
        assert_eq!(known(&hosts), ["http://called.test:80"]);
        drop(held);
        hosts.sweep(Instant::now());
        assert!(known(&hosts).is_empty());
    }

    #[test]
    fn requests_share_connections_by_scheme_host_and_port() {
        let origin = |uri: &str| origin(&uri.parse().unwrap());
        assert_eq!(origin("http://A.test/x?y"), origin("http://a.test:80"));
        assert_eq!(origin("https://a.test/"), origin("https://a.test:443/z"));
        let all = ["http://a.test", "http://a.test:443", "https://a.test", "http://b.test"];
        let distinct: std::collections::HashSet<_> = all.map(origin).into();
        assert_eq!(distinct.len(), all.len());
    }

    #[tokio::test]
    async fn a_host_has_16_places_and_all_together_64() {
        let hosts = Hosts::default();
        let mut held = Vec::new();
        for host in ["a", "b", "c", "d"] {
            for _ in 0..16 {
                held.push(place(&hosts, host).await);
            }
            let mut one_more = std::pin::pin!(place(&hosts, host));
            assert!(poll_once(&mut one_more).await.is_none(), "{host}");
        }
        let mut other = std::pin::pin!(place(&hosts, "e"));
        assert!(poll_once(&mut other).await.is_none());
        held.pop();
        assert!(poll_once(&mut other).await.is_some());
    }

    async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        tokio::select! {
            biased;
            output = future => Some(output),
            () = std::future::ready(()) => None,
        }
    }
}
