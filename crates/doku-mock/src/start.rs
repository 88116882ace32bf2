//! How a mock starts: what is wrong with its configuration is told, its data is opened, and what an
//! earlier mock left is taken up again.

use std::{
    collections::HashMap,
    io,
    path::Path,
    sync::{Arc, Mutex},
};

use doku_signing::Credentials;
use doku_types::{ClientId, validate::is_http_url};
use tokio::{
    net::TcpListener,
    runtime::Handle,
    sync::{Semaphore, watch},
};
use tracing::info;

use crate::{
    CertificateAuthority, DataError, MockDoku, StartError, StoreError,
    admin::{self, Metrics},
    agenda,
    app::{App, MAX_IN_PROCESS},
    bearer::Bearers,
    callback::{Lanes, Releases, delivery},
    clock::EngineClock,
    config::Config,
    explanation::Doctor,
    fault::Faults,
    file_link::FileLinks,
    files::Files,
    inspector,
    journal::Journal,
    outbound::Outbound,
    server,
    store::{Snapshot, Store, recognise},
    tls::Tls,
};

impl MockDoku {
    pub(crate) async fn start_by(config: Config) -> Result<Self, StartError> {
        match &config.admin_token {
            Some(token) if !admin::is_token(token.expose()) => return Err(StartError::AdminToken),
            Some(_) => {}
            None => {
                let https = config.https.as_ref().map(|https| https.listen);
                let mut addresses = [Some(config.listen), https].into_iter().flatten();
                if let Some(address) = addresses.find(|address| !address.ip().is_loopback()) {
                    return Err(StartError::NotLoopback(address));
                }
            }
        }
        if !config.clock.is_sound() {
            return Err(StartError::Clock);
        }
        let partners = partners(&config.partners)?;
        let credentials = config.partners[0].clone();
        let outbound = Outbound::new(&config.callback_allow, config.callback_ca.as_deref())?;
        let listen = |error| StartError::Listen { address: config.listen, error };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let https = https(&config).await?;
        let base_url = match &config.public_url {
            Some(url) => public_url(url).ok_or(StartError::PublicUrl)?,
            None => format!("http://{address}"),
        };

        let snapshot = match config.snapshot.clone() {
            Some(snapshot) => {
                let read = tokio::task::spawn_blocking(move || Snapshot::open(&snapshot)).await;
                Some(read.map_err(|error| StartError::Thread(error.into()))??)
            }
            None => None,
        };
        let files = match &config.data {
            Some(data) => beside(data, config.file_bytes, snapshot.is_some())?,
            None => Files::temporary(config.file_bytes).map_err(StartError::Files)?,
        };
        let (data, seed, place) = (config.data.clone(), config.seed, files.clone());
        // A large file takes a while to be checked.
        let opened = tokio::task::spawn_blocking(move || {
            if let Some(snapshot) = &snapshot {
                // Before the state that refers to them.
                snapshot.write_files(&place).map_err(|error| DataError::Sqlite {
                    path: place.path().to_owned(),
                    error: error.into(),
                })?;
            }
            Store::open(data.as_deref(), seed, snapshot.as_ref())
        });
        let opened = opened.await.map_err(|error| StartError::Thread(error.into()))??;
        let clock = EngineClock::start(config.clock, opened.stored);
        let links = FileLinks::new(&base_url, opened.link_key().to_owned());
        let (releases, released) = Releases::new();
        let faults = Arc::new(Faults::new(config.seed));
        for fault in &config.faults {
            faults.arm(fault.clone())?;
        }
        let store = opened
            .start(clock.clone(), releases.clone(), Arc::clone(&faults))
            .map_err(StartError::Thread)?;

        let app = Arc::new(App {
            base_url,
            partners,
            clock,
            bearers: Bearers::new(),
            doctor: Doctor::new(config.accept_query_in_target),
            links,
            outbound,
            files,
            store,
            releases,
            lanes: Lanes::default(),
            faults,
            journal: Journal::default(),
            metrics: Arc::new(Metrics::default()),
            turn: tokio::sync::Mutex::default(),
            whole: tokio::sync::Mutex::default(),
            reset_asked: watch::Sender::new(()),
            in_process: Arc::new(Semaphore::new(MAX_IN_PROCESS)),
            connections: Arc::new(Semaphore::new(config.limits.connections)),
            snapshots: Arc::new(Semaphore::new(admin::MAX_SNAPSHOTS)),
            listeners: Arc::new(Semaphore::new(inspector::MAX_LISTENERS)),
            stop: watch::Sender::new(false),
            end: watch::Sender::new(false),
            runtime: Handle::current(),
            config,
        });
        app.resume().await.map_err(|error| unusable(&app, error))?;
        app.spawn(delivery::deliver(Arc::clone(&app), released));
        app.spawn(agenda::follow(Arc::clone(&app)));
        let router = server::router(Arc::clone(&app));
        let serve = |listener, tls| server::serve(listener, tls, router.clone(), Arc::clone(&app));
        let (https, secured) = match https {
            Some(Https { url, listener, tls }) => {
                let ca = tls.authority().to_owned();
                (Some((url, ca)), Some(serve(listener, Some(tls))))
            }
            None => (None, None),
        };
        let serving = serve(listener, None);
        let server = Some(tokio::spawn(async move {
            let secured = async {
                if let Some(secured) = secured {
                    secured.await;
                }
            };
            tokio::join!(serving, secured);
        }));
        let expectations = Mutex::default();
        Ok(Self { app, router, address, https, credentials, server, expectations })
    }
}

/// https, about to be served.
struct Https {
    url: String,
    listener: TcpListener,
    tls: Tls,
}

/// Listens for https, if that is asked for, with the authority of its directory.
async fn https(config: &Config) -> Result<Option<Https>, StartError> {
    let Some(https) = &config.https else {
        return Ok(None);
    };
    let mut hosts = config.https_hosts.clone();
    let public = config.public_url.as_deref().and_then(|url| url.parse::<http::Uri>().ok());
    hosts.extend(public.as_ref().and_then(http::Uri::host).map(str::to_owned));
    let directory = https.ca.clone();
    let made = tokio::task::spawn_blocking(move || {
        let authority = CertificateAuthority::open_or_make(directory, &hosts)?;
        if authority.is_new() {
            let ca = authority.certificate().display();
            info!(%ca, "made a certificate authority: clients have to trust it");
        }
        Tls::new(authority, &hosts)
    });
    let tls = made.await.map_err(|error| StartError::Thread(error.into()))??;
    let listen = |error| StartError::ListenHttps { address: https.listen, error };
    let listener = TcpListener::bind(https.listen).await.map_err(listen)?;
    let url = format!("https://{}", listener.local_addr().map_err(listen)?);
    Ok(Some(Https { url, listener, tls }))
}

impl App {
    /// Goes on where an earlier mock left this state.
    async fn resume(&self) -> Result<(), StoreError> {
        let (known, _) = self.store.run(|state| state.file_ids()).await?;
        self.files.tidy(|id| known.contains(id)).map_err(|error| StoreError::Io(error.into()))?;
        self.take_up().await
    }

    /// Lets go what was to be attempted at once when a mock ended.
    pub(crate) async fn take_up(&self) -> Result<(), StoreError> {
        let mut after = 0;
        loop {
            let (unfinished, _) =
                self.store.run(move |state| state.unfinished(after, AT_ONCE)).await?;
            let Some(last) = unfinished.last() else {
                return Ok(());
            };
            after = last.callback;
            self.releases.release(unfinished);
        }
    }
}

/// The files beside a data file, locked; nothing is made beside a file that is none, nor a data file
/// that would know nothing of the files that are here.
fn beside(data: &Path, budget: u64, anew: bool) -> Result<Files, DataError> {
    if recognise(data)? && anew {
        return Err(DataError::Exists(data.to_owned()));
    }
    let io = |error| DataError::Io { path: data.to_owned(), error };
    let files = Files::beside(data, budget).map_err(|error| match error.kind() {
        io::ErrorKind::ResourceBusy => DataError::InUse(data.to_owned()),
        _ => io(error),
    })?;
    // Again: now nobody else can be making it.
    if !recognise(data)? && files.has_any().map_err(io)? {
        let (path, left) = (data.to_owned(), files.path().to_owned());
        return Err(DataError::LeftBehind { path, left });
    }
    Ok(files)
}

fn partners(partners: &[Credentials]) -> Result<HashMap<ClientId, Credentials>, StartError> {
    let mut by_id = HashMap::new();
    for partner in partners {
        let id = partner.client_id.as_str();
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(StartError::ClientId);
        }
        if by_id.insert(partner.client_id.clone(), partner.clone()).is_some() {
            return Err(StartError::ClientIdTwice(id.to_owned()));
        }
    }
    Ok(by_id)
}

fn unusable(app: &App, error: StoreError) -> StartError {
    let path = app.config.data.clone().unwrap_or_default();
    StartError::Data(DataError::Sqlite { path, error: error.into() })
}

/// The URL without its trailing slash.
fn public_url(url: &str) -> Option<String> {
    let uri: http::Uri = url.parse().ok().filter(|_| is_http_url(url))?;
    let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
    bare.then(|| url.trim_end_matches('/').to_owned())
}

/// How many callbacks are taken up again in one piece.
const AT_ONCE: u32 = 10_000;
