//! `doku-mock` without a verb: a mock, one ready line on stdout, logs to stderr.

use std::{error::Error, io::Write, path::Path};

use tracing::{error, info, warn};

use super::{Failure, log, options::Options, stop::StopSignals};

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
    let refused = |error: Box<dyn Error>| Failure::refused(error.to_string());
    let _log = log::to_stderr().map_err(|error| refused(error.into()))?;
    log_panics();
    serve(options).await.map_err(refused)
}

async fn serve(options: Options) -> Result<(), Box<dyn Error>> {
    // Caught from here on, so that whoever reads the ready line can already stop it.
    let mut stop = StopSignals::catch()?;
    let mock = tokio::select! {
        started = options.into_builder()?.start() => started?,
        // A large file takes a while to be looked through.
        () = stop.next() => return Ok(()),
    };
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
    info!("to look at it: {}/_mock/ui", mock.base_url());

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
