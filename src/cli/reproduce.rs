//! `prunelaw reproduce`

use super::{CliError, Exit, Global};
use clap::Args;

/// The main job: sims, verdicts, figures, one HTML report
#[derive(Args, Debug)]
pub(super) struct Reproduce {
    /// Ids or subjects; everything if none is named
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Bound on the chance of any false refutation
    #[arg(long, value_name = "A", default_value_t = 1e-3)]
    alpha: f64,
}

impl Reproduce {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let _ = global;
        Err(CliError::new("reproduce is not built yet"))
    }
}
