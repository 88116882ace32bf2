//! What the mock knows, in SQLite: in memory, or in one file that outlives the process.
//!
//! One thread owns the connection. Work is sent to it as closures over a [`State`]; what waits is
//! done as one transaction, each piece of work in a savepoint of its own, and nobody hears of a
//! result before the transaction was committed. So what was answered is durable, what is refused
//! leaves nothing behind, and many at once cost one flush of the disk.

mod agenda;
mod brands;
mod businesses;
mod engine;
mod files;
mod listed;
mod metrics;
mod replies;
mod reset;
mod schema;
mod snapshot;
mod sound;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread::JoinHandle,
};

use doku_types::ClientId;
use rusqlite::Connection;
use tokio::sync::{Notify, oneshot, watch};

pub(crate) use agenda::{Planned, What};
pub(crate) use brands::NewBrand;
pub(crate) use businesses::Stored;
pub(crate) use files::{LastUploads, StoredFile};
pub(crate) use listed::{Found, Listed, Wanted};
pub(crate) use metrics::Counts;
pub(crate) use replies::{Fingerprint, Kept};
pub(crate) use reset::{Beginning, Begun, Taken};
pub use schema::DataError;
pub(crate) use schema::recognise;
pub(crate) use snapshot::{Snapshot, complete as complete_snapshot};
pub(crate) use writer::State;

use crate::{
    callback::{Held, Releases},
    clock::EngineClock,
    fault::Faults,
    files::Files,
};

/// The way to the state. Dropping the last one ends its thread, after the work that waits.
pub(crate) struct Store {
    running: Mutex<Option<Running>>,
    changed: watch::Receiver<u64>,
    agenda: Arc<Notify>,
}

struct Running {
    work: mpsc::Sender<writer::Task>,
    thread: JoinHandle<()>,
}

/// The state could not be read or saved; nothing of the work was kept.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// SQLite failed: the disk is full, say.
    #[error("the mock's state could not be read or saved: {0}")]
    Sqlite(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// A stored document could not be read.
    #[error("the mock's state could not be read: a stored {what} is not readable")]
    Unreadable {
        /// What kind of document.
        what: &'static str,
    },
    /// A file could not be read, written or put in its place.
    #[error("the mock's state could not be saved: {0}")]
    Io(Arc<std::io::Error>),
    /// A bug in the mock.
    #[error("the mock's state could not be saved: an internal error")]
    Panicked,
    /// The mock has stopped.
    #[error("the mock has stopped")]
    Stopped,
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}

impl Store {
    /// Opens the state, in memory without a path, and says where the engine's clock stood.
    /// A new one is as the snapshot, if there is one.
    pub(crate) fn open(
        path: Option<&Path>,
        seed: Option<u64>,
        snapshot: Option<&Snapshot>,
    ) -> Result<Opened, DataError> {
        let mut sql = match path {
            Some(path) => schema::in_file(path, snapshot.map(Snapshot::state))?,
            // Memory for an empty database is always there.
            None => schema::in_memory().expect("a database in memory can be made"),
        };
        let failed = |error: rusqlite::Error| DataError::Sqlite {
            path: path.unwrap_or(Path::new("the state in memory")).to_owned(),
            error: error.into(),
        };
        if let (None, Some(snapshot)) = (path, snapshot) {
            reset::copy(snapshot.state(), &mut sql).map_err(failed)?;
        }
        let (engine, stored) = engine::load(&sql, seed).map_err(failed)?;
        Ok(Opened { sql, engine, stored })
    }

    /// Does `work` and answers once it is committed. Its callbacks are held back until [`Held`] is
    /// dropped; they are delivered too if nobody waits for the answer any more.
    pub(crate) async fn run<T, E>(
        &self,
        work: impl FnOnce(&mut State<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<(T, Held), E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.send(work, move |result| drop(answer.send(result)));
        answered.await.unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// The same for callers outside of any task. It waits for the store's thread, which waits for
    /// nobody.
    pub(crate) fn run_now<T, E>(
        &self,
        work: impl FnOnce(&mut State<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<(T, Held), E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = mpsc::sync_channel(1);
        self.send(work, move |result| drop(answer.send(result)));
        answered.recv().unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    fn send<T, E>(
        &self,
        work: impl FnOnce(&mut State<'_>) -> Result<T, E> + Send + 'static,
        answer: impl FnOnce(Result<(T, Held), E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        if let Some(running) = &*self.running() {
            // If the thread is gone, `answer` is dropped and says so.
            let _ = running.work.send(writer::Task::Together(writer::work(work, answer)));
        }
    }

    /// Puts everything back to its beginning.
    pub(crate) async fn begin_anew(&self, beginning: Beginning) -> Result<Begun, StoreError> {
        self.alone(move |writer| writer.begin_anew(&beginning)).await
    }

    /// Removes what is a partner's; one that is not known and has nothing was never reset.
    pub(crate) async fn forget_partner(
        &self,
        partner: ClientId,
        is_known: bool,
        files: Files,
    ) -> Result<Taken, StoreError> {
        self.alone(move |writer| writer.forget_partner(&partner, is_known, &files)).await
    }

    /// Writes the state of this moment, without uploaded files, to a new file.
    pub(crate) async fn write_state(&self, path: PathBuf) -> Result<(), StoreError> {
        self.alone(move |writer| writer.write_state(&path)).await
    }

    /// Work that is no part of a transaction with others.
    async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut writer::Writer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        if let Some(running) = &*self.running() {
            let work = move |writer: &mut writer::Writer| drop(answer.send(work(writer)));
            // If the thread is gone, `answer` is dropped and says so.
            let _ = running.work.send(writer::Task::Alone(Box::new(work)));
        }
        answered.await.unwrap_or(Err(StoreError::Stopped))
    }

    /// Ends the thread after the work that waits, and with it the connection.
    pub(crate) fn close(&self) {
        let running = self.running().take();
        if let Some(Running { work, thread }) = running {
            drop(work);
            // A panic of the thread is on stderr already.
            let _ = thread.join();
        }
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of each committed change.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.clone()
    }

    /// Resolves when something may fall due earlier than was thought.
    pub(crate) async fn agenda_changed(&self) {
        self.agenda.notified().await;
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.close();
    }
}

/// A state that nobody works on yet.
pub(crate) struct Opened {
    sql: Connection,
    engine: engine::Engine,
    /// Where the clock stood when the state was last used.
    pub(crate) stored: Option<doku_types::Timestamp>,
}

impl Opened {
    /// What the links to files are signed with.
    pub(crate) fn link_key(&self) -> &str {
        &self.engine.link_key
    }

    /// Starts the thread.
    pub(crate) fn start(
        self,
        clock: EngineClock,
        releases: Releases,
        faults: Arc<Faults>,
    ) -> std::io::Result<Store> {
        let (work, received) = mpsc::channel();
        let (change, changed) = watch::channel(0);
        let agenda = Arc::new(Notify::new());
        let writer = writer::Writer {
            sql: self.sql,
            engine: self.engine,
            clock,
            releases,
            faults,
            changed: change,
            agenda: Arc::clone(&agenda),
        };
        let thread = std::thread::Builder::new()
            .name("doku-mock-store".to_owned())
            .spawn(move || writer.run(&received))?;
        Ok(Store { running: Mutex::new(Some(Running { work, thread })), changed, agenda })
    }
}

#[cfg(test)]
mod tests;
