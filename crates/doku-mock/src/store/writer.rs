//! The thread that owns the connection: it does what waits as one transaction.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc::Receiver},
};

use doku_types::Timestamp;
use rusqlite::Connection;
use tokio::sync::{Notify, watch};
use tracing::error;

use super::{StoreError, engine::Engine};
use crate::{
    callback::{Held, Place, Recalls, Releases},
    clock::EngineClock,
    fault::Faults,
    id::IdSource,
};

/// What work sees: the tables as they are and the engine's present.
pub(crate) struct State<'a> {
    pub(crate) sql: &'a Connection,
    pub(crate) ids: &'a mut IdSource,
    pub(crate) faults: &'a Faults,
    /// The resets so far.
    pub(crate) recalls: &'a Recalls,
    /// One instant for the whole of the work.
    pub(crate) now: Timestamp,
    /// The callbacks that it put into the outbox for delivery at once.
    pub(crate) places: Vec<Place>,
    /// Whether it made something fall due.
    pub(crate) agenda_changed: bool,
    /// Whether the engine's instant is to be stored though nothing else is.
    pub(crate) moved: bool,
}

/// What the thread is asked for.
pub(super) enum Task {
    /// Work that may be one transaction with other work.
    Together(Box<dyn Work>),
    /// What is no part of such a transaction. It tells its result itself.
    Alone(Box<dyn FnOnce(&mut Writer) + Send>),
}

/// Work to be done, its result, and who waits for it.
pub(super) trait Work: Send {
    /// Does it; `false` undoes it again.
    fn run(&mut self, state: &mut State<'_>) -> bool;
    /// Tells the result, or why there is none.
    fn finish(self: Box<Self>, committed: Result<Held, StoreError>);
}

pub(super) fn work<T, E>(
    work: impl FnOnce(&mut State<'_>) -> Result<T, E> + Send + 'static,
    answer: impl FnOnce(Result<(T, Held), E>) + Send + 'static,
) -> Box<dyn Work>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    Box::new(Job { work: Some(work), result: None, answer })
}

struct Job<W, T, E, A> {
    work: Option<W>,
    result: Option<Result<T, E>>,
    answer: A,
}

impl<W, T, E, A> Work for Job<W, T, E, A>
where
    W: FnOnce(&mut State<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
    A: FnOnce(Result<(T, Held), E>) + Send,
{
    fn run(&mut self, state: &mut State<'_>) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        let result = catch_unwind(AssertUnwindSafe(|| work(state)));
        let result = result.unwrap_or_else(|_| Err(StoreError::Panicked.into()));
        self.result.insert(result).is_ok()
    }

    fn finish(self: Box<Self>, committed: Result<Held, StoreError>) {
        let result = match (self.result, committed) {
            (Some(Ok(result)), Ok(held)) => Ok((result, held)),
            (Some(Err(refusal)), _) => Err(refusal),
            (_, Err(error)) => Err(error.into()),
            (None, Ok(_)) => Err(StoreError::Stopped.into()),
        };
        (self.answer)(result);
    }
}

pub(super) struct Writer {
    pub(super) sql: Connection,
    pub(super) engine: Engine,
    pub(super) clock: EngineClock,
    pub(super) releases: Releases,
    pub(super) faults: Arc<Faults>,
    pub(super) changed: watch::Sender<u64>,
    pub(super) agenda: Arc<Notify>,
}

impl Writer {
    /// Works until nobody can send any more.
    pub(super) fn run(mut self, received: &Receiver<Task>) {
        while let Ok(first) = received.recv() {
            let mut group = Vec::new();
            let mut next = Some(first);
            let mut alone = None;
            while let Some(task) = next.take() {
                match task {
                    Task::Together(work) => group.push(work),
                    Task::Alone(work) => {
                        alone = Some(work);
                        break;
                    }
                }
                if group.len() < MAX_GROUP {
                    next = received.try_recv().ok();
                }
            }
            if !group.is_empty() {
                self.commit(group);
            }
            if let Some(alone) = alone
                && catch_unwind(AssertUnwindSafe(|| alone(&mut self))).is_err()
            {
                // A transaction that it left open would take everything after it with it.
                let _ = execute(&self.sql, "ROLLBACK");
            }
        }
        // So that the file alone has everything once the mock has stopped.
        let _ = self.sql.pragma_query(None, "wal_checkpoint", |_| Ok(()));
    }

    fn commit(&mut self, mut group: Vec<Box<dyn Work>>) {
        let before = self.sql.total_changes();
        let mut told = Vec::with_capacity(group.len());
        let mut agenda_changed = false;
        let mut moved = false;
        let mut attempt = || -> rusqlite::Result<()> {
            execute(&self.sql, "BEGIN IMMEDIATE")?;
            for work in &mut group {
                execute(&self.sql, "SAVEPOINT work")?;
                let mut state = State {
                    sql: &self.sql,
                    ids: &mut self.engine.ids,
                    faults: &self.faults,
                    recalls: &self.releases.recalls,
                    now: self.clock.now(),
                    places: Vec::new(),
                    agenda_changed: false,
                    moved: false,
                };
                let keep = work.run(&mut state);
                let State { places, agenda_changed: changed, moved: also_moved, .. } = state;
                moved |= also_moved;
                if keep {
                    told.push(places);
                    agenda_changed |= changed;
                } else {
                    told.push(Vec::new());
                    execute(&self.sql, "ROLLBACK TO work")?;
                }
                execute(&self.sql, "RELEASE work")?;
            }
            if moved || self.sql.total_changes() != before {
                self.engine.save(&self.sql, self.clock.now())?;
            }
            execute(&self.sql, "COMMIT")
        };
        let committed = attempt();
        if committed.is_err() && !self.sql.is_autocommit() {
            // Whatever it says, the next transaction will tell.
            let _ = execute(&self.sql, "ROLLBACK");
        }
        match committed {
            Ok(()) => {
                if self.sql.total_changes() != before {
                    self.changed.send_modify(|count| *count += 1);
                }
                for (work, places) in group.into_iter().zip(told) {
                    work.finish(Ok(Held::new(places, &self.releases)));
                }
                if agenda_changed {
                    self.agenda.notify_one();
                }
            }
            Err(failed) => {
                error!(error = %failed, "the state could not be saved");
                let failed = StoreError::from(failed);
                for work in group {
                    work.finish(Err(failed.clone()));
                }
            }
        }
    }
}

fn execute(sql: &Connection, statement: &str) -> rusqlite::Result<()> {
    sql.prepare_cached(statement)?.execute([]).map(drop)
}

/// How much work becomes one transaction at most: so that the first does not wait long for the last.
const MAX_GROUP: usize = 256;
