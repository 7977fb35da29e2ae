//! `prunelaw measure paths`: the path kernel of a network without biases.

use super::super::{CliError, Exit, Global, say};
use crate::engine::path_kernel::{PathKernel, Spectrum};
use crate::network_file;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Path kernel of a network: trace, rank and eigenvalues, which weights and mask decide without data
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Paths {
    /// Its arrays: w1 (m, d), w2 (K, m), ...; no biases, and a weight of 0 is no edge
    #[arg(long, value_name = "N.npz")]
    network: PathBuf,
    /// Its masks: mask1, mask2, ...
    #[arg(long, value_name = "M.npz")]
    mask: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  prunelaw measure paths --network final.npz
  prunelaw measure paths --network net.npz --mask mask.npz --json

Eigenvalues are those above 0: all of them for two layers or few edges, else the leading ones, each of them once.";

/// How many eigenvalues a line shows.
const SHOWN: usize = 5;

impl Paths {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let layers = network_file::read(&self.network, self.mask.as_deref())?;
        let file = self.network.display();
        if let Some(at) = layers.iter().position(|layer| layer.b.is_some()) {
            return Err(CliError(format!(
                "{file}: `b{}` has no place: no path from an input has a bias on it",
                at + 1
            )));
        }
        let kernel = PathKernel::new(layers.into_iter().map(|layer| layer.w).collect());
        let (live, hidden, rank) = (kernel.live_edges(), kernel.live_hidden(), kernel.rank());
        if global.plan {
            say(&format!("path kernel of rank {rank} over {live} live edges and {hidden} live hidden units"))?;
            return Ok(Exit::Done);
        }
        let trace = kernel.trace();
        if !trace.is_finite() {
            return Err(CliError(format!("{file}: the trace of its path kernel is beyond the largest number of f64")));
        }
        let Spectrum { eigenvalues, complete } = kernel.spectrum();
        let largest = eigenvalues.first();
        if global.json {
            let said = json!({
                "trace": trace,
                "rank": rank,
                "live_edges": live,
                "live_hidden": hidden,
                "largest_eigenvalue": largest,
                "eigenvalues": eigenvalues,
            });
            say(&format!("{said:#}"))?;
        } else {
            let shown: Vec<String> = eigenvalues.iter().take(SHOWN).map(|value| format!("{value:.6e}")).collect();
            let more = if complete && eigenvalues.len() <= SHOWN { "" } else { " ..." };
            say(&format!(
                "trace {trace:.6e}, rank {rank} = {live} live edges - {hidden} live hidden units\neigenvalues {}{more}",
                shown.join(" ")
            ))?;
        }
        Ok(Exit::Done)
    }
}
