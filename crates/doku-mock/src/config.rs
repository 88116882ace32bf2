//! How a mock is set up.

use std::net::{Ipv4Addr, SocketAddr};

use doku_signing::Credentials;

use crate::clock::Clock;

/// Everything that can be chosen; [`Config::default`] is what `doku-mock` alone does, but for
/// the port: any free one.
///
/// ```
/// use doku_mock::{Clock, Config};
/// use doku_types::Timestamp;
///
/// let at = Timestamp::parse("2026-11-22T03:04:05Z").unwrap();
/// let mut config = Config::default();
/// config.clock = Clock::manual(at);
/// config.seed = Some(7);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Where to listen: loopback only. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// What links to files begin with; `http://` and the listening address without it.
    pub public_url: Option<String>,
    /// Who may call, isolated from each other.
    pub partners: Vec<Credentials>,
    /// Where ids and keys come from: the same seed, clock and calls give the same ones. Chosen at
    /// random without it.
    pub seed: Option<u64>,
    /// The engine's clock.
    pub clock: Clock,
    /// Accept a signature over path and query too (A23).
    pub accept_query_in_target: bool,
    /// Hosts that callbacks and `file_url` may go to beside loopback and private addresses.
    pub callback_allow: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            public_url: None,
            partners: vec![Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY)],
            seed: None,
            clock: Clock::real(),
            accept_query_in_target: false,
            callback_allow: Vec::new(),
        }
    }
}

/// The client id of the built-in credential.
pub const DEFAULT_CLIENT_ID: &str = "BRN-0001-1700000000000";
/// The secret key of the built-in credential; no secret, since everybody has it.
pub const DEFAULT_SECRET_KEY: &str = "SK-doku-mock-test-secret";
