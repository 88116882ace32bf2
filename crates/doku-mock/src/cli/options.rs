//! The options of a mock that is started.

use std::{error::Error, net::SocketAddr, path::PathBuf, time::Duration};

use clap::{
    ArgAction, Args,
    builder::{FalseyValueParser, NonEmptyStringValueParser, RangedU64ValueParser},
};
use doku_mock::{
    Builder, Clock, DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY, Fault, MockDoku, Outcome, Pace, Profile,
};
use doku_signing::Credentials;
use serde::Deserialize;

use super::{ca, duration::limit};

/// How a mock is set up, in the order of the help: what a first mock needs comes first.
#[derive(Args)]
#[command(next_help_heading = START)]
pub(super) struct Options {
    /// Where to listen; port 0 takes any free one. Beyond loopback only with --admin-token.
    #[arg(
        long,
        env = "DOKU_MOCK_LISTEN",
        default_value = "127.0.0.1:8480",
        value_name = "ADDRESS"
    )]
    listen: SocketAddr,
    /// The partner's client id.
    #[arg(long, env = "DOKU_MOCK_CLIENT_ID", default_value = DEFAULT_CLIENT_ID, value_parser = NonEmptyStringValueParser::new(), value_name = "ID")]
    client_id: String,
    /// The partner's secret key.
    #[arg(long, env = "DOKU_MOCK_SECRET_KEY", default_value = DEFAULT_SECRET_KEY, value_parser = NonEmptyStringValueParser::new(), hide_env_values = true, value_name = "KEY")]
    secret_key: String,
    /// What becomes of a submission that does not say so itself, such as pending.
    ///
    /// approve, pending, reject.<PART>, suspend, suspend.full, activate, product.activate.<CODE>, product.reject.<CODE>, or several by comma.
    #[arg(long, env = "DOKU_MOCK_OUTCOME", default_value = "approve", value_name = "OUTCOME")]
    outcome: Outcome,
    /// Keep the state in this file, made if there is none.
    ///
    /// Uploaded files go to FILE.files beside it. Without it everything is gone when the mock ends.
    #[arg(long, env = "DOKU_MOCK_DATA", value_name = "FILE")]
    data: Option<PathBuf>,
    /// The engine's clock: real, manual, manual@2026-11-22T03:04:05Z, or x3600 for an hour a second.
    ///
    /// doku-mock advance, or POST /_mock/clock/advance, moves any of them on. With a data file that was used before a
    /// manual clock goes on where it stood. Tokens and links expire by it too: at x3600 ask for tokens of 1440 minutes.
    #[arg(long, help_heading = ENGINE, env = "DOKU_MOCK_CLOCK", default_value = "real", value_name = "CLOCK")]
    clock: Clock,
    /// When decisions fall due: instant, or realistic: over 2x24 h, services over 5x24 h.
    #[arg(long, help_heading = ENGINE, env = "DOKU_MOCK_PACE", default_value = "instant", value_name = "PACE")]
    pace: Pace,
    /// The services of a new brand.
    #[arg(
        long,
        help_heading = ENGINE,
        env = "DOKU_MOCK_SERVICES",
        default_value = "QRIS",
        value_parser = NonEmptyStringValueParser::new(),
        value_delimiter = ',',
        value_name = "CODE"
    )]
    services: Vec<String>,
    /// Makes shared keys and the Request-Ids of callbacks repeatable; ids follow the clock.
    ///
    /// A data file that was used before goes on with its own.
    #[arg(long, help_heading = ENGINE, env = "DOKU_MOCK_SEED", value_name = "NUMBER")]
    seed: Option<u64>,
    /// Start from a copy of this snapshot, in memory or in a new --data file; it is left as it is.
    ///
    /// doku-mock snapshot FILE, or GET /_mock/snapshot, makes one.
    #[arg(long, help_heading = ENGINE, env = "DOKU_MOCK_SNAPSHOT", value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// A TOML file with several partners instead, isolated from each other.
    ///
    /// A [[partner]] each, with client_id and secret_key.
    #[arg(long, help_heading = ENGINE, env = "DOKU_MOCK_PARTNERS", conflicts_with_all = ["client_id", "secret_key"], value_name = "FILE")]
    partners: Option<PathBuf>,
    /// What goes wrong from the start, such as reset.after;operation=business-registration;nth=2;times=1 or delay=2s;
    /// may be given several times, in the environment by comma. doku-mock fault --help has all of them.
    #[arg(long, help_heading = WRONG, env = "DOKU_MOCK_FAULT", value_delimiter = ',', value_name = "FAULT")]
    fault: Vec<Fault>,
    /// What is asked of requests: documented, or strict, which refuses every fault and unknown field.
    #[arg(long, help_heading = WRONG, env = "DOKU_MOCK_PROFILE", default_value = "documented", value_name = "PROFILE")]
    profile: Profile,
    /// Accept a signature over path and query as well as over the path alone.
    #[arg(long, help_heading = WRONG, env = "DOKU_MOCK_ACCEPT_QUERY_IN_TARGET", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    accept_query_in_target: bool,
    /// Ask for it as Authorization: Bearer under /_mock/, but for readiness and links to files.
    #[arg(long, help_heading = ACCESS, env = "DOKU_MOCK_ADMIN_TOKEN", value_parser = NonEmptyStringValueParser::new(), hide_env_values = true, value_name = "TOKEN")]
    admin_token: Option<String>,
    /// Show personal data in the journal; it is masked without this. Secret keys and bearer tokens stay masked.
    #[arg(long, help_heading = ACCESS, env = "DOKU_MOCK_SHOW_PERSONAL_DATA", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    show_personal_data: bool,
    /// What links to files begin with, if the mock is reached by another name.
    #[arg(long, help_heading = ACCESS, env = "DOKU_MOCK_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// A host that callbacks and file_url may go to beside loopback and private addresses; may be
    /// given several times.
    #[arg(long, help_heading = ACCESS, env = "DOKU_MOCK_CALLBACK_ALLOW", value_delimiter = ',', value_name = "HOST")]
    callback_allow: Vec<String>,
    /// A PEM file with certificates that callbacks and file_url over https may trust beside Mozilla's.
    #[arg(long, help_heading = ACCESS, env = "DOKU_MOCK_CALLBACK_CA", value_name = "FILE")]
    callback_ca: Option<PathBuf>,
    /// Listen for https too, with a certificate for DOKU's API hosts and this machine; port 0 takes any free
    /// one. Beyond loopback only with --admin-token.
    #[arg(long, help_heading = HTTPS, env = "DOKU_MOCK_HTTPS", value_name = "ADDRESS")]
    https: Option<SocketAddr>,
    /// One more host that the certificate for https is for; may be given several times.
    #[arg(long, help_heading = HTTPS, env = "DOKU_MOCK_HTTPS_HOST", value_delimiter = ',', value_name = "HOST")]
    https_host: Vec<String>,
    /// The directory of the certificate authority for https, made if there is none: .doku-mock/ca in the
    /// home directory unless set.
    #[arg(long, help_heading = HTTPS, env = "DOKU_MOCK_CA", value_name = "DIR")]
    ca: Option<PathBuf>,
    /// How long a client may take over the head of a request, and how long a connection may be silent.
    #[arg(long, help_heading = LIMITS, env = "DOKU_MOCK_HEAD_TIMEOUT", default_value = "30s", value_parser = limit, value_name = "DURATION")]
    head_timeout: Duration,
    /// How long a client may take over a whole body, five times as long over an upload; and how long it may leave its
    /// reply untaken.
    #[arg(long, help_heading = LIMITS, env = "DOKU_MOCK_BODY_TIMEOUT", default_value = "60s", value_parser = limit, value_name = "DURATION")]
    body_timeout: Duration,
    /// How many connections may be open, over http and https together; who comes then waits.
    ///
    /// 512 leave room for files and callbacks where a process may have 1024 descriptors.
    #[arg(long, help_heading = LIMITS, env = "DOKU_MOCK_MAX_CONNECTIONS", default_value_t = 512, value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000), value_name = "NUMBER")]
    max_connections: usize,
}

/// The file of `--partners`.
#[derive(Deserialize)]
struct Partners {
    partner: Vec<Partner>,
}

#[derive(Deserialize)]
struct Partner {
    client_id: String,
    secret_key: String,
}

impl Options {
    /// The mock that they describe.
    pub(super) fn into_builder(self) -> Result<Builder, Box<dyn Error>> {
        let mut builder = MockDoku::builder()
            .listen(self.listen)
            .clock(self.clock)
            .pace(self.pace)
            .outcome(self.outcome)
            .profile(self.profile)
            .services(self.services)
            .head_timeout(self.head_timeout)
            .body_timeout(self.body_timeout)
            .max_connections(self.max_connections);
        match self.partners {
            Some(file) => {
                for Partner { client_id, secret_key } in partners(&file)? {
                    builder = builder.partner(Credentials::new(client_id, secret_key));
                }
            }
            None => {
                builder = builder.partner(Credentials::new(self.client_id, self.secret_key));
            }
        }
        if let Some(url) = self.public_url {
            builder = builder.public_url(url);
        }
        if let Some(address) = self.https {
            builder = builder.https(address, ca::directory(self.ca)?);
        }
        for host in self.https_host {
            builder = builder.https_host(host);
        }
        if let Some(file) = self.data {
            builder = builder.data(file);
        }
        if let Some(file) = self.snapshot {
            builder = builder.snapshot(file);
        }
        if let Some(token) = self.admin_token {
            builder = builder.admin_token(token);
        }
        if let Some(seed) = self.seed {
            builder = builder.seed(seed);
        }
        if self.accept_query_in_target {
            builder = builder.accept_query_in_target();
        }
        if self.show_personal_data {
            builder = builder.show_personal_data();
        }
        for host in self.callback_allow {
            builder = builder.callback_allow(host);
        }
        for fault in self.fault {
            builder = builder.fault(fault);
        }
        if let Some(file) = self.callback_ca {
            builder = builder.callback_ca(file);
        }
        Ok(builder)
    }
}

fn partners(file: &std::path::Path) -> Result<Vec<Partner>, Box<dyn Error>> {
    let named = |why: &str| format!("--partners {}: {why}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| named(&error.to_string()))?;
    // Not the parser's own text: it shows the line, which may hold a key.
    let read = toml::from_str(&text).map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        named(&format!(
            "line {line}: {}; give [[partner]] with client_id and secret_key",
            error.message()
        ))
    });
    let Partners { partner } = read?;
    if partner.is_empty()
        || partner.iter().any(|p| p.client_id.is_empty() || p.secret_key.is_empty())
    {
        return Err(named("a partner without client_id or secret_key").into());
    }
    Ok(partner)
}

const START: &str = "Options of a mock that is started";
const ENGINE: &str = "A mock's time, and what there is at the start";
const WRONG: &str = "What goes wrong, and what is asked of requests";
const ACCESS: &str = "Who reaches it, and whom it reaches";
const HTTPS: &str = "Https";
const LIMITS: &str = "How long clients may take, and how many there may be";
