//! `prunelaw run`

use super::{CliError, Exit, Global};
use clap::Args;

/// Run an experiment
#[derive(Args, Debug)]
pub(super) struct Run {
    /// The sim
    sim: String,
    #[command(flatten)]
    given: super::Given,
}

impl Run {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let _ = global;
        Err(CliError::new("run is not built yet"))
    }
}
