//! The program: without a verb it is a mock, with one it speaks to a mock that runs, or works on its own.

mod client;
mod journal;
mod options;
mod ready;
mod serve;
mod stop;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// A local stand-in for DOKU's Partner API.
///
/// Without a command it serves. When it is ready it prints one line of JSON with its base URL; logs go to stderr
/// (RUST_LOG=debug for more). Ctrl-C stops it.
///
/// Exit codes of the commands: 0 done, 1 refused or failed, 2 wrong options, 3 no mock answers.
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  doku-mock --listen 127.0.0.1:0 --client-id BRN-0001-1700000000000 --secret-key SK-mine\n  doku-mock ready --wait 10s"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: options::Options,
}

/// One file each, named alike.
#[derive(Subcommand)]
enum Command {
    Journal(journal::Options),
    Ready(ready::Options),
}

/// Runs the program.
#[tokio::main]
pub(crate) async fn main() -> ExitCode {
    let Cli { command, serve } = Cli::parse();
    let done = match command {
        None => serve::run(serve).await,
        Some(Command::Journal(options)) => journal::run(&options).await,
        Some(Command::Ready(options)) => ready::run(&options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "doku-mock: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// It was understood and refused, or it failed: exit code 1.
    fn refused(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into() }
    }

    /// An option that clap cannot know to be wrong: exit code 2.
    #[expect(dead_code, reason = "the verbs that come next need it")]
    fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into() }
    }

    /// No mock answers: exit code 3.
    fn unreachable(message: impl Into<String>) -> Self {
        Self { code: 3, message: message.into() }
    }
}

/// Prints to stdout; whoever reads may have seen enough.
fn print(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}
