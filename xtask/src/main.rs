//! The project's scripts: `cargo xtask <command>`.

mod bench;
mod cargo;
mod demo;
mod fuzz;
mod openapi;
mod prove;
mod test;
mod ui_test;
mod vectors;

use std::process::ExitCode;

use clap::Parser;

/// The project's scripts.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    Bench(bench::Options),
    Demo(demo::Options),
    Fuzz(fuzz::Options),
    Openapi(openapi::Options),
    Prove(prove::Options),
    Test(test::Options),
    UiTest(ui_test::Options),
    Vectors(vectors::Options),
}

fn main() -> ExitCode {
    match Command::parse() {
        Command::Bench(options) => bench::run(&options),
        Command::Demo(options) => demo::run(options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Openapi(options) => openapi::run(&options),
        Command::Prove(options) => prove::run(&options),
        Command::Test(options) => test::run(&options),
        Command::UiTest(options) => ui_test::run(&options),
        Command::Vectors(options) => vectors::run(&options),
    }
}
