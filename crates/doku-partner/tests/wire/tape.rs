//! A server that keeps each byte that it reads and answers what it was given.

use std::{
    collections::VecDeque,
    fmt::Write,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::Duration,
};

use doku_partner::{Body, Credentials, Environment, HyperTransport, PartnerClient, RetryPolicy};
use doku_types::Timestamp;
use http::Request;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The instant of the first request. Each answer takes a second.
pub(crate) fn start() -> Timestamp {
    Timestamp::parse("2026-11-22T03:04:05Z").unwrap()
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret")
}

/// What a request is answered with.
pub(crate) enum Answer {
    Reply(u16, &'static str),
    /// The request is read to its end, then the connection is gone.
    Lost,
}

/// What came, request by request, and the client that it came from.
pub(crate) struct Tape {
    pub(crate) client: PartnerClient,
    pub(crate) environment: Environment,
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Tape {
    /// Answers each request in turn.
    pub(crate) async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = Arc::new(Mutex::new(answers.into_iter().collect::<VecDeque<_>>()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::default();
        let millis = Arc::new(AtomicI64::new(start().as_millis()));
        let (kept, clock) = (Arc::clone(&requests), Arc::clone(&millis));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (kept, clock) = (Arc::clone(&kept), Arc::clone(&clock));
                tokio::spawn(converse(socket, Arc::clone(&answers), kept, clock));
            }
        });
        let environment = Environment::custom(&format!("http://{address}")).unwrap();
        let count = AtomicU32::new(0);
        let client = PartnerClient::builder(environment.clone(), credentials())
            .clock(move || Timestamp::from_millis(millis.load(Ordering::SeqCst)))
            .request_ids(move || format!("request-{}", count.fetch_add(1, Ordering::SeqCst) + 1))
            .retry(RetryPolicy::new().base(Duration::ZERO))
            .transport(HyperTransport::builder().no_proxy().build())
            .build();
        Self { client, environment, address, requests }
    }

    pub(crate) async fn replying(body: &'static str) -> Self {
        Self::answering([Answer::Reply(200, body)]).await
    }

    /// A request, by its place.
    pub(crate) fn request(&self, index: usize) -> Vec<u8> {
        self.requests.lock().unwrap()[index].clone()
    }

    /// All requests to the byte, but for the port.
    pub(crate) fn written(&self) -> String {
        let requests = self.requests.lock().unwrap();
        let texts: Vec<_> = requests.iter().map(|request| printable(request)).collect();
        let port = format!("127.0.0.1:{}", self.address.port());
        assert!(texts.iter().all(|text| text.matches(&port).count() == 1), "{texts:?}");
        texts.join("\n\n==== the next request ====\n\n").replace(&port, "127.0.0.1:PORT")
    }

    /// The request, by its place, is what `expected` is: an operation's, without any client.
    pub(crate) async fn assert_sent(&self, index: usize, expected: Request<Body>) {
        let (parts, body) = expected.into_parts();
        let body = body.collect().await.unwrap();
        let mut head =
            format!("{} {} HTTP/1.1\n", parts.method, parts.uri.path_and_query().unwrap());
        let mut lines: Vec<_> = parts
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        // What HTTP/1.1 adds.
        lines.push(format!("host: {}", self.address));
        if !body.is_empty() {
            lines.push(format!("content-length: {}", body.len()));
        }
        lines.sort();
        let _ = write!(head, "{}", lines.join("\n"));

        let sent = self.request(index);
        let end = head_length(&sent).unwrap();
        let sent_head = std::str::from_utf8(&sent[..end - 4]).unwrap();
        let (first, rest) = sent_head.split_once("\r\n").unwrap();
        let mut lines: Vec<_> = rest.split("\r\n").collect();
        lines.sort_unstable();
        assert_eq!(format!("{first}\n{}", lines.join("\n")), head);
        assert_eq!(printable(&sent[end..]), printable(&body));
    }
}

async fn converse(
    mut socket: TcpStream,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    kept: Arc<Mutex<Vec<Vec<u8>>>>,
    clock: Arc<AtomicI64>,
) {
    let mut read = Vec::new();
    loop {
        while !is_whole(&read) {
            if socket.read_buf(&mut read).await.unwrap_or_default() == 0 {
                return;
            }
        }
        kept.lock().unwrap().push(std::mem::take(&mut read));
        clock.fetch_add(1000, Ordering::SeqCst);
        let answer = answers.lock().unwrap().pop_front();
        let Some(Answer::Reply(status, body)) = answer else { return };
        let length = body.len();
        let reply = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        if socket.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Whether it is one request, and no byte more.
fn is_whole(read: &[u8]) -> bool {
    let Some(head) = head_length(read) else { return false };
    let text = std::str::from_utf8(&read[..head]).unwrap();
    let length = text.split("\r\n").find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(0, |length| length.parse().unwrap());
    assert!(read.len() <= head + length, "more than its length: {}", printable(read));
    read.len() == head + length
}

fn head_length(read: &[u8]) -> Option<usize> {
    read.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

/// Each byte: a line feed ends the line, and whatever else is not printable ASCII is escaped, as is the
/// backslash.
fn printable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'\n' => text.push('\n'),
            b'"' | b'\'' => text.push(char::from(*byte)),
            _ => text.push_str(&std::ascii::escape_default(*byte).to_string()),
        }
    }
    text
}
