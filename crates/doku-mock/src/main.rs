//! The program: options in, one ready line out, logs to stderr.

use std::{
    io::{IsTerminal, Write},
    net::SocketAddr,
    process::ExitCode,
};

use clap::Parser;
use doku_mock::{Config, DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY, MockDoku};
use doku_signing::Credentials;
use tracing_subscriber::EnvFilter;

/// A local stand-in for DOKU's Partner API.
///
/// When it is ready it prints one line of JSON with its base URL; logs go to stderr (RUST_LOG=debug
/// for more). Ctrl-C stops it.
#[derive(Parser)]
#[command(
    version,
    after_help = "Example:\n  doku-mock --listen 127.0.0.1:0 --client-id BRN-0001-1700000000000 --secret-key SK-mine"
)]
struct Options {
    /// Where to listen; port 0 takes any free one. Loopback only.
    #[arg(
        long,
        env = "DOKU_MOCK_LISTEN",
        default_value = "127.0.0.1:8480",
        value_name = "ADDRESS"
    )]
    listen: SocketAddr,
    /// What links to files begin with, if the mock is reached by another name.
    #[arg(long, env = "DOKU_MOCK_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// The partner's client id.
    #[arg(long, env = "DOKU_MOCK_CLIENT_ID", default_value = DEFAULT_CLIENT_ID, value_name = "ID")]
    client_id: String,
    /// The partner's secret key.
    #[arg(long, env = "DOKU_MOCK_SECRET_KEY", default_value = DEFAULT_SECRET_KEY, hide_env_values = true, value_name = "KEY")]
    secret_key: String,
    /// Makes ids and keys repeatable: the same seed gives the same ones.
    #[arg(long, env = "DOKU_MOCK_SEED", value_name = "NUMBER")]
    seed: Option<u64>,
    /// Accept a signature over path and query as well as over the path alone.
    #[arg(long, env = "DOKU_MOCK_ACCEPT_QUERY_IN_TARGET")]
    accept_query_in_target: bool,
    /// A host that callbacks and file_url may go to beside loopback and private addresses; may be
    /// given several times.
    #[arg(
        long,
        env = "DOKU_MOCK_CALLBACK_ALLOW",
        value_delimiter = ',',
        value_name = "HOST"
    )]
    callback_allow: Vec<String>,
}

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

    let client_id = options.client_id.clone();
    let mut config = Config::default();
    config.listen = options.listen;
    config.public_url = options.public_url;
    config.partners = vec![Credentials::new(options.client_id, options.secret_key)];
    config.seed = options.seed;
    config.accept_query_in_target = options.accept_query_in_target;
    config.callback_allow = options.callback_allow;
    let mock = match MockDoku::start_with(config).await {
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

    stop_signal().await;
    let given_up = mock.shutdown().await;
    if given_up > 0 {
        eprintln!("doku-mock: stopped; {given_up} callbacks were not delivered");
    }
    ExitCode::SUCCESS
}

/// Returns at Ctrl-C or SIGTERM.
async fn stop_signal() {
    #[cfg(unix)]
    let terminated = async {
        let kind = tokio::signal::unix::SignalKind::terminate();
        match tokio::signal::unix::signal(kind) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<Option<()>>();
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated => {}
    }
}
