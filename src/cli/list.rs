//! `prunelaw list`

use super::{CliError, Exit, Global};
use clap::Args;

/// What exists, with source and status
#[derive(Args, Debug)]
pub(super) struct List {
    /// Only these
    what: Option<String>,
}

impl List {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let _ = global;
        Err(CliError::new("list is not built yet"))
    }
}
