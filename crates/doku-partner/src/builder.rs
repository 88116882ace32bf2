//! How a client is set up.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use doku_signing::Credentials;
use doku_types::{Timestamp, partner::token::MAX_MINUTES};
use http::HeaderValue;

use crate::{
    Environment, HyperTransport, PartnerClient, RetryPolicy, Timeouts, Transport,
    client::{Inner, USER_AGENT},
    token_cache::TokenCache,
};

/// What a client is made of; see [`PartnerClient::builder`].
#[must_use = "nothing is made until `build` is called"]
pub struct PartnerClientBuilder {
    environment: Environment,
    credentials: Credentials,
    transport: Option<Box<dyn Transport>>,
    timeouts: Timeouts,
    retry: RetryPolicy,
    unsigned: UnsignedReplies,
    correct_skew: bool,
    user_agent: HeaderValue,
    token_minutes: u32,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    request_ids: Box<dyn Fn() -> String + Send + Sync>,
    random: Box<dyn Fn() -> u64 + Send + Sync>,
}

/// What becomes of a successful reply to a signed request that carries no signature itself. A wrong
/// signature is an error in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum UnsignedReplies {
    /// It is taken, and [noted](crate::Reply::is_signed): that DOKU signs the replies of this API is an
    /// assumption (A14).
    #[default]
    Accept,
    /// It is [an error](crate::ErrorKind::ReplySignature). Refusals are told as they are, since they are
    /// unsigned where the headers are at fault; but one that is unsigned settles nothing about an
    /// earlier attempt that was not answered.
    Refuse,
}

impl PartnerClientBuilder {
    pub(crate) fn new(environment: Environment, credentials: Credentials) -> Self {
        Self {
            environment,
            credentials,
            transport: None,
            timeouts: Timeouts::new(),
            retry: RetryPolicy::new(),
            unsigned: UnsignedReplies::default(),
            correct_skew: true,
            user_agent: USER_AGENT.clone(),
            token_minutes: TOKEN_MINUTES,
            clock: Box::new(|| SystemTime::now().into()),
            request_ids: Box::new(|| uuid::Uuid::new_v4().to_string()),
            random: Box::new(|| uuid::Uuid::new_v4().as_u64_pair().1),
        }
    }

    /// How requests travel; a [`HyperTransport`] without it.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    /// How long an attempt of the default transport may take; one of your own keeps its own time.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// When a request is sent again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// What becomes of replies without a signature; they are accepted without it.
    pub fn unsigned_replies(mut self, policy: UnsignedReplies) -> Self {
        self.unsigned = policy;
        self
    }

    /// Whether a call that DOKU refuses for its time is sent again with the time that the answer's `Date`
    /// tells, once and for this call alone. It is, unless switched off here.
    pub fn correct_skew(mut self, correct: bool) -> Self {
        self.correct_skew = correct;
        self
    }

    /// Who calls, in the header `User-Agent`: placed before the name of this crate.
    ///
    /// # Errors
    /// When it cannot stand in a header.
    pub fn user_agent(mut self, product: &str) -> Result<Self, http::Error> {
        let own = USER_AGENT.to_str().unwrap_or_default();
        self.user_agent = HeaderValue::try_from(format!("{product} {own}"))?;
        Ok(self)
    }

    /// For how many minutes a token for uploads is asked, 1 to 1440; 30 without it.
    pub fn token_minutes(mut self, minutes: u32) -> Self {
        self.token_minutes = minutes.clamp(1, MAX_MINUTES);
        self
    }

    /// Where the time of a request comes from; the machine's clock without it.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Where Request-Ids come from; random UUIDs without it. Each has to be unique, of 1 to 128
    /// visible ASCII characters, and not to be guessed by whoever makes the files: the boundary of an
    /// upload is made of it.
    pub fn request_ids(mut self, ids: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.request_ids = Box::new(ids);
        self
    }

    /// Where the jitter of [retries](Self::retry) comes from: any number, each as likely as another.
    pub fn random(mut self, random: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.random = Box::new(random);
        self
    }

    /// The client.
    pub fn build(self) -> PartnerClient {
        let timeouts = self.timeouts;
        let transport = self
            .transport
            .unwrap_or_else(|| Box::new(HyperTransport::builder().timeouts(timeouts).build()));
        PartnerClient(Arc::new(Inner {
            environment: self.environment,
            credentials: self.credentials,
            transport,
            retry: self.retry,
            unsigned: self.unsigned,
            correct_skew: self.correct_skew,
            user_agent: self.user_agent,
            token_life: Duration::from_secs(60 * u64::from(self.token_minutes)),
            tokens: TokenCache::default(),
            clock: self.clock,
            request_ids: self.request_ids,
            random: self.random,
        }))
    }
}

impl fmt::Debug for PartnerClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartnerClientBuilder")
            .field("environment", &self.environment)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

const TOKEN_MINUTES: u32 = 30;
