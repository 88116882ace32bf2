//! The program `doku-mock` with short limits: started, asked, looked at from outside, stopped.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime},
};

use doku_signing::{Credentials, non_snap::Form};
use doku_types::{
    Timestamp,
    partner::{BASE_PATH, requirements::RequirementsQuery},
};
use http::{HeaderMap, Method};
use serde_json::Value;

use crate::client::Line;

/// A process; killed when dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    directory: tempfile::TempDir,
}

impl Program {
    /// Starts it and waits until it is ready.
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let log = fs::File::create(directory.path().join("log")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_doku-mock"))
            .args(["--listen", "127.0.0.1:0", "--head-timeout", HEAD, "--body-timeout", BODY])
            .args(["--show-personal-data"])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let url = ready["base_url"].as_str().unwrap();
        let address = url.strip_prefix("http://").unwrap().parse().unwrap();
        Self { child, address, directory }
    }

    /// The next client: it is served as ever.
    pub(crate) fn serves(&self, after: &str) {
        let ready = Line::open(self.address).ask(&plain("GET", "/_mock/ready", "", b""));
        assert_eq!(ready.statuses(), [200], "ready after {after}: {}", ready.text());
        let query = RequirementsQuery::personal();
        let query = query.pairs().map(|(name, value)| format!("{name}={value}")).join("&");
        let target = format!("{BASE_PATH}/file?{query}");
        let signed = Line::open(self.address).ask(&signed(Method::GET, &target, "", b""));
        assert_eq!(signed.statuses(), [200], "requirements after {after}: {}", signed.text());
    }

    /// A token for uploads.
    pub(crate) fn token(&self) -> String {
        let body = br#"{"grant_type":"client_credentials"}"#;
        let target = format!("{BASE_PATH}/token");
        let line = Line::open(self.address);
        let reply = line.ask(&signed(Method::POST, &target, JSON, body)).text();
        let (_, token) = reply.split_once(r#"{"token":""#).expect("a token");
        token.split_once('"').unwrap().0.to_owned()
    }

    /// What the journal has, as text.
    pub(crate) fn journal(&self) -> String {
        let request = plain("GET", "/_mock/journal?limit=1000", "", b"");
        Line::open(self.address).ask(&request).text()
    }

    /// What it holds of the machine's memory at present, in KiB.
    pub(crate) fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        resident.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// `kill -TERM`; its exit code, and what it has logged.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let began = Instant::now();
        let code = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status.code(),
                None if began.elapsed() > LONGEST_END => panic!("it does not end at SIGTERM"),
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        let log: PathBuf = self.directory.path().join("log");
        (code, String::from_utf8_lossy(&fs::read(log).unwrap()).into_owned())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request as bytes, with these header lines, each with its end.
pub(crate) fn plain(method: &str, target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = match body.len() {
        0 => String::new(),
        length => format!("Content-Length: {length}\r\n"),
    };
    let head = format!("{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}{length}\r\n");
    [head.as_bytes(), body].concat()
}

/// The same, signed by the built-in partner.
pub(crate) fn signed(method: Method, target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let credentials = Credentials::new(doku_mock::DEFAULT_CLIENT_ID, doku_mock::DEFAULT_SECRET_KEY);
    let (now, id) = (Timestamp::from(SystemTime::now()), format!("hostile-{}", fastrand::u64(..)));
    let path = target.split('?').next().unwrap();
    let mut signature = HeaderMap::new();
    let signed = credentials.sign_request(&method, path, body, &id, now);
    signed.write(&mut signature, Form::Request).unwrap();
    let signature = signature
        .iter()
        .map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()))
        .collect::<String>();
    plain(method.as_str(), target, &format!("{signature}{headers}"), body)
}

/// The header line of a JSON body.
pub(crate) const JSON: &str = "Content-Type: application/json\r\n";
/// The limits of the program under test.
const HEAD: &str = "2s";
const BODY: &str = "2s";

/// It promises 5 s; a busy machine has more.
const LONGEST_END: Duration = Duration::from_secs(20);
