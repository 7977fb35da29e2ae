//! Whole neurons kept or removed, survivors untouched, against predictors on the same random features (Malach et al.,
//! arXiv 2002.00585).
//!
//! Features are phi_k(x) = v_k max(0, u_k x) with random u and v. A neuron-subnetwork is c sum_{k in S} phi_k with one scale
//! |c| <= C; a bounded predictor is sum_k a_k phi_k with |a_k| <= C. Subnetworks are predictors whose coefficients are 0 or c.

use ndarray::{Array1, Array2};

/// Most neurons whose subsets are all tried.
pub const MOST_NEURONS: usize = 20;

/// Mean squared errors over some samples, as a function of the coefficients: they need the features only through these.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// Mean of phi_j phi_k; (m, m).
    gram: Array2<f64>,
    /// Mean of phi_k y; (m).
    cross: Array1<f64>,
    /// Mean of y^2.
    square: f64,
}

impl Moments {
    /// From features (T, m) and targets (T).
    ///
    /// # Panics
    /// If they differ in T.
    pub fn new(features: &Array2<f64>, targets: &Array1<f64>) -> Moments {
        let samples = features.nrows() as f64;
        Moments {
            gram: features.t().dot(features) / samples,
            cross: features.t().dot(targets) / samples,
            square: targets.dot(targets) / samples,
        }
    }

    /// Mean of y^2: the error of predicting 0.
    pub fn square(&self) -> f64 {
        self.square
    }

    /// Mean squared error of the predictor with these coefficients.
    pub fn error(&self, a: &Array1<f64>) -> f64 {
        self.square - 2.0 * a.dot(&self.cross) + a.dot(&self.gram.dot(a))
    }

    /// The coefficients of the best neuron-subnetwork with one scale |c| <= `most`, over all subsets.
    ///
    /// # Panics
    /// With more than [`MOST_NEURONS`] neurons.
    pub fn best_subnetwork(&self, most: f64) -> Array1<f64> {
        let m = self.cross.len();
        assert!(m <= MOST_NEURONS, "2^{m} subsets are too many");
        let (mut kept, mut linear, mut quadratic) = (0u32, 0.0, 0.0);
        let (mut best, mut best_kept, mut best_scale) = (0.0, 0, 0.0);
        // In the order of the Gray code a single neuron comes or goes.
        for step in 1..1u32 << m {
            let k = step.trailing_zeros() as usize;
            let others: f64 = (0..m).filter(|j| *j != k && kept >> j & 1 == 1).map(|j| self.gram[[j, k]]).sum();
            let sign = if kept >> k & 1 == 1 { -1.0 } else { 1.0 };
            kept ^= 1 << k;
            linear += sign * self.cross[k];
            quadratic += sign * (self.gram[[k, k]] + 2.0 * others);
            let scale = if quadratic > 0.0 { (linear / quadratic).clamp(-most, most) } else { 0.0 };
            let gain = scale * (2.0 * linear - scale * quadratic);
            if gain > best {
                (best, best_kept, best_scale) = (gain, kept, scale);
            }
        }
        Array1::from_shape_fn(m, |k| if best_kept >> k & 1 == 1 { best_scale } else { 0.0 })
    }

    /// The coefficients of the best predictor with |a_k| <= `most`, by `sweeps` of exact minimisation along each
    /// coordinate, from 0: the error is convex, and never below its minimum.
    pub fn best_bounded(&self, most: f64, sweeps: usize) -> Array1<f64> {
        let m = self.cross.len();
        let mut a: Array1<f64> = Array1::zeros(m);
        for _ in 0..sweeps {
            for k in 0..m {
                let curvature = self.gram[[k, k]];
                if curvature > 0.0 {
                    let rest = self.cross[k] - self.gram.row(k).dot(&a) + curvature * a[k];
                    a[k] = (rest / curvature).clamp(-most, most);
                }
            }
        }
        a
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use crate::network::init::InitLaw;

    fn moments(m: usize, name: &str) -> Moments {
        let key = Key::root(name);
        let features = InitLaw::Normal.draw((50, m), 1.0, &key.child("features")).mapv(|z| z.max(0.0));
        Moments::new(&features, &InitLaw::Normal.draw((50, 1), 1.0, &key.child("y")).column(0).to_owned())
    }

    #[test]
    fn the_best_subnetwork_is_that_of_plain_enumeration() {
        for (m, most) in [(1, 1.0), (5, 0.1), (7, 2.0)] {
            let moments = moments(m, "subnetworks");
            let found = moments.error(&moments.best_subnetwork(most));
            let mut least = moments.square();
            for kept in 0..1u32 << m {
                for step in -200..=200 {
                    let c = most * f64::from(step) / 200.0;
                    let a = Array1::from_shape_fn(m, |k| if kept >> k & 1 == 1 { c } else { 0.0 });
                    least = least.min(moments.error(&a));
                }
            }
            // The grid of scales may miss a little.
            assert!(found <= least + 1e-12 && found > least - 1e-3, "{found} {least}");
        }
    }

    #[test]
    fn the_best_bounded_predictor_is_at_rest() {
        let moments = moments(6, "bounded");
        for most in [0.05, 10.0] {
            let a = moments.best_bounded(most, 2000);
            assert!(a.iter().all(|a| a.abs() <= most));
            for k in 0..6 {
                for by in [-1e-4, 1e-4] {
                    let mut moved = a.clone();
                    moved[k] = (moved[k] + by).clamp(-most, most);
                    assert!(moments.error(&moved) >= moments.error(&a) - 1e-12);
                }
            }
        }
    }
}
