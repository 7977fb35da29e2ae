//! SynFlow (arXiv 2006.05467): w dR/dw for R = 1^T |W_L| ... |W_1| 1, the sum of the absolute values of all paths.
//!
//! Without data. The score of a weight is the sum over the paths through it, b_i |w_ij| f_j with f what comes in from below
//! and b what goes out above: two sweeps, no gradient. Every layer's scores sum to R, and multiplying a layer by a number
//! multiplies all scores alike; so the masks do not change if vectors are scaled on the way, which keeps any depth in range.
//! Scaling is by powers of 2 and exact. Biases carry no path, and take no part.
//!
//! Meant for many rounds ([`Plan::exponential`](super::Plan::exponential), 100 in the paper): one shot empties the largest
//! layer.

use super::{PruningError, Scores, masked};
use crate::mask::Mask;
use crate::network::mlp::Mlp;
use crate::real::Real;
use ndarray::{Array1, Array2, Zip};

/// Rounds in the paper.
pub const ROUNDS: usize = 100;

/// The scores of the masked network, up to one power of 2 common to all layers; 0 of pruned weights.
///
/// # Errors
/// [`PruningError`] if the masks do not fit.
pub fn scores<R: Real>(net: &Mlp<R>, masks: &[Mask]) -> Result<Scores, PruningError> {
    let net = masked(net, masks)?;
    let w: Vec<Array2<f64>> = net.layers.iter().map(|layer| layer.w.mapv(|w| w.to_f64().abs())).collect();
    Ok(w.iter().zip(around(&w)).map(|(w, around)| Zip::from(w).and(&around).map_collect(|w, a| w * a)).collect())
}

/// dR/du of every place, R = 1^T U_L ... U_1 1 the sum over all paths of the product of their u >= 0: what the rest of the
/// paths through a place adds up to. Up to one power of 2 common to all layers.
pub(super) fn around(u: &[Array2<f64>]) -> Vec<Array2<f64>> {
    // f_l = U_l ... U_1 1 for l = 0 to L - 1, and b_l = 1^T U_L ... U_{l+1} for l = L to 1.
    let mut below = vec![Scaled::ones(u.first().map_or(0, Array2::ncols))];
    for u in u.iter().take(u.len().saturating_sub(1)) {
        let last = below.last().expect("one was there");
        below.push(last.through(u.dot(&last.values)));
    }
    let mut above = vec![Scaled::ones(u.last().map_or(0, Array2::nrows))];
    for u in u.iter().skip(1).rev() {
        let last = above.last().expect("one was there");
        above.push(last.through(u.t().dot(&last.values)));
    }
    above.reverse();
    let exponents: Vec<i64> = below.iter().zip(&above).map(|(f, b)| f.exponent + b.exponent).collect();
    let largest = exponents.iter().max().copied().unwrap_or(0);
    let layer = |((u, exponent), (f, b)): ((&Array2<f64>, &i64), (&Scaled, &Scaled))| {
        // For scores with equal layer sums the exponents differ little.
        let scale = libm::ldexp(1.0, (exponent - largest).max(-2000) as i32);
        Array2::from_shape_fn(u.dim(), |(i, j)| b.values[i] * f.values[j] * scale)
    };
    u.iter().zip(&exponents).zip(below.iter().zip(&above)).map(layer).collect()
}

/// A vector times 2^exponent, its largest entry in [1, 2) unless all are 0.
struct Scaled {
    values: Array1<f64>,
    exponent: i64,
}

impl Scaled {
    fn ones(len: usize) -> Scaled {
        Scaled { values: Array1::ones(len), exponent: 0 }
    }

    /// What comes out of a layer, scaled anew.
    fn through(&self, mut values: Array1<f64>) -> Scaled {
        let largest = values.iter().copied().fold(0.0, f64::max);
        if !(largest > 0.0 && largest.is_finite()) {
            return Scaled { values, exponent: self.exponent };
        }
        let exponent = libm::ilogb(largest);
        values.iter_mut().for_each(|value| *value = libm::scalbn(*value, -exponent));
        Scaled { values, exponent: self.exponent + i64::from(exponent) }
    }
}
