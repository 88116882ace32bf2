//! The program `doku-mock`, started and stopped as a user or a CI job does.

#![cfg(unix)]
#![allow(missing_docs)]

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doku-mock"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts it and reads its ready line.
fn start(arguments: &[&str]) -> (Child, Value) {
    let mut child = program(arguments).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no ready line: {line:?}"));
    (child, ready)
}

fn stop(mut child: Child, signal: &str) -> (Option<i32>, String) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    let status = child.wait().unwrap();
    let mut logs = String::new();
    child.stderr.take().unwrap().read_to_string(&mut logs).unwrap();
    (status.code(), logs)
}

fn output(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

#[test]
fn it_says_when_it_is_ready_and_stops_at_ctrl_c_and_sigterm() {
    for signal in ["-INT", "-TERM"] {
        let (child, ready) = start(&["--listen", "127.0.0.1:0"]);
        assert_eq!(ready["ready"], true);
        assert_eq!(ready["client_id"], "BRN-0001-1700000000000");
        assert_eq!(ready["pid"], child.id());
        let base_url = ready["base_url"].as_str().unwrap();
        let address = base_url.strip_prefix("http://").unwrap();
        std::net::TcpStream::connect(address).unwrap();
        let (code, logs) = stop(child, signal);
        assert_eq!(code, Some(0), "{logs}");
    }
}

/// Asks whether it is ready, often enough to fill a pipe that nobody reads.
fn ask_2000_times(ready: &Value) {
    use std::io::Write;

    let address = ready["base_url"].as_str().unwrap().strip_prefix("http://").unwrap();
    let mut socket = std::net::TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
    let request =
        format!("GET /_mock/ready?{} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "x".repeat(100));
    for _ in 0..2000 {
        socket.write_all(request.as_bytes()).unwrap();
        let mut reply = [0; 4096];
        let length = socket.read(&mut reply).unwrap();
        assert!(reply[..length].starts_with(b"HTTP/1.1 200 OK"), "{length} bytes");
    }
}

#[test]
fn logs_that_nobody_reads_cost_no_reply() {
    let (child, ready) = start(&["--listen", "127.0.0.1:0"]);
    ask_2000_times(&ready);
    let (code, _) = stop(child, "-INT");
    assert_eq!(code, Some(0));
}

#[test]
fn logs_that_cannot_be_written_cost_no_reply() {
    let (mut child, ready) = start(&["--listen", "127.0.0.1:0"]);
    drop(child.stderr.take());
    ask_2000_times(&ready);
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn its_client_id_can_come_from_the_environment() {
    let mut child = program(&["--listen", "127.0.0.1:0"])
        .env("DOKU_MOCK_CLIENT_ID", "BRN-mine")
        .env("DOKU_MOCK_ACCEPT_QUERY_IN_TARGET", "1")
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("\"client_id\":\"BRN-mine\""), "{line}");
    stop(child, "-TERM");
}

#[test]
fn a_port_that_is_taken_is_told_with_a_way_out() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = output(&["--listen", &address]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains(&address) && error.contains("127.0.0.1:0"), "{error}");
    assert_eq!(output.stdout, b"");
}

#[test]
fn without_a_directory_for_uploads_it_says_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("none");
    let mut command = program(&["--listen", "127.0.0.1:0"]);
    let output = command.env("TMPDIR", &missing).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains("set TMPDIR") && error.contains("--data"), "{error}");
}

#[test]
fn it_does_not_listen_beyond_this_machine() {
    let output = output(&["--listen", "0.0.0.0:0"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains("not a loopback address"), "{error}");
}

#[test]
fn a_wrong_option_is_a_usage_error() {
    assert_eq!(output(&["--port", "1"]).status.code(), Some(2));
    assert_eq!(output(&["--listen", "localhost"]).status.code(), Some(2));
    assert_eq!(output(&["--client-id", ""]).status.code(), Some(2));
    assert_eq!(output(&["--client-id", "B N"]).status.code(), Some(1));
    let help = String::from_utf8(output(&["--help"]).stdout).unwrap();
    assert!(help.contains("Examples:") && help.contains("DOKU_MOCK_LISTEN"), "{help}");
}

#[test]
fn the_help_does_not_show_a_key_from_the_environment() {
    let output = program(&["--help"]).env("DOKU_MOCK_SECRET_KEY", "SK-marker").output().unwrap();
    assert!(!String::from_utf8(output.stdout).unwrap().contains("SK-marker"));
}

/// Sends a request over a connection of its own; the reply's head and body as text.
#[cfg(target_os = "linux")]
fn exchange(ready: &Value, head: &str, body: &[u8]) -> String {
    use std::io::Write;

    let address = ready["base_url"].as_str().unwrap().strip_prefix("http://").unwrap();
    let mut socket = std::net::TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
    let length = body.len();
    let head = format!(
        "{head}\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).unwrap();
    socket.write_all(body).unwrap();
    let mut reply = Vec::new();
    socket.read_to_end(&mut reply).unwrap();
    String::from_utf8_lossy(&reply).into_owned()
}

/// The most memory that the process has had so far, in KiB.
#[cfg(target_os = "linux")]
fn peak_memory(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_what_is_uploaded_and_read() {
    use doku_signing::Credentials;
    use doku_types::Timestamp;

    let (child, ready) = start(&["--listen", "127.0.0.1:0"]);
    let target = "/adv-core-api/partner/v1.0/token";
    let body = br#"{"grant_type":"client_credentials"}"#;
    let credentials = Credentials::new("BRN-0001-1700000000000", "SK-doku-mock-test-secret");
    let now = Timestamp::from(std::time::SystemTime::now());
    let signed = credentials.sign_request(&http::Method::POST, target, body, "request-1", now);
    let head = format!(
        "POST {target} HTTP/1.1\r\nClient-Id: {}\r\nRequest-Id: {}\r\nRequest-Timestamp: {}\r\nSignature: {}\r\nContent-Type: application/json",
        signed.client_id, signed.request_id, signed.timestamp, signed.signature,
    );
    let reply = exchange(&ready, &head, body);
    let (_, token) = reply.split_once(r#"{"token":""#).expect("a token");
    let token = token.trim_end_matches(r#""}"#);

    let upload = |size: usize| {
        let head = format!(
            "POST /adv-core-api/partner/v1.0/file HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary=xyz"
        );
        let mut body = b"--xyz\r\nContent-Disposition: form-data; name=\"category\"\r\n\r\nLOGO\r\n--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n\x89PNG\r\n\x1a\n".to_vec();
        body.resize(body.len() + size, 0);
        body.extend_from_slice(b"\r\n--xyz--\r\n");
        let reply = exchange(&ready, &head, &body);
        assert!(reply.starts_with("HTTP/1.1 200 OK"), "{reply}");
        let (_, link) = reply.split_once(r#""link":""#).unwrap();
        let link = link.split_once('"').unwrap().0;
        let link = link.strip_prefix(ready["base_url"].as_str().unwrap()).unwrap();
        let content = exchange(&ready, &format!("GET {link} HTTP/1.1"), b"");
        assert!(content.len() > size);
    };
    upload(1_000_000);
    let before = peak_memory(&child);
    for _ in 0..4 {
        upload(14_000_000);
    }
    let grown = peak_memory(&child) - before;
    assert!(grown < 8_000, "{grown} KiB more than the {before} KiB of before");
    stop(child, "-TERM");
}
