//! Iterative magnitude pruning (arXiv 1803.03635, 1903.01611): train, remove the smallest of the trained weights that are
//! left, go back to the weights of an earlier step, and again.
//!
//! The state that training goes back to is the network that the caller hands in: the initial weights, or those of step k
//! (late rewinding). Optimizer, schedule and data order begin anew with every training. One round is one shot. The paper
//! removes a fifth of what is left per round, layer by layer, a tenth of the output layer.

use super::{Plan, PruningError, magnitude, rounds};
use crate::fraction::{FractionError, KeepFraction};
use crate::mask::Mask;
use crate::network::mlp::Mlp;
use crate::real::Real;

/// The word for it in errors.
const NAME: &str = "imp";

/// The masks after the last round. `train` trains the rewound network under the masks of a round, counted from 0, and gives
/// its final weights, or `None` if it was stopped.
///
/// # Errors
/// [`PruningError`]: `train` was stopped or diverged, or the plan cannot be followed.
pub fn prune<R: Real>(
    rewound: &Mlp<R>,
    masks: &[Mask],
    plan: &Plan,
    mut train: impl FnMut(usize, &Mlp<R>, &[Mask]) -> Option<Mlp<R>>,
) -> Result<Vec<Mask>, PruningError> {
    let mut round = 0;
    rounds::prune(NAME, masks, plan, |masks| {
        let trained = train(round, rewound, masks).ok_or(PruningError::Stopped)?;
        round += 1;
        Ok(magnitude::scores(&trained))
    })
}

/// What is kept after `rounds` rounds that remove the fraction `removed` of what is left.
///
/// # Errors
/// [`FractionError`] if `removed` lies outside [0, 1].
pub fn keep_after(removed: f64, rounds: u32) -> Result<KeepFraction, FractionError> {
    let left = KeepFraction::new(removed)?;
    KeepFraction::new((1.0 - left.get()).powf(f64::from(rounds)))
}
