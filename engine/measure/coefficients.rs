//! What signals and noises have added to the weights, by their increments (arXiv 2301.00335, Def. 14).
//!
//! w_kr(t) = w_kr(0) + sum_c gamma_krc (mu_c * m_kr) / |mu_c|^2 + sum_i zeta_kri (xi_i * m_kr) / |xi_i * m_kr|^2,
//!
//! with increments d zeta = -(eta/n) l'_ki s'(<w_kr, xi_i>) |xi_i * m_kr|^2 and
//! d gamma = -eta |mu_c|^2 s'(<w_kr, mu_c>) (1/n) sum_{i: y_i = c} l'_ki. One zeta has both signs; the paper's omega is its
//! negative part. The weights themselves are not looked at: that they agree is a claim.
//!
//! | letter | name | shape |
//! |---|---|---|
//! | gamma | `gamma` | (K, m, K) |
//! | zeta | `zeta` | (K, m, n) |

use crate::data::patches::PatchSample;
use crate::mask::Mask;
use crate::network::patch::PatchObjective;
use crate::real::Real;
use ndarray::{Array2, Array3};

/// The coefficients of gradient descent so far: 0 at initialization.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficients {
    /// Of the signals; (K, m, K).
    pub gamma: Array3<f64>,
    /// Of the noises; (K, m, n).
    pub zeta: Array3<f64>,
    // |xi_i * m_kr|^2; (K, m, n).
    lengths: Array3<f64>,
    // |mu_c|^2; K.
    strengths: Vec<f64>,
    labels: Vec<usize>,
    power: f64,
}

impl Coefficients {
    /// Before the first step of a network of power q under `mask` (K, m, d) on `sample`.
    ///
    /// # Panics
    /// If mask and sample are not of one dimension.
    pub fn start(power: f64, mask: &Mask, sample: &PatchSample) -> Coefficients {
        let &[classes, neurons, dimension] = mask.shape() else { panic!("a mask of shape (K, m, d)") };
        assert_eq!(dimension, sample.noise.ncols(), "mask and sample are of one dimension");
        let n = sample.len();
        // Row j: the squares of coordinate j of all noises.
        let squares = Array2::from_shape_fn((dimension, n), |(j, i)| sample.noise[[i, j]].powi(2));
        let mut lengths = Array2::zeros((classes * neurons, n));
        for at in mask.indices() {
            lengths.row_mut(at / dimension).scaled_add(1.0, &squares.row(at % dimension));
        }
        Coefficients {
            gamma: Array3::zeros((classes, neurons, classes)),
            zeta: Array3::zeros((classes, neurons, n)),
            lengths: lengths.into_shape_with_order((classes, neurons, n)).expect("one length per neuron and sample"),
            strengths: (0..classes).map(|c| sample.signals.vector(c).pow2().sum()).collect(),
            labels: sample.labels.clone(),
            power,
        }
    }

    /// Adds the increments of the step of length `rate` that follows the objective's last evaluation, on all samples.
    pub fn advance<R: Real>(&mut self, rate: f64, objective: &PatchObjective<R>) {
        let residuals = objective.residuals().mapv(R::to_f64);
        let (classes, neurons, n) = self.zeta.dim();
        // Sums of l'_ki over the samples of class c; (K, K).
        let mut pulls = Array2::<f64>::zeros((classes, classes));
        for (i, label) in self.labels.iter().enumerate() {
            pulls.column_mut(*label).scaled_add(1.0, &residuals.column(i));
        }
        for k in 0..classes {
            for r in 0..neurons {
                let [dense, hot] = objective.neuron(k, r);
                let (noises, signals) = dense.split_at(n);
                let signals = if hot.is_empty() { signals } else { hot };
                for (i, z) in noises.iter().enumerate().filter(|(_, z)| **z > R::ZERO) {
                    let pull = residuals[[k, i]] * self.slope(z.to_f64());
                    self.zeta[[k, r, i]] -= rate / n as f64 * pull * self.lengths[[k, r, i]];
                }
                for (c, z) in signals.iter().enumerate().filter(|(_, z)| **z > R::ZERO) {
                    let pull = pulls[[k, c]] / n as f64 * self.slope(z.to_f64());
                    self.gamma[[k, r, c]] -= rate * pull * self.strengths[c];
                }
            }
        }
    }

    // s'(z) for z > 0; whole powers without a logarithm.
    fn slope(&self, z: f64) -> f64 {
        let q = self.power;
        q * if q.fract() == 0.0 { z.powi(q as i32 - 1) } else { Real::powf(z, q - 1.0) }
    }
}

/// The smallest and the largest of many numbers.
pub fn extremes<'a>(values: impl IntoIterator<Item = &'a f64>) -> (f64, f64) {
    let widen = |(low, high): (f64, f64), value: &f64| (low.min(*value), high.max(*value));
    values.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), widen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::patches::{Labels, NoiseLaw, PatchLaw, SignalLaw};
    use crate::fraction::KeepFraction;
    use crate::key::Key;
    use crate::network::patch::{Outer, PatchBank, PatchNet};
    use crate::stop::Stop;
    use crate::training::{Loss, Optimizer, Recipe, Schedule, Step, Targets, train};

    // Largest distance of trained weights from what the coefficients rebuild.
    fn defect(power: f64, signal_law: SignalLaw) -> f64 {
        let law =
            PatchLaw { classes: 2, dimension: 30, signal: 1.5, noise: 0.3, signal_law, noise_law: NoiseLaw::Full };
        let key = Key::root("coefficients").replica(0);
        let sample = law.sample(&law.signals(&key), 5, Labels::Balanced, &key.child("data"));
        let mask = Mask::bernoulli(&[2, 4, 30], KeepFraction::new(0.4).unwrap(), &key.child("mask"));
        let net = PatchNet::<f64>::normal((2, 4, 30), 0.4, power, Outer::Ones, &key.child("init"));
        let targets = Targets::classes(&sample.labels, 2).unwrap();
        let bank = PatchBank::of_law(&sample);
        let mut objective = PatchObjective::new(&net, Some(&mask), &bank, targets, Loss::CrossEntropy).unwrap();
        let mut theta = objective.pack(&net);
        let mut rebuilt = objective.unpack(&theta).w;
        let mut coefficients = Coefficients::start(power, &mask, &sample);
        let mut observer = |step: &Step<'_, f64>, objective: &PatchObjective<f64>| {
            // The last look comes after the last update.
            if step.index < 60 {
                coefficients.advance(step.rate, objective);
            }
        };
        let recipe =
            Recipe { optimizer: Optimizer::Gd, rate: 0.2, schedule: Schedule::Constant, steps: 60, target_loss: 0.0 };
        train(&mut objective, &mut theta, &recipe, &key, &mut observer, &Stop::new()).unwrap();
        for ((k, r, j), w) in rebuilt.indexed_iter_mut() {
            if mask.keeps((k * 4 + r) * 30 + j) {
                let signals = (0..2).map(|c| (coefficients.gamma[[k, r, c]] / 2.25) * sample.signals.vector(c)[j]);
                let share = |i: usize| coefficients.zeta[[k, r, i]] / coefficients.lengths[[k, r, i]];
                let noises = (0..5).map(|i| share(i) * sample.noise[[i, j]]);
                *w += signals.sum::<f64>() + noises.sum::<f64>();
            }
        }
        assert!(coefficients.gamma.iter().any(|gamma| *gamma > 0.01), "something is learned");
        (objective.unpack(&theta).w - rebuilt).iter().fold(0.0, |most, error| error.abs().max(most))
    }

    #[test]
    fn the_coefficients_rebuild_the_trained_weights() {
        for signal_law in [SignalLaw::Basis, SignalLaw::Rotated] {
            for power in [2.0, 2.5, 3.0] {
                let defect = defect(power, signal_law);
                assert!(defect < 1e-13, "{defect:e} at q = {power}, {signal_law:?}");
            }
        }
    }

    #[test]
    fn extremes_keep_their_signs() {
        assert_eq!(extremes(&[0.0, -2.0, 1.5]), (-2.0, 1.5));
    }
}
