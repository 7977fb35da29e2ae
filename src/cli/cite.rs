//! `prunelaw cite`

use super::{CliError, Exit, Global};
use clap::Args;

/// BibTeX of the papers behind claims, sims and figures
#[derive(Args, Debug)]
pub(super) struct Cite {
    /// Ids of claims, sims or figures, subjects, or bibliography keys
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
}

impl Cite {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let _ = global;
        Err(CliError::new("cite is not built yet"))
    }
}
