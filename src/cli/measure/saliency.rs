//! `prunelaw measure saliency`: which rules conserve their scores on a network of the user's own.

use super::super::{CliError, Exit, Global, say};
use crate::engine::data::npz::Npz;
use crate::engine::mask::Mask;
use crate::engine::network::mlp::{Activation, Layer, Mlp, MlpObjective, Samples};
use crate::engine::pruning::conservation::Conservation;
use crate::engine::pruning::synflow_l2::Form;
use crate::engine::pruning::{Batch, Rule};
use crate::engine::training::{Loss, Objective};
use crate::network_file;
use crate::outside;
use clap::Args;
use ndarray::Array1;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Conservation of pruning scores: what goes into a hidden unit less what comes out, rule by rule
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Saliency {
    /// Its arrays: w1 (m, d), w2 (K, m), ..., and b1, b2, ... if there are any; a weight of 0 is pruned
    #[arg(long, value_name = "N.npz")]
    network: PathBuf,
    /// Its masks: mask1, mask2, ...
    #[arg(long, value_name = "M.npz")]
    mask: Option<PathBuf>,
    /// Samples x (n, d), y: without them only the rules that look at none
    #[arg(long, value_name = "D.npz")]
    data: Option<PathBuf>,
    /// Between the layers
    #[arg(long, value_name = "A", default_value = "relu", value_parser = ["relu", "linear", "tanh"])]
    activation: String,
    /// What weights are scored by
    #[arg(long, value_name = "L", default_value = "cross-entropy", value_parser = ["cross-entropy", "logistic", "squared"])]
    loss: String,
}

const EXAMPLES: &str = "\
Examples:
  prunelaw measure saliency --network final.npz
  prunelaw measure saliency --network net.npz --mask mask.npz --data data.npz --json

`gradient` is w dL/dw with its sign, biases counted into their units; the rules are those of `mask`.";

/// What GraSP divides the outputs by where nobody says more.
const TEMPERATURE: f64 = 200.0;

impl Saliency {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let layers = network_file::read(&self.network, self.mask.as_deref())?;
        let activation = Activation::named(&self.activation).expect("one of the words");
        let (net, masks) = network_file::masked(layers, activation);
        let batch = self.data.as_deref().map(|path| self.batch(&net, path)).transpose()?;
        if global.plan {
            let rules = if batch.is_some() { "every rule" } else { "every rule without data" };
            say(&format!("conservation of the scores of {rules} on {} layers", net.layers.len()))?;
            return Ok(Exit::Done);
        }
        let form = Form::Saliency;
        let mut rules = vec![Rule::Magnitude, Rule::SynFlow, Rule::SynFlowL2 { form }];
        if batch.is_some() {
            rules.extend([Rule::Snip, Rule::Grasp { temperature: TEMPERATURE }]);
        }
        let mut found = Vec::new();
        for rule in rules {
            found.push((rule.name(), Conservation::of(&rule.scores(&net, &masks, batch.as_ref())?, &[])));
        }
        if let Some(batch) = &batch {
            found.push(("gradient", gradient(&net, &masks, batch)?));
        }
        // Sums beyond the largest number agree with each other and say nothing.
        let beyond = |(_, said): &&(&str, Conservation)| !said.layers.iter().all(|sum| sum.is_finite());
        if let Some((rule, _)) = found.iter().find(beyond) {
            let file = self.network.display();
            return Err(CliError(format!(
                "{file}: scores of {rule} add up beyond the largest number of f64; rescale it"
            )));
        }
        if global.json {
            let said: Vec<Value> = found.iter().map(|(rule, said)| object(rule, said)).collect();
            say(&serde_json::to_string_pretty(&said)?)?;
        } else {
            let line = |(rule, said): &(&str, Conservation)| {
                let sums: Vec<String> = said.layers.iter().map(|sum| format!("{sum:.6e}")).collect();
                format!("{rule:<10} relative defect {:.3e}, sums of layers {}", said.relative, sums.join(" "))
            };
            say(&found.iter().map(line).collect::<Vec<_>>().join("\n"))?;
        }
        Ok(Exit::Done)
    }

    fn batch(&self, net: &Mlp<f64>, path: &Path) -> Result<Batch<f64>, CliError> {
        let said = |why: String| CliError(format!("--data {}: {why}", path.display()));
        let losses = [Loss::CrossEntropy, Loss::Logistic, Loss::Squared];
        let loss = losses.into_iter().find(|loss| loss.name() == self.loss).expect("one of the words");
        let bytes = outside::read(path)?;
        let data = Npz::open(&bytes).and_then(|mut npz| npz.labelled()).map_err(|error| said(error.to_string()))?;
        let (inputs, outputs) = (net.layers[0].w.ncols(), net.layers[net.layers.len() - 1].w.nrows());
        if data.dimension() != inputs {
            return Err(said(format!("x has {} coordinates, and the network takes {inputs}", data.dimension())));
        }
        let samples = Samples::new(&data, outputs, loss).map_err(|error| said(error.to_string()))?;
        Ok(Batch { samples: Arc::new(samples), loss })
    }
}

/// w dL/dw with its sign, and the same of the biases.
fn gradient(net: &Mlp<f64>, masks: &[Mask], batch: &Batch<f64>) -> Result<Conservation, CliError> {
    let mut objective = MlpObjective::new(net, Some(masks), Arc::clone(&batch.samples), batch.loss)?;
    let theta = objective.pack(net);
    let mut grad = vec![0.0; theta.len()];
    objective.gradient(&theta, None, &mut grad);
    let grad = objective.unpack(&grad);
    let both = || net.layers.iter().zip(&grad.layers);
    let scores = both().map(|(layer, grad)| &layer.w * &grad.w).collect();
    let bias = |(layer, grad): (&Layer<f64>, &Layer<f64>)| Some(layer.b.as_ref()? * grad.b.as_ref()?);
    Ok(Conservation::of(&scores, &both().map(bias).collect::<Vec<Option<Array1<f64>>>>()))
}

fn object(rule: &str, said: &Conservation) -> Value {
    let defects: Vec<Vec<f64>> = said.defects.iter().map(|layer| layer.to_vec()).collect();
    json!({ "rule": rule, "relative_defect": said.relative, "layers": said.layers, "defects": defects })
}
