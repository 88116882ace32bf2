//! The program: started as a mock, and asked by its commands.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

/// A mock that stands still at [`START`], on a free port; killed when dropped.
pub(crate) struct Mock {
    child: Child,
    pub(crate) url: String,
}

impl Mock {
    pub(crate) fn start(options: &[&str]) -> Self {
        let clock = format!("manual@{START}");
        let mut child = program(&["--listen", "127.0.0.1:0", "--seed", "1", "--clock", &clock])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).expect("a ready line");
        Self { child, url: ready["base_url"].as_str().unwrap().to_owned() }
    }

    /// Runs a command that asks this mock.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        program(arguments).env("DOKU_MOCK_URL", &self.url).output().unwrap()
    }

    /// What a command prints that succeeds.
    pub(crate) fn told(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stderr(&output), "", "{arguments:?}");
        stdout(&output)
    }

    /// Runs a line of shell in a directory, with this mock as the default one and the program in the path.
    pub(crate) fn shell(&self, line: &str, directory: &Path) -> Output {
        shell(line, directory).env("DOKU_MOCK_URL", &self.url).output().unwrap()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program with nothing of the caller's environment that is the mock's.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doku-mock"));
    command.args(arguments).stdin(Stdio::null());
    clean(&mut command);
    command
}

/// A line for bash, which finds the program as `doku-mock`.
pub(crate) fn shell(line: &str, directory: &Path) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_doku-mock")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("bash");
    command.args(["-c", line]).current_dir(directory).stdin(Stdio::null());
    clean(&mut command);
    command.env("PATH", format!("{}:{path}", program.display())).env("HOME", directory);
    command
}

fn clean(command: &mut Command) {
    for (name, _) in std::env::vars() {
        if name.starts_with("DOKU_MOCK_") {
            command.env_remove(name);
        }
    }
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Where the clock of each mock stands at first.
pub(crate) const START: &str = "2026-11-22T03:04:05Z";
