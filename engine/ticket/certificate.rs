//! How far a ticket is from its target on the unit ball, between two ends that are proved for the arrays as they are in f64.
//!
//! f is the target, g the masked network, D_i the entry-wise errors of target layer i (the larger of both halves). The
//! inequalities for |f - g|, each its own function, from the loosest to the tightest:
//!
//! * [`by_largest_error`]: as in the paper, d_1 d_2 max D_i per layer, and norms of W_i of at least 1
//! * [`by_product`]: |D_i|_F per layer; prod (1 + |D_i|_F) - 1 where every |W_i| <= 1
//! * [`by_frobenius`]: with the norms as they are; |D_1|_F |W_2| + |D_2|_F (|W_1| + |D_1|_F) for two layers
//! * [`by_spectral`]: the same with |D_i| in place of |D_i|_F
//!
//! From below stands the best of a search over the sphere, less what the rounding of its evaluation can have added. Rounding
//! of whoever evaluates the network in floating point is not part of either end.

use super::ascent::ascend;
use super::difference::Difference;
use super::layer::Approximation;
use super::target::{Norms, Target};
use crate::key::Key;
use crate::rounding::{norm_above, up};
use crate::spectral_norm::spectral_norm_above;

/// The errors of one target layer, as its certificates want them. All are upper bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerError {
    /// Largest entry of D.
    pub largest: f64,
    /// |D|_F
    pub frobenius: f64,
    /// |D|, the spectral norm. D has no negative entry, so that D |x| bounds the layer's error entry by entry.
    pub spectral: f64,
    /// d_1 d_2, the number of weights.
    pub weights: usize,
}

impl LayerError {
    /// The errors of a layer.
    pub fn of(layer: &Approximation) -> LayerError {
        let d = layer.error();
        LayerError {
            largest: d.iter().copied().fold(0.0, f64::max),
            frobenius: norm_above(&d),
            spectral: spectral_norm_above(&d),
            weights: d.len(),
        }
    }
}

/// d_1 d_2 max D_i in the place of a layer's error, as the paper counts, through layers of norm at least 1.
pub fn by_largest_error(norms: &[Norms], errors: &[LayerError]) -> f64 {
    propagated(norms, errors, |norm| norm.max(1.0), |error| up(error.largest * error.weights as f64, 1))
}

/// |D_i|_F through layers of norm at least 1: prod (1 + |D_i|_F) - 1 where every |W_i| <= 1.
pub fn by_product(norms: &[Norms], errors: &[LayerError]) -> f64 {
    propagated(norms, errors, |norm| norm.max(1.0), |error| error.frobenius)
}

/// |D_i|_F through layers of the norms that they have; for two layers |D_1|_F |W_2| + |D_2|_F (|W_1| + |D_1|_F).
pub fn by_frobenius(norms: &[Norms], errors: &[LayerError]) -> f64 {
    propagated(norms, errors, |norm| norm, |error| error.frobenius)
}

/// The same with the spectral norm of D_i, which is at most its Frobenius norm.
pub fn by_spectral(norms: &[Norms], errors: &[LayerError]) -> f64 {
    propagated(norms, errors, |norm| norm, |error| error.spectral)
}

/// e_i = |W_i| e_{i-1} + delta_i (A_{i-1} + e_{i-1}) with A_i = |W_i| A_{i-1}, A_0 = 1, e_0 = 0: activations of f have length
/// at most A, those of g at most A + e, and the ReLU moves no two points apart.
fn propagated(
    norms: &[Norms],
    errors: &[LayerError],
    norm: impl Fn(f64) -> f64,
    delta: impl Fn(&LayerError) -> f64,
) -> f64 {
    let (mut length, mut e) = (1.0, 0.0);
    for (w, error) in norms.iter().map(|w| norm(w.spectral)).zip(errors) {
        e = w * e + delta(error) * (length + e);
        length *= w;
    }
    up(e, 5 * norms.len())
}

/// Both ends, and the inequalities behind the upper one.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// Exceeded at some point of the ball.
    pub lower: f64,
    /// Exceeded at none: the least of `bounds`.
    pub upper: f64,
    /// The inequalities by name, from the loosest to the tightest.
    pub bounds: [(&'static str, f64); 4],
}

/// Searches from `starts` starts, and bounds. Starts are drawn from `key`.
pub fn certify(target: &Target, layers: &[Approximation], starts: usize, key: &Key) -> Certificate {
    let errors: Vec<LayerError> = layers.iter().map(LayerError::of).collect();
    let mut difference = Difference::new(target, layers);
    let (found, _) = ascend(target.inputs(), starts, key, |x, gradient| difference.norm(x, gradient));
    let norms = target.norms();
    let bounds = [
        ("largest weight error, d1 d2 max D", by_largest_error(norms, &errors)),
        ("product of 1 + |D|_F", by_product(norms, &errors)),
        ("Frobenius norms of D", by_frobenius(norms, &errors)),
        ("spectral norms of D", by_spectral(norms, &errors)),
    ];
    let upper = bounds.iter().fold(f64::INFINITY, |least, (_, bound)| least.min(*bound));
    Certificate { lower: (found - rounding(norms, &errors, &target.widths())).max(0.0), upper, bounds }
}

/// A bound of what rounding can add to [`Difference::norm`] on the sphere.
///
/// `a` and `e` bound the lengths of f's activations and of the differences, `off_a` and `off_e` how far the computed ones are
/// from them. A dot product of k terms rounds by at most gamma_k |x| |y|, and the ReLU and its differences are 1-Lipschitz.
fn rounding(norms: &[Norms], errors: &[LayerError], widths: &[usize]) -> f64 {
    let (mut a, mut e, mut off_a, mut off_e) = (1.0, 0.0, 0.0, 0.0);
    for ((norm, error), inputs) in norms.iter().zip(errors).zip(widths) {
        let gamma = (*inputs as f64 + 4.0) * f64::EPSILON;
        let off_z = norm.spectral * off_a + gamma * norm.frobenius * (a + off_a);
        let off_d = norm.spectral * off_e
            + error.frobenius * (off_a + off_e)
            + gamma * (norm.frobenius * (e + off_e) + error.frobenius * (a + e + off_a + off_e));
        e = norm.spectral * e + error.frobenius * (a + e);
        a *= norm.spectral;
        off_e = off_d + off_z + 2.0 * f64::EPSILON * (a + e);
        off_a = off_z;
    }
    // Twice the first order: for the rounding of the bound itself, and of the norm at the end.
    2.0 * (off_e + f64::EPSILON * (widths[widths.len() - 1] as f64 + 4.0) * e)
}

#[cfg(test)]
mod tests {
    use super::super::network::tests::{built, target};
    use super::*;
    use crate::network::init::InitLaw;
    use crate::ticket::Variant;
    use ndarray::{Array2, Axis};

    #[test]
    fn the_bounds_are_ordered_and_nothing_found_exceeds_the_tightest() {
        for widths in [&[5, 3][..], &[4, 6, 2], &[3, 5, 4, 1]] {
            for (n, variant) in [(4, Variant::Strict), (8, Variant::Adaptive), (14, Variant::Adaptive)] {
                let target = target(widths, "bounds");
                let ticket = built(&target, n, variant, "bounds");
                let certificate = certify(&target, &ticket.layers, 200, &Key::root("starts"));
                let bounds = certificate.bounds.map(|(_, bound)| bound);
                assert!(bounds.windows(2).all(|pair| pair[0] >= pair[1]), "{certificate:?}");
                assert_eq!(certificate.upper, bounds[3]);
                let mut difference = Difference::new(&target, &ticket.layers);
                let x = InitLaw::Normal.draw((2000, widths[0]), 1.0, &Key::root("points"));
                let mut gradient = vec![0.0; widths[0]];
                let at =
                    |x: ndarray::ArrayView1<'_, f64>| difference.norm(&(&x / x.dot(&x).sqrt()).to_vec(), &mut gradient);
                let sampled = x.axis_iter(Axis(0)).map(at).fold(0.0, f64::max);
                assert!(
                    sampled <= certificate.upper && 0.95 * sampled <= certificate.lower,
                    "{sampled} {certificate:?}"
                );
                assert!(certificate.lower <= certificate.upper && certificate.lower > 0.0, "{certificate:?}");
            }
        }
    }

    #[test]
    fn two_layers_by_hand() {
        let norm = |spectral: f64| Norms { spectral, frobenius: spectral };
        let error = |frobenius: f64, weights| LayerError { largest: 0.25, frobenius, spectral: frobenius, weights };
        let (norms, errors) = ([norm(0.5), norm(2.0)], [error(0.75, 12), error(0.5, 3)]);
        let close = |got: f64, exact: f64| assert!(got >= exact && got < exact * (1.0 + 1e-12), "{got} {exact}");
        close(by_frobenius(&norms, &errors), 0.75 * 2.0 + 0.5 * (0.5 + 0.75));
        close(by_product(&norms[..1], &errors[..1]), 0.75);
        close(by_product(&[norms[0]; 2], &errors), 1.75 * 1.5 - 1.0);
        close(by_largest_error(&norms[..1], &errors[..1]), 3.0);
    }

    #[test]
    fn a_target_of_zeros_is_reached_exactly() {
        let target = Target::new(vec![Array2::zeros((3, 2)), Array2::zeros((1, 3))]).unwrap();
        let ticket = built(&target, 5, Variant::Strict, "zeros");
        let certificate = certify(&target, &ticket.layers, 5, &Key::root("starts"));
        assert_eq!((certificate.lower, certificate.upper), (0.0, 0.0));
    }
}
