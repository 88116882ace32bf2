//! Which host an example runs against: a mock of its own, or the one that the environment names.

#![allow(dead_code, reason = "each example uses a part of it")]

use std::{env, error::Error, fmt, process::ExitCode};

use doku_mock::{Builder, MockDoku};
use doku_partner::{Credentials, Environment, PartnerClient};

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

pub(crate) struct Host {
    pub(crate) environment: Environment,
    pub(crate) credentials: Credentials,
    /// Stops when this is dropped.
    pub(crate) mock: Option<MockDoku>,
}

impl Host {
    /// The one of `DOKU_BASE_URL`, `DOKU_CLIENT_ID` and `DOKU_SECRET_KEY`; without the first a mock.
    pub(crate) async fn from_env(mock: Builder) -> Result<Self, Failure> {
        let Ok(base_url) = env::var("DOKU_BASE_URL") else { return Self::of(mock).await };
        let variable = |name| {
            env::var(name).map_err(|_| format!("DOKU_BASE_URL is set, so {name} has to be set too"))
        };
        let credentials =
            Credentials::new(variable("DOKU_CLIENT_ID")?, variable("DOKU_SECRET_KEY")?);
        Ok(Self { environment: Environment::custom(&base_url)?, credentials, mock: None })
    }

    /// A mock of one's choice.
    pub(crate) async fn of(mock: Builder) -> Result<Self, Failure> {
        let mock = mock.start().await?;
        let environment = Environment::custom(mock.base_url())?;
        Ok(Self { environment, credentials: mock.credentials().clone(), mock: Some(mock) })
    }

    pub(crate) fn client(&self) -> PartnerClient {
        PartnerClient::builder(self.environment.clone(), self.credentials.clone()).build()
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mock = if self.mock.is_some() { " (a mock, started for this)" } else { "" };
        write!(f, "{}{mock}", self.environment)
    }
}

/// Says why it failed and what to do, as a person at a terminal wants to read it.
pub(crate) fn exit(result: Result<(), Failure>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    eprintln!("failed: {error}");
    let advice = error.downcast_ref::<doku_partner::Error>().and_then(|error| error.advice());
    if let Some(advice) = advice {
        eprintln!("try: {advice}");
    }
    ExitCode::FAILURE
}
