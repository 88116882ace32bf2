//! What the mock knows, in SQLite: in memory, or in one file that outlives the process.
//!
//! One thread owns the connection. Work is sent to it as closures over a [`State`]; what waits is
//! done as one transaction, each piece of work in a savepoint of its own, and nobody hears of a
//! result before the transaction was committed. So what was answered is durable, what is refused
//! leaves nothing behind, and many at once cost one flush of the disk.

mod businesses;
mod engine;
mod files;
mod replies;
mod schema;
mod writer;

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread::JoinHandle,
};

use rusqlite::Connection;
use tokio::sync::{Notify, oneshot, watch};

pub(crate) use businesses::Stored;
pub(crate) use replies::{Fingerprint, Kept};
pub use schema::DataError;
pub(crate) use schema::recognise;
pub(crate) use writer::State;

use crate::{
    callback::{Held, Releases},
    clock::EngineClock,
    fault::Faults,
};

/// The way to the state. Dropping the last one ends its thread, after the work that waits.
pub(crate) struct Store {
    running: Mutex<Option<Running>>,
    changed: watch::Receiver<u64>,
    agenda: Arc<Notify>,
}

struct Running {
    work: mpsc::Sender<Box<dyn writer::Work>>,
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
    /// A file could not be put in its place.
    #[error("the mock's state could not be saved: {0}")]
    Io(Arc<std::io::Error>),
    /// A bug in the mock.
    #[error("the mock's state could not be saved: an internal error")]
    Panicked,
    /// The mock has stopped.
    #[error("the mock has stopped")]
    Stopped,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}

impl Store {
    /// Opens the state, in memory without a path, and says where the engine's clock stood.
    pub(crate) fn open(path: Option<&Path>, seed: Option<u64>) -> Result<Opened, DataError> {
        let sql = match path {
            Some(path) => schema::in_file(path)?,
            // Memory for an empty database is always there.
            None => schema::in_memory().expect("a database in memory can be made"),
        };
        let failed = |error: rusqlite::Error| DataError::Sqlite {
            path: path.unwrap_or(Path::new("the state in memory")).to_owned(),
            error: error.into(),
        };
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
            let _ = running.work.send(writer::work(work, answer));
        }
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
