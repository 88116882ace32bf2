//! A mock within a process: started, told what to do, looked into, stopped.

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::Router;
use bytes::Bytes;
use doku_signing::Credentials;
use doku_types::{
    BusinessId, ClientId, Timestamp,
    partner::{business::BusinessData, registration::Registration},
};
use tokio::{
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};
use tracing::warn;

use crate::{
    AdvanceError, Builder, CallbackRecord, DeliveryState, Expectation, Fault, JournalEntry,
    Outcome, Refused, StoreError, TooManyFaults, WaitError, admin,
    agenda::{self, Until},
    app::App,
    callback::delivery,
    operation::{business, lite},
    server::{self, DRAIN},
};

/// A running mock. Dropping it stops it at once, [`MockDoku::shutdown`] lets replies finish.
///
/// What it knows can be asked at any time. The questions that are not `async` wait for the state's
/// own thread, which takes microseconds, and with a data file up to a flush of the disk. Not so
/// [`MockDoku::callbacks`] and [`MockDoku::businesses`], which read all that there are: the more, the
/// longer.
pub struct MockDoku {
    pub(crate) app: Arc<App>,
    pub(crate) router: Router,
    pub(crate) address: SocketAddr,
    /// The URL for https, and the certificate to trust.
    pub(crate) https: Option<(String, PathBuf)>,
    pub(crate) credentials: Credentials,
    pub(crate) server: Option<JoinHandle<()>>,
    pub(crate) expectations: Mutex<Vec<Expectation>>,
}

impl fmt::Debug for MockDoku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockDoku").field("address", &self.address).finish_non_exhaustive()
    }
}

impl MockDoku {
    /// A mock with the built-in credential on any free port of 127.0.0.1.
    ///
    /// # Panics
    /// When the machine has no free port there; [`Builder::start`] returns that as an error.
    pub async fn start() -> Self {
        match Self::builder().start().await {
            Ok(mock) => mock,
            // For tests, which could only panic themselves.
            Err(error) => panic!("{error}"),
        }
    }

    /// A mock of one's choice.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// What a client puts before DOKU's paths: `http://127.0.0.1:…`, or the public URL.
    pub fn base_url(&self) -> &str {
        &self.app.base_url
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a client puts before DOKU's paths to come by https, if the mock listens for that: `https://127.0.0.1:…`.
    pub fn https_url(&self) -> Option<&str> {
        self.https.as_ref().map(|(url, _)| url.as_str())
    }

    /// The certificate that a client has to trust for https, a file in PEM.
    pub fn ca(&self) -> Option<&Path> {
        self.https.as_ref().map(|(_, ca)| ca.as_path())
    }

    /// The first partner's client id and key.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The engine's present instant.
    pub fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    /// The same as a function, for whoever outlives this borrow: a client's clock, say.
    pub fn clock(&self) -> impl Fn() -> Timestamp + Clone + Send + Sync + 'static {
        let clock = self.app.clock.clone();
        move || clock.now()
    }

    /// Moves the engine's clock on, whichever it is. Everything happens that falls due until then, each
    /// at its own instant, and is waited for: decisions, callbacks, retries. Returns how many attempts
    /// at callbacks that made; those already on their way are waited for first, and not counted.
    ///
    /// # Errors
    /// [`AdvanceError`].
    pub async fn advance(&self, by: Duration) -> Result<u64, AdvanceError> {
        agenda::advance(&self.app, Until::After(by)).await
    }

    /// The same to the next instant at which something falls due; all of that instant happens.
    ///
    /// # Errors
    /// [`AdvanceError::NothingDue`] when nothing is planned, and as [`MockDoku::advance`].
    pub async fn advance_to_next(&self) -> Result<u64, AdvanceError> {
        agenda::advance(&self.app, Until::Next).await
    }

    /// Resolves once no callback is on its way: each is acknowledged, given up, or waits for its next
    /// attempt.
    pub async fn settle(&self) {
        agenda::settle(&self.app).await;
    }

    /// Every callback with its attempts, in the order of delivery.
    ///
    /// # Panics
    /// When the state cannot be read.
    pub fn callbacks(&self) -> Vec<CallbackRecord> {
        self.ask(|state| state.callbacks(None, 0, u32::MAX))
    }

    /// The ids of all businesses, oldest first.
    ///
    /// # Panics
    /// When the state cannot be read.
    pub fn businesses(&self) -> Vec<BusinessId> {
        let listed = self.ask(|state| state.list_businesses(&crate::store::Wanted::default()));
        listed.listed.into_iter().map(|listed| listed.id).collect()
    }

    /// A business by its `BSN-` id, or by the `BRN-` id of one of its brands, as Get Business Data
    /// shows it to its partner.
    ///
    /// # Panics
    /// When the state cannot be read.
    pub fn business(&self, id: impl AsRef<str>) -> Option<BusinessData> {
        let id = id.as_ref().to_owned();
        let found = self.ask(move |state| state.business_by_id(&id));
        found.map(|stored| business::data(&self.app, &stored.business))
    }

    /// Decides what is open of a business, by its `BSN-` or `BRN-` id; without notes a rejection or
    /// suspension has default ones.
    ///
    /// # Errors
    /// [`Refused`]: there is no such business, or as it stands this cannot be decided.
    pub async fn decide(
        &self,
        id: impl AsRef<str>,
        outcome: Outcome,
        reject_notes: &[&str],
    ) -> Result<BusinessData, Refused> {
        let notes = reject_notes.iter().map(|note| (*note).to_owned()).collect();
        let id = id.as_ref().to_owned();
        let decided = admin::decide_business(&self.app, id, outcome, notes).await;
        let (stored, _) = decided.map_err(Refused::from)?;
        Ok(business::data(&self.app, &stored.business))
    }

    /// Everything as at the start with the same options: businesses, files, callbacks, kept replies,
    /// journal and faults are gone, or as in the [snapshot](Builder::snapshot) that it was started
    /// from; clock, ids and randomness begin anew. Callbacks on their way are given up. Tokens stay
    /// good for as long as they are by the clock; links to files do not.
    ///
    /// # Errors
    /// [`Refused`]: the snapshot cannot be read any more, or the state cannot be saved.
    pub async fn reset(&self) -> Result<(), Refused> {
        admin::reset_all(&self.app).await.map(drop).map_err(Refused::from)
    }

    /// Removes what is one partner's: for tests that share a mock, each with a partner of its own. The
    /// others notice nothing; clock and ids go on.
    ///
    /// # Errors
    /// [`Refused`]: there is no such partner, or the state cannot be saved.
    pub async fn reset_partner(&self, partner: impl Into<ClientId>) -> Result<(), Refused> {
        admin::reset_partner(&self.app, partner.into()).await.map(drop).map_err(Refused::from)
    }

    /// Writes the whole state, uploaded files included, to a file that [`Builder::snapshot`] takes; in
    /// place of what may be there. Faults and the journal are not in it.
    ///
    /// # Errors
    /// [`StoreError`]: the state cannot be read, or the file not be written.
    pub async fn snapshot(&self, file: impl Into<PathBuf>) -> Result<(), StoreError> {
        admin::write_snapshot(&self.app, file.into()).await
    }

    /// Fills in the data of an invited business, as its owner would in DOKU's dashboard (A28); its
    /// review begins.
    ///
    /// # Errors
    /// [`Refused`]: there is no such business, it is complete, or the registration has faults.
    pub async fn complete(
        &self,
        id: impl AsRef<str>,
        registration: Registration,
        outcome: Option<Outcome>,
    ) -> Result<BusinessData, Refused> {
        let id = id.as_ref().to_owned();
        let completed = lite::complete(&self.app, id, registration, outcome).await;
        let (completed, _) = completed.map_err(Refused::from)?;
        Ok(business::data(&self.app, &completed.stored.business))
    }

    /// Attempts a callback once more, by its number, whatever became of it; `None` if there is none.
    pub async fn resend(&self, number: i64) -> Option<DeliveryState> {
        delivery::resend(&self.app, number).await
    }

    /// Lets something go wrong from now on with callbacks or replies.
    ///
    /// # Errors
    /// [`TooManyFaults`].
    pub fn arm(&self, fault: impl Into<Fault>) -> Result<(), TooManyFaults> {
        self.app.faults.arm(fault.into()).map(drop)
    }

    /// Disarms all faults.
    pub fn disarm(&self) {
        self.app.faults.clear(None);
    }

    /// The armed faults in the order in which they were armed, each with how often it has happened.
    pub fn faults(&self) -> Vec<Fault> {
        self.app.faults.list().into_values().collect()
    }

    /// How many times each kind of fault has happened, by its name, such as `reset.after` or `callback.drop`; also
    /// of those that were disarmed or asked for by a request's own header.
    pub fn faults_happened(&self) -> BTreeMap<&'static str, u64> {
        self.app.faults.happened()
    }

    /// The last exchanges as they went over the wire, oldest first: at most 10,000 of together 64 MiB. Nothing
    /// is masked here: these are raw, with whatever secrets and personal data were sent.
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.app.journal.after(0)
    }

    /// Waits until `done` says so of the mock, for at most 10 s of the machine's clock.
    ///
    /// # Errors
    /// [`WaitError`], which says how the callbacks stand.
    pub async fn wait_for(&self, done: impl Fn(&Self) -> bool) -> Result<(), WaitError> {
        let deadline = Instant::now() + PATIENCE;
        let mut changes = self.app.store.changes();
        while !done(self) {
            if Instant::now() >= deadline {
                let callbacks = self.callbacks();
                let stands = |record: &CallbackRecord| {
                    format!("{} {:?}", record.callback.callback_type, record.state)
                };
                let callbacks = callbacks.iter().map(stands).collect::<Vec<_>>().join(", ");
                return Err(WaitError { seconds: PATIENCE.as_secs(), callbacks });
            }
            // Not everything that can be asked is a change of the state.
            let next = deadline.min(Instant::now() + Duration::from_millis(20));
            let _ = timeout_at(next, changes.changed()).await;
        }
        Ok(())
    }

    /// Expects this to have happened when the mock is dropped or shut down; if it has not, that panics.
    pub fn expect(&self, expectation: Expectation) {
        self.expectations.lock().unwrap_or_else(PoisonError::into_inner).push(expectation);
    }

    /// Answers a request without a socket, as it would over one; faults that need one do not strike.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mock = doku_mock::MockDoku::start().await;
    /// let request = http::Request::get("/_mock/ready").body("").unwrap();
    /// assert_eq!(mock.call(request).await.status(), 200);
    /// # }
    /// ```
    pub async fn call(&self, request: http::Request<impl Into<Bytes>>) -> http::Response<Bytes> {
        server::call(&self.app, self.router.clone(), request.map(Into::<Bytes>::into)).await
    }

    /// Stops: no new connection, and no callback is begun. Replies under way finish, and receivers that
    /// were called answer, within 4 s. Callbacks that are not yet delivered are left: with a data file
    /// for the next start. Returns how many those are.
    ///
    /// # Panics
    /// When something expected has not happened.
    pub async fn shutdown(mut self) -> u64 {
        self.app.stop();
        let server = async {
            if let Some(server) = &mut self.server {
                // An error would be the server's panic, which is on stderr already.
                let _ = server.await;
            }
        };
        let attempts = timeout(DRAIN, self.app.releases.recalls.all_ended());
        let ((), attempts) = tokio::join!(server, attempts);
        if attempts.is_err() {
            warn!("receivers of callbacks had not answered after {} s", DRAIN.as_secs());
        }
        let pending = self.app.store.run(|state| state.pending_callbacks()).await;
        pending.map_or(0, |(pending, _)| pending)
    }

    /// Asks the state.
    fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&crate::store::State<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        match self.app.store.run_now(move |state| question(state)) {
            Ok((answer, _)) => answer,
            // For tests, which could only panic themselves.
            Err(error) => panic!("{error}"),
        }
    }

    /// What was expected and has not happened, or why that cannot be said.
    fn unmet(&self) -> Vec<String> {
        let expectations =
            std::mem::take(&mut *self.expectations.lock().unwrap_or_else(PoisonError::into_inner));
        if expectations.is_empty() {
            return Vec::new();
        }
        let read = self.app.store.run_now(|state| state.callbacks(None, 0, u32::MAX));
        let callbacks = match read {
            Ok((callbacks, _)) => callbacks,
            Err(error) => return vec![format!("what was expected of it is not known: {error}")],
        };
        expectations
            .iter()
            .filter_map(|expectation| expectation.unmet(&self.app.journal, &callbacks))
            .collect()
    }
}

impl Drop for MockDoku {
    fn drop(&mut self) {
        let unmet = if std::thread::panicking() { Vec::new() } else { self.unmet() };
        self.app.stop();
        self.app.end();
        if let Some(server) = self.server.take() {
            server.abort();
        }
        // Tasks may hold the rest a moment longer; whoever opens the same data file next need not wait.
        self.app.store.close();
        self.app.files.close();
        assert!(unmet.is_empty(), "the mock was dropped, and {}", unmet.join("; "));
    }
}

/// How long [`MockDoku::wait_for`] waits.
const PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use doku_types::code::CallbackType;

    use super::*;

    #[tokio::test]
    async fn a_mock_whose_state_cannot_be_read_stops_all_the_same_and_says_so() {
        let mock = MockDoku::start().await;
        let (address, app) = (mock.address(), Arc::clone(&mock.app));
        mock.expect(Expectation::callback(CallbackType::Business));
        app.store.close();
        let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(mock)));
        let panic = dropped.unwrap_err();
        assert_eq!(
            panic.downcast_ref::<String>().unwrap(),
            "the mock was dropped, and what was expected of it is not known: the mock has stopped"
        );
        app.stopped().await;
        // The server has ended, so the port is free again.
        let freed = async {
            while tokio::net::TcpListener::bind(address).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, freed).await.unwrap();
    }
}
