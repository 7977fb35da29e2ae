//! `prunelaw explore`

use super::{CliError, Exit, Global, note, say, stop_on_signals};
use crate::explore::{Explorer, Lab};
use crate::sims::SIMS;
use crate::theorems::THEOREMS;
use clap::Args;
use serde_json::json;

/// Find the threshold by hand: a page on this machine, with sliders
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  prunelaw explore                       open the printed address in a browser
  prunelaw explore --effort smoke        begin with the small size
  prunelaw explore --port 0 --json       a free port, as {\"url\": ...}

Rows go to the store in --out, which `run` and `figures` share. Ctrl-C ends it.")]
pub(super) struct Explore {
    /// Port; 0 takes a free one
    #[arg(long, value_name = "P", default_value_t = 8417)]
    port: u16,
    /// Name or address to listen on; others than 127.0.0.1 open the page to the network
    #[arg(long, value_name = "H", default_value = "127.0.0.1")]
    host: String,
}

impl Explore {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        if global.plan {
            return Err(CliError::new("--plan has no effect on explore: it computes only what the page asks for"));
        }
        let stop = stop_on_signals()?;
        let lab = Lab {
            store: global.store(),
            how: global.how(),
            sims: SIMS,
            claims: THEOREMS,
            effort: global.effort,
            key: global.key.clone().unwrap_or_else(|| "0".to_owned()),
        };
        let explorer = Explorer::bind(&self.host, self.port, lab)?;
        let url = explorer.url();
        say(&if global.json { json!({ "url": url }).to_string() } else { url })?;
        if !global.quiet {
            note("open this address in a browser; Ctrl-C ends the explorer");
        }
        explorer.serve(&stop)?;
        Ok(Exit::Done)
    }
}
