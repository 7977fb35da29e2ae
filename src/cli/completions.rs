//! `prunelaw completions`: for bash, zsh, fish and others.

use super::{Cli, CliError, Exit, Global, say};
use clap::{Args, CommandFactory as _};

/// Completions for a shell
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  prunelaw completions bash > ~/.local/share/bash-completion/completions/prunelaw")]
pub(super) struct Completions {
    /// bash, zsh, fish, elvish or powershell
    shell: clap_complete::Shell,
}

impl Completions {
    pub(super) fn run(&self, _: &Global) -> Result<Exit, CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "prunelaw", &mut script);
        say(String::from_utf8_lossy(&script).trim_end())?;
        Ok(Exit::Done)
    }
}
