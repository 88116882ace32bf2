//! The project's scripts: `cargo xtask <command>`.

mod demo;
mod fuzz;
mod prove;
mod test;
mod vectors;

use std::process::ExitCode;

use clap::Parser;

/// The project's scripts.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    Demo(demo::Options),
    Fuzz(fuzz::Options),
    Prove(prove::Options),
    Test(test::Options),
    Vectors(vectors::Options),
}

fn main() -> ExitCode {
    match Command::parse() {
        Command::Demo(options) => demo::run(options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Prove(options) => prove::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Vectors(options) => vectors::run(&options),
    }
}
