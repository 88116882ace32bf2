//! By rustls: who is taken for whom.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::Arc,
};

use doku_mock::{CaError, MockDoku, StartError};
use rustls::version::{TLS12, TLS13};

use crate::{address, any_port, ask, blocking, connect, start, trusting};

const TOKEN: &str = "/adv-core-api/partner/v1.0/token";
const BODY: &[u8] = br#"{"grant_type":"client_credentials"}"#;
const ALL: [&rustls::SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

#[tokio::test]
async fn it_is_taken_for_dokus_hosts_and_for_this_machine_by_tls_1_2_and_1_3() {
    let (mock, _directory) =
        start(|builder| builder.https_host("shop.test").https_host("127.3.2.1")).await;
    let (address, ca) = (address(&mock), mock.ca().unwrap().to_owned());
    blocking(move || {
        for version in ALL {
            let mut config = (*trusting(&ca, &[version])).clone();
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
            let config = std::sync::Arc::new(config);
            for host in [
                "api-uat.doku.com",
                "api.doku.com",
                "api-sandbox.doku.com",
                "localhost",
                "127.0.0.1",
                "::1",
                "shop.test",
                "127.3.2.1",
            ] {
                let stream = connect(address, host, &config).unwrap();
                assert_eq!(stream.conn.protocol_version(), Some(version.version));
                assert_eq!(stream.conn.alpn_protocol(), Some(b"http/1.1".as_slice()));
                let reply = ask(stream, "/adv-core-api/x", host);
                assert!(reply.starts_with("HTTP/1.1 404 Not Found\r\n"), "{reply}");
                assert!(reply.ends_with(r#"{"message":"No static resource adv-core-api/x."}"#));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn it_is_taken_for_no_other_host_and_not_without_its_authority() {
    let (mock, _directory) = start(|builder| builder).await;
    let (other, _other_directory) = start(|builder| builder).await;
    let (address, ca) = (address(&mock), mock.ca().unwrap().to_owned());
    let others = other.ca().unwrap().to_owned();
    blocking(move || {
        let config = trusting(&ca, &ALL);
        for host in ["www.example.com", "dashboard.doku.com", "doku.com", "127.0.0.2"] {
            let error = connect(address, host, &config).unwrap_err().to_string();
            assert!(error.contains("not valid for name"), "{host}: {error}");
        }
        let error = connect(address, "api.doku.com", &trusting(&others, &ALL)).unwrap_err();
        assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn the_public_urls_host_is_one_of_its_names() {
    let (mock, _directory) =
        start(|builder| builder.public_url("https://doku.team.internal")).await;
    let (address, ca) = (address(&mock), mock.ca().unwrap().to_owned());
    let reply = blocking(move || {
        let stream = connect(address, "doku.team.internal", &trusting(&ca, &ALL)).unwrap();
        ask(stream, "/_mock/ready", "doku.team.internal")
    })
    .await;
    assert!(reply.contains(r#""base_url":"https://doku.team.internal""#), "{reply}");
}

#[tokio::test]
async fn an_authority_that_may_not_vouch_for_a_host_keeps_the_mock_from_starting() {
    let (_mock, directory) = start(|builder| builder).await;
    let builder = MockDoku::builder().https(any_port(), directory.path());
    let error = builder.clone().https_host("www.example.com").start().await.unwrap_err();
    assert!(matches!(error, StartError::Ca(CaError::NotCovered { .. })), "{error:?}");
    assert!(error.to_string().contains("--host www.example.com"), "{error}");
    let error = builder.https_host("no host").start().await.unwrap_err();
    assert!(matches!(error, StartError::Ca(CaError::Host(_))), "{error:?}");
}

#[tokio::test]
async fn its_own_api_is_closed_to_dokus_names() {
    let (mock, _directory) = start(|builder| builder).await;
    let (address, ca) = (address(&mock), mock.ca().unwrap().to_owned());
    blocking(move || {
        let config = trusting(&ca, &ALL);
        let reply = |host| ask(connect(address, host, &config).unwrap(), "/_mock/ready", host);
        assert!(reply("localhost").starts_with("HTTP/1.1 200 OK\r\n"));
        assert!(reply("api-uat.doku.com").starts_with("HTTP/1.1 403 Forbidden\r\n"));
    })
    .await;
}

#[tokio::test]
async fn plain_http_at_the_https_port_is_told_so() {
    let (mock, _directory) = start(|builder| builder).await;
    let address = address(&mock);
    let reply =
        blocking(move || ask(TcpStream::connect(address).unwrap(), "/_mock/ready", "localhost"))
            .await;
    assert!(reply.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{reply}");
    assert!(reply.contains("BEGIN THE URL WITH https://"), "{reply}");
}

#[tokio::test]
async fn https_is_not_beyond_this_machine() {
    let directory = tempfile::tempdir().unwrap();
    let beyond = "0.0.0.0:0".parse().unwrap();
    let error = MockDoku::builder().https(beyond, directory.path()).start().await.unwrap_err();
    assert!(matches!(error, StartError::NotLoopback(_)), "{error:?}");
}

#[tokio::test]
async fn a_port_for_https_that_is_taken_is_told_with_a_way_out() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let builder = MockDoku::builder().https(taken.local_addr().unwrap(), directory.path());
    let error = builder.start().await.unwrap_err().to_string();
    assert!(error.contains("--https 127.0.0.1:0"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_under_way_over_https_is_finished_when_the_mock_stops() {
    let (mock, _directory) = start(|builder| builder).await;
    let (address, ca) = (address(&mock), mock.ca().unwrap().to_owned());
    let (credentials, now) = (mock.credentials().clone(), mock.now());
    let mut stream = blocking(move || {
        let mut stream = connect(address, "api.doku.com", &trusting(&ca, &ALL)).unwrap();
        let signed = credentials.sign_request(&http::Method::POST, TOKEN, BODY, "request-1", now);
        let head = format!(
            "POST {TOKEN} HTTP/1.1\r\nHost: api.doku.com\r\nClient-Id: {}\r\nRequest-Id: {}\r\nRequest-Timestamp: {}\r\nSignature: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
            signed.client_id, signed.request_id, signed.timestamp, signed.signature, BODY.len(),
        );
        stream.write_all(head.as_bytes()).unwrap();
        // Now it waits for the body.
        let mut answer = [0; 25];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream
    })
    .await;
    let stopping = tokio::spawn(mock.shutdown());
    let reply = blocking(move || {
        while TcpStream::connect(address).is_ok() {
            std::thread::yield_now();
        }
        stream.write_all(BODY).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    })
    .await;
    assert!(reply.starts_with("HTTP/1.1 200 OK\r\n") && reply.contains("token"), "{reply}");
    stopping.await.unwrap();
}

#[tokio::test]
async fn faults_that_need_the_socket_strike_over_https_too() {
    let (mock, _directory) = start(|builder| builder).await;
    let (address, config) = (address(&mock), trusting(mock.ca().unwrap(), &ALL));
    let struck = |fault: &'static str| {
        let config = Arc::clone(&config);
        blocking(move || {
            let mut stream = connect(address, "localhost", &config).unwrap();
            let request = format!(
                "GET /adv-core-api/partner/v1.0/file HTTP/1.1\r\nHost: localhost\r\nDoku-Mock-Fault: {fault}\r\n\r\n"
            );
            stream.write_all(request.as_bytes()).unwrap();
            let mut reply = Vec::new();
            let ended = stream.read_to_end(&mut reply).map_err(|error| error.kind());
            (String::from_utf8(reply).unwrap(), ended)
        })
    };
    let (reply, _) = struck("truncate=10").await;
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 400") && head.contains("Doku-Mock-Struck: truncate=10"));
    assert_eq!(body.len(), 10);

    for fault in ["reset.before", "reset.after"] {
        let (reply, ended) = struck(fault).await;
        assert_eq!((reply.as_str(), ended), ("", Err(io::ErrorKind::ConnectionReset)), "{fault}");
    }
    let happened = mock.faults_happened();
    assert_eq!(happened.values().sum::<u64>(), 3, "{happened:?}");
}
