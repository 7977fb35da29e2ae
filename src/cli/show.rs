//! `prunelaw show`

use super::{CliError, Exit, Global};
use clap::Args;

/// Statement, symbols, assumptions, bound, source, what is and is not checked
#[derive(Args, Debug)]
pub(super) struct Show {
    /// Id of a claim, sim or figure
    id: String,
}

impl Show {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let _ = global;
        Err(CliError::new("show is not built yet"))
    }
}
