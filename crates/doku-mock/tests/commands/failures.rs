//! What goes wrong: each with its exit code, and one line that says what to do.

use std::{
    fs,
    path::Path,
    process::{Output, Stdio},
    thread,
    time::Duration,
};

use crate::{
    program::{Mock, program, shell, stderr, stdout},
    receiver::{answering, reply, silent},
};

/// Asks what is at a URL.
fn asked(url: &str, arguments: &[&str]) -> Output {
    program(arguments).args(["--url", url]).output().unwrap()
}

/// What a command says that fails with this exit code; one line, and nothing on stdout.
fn failed(output: &Output, code: i32) -> String {
    let error = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert_eq!(stdout(output), "");
    // clap's usage errors go over several lines.
    assert!(code == 2 || error.lines().count() == 1, "{error}");
    error
}

#[test]
fn where_nobody_answers_it_says_how_to_start_a_mock() {
    let error = failed(&asked("http://127.0.0.1:1", &["clock"]), 3);
    assert!(error.contains("http://127.0.0.1:1 (Connection refused)"), "{error}");
    assert!(error.contains("start one with doku-mock"), "{error}");
    let error = failed(&asked("http://no-such-host.invalid:8480", &["clock"]), 3);
    assert!(error.contains("no mock answers at http://no-such-host.invalid:8480"), "{error}");
    let error = failed(&asked("http://127.0.0.1:1", &["ready", "--wait", "1ms"]), 3);
    assert!(error.contains("Connection refused"), "{error}");
}

#[test]
fn a_url_that_cannot_be_one_of_a_mock_is_a_wrong_option() {
    let error = failed(&asked("https://127.0.0.1:8480", &["clock"]), 2);
    assert!(error.contains("commands speak plain http"), "{error}");
    for url in ["127.0.0.1:8480", "", "http://", "ftp://x", "http://127.0.0.1:8480/?a", "mock"] {
        let error = failed(&asked(url, &["clock"]), 2);
        assert!(error.contains("give a URL such as http://127.0.0.1:8480"), "{url}: {error}");
    }
}

#[test]
fn a_mock_that_hangs_is_given_up() {
    let url = silent();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mock.db");
    let file = file.to_str().unwrap();
    for command in [&["clock"][..], &["advance", "1h"], &["snapshot", file]] {
        let error = failed(&asked(&url, &[command, &["--timeout", "50ms"]].concat()), 3);
        assert!(error.contains("has said nothing for 50ms"), "{error}");
    }
    // A body that breaks off is none.
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"now\":";
    failed(&asked(&answering(half), &["clock"]), 3);
}

#[test]
fn another_server_is_not_taken_for_a_mock() {
    let directory = tempfile::tempdir().unwrap();
    let saved = directory.path().join("mock.db");
    let commands: [&[&str]; 6] = [
        &["clock"],
        &["businesses", "--json"],
        &["ready"],
        &["metrics"],
        &["openapi"],
        &["snapshot", saved.to_str().unwrap()],
    ];
    let pages = [
        reply("200 OK", "text/html", "<html>hello</html>"),
        reply("200 OK", "application/json", "{\"openapi\":2}"),
        reply("404 Not Found", "text/html", "<html>nothing here</html>"),
        reply("302 Found", "text/html", ""),
        "SSH-2.0-OpenSSH_9.6\r\n".to_owned(),
    ];
    for page in pages {
        let url = answering(page.clone());
        for command in commands {
            let error = failed(&asked(&url, command), 3);
            assert!(error.contains("is no doku-mock"), "{page} {command:?}: {error}");
        }
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "nothing is left of a snapshot");
    let error = failed(&asked(&answering("SSH-2.0-OpenSSH_9.6\r\n"), &["clock"]), 3);
    assert!(error.contains("does not speak plain http"), "{error}");
}

#[test]
fn a_refusal_has_the_mock_s_reason() {
    let mock = Mock::start(&[]);
    let error = failed(&mock.run(&["decide", "BSN-0001-1", "approve"]), 1);
    assert_eq!(error, "doku-mock: refused (404): BUSINESS NOT FOUND\n");
    let error = failed(&mock.run(&["decide", "BSN-0001-1", "shrug"]), 1);
    assert!(error.contains("refused (400): outcome: "), "{error}");
    failed(&mock.run(&["resend", "7"]), 1);
    failed(&mock.run(&["businesses", "BSN-0001-1", "--json"]), 1);
}

#[test]
fn what_a_server_says_does_not_steer_the_terminal() {
    let refusal = r#"{"message":["gone\u001b[2J\nor not"]}"#;
    let url = answering(reply("409 Conflict", "application/json", refusal));
    let error = failed(&asked(&url, &["decide", "BSN-1", "approve"]), 1);
    assert_eq!(error, "doku-mock: refused (409): gone\\u{1b}[2J\\nor not\n");
    let url = answering(reply("200 OK", "text/plain", "# doku_mock_\u{1b}[2J"));
    let metrics = program(&["metrics", "--url", &url]).env("CLICOLOR_FORCE", "1").output();
    assert_eq!(stdout(&metrics.unwrap()), "# doku_mock_\\u{1b}[2J\n");
}

#[test]
fn the_admin_token_is_asked_for_and_never_told() {
    let url = answering(reply("401 Unauthorized", "application/json", "{\"message\":[\"NO\"]}"));
    let error = failed(&asked(&url, &["clock"]), 1);
    assert!(error.contains("give --admin-token, or DOKU_MOCK_ADMIN_TOKEN"), "{error}");
    let error = failed(&asked(&url, &["clock", "--admin-token", "marker"]), 1);
    assert!(error.contains("another admin token") && !error.contains("marker"), "{error}");
    let error = failed(&asked(&url, &["clock", "--admin-token", "mar\nker"]), 2);
    assert!(!error.contains("ker"), "{error}");
    let help = program(&["clock", "--help"]).env("DOKU_MOCK_ADMIN_TOKEN", "marker").output();
    assert!(!stdout(&help.unwrap()).contains("marker"));
}

#[test]
fn what_cannot_be_right_is_not_sent() {
    let wrong: [&[&str]; 14] = [
        &["businesses", "../clock"],
        &["businesses", "BSN-1?x"],
        &["businesses", "--limit", "0"],
        &["decide", "BSN-1"],
        &["advance", "-1h"],
        &["advance", "2d"],
        &["advance"],
        &["advance", "1h", "--to", "next"],
        &["clock", "--timeout", "soon"],
        &["resend", "0"],
        &["complete", "BSN-1", "no-such-file.json"],
        &["complete", "BSN-1", "/"],
        &["completions", "cmd"],
        &["no-such-command"],
    ];
    let url = answering(reply("200 OK", "application/json", "{}"));
    for command in wrong {
        let output = program(command).env("DOKU_MOCK_URL", &url).output().unwrap();
        let error = failed(&output, 2);
        assert!(!error.is_empty() && !error.contains("panicked"), "{command:?}: {error}");
    }
    let error = stderr(&program(&["complete", "BSN-1", "no-such-file.json"]).output().unwrap());
    assert!(error.contains("no-such-file.json: No such file"), "{error}");
}

#[test]
fn a_snapshot_does_not_replace_a_file_unasked() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mock.db");
    fs::write(&file, "mine").unwrap();
    let url = answering(reply("200 OK", "application/vnd.sqlite3", "SQLite format 3\0state"));
    let save = |more: &[&str]| asked(&url, &[&["snapshot", file.to_str().unwrap()], more].concat());
    let error = failed(&save(&[]), 1);
    assert!(error.contains("is there already: --force replaces it"), "{error}");
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    assert_eq!(save(&["--force"]).status.code(), Some(0));
    assert_eq!(fs::read(&file).unwrap(), b"SQLite format 3\0state");
    // Another mock's page does not cost the file that is there.
    let other = answering(reply("200 OK", "text/html", "<html>"));
    failed(&asked(&other, &["snapshot", file.to_str().unwrap(), "--force"]), 3);
    assert_eq!(fs::read(&file).unwrap(), b"SQLite format 3\0state");
    failed(&asked(&url, &["snapshot", "/no/such/directory/mock.db"]), 1);
}

#[test]
fn ctrl_c_is_exit_code_130_and_leaves_no_half_of_a_snapshot() {
    use std::os::unix::process::ExitStatusExt;

    let directory = tempfile::tempdir().unwrap();
    let url = silent();
    let interrupt = |command: &[&str], begun: &dyn Fn() -> bool| {
        let mut child = program(command)
            .args(["--url", &url])
            .current_dir(directory.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while !begun() {
            thread::sleep(Duration::from_millis(5));
        }
        let pid = child.id().to_string();
        std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap();
        child.wait().unwrap()
    };
    let entries = || fs::read_dir(directory.path()).unwrap().count();
    let status = interrupt(&["snapshot", "mock.db"], &|| entries() == 1);
    assert_eq!((status.code(), entries()), (Some(130), 0));
    // Ended by the signal itself, which shells tell as 130.
    let status = interrupt(&["clock"], &|| true);
    assert_eq!(status.signal(), Some(2));
}

#[test]
fn the_environment_of_a_server_does_not_break_commands() {
    let mock = Mock::start(&[]);
    let clock = |name: &str, value: &str| {
        let mut command = program(&["clock"]);
        command.env("DOKU_MOCK_URL", &mock.url).env(name, value);
        // Both together are refused of a server.
        command.env("DOKU_MOCK_PARTNERS", "partners.toml").env("DOKU_MOCK_CLIENT_ID", "BRN-1");
        command.output().unwrap()
    };
    let help = stdout(&program(&["--help"]).output().unwrap());
    let names: Vec<_> =
        help.split("[env: ").skip(1).map(|rest| &rest[..rest.find([']', '=']).unwrap()]).collect();
    assert!(names.contains(&"DOKU_MOCK_LISTEN") && names.len() > 12, "{names:?}");
    for name in names.into_iter().filter(|name| *name != "DOKU_MOCK_ADMIN_TOKEN") {
        for value in ["nonsense", ""] {
            let output = clock(name, value);
            assert_eq!(output.status.code(), Some(0), "{name}={value}: {}", stderr(&output));
        }
    }
    // A server heeds them.
    let server = program(&[]).env("DOKU_MOCK_LISTEN", "nonsense").output().unwrap();
    assert_eq!(server.status.code(), Some(2));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure_and_a_full_disk_is() {
    let mock = Mock::start(&[]);
    let output = mock.shell("set -o pipefail; doku-mock assumptions --all | true", Path::new("/"));
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()));
    if Path::new("/dev/full").exists() {
        let output = mock.shell("doku-mock clock > /dev/full", Path::new("/"));
        assert!(failed(&output, 1).contains("cannot write to stdout: No space left"));
    }
}

#[test]
fn a_shell_can_tell_failures_apart() {
    let line = "doku-mock clock --url http://127.0.0.1:1 2>/dev/null; echo $?";
    assert_eq!(stdout(&shell(line, Path::new("/")).output().unwrap()), "3\n");
}
