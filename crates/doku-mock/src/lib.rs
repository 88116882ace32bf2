//! A local stand-in for DOKU's Partner API.
//!
//! It checks signatures as DOKU's gateway does, keeps files and businesses, decides KYB, and sends
//! the signed callbacks; all on this machine, so that an integration in any language can be tested
//! end to end, offline. What DOKU's documentation leaves open is assumed, and each reply names its
//! assumptions in the header `Doku-Mock-Assumptions`.
//!
//! From a shell: `cargo run -p doku-mock`. From a Rust test:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use doku_mock::MockDoku;
//!
//! let mock = MockDoku::start().await;
//! println!("point the client at {}", mock.base_url());
//! // Dropping it stops it.
//! # }
//! ```

mod admin;
mod app;
mod auth;
mod bearer;
mod body;
mod callback;
mod clock;
mod config;
mod file_link;
mod gate;
mod id;
mod kyb;
mod operation;
mod outbound;
mod reply;
mod server;
mod store;

use std::{fmt, net::SocketAddr, sync::Arc};

use doku_signing::Credentials;
use doku_types::validate::is_http_url;
use tokio::{net::TcpListener, runtime::Handle, task::JoinHandle};

pub use callback::{Attempt, CallbackRecord, DeliveryState};
pub use clock::Clock;
pub use config::{Config, DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY};

use crate::app::App;

/// A running mock. Dropping it stops it at once, [`MockDoku::shutdown`] lets replies finish.
pub struct MockDoku {
    app: Arc<App>,
    address: SocketAddr,
    credentials: Credentials,
    server: Option<JoinHandle<()>>,
}

impl fmt::Debug for MockDoku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockDoku").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Why a mock cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address is not on this machine. Others could read identity papers.
    #[error("{0} is not a loopback address: listen on 127.0.0.1 or [::1]")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}; `--listen 127.0.0.1:0` takes any free port")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        #[source]
        error: std::io::Error,
    },
    /// There is nobody to serve.
    #[error("no partner is configured: give a client id and a secret key")]
    NoPartner,
    /// A client id cannot stand in a header, so nobody could call by it.
    #[error("a client id has to be of visible ASCII characters, such as BRN-0001-1700000000000")]
    ClientId,
    /// `public_url` is not a usable URL.
    #[error(
        "the public URL is not an absolute http or https URL without a path, such as http://doku.test:8480"
    )]
    PublicUrl,
}

impl MockDoku {
    /// A mock with the built-in credential on any free port of 127.0.0.1.
    ///
    /// # Panics
    /// When the machine has no free port there; [`MockDoku::start_with`] returns that as an error.
    pub async fn start() -> Self {
        match Self::start_with(Config::default()).await {
            Ok(mock) => mock,
            // For tests, which could only panic themselves.
            Err(error) => panic!("{error}"),
        }
    }

    /// A mock by a configuration.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start_with(config: Config) -> Result<Self, StartError> {
        if !config.listen.ip().is_loopback() {
            return Err(StartError::NotLoopback(config.listen));
        }
        let credentials = config.partners.first().cloned().ok_or(StartError::NoPartner)?;
        let callable = |partner: &Credentials| {
            let id = partner.client_id.as_str();
            !id.is_empty() && id.bytes().all(|b| b.is_ascii_graphic())
        };
        if !config.partners.iter().all(callable) {
            return Err(StartError::ClientId);
        }
        let listen = |error| StartError::Listen { address: config.listen, error };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let base_url = match &config.public_url {
            Some(url) => public_url(url).ok_or(StartError::PublicUrl)?,
            None => format!("http://{address}"),
        };
        let app = Arc::new(App::new(&config, base_url, Handle::current()));
        let server = Some(tokio::spawn(server::serve(listener, Arc::clone(&app))));
        Ok(Self { app, address, credentials, server })
    }

    /// What a client puts before DOKU's paths: `http://127.0.0.1:…`, or the public URL.
    pub fn base_url(&self) -> &str {
        self.app.base_url()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The first partner's client id and key.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The engine's clock.
    pub fn clock(&self) -> &Clock {
        self.app.clock()
    }

    /// Every callback with its attempts, oldest first.
    pub fn callbacks(&self) -> Vec<CallbackRecord> {
        self.app.store().outbox.records().to_vec()
    }

    /// Stops: no new connection, replies under way finish within 5 s, callbacks that are not yet
    /// delivered are given up. Returns how many those are.
    pub async fn shutdown(mut self) -> usize {
        self.app.stop();
        if let Some(server) = self.server.take() {
            // An error would be the server's panic, which is on stderr already.
            let _ = server.await;
        }
        let store = self.app.store();
        let records = store.outbox.records().iter();
        records.filter(|record| record.state == DeliveryState::Pending).count()
    }
}

impl Drop for MockDoku {
    fn drop(&mut self) {
        self.app.stop();
        if let Some(server) = self.server.take() {
            server.abort();
        }
    }
}

/// The URL without its trailing slash.
fn public_url(url: &str) -> Option<String> {
    let uri: http::Uri = url.parse().ok().filter(|_| is_http_url(url))?;
    let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
    bare.then(|| url.trim_end_matches('/').to_owned())
}
