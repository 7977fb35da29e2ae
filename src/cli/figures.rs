//! `prunelaw figures`

use super::{CliError, Exit, Global};
use clap::Args;

/// Draw figures, computing what is missing
#[derive(Args, Debug)]
pub(super) struct Figures {
    /// Figures; all if none is named
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// svg or png; both if not given
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
}

impl Figures {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let _ = global;
        Err(CliError::new("figures is not built yet"))
    }
}
