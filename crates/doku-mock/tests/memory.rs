//! The program `doku-mock` under many requests: its memory stays what it was, and its journal within its
//! bounds.
//!
//! `DOKU_MOCK_MEMORY_REQUESTS` says how many requests are sent.

#![cfg(target_os = "linux")]
#![allow(missing_docs)]

#[path = "crash/partner.rs"]
#[allow(dead_code, reason = "the crash tests use the rest")]
mod partner;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use bytes::Bytes;
use http::{HeaderValue, Method};
use partner::{CLIENT_ID, Line, Paper, SECRET_KEY};
use serde_json::Value;

/// A process, killed when dropped.
struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doku-mock"));
        command
            .args(["--listen", "127.0.0.1:0", "--client-id", CLIENT_ID, "--secret-key", SECRET_KEY])
            .arg("--data")
            .arg(data)
            .env("RUST_LOG", "off")
            .stdout(Stdio::piped());
        let mut program = Self { child: command.spawn().unwrap(), address: String::new() };
        let mut line = String::new();
        BufReader::new(program.child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let base_url = ready["base_url"].as_str().unwrap();
        program.address = base_url.strip_prefix("http://").unwrap().to_owned();
        program
    }

    /// What it holds in memory, in bytes.
    fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().trim().parse::<u64>().unwrap() * 1024
    }

    async fn line(&self) -> Line {
        Line::open(&self.address).await.expect("it listens")
    }

    /// The number of the first exchange that the journal holds, and of the last.
    async fn journal(&self) -> (u64, u64) {
        let mut line = self.line().await;
        let mut numbers = async |query: String| {
            let path = format!("/_mock/journal?{query}");
            let reply = line.send(partner::plain("GET", &path, "")).await.unwrap();
            let entries = reply.json();
            let number = |entry: &Value| entry["number"].as_u64().unwrap();
            entries.as_array().unwrap().iter().map(number).collect::<Vec<_>>()
        };
        let mut last = 0;
        loop {
            let more = numbers(format!("limit=1000&after={last}")).await;
            match more.last() {
                Some(number) => last = *number,
                // Last, for callbacks may have been written down meanwhile.
                None => return (numbers("limit=1".to_owned()).await[0], last),
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is sent: mostly a cheap right request, now and then a wrong one, seldom a registration, which is
/// kept for good.
async fn send(line: &mut Line, number: u64, papers: &[String; 3]) {
    let id = format!("memory-{number}");
    let (request, status) = if number % 1000 == 7 {
        // Nobody listens there: its callbacks are attempted, and wait.
        let body = partner::registration("Warung", papers, "http://127.0.0.1:9/kyb");
        (partner::signed(&Method::POST, "/business", &body, &id), 200)
    } else if number % 10 == 3 {
        let mut wrong = partner::signed(&Method::GET, "/file", &Bytes::new(), &id);
        let signature = HeaderValue::from_static("HMACSHA256=AAAA");
        wrong.headers_mut().insert("signature", signature);
        (wrong, 400)
    } else {
        let mut right = partner::signed(&Method::GET, "/file", &Bytes::new(), &id);
        *right.uri_mut() = format!("{}?{ASKED}", right.uri()).parse().unwrap();
        (right, 200)
    };
    let reply = line.send(request).await.expect("an answer");
    assert_eq!(reply.status, status, "{}", reply.text());
}

async fn papers(line: &mut Line) -> [String; 3] {
    let token = line.send(partner::token("memory-token")).await.unwrap().json();
    let token = token["token"].as_str().unwrap();
    let mut ids = Vec::new();
    for paper in [Paper::PhotoProof, Paper::IdentityCard, Paper::Face] {
        let reply = line.send(partner::upload(token, paper, PNG)).await.unwrap();
        ids.push(reply.json()["id"].as_str().unwrap().to_owned());
    }
    ids.try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_is_flat_under_many_requests_and_the_journal_within_its_bounds() {
    let requests = std::env::var("DOKU_MOCK_MEMORY_REQUESTS");
    let requests: u64 = requests.map_or(15_000, |text| text.parse().expect("a number"));
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("mock.db");
    let program = Program::start(&data);
    let papers = papers(&mut program.line().await).await;
    // So many fill the journal and whatever grows to a size of its own.
    let warm_up = (requests / 10).clamp(11_000, 100_000).min(requests);
    let step = (requests / 20).max(1);
    let (mut sent, mut at_first) = (0, None);
    while sent < requests {
        let until = if sent < warm_up { warm_up } else { (sent + step).min(requests) };
        // New ones, for those that stood idle meanwhile may be closed.
        let mut lines = Vec::new();
        for _ in 0..CONNECTIONS {
            lines.push(program.line().await);
        }
        let (next, started) = (AtomicU64::new(sent), Instant::now());
        let working = lines.iter_mut().map(|line| async {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= until {
                    return;
                }
                send(line, number, &papers).await;
            }
        });
        let mut working: Vec<_> = working.map(Box::pin).collect();
        // Side by side in this task: the mock is what is to be busy.
        std::future::poll_fn(|context| {
            working.retain_mut(|work| work.as_mut().poll(context).is_pending());
            if working.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        let rate = (until - sent) as f64 / started.elapsed().as_secs_f64();
        sent = until;
        // First, for what it takes to be written out is taken every time.
        let (first, last) = program.journal().await;
        let (resident, stored) = (program.resident(), stored(directory.path()));
        let held = last - first + 1;
        println!(
            "{sent:>9} requests  {rate:>6.0}/s  resident {:>6.1} MiB  data {:>6.1} MiB  journal {held} entries, {} evicted",
            mib(resident),
            mib(stored),
            first - 1
        );
        assert!(last > sent && held <= MAX_ENTRIES, "{held} entries up to {last}");
        let (before, stored_before) = *at_first.get_or_insert((resident, stored));
        // What is read from the data file is kept in memory too, up to a bound.
        let cached = stored.saturating_sub(stored_before).min(MAX_CACHE);
        let grown = resident.saturating_sub(before);
        assert!(grown <= ALLOWANCE + cached, "it grew by {:.1} MiB", mib(grown));
    }
    let (first, _) = program.journal().await;
    assert!(first > 1, "nothing had to make room");
}

/// How much is in the data file and its log, in bytes.
fn stored(directory: &Path) -> u64 {
    let files = std::fs::read_dir(directory).unwrap();
    files
        .map(|file| file.unwrap().metadata().unwrap())
        .filter(|f| f.is_file())
        .map(|f| f.len())
        .sum()
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

const CONNECTIONS: usize = 8;
/// As the journal's documentation says.
const MAX_ENTRIES: u64 = 10_000;
/// By how much memory may grow once warm, in bytes: an allocator's and the system's doing.
const ALLOWANCE: u64 = 16 << 20;
/// How much of the data file is kept in memory at most, in bytes.
const MAX_CACHE: u64 = 64 << 20;
const ASKED: &str = "businessType=PERSONAL&businessLegalEntity=PERSEORANGAN&businessContactNationality=ID&brandBusinessLine=RETAIL";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR";
