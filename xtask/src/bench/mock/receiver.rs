//! A receiver of callbacks that acknowledges whatever comes, and only counts.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
    time::{Instant, sleep},
};

use super::wire::request_length;
use crate::bench::load::Result;

/// It takes callbacks on this thread's runtime until it is dropped.
pub(super) struct Receiver {
    address: SocketAddr,
    received: Arc<AtomicU64>,
    accepting: AbortHandle,
}

impl Receiver {
    pub(super) async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let received = Arc::<AtomicU64>::default();
        let counted = Arc::clone(&received);
        let accepting = tokio::spawn(async move {
            // A connection ends with the mock that opened it.
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(acknowledge(stream, Arc::clone(&counted)));
            }
        });
        Ok(Self { address, received, accepting: accepting.abort_handle() })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/doku/callbacks", self.address)
    }

    /// Waits until so many were received since its start.
    pub(super) async fn wait_for(&self, callbacks: u64) -> Result<()> {
        let began = Instant::now();
        loop {
            let received = self.received.load(Ordering::Relaxed);
            if received >= callbacks {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                return Err(format!("{received} callbacks of {callbacks} were delivered").into());
            }
            sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn acknowledge(mut stream: TcpStream, received: Arc<AtomicU64>) {
    let _ = stream.set_nodelay(true);
    let mut buffer = vec![0; LARGEST];
    let mut filled = 0;
    while let Ok(read @ 1..) = stream.read(&mut buffer[filled..]).await {
        filled += read;
        // One callback at a time on a connection.
        if request_length(&buffer[..filled]) == Ok(Some(filled)) {
            filled = 0;
            received.fetch_add(1, Ordering::Relaxed);
            if stream.write_all(ACKNOWLEDGED).await.is_err() {
                return;
            }
        }
    }
}

const ACKNOWLEDGED: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
/// More than a callback has.
const LARGEST: usize = 16 << 10;
const PATIENCE: Duration = Duration::from_secs(60);
