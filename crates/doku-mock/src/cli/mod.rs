//! The program: without a verb it is a mock, with one it speaks to a mock that runs, or works on its own.

mod advance;
mod assumptions;
mod businesses;
mod ca;
mod callbacks;
mod client;
mod clock;
mod complete;
mod completions;
mod decide;
mod duration;
mod explain;
mod fault;
mod fire;
mod input;
mod journal;
mod log;
mod metrics;
mod openapi;
mod options;
mod ready;
mod resend;
mod reset;
mod serve;
mod sign;
mod snapshot;
mod stop;
mod table;

use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// A local stand-in for DOKU's Partner API.
///
/// Without a command it serves, as the options below say. When it is ready it prints one line of JSON with its base
/// URL; logs go to stderr (RUST_LOG=debug for more). Ctrl-C stops it.
///
/// The commands ask a mock that runs, by --url or DOKU_MOCK_URL, or work on their own. Their exit codes: 0 done,
/// 1 refused or failed, 2 wrong options, 3 no mock answers, 130 interrupted by Ctrl-C.
#[derive(Parser)]
#[command(
    name = "doku-mock",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  doku-mock\n  doku-mock --listen 127.0.0.1:0 --client-id BRN-0001-1700000000000 --secret-key SK-mine\n  doku-mock --clock manual@2026-11-22T03:04:05Z --pace realistic --outcome pending\n  doku-mock --data mock.db\n  doku-mock --snapshot merchants.db --seed 7\n  doku-mock ready --wait 10s"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: options::Options,
}

/// One file each, named alike; in the order of the help: the way of a first day.
#[derive(Subcommand)]
enum Command {
    Ready(ready::Options),
    Businesses(businesses::Options),
    Decide(decide::Options),
    Complete(complete::Options),
    Advance(advance::Options),
    Clock(clock::Options),
    Callbacks(callbacks::Options),
    Resend(resend::Options),
    Fire(fire::Options),
    Journal(journal::Options),
    Fault(fault::Options),
    Explain(explain::Options),
    Sign(sign::Options),
    Reset(reset::Options),
    Snapshot(snapshot::Options),
    Ca(ca::Options),
    Metrics(metrics::Options),
    Openapi(openapi::Options),
    Assumptions(assumptions::Options),
    Completions(completions::Options),
}

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    let cli = parse(std::env::args_os().collect());
    let done = match tokio::runtime::Runtime::new() {
        Ok(runtime) => {
            let done = runtime.block_on(run(cli));
            // A name that is still being looked up is not waited for.
            runtime.shutdown_background();
            done
        }
        Err(error) => Err(Failure::refused(format!("the system gives no threads: {error}"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                let _ = writeln!(io::stderr(), "doku-mock: {}", failure.message);
            }
            ExitCode::from(failure.code)
        }
    }
}

async fn run(Cli { command, serve }: Cli) -> Result<(), Failure> {
    match command {
        None => serve::run(serve).await,
        Some(Command::Ready(options)) => ready::run(&options).await,
        Some(Command::Businesses(options)) => businesses::run(&options).await,
        Some(Command::Decide(options)) => decide::run(&options).await,
        Some(Command::Complete(options)) => complete::run(&options).await,
        Some(Command::Advance(options)) => advance::run(options).await,
        Some(Command::Clock(options)) => clock::run(&options).await,
        Some(Command::Callbacks(options)) => callbacks::run(&options).await,
        Some(Command::Resend(options)) => resend::run(&options).await,
        Some(Command::Fire(options)) => fire::run(&options).await,
        Some(Command::Journal(options)) => journal::run(&options).await,
        Some(Command::Fault(options)) => fault::run(&options).await,
        Some(Command::Explain(options)) => explain::run(&options),
        Some(Command::Sign(options)) => sign::run(&options),
        Some(Command::Reset(options)) => reset::run(&options).await,
        Some(Command::Snapshot(options)) => snapshot::run(options).await,
        Some(Command::Ca(options)) => ca::run(options),
        Some(Command::Metrics(options)) => metrics::run(&options).await,
        Some(Command::Openapi(options)) => openapi::run(&options).await,
        Some(Command::Assumptions(options)) => assumptions::run(&options).await,
        Some(Command::Completions(options)) => completions::run(&options),
    }
}

/// Reads the command line. A command comes first, since no option of a mock goes with one; then the environment's
/// `DOKU_MOCK_LISTEN` and the like are another program's, and cannot be wrong.
fn parse(arguments: Vec<OsString>) -> Cli {
    let command = Cli::command();
    let has_verb =
        arguments.get(1).is_some_and(|first| !first.as_encoded_bytes().starts_with(b"-"));
    let command = match has_verb {
        true => command.mut_args(|option| option.env(None::<&str>)),
        false => command,
    };
    Cli::from_arg_matches(&command.get_matches_from(arguments)).unwrap_or_else(|error| error.exit())
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
    fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into() }
    }

    /// What there is to say was printed already: exit code 1.
    fn told() -> Self {
        Self::refused("")
    }

    /// No mock answers: exit code 3.
    fn unreachable(message: impl Into<String>) -> Self {
        Self { code: 3, message: message.into() }
    }

    /// Stopped by Ctrl-C before it was done: exit code 130, as shells have it.
    fn interrupted() -> Self {
        Self { code: 130, message: "interrupted".to_owned() }
    }
}

/// Prints to stdout, in colour where a terminal shows it and `NO_COLOR` does not say otherwise. Whoever reads may have
/// seen enough; a disk that is full ends the program with exit code 1.
fn print(text: &str) {
    is_read(text);
}

/// Prints as [`print`] does; whether anybody still reads, for what goes on and on.
fn is_read(text: &str) -> bool {
    let mut stdout = anstream::stdout();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let _ = writeln!(io::stderr(), "doku-mock: cannot write to stdout: {error}");
            std::process::exit(1);
        }
        written => written.is_ok(),
    }
}
