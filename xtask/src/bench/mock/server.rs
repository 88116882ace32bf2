//! A server as a process of its own.

use std::{
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::bench::{
    load::Result,
    process::{Memory, processor_time},
};

/// A process that listens; it is killed when this is dropped.
pub(super) struct Server {
    child: Child,
    address: SocketAddr,
    /// From its start to its first word, or its first answer.
    started_in: Duration,
}

impl Server {
    /// Starts one that says where it listens by a line of JSON on its stdout, as the mock does.
    /// It reads `input`.
    pub(super) fn told(mut command: Command, input: &[u8]) -> Result<Self> {
        let began = Instant::now();
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{command:?} cannot be run: {error}"))?;
        // From here on it is killed, whatever happens.
        let mut server =
            Self { child, address: ([127, 0, 0, 1], 0).into(), started_in: Duration::ZERO };
        if let Some(mut stdin) = server.child.stdin.take() {
            stdin.write_all(input)?;
        }
        let mut line = String::new();
        if let Some(stdout) = server.child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        server.started_in = began.elapsed();
        let ready: Ready = serde_json::from_str(&line)
            .map_err(|_| format!("{command:?} did not become ready, but said: {line:?}"))?;
        server.address = ready.base_url.trim_start_matches("http://").parse()?;
        Ok(server)
    }

    /// Starts one that says nothing; it is waited for until `answers`, which gets the address.
    pub(super) async fn silent(
        mut command: Command,
        address: SocketAddr,
        answers: impl AsyncFn(SocketAddr) -> bool,
    ) -> Result<Self> {
        let began = Instant::now();
        let null = || Stdio::null();
        let child = command.stdin(null()).stdout(null()).stderr(null()).spawn()?;
        let mut server = Self { child, address, started_in: Duration::ZERO };
        while !answers(address).await {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("{command:?} has ended: {status}").into());
            }
            if began.elapsed() > LONGEST_START {
                return Err(format!("{command:?} does not answer").into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.started_in = began.elapsed();
        Ok(server)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn started_in(&self) -> Duration {
        self.started_in
    }

    pub(super) fn processor_time(&self) -> Option<Duration> {
        processor_time(&self.child.id().to_string())
    }

    pub(super) fn memory(&self) -> Option<Memory> {
        Memory::of(&self.child.id().to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(serde::Deserialize)]
struct Ready {
    base_url: String,
}

/// Of those that run in a virtual machine of their own.
const LONGEST_START: Duration = Duration::from_secs(60);
