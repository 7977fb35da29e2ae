//! `prunelaw info`

use super::{CliError, Exit, Global};
use clap::Args;

/// The machine and the store
#[derive(Args, Debug)]
pub(super) struct Info {}

impl Info {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let _ = global;
        Err(CliError::new("info is not built yet"))
    }
}
