//! `prunelaw explore`

use super::{CliError, Exit, Global};
use clap::Args;

/// The explorer, in the browser
#[derive(Args, Debug)]
pub(super) struct Explore {
    /// Port
    #[arg(long, value_name = "P")]
    port: Option<u16>,
    /// Address to listen on
    #[arg(long, value_name = "H", default_value = "127.0.0.1")]
    host: String,
}

impl Explore {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let _ = global;
        Err(CliError::new("explore is not built yet"))
    }
}
