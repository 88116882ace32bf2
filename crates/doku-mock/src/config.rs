//! How a mock is set up.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use doku_signing::Credentials;
use doku_types::SecretKey;
use http::{Request, StatusCode};

use crate::{
    Fault, MockDoku, StartError,
    clock::Clock,
    kyb::{Outcome, Pace},
    profile::Profile,
};

/// How a mock is set up. What is not set is as `doku-mock` alone has it, but for the port: any free
/// one.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use doku_mock::MockDoku;
///
/// let mock = MockDoku::builder()
///     .clock("manual@2026-11-22T03:04:05Z".parse()?)
///     .seed(7)
///     .outcome("reject.BUSINESS_DOCUMENT".parse()?)
///     .start()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "nothing starts until `start` is called"]
pub struct Builder {
    config: Config,
}

/// Everything that can be chosen.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: Option<String>,
    pub(crate) https: Option<Https>,
    /// Further names of the certificate.
    pub(crate) https_hosts: Vec<String>,
    pub(crate) partners: Vec<Credentials>,
    pub(crate) data: Option<PathBuf>,
    pub(crate) snapshot: Option<PathBuf>,
    pub(crate) admin_token: Option<SecretKey>,
    pub(crate) file_bytes: u64,
    pub(crate) limits: Limits,
    pub(crate) seed: Option<u64>,
    pub(crate) clock: Clock,
    pub(crate) pace: Pace,
    pub(crate) outcome: Outcome,
    pub(crate) profile: Profile,
    pub(crate) services: Vec<String>,
    pub(crate) accept_query_in_target: bool,
    pub(crate) callback_allow: Vec<String>,
    pub(crate) callback_ca: Option<PathBuf>,
    pub(crate) show_personal_data: bool,
    pub(crate) receiver: Option<Receiver>,
    pub(crate) faults: Vec<Fault>,
}

/// How long a client may take, and how many there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// For the head of a request, and until there is one.
    pub(crate) head: Duration,
    /// For a whole body that is no upload, and without a byte taken of a reply.
    pub(crate) body: Duration,
    /// Over both addresses together.
    pub(crate) connections: usize,
}

impl Limits {
    /// How long an upload may take, with the wait for a file that it names by URL.
    pub(crate) fn upload(&self) -> Duration {
        self.body * 5
    }
}

/// https beside http.
#[derive(Debug, Clone)]
pub(crate) struct Https {
    pub(crate) listen: SocketAddr,
    /// The directory of the certificate authority.
    pub(crate) ca: PathBuf,
}

/// Takes callbacks in this process.
#[derive(Clone)]
pub(crate) struct Receiver(Arc<dyn Fn(Request<Bytes>) -> Taken + Send + Sync>);

type Taken = Pin<Box<dyn Future<Output = StatusCode> + Send>>;

impl Receiver {
    pub(crate) fn take(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = StatusCode> + Send + use<> {
        (self.0)(request)
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver")
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            public_url: None,
            https: None,
            https_hosts: Vec::new(),
            partners: Vec::new(),
            data: None,
            snapshot: None,
            admin_token: None,
            file_bytes: 1 << 30,
            limits: Limits {
                head: Duration::from_secs(30),
                body: Duration::from_mins(1),
                connections: 512,
            },
            seed: None,
            clock: Clock::Real,
            pace: Pace::Instant,
            outcome: Outcome::default(),
            profile: Profile::Documented,
            services: vec!["QRIS".to_owned()],
            accept_query_in_target: false,
            callback_allow: Vec::new(),
            callback_ca: None,
            show_personal_data: false,
            receiver: None,
            faults: Vec::new(),
        }
    }
}

impl Builder {
    /// Where to listen; beyond loopback only with an [admin token](Builder::admin_token). Port 0 takes
    /// any free one.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.config.listen = address;
        self
    }

    /// What links to files begin with, if the mock is reached by another name than `http://` and the
    /// listening address.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.config.public_url = Some(url.into());
        self
    }

    /// Listen for https too; beyond loopback only with an [admin token](Builder::admin_token). Port 0 takes any
    /// free one. Its certificate, for DOKU's API hosts, `localhost`, 127.0.0.1, ::1 and the host of [`Builder::public_url`], comes from the
    /// [`CertificateAuthority`](crate::CertificateAuthority) in the directory `ca`, which is made if there is
    /// none. Needs the feature `tls`, which is on by default.
    pub fn https(mut self, address: SocketAddr, ca: impl Into<PathBuf>) -> Self {
        self.config.https = Some(Https { listen: address, ca: ca.into() });
        self
    }

    /// One more name or address that the certificate is for. The authority has to be one that may vouch for it.
    pub fn https_host(mut self, host: impl Into<String>) -> Self {
        self.config.https_hosts.push(host.into());
        self
    }

    /// One more that may call. Partners are isolated from each other: the files, businesses and
    /// Request-Ids of one do not exist for another. Without any there is the built-in credential.
    pub fn partner(mut self, partner: Credentials) -> Self {
        self.config.partners.push(partner);
        self
    }

    /// A file to keep the state in, made if there is none; uploaded files go to a directory beside
    /// it, of the same name and `.files`. Without it the state is in memory, gone with the mock.
    pub fn data(mut self, file: impl Into<PathBuf>) -> Self {
        self.config.data = Some(file.into());
        self
    }

    /// Start from a copy of this snapshot, which [`MockDoku::snapshot`] or `GET /_mock/snapshot` made:
    /// in memory, or in a new data file. The snapshot stays as it is. A reset of everything leads back
    /// to it.
    pub fn snapshot(mut self, file: impl Into<PathBuf>) -> Self {
        self.config.snapshot = Some(file.into());
        self
    }

    /// Asked of whoever uses `/_mock/`, as `Authorization: Bearer`, but for readiness and the signed
    /// links to files. With it the mock may listen beyond loopback. Visible ASCII characters.
    pub fn admin_token(mut self, token: impl Into<SecretKey>) -> Self {
        self.config.admin_token = Some(token.into());
        self
    }

    /// How many bytes all uploaded files may have together: 1 GiB unless set. Beyond it an upload is
    /// answered with HTTP 507.
    pub fn file_bytes(mut self, limit: u64) -> Self {
        self.config.file_bytes = limit;
        self
    }

    /// How long a client may take over the head of a request, and how long a connection may be silent, new or kept
    /// alive: 30 s unless set. Then it is closed. From 1 ms to a day; what is beyond counts as that.
    pub fn head_timeout(mut self, limit: Duration) -> Self {
        self.config.limits.head = limit.clamp(SHORTEST, LONGEST);
        self
    }

    /// How long a client may take over a whole body: 60 s unless set, and five times as long over an upload; then it
    /// is answered with HTTP 408. A client that takes no byte of its reply for as long is cut off.
    /// From 1 ms to a day; what is beyond counts as that.
    pub fn body_timeout(mut self, limit: Duration) -> Self {
        self.config.limits.body = limit.clamp(SHORTEST, LONGEST);
        self
    }

    /// How many connections may be open, over http and https together: 512 unless set, so that a machine's usual 1024
    /// descriptors leave room for files and callbacks. Who comes then waits until one is closed. At least one, and at most a million.
    pub fn max_connections(mut self, limit: usize) -> Self {
        self.config.limits.connections = limit.clamp(1, MOST_CONNECTIONS);
        self
    }

    /// Where ids and keys come from: the same seed, clock and calls give the same ones. Chosen at
    /// random without it.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = Some(seed);
        self
    }

    /// The engine's clock: the machine's unless set.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.config.clock = clock;
        self
    }

    /// When decisions fall due: at once unless set.
    pub fn pace(mut self, pace: Pace) -> Self {
        self.config.pace = pace;
        self
    }

    /// What becomes of a submission that does not say so itself: it is approved unless set.
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.config.outcome = outcome;
        self
    }

    /// How much is asked of a request: what DOKU's pages ask unless set.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.config.profile = profile;
        self
    }

    /// The services of a new brand by code, such as `QRIS`, the one of them unless set (A25).
    pub fn services<T: Into<String>>(mut self, codes: impl IntoIterator<Item = T>) -> Self {
        self.config.services = codes.into_iter().map(Into::into).collect();
        self
    }

    /// Accept a signature over path and query as well as over the path alone (A23).
    pub fn accept_query_in_target(mut self) -> Self {
        self.config.accept_query_in_target = true;
        self
    }

    /// One more host that callbacks and `file_url` may go to, beside loopback and private addresses.
    pub fn callback_allow(mut self, host: impl Into<String>) -> Self {
        self.config.callback_allow.push(host.into());
        self
    }

    /// A PEM file with certificates to trust beside Mozilla's, for callbacks and `file_url` over https.
    pub fn callback_ca(mut self, file: impl Into<PathBuf>) -> Self {
        self.config.callback_ca = Some(file.into());
        self
    }

    /// Shows personal data where the journal is asked for under `/_mock/`: it is masked unless set. Secret keys
    /// and bearer tokens are masked all the same. [`MockDoku::journal`] masks nothing.
    pub fn show_personal_data(mut self) -> Self {
        self.config.show_personal_data = true;
        self
    }

    /// One more fault that is armed from the start, as by [`MockDoku::arm`].
    pub fn fault(mut self, fault: impl Into<Fault>) -> Self {
        self.config.faults.push(fault.into());
        self
    }

    /// Hands callbacks over in this process instead of sending them: signed, in order, on the same
    /// ladder, whatever their URL. The status is the answer.
    ///
    /// ```
    /// # use doku_mock::MockDoku;
    /// use http::StatusCode;
    ///
    /// let builder = MockDoku::builder().receiver(|callback| async move {
    ///     println!("{} bytes for {}", callback.body().len(), callback.uri());
    ///     StatusCode::OK
    /// });
    /// ```
    pub fn receiver<F, A>(mut self, receiver: F) -> Self
    where
        F: Fn(Request<Bytes>) -> A + Send + Sync + 'static,
        A: Future<Output = StatusCode> + Send + 'static,
    {
        let receiver = Receiver(Arc::new(move |request| Box::pin(receiver(request))));
        self.config.receiver = Some(receiver);
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(mut self) -> Result<MockDoku, StartError> {
        if self.config.partners.is_empty() {
            let built_in = Credentials::new(DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY);
            self.config.partners.push(built_in);
        }
        MockDoku::start_by(self.config).await
    }
}

/// The client id of the built-in credential.
pub const DEFAULT_CLIENT_ID: &str = "BRN-0001-1700000000000";
/// The secret key of the built-in credential; no secret, since everybody has it.
pub const DEFAULT_SECRET_KEY: &str = "SK-doku-mock-test-secret";
/// The shortest and the longest time that a limit can be.
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_hours(24);
const MOST_CONNECTIONS: usize = 1_000_000;
