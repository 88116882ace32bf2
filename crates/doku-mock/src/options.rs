//! The program's options.

use std::net::SocketAddr;

use clap::{
    ArgAction, Parser,
    builder::{FalseyValueParser, NonEmptyStringValueParser},
};
use doku_mock::{Config, DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY};
use doku_signing::Credentials;

/// A local stand-in for DOKU's Partner API.
///
/// When it is ready it prints one line of JSON with its base URL; logs go to stderr (RUST_LOG=debug
/// for more). Ctrl-C stops it.
#[derive(Parser)]
#[command(
    version,
    after_help = "Example:\n  doku-mock --listen 127.0.0.1:0 --client-id BRN-0001-1700000000000 --secret-key SK-mine"
)]
pub(crate) struct Options {
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
    #[arg(long, env = "DOKU_MOCK_CLIENT_ID", default_value = DEFAULT_CLIENT_ID, value_parser = NonEmptyStringValueParser::new(), value_name = "ID")]
    pub(crate) client_id: String,
    /// The partner's secret key.
    #[arg(long, env = "DOKU_MOCK_SECRET_KEY", default_value = DEFAULT_SECRET_KEY, value_parser = NonEmptyStringValueParser::new(), hide_env_values = true, value_name = "KEY")]
    secret_key: String,
    /// Makes shared keys and the Request-Ids of callbacks repeatable; ids follow the clock.
    #[arg(long, env = "DOKU_MOCK_SEED", value_name = "NUMBER")]
    seed: Option<u64>,
    /// Accept a signature over path and query as well as over the path alone.
    #[arg(long, env = "DOKU_MOCK_ACCEPT_QUERY_IN_TARGET", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    accept_query_in_target: bool,
    /// A host that callbacks and file_url may go to beside loopback and private addresses; may be
    /// given several times.
    #[arg(long, env = "DOKU_MOCK_CALLBACK_ALLOW", value_delimiter = ',', value_name = "HOST")]
    callback_allow: Vec<String>,
}

impl Options {
    /// The mock that they describe.
    pub(crate) fn into_config(self) -> Config {
        let mut config = Config::default();
        config.listen = self.listen;
        config.public_url = self.public_url;
        config.partners = vec![Credentials::new(self.client_id, self.secret_key)];
        config.seed = self.seed;
        config.accept_query_in_target = self.accept_query_in_target;
        config.callback_allow = self.callback_allow;
        config
    }
}
