//! Over real sockets on loopback.

mod kept;
mod limits;

use std::{
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use super::*;

/// What a receiver saw.
#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<String>>,
    news: Notify,
}

impl Seen {
    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The bodies in their order.
    fn bodies(&self) -> Vec<String> {
        let body = |request: String| request.split("\r\n\r\n").last().unwrap().to_owned();
        self.requests().into_iter().map(body).collect()
    }

    /// The next request, which is remembered; `None` when the connection ended.
    async fn read(&self, socket: &mut (impl AsyncRead + Unpin)) -> Option<String> {
        let mut request = Vec::new();
        loop {
            let text = String::from_utf8(request.clone()).unwrap();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                if body.len() == length.map_or(0, |length| length.parse().unwrap()) {
                    self.requests.lock().unwrap().push(text.clone());
                    self.news.notify_one();
                    return Some(text);
                }
            }
            if socket.read_buf(&mut request).await.unwrap_or_default() == 0 {
                return None;
            }
        }
    }
}

/// Serves each connection by `serve`.
async fn receiver<F>(
    serve: impl Fn(TcpStream, Arc<Seen>) -> F + Send + 'static,
) -> (SocketAddr, Arc<Seen>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::<Seen>::default();
    let seeing = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            seeing.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(socket, Arc::clone(&seeing)));
        }
    });
    (address, seen)
}

/// Gives every request the same answer.
async fn answering(answer: &'static str) -> (SocketAddr, Arc<Seen>) {
    receiver(move |mut socket, seen| async move {
        while seen.read(&mut socket).await.is_some() {
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await
}

fn outbound() -> Outbound {
    Outbound::new(&[], None).unwrap()
}

fn post(url: &str, body: &str) -> Request<Full<Bytes>> {
    Request::post(url).body(Full::from(body.to_owned())).unwrap()
}

/// Sends `body` and tells the status.
async fn status(outbound: &Outbound, to: SocketAddr, body: &str) -> Result<u16, OutboundError> {
    let answer = outbound.send(post(&format!("http://{to}/x"), body), LIMIT).await;
    answer.map(|answer| answer.status.as_u16())
}

#[tokio::test]
async fn an_exchange_carries_what_was_said() {
    let (address, seen) =
        answering("HTTP/1.1 202 Accepted\r\nX-Answer: yes\r\nContent-Length: 2\r\n\r\nok").await;
    let request = post(&format!("http://{address}/a/b?c=d"), "{}");
    let answer = outbound().send(request, 2).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body.unwrap()), (202, "ok".into()));
    assert_eq!(answer.headers["x-answer"], "yes");
    let request = seen.requests().remove(0);
    assert!(request.starts_with("POST /a/b?c=d HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("\r\nhost: {address}\r\n")), "{request}");
    assert!(request.ends_with("\r\n\r\n{}"), "{request}");
}

#[test]
fn the_host_is_named_with_the_port_that_its_scheme_does_not_imply() {
    for (uri, expected) in [
        ("http://a.test/x", "a.test"),
        ("http://a.test:80/x", "a.test"),
        ("http://a.test:443/x", "a.test:443"),
        ("https://a.test:443/x", "a.test"),
        ("https://a.test:80/x", "a.test:80"),
        ("http://[::1]:81", "[::1]:81"),
    ] {
        assert_eq!(host(&Uri::from_static(uri)), expected, "{uri}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_an_answer_still() {
    let (address, _) = receiver(|mut socket, seen| async move {
        seen.read(&mut socket).await;
        socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxx").await.unwrap();
    })
    .await;
    let answer = outbound().send(post(&format!("http://{address}"), ""), LIMIT).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body), (200, Err(BodyError::BrokenOff)));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (elsewhere, followed) = answering(OK).await;
    let location =
        format!("HTTP/1.1 302 Found\r\nLocation: http://{elsewhere}/\r\nContent-Length: 0\r\n\r\n");
    let (address, _) = answering(location.leak()).await;
    let outbound = outbound();
    assert_eq!(status(&outbound, address, "").await, Ok(302));
    let file = outbound.open(format!("http://{address}").parse().unwrap()).await.unwrap();
    assert_eq!(file.status.as_u16(), 302);
    assert_eq!(followed.connections(), 0);
}

#[tokio::test]
async fn a_name_that_resolves_to_the_world_is_blocked() {
    // Resolvers read a number as an address: 8.8.8.8, and where clouds keep credentials.
    for name in ["134744072", "0xa9fea9fe"] {
        let url = format!("http://{name}/x?signature=secret");
        let error = outbound().open(url.parse().unwrap()).await.unwrap_err();
        let reason = format!(
            "{name} is neither loopback nor private: allow it with --callback-allow {name}"
        );
        assert_eq!(error, OutboundError::Blocked(reason));
    }
}

#[tokio::test]
async fn no_reason_repeats_a_links_signature() {
    let refused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused = format!("http://{refused}/x?signature=secret");
    for url in [
        &refused,
        "http://8.8.8.8/x?signature=secret",
        "http://user:secret@127.0.0.1/x",
        "ftp://127.0.0.1/x?signature=secret",
        "http://no.such.name.invalid/x?signature=secret",
    ] {
        let error = outbound().open(url.parse().unwrap()).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const LIMIT: usize = 64 << 10;
