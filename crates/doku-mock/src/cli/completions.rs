//! `doku-mock completions`: what a shell completes.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::{Cli, Failure, print};

/// Prints a script that lets a shell complete commands and options.
///
/// Source it in the shell's start-up file, or put it where the shell looks: for zsh a directory of $fpath, for fish
/// ~/.config/fish/completions, for bash ~/.local/share/bash-completion/completions/doku-mock.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  source <(doku-mock completions bash)\n  doku-mock completions zsh > _doku-mock\n  doku-mock completions fish > doku-mock.fish\n  doku-mock completions powershell > doku-mock.ps1"
)]
pub(super) struct Options {
    /// Which shell.
    shell: Shell,
}

pub(super) fn run(Options { shell }: &Options) -> Result<(), Failure> {
    let mut script = Vec::new();
    generate(*shell, &mut Cli::command(), "doku-mock", &mut script);
    print(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}
