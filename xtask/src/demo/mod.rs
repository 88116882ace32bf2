//! `cargo xtask demo`: one merchant onboarded, from its papers to the verdict.

mod merchant;
mod report;
mod steps;

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use doku_mock::MockDoku;
use doku_partner::{
    Credentials, Environment, Error, PartnerClient,
    callback::CallbackReceiver,
    onboarding::{Event, FollowPolicy, Onboarding, Verdict},
    receiver::{CallbackListener, Callbacks},
};
use doku_types::{partner::requirements::RequirementsQuery, validate::is_http_url};

use http::Uri;
use merchant::Merchant;
use report::Report;

/// Onboards a merchant: requirements, uploads, registration, signed callbacks, verdict.
///
/// Starts a mock for it, unless another host is given. Exits with 0 when the business is ACTIVE,
/// 1 when a step failed, 2 for wrong options, 3 when the verdict did not come in time, 130 at Ctrl-C.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask demo\n  cargo xtask demo --merchant mine.toml --keep\n  cargo xtask demo --base-url http://127.0.0.1:8480 --client-id BRN-0001-1700000000000 --secret-key SK-doku-mock-test-secret"
)]
pub(crate) struct Options {
    /// The merchant: its data and the paths of its files.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/merchant-personal.toml"), hide_default_value = true, value_name = "FILE")]
    merchant: PathBuf,
    /// Leave the mock up afterwards, until Ctrl-C.
    #[arg(long, conflicts_with = "base_url")]
    keep: bool,
    /// Run against another host instead of a mock of its own.
    #[arg(long, requires = "client_id", value_name = "URL")]
    base_url: Option<String>,
    /// The partner's client id at that host.
    #[arg(long, requires = "base_url", value_name = "ID")]
    client_id: Option<String>,
    /// The partner's secret key; without it DOKU_SECRET_KEY, which other users of this machine
    /// cannot see.
    #[arg(long, requires = "base_url", value_name = "KEY")]
    secret_key: Option<String>,
    /// Where that host sends its callbacks; has to lead to --callback-listen.
    #[arg(long, requires = "base_url", value_name = "URL")]
    callback_url: Option<String>,
    /// Where to receive callbacks; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    callback_listen: SocketAddr,
    /// How long to wait for the verdict. DOKU's own hosts take up to 48 h (172800).
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    wait: u64,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

/// Why the demo ends early, and what to do.
pub(crate) struct Failure {
    what: String,
    advice: Option<String>,
    exit: u8,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), advice: None, exit: 1 }
    }

    /// For options that cannot work.
    fn usage(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { exit: 2, ..Self::new(what).advice(advice) }
    }

    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    fn of_call(error: &Error) -> Self {
        if !error.faults().is_empty() {
            let faults = error.faults().iter().map(|fault| format!("\n    {fault}"));
            let what = format!("the merchant does not fit:{}", faults.collect::<String>());
            return Self::new(what)
                .advice("mend the merchant's file or its images; nothing was registered");
        }
        let failure = Self::new(error.to_string());
        match error.advice() {
            Some(advice) => failure.advice(advice),
            None => failure,
        }
    }
}

pub(crate) fn run(options: Options) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("failed: cannot start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async {
        let host = tokio::select! {
            host = demo(&options) => host?,
            _ = tokio::signal::ctrl_c() => {
                return Err(Failure { exit: 130, ..Failure::new("interrupted") });
            }
        };
        if options.keep {
            let url = &host.environment;
            anstream::eprintln!("\nThe mock stays up at {url}; Ctrl-C stops it.");
            // An error means that Ctrl-C cannot be waited for, so stop.
            let _ = tokio::signal::ctrl_c().await;
        }
        Ok(())
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            anstream::eprintln!("\nfailed: {}", failure.what);
            if let Some(advice) = failure.advice {
                anstream::eprintln!("what to do: {advice}");
            }
            ExitCode::from(failure.exit)
        }
    }
}

/// Returns the host that it onboarded at, which may be kept.
async fn demo(options: &Options) -> Result<Host, Failure> {
    let started = Instant::now();
    let report = Arc::new(Report::new(options.json));
    let merchant = Merchant::read(&options.merchant)?;
    let files = merchant.files(&options.merchant).await?;
    let host = Host::open(options).await?;
    let (callback_url, mut callbacks) = host.receive_callbacks(options).await?;
    let described = match &host.mock {
        Some(mock) => format!("{} (a mock, started for this)", mock.base_url()),
        None => host.environment.to_string(),
    };
    report.opening(merchant.name(), &described, &callback_url);
    let client = PartnerClient::builder(host.environment.clone(), host.credentials.clone()).build();
    let (query, draft) = (RequirementsQuery::personal(), merchant.draft(&callback_url));

    let mut onboarding = Onboarding::new(&client, query.clone(), draft.clone());
    // One after the other reads better.
    onboarding.uploads_at_once(1);
    let registered = Arc::new(OnceLock::new());
    let (keep, mut tell) =
        (Arc::clone(&registered), steps::teller(Arc::clone(&report), &query, &files));
    onboarding.on_event(move |event| {
        if let Event::Registered(reply) = event {
            let _ = keep.set(reply.business.clone());
        }
        tell(event);
    });
    // The callbacks have come by then, or have not.
    onboarding.follow_policy(FollowPolicy::new().patience(Duration::ZERO));
    for (name, upload) in files {
        onboarding.file(name, upload);
    }
    onboarding.submit().await.map_err(|error| Failure::of_call(&error))?;
    let brand = registered.get().and_then(|business| business.brands.first());
    let (Some(business), Some(brand)) = (registered.get(), brand) else {
        return Err(Failure::new("the registration gave no ids"));
    };
    let wait = Duration::from_secs(options.wait);
    steps::await_callbacks(&mut callbacks, &draft, brand, wait, &report).await?;
    match onboarding.follow().await.map_err(|error| Failure::of_call(&error))? {
        Verdict::Active(_) => {
            report.done(business.id.as_str(), brand.id.as_str(), started.elapsed());
            Ok(host)
        }
        verdict => {
            let status = match &verdict {
                Verdict::Rejected { .. } => "REJECTED",
                _ => "not decided",
            };
            let what = format!("the callbacks said ACTIVE, and the business is {status}");
            Err(Failure::new(what).advice(format!("ask DOKU about {}", business.id)))
        }
    }
}

/// Whom the demo talks to.
struct Host {
    environment: Environment,
    credentials: Credentials,
    mock: Option<MockDoku>,
}

impl Host {
    async fn open(options: &Options) -> Result<Self, Failure> {
        let invalid = |error: doku_partner::InvalidBaseUrl| {
            Failure::usage(error.to_string(), "give one such as https://api-uat.doku.com")
        };
        if let (Some(url), Some(client_id)) = (&options.base_url, &options.client_id) {
            let secret_key = options.secret_key.clone();
            let secret_key =
                secret_key.or_else(|| std::env::var(SECRET_KEY).ok()).ok_or_else(|| {
                    let what = "the secret key of that client id is missing";
                    Failure::usage(what, format!("set {SECRET_KEY}, or give --secret-key"))
                })?;
            return Ok(Self {
                environment: Environment::custom(url).map_err(invalid)?,
                credentials: Credentials::new(client_id, secret_key),
                mock: None,
            });
        }
        let mock = MockDoku::builder()
            .start()
            .await
            .map_err(|error| Failure::new(format!("the mock did not start: {error}")))?;
        Ok(Self {
            environment: Environment::custom(mock.base_url()).map_err(invalid)?,
            credentials: mock.credentials().clone(),
            mock: Some(mock),
        })
    }

    /// Starts listening, and says which URL leads here.
    async fn receive_callbacks(&self, options: &Options) -> Result<(String, Callbacks), Failure> {
        let listen = options.callback_listen;
        let failed = |error| {
            Failure::new(format!("cannot receive callbacks on {listen}: {error}"))
                .advice("choose a free address with --callback-listen")
        };
        let listener = CallbackListener::bind(listen).await.map_err(failed)?;
        let url = match &options.callback_url {
            Some(url) => url.clone(),
            None if self.environment.is_loopback() => {
                format!("http://{}{CALLBACK_PATH}", listener.local_addr().map_err(failed)?)
            }
            None => {
                let what = "a host elsewhere cannot send callbacks to this machine";
                let advice = "give --callback-url, a public URL that leads to --callback-listen";
                return Err(Failure::usage(what, advice));
            }
        };
        let path = url.parse::<Uri>().ok().filter(|_| is_http_url(&url)).and_then(|url| {
            url.path_and_query().map(|path_and_query| path_and_query.as_str().to_owned())
        });
        let Some(path) = path else {
            let what = "--callback-url is not an http or https URL";
            return Err(Failure::usage(what, "give one such as https://partner.example/callbacks"));
        };
        let receiver = CallbackReceiver::new(self.credentials.clone(), path);
        Ok((url, listener.serve(receiver)))
    }
}

const SECRET_KEY: &str = "DOKU_SECRET_KEY";
const CALLBACK_PATH: &str = "/doku/callbacks";
