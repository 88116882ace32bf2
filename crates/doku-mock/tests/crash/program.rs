//! The program `doku-mock` on a data file: started, asked, killed.

use std::{
    io::{BufRead, BufReader},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use doku_types::Timestamp;
use serde_json::Value;

use crate::partner::{self, Line};

/// A process, killed with its handle when dropped.
pub(crate) struct Program {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
}

impl Program {
    /// Starts it and waits until it is ready.
    pub(crate) fn start(data: &Path) -> Self {
        let mut program = Self { child: spawn(data), address: String::new() };
        let mut line = String::new();
        let stdout = program.child.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("it does not start again on its own file: {line:?}"));
        let base_url = ready["base_url"].as_str().unwrap();
        program.address = base_url.strip_prefix("http://").unwrap().to_owned();
        program
    }

    /// Starts it and kills it so much later, whether or not it is ready by then.
    pub(crate) async fn stumble(data: &Path, after: Duration) {
        let program = Self { child: spawn(data), address: String::new() };
        tokio::time::sleep(after).await;
        program.kill();
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "it had ended by itself: {status}");
    }

    /// Asks it to end, by `-TERM` or `-INT`, which it does with exit code 0. `meanwhile` is given a moment
    /// in which it may still be at work. How long it took.
    pub(crate) async fn stop(
        mut self,
        signal: &str,
        meanwhile: impl AsyncFnOnce(&mut Self),
    ) -> Duration {
        let started = Instant::now();
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        meanwhile(&mut self).await;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert_eq!(status.code(), Some(0), "after {signal}: {status}");
                return started.elapsed();
            }
            let elapsed = started.elapsed();
            assert!(elapsed < PATIENCE, "it goes on {} s after {signal}", elapsed.as_secs());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A new connection.
    pub(crate) async fn line(&self) -> Line {
        Line::open(&self.address).await.expect("it listens")
    }

    /// A document of `/_mock/`.
    pub(crate) async fn ask(&self, path: &str) -> Value {
        let reply = self.line().await.send(partner::plain("GET", path, "")).await;
        let reply = reply.expect("a whole answer");
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        serde_json::from_slice(&reply.body).unwrap()
    }

    /// Everything of a list of `/_mock/`, page by page.
    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let after = all.last().map_or(0, |last| last["number"].as_i64().unwrap());
            let page = self.ask(&format!("{path}?after={after}&limit=1000")).await;
            let Value::Array(page) = page else { panic!("no list: {page}") };
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }

    /// Moves its clock on, which also waits for every callback that is on its way. How many were
    /// attempted.
    pub(crate) async fn advance(&self, by: &str) -> u64 {
        let reply = self.line().await.send(partner::advance(by)).await.expect("a whole answer");
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["delivered"].as_u64().unwrap()
    }

    /// Where its clock stands.
    pub(crate) async fn now(&self) -> Timestamp {
        let clock = self.ask("/_mock/clock").await;
        Timestamp::parse(clock["now"].as_str().unwrap()).unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What it says when it does not start.
pub(crate) fn refused(data: &Path) -> String {
    let Output { status, stdout, stderr } = command(data).stderr(Stdio::piped()).output().unwrap();
    let error = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{error}");
    assert_eq!(stdout, b"", "{error}");
    error
}

fn spawn(data: &Path) -> Child {
    command(data).spawn().unwrap()
}

fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doku-mock"));
    command
        .args(["--listen", "127.0.0.1:0", "--clock", &format!("manual@{BEGINNING}"), "--data"])
        .arg(data)
        .args(["--client-id", partner::CLIENT_ID, "--secret-key", partner::SECRET_KEY])
        // What goes wrong is seen; refused callbacks, which are meant, are not.
        .env("RUST_LOG", "error")
        .stdout(Stdio::piped());
    command
}

/// Within which it ends: 5 s are promised, the rest is for a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(15);
/// Where the clock of a new file stands.
pub(crate) const BEGINNING: &str = "2026-11-22T03:04:05Z";
