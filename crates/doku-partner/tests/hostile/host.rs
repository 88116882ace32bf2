//! A host that plays a script: what it does with each request, in turn.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use crate::answer::Answer;

/// A request as it came, to the byte.
#[derive(Debug, Clone)]
pub(crate) struct Came {
    /// Of which connection, counted from 0.
    pub(crate) connection: usize,
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Came {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// What the host does with one request.
pub(crate) struct Act {
    /// As much of its body is read before.
    reads: usize,
    steps: Steps,
}

/// What it does, once it knows the request.
type Steps = Box<dyn FnOnce(&Came) -> Vec<Step> + Send>;

/// What it does, one after the other; then the connection waits for the next request.
pub(crate) enum Step {
    Write(Vec<u8>),
    /// A byte at a time, with this pause before each.
    Drip(Vec<u8>, Duration),
    /// Again and again, until the client has gone.
    Endless(Vec<u8>),
    /// Nothing, until the client has gone.
    Hold,
    /// Closes the connection properly.
    Close,
    /// Breaks it off: the client gets a reset.
    Reset,
}

impl Act {
    pub(crate) fn steps(steps: impl FnOnce(&Came) -> Vec<Step> + Send + 'static) -> Self {
        Self { reads: usize::MAX, steps: Box::new(steps) }
    }

    /// Takes no more than this of the request's body.
    pub(crate) fn after_reading(mut self, reads: usize) -> Self {
        self.reads = reads;
        self
    }

    /// Carries the request out, for all that the client knows, and says nothing of it.
    pub(crate) fn lose() -> Self {
        Self::steps(|_| vec![Step::Close])
    }

    pub(crate) fn hold() -> Self {
        Self::steps(|_| vec![Step::Hold])
    }
}

impl From<Answer> for Act {
    fn from(answer: Answer) -> Self {
        Self::steps(move |came| vec![Step::Write(answer.bytes(came))])
    }
}

/// A host on a free port of this machine. What comes when its script is at an end is kept, and not
/// answered.
pub(crate) struct Host {
    pub(crate) address: SocketAddr,
    pub(crate) state: Arc<State>,
}

#[derive(Default)]
pub(crate) struct State {
    acts: Mutex<VecDeque<Act>>,
    came: Mutex<Vec<Came>>,
    connections: AtomicUsize,
    written: AtomicU64,
    left: Notify,
}

impl Host {
    pub(crate) async fn playing<A: Into<Act>>(acts: impl IntoIterator<Item = A>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, acts)
    }

    pub(crate) fn on<A: Into<Act>>(
        listener: TcpListener,
        acts: impl IntoIterator<Item = A>,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let state = State::playing(acts);
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let state = Arc::clone(&serving);
                tokio::spawn(async move { state.serve(socket).await });
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request, in the order in which they came.
    pub(crate) fn came(&self) -> Vec<Came> {
        self.state.came()
    }

    /// How many connections were opened.
    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// How many bytes could be written, once a client has gone.
    pub(crate) async fn written_until_left(&self) -> u64 {
        let left = self.state.left.notified();
        tokio::time::timeout(Duration::from_secs(30), left).await.expect("the client goes");
        self.state.written.load(Ordering::SeqCst)
    }
}

impl State {
    pub(crate) fn playing<A: Into<Act>>(acts: impl IntoIterator<Item = A>) -> Arc<Self> {
        let acts = Mutex::new(acts.into_iter().map(Into::into).collect());
        Arc::new(Self { acts, ..Self::default() })
    }

    pub(crate) fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    /// Plays on one connection, until it ends.
    pub(crate) async fn serve(&self, mut wire: impl Wire) {
        let connection = self.connections.fetch_add(1, Ordering::SeqCst);
        // An error is the client's end of the connection.
        let mut buffer = Vec::new();
        while let Some(came) = read_head(&mut wire, &mut buffer, connection).await {
            let act = self.acts.lock().unwrap().pop_front();
            let reads = act.as_ref().map_or(usize::MAX, |act| act.reads);
            let Some(came) = read_body(&mut wire, &mut buffer, came, reads).await else { break };
            self.came.lock().unwrap().push(came.clone());
            let Some(act) = act else { break };
            for step in (act.steps)(&came) {
                if self.play(&mut wire, step).await.is_err() {
                    self.left.notify_one();
                    return;
                }
            }
        }
    }

    /// Does one step; an error ends the connection.
    async fn play(&self, wire: &mut impl Wire, step: Step) -> std::io::Result<()> {
        let end = || Err(std::io::ErrorKind::ConnectionAborted.into());
        match step {
            Step::Write(bytes) => self.write(wire, &bytes).await?,
            Step::Drip(bytes, pause) => {
                for byte in bytes {
                    tokio::time::sleep(pause).await;
                    self.write(wire, &[byte]).await?;
                }
            }
            Step::Endless(bytes) => loop {
                self.write(wire, &bytes).await?;
            },
            Step::Hold => {
                wire.read_to_end(&mut Vec::new()).await?;
                return end();
            }
            Step::Close => {
                wire.shutdown().await?;
                return end();
            }
            Step::Reset => {
                wire.reset_when_dropped();
                return end();
            }
        }
        Ok(())
    }

    async fn write(&self, wire: &mut impl Wire, mut bytes: &[u8]) -> std::io::Result<()> {
        while !bytes.is_empty() {
            let count = wire.write(bytes).await?;
            self.written.fetch_add(count as u64, Ordering::SeqCst);
            bytes = &bytes[count..];
        }
        wire.flush().await
    }
}

/// A connection, plain or with TLS.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {
    fn reset_when_dropped(&self);
}

impl Wire for TcpStream {
    fn reset_when_dropped(&self) {
        self.set_zero_linger().unwrap();
    }
}

#[cfg(feature = "tls")]
impl Wire for tokio_rustls::server::TlsStream<TcpStream> {
    fn reset_when_dropped(&self) {
        self.get_ref().0.set_zero_linger().unwrap();
    }
}

/// The head of the next request, without its body.
async fn read_head(wire: &mut impl Wire, buffer: &mut Vec<u8>, connection: usize) -> Option<Came> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if wire.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(buffer.drain(..end + 4).collect()).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.parse().unwrap(), first.next()?.to_owned());
    let header = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap())
    };
    let headers = lines.map(header).collect();
    Some(Came { connection, method, target, headers, body: Vec::new() })
}

/// Its body, or the first `reads` bytes of that.
async fn read_body(
    wire: &mut impl Wire,
    buffer: &mut Vec<u8>,
    mut came: Came,
    reads: usize,
) -> Option<Came> {
    let length = came.headers.get("content-length").map_or("0", |value| value.to_str().unwrap());
    let length = length.parse::<usize>().unwrap().min(reads);
    while buffer.len() < length {
        if wire.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    came.body = buffer.drain(..length).collect();
    Some(came)
}
