//! `prunelaw mask`: one pruning rule on one network, its scores and its mask.

use super::{CliError, Exit, Global, note, say};
use crate::engine::data::npz::{NpzBuilder, NpzError};
use crate::engine::mask::Mask as Kept;
use crate::record::masks::Pruned;
use crate::record::{Reader, Record};
use crate::runner;
use crate::store::replace;
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Prune one network by one rule; its scores and its mask to .npz
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Mask {
    /// The network and its rule: the same file as for `train`
    #[arg(long, value_name = "F.toml")]
    config: PathBuf,
}

const EXAMPLES: &str = "\
Example:
  prunelaw mask --config net.toml --out mask.npz    mask1, mask2, ... and score1, score2, ...

net.toml has [network], [init] and [mask] as for `train`; [data] for snip and grasp, and of [train] only the loss:
  [mask]
  rule = \"synflow\"              # random, bernoulli, neurons, magnitude, snip, grasp, synflow, synflow-l2, phew
  keep = 0.1                    # or prune = 0.9
  scope = \"global\"              # layer: the same fraction of each
  rounds = 100                  # 100 for synflow and synflow-l2, else 1; scores are taken anew in each
  schedule = \"exponential\"      # linear
  temperature = 200             # grasp
  samples_per_class = 10        # snip, grasp: training samples of each class; all of them if left out
  form = \"implemented\"          # synflow-l2: saliency, trace
  walk = \"magnitude\"            # phew: uniform, inverse, squared

A score is that of the round that decided on the weight; random, bernoulli, neurons and phew have none. In `train` and
`measure` the file is a mask: source = \"npz:mask.npz\", --mask mask.npz.";

impl Mask {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let out = global.archive("mask", "mask.npz")?;
        let record = Record::read(&self.config, global.key.as_deref(), Reader::Mask)?;
        if let Some(memory) = runner::memory() {
            record.refuse_what_does_not_fit(memory)?;
        }
        let (widths, rule) = (record.settings().counts("widths"), record.settings().text("rule"));
        if global.plan {
            let keep = record.settings().real("keep");
            say(&format!("prune one network of widths {} by {rule} to {keep} of its weights", words(&widths)))?;
            return Ok(Exit::Done);
        }
        let pruned = if record.settings().text("precision") == "f32" {
            record.mlp_masks(&record.mlp::<f32>()?, None)?
        } else {
            record.mlp_masks(&record.mlp::<f64>()?, None)?
        };
        let pruned = pruned.expect("a record for `mask` has a rule");
        replace(out, &archive(&pruned)?)?;
        if let (Some(safe), false) = (record.safe_rounds(), global.quiet) {
            note(&format!("in so few rounds {rule} may empty a layer; with mask.rounds = {safe} it provably does not"));
        }
        let counts = Counts::of(&pruned.masks);
        say(&if global.json { format!("{:#}", counts.json(rule)) } else { counts.lines(rule, out) })?;
        Ok(Exit::Done)
    }
}

fn archive(pruned: &Pruned) -> Result<Vec<u8>, NpzError> {
    let mut arrays = NpzBuilder::default();
    for (at, mask) in pruned.masks.iter().enumerate() {
        arrays.add(&format!("mask{}", at + 1), &mask.to_array())?;
    }
    for (at, scores) in pruned.scores.iter().flatten().enumerate() {
        arrays.add(&format!("score{}", at + 1), scores)?;
    }
    arrays.finish()
}

/// Weights, kept ones and live ones of one layer or all.
#[derive(Clone, Copy, Default)]
struct Count {
    weights: usize,
    kept: usize,
    live: usize,
}

impl Count {
    fn share(&self, part: usize) -> f64 {
        part as f64 / self.weights as f64
    }

    fn json(&self) -> Value {
        json!({
            "weights": self.weights,
            "kept": self.kept,
            "density": self.share(self.kept),
            "live": self.live,
            "effective_density": self.share(self.live),
        })
    }

    fn line(&self, what: &str) -> String {
        let Count { weights, kept, live } = self;
        let (density, effective) = (self.share(*kept), self.share(*live));
        format!("{what}: kept {kept} of {weights} weights ({density:.6}), {live} of them live ({effective:.6})")
    }
}

/// What a mask leaves of a network.
struct Counts {
    all: Count,
    layers: Vec<Count>,
    /// Hidden neurons on some path.
    active_widths: Vec<usize>,
}

impl Counts {
    fn of(masks: &[Kept]) -> Counts {
        let live = Kept::live(masks);
        let layer = |(mask, live): (&Kept, &Kept)| Count { weights: mask.len(), kept: mask.kept(), live: live.kept() };
        let layers: Vec<Count> = masks.iter().zip(&live).map(layer).collect();
        let all = layers.iter().fold(Count::default(), |all, layer| Count {
            weights: all.weights + layer.weights,
            kept: all.kept + layer.kept,
            live: all.live + layer.live,
        });
        Counts { all, layers, active_widths: Kept::active_widths(&live) }
    }

    fn json(&self, rule: &str) -> Value {
        let mut said = self.all.json();
        said["rule"] = rule.into();
        said["layers"] = self.layers.iter().map(Count::json).collect();
        said["active_widths"] = json!(self.active_widths);
        said
    }

    fn lines(&self, rule: &str, out: &Path) -> String {
        let mut lines = vec![self.all.line(rule)];
        let layers = self.layers.iter().enumerate();
        lines.extend(layers.map(|(at, layer)| layer.line(&format!("  layer {}", at + 1))));
        if !self.active_widths.is_empty() {
            lines.push(format!("active hidden neurons: {}", words(&self.active_widths)));
        }
        if self.all.live == 0 {
            lines.push("no path is left from an input to an output".to_owned());
        }
        lines.push(out.display().to_string());
        lines.join("\n")
    }
}

fn words(widths: &[usize]) -> String {
    widths.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}
