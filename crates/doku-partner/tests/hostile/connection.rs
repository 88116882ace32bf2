//! Connections: none to be had, one that was closed meanwhile, one that is kept.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use doku_partner::{Body, ErrorKind, HyperTransport, Transport};
use tokio::net::TcpSocket;

use crate::{
    call::{
        ask, assert_discreet, assert_one_request, builder, register, registered, requirements,
        timeouts,
    },
    host::{Act, Host, Step},
};

/// A port at which nobody listens, and which nobody else can get.
fn reserved() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    socket
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent_and_nothing_is_open() {
    let socket = reserved();
    let client = builder(&format!("http://{}", socket.local_addr().unwrap()))
        .transport(HyperTransport::builder().no_proxy().timeouts(timeouts()).build())
        .build();
    let error = register(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 3), "{error}");
    assert!(!error.outcome_unknown() && error.is_retryable());
    assert!(error.to_string().contains("no connection"), "{error}");
    assert!(error.advice().unwrap().contains("host is up"));
    assert_discreet(&error);
}

#[tokio::test]
async fn a_host_that_comes_up_meanwhile_is_reached() {
    let socket = reserved();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let (socket, host) = (Arc::new(Mutex::new(Some(socket))), Arc::new(Mutex::new(None)));
    let transport = HyperTransport::builder().no_proxy().timeouts(timeouts()).build();
    let (waiting, up) = (Arc::clone(&socket), Arc::clone(&host));
    let client = builder(&url)
        .transport(move |request: http::Request<Body>| {
            let sending = transport.send(request);
            let (waiting, up) = (Arc::clone(&waiting), Arc::clone(&up));
            async move {
                let answer = sending.await;
                // The host comes up once somebody has called in vain.
                if let Some(socket) = waiting.lock().unwrap().take() {
                    assert!(answer.is_err(), "nobody listened");
                    let listener = socket.listen(8).unwrap();
                    *up.lock().unwrap() = Some(Host::on(listener, [registered()]));
                }
                answer
            }
        })
        .build();
    let reply = register(&client).await.unwrap();
    assert_eq!((reply.attempts, reply.is_replayed()), (2, false));
    assert_eq!(host.lock().unwrap().as_ref().unwrap().came().len(), 1);
}

#[tokio::test]
async fn a_connection_is_kept_for_the_calls_that_follow() {
    let host = Host::playing([requirements(), registered(), requirements()]).await;
    let client = host.client();
    ask(&client).await.unwrap();
    register(&client.clone()).await.unwrap();
    ask(&client).await.unwrap();
    assert_eq!((host.came().len(), host.connections()), (3, 1));
}

#[tokio::test]
async fn a_kept_connection_that_breaks_under_a_request_leaves_it_open_like_any_other() {
    let host = Host::playing([requirements().into(), Act::lose(), registered().into()]).await;
    let client = host.client();
    ask(&client).await.unwrap();
    let reply = register(&client).await.unwrap();
    assert_eq!(reply.attempts, 2, "it is the client that repeats it, not its transport");
    let came = host.came();
    assert_one_request(&came[1..]);
    let connections: Vec<_> = came.iter().map(|came| came.connection).collect();
    assert_eq!(connections, [0, 0, 1]);
}

#[tokio::test]
async fn a_connection_that_the_host_closed_meanwhile_costs_no_attempt_that_was_sent() {
    let closing = || Act::steps(|came| vec![Step::Write(requirements().bytes(came)), Step::Close]);
    for _ in 0..20 {
        let host = Host::playing([closing(), registered().into()]).await;
        let client = host.client();
        ask(&client).await.unwrap();
        let reply = register(&client).await.unwrap();
        assert!(!reply.is_replayed());
        // However the race between the close and the call ends, it is done once.
        assert_eq!(host.came().len(), 2);
    }
}

#[tokio::test]
async fn answers_that_nobody_asked_for_are_not_taken_for_the_next_one() {
    // Two answers to one request: the second is not the next call's.
    let twice = Act::steps(|came| {
        let answer = requirements().bytes(came);
        vec![Step::Write([answer.clone(), answer].concat())]
    });
    let host = Host::playing([twice, registered().into(), registered().into()]).await;
    let client = host.client();
    ask(&client).await.unwrap();
    let reply = register(&client).await.unwrap();
    assert_eq!(reply.business.id.as_str(), "BSN-1");
}

#[tokio::test]
async fn calls_that_are_dropped_end_at_once() {
    let host = Host::playing([Act::hold(), requirements().into()]).await;
    let client = host.client();
    let asking = tokio::spawn({
        let client = client.clone();
        async move { ask(&client).await.map(drop) }
    });
    while host.came().is_empty() {
        tokio::task::yield_now().await;
    }
    asking.abort();
    host.written_until_left().await;
    assert!(ask(&client).await.is_ok());
}

#[tokio::test]
async fn a_transport_of_ones_own_is_asked_once_for_each_attempt() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let client = builder("http://127.0.0.1:1")
        .transport(move |_: http::Request<Body>| {
            counted.fetch_add(1, Ordering::SeqCst);
            async {
                let kind = doku_partner::TransportErrorKind::Timeout;
                Err::<http::Response<bytes::Bytes>, _>(doku_partner::TransportError::new(
                    kind, None,
                ))
            }
        })
        .build();
    assert_eq!(register(&client).await.unwrap_err().kind(), ErrorKind::Ambiguous);
    assert_eq!(ask(&client).await.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(count.load(Ordering::SeqCst), 6);
}
