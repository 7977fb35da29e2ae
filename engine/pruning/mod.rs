//! Pruning rules: which weights of an [`Mlp`] stay, by a score of each.
//!
//! | rule | file | score of a weight w | keeps |
//! |---|---|---|---|
//! | magnitude | [`magnitude`] | \|w\|, at init or after training | the highest |
//! | SNIP | [`snip`] | \|g w\|, g the gradient of a batch | the highest |
//! | GraSP | [`grasp`] | w (H g), signed | the highest |
//! | SynFlow | [`synflow`] | w dR/dw, R the sum of \|path values\| | the highest, round by round |
//! | SynFlow-L2 | [`synflow_l2`] | the same with squares, in three forms | the highest, round by round |
//! | PHEW | [`phew`] | none: random walks that follow \|w\| | what was walked on |
//! | iterative magnitude pruning | [`imp`] | \|w\| after training from a rewound state | the highest, round by round |
//!
//! * [`select`]: from scores to masks, with exact counts
//! * [`rounds`]: how many weights stay after which round
//! * [`conservation`]: what scores add up to, unit by unit
//! * [`shuffle`], [`reinit`], [`inverted`]: the controls that a rule has to beat
//!
//! A score is one array (out, in) of f64 per weight layer, whatever the precision of the network; of a masked network the
//! scores of pruned weights mean nothing and are never read, so that no rule revives a weight. Biases are not pruned. The
//! random rules need no network and stand in [`mask`](crate::mask).

pub mod conservation;
pub mod grasp;
pub mod imp;
pub mod magnitude;
pub mod phew;
pub mod reinit;
pub mod rounds;
pub mod select;
pub mod shuffle;
pub mod snip;
pub mod synflow;
pub mod synflow_l2;

pub use rounds::{Output, Plan, Schedule, Scope};

use crate::mask::Mask;
use crate::network::mlp::{Layer, Mlp, MlpError, Samples};
use crate::real::Real;
use crate::training::Loss;
use ndarray::{Array2, Zip};
use std::sync::Arc;

/// One score per weight: an array (out, in) per layer.
pub type Scores = Vec<Array2<f64>>;

/// Why a rule gives no mask.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PruningError {
    /// A score of a kept weight is infinite or no number.
    #[error("{rule} gives weight ({row}, {column}) of layer {layer} the score {score}, which is not finite")]
    NotFinite {
        /// The rule.
        rule: &'static str,
        /// Counted from 1.
        layer: usize,
        /// Its neuron, counted from 0.
        row: usize,
        /// Its input, counted from 0.
        column: usize,
        /// The score.
        score: f64,
    },
    /// More weights are to be kept than are there.
    #[error("{keep} keeps {asked} weights of {what}, of which only {kept} are left: nothing revives a pruned weight")]
    AboveCurrent {
        /// The layer, or the network.
        what: String,
        /// The keep fraction asked for.
        keep: f64,
        /// Weights that it means.
        asked: usize,
        /// Weights not yet pruned.
        kept: usize,
    },
    /// The keep fraction rounds to no weight at all.
    #[error("{keep} keeps less than one of the {weights} weights of {what}; the smallest keep fraction is {smallest}")]
    KeepsNothing {
        /// The layer, or the network.
        what: String,
        /// The keep fraction asked for.
        keep: f64,
        /// Weights of a dense network.
        weights: usize,
        /// The smallest keep fraction that keeps one.
        smallest: f64,
    },
    /// Walks reach fewer edges than are to be kept.
    #[error(
        "{keep} keeps {asked} weights, and walks reach {kept} of them: the others are 0, or as good as 0, beside theirs"
    )]
    Unreachable {
        /// The keep fraction asked for.
        keep: f64,
        /// Weights that it means.
        asked: usize,
        /// Weights walked on.
        kept: usize,
    },
    /// The rule scores weights by data.
    #[error("{rule} scores weights by their effect on a loss, and there are no data")]
    WantsData {
        /// The rule.
        rule: &'static str,
    },
    /// There are no rounds.
    #[error("0 rounds prune nothing; 1 is one shot")]
    NoRounds,
    /// The temperature is not above 0.
    #[error("the temperature {got} is not above 0; the usual one is 200")]
    Temperature {
        /// The value.
        got: f64,
    },
    /// Scores or masks that do not fit the network.
    #[error("{what} of layer {layer} has shape {got:?}, expected {expected:?}")]
    Shape {
        /// Scores or mask.
        what: &'static str,
        /// Counted from 1.
        layer: usize,
        /// Its shape.
        got: Vec<usize>,
        /// The shape that fits.
        expected: Vec<usize>,
    },
    /// Another number of masks or scores than layers.
    #[error("{got} {what} for {expected} layers")]
    Layers {
        /// Scores or masks.
        what: &'static str,
        /// How many.
        got: usize,
        /// Layers.
        expected: usize,
    },
    /// A training between two rounds was stopped.
    #[error("stopped between rounds")]
    Stopped,
    /// Network, masks, samples and loss do not fit together.
    #[error(transparent)]
    Network(#[from] MlpError),
}

/// What a rule may look at beside the weights.
#[derive(Clone, Debug)]
pub struct Batch<R> {
    /// The samples of the pruning batch: one, some per class, or all.
    pub samples: Arc<Samples<R>>,
    /// Their loss.
    pub loss: Loss,
}

/// A rule that scores the weights of a network as it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// [`magnitude`].
    Magnitude,
    /// [`snip`].
    Snip,
    /// [`grasp`].
    Grasp {
        /// What the outputs are divided by, above 0; 200 as in the authors' code.
        temperature: f64,
    },
    /// [`synflow`].
    SynFlow,
    /// [`synflow_l2`].
    SynFlowL2 {
        /// Which of the scores that go by the name.
        form: synflow_l2::Form,
    },
}

impl Rule {
    /// The word in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::Magnitude => "magnitude",
            Rule::Snip => "snip",
            Rule::Grasp { .. } => "grasp",
            Rule::SynFlow => "synflow",
            Rule::SynFlowL2 { .. } => "synflow-l2",
        }
    }

    /// Whether it looks at data: if not, its mask knows nothing about them.
    pub const fn wants_data(self) -> bool {
        matches!(self, Rule::Snip | Rule::Grasp { .. })
    }

    /// The scores of the network under these masks.
    ///
    /// # Errors
    /// [`PruningError`]: there are no data for a rule that wants them, or network, masks and data do not fit together.
    pub fn scores<R: Real>(
        self,
        net: &Mlp<R>,
        masks: &[Mask],
        batch: Option<&Batch<R>>,
    ) -> Result<Scores, PruningError> {
        let batch = || batch.ok_or(PruningError::WantsData { rule: self.name() });
        match self {
            Rule::Magnitude => Ok(magnitude::scores(net)),
            Rule::Snip => snip::scores(net, masks, batch()?),
            Rule::Grasp { temperature } => grasp::scores(net, masks, batch()?, temperature),
            Rule::SynFlow => synflow::scores(net, masks),
            Rule::SynFlowL2 { form } => synflow_l2::scores(net, masks, form),
        }
    }

    /// Prunes the network by this rule's scores, taken anew before every round.
    ///
    /// # Errors
    /// [`PruningError`]: as [`Rule::scores`], and if the plan cannot be followed.
    pub fn prune<R: Real>(
        self,
        net: &Mlp<R>,
        masks: &[Mask],
        batch: Option<&Batch<R>>,
        plan: &Plan,
    ) -> Result<Vec<Mask>, PruningError> {
        rounds::prune(self.name(), masks, plan, |masks| self.scores(net, masks, batch))
    }

    /// The masks of [`Rule::prune`], and for every weight the score that decided on it: that of the round that removed it,
    /// or of the last one. Weights that `masks` prunes already have 0.
    ///
    /// # Errors
    /// [`PruningError`]: as [`Rule::prune`].
    pub fn decide<R: Real>(
        self,
        net: &Mlp<R>,
        masks: &[Mask],
        batch: Option<&Batch<R>>,
        plan: &Plan,
    ) -> Result<(Vec<Mask>, Scores), PruningError> {
        let mut decided: Scores = net.layers.iter().map(|layer| Array2::zeros(layer.w.dim())).collect();
        let kept = rounds::prune(self.name(), masks, plan, |masks| {
            let scores = self.scores(net, masks, batch)?;
            for ((decided, scores), mask) in decided.iter_mut().zip(&scores).zip(masks) {
                let columns = scores.ncols();
                mask.indices()
                    .for_each(|at| decided[[at / columns, at % columns]] = scores[[at / columns, at % columns]]);
            }
            Ok(scores)
        })?;
        Ok((kept, decided))
    }
}

/// Masks that keep all weights of a network.
pub fn dense<R: Real>(net: &Mlp<R>) -> Vec<Mask> {
    net.layers.iter().map(|layer| Mask::ones(layer.w.shape())).collect()
}

/// The network with its pruned weights set to 0.
///
/// # Errors
/// [`PruningError`] if the masks do not fit.
pub fn masked<R: Real>(net: &Mlp<R>, masks: &[Mask]) -> Result<Mlp<R>, PruningError> {
    let shapes: Vec<&[usize]> = net.layers.iter().map(|layer| layer.w.shape()).collect();
    fits("mask", masks.iter().map(Mask::shape), &shapes)?;
    let layer = |(layer, mask): (&Layer<R>, &Mask)| {
        let mut w = layer.w.clone();
        w.iter_mut().enumerate().filter(|(at, _)| !mask.keeps(*at)).for_each(|(_, w)| *w = R::ZERO);
        Layer { w, b: layer.b.clone() }
    };
    Ok(Mlp { layers: net.layers.iter().zip(masks).map(layer).collect(), activation: net.activation })
}

/// The scores that prune what a rule would keep: a rule whose choices matter loses to its own inversion.
pub fn inverted(scores: &Scores) -> Scores {
    scores.iter().map(|layer| layer.mapv(|score| -score)).collect()
}

/// w times another array of its shape, in f64.
fn times<R: Real>(w: &Array2<R>, other: &Array2<R>) -> Array2<f64> {
    Zip::from(w).and(other).map_collect(|w, other| w.to_f64() * other.to_f64())
}

/// Whether there is one thing of the right shape per layer.
fn fits<'a>(
    what: &'static str,
    got: impl ExactSizeIterator<Item = &'a [usize]>,
    expected: &[&[usize]],
) -> Result<(), PruningError> {
    if got.len() != expected.len() {
        return Err(PruningError::Layers { what, got: got.len(), expected: expected.len() });
    }
    match got.zip(expected).enumerate().find(|(_, (got, expected))| got != *expected) {
        None => Ok(()),
        Some((at, (got, expected))) => {
            Err(PruningError::Shape { what, layer: at + 1, got: got.to_vec(), expected: expected.to_vec() })
        }
    }
}

#[cfg(test)]
mod tests;
