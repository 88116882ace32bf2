//! The program: options in, one ready line out, logs to stderr.

mod options;

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use clap::Parser;
use doku_mock::MockDoku;
use options::Options;
use tracing_subscriber::EnvFilter;

/// The line that says that the mock listens.
#[derive(serde::Serialize)]
struct Ready<'a> {
    ready: bool,
    base_url: &'a str,
    client_id: &'a str,
    pid: u32,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
        )
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();

    // From here on, so that whoever reads the ready line can already stop it.
    let stop = match stop_signal() {
        Ok(stop) => stop,
        Err(error) => {
            eprintln!("doku-mock: cannot wait for Ctrl-C: {error}");
            return ExitCode::FAILURE;
        }
    };
    let client_id = options.client_id.clone();
    let mock = match MockDoku::start_with(options.into_config()).await {
        Ok(mock) => mock,
        Err(error) => {
            eprintln!("doku-mock: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ready = Ready {
        ready: true,
        base_url: mock.base_url(),
        client_id: &client_id,
        pid: std::process::id(),
    };
    // Text and numbers can be written. Whoever started it may not be reading; that is no reason
    // to stop.
    let ready = serde_json::to_string(&ready).expect("the ready line can be written");
    let _ = writeln!(std::io::stdout(), "{ready}");

    stop.await;
    let given_up = mock.shutdown().await;
    if given_up > 0 {
        eprintln!("doku-mock: stopped; {given_up} callbacks were not delivered");
    }
    ExitCode::SUCCESS
}

/// Waits for Ctrl-C or SIGTERM, which are caught as soon as this returns.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // An error means that it cannot be waited for, so stop.
        let _ = tokio::signal::ctrl_c().await;
    })
}
