//! `cargo xtask demo`, run as a user runs it: the good way, and every way to get it wrong.

#![allow(missing_docs)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use doku_mock::{DEFAULT_CLIENT_ID, DEFAULT_SECRET_KEY, MockDoku};

fn demo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).arg("demo").args(arguments).output().unwrap()
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

fn fails(arguments: &[&str], code: i32, parts: &[&str]) -> String {
    let output = demo(arguments);
    let (shown, error) = texts(&output);
    assert_eq!(output.status.code(), Some(code), "{shown}{error}");
    for part in parts {
        assert!(error.contains(part), "{part:?} is not in {error}");
    }
    error
}

/// The example merchant in a folder of its own, changed.
fn merchant(folder: &Path, change: impl FnOnce(String) -> String) -> PathBuf {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
    for name in ["ktp.jpg", "photo-proof.jpg", "owner-liveness.png"] {
        fs::copy(format!("{examples}/{name}"), folder.join(name)).unwrap();
    }
    let text = fs::read_to_string(format!("{examples}/merchant-personal.toml")).unwrap();
    let path = folder.join("merchant.toml");
    fs::write(&path, change(text)).unwrap();
    path
}

#[test]
fn the_example_merchant_is_onboarded() {
    let output = demo(&[]);
    let (shown, error) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{error}");
    for step in [
        "Check Requirements",
        "Check the files",
        "Upload File",
        "Business Registration",
        "KYB callbacks",
        "Get Business Data",
    ] {
        assert!(shown.contains(step), "{step} is not in {shown}");
    }
    assert_eq!(shown.matches("signature right").count(), 10, "{shown}");
    assert!(shown.contains("is ACTIVE, and its brand BRN-"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "colours only in a terminal");
    // Neither the NIK nor the account number of the example.
    assert!(!shown.contains("1234567890123456") && !shown.contains("1234567890\n"), "{shown}");
}

#[test]
fn with_json_every_line_is_an_object() {
    let output = demo(&["--json"]);
    let (shown, _) = texts(&output);
    assert_eq!(output.status.code(), Some(0));
    let lines: Vec<serde_json::Value> =
        shown.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.last().unwrap()["done"], true);
    assert_eq!(lines.iter().filter(|line| line["verified"] == true).count(), 10);
}

#[test]
fn a_merchant_without_social_media_is_onboarded_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = merchant(folder.path(), |text| {
        let (before, rest) = text.split_once("[brand.social_media]").unwrap();
        let (_, after) = rest.split_once("[address]").unwrap();
        format!("{before}[address]{after}")
    });
    let output = demo(&["--merchant", path.to_str().unwrap()]);
    let (shown, error) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{error}");
    assert_eq!(shown.matches("signature right").count(), 9, "{shown}");
}

#[test]
fn a_merchant_file_that_is_wrong_is_told_by_line_without_its_data() {
    fails(&["--merchant", "nowhere.toml"], 1, &["nowhere.toml", "--merchant FILE"]);

    let folder = tempfile::tempdir().unwrap();
    let path = merchant(folder.path(), |text| text.replace("ktp_number", "nik"));
    let error = fails(
        &["--merchant", path.to_str().unwrap()],
        1,
        &["merchant.toml", "line", "unknown field `nik`"],
    );
    assert!(!error.contains("1234567890123456"), "{error}");

    for (field, value) in [
        ("\"1234567890123456\"", "1234567890123456999999"),
        ("\"1234567890\"", "1234567890.5"),
        ("[owner]", "owner = \"1234567890\"\n[other]"),
        ("\"1234567890\"", "\"1234567890"),
    ] {
        let path = merchant(folder.path(), |text| text.replace(field, value));
        let error = fails(&["--merchant", path.to_str().unwrap()], 1, &["near line"]);
        assert!(!error.contains("1234567890"), "{error}");
    }

    let path = merchant(folder.path(), |text| text.replace("ktp.jpg", "lost.jpg"));
    fails(&["--merchant", path.to_str().unwrap()], 1, &["lost.jpg", "under [files]"]);
}

#[test]
fn what_would_be_refused_is_told_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = merchant(folder.path(), |text| text.replace("1234567890123456", "123456789012345"));
    let error = fails(
        &["--merchant", path.to_str().unwrap()],
        1,
        &["/business/contacts/0/documents/0/forms/0/value has 15 characters: send 16 characters"],
    );
    assert!(!error.contains("123456789012345"), "{error}");

    let path = merchant(folder.path(), |text| text);
    fs::write(folder.path().join("ktp.jpg"), b"GIF89a").unwrap();
    fails(
        &["--merchant", path.to_str().unwrap()],
        1,
        &[
            "the merchant does not fit",
            "/business/contacts/0/documents/0/id has a content of no known kind",
            "nothing was registered",
        ],
    );
}

#[cfg(unix)]
#[test]
fn a_mock_that_is_kept_answers_until_ctrl_c() {
    use std::io::{BufRead, BufReader};

    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["demo", "--keep"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let kept = lines.find_map(|line| {
        let line = line.unwrap();
        line.strip_prefix("The mock stays up at http://").map(str::to_owned)
    });
    let address = kept.unwrap().split(';').next().unwrap().to_owned();
    std::net::TcpStream::connect(address).unwrap();
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_post_does_not_end_the_demo() {
    use std::io::{BufRead, BufReader, Read, Write};

    // A host that registers but never calls back: its callbacks go elsewhere.
    let mock = MockDoku::start().await;
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["demo", "--json", "--wait", "2", "--callback-url", "http://127.0.0.1:1/x"])
        .args(["--base-url", mock.base_url(), "--client-id", DEFAULT_CLIENT_ID])
        .args(["--secret-key", DEFAULT_SECRET_KEY, "--callback-listen"])
        .arg(free.to_string())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let (refused, code, error) = tokio::task::spawn_blocking(move || {
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        lines.find(|line| line.as_ref().unwrap().contains("KYB callbacks")).unwrap().unwrap();
        let mut stranger = std::net::TcpStream::connect(free).unwrap();
        stranger.write_all(b"POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n").unwrap();
        let refused = lines.next().unwrap().unwrap();
        let mut error = String::new();
        child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        (refused, child.wait().unwrap().code(), error)
    })
    .await
    .unwrap();
    assert!(refused.contains("the header Client-Id is missing"), "{refused}");
    assert_eq!(code, Some(3), "{error}");
    assert!(error.contains("one was refused: the header Client-Id is missing"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_against_another_host_too() {
    let mock = MockDoku::start().await;
    let url = mock.base_url().to_owned();
    let keys = ["--client-id", DEFAULT_CLIENT_ID, "--secret-key"];
    let run = move |more: Vec<String>| {
        let mut arguments = vec!["--base-url".to_owned(), url.clone()];
        arguments.extend(keys.map(str::to_owned));
        arguments.extend(more);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let output = demo(&arguments);
        (output.status.code(), texts(&output))
    };
    let outcomes = tokio::task::spawn_blocking(move || {
        let right = DEFAULT_SECRET_KEY.to_owned();
        // Nobody listens where these callbacks go.
        let elsewhere =
            ["--callback-url", "http://127.0.0.1:1/x", "--wait", "1"].map(str::to_owned);
        let unheard = [vec![right.clone()], elsewhere.to_vec()].concat();
        [run(vec![right]), run(vec!["SK-marker".to_owned()]), run(unheard)]
    });
    let [good, wrong_key, unheard] = outcomes.await.unwrap();
    assert_eq!(good.0, Some(0), "{}", good.1.1);
    assert_eq!(wrong_key.0, Some(1));
    let error = wrong_key.1.1;
    assert!(error.contains("Check Requirements: DOKU refused with HTTP 400"), "{error}");
    assert!(error.contains("what to do: the secret key is not this client id's"), "{error}");
    assert!(!error.contains("SK-marker"), "{error}");
    assert_eq!(unheard.0, Some(3));
    assert!(unheard.1.1.contains("no callback within 1 s"), "{}", unheard.1.1);
    assert!(unheard.1.1.contains("BRN-"), "{}", unheard.1.1);
}

#[test]
fn hosts_that_cannot_work_are_told_at_once() {
    let keys = ["--client-id", "BRN-1", "--secret-key", "SK-1"];
    let with = |url| [&["--base-url", url][..], &keys].concat();
    fails(&with("http://127.0.0.1:1"), 1, &["no connection", "check that the host is up"]);
    fails(&with("https://api-uat.doku.com"), 2, &["--callback-url"]);
    fails(&with("http://192.0.2.1"), 2, &["plain http goes to loopback only"]);
    fails(&["--base-url", "http://127.0.0.1:1"], 2, &["--client-id"]);
    fails(&["--client-id", "BRN-1"], 2, &["--base-url"]);
    let local = with("http://127.0.0.1:1");
    fails(&[&local[..], &["--callback-url", "foo"]].concat(), 2, &["--callback-url is not"]);
    fails(&["--base-url", "http://127.0.0.1:1", "--client-id", "x"], 2, &["DOKU_SECRET_KEY"]);
}
