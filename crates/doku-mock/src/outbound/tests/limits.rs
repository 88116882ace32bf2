//! Places and deadlines. A clock is paused once there are bytes to wait for, never before: time
//! would run ahead of the sockets.

use tokio::task::JoinSet;

use super::*;

#[tokio::test]
async fn a_host_that_hangs_takes_nobody_elses_place() {
    let (hangs, hanging) = receiver(|mut socket, seen| async move {
        seen.read(&mut socket).await;
        std::future::pending().await
    })
    .await;
    let (answers, _) = answering(OK).await;
    let outbound = outbound();
    let mut waiting = JoinSet::new();
    for _ in 0..100 {
        let outbound = outbound.clone();
        waiting.spawn(async move { status(&outbound, hangs, "").await });
    }
    while hanging.requests().len() < 16 {
        hanging.news.notified().await;
    }
    assert_eq!(status(&outbound, answers, "").await, Ok(200));
    assert!(waiting.try_join_next().is_none(), "it had to wait for the host that hangs");
    assert_eq!(hanging.connections(), 16);
}

#[tokio::test]
async fn a_download_that_is_dropped_stops() {
    let stopped = Arc::<Notify>::default();
    let stop = Arc::clone(&stopped);
    let (address, _) = receiver(move |mut socket, seen| {
        let stop = Arc::clone(&stop);
        async move {
            seen.read(&mut socket).await;
            socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            while socket.write_all(&[b'x'; 4096]).await.is_ok() {}
            stop.notify_one();
        }
    })
    .await;
    let mut file = outbound().open(format!("http://{address}").parse().unwrap()).await.unwrap();
    let mut length = 0;
    while length < 1 << 20 {
        length += file.chunk().await.unwrap().expect("it is endless").len();
    }
    drop(file);
    stopped.notified().await;
}

#[tokio::test]
async fn who_drips_is_cut_off_at_the_deadline() {
    let (address, _) = receiver(|mut socket, seen| async move {
        seen.read(&mut socket).await;
        socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await.unwrap();
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            socket.write_all(b"x").await.unwrap();
        }
    })
    .await;
    let outbound = outbound();
    let started = Instant::now();
    let mut file = outbound.open(format!("http://{address}").parse().unwrap()).await.unwrap();
    tokio::time::pause();
    let end = loop {
        match file.chunk().await {
            Ok(Some(_)) => {}
            end => break end,
        }
    };
    assert_eq!(end, Err(BodyError::Late));
    assert_eq!(started.elapsed().as_secs(), 60);
    drop(file);

    tokio::time::resume();
    let request = post(&format!("http://{address}"), "");
    let mut answer = outbound
        .exchange(outbound.place(request.uri()).await.unwrap(), request, WHOLE)
        .await
        .unwrap();
    tokio::time::pause();
    while let Ok(Some(_)) = answer.chunk().await {}
    assert_eq!(answer.chunk().await, Err(BodyError::Late));
}

#[tokio::test]
async fn who_never_pauses_is_cut_off_at_the_deadline_too() {
    let (address, _) = receiver(|mut socket, seen| async move {
        seen.read(&mut socket).await;
        socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        while socket.write_all(&[b'x'; 4096]).await.is_ok() {}
    })
    .await;
    let mut file = outbound().open(format!("http://{address}").parse().unwrap()).await.unwrap();
    file.chunk().await.unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(file.chunk().await, Err(BodyError::Late));
}

#[tokio::test]
async fn who_says_nothing_is_given_up_after_10_s() {
    let (address, seen) = receiver(|mut socket, seen| async move {
        seen.read(&mut socket).await;
        std::future::pending().await
    })
    .await;
    let outbound = outbound();
    let started = Instant::now();
    let sent = tokio::spawn(async move { status(&outbound, address, "").await });
    seen.news.notified().await;
    tokio::time::pause();
    let reason = "no answer within 10 s".to_owned();
    assert_eq!(sent.await.unwrap(), Err(OutboundError::Failed(reason)));
    assert_eq!(started.elapsed().as_secs(), 10);
}
