//! `prunelaw collect`

use super::{CliError, Exit, Global};
use clap::Args;

/// Merge shards that ran anywhere into one store
#[derive(Args, Debug)]
pub(super) struct Collect {
    /// Stores to merge
    #[arg(required = true, value_name = "DIR")]
    from: Vec<std::path::PathBuf>,
}

impl Collect {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let _ = global;
        Err(CliError::new("collect is not built yet"))
    }
}
