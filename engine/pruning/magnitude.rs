//! Magnitude: |w|. At initialization it depends on the layers' scales alone, after training on the data.

use super::Scores;
use crate::network::mlp::Mlp;
use crate::real::Real;

/// |w| of every weight.
pub fn scores<R: Real>(net: &Mlp<R>) -> Scores {
    net.layers.iter().map(|layer| layer.w.mapv(|w| w.to_f64().abs())).collect()
}
