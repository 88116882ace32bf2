//! What the program logs goes to stderr by a thread of its own, many lines at a time: a reader that is
//! slow or gone costs log lines, never a reply, and a line costs no system call while it is answered.

use std::{
    io::{self, IsTerminal, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::MakeWriter,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Logs to stderr, as `RUST_LOG` says, until the answer is dropped; that writes what is left.
///
/// # Errors
/// The machine has no thread for it.
pub(super) fn to_stderr() -> io::Result<Log> {
    let log = Log::start(io::stderr())?;
    // Such as debug, or info,hyper=debug: what is not written so is as if it were not there.
    let wanted = std::env::var("RUST_LOG").ok().and_then(|wanted| wanted.parse::<Targets>().ok());
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_writer(Lines(Arc::clone(&log.0)))
        .log_internal_errors(false)
        .with_target(false);
    let wanted = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    tracing_subscriber::registry().with(wanted).with(lines).init();
    Ok(log)
}

/// The thread that writes.
pub(super) struct Log(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What is to be written.
    lines: Vec<u8>,
    /// How many lines found no room.
    lost: u64,
    /// Nothing more will come.
    closed: bool,
    /// All is written.
    done: bool,
}

impl Log {
    fn start(out: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let writing = Arc::clone(&shared);
        thread::Builder::new()
            .name("doku-mock-log".to_owned())
            .spawn(move || writing.write_to(out))?;
        Ok(Self(shared))
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.0.state().closed = true;
        self.0.changed.notify_all();
        // Not for ever: nobody may be reading.
        let done = |state: &mut State| !state.done;
        let _ = self.0.changed.wait_timeout_while(self.0.state(), LAST, done);
    }
}

impl Shared {
    /// Keeps a line until it is written, if there is room.
    fn keep(&self, line: &[u8]) {
        let mut state = self.state();
        if state.lines.len() + line.len() > ROOM {
            state.lost += 1;
            return;
        }
        let before = state.lines.len();
        state.lines.extend_from_slice(line);
        let is_much = before < ROOM / 2 && state.lines.len() >= ROOM / 2;
        drop(state);
        if before == 0 || is_much {
            self.changed.notify_all();
        }
    }

    /// Writes what comes, until nothing more will.
    fn write_to(&self, mut out: impl Write) {
        let mut lines = Vec::new();
        loop {
            let nothing = |state: &mut State| state.lines.is_empty() && !state.closed;
            let state = self.changed.wait_while(self.state(), nothing);
            // Whoever logs once often logs more.
            let few = |state: &mut State| state.lines.len() < ROOM / 2 && !state.closed;
            let state = state.unwrap_or_else(PoisonError::into_inner);
            let gathered = self.changed.wait_timeout_while(state, GATHER, few);
            let mut state = gathered.unwrap_or_else(PoisonError::into_inner).0;
            mem::swap(&mut lines, &mut state.lines);
            let (lost, closed) = (mem::take(&mut state.lost), state.closed);
            drop(state);
            // Who does not read misses lines, and that is all.
            let _ = out.write_all(&lines);
            if lost > 0 {
                let _ = writeln!(out, "({lost} lines were not read in time and are lost)");
            }
            lines.clear();
            lines.shrink_to(ROOM / 16);
            if closed {
                self.state().done = true;
                self.changed.notify_all();
                return;
            }
        }
    }

    /// A panic under the lock leaves whole lines.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where lines are formatted to.
struct Lines(Arc<Shared>);

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Shared;

    fn make_writer(&'a self) -> Self::Writer {
        &self.0
    }
}

/// One line each time.
impl Write for &Shared {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.keep(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How long lines are gathered before they are written together.
const GATHER: Duration = Duration::from_millis(20);
/// How many bytes of lines may wait to be written.
const ROOM: usize = 1 << 20;
/// How long the last lines may take.
const LAST: Duration = Duration::from_millis(300);

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Takes a write only when it is told to go on.
    struct Slow {
        go_on: Receiver<()>,
        written: Sender<String>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.go_on.recv();
            let _ = self.written.send(String::from_utf8_lossy(bytes).into_owned());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_come_in_order_and_the_last_ones_before_the_end() {
        let (go_on, told) = channel();
        let (written, read) = channel();
        drop(go_on);
        let log = Log::start(Slow { go_on: told, written }).unwrap();
        let mut expected = String::new();
        for number in 0..1000 {
            let line = format!("line {number}\n");
            log.0.keep(line.as_bytes());
            expected.push_str(&line);
        }
        drop(log);
        assert_eq!(read.iter().collect::<String>(), expected);
    }

    #[test]
    fn who_does_not_read_loses_lines_and_is_told_how_many_and_nobody_waits_for_him() {
        let (go_on, told) = channel();
        let (written, read) = channel();
        let log = Log::start(Slow { go_on: told, written }).unwrap();
        log.0.keep(b"first\n");
        // As soon as it is being written, nothing of it takes room any more.
        while !log.0.state().lines.is_empty() {
            thread::yield_now();
        }
        let line = [b'x'; 1000];
        let room = ROOM / line.len();
        for _ in 0..room + 3 {
            log.0.keep(&line);
        }
        drop(go_on);
        drop(log);
        let all: String = read.iter().collect();
        assert!(all.starts_with("first\n"));
        assert_eq!(all.matches('x').count(), room * line.len());
        assert!(all.ends_with("(3 lines were not read in time and are lost)\n"), "{}", all.len());
    }
}
