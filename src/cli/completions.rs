//! `prunelaw completions`

use super::{CliError, Exit, Global};
use clap::Args;

/// Completions for a shell
#[derive(Args, Debug)]
pub(super) struct Completions {
    /// bash, zsh, fish, elvish or powershell
    shell: clap_complete::Shell,
}

impl Completions {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let _ = global;
        Err(CliError::new("completions is not built yet"))
    }
}
