//! Controls: the same mask on other weights. What a mask owes to the weights it was found with, fresh ones take away.

use crate::key::Key;
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
