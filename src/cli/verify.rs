//! `prunelaw verify`

use super::{CliError, Exit, Global};
use clap::Args;

/// Check claims, each with margin, replicas and error rate
#[derive(Args, Debug)]
pub(super) struct Verify {
    /// Ids or subjects; all claims if none is named
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Bound on the chance of any false refutation
    #[arg(long, value_name = "A", default_value_t = 1e-3)]
    alpha: f64,
    /// Check the false siblings instead: each must come out violated
    #[arg(long)]
    sabotage: bool,
}

impl Verify {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let _ = global;
        Err(CliError::new("verify is not built yet"))
    }
}
