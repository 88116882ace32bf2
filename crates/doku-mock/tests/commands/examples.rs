//! The examples of all help texts, run as they are written.
//!
//! Each is given to bash in a directory with the files that examples name, and has a mock of its own with two armed faults, a
//! callback that is due in an hour, and the merchants of `merchants`; their ids are those of the examples. Put in place of what is written is only: the address of the mock, by
//! `DOKU_MOCK_URL` and wherever it is written out; where an example starts a mock, port 0 for every port; and for the id
//! of another business that of the approved one. A mock, and a command that goes on until Ctrl-C (`--follow`), is stopped once it
//! has printed a line. Any other example ends well with exit code 0, or as `# exit 1` behind it says.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

use crate::{
    help::{commands, examples, help},
    merchants::{self, APPROVED, INVITED, PENDING},
    program::{Mock, shell, stderr},
};

#[test]
fn every_example_of_a_help_text_works_as_written() {
    let examples = commands().into_iter().flat_map(|command| examples(&help(&command)));
    let examples: Vec<_> = examples.collect();
    let failures: Vec<_> = std::thread::scope(|scope| {
        // So many side by side: they wait for processes most of the time.
        let share = examples.chunks(examples.len().div_ceil(4));
        let share = share.map(|share| share.iter().filter_map(|example| run(example).err()));
        let running: Vec<_> =
            share.map(|share| scope.spawn(move || share.collect::<Vec<_>>())).collect();
        running.into_iter().flat_map(|share| share.join().unwrap()).collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What came of it, if that is not what should.
fn run(example: &str) -> Result<(), String> {
    let directory = tempfile::tempdir().unwrap();
    let mock = Mock::start(&[]);
    merchants::register(&mock, directory.path());
    mock.told(&["fault", "callback.delay=1h;times=1"]);
    // It is not acknowledged yet, which the command says by its exit code.
    mock.run(&["fire", APPROVED, "BRAND_PRODUCT", "ACTIVE"]);
    mock.told(&["fault", "--clear"]);
    // Of an operation that no example calls.
    let lite = |kind: &str| format!("{kind};operation=create-business-lite");
    mock.told(&["fault", &lite("status=503"), &lite("delay=1ms")]);
    write_files(directory.path());
    if starts_a_mock(example) {
        mock.told(&["snapshot", directory.path().join("merchants.db").to_str().unwrap()]);
        return start_and_stop(&on_free_ports(example), directory.path());
    }
    let line = with_known_ids(&example.replace("http://127.0.0.1:8480", &mock.url));
    if line.contains(" --follow") {
        return follow_and_stop(&line, &mock, directory.path());
    }
    let output = mock.shell(&line, directory.path());
    let expected = example.rsplit_once("# exit ").map_or("0", |(_, code)| code.trim());
    match output.status.code().map(|code| code.to_string()) {
        Some(code) if code == expected => Ok(()),
        code => Err(format!("{example}\n  ran as {line}: {code:?}, {}", stderr(&output))),
    }
}

/// What examples read: all of it right.
fn write_files(directory: &Path) {
    let body = r#"{"grant_type":"client_credentials"}"#;
    let target = "/adv-core-api/partner/v1.0/token";
    let headers = merchants::signed(target, body, "example").join("\n");
    let request = format!("POST {target} HTTP/1.1\n{headers}\n\n{body}");
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors");
    let vector = |name: &str| fs::read_to_string(vectors.join(name)).unwrap();
    for (name, text) in [
        ("body.json", body),
        ("headers.txt", &headers),
        ("request.http", &request),
        ("snap.http", &vector("snap-symmetric/unicode-body/request.http")),
        ("key.pem", &vector("test-rsa-private.pem")),
        ("public.pem", &vector("test-rsa-public.pem")),
    ] {
        fs::write(directory.join(name), text).unwrap();
    }
}

/// Whether no command follows the program's name.
fn starts_a_mock(example: &str) -> bool {
    let (_, after) = example.split_once("doku-mock").unwrap();
    after.is_empty() || after.starts_with(" --")
}

/// Waits until it is ready, and stops it as Ctrl-C does.
fn start_and_stop(example: &str, directory: &Path) -> Result<(), String> {
    // In the place of the shell, so that the signal reaches it.
    let mut command = shell(&format!("exec {example}"), directory);
    command.env("DOKU_MOCK_LISTEN", "127.0.0.1:0");
    let (line, status) = first_line(command);
    match line.contains("\"ready\":true") && status.success() {
        true => Ok(()),
        false => Err(format!("{example}\n  printed {line:?}, {status}")),
    }
}

/// Waits until it tells what is there already, and stops it as Ctrl-C does.
fn follow_and_stop(example: &str, mock: &Mock, directory: &Path) -> Result<(), String> {
    let mut command = shell(&format!("exec {example}"), directory);
    command.env("DOKU_MOCK_URL", &mock.url);
    let (line, status) = first_line(command);
    match !line.is_empty() && (status.signal() == Some(2) || status.code() == Some(130)) {
        true => Ok(()),
        false => Err(format!("{example}\n  printed {line:?}, {status}")),
    }
}

/// The first line that a command prints, and how it ends when it is interrupted then.
fn first_line(mut command: Command) -> (String, ExitStatus) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    (line, child.wait().unwrap())
}

fn on_free_ports(example: &str) -> String {
    let mut words = example.split("127.0.0.1:");
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |line, rest| {
        line + "127.0.0.1:0" + rest.trim_start_matches(|c: char| c.is_ascii_digit())
    })
}

fn with_known_ids(line: &str) -> String {
    let known = |id: &str| [APPROVED, PENDING, INVITED].contains(&id);
    let words = line.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let word = |word: &str| {
        let id = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        match id.starts_with("BSN-") && !known(id) {
            true => word.replace(id, APPROVED),
            false => word.to_owned(),
        }
    };
    words.map(word).collect()
}

#[test]
fn what_is_put_in_the_place_of_an_example_s_text_is_little() {
    assert!(starts_a_mock("doku-mock --seed 7") && !starts_a_mock("doku-mock ready"));
    assert_eq!(on_free_ports("doku-mock --https 127.0.0.1:8443"), "doku-mock --https 127.0.0.1:0");
    let line = format!("doku-mock decide {PENDING} approve; doku-mock fire BSN-1 BUSINESS");
    assert_eq!(with_known_ids(&line), line.replace("BSN-1 ", &format!("{APPROVED} ")));
}
