//! SNIP (arXiv 1810.02340, eq. 6): |g w|, the effect on the loss of a gate on the weight, to first order.
//!
//! The absolute value is taken after the gradient was summed over the batch, not per sample. The paper divides by the sum of
//! all scores, which changes no ranking.

use super::{Batch, PruningError, Scores, times};
use crate::mask::Mask;
use crate::network::mlp::{Mlp, MlpObjective};
use crate::real::Real;
use crate::training::Objective;
use std::sync::Arc;

/// |g w| of every kept weight, g the gradient of the mean loss of the masked network; 0 of pruned weights.
///
/// # Errors
/// [`PruningError::Network`] if network, masks and data do not fit together.
pub fn scores<R: Real>(net: &Mlp<R>, masks: &[Mask], batch: &Batch<R>) -> Result<Scores, PruningError> {
    let mut objective = MlpObjective::new(net, Some(masks), Arc::clone(&batch.samples), batch.loss)?;
    let theta = objective.pack(net);
    let mut grad = vec![R::ZERO; theta.len()];
    objective.gradient(&theta, None, &mut grad);
    let grad = objective.unpack(&grad);
    Ok(net.layers.iter().zip(&grad.layers).map(|(layer, grad)| times(&layer.w, &grad.w).mapv(f64::abs)).collect())
}
