//! A small HTTP server for callbacks.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tracing::debug;

use super::{CallbackService, Callbacks, service};
use crate::callback::CallbackReceiver;

/// A bound socket that will receive callbacks. It speaks plain http: TLS is for the proxy before it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use doku_partner::{Credentials, callback::CallbackReceiver, receiver::CallbackListener};
///
/// let credentials = Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret");
/// let listener = CallbackListener::bind("127.0.0.1:0".parse().unwrap()).await?;
/// let callback_url = format!("http://{}/doku/callbacks", listener.local_addr()?);
/// let callbacks = listener.serve(CallbackReceiver::new(credentials, "/doku/callbacks"));
/// // Register a business with `callback_url`, then: `callbacks.next().await`.
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CallbackListener(TcpListener);

impl CallbackListener {
    /// Listens on `address`; port 0 takes any free one.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        TcpListener::bind(address).await.map(Self)
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Receives from now on, in the background of the current tokio runtime, as [`CallbackService`] says;
    /// at most 256 connections at once. It ends when the [`Callbacks`] are dropped.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn serve(self, receiver: CallbackReceiver) -> Callbacks {
        let (service, callbacks) = service(receiver);
        let (stop, stopped) = watch::channel(());
        tokio::spawn(accept(self.0, service, stopped));
        Callbacks { stop: Some(stop), ..callbacks }
    }
}

async fn accept(listener: TcpListener, service: CallbackService, mut stopped: watch::Receiver<()>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // Nobody closes the semaphore.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // The sender is only ever dropped.
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(connect(stream, service.clone(), place, stopped.clone()));
            }
            Err(error) => {
                debug!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connect(
    stream: TcpStream,
    service: CallbackService,
    _place: OwnedSemaphorePermit,
    mut stopped: watch::Receiver<()>,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        ended = connection => {
            if let Err(error) = ended {
                debug!(%error, "connection ended");
            }
        }
        _ = stopped.changed() => {}
    }
}

const CONNECTIONS: usize = 256;
const IDLE: Duration = Duration::from_secs(30);
