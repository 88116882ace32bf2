//! A large file is uploaded in constant memory, whatever the pace of the other side. Alone in its
//! process, so that nobody else's memory is measured; the server is another process.

#![allow(missing_docs)]
#![cfg(feature = "io")]

#[cfg(not(target_os = "linux"))]
#[test]
#[ignore = "only Linux tells the peak of a process's memory"]
fn an_upload_of_15_mb_grows_memory_by_at_most_2_mib() {}

#[cfg(target_os = "linux")]
#[test]
fn an_upload_of_15_mb_grows_memory_by_at_most_2_mib() {
    if std::env::var_os(sink::CHILD).is_some() {
        sink::run();
    }
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(linux::uploads());
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        fs,
        io::{Cursor, Write},
        path::Path,
    };

    use doku_partner::{Credentials, Environment, FileUpload, PartnerClient, RetryPolicy};
    use doku_types::partner::file::FilePurpose;
    use tokio::io::AsyncReadExt;

    use super::sink::Sink;

    pub(super) async fn uploads() {
        let folder = tempfile::tempdir().unwrap();
        let (small, large) = (folder.path().join("small.png"), folder.path().join("large.png"));
        write(&small, SMALL);
        write(&large, LARGE);
        let sink = Sink::start();
        let clients = [("a fast server", &sink.fast), ("a slow server", &sink.slow)].map(
            |(server, base_url)| {
                let environment = Environment::custom(base_url).unwrap();
                let client = PartnerClient::builder(environment, Credentials::new("BRN-1", "SK-1"))
                    // Sending a file twice would hide that the first time failed.
                    .retry(RetryPolicy::never())
                    .build();
                (server, client)
            },
        );
        // Threads, connections and the token are there before anything is measured.
        for (_, client) in &clients {
            upload(client, FileUpload::path(FilePurpose::photo_proof(), &small).await.unwrap())
                .await;
            upload(client, from_reader(SMALL).await).await;
        }

        let before = reset_peak();
        for (server, client) in &clients {
            let purpose = FilePurpose::photo_proof();
            upload(client, FileUpload::path(purpose, &large).await.unwrap()).await;
            let by_path = peak().saturating_sub(before);
            upload(client, from_reader(LARGE).await).await;
            let by_both = peak().saturating_sub(before);
            println!("15 MB to {server}: by path {by_path} KiB, then by reader {by_both} KiB");
            assert!(by_both <= MOST_KIB, "{server}: {by_path} and {by_both} KiB");
        }

        // The gauge shows it when a file is in memory once.
        let whole = std::hint::black_box(fs::read(&large).unwrap());
        let seen = peak().saturating_sub(before);
        assert!(seen > 4 * MOST_KIB, "{seen} KiB of {} bytes", whole.len());
    }

    async fn upload(client: &PartnerClient, upload: FileUpload) {
        let size = upload.size().unwrap();
        let reply = client.upload_file(&upload).await.unwrap();
        // The sink's id is how many bytes came; the rest of the form is less than a kilobyte.
        let came = reply.id.as_str().parse::<u64>().unwrap();
        assert!((size..size + 1024).contains(&came), "{came} of {size}");
    }

    /// A content that is nowhere in memory.
    async fn from_reader(length: u64) -> FileUpload {
        let content = Cursor::new(PNG).chain(tokio::io::repeat(7)).take(length);
        FileUpload::reader(FilePurpose::photo_proof(), "a.png", length, content).await.unwrap()
    }

    fn write(path: &Path, length: u64) {
        let mut file = fs::File::create(path).unwrap();
        file.write_all(PNG).unwrap();
        file.set_len(length).unwrap();
    }

    /// Forgets the peak so far, where that is permitted. Returns the one that counts from now on, in KiB.
    fn reset_peak() -> u64 {
        // 5 stands for the peak. Where it is refused, growth beyond the old peak is what can be seen.
        let _ = fs::write("/proc/self/clear_refs", "5");
        peak()
    }

    fn peak() -> u64 {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
    }

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const SMALL: u64 = 200_000;
    /// The largest that is allowed (A16).
    const LARGE: u64 = 15_000_000;
    const MOST_KIB: u64 = 2 * 1024;
}

/// The server: this test's program once more, as another process that discards what it is sent.
#[cfg(target_os = "linux")]
mod sink {
    use std::{
        env,
        io::{BufRead, BufReader, Read, Write, read_to_string, stdin},
        net::{TcpListener, TcpStream},
        process::{self, Child, Command, Stdio},
        thread,
        time::Duration,
    };

    pub(super) struct Sink {
        child: Child,
        pub(super) fast: String,
        pub(super) slow: String,
    }

    impl Sink {
        pub(super) fn start() -> Self {
            let mut child = Command::new(env::current_exe().unwrap())
                .args([
                    "--exact",
                    "an_upload_of_15_mb_grows_memory_by_at_most_2_mib",
                    "--nocapture",
                ])
                .env(CHILD, "1")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
            // Lines of the test harness come in between.
            let mut url = || {
                let line = lines.find_map(|line| line.unwrap().split_once(LISTENING).map(own));
                line.expect("the sink listens")
            };
            let (fast, slow) = (url(), url());
            Self { child, fast, slow }
        }
    }

    fn own((_, url): (&str, &str)) -> String {
        url.to_owned()
    }

    impl Drop for Sink {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    /// Serves until the parent is gone, which closes the input.
    pub(super) fn run() -> ! {
        for pace in [Duration::ZERO, SLOW] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            println!("\n{LISTENING}http://{}", listener.local_addr().unwrap());
            thread::spawn(move || {
                for stream in listener.incoming() {
                    thread::spawn(move || serve(stream.unwrap(), pace));
                }
            });
        }
        let _ = read_to_string(stdin());
        process::exit(0);
    }

    /// Answers each request of a connection, a token or how many bytes it had.
    fn serve(stream: TcpStream, pace: Duration) {
        let mut incoming = BufReader::with_capacity(BUFFER, &stream);
        let mut line = String::new();
        let (mut is_file, mut length) = (false, 0);
        while incoming.read_line(&mut line).is_ok_and(|read| read > 0) {
            let text = line.trim().to_ascii_lowercase();
            if text.starts_with("post ") {
                is_file = text.contains("/file ");
            } else if let Some(value) = text.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            } else if text.is_empty() {
                discard(&mut incoming, length, pace);
                let reply = if is_file {
                    format!(r#"{{"id":"{length}","link":"https://x.example","category":"X"}}"#)
                } else {
                    r#"{"token":"eyJ"}"#.to_owned()
                };
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", reply.len());
                (&stream).write_all(format!("{head}{reply}").as_bytes()).unwrap();
            }
            line.clear();
        }
    }

    fn discard(incoming: &mut impl Read, length: u64, pace: Duration) {
        let mut buffer = vec![0; BUFFER];
        let mut left = length;
        while left > 0 {
            let most = buffer.len().min(usize::try_from(left).unwrap());
            match incoming.read(&mut buffer[..most]) {
                Ok(0) | Err(_) => return,
                Ok(read) => left -= read as u64,
            }
            // A line that is slow, not an event to wait for.
            thread::sleep(pace);
        }
    }

    /// Set for the process that is the server.
    pub(super) const CHILD: &str = "DOKU_PARTNER_TEST_SINK";
    const LISTENING: &str = "the sink listens on ";
    const BUFFER: usize = 64 << 10;
    const SLOW: Duration = Duration::from_millis(3);
}
