//! What commands print: short for people, the mock's own JSON with `--json`.

use std::fs;

use serde_json::Value;

use crate::{
    merchants::{self, APPROVED, INVITED, PENDING},
    program::{Mock, START, program, stdout},
    receiver,
};

fn with_merchants() -> (Mock, tempfile::TempDir) {
    let (mock, directory) = (Mock::start(&[]), tempfile::tempdir().unwrap());
    merchants::register(&mock, directory.path());
    (mock, directory)
}

#[test]
fn with_json_it_prints_the_mock_s_answer_to_the_byte() {
    let (mock, _directory) = with_merchants();
    let address = mock.url.strip_prefix("http://").unwrap();
    for (command, path) in [
        (&["businesses", "--json"][..], "businesses"),
        (&["businesses", APPROVED, "--json"], &format!("businesses/{APPROVED}")),
        (&["callbacks", "--json"], "callbacks"),
        (&["clock", "--json"], "clock"),
        (&["assumptions", "--json"], "assumptions"),
    ] {
        use std::io::{Read, Write};
        let mut socket = std::net::TcpStream::connect(address).unwrap();
        write!(
            socket,
            "GET /_mock/{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut reply = String::new();
        socket.read_to_string(&mut reply).unwrap();
        let (_, body) = reply.split_once("\r\n\r\n").unwrap();
        // Links to files end with an expiry of their own.
        let unlinked = |text: &str| text.split("?expires=").next().unwrap().to_owned();
        assert_eq!(unlinked(mock.told(command).trim_end()), unlinked(body), "{path}");
    }
}

#[test]
fn a_verdict_shows_the_parts_with_their_statuses_and_notes() {
    let (mock, _directory) = with_merchants();
    let before = mock.told(&["businesses", PENDING]);
    assert!(before.starts_with(&format!("{PENDING}  UPDATING  Warung Contoh\n")), "{before}");
    let decided =
        mock.told(&["decide", PENDING, "reject.BUSINESS_BANK", "--note", "The account is closed"]);
    assert!(decided.contains("\nbank") && decided.contains("REJECTED"), "{decided}");
    assert!(decided.ends_with("\nnote: The account is closed\n"), "{decided}");
    assert_eq!(decided, mock.told(&["businesses", PENDING]));
    let told = mock.told(&["callbacks", "--business", PENDING]);
    assert!(told.contains("BUSINESS_BANK") && !told.contains(APPROVED), "{told}");
}

#[test]
fn an_invited_business_is_filled_in_from_a_file_or_stdin() {
    let (mock, directory) = with_merchants();
    let file = directory.path().join("registration.json");
    let registration = fs::read_to_string(&file).unwrap();
    let line = format!("doku-mock complete {INVITED} - --outcome pending < registration.json");
    let completed = stdout(&mock.shell(&line, directory.path()));
    assert!(completed.starts_with(&format!("{INVITED}  UPDATING  ")), "{completed}");
    // Whatever is too long for a registration is not sent.
    fs::write(&file, registration + &" ".repeat(2 << 20)).unwrap();
    let output = mock.run(&["complete", INVITED, file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_clock_moves_on_and_says_what_happened() {
    let (mock, _directory) = with_merchants();
    assert_eq!(mock.told(&["clock"]), "It is 2026-11-22T03:04:08Z; nothing is planned.\n");
    let moved = mock.told(&["advance", "48h"]);
    assert_eq!(moved, "It is 2026-11-24T03:04:08Z; 0 callbacks were attempted.\n");
    let moved: Value = serde_json::from_str(&mock.told(&["advance", "0s", "--json"])).unwrap();
    assert_eq!(moved["delivered"], 0);
    let moved = mock.told(&["advance", "--to", "2026-11-24T04:00:00Z"]);
    assert_eq!(moved, "It is 2026-11-24T04:00:00Z; 0 callbacks were attempted.\n");
    let output = mock.run(&["advance", "--to", "next"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("nothing is planned, so there is no next event"), "{error}");
    mock.told(&["fault", "callback.delay=30m;times=1"]);
    let delayed = mock.run(&["fire", APPROVED, "BRAND_PRODUCT", "ACTIVE"]);
    assert_eq!(delayed.status.code(), Some(1), "it is not acknowledged yet");
    let moved = mock.told(&["advance", "--to", "next"]);
    assert_eq!(moved, "It is 2026-11-24T04:30:00Z; 1 callback was attempted.\n");
}

#[test]
fn the_ledger_says_on_how_many_replies_each_assumption_has_stood() {
    let (mock, _directory) = with_merchants();
    // Two registrations; nobody asked for the requirements of a business type.
    let listed = mock.told(&["assumptions"]);
    let row = |id: &str| listed.lines().find(|line| line.starts_with(id)).unwrap().to_owned();
    assert!(listed.starts_with("ID   EVIDENCE  REPLIES  WHAT\n"), "{listed}");
    assert!(row("A21").starts_with("A21  assumed   2        business and brand"), "{listed}");
    let told = mock.told(&["assumptions", "a21"]);
    assert!(told.starts_with("A21 (assumed, 2 replies): business and brand"), "{told}");
}

#[test]
fn a_mock_with_nothing_says_so() {
    let mock = Mock::start(&[]);
    assert_eq!(mock.told(&["businesses"]), "No business is registered yet.\n");
    assert_eq!(mock.told(&["callbacks"]), "No callback was told yet.\n");
    assert_eq!(mock.told(&["clock"]), format!("It is {START}; nothing is planned.\n"));
    assert_eq!(mock.told(&["ready"]), format!("ready at {}\n", mock.url));
    assert_eq!(mock.told(&["businesses", "--json"]), "[]\n");
}

#[test]
fn a_mock_starts_from_what_was_saved_and_is_reset_to_it() {
    let (mock, directory) = with_merchants();
    let file = directory.path().join("merchants.db");
    let file = file.to_str().unwrap();
    let saved = mock.told(&["snapshot", file]);
    let bytes = fs::metadata(file).unwrap().len();
    assert_eq!(
        saved,
        format!("{file}: {bytes} bytes; doku-mock --snapshot {file} starts from it\n")
    );
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "it holds what merchants sent");

    let second = Mock::start(&["--snapshot", file]);
    assert_eq!(second.told(&["businesses"]), mock.told(&["businesses"]));
    let again = directory.path().join("again.db");
    let saved = second.told(&["snapshot", again.to_str().unwrap(), "--json"]);
    let saved: Value = serde_json::from_str(&saved).unwrap();
    assert_eq!((saved["bytes"].as_u64(), saved["file"].as_str()), (Some(bytes), again.to_str()));

    let gone = mock.told(&["reset", "--partner", "BRN-0001-1700000000000"]);
    assert_eq!(gone, "Gone: 3 businesses, 3 files, 10 callbacks, 4 kept replies.\n");
    assert_eq!(mock.told(&["businesses"]), "No business is registered yet.\n");
    assert_eq!(mock.run(&["reset", "--partner", "BRN-0001-9"]).status.code(), Some(1));
    let gone: Value = serde_json::from_str(&mock.told(&["reset", "--json"])).unwrap();
    assert_eq!(gone["businesses"], 0);
    assert_eq!(mock.told(&["clock"]), format!("It is {START}; nothing is planned.\n"));
}

#[test]
fn a_callback_told_by_hand_is_listed_like_any_other() {
    let (mock, _directory) = with_merchants();
    let fired =
        mock.told(&["fire", APPROVED, "BRAND_PRODUCT", "REJECTED", "--note", "Not for you"]);
    assert_eq!(fired, "Callback 11 is delivered.\n");
    let listed = mock.told(&["callbacks", "--after", "10"]);
    let row = listed.lines().nth(1).unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(row, ["11", APPROVED, "BRAND_PRODUCT", "REJECTED", "delivered", "200"]);
    assert_eq!(mock.told(&["resend", "11"]), "Callback 11 is delivered.\n");
    assert!(mock.told(&["callbacks", "--after", "10"]).contains("200, 200*\n"));
    assert!(mock.told(&["metrics"]).contains("# TYPE doku_mock_"));
    assert_eq!(mock.run(&["fire", APPROVED, "NONSENSE", "ACTIVE"]).status.code(), Some(1));
}

#[test]
fn a_mock_with_an_admin_token_is_asked_with_it() {
    let mock = Mock::start(&["--admin-token", "open-sesame"]);
    let code = |arguments: &[&str]| mock.run(arguments).status.code();
    assert_eq!(code(&["businesses"]), Some(1));
    assert_eq!(code(&["businesses", "--admin-token", "open-barley"]), Some(1));
    assert_eq!(code(&["businesses", "--admin-token", "open-sesame"]), Some(0));
    assert_eq!(code(&["ready"]), Some(0));
    let mut command = program(&["metrics", "--url", &mock.url]);
    let output = command.env("DOKU_MOCK_ADMIN_TOKEN", "open-sesame").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "the environment gives it as well");
}

#[test]
fn a_list_that_goes_on_says_how() {
    let (mock, _directory) = with_merchants();
    let first = mock.told(&["businesses", "--limit", "2"]);
    assert!(first.ends_with("\nThere may be more: --after 2\n"), "{first}");
    assert!(mock.told(&["businesses", "--after", "2"]).contains(INVITED));
    assert!(mock.told(&["callbacks", "--limit", "1"]).contains("--after 1"));
}

#[test]
fn an_attempt_in_vain_is_a_failure_told_apart_from_a_refusal() {
    for (state, code) in [("delivered", 0), ("pending", 1), ("exhausted", 1)] {
        let answer = format!("{{\"number\":3,\"state\":\"{state}\"}}");
        let url = receiver::answering(receiver::reply("200 OK", "application/json", &answer));
        for more in [&[][..], &["--json"]] {
            for command in [&["resend", "3"][..], &["fire", "BSN-1", "BUSINESS", "ACTIVE"]] {
                let mut command = program(command);
                let output = command.args(more).env("DOKU_MOCK_URL", &url).output().unwrap();
                assert_eq!(output.status.code(), Some(code), "{state} {more:?}");
                assert!(stdout(&output).contains(state));
            }
        }
    }
}

#[test]
fn colours_are_for_terminals() {
    let (mock, _directory) = with_merchants();
    let listed = |environment: &[(&str, &str)]| {
        let mut command = program(&["businesses"]);
        command.env("DOKU_MOCK_URL", &mock.url).env_remove("NO_COLOR");
        command.envs(environment.iter().copied());
        stdout(&command.output().unwrap())
    };
    let plain = listed(&[]);
    assert!(!plain.contains('\u{1b}'), "{plain}");
    assert!(listed(&[("CLICOLOR_FORCE", "1")]).contains("\u{1b}[32mACTIVE"));
    assert_eq!(listed(&[("NO_COLOR", "1")]), plain);
}

#[test]
fn each_shell_s_completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(&program(&["completions", shell]).output().unwrap());
        for word in ["advance", "businesses", "snapshot", "admin-token", "listen"] {
            assert!(script.contains(word), "{word} is not in the completions of {shell}");
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let line = "source <(doku-mock completions bash); COMP_WORDS=(doku-mock snap); COMP_CWORD=1; \
                _doku__mock doku-mock snap doku-mock; echo \"${COMPREPLY[@]}\"";
    let completed = crate::program::shell(line, directory.path()).output().unwrap();
    assert_eq!(stdout(&completed).trim(), "snapshot");
}
