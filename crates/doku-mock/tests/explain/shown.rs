//! What help and documentation show runs as it is written.

use std::{fs, path::Path, process::Command};

use crate::program::{Mock, Run, is_there, run, run_command};

/// A directory with the files that the examples name.
fn desk() -> tempfile::TempDir {
    let desk = tempfile::tempdir().unwrap();
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors");
    let put = |name: &str, from: &str| {
        fs::copy(vectors.join(from), desk.path().join(name)).unwrap();
    };
    put("request.http", "non-snap-request/n3-digest-of-pretty-printed-body/request.http");
    put("snap.http", "snap-symmetric/s3-upper-case-hash/request.http");
    put("key.pem", "test-rsa-private.pem");
    put("public.pem", "test-rsa-public.pem");
    fs::write(desk.path().join("body.json"), r#"{"grant_type":"client_credentials"}"#).unwrap();
    let signed = run(&["sign", "POST", "/adv-core-api/partner/v1.0/token"], b"");
    fs::write(desk.path().join("headers.txt"), signed.stdout).unwrap();
    desk
}

/// Runs lines of bash there, with the program on the path and this mock in the place of the default one.
fn bash(desk: &Path, mock: &Mock, script: &str) -> Run {
    let program = Path::new(env!("CARGO_BIN_EXE_doku-mock")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command.args(["-c", &script.replace("127.0.0.1:8480", &mock.address)]);
    command.current_dir(desk).env("PATH", path);
    run_command(command, b"")
}

#[test]
fn every_example_of_the_help_runs() {
    if !is_there("curl") || !is_there("bash") {
        return;
    }
    let (desk, mock) = (desk(), Mock::start());
    for (verb, count) in [("explain", 4), ("sign", 5)] {
        let help = run(&[verb, "--help"], b"").stdout;
        let (_, examples) = help.split_once("Examples:\n").unwrap();
        let examples: Vec<_> = examples.lines().filter(|line| line.starts_with("  ")).collect();
        assert_eq!(examples.len(), count, "{help}");
        for example in examples {
            let ran = bash(desk.path(), &mock, example);
            assert!(matches!(ran.code, Some(0 | 1)), "{example}: {ran:?}");
            assert!(!ran.stdout.is_empty(), "{example}: {ran:?}");
            assert!(!ran.stdout.contains("error") && !ran.stderr.contains("error:"), "{ran:?}");
        }
    }
}

/// Each block of `sh`, and behind it what it prints.
#[test]
fn every_example_of_the_page_prints_what_the_page_says() {
    if !is_there("curl") || !is_there("bash") {
        return;
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/explain.md");
    let page = fs::read_to_string(page).unwrap();
    let (desk, mock) = (desk(), Mock::start());
    let mut blocks = page.split("```sh\n").skip(1).peekable();
    assert!(blocks.peek().is_some());
    for block in blocks {
        let (script, after) = block.split_once("```\n").unwrap();
        let ran = bash(desk.path(), &mock, script);
        assert!(matches!(ran.code, Some(0 | 1)), "{script}: {ran:?}");
        let printed = [ran.stdout, ran.stderr].concat();
        match after.trim_start().strip_prefix("```text\n") {
            Some(shown) => {
                let (shown, _) = shown.split_once("```").unwrap();
                assert_eq!(lasting(&printed), lasting(shown), "{script}");
            }
            None => assert!(!printed.contains("doku-mock:"), "{script}: {printed}"),
        }
    }
}

/// Without what is another at each run: how long ago it was.
fn lasting(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with("Note: ") || !line.contains(" ago: ")).collect()
}
