//! `doku-mock` without a verb: a mock, one ready line on stdout, logs to stderr.

use std::{
    error::Error,
    io::{IsTerminal, Write},
    path::Path,
};

use tracing::{error, info, warn};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

use super::{Failure, options::Options, stop::StopSignals};

/// The line that says that the mock listens.
#[derive(serde::Serialize)]
struct Ready<'a> {
    ready: bool,
    base_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    https_url: Option<&'a str>,
    /// The certificate to trust for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ca: Option<&'a Path>,
    client_id: &'a str,
    pid: u32,
}

/// Serves until it is stopped.
pub(super) async fn run(options: Options) -> Result<(), Failure> {
    // Until dropped, it writes what is logged; a reader that is slow or gone costs log lines, never
    // a reply.
    let _logs = log_to_stderr();
    log_panics();
    serve(options).await.map_err(|error| Failure::refused(error.to_string()))
}

async fn serve(options: Options) -> Result<(), Box<dyn Error>> {
    // Caught from here on, so that whoever reads the ready line can already stop it.
    let mut stop = StopSignals::catch()?;
    let mock = options.into_builder()?.start().await?;
    let ready = Ready {
        ready: true,
        base_url: mock.base_url(),
        https_url: mock.https_url(),
        ca: mock.ca(),
        client_id: mock.credentials().client_id.as_str(),
        pid: std::process::id(),
    };
    let ready = serde_json::to_string(&ready)?;
    // Whoever started it may not be reading; that is no reason to stop.
    let _ = writeln!(std::io::stdout(), "{ready}");

    stop.next().await;
    // A second signal does not wait for replies under way.
    tokio::select! {
        given_up = mock.shutdown() => info!(undelivered_callbacks = given_up, "stopped"),
        () = stop.next() => warn!("stopped at once"),
    }
    Ok(())
}

/// A panic is logged by its place, and by its text only where that is the same for everybody: another may hold
/// personal data.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic.payload().downcast_ref::<&'static str>().copied();
        let text = text.unwrap_or("its text is not shown, since it may hold personal data");
        error!(place, text, "panicked: please report it");
    }));
}

fn log_to_stderr() -> WorkerGuard {
    let (writer, guard) = tracing_appender::non_blocking(std::io::stderr());
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
        )
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_writer(writer)
        .log_internal_errors(false)
        .with_target(false)
        .init();
    guard
}
