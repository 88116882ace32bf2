//! A mock that lives for many inputs, and a partner who signs to it.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use doku_mock::{Builder, MockDoku};
use doku_signing::non_snap::Form;
use doku_types::{
    Timestamp,
    error::ApiError,
    partner::{endpoint::Endpoint, file::UploadedFile, token::TokenReply},
    validate,
};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// What a mock answers.
pub(crate) type Reply = Response<Vec<u8>>;

/// A mock with its partner. Its callbacks go nowhere, and it is put back to its beginning now and then.
pub(crate) struct World {
    // Before the runtime that it needs, and the directory that it writes to.
    pub(crate) mock: MockDoku,
    pub(crate) runtime: Runtime,
    directory: TempDir,
    token: RefCell<String>,
    uploaded: RefCell<BTreeSet<String>>,
    requests: Cell<u64>,
}

impl World {
    /// A mock with a data file, and three files uploaded to it: [`PAPERS`].
    pub(crate) fn new(change: impl FnOnce(Builder) -> Builder) -> Self {
        let (runtime, directory) = (runtime(), directory());
        let builder = MockDoku::builder()
            .data(directory.path().join("mock.db"))
            .seed(1)
            .clock("manual@2026-11-22T03:04:05Z".parse().expect("this is a clock"))
            .receiver(|_| async { StatusCode::OK });
        let mock = runtime.block_on(change(builder).start()).expect("a mock starts");
        let world = Self {
            mock,
            runtime,
            directory,
            token: RefCell::default(),
            uploaded: RefCell::default(),
            requests: Cell::new(0),
        };
        world.begin();
        world
    }

    /// Begins anew after so many inputs, so that neither memory nor the disk fills.
    pub(crate) fn next_input(&self) {
        if self.requests.get() > INPUTS {
            self.runtime.block_on(self.mock.reset()).expect("a mock is reset");
            self.uploaded.borrow_mut().clear();
            self.begin();
        }
    }

    fn begin(&self) {
        self.requests.set(0);
        let reply =
            self.signed(Endpoint::GenerateToken, "", br#"{"grant_type":"client_credentials"}"#);
        let token: TokenReply = validate::read(reply.body()).expect("a token is given");
        *self.token.borrow_mut() = token.token.expose().to_owned();
        for (category, id) in [("DOCUMENT", 0), ("OWNER_LIVENESS", 1), ("PHOTO_PROOF", 2)] {
            let body = upload(&[("category", category), ("code", "KTP")], "a.png", PNG);
            let reply = self.upload(UPLOAD, &body).expect("this is a header's value");
            let file: UploadedFile = validate::read(reply.body()).expect("a file is taken");
            assert_eq!(file.id.as_str(), PAPERS[id], "the papers' ids are known");
        }
    }

    /// Sends a signed request; `brand` is the last part of its path where there is one.
    pub(crate) fn signed(&self, endpoint: Endpoint, brand: &str, body: &[u8]) -> Reply {
        let path = endpoint.path().replace("{brand}", brand);
        self.signed_to(endpoint, &path, body)
    }

    /// As [`Self::signed`], to this path and query.
    pub(crate) fn signed_to(&self, endpoint: Endpoint, target: &str, body: &[u8]) -> Reply {
        let method: Method = endpoint.method().parse().expect("this is a method");
        let number = self.requests.get() + 1;
        self.requests.set(number);
        let mut request = Request::new(body.to_vec());
        *request.uri_mut() = target.parse().expect("this is a path");
        let path = request.uri().path().to_owned();
        let (id, now) = (format!("fuzz-{number}"), now());
        let signed = self.mock.credentials().sign_request(&method, &path, body, &id, now);
        signed.write(request.headers_mut(), Form::Request).expect("these are texts of headers");
        *request.method_mut() = method;
        self.send(request)
    }

    /// Uploads a body of this `Content-Type`; `None` if that cannot stand in a header.
    pub(crate) fn upload(&self, content_type: &[u8], body: &[u8]) -> Option<Reply> {
        self.requests.set(self.requests.get() + 1);
        let request = Request::post(Endpoint::UploadFile.path())
            .header(header::CONTENT_TYPE, HeaderValue::from_bytes(content_type).ok()?)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token.borrow()))
            .body(body.to_vec());
        let reply = self.send(request.expect("these are texts of headers"));
        if reply.status() == StatusCode::OK {
            let file: UploadedFile = validate::read(reply.body()).expect("an upload is answered");
            self.uploaded.borrow_mut().insert(file.id.as_str().to_owned());
        }
        Some(reply)
    }

    /// Sends a request without a signature, such as one under `/_mock/`.
    pub(crate) fn get(&self, target: &str) -> Reply {
        self.send(Request::get(target).body(Vec::new()).expect("this is a path"))
    }

    /// The promise of every answer: a 200, or a refusal in a form that DOKU has; nothing failed.
    fn send(&self, request: Request<Vec<u8>>) -> Reply {
        let reply = self.runtime.block_on(self.mock.call(request)).map(|body| body.to_vec());
        answered(&reply);
        reply
    }

    /// The promise of the directory of files: what was uploaded is there, and nothing else.
    pub(crate) fn nothing_is_left_over(&self) {
        let mut expected = self.uploaded.borrow().clone();
        expected.insert("lock".to_owned());
        assert_eq!(names(&self.directory.path().join("mock.db.files")), expected);
    }
}

/// A 200, or a refusal in a form that DOKU has; nothing failed.
pub(crate) fn answered(reply: &Reply) {
    let body = String::from_utf8_lossy(reply.body());
    assert!(!reply.status().is_server_error(), "{}: {body}", reply.status());
    if reply.status() != StatusCode::OK {
        assert!(ApiError::parse(reply.body()).is_some(), "{}: {body}", reply.status());
    }
}

/// One thread for the mock's tasks: they go on while an answer is waited for.
pub(crate) fn runtime() -> Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().expect("the system gives a runtime")
}

/// In memory, where the system has a place for that: what a mock keeps is flushed to the disk.
pub(crate) fn directory() -> TempDir {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("fuzz-").tempdir_in(place).expect("a directory can be made")
}

/// What is in a directory.
pub(crate) fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).expect("the directory is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths.filter_map(|path: PathBuf| Some(path.file_name()?.to_str()?.to_owned())).collect()
}

/// By the machine's clock, which is right for every mock.
fn now() -> Timestamp {
    std::time::SystemTime::now().into()
}

/// The body of an upload whose `Content-Type` is [`UPLOAD`].
pub(crate) fn upload(texts: &[(&str, &str)], file_name: &str, content: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in texts {
        let part = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend(part.bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\r\n"
    );
    [&body, head.as_bytes(), content, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

/// The ids of the papers that a world begins with, by its clock: a KTP, a liveness photo, and the
/// photo of a brand.
pub(crate) const PAPERS: [&str; 3] =
    ["DCM-0001-1795316645000", "CNT-0001-1795316645001", "DCM-0001-1795316645002"];
pub(crate) const BOUNDARY: &str = "fuzz-boundary";
pub(crate) const UPLOAD: &[u8] = b"multipart/form-data; boundary=fuzz-boundary";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and more";
/// After how many requests a world begins anew.
const INPUTS: u64 = 1000;
