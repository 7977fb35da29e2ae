//! GraSP (arXiv 2002.07376, eq. 8): w (H g), signed, g and H gradient and Hessian of the loss at outputs divided by a
//! temperature.
//!
//! Removing weight q changes |g|^2 by -2 w_q (H g)_q to first order. The paper removes the highest of -w (H g), the weights
//! whose removal raises the gradient norm: so the highest of w (H g) stay. There is no absolute value, and the sign matters.
//!
//! At the usual temperature T = 200 the softmax is nearly uniform, so that T is no mere change of scale: rankings depend on it.
//! It is taken by dividing the last layer: with theta' = D theta, D = 1/T there and 1 elsewhere, g = D g' and H = D H' D.

use super::{Batch, PruningError, Scores, masked, times};
use crate::mask::Mask;
use crate::network::mlp::{Mlp, MlpObjective};
use crate::real::Real;
use crate::training::Objective;
use std::sync::Arc;

/// w (H g) of every kept weight of the masked network, H g exact by the R-operator; 0 of pruned weights. As in the authors'
/// code, g and H are over the weights that can be pruned: biases have no part in the norm.
///
/// # Errors
/// [`PruningError`]: the temperature is not above 0, or network, masks and data do not fit together.
pub fn scores<R: Real>(
    net: &Mlp<R>,
    masks: &[Mask],
    batch: &Batch<R>,
    temperature: f64,
) -> Result<Scores, PruningError> {
    if !(temperature > 0.0 && temperature.is_finite()) {
        return Err(PruningError::Temperature { got: temperature });
    }
    let cool = R::from_f64(1.0 / temperature);
    // theta' = D theta.
    let tempered = last_times(masked(net, masks)?, cool);
    let mut objective = MlpObjective::new(&tempered, Some(masks), Arc::clone(&batch.samples), batch.loss)?;
    let theta = objective.pack(&tempered);
    let mut grad = vec![R::ZERO; theta.len()];
    objective.gradient(&theta, None, &mut grad);
    // v = D g = D^2 g', with zeros at pruned weights and biases, and theta (H g) = theta' (H' D g).
    let mut v = last_times(objective.unpack(&grad), cool * cool);
    v.layers.iter_mut().flat_map(|layer| &mut layer.b).for_each(|b| b.fill(R::ZERO));
    let product = tempered.hessian_times(&v, &batch.samples, batch.loss)?;
    Ok(tempered.layers.iter().zip(&product.layers).map(|(layer, product)| times(&layer.w, &product.w)).collect())
}

/// The network with its last layer, bias included, times `factor`.
fn last_times<R: Real>(mut net: Mlp<R>, factor: R) -> Mlp<R> {
    if let Some(last) = net.layers.last_mut() {
        last.w.iter_mut().chain(last.b.iter_mut().flatten()).for_each(|w| *w *= factor);
    }
    net
}
