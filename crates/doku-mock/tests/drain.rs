//! The program `doku-mock`, told to end in the middle of its work, again and again, on one data file:
//! it ends with 0 in time, no reply is lost and none is cut off, and every callback is told.
//!
//! `DOKU_MOCK_DRAIN_ROUNDS` says how often it is told to, `DOKU_MOCK_DRAIN_SEED` repeats what is sent and
//! when; what the processes are doing just then no seed repeats.

#![cfg(unix)]
#![allow(missing_docs)]

#[path = "crash/check.rs"]
#[allow(dead_code, reason = "the crash tests use the rest")]
mod check;
#[path = "crash/load.rs"]
mod load;
#[path = "crash/partner.rs"]
#[allow(dead_code, reason = "the crash tests use the rest")]
mod partner;
#[path = "crash/program.rs"]
#[allow(dead_code, reason = "the crash tests use the rest")]
mod program;
#[path = "crash/sink.rs"]
mod sink;
#[path = "crash/told.rs"]
#[allow(dead_code, reason = "the crash tests use the rest")]
mod told;

use std::{
    collections::BTreeSet,
    env, io, mem,
    path::PathBuf,
    time::{Duration, Instant},
};

use bytes::Bytes;
use fastrand::Rng;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use load::{Asked, Load};
use program::Program;
use sink::{Mood, Sink};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reply_and_no_callback_is_lost_when_it_is_told_to_end_at_work() {
    let number = |name: &str| -> Option<u64> {
        let text = env::var(name).ok()?;
        Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
    };
    let rounds = number("DOKU_MOCK_DRAIN_ROUNDS").map_or(3, |rounds| rounds as usize);
    let seed = number("DOKU_MOCK_DRAIN_SEED").unwrap_or_else(|| fastrand::u64(..));
    let mut random = Rng::with_seed(seed);
    println!("{HEAD}");
    let (mut total, mut begun) = (Round::default(), 0);
    while begun < rounds {
        let mut world = World::new(seed, random.u64(..)).await;
        let mut mock = world.start();
        for round in begun..rounds.min(begun + ROUNDS_PER_FILE) {
            let done;
            (mock, done) = world.round(mock, round, &mut random).await;
            done.print(round + 1, SIGNALS[round % 2]);
            total.add(&done);
        }
        begun += ROUNDS_PER_FILE;
        world.finish(mock).await;
    }
    total.print(rounds, "all");
    println!("seed {seed}");
    // A test whose signals hit nothing shows nothing.
    assert!(total.answered > 0 && total.uploads > 0 && total.checks > 0, "{total:?}");
    assert!(total.polls > 0 && total.callbacks > 0, "{total:?}");
}

/// What came of one round.
#[derive(Debug, Default)]
struct Round {
    ended_after: Duration,
    /// Registrations and updates whose reply came; and those of which nothing came, nor had been done.
    answered: usize,
    unanswered: usize,
    uploads: usize,
    /// Check Requirements, answered.
    checks: usize,
    /// Long polls that were answered when the mock ended.
    polls: usize,
    /// Callbacks that came, how often they came, and attempts of which the result was not known, for the
    /// receiver had not answered.
    callbacks: usize,
    receipts: usize,
    repeated: usize,
}

impl Round {
    fn add(&mut self, other: &Self) {
        self.ended_after = self.ended_after.max(other.ended_after);
        self.answered += other.answered;
        self.unanswered += other.unanswered;
        self.uploads += other.uploads;
        self.checks += other.checks;
        self.polls += other.polls;
        self.callbacks += other.callbacks;
        self.receipts += other.receipts;
        self.repeated += other.repeated;
    }

    fn print(&self, round: usize, signal: &str) {
        let Self { ended_after, answered, unanswered, uploads, .. } = self;
        let Self { checks, polls, callbacks, receipts, repeated, .. } = self;
        println!(
            "{round:>5} {signal:>6} {:>6} ms {answered:>8} {unanswered:>10} {uploads:>7} {checks:>6} {polls:>5} {callbacks:>9} {receipts:>8} {repeated:>8}",
            ended_after.as_millis()
        );
    }
}

/// One data file and all that was done with it.
struct World {
    seed: u64,
    directory: TempDir,
    data: PathBuf,
    sink: Sink,
    asked: Asked,
    /// Counts the lives of the mock.
    run: usize,
    /// Of all rounds before: callbacks, receipts and repeated attempts.
    told: [usize; 3],
}

impl World {
    async fn new(seed: u64, sink_seed: u64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("mock.db");
        let (sink, asked) = (Sink::new(sink_seed).await, Asked::default());
        Self { seed, directory, data, sink, asked, run: 0, told: [0; 3] }
    }

    fn start(&mut self) -> Program {
        self.run = self.sink.begin_run();
        Program::start(&self.data)
    }

    /// The mock is told to end at work, and started again.
    async fn round(&mut self, mock: Program, round: usize, random: &mut Rng) -> (Program, Round) {
        // Now and then somebody keeps it from ending early.
        let is_stubborn = round % 4 == 2;
        self.sink.set_mood(if is_stubborn { STUBBORN } else { BUSY });
        let (address, told_to_end) = (mock.address.clone(), self.run);
        let asked = mem::take(&mut self.asked);
        let is_first = asked.registrations.is_empty();
        let load = Load::start(asked, self.run, &address, &self.sink.url(), random);
        let (mut checks, mut polls, mut idle) = (JoinSet::new(), JoinSet::new(), JoinSet::new());
        for worker in 0..CHECKS {
            checks.spawn(check_requirements(address.clone(), format!("check-{round}-{worker}")));
        }
        for _ in 0..POLLS {
            polls.spawn(poll(address.clone()));
        }
        for _ in 0..IDLE {
            idle.spawn(stand_idle(address.clone()));
        }
        if is_stubborn {
            idle.spawn(begin_a_head(address.clone()));
        }
        if is_first {
            // However slow the machine is, something is to lose.
            load.has_an_answer().await;
        }
        tokio::time::sleep(Duration::from_millis(random.u64(30..400))).await;
        let is_refused = async |_: &mut Program| is_refused(&address).await;
        let ended_after = mock.stop(SIGNALS[round % 2], is_refused).await;
        self.asked = load.end().await;
        let mut done = Round { ended_after, ..Round::default() };
        while let Some(count) = checks.join_next().await {
            done.checks += count.unwrap();
        }
        while let Some(answered) = polls.join_next().await {
            done.polls += usize::from(answered.unwrap());
        }
        while let Some(ended) = idle.join_next().await {
            ended.unwrap();
        }
        self.sink.end_run().await;
        self.sink.set_mood(CALM);
        let mock = self.start();
        self.look(&mock, told_to_end, &mut done).await;
        (mock, done)
    }

    /// What has to hold once the mock is back, `ended` being the life that was told to end.
    async fn look(&mut self, mock: &Program, ended: usize, done: &mut Round) {
        let asked = &mut self.asked;
        // Exactly what was answered has been done.
        let answered = asked.registrations.iter().filter(|made| made.registered.is_some());
        let answered: BTreeSet<_> = answered.map(|made| made.name.clone()).collect();
        let stored = mock.list("/_mock/businesses").await;
        let stored: BTreeSet<_> =
            stored.iter().map(|business| business["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(stored, answered, "a reply is lost");
        let uploads = asked.uploads.iter().filter(|upload| upload.answer.is_some()).count();
        assert_eq!(check::kept_files(&self.data).len(), uploads, "a reply is lost");
        check::files_are_as_sent(&self.data, asked);
        check::links_lead_to_what_was_sent(mock, asked, ended).await;
        let of_then = |upload: &&load::Upload| upload.run == ended && upload.answer.is_some();
        done.uploads = asked.uploads.iter().filter(of_then).count();
        for registration in asked.registrations.iter().filter(|made| made.run == ended) {
            let moves = registration.moves.iter().map(|moved| &moved.request);
            let all = moves.chain([&registration.request]);
            done.answered += all.filter(|request| request.answer.is_some()).count();
        }
        // Sent once more it is done once.
        let repeated = check::repeat(mock, asked, ended).await;
        assert_eq!(repeated.done, 0, "a reply is lost");
        done.unanswered = repeated.not_done;
        check::register_with_papers_of_before(mock, asked, self.run, &self.sink.url()).await;
        mock.advance("0s").await;
        check::businesses_are_as_answered(mock, asked, Some(ended)).await;
        let [callbacks, receipts, repeated] = self.told(mock).await;
        done.callbacks = callbacks - self.told[0];
        done.receipts = receipts - self.told[1];
        done.repeated = repeated - self.told[2];
        self.told = [callbacks, receipts, repeated];
    }

    /// Every callback came; and once more without need none did. How many there are, how often they came,
    /// and how many of these were repeated since nothing was answered.
    async fn told(&self, mock: &Program) -> [usize; 3] {
        let came = self.sink.receipts();
        let told = told::callbacks_are_told(mock, &self.asked, &came, self.run).await;
        let unanswered = came.iter().filter(|receipt| receipt.answer.is_none()).count();
        let needless = told.repeated.saturating_sub(unanswered);
        assert_eq!(needless, 0, "told again though it had been answered: {told:?}");
        [told.callbacks, told.receipts, told.repeated]
    }

    /// Once the receiver is well again every callback is delivered.
    async fn finish(&self, mock: Program) {
        self.sink.set_mood(Mood::WELL);
        mock.advance("13h").await;
        check::businesses_are_as_answered(&mock, &self.asked, None).await;
        check::database_is_sound(&self.data);
        let came = self.sink.receipts();
        let told = told::callbacks_are_told(&mock, &self.asked, &came, self.run).await;
        assert_eq!(told.delivered, told.callbacks, "{told:?}");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.directory.disable_cleanup(true);
            let Self { seed, data, .. } = self;
            eprintln!("the data file is {}, DOKU_MOCK_DRAIN_SEED={seed}", data.display());
        }
    }
}

/// Asks what is required, again and again, until nothing is answered. How many answers came, each whole.
async fn check_requirements(address: String, name: String) -> usize {
    let Ok(mut socket) = TcpStream::connect(address).await else { return 0 };
    for number in 0.. {
        let request_id = format!("{name}-{number}");
        let request = partner::signed(&Method::GET, "/file", &Bytes::new(), &request_id);
        let target = request.uri().path();
        let mut text = format!("GET {target}?{ASKED} HTTP/1.1\r\n");
        for (name, value) in request.headers() {
            text += &format!("{name}: {}\r\n", value.to_str().unwrap());
        }
        let Some((headers, body)) = exchange(&mut socket, &(text + "\r\n")).await else {
            return number;
        };
        partner::is_signed(&Method::GET, target, &body, &headers);
    }
    unreachable!("somebody ends it")
}

/// Waits for an entry in the journal that does not come; whether that was answered.
async fn poll(address: String) -> bool {
    let Ok(mut socket) = TcpStream::connect(address).await else { return false };
    let poll = "GET /_mock/journal?wait=60s&after=1000000000 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    let reply = exchange(&mut socket, poll).await;
    reply.is_some_and(|(_, body)| {
        assert_eq!(body, "[]");
        true
    })
}

/// A connection with nothing to ask any more.
async fn stand_idle(address: String) {
    let Ok(mut socket) = TcpStream::connect(address).await else { return };
    let ready = "GET /_mock/ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    if exchange(&mut socket, ready).await.is_some() {
        is_closed(socket).await;
    }
}

/// A connection whose request does not come to its end.
async fn begin_a_head(address: String) {
    let Ok(mut socket) = TcpStream::connect(address).await else { return };
    let _ = socket.write_all(b"GET /_mock/ready HTTP/1.1\r\nHost: 127").await;
    is_closed(socket).await;
}

async fn is_closed(mut socket: TcpStream) {
    let mut more = Vec::new();
    let _ = socket.read_to_end(&mut more).await;
    assert_eq!(String::from_utf8_lossy(&more), "", "nobody asked");
}

/// Headers and body of the answer, which is a 200; `None` if the connection was closed without one.
///
/// # Panics
/// When only a part of it came.
async fn exchange(socket: &mut TcpStream, request: &str) -> Option<(HeaderMap, Bytes)> {
    // Closed meanwhile, it may still have answered.
    let _ = socket.write_all(request.as_bytes()).await;
    let mut came = Vec::new();
    loop {
        if let Some(whole) = whole(&came) {
            return Some(whole);
        }
        if !matches!(socket.read_buf(&mut came).await, Ok(1..)) {
            let came = String::from_utf8_lossy(&came);
            assert_eq!(came, "", "only a part of a reply to {request}");
            return None;
        }
    }
}

/// A reply, if that is one from its beginning to its end.
fn whole(came: &[u8]) -> Option<(HeaderMap, Bytes)> {
    let mut fields = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(length) = head.parse(came).expect("HTTP") else { return None };
    assert_eq!(head.code, Some(200), "{}", String::from_utf8_lossy(came));
    let mut headers = HeaderMap::new();
    for field in head.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_bytes(field.value).unwrap());
    }
    let content: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
    let body = came.get(length..length + content)?;
    Some((headers, Bytes::copy_from_slice(body)))
}

/// Nobody gets a new connection any more.
async fn is_refused(address: &str) {
    let started = Instant::now();
    loop {
        match TcpStream::connect(address).await {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => return,
            // It has not yet come to that.
            _ => assert!(started.elapsed() < Duration::from_secs(10), "it takes connections"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// How the receiver is when the mock is told to end; when it does not answer, which the mock waits for as
/// long as it may; and while it is looked at what came of it.
const BUSY: Mood = Mood { refused: 15, unanswered: 0, slow: 10 };
const STUBBORN: Mood = Mood { refused: 15, unanswered: 5, slow: 10 };
const CALM: Mood = Mood { refused: 15, unanswered: 0, slow: 0 };
const SIGNALS: [&str; 2] = ["-TERM", "-INT"];
const CHECKS: usize = 12;
const POLLS: usize = 4;
const IDLE: usize = 16;
/// After so many rounds there is a new file, so that a round takes as long as another.
const ROUNDS_PER_FILE: usize = 10;
const ASKED: &str = "businessType=PERSONAL&businessLegalEntity=PERSEORANGAN&businessContactNationality=ID&brandBusinessLine=RETAIL";
const HEAD: &str =
    "round signal     ended answered unanswered uploads checks polls callbacks receipts repeated";
