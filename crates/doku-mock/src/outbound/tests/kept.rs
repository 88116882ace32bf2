//! Connections that are used again, and what becomes of a request when one is dead.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_request_after_the_other_uses_one_connection() {
    for answer in [
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    ] {
        let (address, seen) = answering(answer).await;
        let outbound = outbound();
        for number in 0..50 {
            status(&outbound, address, &number.to_string()).await.unwrap();
            // A file is fetched on it too.
            let mut file =
                outbound.open(format!("http://{address}").parse().unwrap()).await.unwrap();
            while file.chunk().await.unwrap().is_some() {}
        }
        assert_eq!((seen.connections(), seen.requests().len()), (1, 100), "{answer}");
    }
}

#[tokio::test]
async fn a_connection_whose_answer_was_not_read_to_its_end_is_not_used_again() {
    let (address, seen) = answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789").await;
    let outbound = outbound();
    let url = format!("http://{address}/x");
    let answer = outbound.send(post(&url, ""), 8).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body), (200, Err(BodyError::TooLarge)));
    drop(outbound.open(url.parse().unwrap()).await.unwrap());
    let answer = outbound.send(post(&url, ""), 9).await.unwrap();
    assert_eq!(answer.body.unwrap(), "123456789");
    assert_eq!(seen.connections(), 3);
}

#[tokio::test]
async fn a_connection_that_the_receiver_will_close_is_not_used_again() {
    let (address, seen) =
        answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").await;
    let outbound = outbound();
    for body in ["a", "b"] {
        assert_eq!(status(&outbound, address, body).await, Ok(200));
    }
    assert_eq!((seen.connections(), seen.bodies()), (2, vec!["a".to_owned(), "b".to_owned()]));
}

#[tokio::test]
async fn a_receiver_that_closes_a_connection_instead_of_reading_on_gets_everything_once() {
    let (address, seen) = receiver(|mut socket, seen| async move {
        seen.read(&mut socket).await;
        socket.write_all(OK.as_bytes()).await.unwrap();
        // Just when the next request arrives.
        socket.readable().await.unwrap();
    })
    .await;
    let outbound = outbound();
    let sent: Vec<_> = (0..20).map(|number| number.to_string()).collect();
    for body in &sent {
        assert_eq!(status(&outbound, address, body).await, Ok(200), "{body}");
    }
    assert_eq!(seen.bodies(), sent);
    assert_eq!(seen.connections(), 20);
}

#[tokio::test]
async fn what_a_kept_connection_swallows_without_an_answer_is_sent_once_more() {
    let (address, seen) = receiver(|mut socket, seen| async move {
        seen.read(&mut socket).await;
        socket.write_all(OK.as_bytes()).await.unwrap();
        seen.read(&mut socket).await;
    })
    .await;
    let outbound = outbound();
    for body in ["a", "b", "c"] {
        assert_eq!(status(&outbound, address, body).await, Ok(200), "{body}");
    }
    assert_eq!(seen.bodies(), ["a", "b", "b", "c", "c"]);
}

#[tokio::test]
async fn what_a_new_connection_swallows_is_not_repeated() {
    let (address, seen) = receiver(|mut socket, seen| async move {
        seen.read(&mut socket).await;
    })
    .await;
    let outcome = status(&outbound(), address, "a").await;
    let reason = "connection closed before message completed".to_owned();
    assert_eq!(outcome, Err(OutboundError::Failed(reason)));
    assert_eq!(seen.bodies(), ["a"]);
}

#[tokio::test]
async fn what_is_swallowed_twice_is_not_sent_a_third_time() {
    let (address, seen) = receiver(|mut socket, seen| async move {
        seen.read(&mut socket).await;
        if seen.requests().len() == 1 {
            socket.write_all(OK.as_bytes()).await.unwrap();
            seen.read(&mut socket).await;
        }
    })
    .await;
    let outbound = outbound();
    assert_eq!(status(&outbound, address, "a").await, Ok(200));
    assert!(matches!(status(&outbound, address, "b").await, Err(OutboundError::Failed(_))));
    assert_eq!(seen.bodies(), ["a", "b", "b"]);
}

#[tokio::test]
async fn a_kept_connection_that_began_to_answer_is_not_repeated() {
    let (address, seen) = receiver(|mut socket, seen| async move {
        seen.read(&mut socket).await;
        socket.write_all(OK.as_bytes()).await.unwrap();
        seen.read(&mut socket).await;
        socket.write_all(b"H").await.unwrap();
    })
    .await;
    let outbound = outbound();
    assert_eq!(status(&outbound, address, "a").await, Ok(200));
    assert!(matches!(status(&outbound, address, "b").await, Err(OutboundError::Failed(_))));
    assert_eq!(seen.bodies(), ["a", "b"]);
}

#[tokio::test]
async fn a_connection_that_nobody_uses_is_closed_after_half_a_minute() {
    let closed = Arc::<Notify>::default();
    let close = Arc::clone(&closed);
    let (address, _) = receiver(move |mut socket, seen| {
        let close = Arc::clone(&close);
        async move {
            while seen.read(&mut socket).await.is_some() {
                socket.write_all(OK.as_bytes()).await.unwrap();
            }
            close.notify_one();
        }
    })
    .await;
    let outbound = outbound();
    let started = Instant::now();
    assert_eq!(status(&outbound, address, "").await, Ok(200));
    tokio::time::pause();
    closed.notified().await;
    let seconds = started.elapsed().as_secs();
    assert!((30..=40).contains(&seconds), "{seconds}");
}
