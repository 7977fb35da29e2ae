//! `prunelaw measure ntk`: the tangent kernel of a network on samples of the user's own.

use super::super::{CliError, Exit, Global, say};
use crate::engine::data::npz::Npz;
use crate::engine::eigenvalues::symmetric_eigenvalues;
use crate::engine::mask::Mask;
use crate::engine::network::mlp::Activation;
use crate::network_file;
use crate::outside;
use crate::runner::{memory, readable};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Neural tangent kernel of a network on samples: trace and eigenvalues
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Ntk {
    /// Its arrays: w1 (m, d), w2 (K, m), ..., and b1, b2, ... if there are any; a weight of 0 is pruned
    #[arg(long, value_name = "N.npz")]
    network: PathBuf,
    /// Its masks: mask1, mask2, ...
    #[arg(long, value_name = "M.npz")]
    mask: Option<PathBuf>,
    /// Samples x (n, d)
    #[arg(long, value_name = "D.npz")]
    data: PathBuf,
    /// Between the layers
    #[arg(long, value_name = "A", default_value = "relu", value_parser = ["relu", "linear", "tanh"])]
    activation: String,
}

const EXAMPLES: &str = "\
Example:
  prunelaw measure ntk --network net.npz --mask mask.npz --data data.npz --json

The kernel is n K by n K for n samples and K outputs, over the kept weights and all biases.";

/// How many eigenvalues a line shows.
const SHOWN: usize = 5;
/// The largest kernel whose eigenvalues are computed, in rows.
const MOST_ROWS: usize = 4000;

impl Ntk {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let layers = network_file::read(&self.network, self.mask.as_deref())?;
        let activation = Activation::named(&self.activation).expect("one of the words");
        let (net, masks) = network_file::masked(layers, activation);
        let said = |why: String| CliError(format!("--data {}: {why}", self.data.display()));
        let bytes = outside::read(&self.data)?;
        let x =
            Npz::open(&bytes).and_then(|mut npz| npz.table("x", "(n, d)")).map_err(|error| said(error.to_string()))?;
        let widths = net.widths();
        let (n, inputs, outputs) = (x.nrows(), widths[0], widths[widths.len() - 1]);
        if x.ncols() != inputs {
            return Err(said(format!("x has {} coordinates, and the network takes {inputs}", x.ncols())));
        }
        let rows = n * outputs;
        if n == 0 {
            return Err(said("there are no samples".to_owned()));
        }
        if rows > MOST_ROWS {
            let most = MOST_ROWS / outputs;
            return Err(said(format!("{n} samples of {outputs} outputs are {rows} rows; nearest: {most} samples")));
        }
        let weights: usize = masks.iter().map(Mask::kept).sum();
        let need = 8.0 * rows as f64 * (weights + 2 * rows) as f64;
        if let Some(there) = memory().filter(|there| need > *there) {
            let (need, there) = (readable(need), readable(there));
            return Err(said(format!("{n} samples take about {need} of memory, and there are {there}; take fewer")));
        }
        if global.plan {
            say(&format!("tangent kernel of {rows} rows over {weights} weights"))?;
            return Ok(Exit::Done);
        }
        let jacobian = net.jacobian(&masks, &x);
        let kernel = jacobian.dot(&jacobian.t());
        if kernel.iter().any(|entry| !entry.is_finite()) {
            return Err(CliError(format!("{}: its tangent kernel is not finite", self.network.display())));
        }
        let (trace, eigenvalues) = (kernel.diag().sum(), symmetric_eigenvalues(&kernel));
        if global.json {
            say(&format!("{:#}", json!({ "trace": trace, "eigenvalues": eigenvalues })))?;
        } else {
            let shown: Vec<String> = eigenvalues.iter().take(SHOWN).map(|value| format!("{value:.6e}")).collect();
            let more = if rows > SHOWN { " ..." } else { "" };
            say(&format!("trace {trace:.6e} of {rows} rows\neigenvalues {}{more}", shown.join(" ")))?;
        }
        Ok(Exit::Done)
    }
}
