//! What `curl -v` prints, recorded and live.

use std::{fs, process::Command};

use crate::program::{Mock, is_there, run, run_command};

/// As curl 7.88.1 printed it, asked with `-d @file`, which takes out line ends.
const RECORDED: &[u8] = include_bytes!("curl-v.txt");
const SIGNED: &str = "{\"grant_type\":\"client_credentials\"}\n";

#[test]
fn a_recorded_call_is_explained_with_the_body_that_was_signed() {
    let ran = run(&["explain", "-", "--body", SIGNED], RECORDED);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stderr, "");
    for line in [
        "non-snap: POST /adv-core-api/partner/v1.0/token, 35 bytes of body",
        "[body-newline]",
        "To be signed:\n  Client-Id:BRN-0001-1700000000000␊",
        "They differ at byte 171 (line 5, column 8)",
        "Note: this is about the body without its line ends",
    ] {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    // With Windows' line ends the same.
    let windows = String::from_utf8_lossy(RECORDED).replace('\n', "\r\n");
    let again = run(&["explain", "-", "--body", SIGNED], windows.as_bytes());
    // How long ago it was is said in another line.
    let before_notes =
        |ran: &crate::program::Run| ran.stdout.split("\nNote:").next().map(str::to_owned);
    assert_eq!(before_notes(&again), before_notes(&ran));
}

#[test]
fn its_body_has_to_be_given() {
    let ran = run(&["explain", "-"], RECORDED);
    assert_eq!((ran.code, &*ran.stdout), (Some(2), ""));
    assert!(ran.stderr.contains("--body-file FILE or --body TEXT"), "{}", ran.stderr);
    let other = run(&["explain", "-", "--body", "{}"], RECORDED);
    assert_eq!(other.code, Some(1));
    let note = "Content-Length is 35, but this body has 2 bytes";
    assert!(other.stdout.contains(note), "{}", other.stdout);
}

#[test]
fn of_several_requests_the_last_is_meant_and_lines_of_the_answer_are_not() {
    let other = "> POST /other HTTP/2\n> host: x\n> \n< HTTP/2 307\n< \n";
    let text = [other.as_bytes(), RECORDED].concat();
    let ran = run(&["explain", "-", "--body", SIGNED], &text);
    assert!(ran.stdout.starts_with("non-snap: POST /adv-core-api/"), "{}", ran.stdout);
}

/// Runs a line of bash in this directory.
fn bash(directory: &std::path::Path, line: &str) -> crate::program::Run {
    let mut command = Command::new("bash");
    command.args(["-c", line]).current_dir(directory);
    command.env("MOCK", env!("CARGO_BIN_EXE_doku-mock"));
    run_command(command, b"")
}

#[test]
fn what_is_signed_and_sent_by_curl_is_accepted_and_its_reply_is_right() {
    if !is_there("curl") || !is_there("bash") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let mock = Mock::start();
    let target = "/adv-core-api/partner/v1.0/token";
    let url = format!("http://{}{target}", mock.address);
    fs::write(directory.path().join("body.json"), SIGNED).unwrap();
    let sent = bash(
        directory.path(),
        &format!(
            "curl -sv {url} -H @<(\"$MOCK\" sign POST {target} --body-file body.json) -H 'Content-Type: application/json' --data-binary @body.json -o reply.json 2>curl.txt && cat curl.txt"
        ),
    );
    assert!(sent.stdout.contains("< HTTP/1.1 200 OK"), "{sent:?}");
    for (line, subject) in [
        ("\"$MOCK\" explain curl.txt --body-file body.json", "non-snap: POST /adv"),
        (
            "\"$MOCK\" explain curl.txt --reply --body-file reply.json",
            "non-snap: the reply to POST",
        ),
    ] {
        let ran = bash(directory.path(), line);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.starts_with(subject), "{ran:?}");
        assert!(ran.stdout.contains("\nThe signature is right."), "{ran:?}");
    }
}

#[test]
fn a_refusal_of_the_mock_names_what_the_program_names() {
    if !is_there("curl") || !is_there("bash") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let mock = Mock::start();
    let target = "/adv-core-api/partner/v1.0/token";
    let url = format!("http://{}{target}", mock.address);
    fs::write(directory.path().join("body.json"), SIGNED).unwrap();
    let ran = bash(
        directory.path(),
        &format!(
            "curl -sv {url} -H @<(\"$MOCK\" sign POST {target} --body-file body.json --secret-key ' SK-doku-mock-test-secret') --data-binary @body.json 2>&1 | tee curl.txt | \"$MOCK\" explain - --body-file body.json --json; grep -o 'Doku-Mock-Diagnosis: [a-z0-9,-]*' curl.txt"
        ),
    );
    assert!(ran.stdout.contains(r#""codes":["key-blank"]"#), "{ran:?}");
    assert!(ran.stdout.ends_with("Doku-Mock-Diagnosis: key-blank\n"), "{ran:?}");
}
