//! `doku-mock journal`: narrowed, followed, taken along.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::{Child, ChildStdout, Stdio},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::Value;

use crate::{
    merchants::{self, APPROVED, PENDING},
    program::{Mock, program, stderr, stdout},
    receiver::{answering, read_request, reply},
};

/// A mock with three merchants, of which the first was told ten callbacks.
fn with_merchants() -> (Mock, tempfile::TempDir) {
    let (mock, directory) = (Mock::start(&[]), tempfile::tempdir().unwrap());
    merchants::register(&mock, directory.path());
    (mock, directory)
}

/// A request for a token whose signature is wrong, sent to this mock.
fn send_wrongly_signed(mock: &Mock) {
    let url = format!("{}/adv-core-api/partner/v1.0/token", mock.url);
    let line = format!(
        "curl -s {url} -d '{{}}' -H @<(doku-mock sign POST {url} --body '{{}}' --secret-key SK-other)"
    );
    assert!(stdout(&mock.shell(&line, Path::new("/"))).contains("Invalid Header Signature"));
}

/// The exchanges as JSON.
fn read(mock: &Mock, arguments: &[&str]) -> Vec<Value> {
    let told = mock.told(&[&["journal", "--json"], arguments].concat());
    told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn numbers(entries: &[Value]) -> Vec<u64> {
    entries.iter().map(|entry| entry["number"].as_u64().unwrap()).collect()
}

#[test]
fn each_option_leaves_the_exchanges_that_it_names() {
    let (mock, _directory) = with_merchants();
    send_wrongly_signed(&mock);
    let all = read(&mock, &[]);
    let all_numbers = numbers(&all);
    assert_eq!(all_numbers, (1..=18).collect::<Vec<u64>>());
    let of = |field: &str, wanted: &str| -> Vec<u64> {
        let so = all.iter().filter(|entry| entry[field] == wanted);
        numbers(&so.cloned().collect::<Vec<_>>())
    };
    let registrations = of("operation", "Business Registration");
    let (approved, pending) = (of("business", APPROVED), of("business", PENDING));
    assert_eq!((registrations.len(), approved.len(), pending.len()), (2, 11, 1));

    let partner = "BRN-0001-1700000000000";
    for (options, expected) in [
        (&["--operation", "business-registration"][..], registrations.clone()),
        (&["--operation", "Business Registration"], registrations.clone()),
        (&["--operation", "business-registration", "--business", PENDING], pending.clone()),
        (&["--business", APPROVED], approved),
        (&["--status", "400"], vec![18]),
        (&["--status", "4xx"], vec![18]),
        (&["--status", "5xx"], vec![]),
        (&["--partner", partner], all_numbers.clone()),
        (&["--partner", "BRN-0001-1"], vec![]),
        (&["--after", "15"], vec![16, 17, 18]),
        (&["--limit", "2"], vec![17, 18]),
        (&["--until", "2026-11-22T03:04:06Z"], vec![1, 2, 3, 4]),
        (&["--from", "2026-11-22T03:04:07Z", "--until", "2026-11-22T03:04:08Z"], pending),
    ] {
        assert_eq!(numbers(&read(&mock, options)), expected, "{options:?}");
        // The table has the same rows.
        let table = mock.told(&[&["journal"], options].concat());
        let rows: Vec<u64> =
            table.lines().filter_map(|row| row.split_whitespace().next()?.parse().ok()).collect();
        assert_eq!(rows, expected, "{options:?}: {table}");
    }
    let refused = mock.run(&["journal", "--status", "9xx"]);
    assert_eq!((refused.status.code(), stdout(&refused)), (Some(1), String::new()));
    assert_eq!(mock.run(&["journal", "--limit", "0"]).status.code(), Some(2));
}

#[test]
fn where_there_is_nothing_to_show_it_says_so() {
    let mock = Mock::start(&[]);
    assert_eq!(mock.told(&["journal"]), "Nothing has gone over the wire yet.\n");
    assert_eq!(mock.told(&["journal", "--status", "5xx"]), "The journal has no such exchange.\n");
    assert_eq!(mock.told(&["journal", "--after", "7"]), "The journal has no such exchange.\n");
    assert_eq!(mock.told(&["journal", "--json"]), "");
    let missing = mock.run(&["journal", "1"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).contains("NO SUCH ENTRY IN THE JOURNAL"));
}

#[test]
fn one_exchange_in_full_says_why_it_was_refused_and_as_json_is_the_mock_s_own() {
    let mock = Mock::start(&[]);
    send_wrongly_signed(&mock);
    let shown = mock.told(&["journal", "1"]);
    for part in
        ["verdict: not_authenticated\n", "\ndiagnosis:\n", "\nPOST /adv-core-api/", "\nHTTP 400\n"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let own = mock.shell("curl -s $DOKU_MOCK_URL/_mock/journal/1", Path::new("/"));
    assert_eq!(mock.told(&["journal", "1", "--json"]), format!("{}\n", stdout(&own)));
}

/// A `journal --follow` that runs; ended when dropped.
struct Follower {
    child: Child,
    lines: Option<BufReader<ChildStdout>>,
}

impl Follower {
    fn of(url: &str, options: &[&str]) -> Self {
        let mut child = program(&["journal", "--follow", "--url", url])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = child.stdout.take().map(BufReader::new);
        Self { child, lines }
    }

    /// The next line.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.as_mut().unwrap().read_line(&mut line).unwrap();
        line
    }

    /// Its exit code, and what it said on stderr.
    fn end(mut self) -> (Option<i32>, String) {
        let mut error = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        (self.child.wait().unwrap().code(), error)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn who_follows_sees_what_was_and_what_comes_as_it_comes() {
    let mock = Mock::start(&[]);
    send_wrongly_signed(&mock);
    let mut table = Follower::of(&mock.url, &[]);
    assert!(table.line().trim_start().starts_with("NO  TIME"));
    assert!(
        table.line().trim_start().starts_with("1  2026-11-22T03:04:05Z  POST    Generate Token")
    );
    let mut json = Follower::of(&mock.url, &["--json", "--after", "1", "--status", "4xx"]);
    send_wrongly_signed(&mock);
    assert!(table.line().trim_start().starts_with("2  "));
    let told: Value = serde_json::from_str(&json.line()).unwrap();
    assert_eq!((told["number"].as_u64(), told["status"].as_u64()), (Some(2), Some(400)));
    // A reset is no end: the numbers go on.
    mock.told(&["reset"]);
    send_wrongly_signed(&mock);
    assert!(table.line().trim_start().starts_with("3  "));
}

#[test]
fn who_follows_is_told_where_no_mock_answers_and_when_it_stops() {
    let nobody = Follower::of("http://127.0.0.1:1", &[]).end();
    assert!(nobody.0 == Some(3) && nobody.1.contains("start one with doku-mock"), "{nobody:?}");
    let mock = Mock::start(&[]);
    let mut follower = Follower::of(&mock.url, &[]);
    follower.line();
    drop(mock);
    let stopped = follower.end();
    assert!(stopped.0 == Some(3) && stopped.1.contains("no mock answers at"), "{stopped:?}");
}

#[test]
fn who_follows_a_quiet_mock_waits_for_less_than_the_timeout() {
    let (listener, asked) = (TcpListener::bind("127.0.0.1:0").unwrap(), Arc::default());
    let url = format!("http://{}", listener.local_addr().unwrap());
    let kept: Arc<Mutex<Vec<String>>> = Arc::clone(&asked);
    // Has nothing to tell, four times, and is gone.
    thread::spawn(move || {
        for _ in 0..4 {
            let (mut socket, _) = listener.accept().unwrap();
            kept.lock().unwrap().push(read_request(&mut socket).unwrap());
            socket.write_all(reply("200 OK", "application/json", "[]").as_bytes()).unwrap();
        }
    });
    let (code, _) = Follower::of(&url, &["--timeout", "3s"]).end();
    assert_eq!(code, Some(3));
    let asked = asked.lock().unwrap();
    assert!(!asked[0].contains("wait="), "what is there comes at once: {asked:?}");
    assert!(asked[1..].iter().all(|line| line.contains("&wait=1500ms ")), "{asked:?}");
}

#[test]
fn a_follower_ends_when_its_reader_has_seen_enough() {
    let mock = Mock::start(&[]);
    let mut follower = Follower::of(&mock.url, &[]);
    follower.line();
    follower.lines = None;
    let ended = (0..100).find_map(|_| {
        send_wrongly_signed(&mock);
        follower.child.try_wait().unwrap()
    });
    assert_eq!(ended.expect("it still runs").code(), Some(0));
}

#[test]
fn it_goes_to_a_file_as_har() {
    let (mock, directory) = with_merchants();
    let line = "doku-mock journal --har out.har --operation business-registration";
    let said = stdout(&mock.shell(line, directory.path()));
    assert_eq!(said, "2 exchanges in out.har\n");
    let har = fs::read_to_string(directory.path().join("out.har")).unwrap();
    let har: Value = serde_json::from_str(&har).unwrap();
    let entries = har["log"]["entries"].as_array().unwrap();
    assert_eq!((har["log"]["version"].as_str(), entries.len()), (Some("1.2"), 2));
    assert_eq!(entries[0]["response"]["status"], 200);
    let said = stdout(&mock.shell(&format!("{line} --json --limit 1"), directory.path()));
    assert_eq!(said, "{\"entries\":1,\"file\":\"out.har\"}\n");
    let nowhere = mock.run(&["journal", "--har", "/no/such/directory/out.har"]);
    assert_eq!(nowhere.status.code(), Some(1));
}

#[test]
fn a_refused_request_is_sent_again_signed_rightly() {
    let mock = Mock::start(&[]);
    let url = format!("{}/adv-core-api/partner/v1.0/token", mock.url);
    let body = r#"{"grant_type":"client_credentials"}"#;
    let line = format!(
        "curl -s {url} -d '{body}' -H @<(doku-mock sign POST {url} --body '{body}' --secret-key SK-other)"
    );
    mock.shell(&line, Path::new("/"));
    let again = stdout(&mock.shell("doku-mock journal --curl 1 | sh", Path::new("/")));
    assert!(again.contains("\"token\":"), "{again}");
    let verdicts: Vec<_> = read(&mock, &[]).iter().map(|e| e["verdict"].clone()).collect();
    assert_eq!(verdicts, ["not_authenticated", "accepted"]);
}

#[test]
fn rows_that_were_refused_are_red_where_colours_are_shown() {
    let mock = Mock::start(&[]);
    send_wrongly_signed(&mock);
    let row = |name: &str| {
        let mut command = program(&["journal"]);
        command.env("DOKU_MOCK_URL", &mock.url).env_remove("NO_COLOR").env(name, "1");
        stdout(&command.output().unwrap()).lines().nth(1).unwrap().to_owned()
    };
    assert!(row("CLICOLOR_FORCE").starts_with("\u{1b}[31m"));
    assert!(!row("NO_COLOR").contains('\u{1b}'));
}

#[test]
fn what_came_over_the_wire_does_not_steer_the_terminal() {
    let entry = r#"{"number":1,"at":"\u001b[2J","method":"GET","target":"/\u0007"}"#;
    let url = answering(reply("200 OK", "application/json", entry));
    let shown = program(&["journal", "1", "--url", &url]).env("CLICOLOR_FORCE", "1").output();
    let shown = stdout(&shown.unwrap());
    assert!(shown.contains(r"at: \u{1b}[2J") && !shown.contains(['\u{1b}', '\u{7}']), "{shown}");
}
