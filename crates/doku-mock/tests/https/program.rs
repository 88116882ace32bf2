//! The program: options, the ready line, the verb `ca`, hints in the log.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use rustls::version::TLS13;
use serde_json::Value;

use crate::{ask, connect, trusting};

fn program(arguments: &[&str], ca: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doku-mock"));
    command.args(arguments).env("DOKU_MOCK_CA", ca).env_remove("DOKU_MOCK_HTTPS");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn ca(arguments: &[&str], directory: &Path) -> Output {
    program(&[&["ca"], arguments].concat(), directory).output().unwrap()
}

/// Starts it and reads its ready line.
fn start(arguments: &[&str], ca: &Path) -> (Child, Value) {
    let mut child = program(arguments, ca).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no ready line: {line:?}"));
    (child, ready)
}

/// Stops it; what it logged.
fn stop(mut child: Child) -> String {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut logs = String::new();
    child.stderr.take().unwrap().read_to_string(&mut logs).unwrap();
    logs
}

const BOTH: [&str; 4] = ["--listen", "127.0.0.1:0", "--https", "127.0.0.1:0"];

#[test]
fn the_ready_line_names_the_https_url_and_the_certificate_to_trust() {
    let directory = tempfile::tempdir().unwrap();
    let (child, ready) = start(&BOTH, directory.path());
    let address = ready["https_url"].as_str().unwrap().strip_prefix("https://").unwrap();
    let config = trusting(Path::new(ready["ca"].as_str().unwrap()), &[&TLS13]);
    let stream = connect(address.parse().unwrap(), "localhost", &config).unwrap();
    assert!(ask(stream, "/_mock/ready", "localhost").starts_with("HTTP/1.1 200 OK"));
    let logs = stop(child);
    assert!(logs.contains("made a certificate authority"), "{logs}");

    // A second start has nothing to make.
    let (child, _) = start(&BOTH, directory.path());
    let logs = stop(child);
    assert!(!logs.contains("made a certificate authority"), "{logs}");
}

#[test]
fn without_https_nothing_is_said_of_it_and_nothing_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("ca");
    let (child, ready) = start(&["--listen", "127.0.0.1:0"], &place);
    assert_eq!((&ready["https_url"], &ready["ca"]), (&Value::Null, &Value::Null));
    stop(child);
    assert!(!place.exists());
}

#[test]
fn two_programs_at_once_make_one_authority() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("ca");
    let programs: Vec<_> =
        (0..4).map(|_| program(&["ca", "--json"], &place).spawn().unwrap()).collect();
    let said = programs.into_iter().map(|child| {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    });
    let said: Vec<_> = said.collect();
    assert_eq!(said.iter().filter(|said| said["made"] == true).count(), 1, "{said:?}");
    let certificate = place.join("ca.pem");
    assert!(said.iter().all(|said| said["ca"] == certificate.to_str().unwrap()), "{said:?}");
}

#[test]
fn the_verb_says_how_to_trust_it_and_what_is_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let output = ca(&[], directory.path());
    let said = String::from_utf8(output.stdout).unwrap();
    let certificate = directory.path().join("ca.pem");
    assert!(said.starts_with("Made a certificate authority."), "{said}");
    assert!(said.contains(&format!("NODE_EXTRA_CA_CERTS={}", certificate.display())), "{said}");
    let said = String::from_utf8(ca(&[], directory.path()).stdout).unwrap();
    assert!(said.starts_with("There is a certificate authority."), "{said}");

    std::fs::remove_file(certificate).unwrap();
    let output = ca(&[], directory.path());
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("ca.pem is missing"), "{error}");
}

#[test]
fn a_client_that_speaks_the_other_protocol_or_does_not_trust_leaves_a_hint() {
    let (directory, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(ca(&["--dir", other.path().to_str().unwrap()], directory.path()).status.success());
    let (mut child, ready) = start(&BOTH, directory.path());
    let address = |name: &str| {
        let (_, address) = ready[name].as_str().unwrap().split_once("://").unwrap();
        address.parse().unwrap()
    };
    let (http, https) = (address("base_url"), address("https_url"));
    let trusting = trusting(&other.path().join("ca.pem"), &[&TLS13]);
    // TLS where http is spoken, and the reverse.
    let error = connect(http, "localhost", &trusting).unwrap_err().to_string();
    assert!(error.contains("InvalidContentType"), "{error}");
    assert!(ask(TcpStream::connect(https).unwrap(), "/", "localhost").starts_with("HTTP/1.1 400"));
    // One that says why it leaves, and one that does not.
    assert!(connect(https, "localhost", &trusting).is_err());
    let mut leaving = TcpStream::connect(https).unwrap();
    leaving.write_all(&[22, 3, 1]).unwrap();
    drop(leaving);

    let certificate = directory.path().join("ca.pem");
    let distrust = format!("have it trust {}", certificate.display());
    let mut missing = vec![
        "does somebody use https here?",
        "the client's URL has to begin with https",
        &distrust,
        &distrust,
    ];
    let (tell, told) = mpsc::channel();
    let logs = BufReader::new(child.stderr.take().unwrap());
    thread::spawn(move || {
        for line in logs.lines() {
            let _ = tell.send(line.unwrap());
        }
    });
    while !missing.is_empty() {
        let line = told.recv_timeout(Duration::from_secs(10));
        let line = line.unwrap_or_else(|_| panic!("never logged: {missing:?}"));
        if let Some(found) = missing.iter().position(|hint| line.contains(hint)) {
            missing.remove(found);
        }
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    child.wait().unwrap();
}
