//! `prunelaw collect`: shards that ran anywhere, merged into one store of the same layout.

use super::{CliError, Exit, Global, note, say};
use crate::store::{Store, collect};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Example:
  prunelaw run pruning_fraction_sweep --shard 1/2 --out part1
  prunelaw run pruning_fraction_sweep --shard 2/2 --out part2      (perhaps elsewhere)
  prunelaw collect part1 part2 --out whole

The merged table has the same bytes as that of one run. Inputs are only read; a damaged one is named, and then nothing
is merged. Processes that share a folder need no collect.";

/// Merge shards that ran anywhere into one store
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Collect {
    /// Stores to merge
    #[arg(required = true, value_name = "DIR")]
    from: Vec<PathBuf>,
}

impl Collect {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let stores: Vec<Store> = self.from.iter().map(|path| Store::new(path)).collect();
        let merged = collect(&stores, &global.store(), &|text| {
            if !global.quiet {
                note(text);
            }
        })?;
        if global.json {
            let object = |one: &crate::store::Collected| json!({ "id": one.id, "address": one.address, "table": one.table.display().to_string(), "rows": one.rows });
            say(&serde_json::to_string_pretty(&merged.iter().map(object).collect::<Vec<_>>())?)?;
        } else {
            for one in &merged {
                say(&format!("{}: {} rows in {}", one.id, one.rows, one.table.display()))?;
            }
        }
        Ok(Exit::Done)
    }
}
