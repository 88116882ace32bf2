//! `doku-mock fault` and `--fault`, as a user types them.

#![cfg(unix)]
#![allow(missing_docs)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

/// A program that ends with the test.
struct Mock {
    child: Child,
    url: String,
}

impl Mock {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_doku-mock"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .env("DOKU_MOCK_FAULT", "status=502;times=1,callback.drop;type=BRAND")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        Self { child, url: ready["base_url"].as_str().unwrap().to_owned() }
    }

    /// Exit code, stdout and stderr of `doku-mock fault`.
    fn fault(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_doku-mock"))
            .args(["fault", "--url", &self.url])
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    /// The status line of an unsigned request for a token.
    fn ask(&self) -> String {
        let mut socket = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
        let head = "POST /adv-core-api/partner/v1.0/token HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        socket.write_all(head.as_bytes()).unwrap();
        let mut reply = String::new();
        socket.read_to_string(&mut reply).unwrap();
        reply.lines().next().unwrap_or_default().to_owned()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn faults_come_from_the_environment_and_the_command_line_and_go_again() {
    let mock = Mock::start(&[]);
    assert_eq!(mock.ask(), "HTTP/1.1 502 Bad Gateway");
    assert_eq!(mock.ask(), "HTTP/1.1 400 Bad Request");
    let armed = mock.fault(&["status=418;operation=Generate Token", "delay=1ms"]);
    let shown = "3  status=418;operation=generate-token  happened 0\n4  delay=1ms  happened 0\n";
    assert_eq!(armed, (Some(0), shown.to_owned(), String::new()));
    assert_eq!(mock.ask(), "HTTP/1.1 418 I'm a teapot");
    let (_, listed, _) = mock.fault(&["--list"]);
    assert_eq!(
        listed.lines().collect::<Vec<_>>(),
        [
            "1  status=502;times=1  happened 1, 0 more to come",
            "2  callback.drop;type=BRAND  happened 0",
            "3  status=418;operation=generate-token  happened 1",
            "4  delay=1ms  happened 1",
        ]
    );
    assert_eq!(mock.fault(&["--clear", "3"]).1, "Fault 3 is disarmed.\n");
    assert_eq!(mock.ask(), "HTTP/1.1 400 Bad Request");
    let (code, _, why) = mock.fault(&["--clear", "3"]);
    assert_eq!(code, Some(1));
    assert!(why.contains("refused (404): FAULT NOT FOUND"), "{why}");
    let (_, json, _) = mock.fault(&["--list", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap().as_array().unwrap().len(), 3);
    assert!(json.starts_with("[{\"number\":1,"), "as the mock says it: {json}");
    assert_eq!(mock.fault(&["--clear"]).1, "No fault is armed any more.\n");
    assert_eq!(mock.fault(&["--list"]).1, "No fault is armed.\n");
}

#[test]
fn the_flag_wins_over_the_environment() {
    let mock = Mock::start(&["--fault", "status=504", "--fault", "skew=-90m"]);
    assert_eq!(mock.ask(), "HTTP/1.1 504 Gateway Timeout");
    let (_, listed, _) = mock.fault(&["--list"]);
    assert_eq!(listed, "1  status=504  happened 1\n2  skew=-1h30m  happened 1\n");
}

#[test]
fn what_is_no_fault_is_a_usage_error_that_lists_them() {
    let mock = Mock::start(&[]);
    for wrong in [&["explode"][..], &[], &["--list", "--clear"], &["unsigned", "--list"]] {
        let (code, _, why) = mock.fault(wrong);
        assert_eq!(code, Some(2), "{wrong:?}: {why}");
    }
    assert!(mock.fault(&["explode"]).2.contains("use status=503, delay=2s"));
    let (_, _, why) = mock.fault(&[]);
    assert!(why.contains("doku-mock fault [OPTIONS] <FAULT>...\n"), "{why}");
}
