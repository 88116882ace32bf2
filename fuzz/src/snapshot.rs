//! Snapshots from outside: whatever the file is, it is refused with what to do about it, or is the
//! beginning of a mock that works.

mod changes;

use std::{fs, path::Path, sync::OnceLock, time::Duration};

use doku_mock::{AdvanceError, DataError, MockDoku, StartError};
use doku_signing::{Credentials, non_snap::Form};
use doku_types::{Timestamp, partner::endpoint::Endpoint};
use http::{Method, Request, StatusCode, header};
use tokio::{runtime::Runtime, time::timeout};

use crate::world::{Reply, World, answered, directory, names, runtime};

/// Bytes behind a first line `raw` are the file itself; everything else says how a right snapshot is
/// changed, line by line: [`changes`].
pub fn snapshot(data: &[u8]) {
    let directory = directory();
    let file = directory.path().join("snapshot");
    match data.strip_prefix(b"raw\n") {
        Some(raw) => fs::write(&file, raw).expect("a file can be written"),
        None => {
            fs::write(&file, right()).expect("a file can be written");
            changes::make(&file, &String::from_utf8_lossy(data));
        }
    }
    let before = fs::read(&file).expect("the file is there");
    let memory = Memory::now();
    let runtime = Runs(Some(runtime()));
    runtime.block_on(begin(directory.path(), &file, data));
    drop(runtime);
    memory.has_not_grown_beyond(ROOM + 16 * before.len() as u64);
    assert!(fs::read(&file).expect("the file is there") == before, "a snapshot is only read");
}

/// A runtime that does not wait for what has no end.
struct Runs(Option<Runtime>);

impl Runs {
    fn block_on(&self, work: impl Future<Output = ()>) {
        self.0.as_ref().expect("it is there until it is dropped").block_on(work);
    }
}

impl Drop for Runs {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

async fn begin(directory: &Path, file: &Path, data: &[u8]) {
    let mut builder = MockDoku::builder()
        .snapshot(file)
        .clock("manual".parse().expect("this is a clock"))
        .receiver(|_| async { StatusCode::INTERNAL_SERVER_ERROR });
    // One or the other, and the same each time.
    let in_a_file = data.len().is_multiple_of(2);
    if in_a_file {
        builder = builder.data(directory.join("mock.db"));
    }
    let started = timeout(PATIENCE, builder.start()).await.expect("it starts or does not, soon");
    match started {
        Ok(mock) => works(mock).await,
        Err(StartError::Data(
            error
            @ (DataError::NoSnapshot(_) | DataError::Corrupt { .. } | DataError::Newer { .. }),
        )) => {
            let told = error.to_string();
            assert!(told.starts_with(file.to_str().expect("a path in UTF-8")), "{told}");
        }
        Err(error) => panic!("refused without what to do: {error:?}"),
    }
    let known = ["snapshot", "mock.db", "mock.db-wal", "mock.db-shm", "mock.db.files"];
    for name in names(directory) {
        assert!(known.contains(&name.as_str()), "a file outside of its place: {name}");
    }
}

/// Everything that the state is used for goes on.
async fn works(mock: MockDoku) {
    let call = async |request: Request<Vec<u8>>| {
        let reply = timeout(PATIENCE, mock.call(request)).await.expect("an answer comes soon");
        let reply = reply.map(|body| body.to_vec());
        answered(&reply);
        reply
    };
    let get = |target: &str| Request::get(target).body(Vec::new()).expect("this is a path");
    assert_eq!(call(get("/_mock/ready")).await.status(), StatusCode::OK);
    for target in ["/_mock/businesses", "/_mock/callbacks", "/_mock/metrics", "/_mock/clock"] {
        assert_eq!(call(get(target)).await.status(), StatusCode::OK, "{target}");
    }
    shows_businesses(&mock, &call).await;

    // Months later all that was planned has happened, unless the clock is near its end.
    let advanced = timeout(PATIENCE, mock.advance(Duration::from_hours(24 * 100))).await;
    match advanced.expect("the clock is advanced soon") {
        Ok(_) | Err(AdvanceError::TooFar) => {}
        Err(error) => panic!("{error}"),
    }
    shows_businesses(&mock, &call).await;
    let grant = br#"{"grant_type":"client_credentials"}"#;
    let requested = signed(&mock, Endpoint::GenerateToken, "", grant);
    assert_eq!(call(requested).await.status(), StatusCode::OK);
    let body = include_bytes!("../seeds/registration/personal.json");
    call(signed(&mock, Endpoint::BusinessRegistration, "", body)).await;
    let request = Request::post("/_mock/reset").header(header::CONTENT_TYPE, "application/json");
    let reply = call(request.body(b"{}".to_vec()).expect("this is a request")).await;
    assert_eq!(reply.status(), StatusCode::OK, "it is read again");
    timeout(PATIENCE, mock.shutdown()).await.expect("a mock stops soon");
}

async fn shows_businesses(mock: &MockDoku, call: &impl AsyncFn(Request<Vec<u8>>) -> Reply) {
    for id in mock.businesses() {
        let Some(data) = mock.business(&id) else { continue };
        for brand in &data.brands {
            if !brand.id.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
                continue;
            }
            call(signed(mock, Endpoint::GetBusinessData, brand.id.as_str(), b"")).await;
        }
    }
}

fn signed(mock: &MockDoku, endpoint: Endpoint, brand: &str, body: &[u8]) -> Request<Vec<u8>> {
    let path = endpoint.path().replace("{brand}", brand);
    let method: Method = endpoint.method().parse().expect("this is a method");
    let credentials: &Credentials = mock.credentials();
    let now = Timestamp::from(std::time::SystemTime::now());
    // One that the snapshot cannot know.
    let id = format!("again-{}-{}", endpoint.name().len(), mock.journal().len());
    let signed = credentials.sign_request(&method, &path, body, &id, now);
    let mut request = Request::new(body.to_vec());
    signed.write(request.headers_mut(), Form::Request).expect("these are texts of headers");
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().expect("this is a path");
    request
}

/// A snapshot in the middle of things: files, decided and open businesses, callbacks, retries.
fn right() -> &'static [u8] {
    static RIGHT: OnceLock<Vec<u8>> = OnceLock::new();
    RIGHT.get_or_init(|| {
        let world = World::new(|mock| {
            mock.pace(doku_mock::Pace::Realistic)
                .receiver(|_| async { StatusCode::INTERNAL_SERVER_ERROR })
        });
        let register = || {
            let body = include_bytes!("../seeds/registration/personal.json");
            world.signed(Endpoint::BusinessRegistration, "", body);
        };
        register();
        let day = Duration::from_hours(30);
        world.runtime.block_on(world.mock.advance(day)).expect("the clock is advanced");
        register();
        let file = directory();
        let file = file.path().join("right");
        world.runtime.block_on(world.mock.snapshot(&file)).expect("a snapshot is written");
        fs::read(&file).expect("the snapshot is there")
    })
}

/// What this process has in memory, where the system tells that.
struct Memory(Option<u64>);

impl Memory {
    /// The present, from which on the most is counted.
    fn now() -> Self {
        let begun = fs::write("/proc/self/clear_refs", "5");
        Self(kib("VmRSS:").filter(|_| begun.is_ok()))
    }

    fn has_not_grown_beyond(&self, bytes: u64) {
        if let (Some(before), Some(most)) = (self.0, kib("VmHWM:")) {
            let grown = most.saturating_sub(before) << 10;
            assert!(grown <= bytes, "{grown} bytes of memory were used, more than {bytes}");
        }
    }
}

fn kib(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// How long anything may take: far longer than it does.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a mock may have in memory besides what it reads, in bytes.
const ROOM: u64 = 64 << 20;
