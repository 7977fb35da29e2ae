//! Controls: the same mask on other weights. What a mask owes to the weights it was found with, fresh ones take away.

use super::{PruningError, masked};
use crate::key::Key;
use crate::mask::Mask;
use crate::network::init::InitLaw;
use crate::network::mlp::Mlp;
use crate::real::Real;

/// Fresh weights from the law of the initial ones, biases as in `net`.
pub fn fresh<R: Real>(net: &Mlp<R>, law: InitLaw, scale: f64, key: &Key) -> Mlp<R> {
    let mut drawn = Mlp::draw(&net.widths(), net.activation, false, law, scale, key);
    drawn.layers.iter_mut().zip(&net.layers).for_each(|(new, old)| new.b.clone_from(&old.b));
    drawn
}

/// Fresh weights whose signs are those of `net`, biases as in `net`. A weight of 0 counts as positive.
pub fn signs_kept<R: Real>(net: &Mlp<R>, law: InitLaw, scale: f64, key: &Key) -> Mlp<R> {
    let mut drawn = fresh(net, law, scale, key);
    for (new, old) in drawn.layers.iter_mut().zip(&net.layers) {
        new.w.zip_mut_with(&old.w, |new, old| *new = if *old < R::ZERO { -new.abs() } else { new.abs() });
    }
    drawn
}

/// Fresh He-normal weights for the fan-in that the mask leaves each neuron: N(0, 2 / kept inputs), 0 without inputs.
///
/// The control for signal that dies because a mask is sparse, and not because it is a bad one.
///
/// # Errors
/// [`PruningError`] if the masks do not fit.
pub fn for_fan_in<R: Real>(net: &Mlp<R>, masks: &[Mask], key: &Key) -> Result<Mlp<R>, PruningError> {
    scaled(net, masks, key, |_, inputs| inputs as f64)
}

/// Fresh He-normal weights for the mean fan-in that the mask leaves a layer's neurons.
///
/// # Errors
/// [`PruningError`] if the masks do not fit.
pub fn for_layer_fan_in<R: Real>(net: &Mlp<R>, masks: &[Mask], key: &Key) -> Result<Mlp<R>, PruningError> {
    scaled(net, masks, key, |mask, _| mask.kept() as f64 / mask.shape()[0] as f64)
}

/// N(0, 2 / f) with f of a layer's mask and of the kept inputs of the neuron; pruned weights are 0.
fn scaled<R: Real>(
    net: &Mlp<R>,
    masks: &[Mask],
    key: &Key,
    fan_in: impl Fn(&Mask, usize) -> f64,
) -> Result<Mlp<R>, PruningError> {
    let mut drawn = masked(&fresh(net, InitLaw::Normal, 1.0, key), masks)?;
    for (layer, mask) in drawn.layers.iter_mut().zip(masks) {
        let inputs = layer.w.ncols();
        for (neuron, mut row) in layer.w.rows_mut().into_iter().enumerate() {
            let kept = (0..inputs).filter(|i| mask.keeps(neuron * inputs + i)).count();
            if kept > 0 {
                let scale = R::from_f64((2.0 / fan_in(mask, kept)).sqrt());
                row.iter_mut().for_each(|w| *w *= scale);
            }
        }
    }
    Ok(drawn)
}
