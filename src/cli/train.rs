//! `prunelaw train`

use super::{CliError, Exit, Global};
use clap::Args;

/// Train one network; data, weights and masks from and to .npz
#[derive(Args, Debug)]
pub(super) struct Train {
    /// Settings of the network, its data and its training
    #[arg(long, value_name = "F.toml")]
    config: std::path::PathBuf,
}

impl Train {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let _ = global;
        Err(CliError::new("train is not built yet"))
    }
}
