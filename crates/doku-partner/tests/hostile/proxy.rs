//! A proxy on the way: asked by CONNECT, told who calls, and found at fault where it is.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use doku_partner::{ErrorKind, HyperTransport, PartnerClient, RetryPolicy};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

use crate::{
    call::{
        PASSWORD, ask, assert_discreet, builder, quick, register, registered, requirements,
        timeouts,
    },
    tls::TlsHost,
};

/// What a proxy does with a CONNECT.
#[derive(Clone, Copy)]
enum Proxying {
    /// Opens a tunnel to this port of this machine, whatever the name.
    To(u16),
    Answers(&'static str),
    Closes,
    Holds,
}

struct Proxy {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn doing(proxying: Proxying) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(proxy(socket, proxying, Arc::clone(&keep)));
            }
        });
        Self { address, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn proxy(mut client: TcpStream, proxying: Proxying, heads: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if client.read_buf(&mut head).await.unwrap_or_default() == 0 {
            return;
        }
    }
    heads.lock().unwrap().push(String::from_utf8(head).unwrap());
    match proxying {
        Proxying::To(port) => {
            let mut host = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
            let _ = copy_bidirectional(&mut client, &mut host).await;
        }
        Proxying::Answers(answer) => {
            let _ = client.write_all(answer.as_bytes()).await;
        }
        Proxying::Closes => {}
        Proxying::Holds => {
            let _ = client.read_to_end(&mut Vec::new()).await;
        }
    }
}

/// A client that calls a name which only the proxy knows.
fn client(host: &TlsHost, proxy_url: &str) -> PartnerClient {
    builder(&format!("https://doku.test:{}", host.port))
        .transport(host.trusted().proxy(proxy_url).unwrap().build())
        .build()
}

#[tokio::test]
async fn the_host_is_reached_by_a_tunnel_through_which_the_proxy_cannot_look() {
    let host = TlsHost::playing("doku.test", vec![registered(), requirements()]).await;
    let proxy = Proxy::doing(Proxying::To(host.port)).await;
    let client = client(&host, &proxy.url());
    let reply = register(&client).await.unwrap();
    assert!(reply.is_signed);
    ask(&client).await.unwrap();
    assert_eq!(host.state.came().len(), 2);
    assert_eq!(host.state.came()[0].header("host"), format!("doku.test:{}", host.port));

    let heads = proxy.heads();
    assert_eq!(heads.len(), 1, "the tunnel is kept for the calls that follow");
    let line = format!("CONNECT doku.test:{0} HTTP/1.1\r\nHost: doku.test:{0}\r\n", host.port);
    assert!(heads[0].starts_with(&line), "{}", heads[0]);
    let lower = heads[0].to_lowercase();
    assert!(!lower.contains("authorization") && !lower.contains("client-id"), "{lower}");
}

#[tokio::test]
async fn a_proxy_with_a_password_is_told_it_and_the_host_is_not() {
    let host = TlsHost::playing("doku.test", vec![registered()]).await;
    let proxy = Proxy::doing(Proxying::To(host.port)).await;
    let url = format!("http://partner:{PASSWORD}@{}", proxy.address);
    register(&client(&host, &url)).await.unwrap();
    let heads = proxy.heads();
    // `partner:hunter2-marker` in Base64.
    let told = "\r\nProxy-Authorization: Basic cGFydG5lcjpodW50ZXIyLW1hcmtlcg==\r\n";
    assert!(heads[0].contains(told), "{}", heads[0]);
    assert!(!host.state.came()[0].headers.contains_key("proxy-authorization"));
}

#[tokio::test]
async fn a_proxy_that_says_no_is_named_and_nothing_was_sent() {
    for (answer, says) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "proxy auth"),
        ("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "unsuccessful"),
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops", "unsuccessful"),
        ("SSH-2.0-OpenSSH_9.9\r\n\r\n", ""),
    ] {
        let host = TlsHost::playing("doku.test", vec![registered()]).await;
        let proxy = Proxy::doing(Proxying::Answers(answer)).await;
        let url = format!("http://partner:{PASSWORD}@{}", proxy.address);
        let client = client(&host, &url);
        let error = register(&client).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 3), "{error}");
        assert!(!error.outcome_unknown(), "nothing was sent");
        assert!(error.to_string().contains("no connection: "), "{error}");
        assert!(error.to_string().contains(says), "{says} is not in {error}");
        assert_discreet(&error);
        let printed = format!("{client:?}");
        assert!(!printed.contains(PASSWORD), "{printed}");
        assert_eq!((proxy.heads().len(), host.state.came().len()), (3, 0));
    }
}

#[tokio::test]
async fn a_proxy_that_hangs_up_or_is_silent_is_no_connection() {
    let host = TlsHost::playing("doku.test", vec![registered()]).await;
    for proxying in [Proxying::Closes, Proxying::Holds] {
        let proxy = Proxy::doing(proxying).await;
        let short = timeouts().connect(Duration::from_millis(200));
        let transport = host.trusted().timeouts(short).proxy(&proxy.url()).unwrap().build();
        let client = builder(&format!("https://doku.test:{}", host.port))
            .transport(transport)
            .retry(quick().attempts(2))
            .build();
        let error = register(&client).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 2), "{error}");
        assert!(!error.outcome_unknown() && error.is_retryable(), "{error}");
        assert_eq!(proxy.heads().len(), 2);
    }
}

#[tokio::test]
async fn a_host_behind_a_proxy_still_shows_its_certificate() {
    let host = TlsHost::playing("doku.test", vec![registered()]).await;
    let proxy = Proxy::doing(Proxying::To(host.port)).await;
    let transport =
        HyperTransport::builder().timeouts(timeouts()).proxy(&proxy.url()).unwrap().build();
    let client = builder(&format!("https://doku.test:{}", host.port))
        .transport(transport)
        .retry(RetryPolicy::never())
        .build();
    let error = register(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome_unknown()), (ErrorKind::Transport, false), "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(host.state.came().is_empty());
}

#[tokio::test]
async fn this_machine_is_called_without_the_proxy() {
    let host = TlsHost::playing("localhost", vec![registered()]).await;
    let proxy = Proxy::doing(Proxying::Closes).await;
    let transport = || host.trusted().proxy(&proxy.url()).unwrap().build();
    let client =
        builder(&format!("https://localhost:{}", host.port)).transport(transport()).build();
    assert!(register(&client).await.is_ok());
    let plain = crate::host::Host::playing([requirements()]).await;
    assert!(ask(&builder(&plain.url()).transport(transport()).build()).await.is_ok());
    assert!(proxy.heads().is_empty());
}
