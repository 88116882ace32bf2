//! The load: requests made beforehand, over connections that are kept, one in flight on each.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::{AbortHandle, JoinSet},
    time::timeout,
};

use super::{
    server::Server,
    wire::{Reply, scan},
};
use crate::bench::{load::Result, spells::Spell};

/// A request and what has to come back.
#[derive(Clone)]
pub(super) struct Ask {
    pub(super) request: Bytes,
    pub(super) status: u16,
    /// Of the body, where it is always the same.
    pub(super) length: Option<usize>,
}

/// The next request, as long as there are any.
pub(super) type Asks = Arc<dyn Fn() -> Option<Ask> + Send + Sync>;

/// Connections to one server.
pub(super) struct Lines(Vec<Line>);

impl Lines {
    /// So many as there may be requests in flight.
    pub(super) async fn open(address: SocketAddr) -> Result<Self> {
        let mut lines = Vec::new();
        for _ in 0..IN_FLIGHT {
            lines.push(Line::open(address).await?);
        }
        Ok(Self(lines))
    }

    /// Sends for so long, or until there is nothing more to send; says how many were answered.
    ///
    /// # Errors
    /// When a reply is another than was asked for, or does not come.
    pub(super) async fn send(&mut self, asks: &Asks, lasting: Duration) -> Result<u64> {
        let began = Instant::now();
        let mut sending = JoinSet::new();
        for mut line in self.0.drain(..) {
            let asks = Arc::clone(asks);
            sending.spawn(async move {
                let mut answered = 0;
                while began.elapsed() < lasting
                    && let Some(ask) = asks()
                {
                    line.ask(&ask).await?;
                    answered += 1;
                }
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>((line, answered))
            });
        }
        // To wake this process for each reply would cost the server, and a slow one the most.
        let awake = AbortHandleOnDrop(tokio::spawn(stay_awake()).abort_handle());
        let all = async {
            let mut answered = 0;
            while let Some(line) = sending.join_next().await {
                let (line, its) = line??;
                self.0.push(line);
                answered += its;
            }
            Ok(answered)
        };
        let answered = timeout(lasting.saturating_add(PATIENCE), all).await;
        drop(awake);
        answered.map_err(|_| "the server does not answer any more")?
    }

    /// Sends for so long, until `over`, and says what the server had of the processor.
    pub(super) async fn spell(
        &mut self,
        server: &Server,
        asks: &Asks,
        lasting: Duration,
        over: impl AsyncFnOnce(u64) -> Result<()>,
    ) -> Result<Spell> {
        let (before, began) = (server.processor_time(), Instant::now());
        let requests = self.send(asks, lasting).await?;
        over(requests).await?;
        let took = began.elapsed();
        let spent = before.zip(server.processor_time());
        let processor = spent.map(|(before, after)| after.saturating_sub(before));
        Ok(Spell { requests, took, processor })
    }
}

/// Never lets the thread sleep.
async fn stay_awake() {
    loop {
        tokio::task::yield_now().await;
    }
}

/// A task that ends when this is dropped.
struct AbortHandleOnDrop(AbortHandle);

impl Drop for AbortHandleOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// One connection.
pub(super) struct Line {
    stream: TcpStream,
    buffer: Box<[u8]>,
}

impl Line {
    pub(super) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; LARGEST_REPLY].into() })
    }

    /// Sends a request; the reply with its bytes.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> Result<(Reply, &[u8])> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        loop {
            if filled == self.buffer.len() {
                return Err("the reply is larger than any is here".into());
            }
            match self.stream.read(&mut self.buffer[filled..]).await? {
                0 => return Err("the server closed the connection".into()),
                read => filled += read,
            }
            if let Some(reply) = scan(&self.buffer[..filled])? {
                if reply.whole != filled {
                    return Err("the server sent more than a reply".into());
                }
                return Ok((reply, &self.buffer[..filled]));
            }
        }
    }

    async fn ask(&mut self, ask: &Ask) -> Result<()> {
        let (reply, bytes) = self.exchange(&ask.request).await?;
        if reply.status == ask.status && ask.length.is_none_or(|length| length == reply.body) {
            return Ok(());
        }
        let (wanted, text) = (ask.status, String::from_utf8_lossy(bytes));
        Err(format!("not the reply, of {wanted} and {:?} bytes: {text}", ask.length).into())
    }
}

/// Requests at a time, one on each connection.
pub(super) const IN_FLIGHT: usize = 16;
/// A page of the inspector has less.
const LARGEST_REPLY: usize = 512 << 10;
/// For the replies to what was sent last.
const PATIENCE: Duration = Duration::from_secs(30);
