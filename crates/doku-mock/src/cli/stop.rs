//! What stops the program.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C and SIGTERM, caught from [`StopSignals::catch`] on.
#[cfg(unix)]
pub(super) struct StopSignals {
    interrupted: Signal,
    terminated: Signal,
}

#[cfg(unix)]
impl StopSignals {
    pub(super) fn catch() -> io::Result<Self> {
        let interrupted = signal(SignalKind::interrupt())?;
        Ok(Self { interrupted, terminated: signal(SignalKind::terminate())? })
    }

    /// Returns at the next signal.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
pub(super) struct StopSignals;

#[cfg(not(unix))]
impl StopSignals {
    pub(super) fn catch() -> io::Result<Self> {
        Ok(Self)
    }

    /// Returns at the next Ctrl-C.
    pub(super) async fn next(&mut self) {
        // An error means that it cannot be waited for, so stop.
        let _ = tokio::signal::ctrl_c().await;
    }
}
