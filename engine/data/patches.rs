//! The two-patch law of arXiv 2301.00335 (Def. 1): one patch carries the class's signal, the other noise.
//!
//! | letter | name | meaning |
//! |---|---|---|
//! | K, d, n | `classes`, `dimension`, samples | sizes; d is the length of one patch |
//! | mu | `signal` | length of every signal |
//! | mu_k | [`Signals`] | class k's signal: mu e_k (basis), or mu times a random orthonormal direction (rotated) |
//! | sigma_n | `noise` | standard deviation of a noise coordinate |
//! | xi | `noise` of a sample | the noise patch, N(0, sigma_n^2 I_d), or the same projected off the signals |
//!
//! Standard normals are drawn and scaled, so that one key gives the same standard draws at every noise level, and the
//! first samples of a larger sample are the smaller one.

use crate::fraction::KeepFraction;
use crate::key::Key;
use crate::mask::Mask;
use ndarray::{Array1, Array2, ArrayView1};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Where the signals point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalLaw {
    /// Along the first K coordinates, as in the paper.
    Basis,
    /// Along random orthonormal directions: the negative control, since a spread signal is pruned like noise.
    Rotated,
}

/// What the noise may overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoiseLaw {
    /// All d coordinates, as in the paper.
    Full,
    /// Projected off the signals.
    Orthogonal,
}

/// How labels are given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labels {
    /// Sample i has label i mod K.
    Balanced,
    /// Independent and uniform.
    Uniform,
}

/// The law: sizes, strengths and shapes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatchLaw {
    /// K, at least 1.
    pub classes: usize,
    /// d, at least K.
    pub dimension: usize,
    /// mu > 0.
    pub signal: f64,
    /// sigma_n >= 0.
    pub noise: f64,
    /// Where the signals point.
    pub signal_law: SignalLaw,
    /// What the noise may overlap.
    pub noise_law: NoiseLaw,
}

/// The K signals of one replica, shared by its training and test samples.
#[derive(Clone, Debug, PartialEq)]
pub enum Signals {
    /// Signal k is `strength` on coordinate k and 0 elsewhere.
    Basis {
        /// mu.
        strength: f64,
        /// K.
        classes: usize,
        /// d.
        dimension: usize,
    },
    /// Row k is signal k; (K, d).
    Dense(Array2<f64>),
}

impl Signals {
    /// Signal k, length d.
    pub fn vector(&self, k: usize) -> Array1<f64> {
        match self {
            Signals::Basis { strength, dimension, .. } => {
                let mut vector = Array1::zeros(*dimension);
                vector[k] = *strength;
                vector
            }
            Signals::Dense(rows) => rows.row(k).to_owned(),
        }
    }

    /// K.
    pub fn classes(&self) -> usize {
        match self {
            Signals::Basis { classes, .. } => *classes,
            Signals::Dense(rows) => rows.nrows(),
        }
    }

    // Takes out of `x` what lies along the signals.
    fn project_off(&self, x: &mut [f64]) {
        match self {
            Signals::Basis { classes, .. } => x[..*classes].fill(0.0),
            Signals::Dense(rows) => {
                for signal in rows.rows() {
                    let along = signal.iter().zip(&*x).map(|(s, x)| s * x).sum::<f64>() / signal.dot(&signal);
                    x.iter_mut().zip(signal).for_each(|(x, s)| *x -= along * s);
                }
            }
        }
    }
}

/// Samples of the law.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchSample {
    /// Class of every sample, below K.
    pub labels: Vec<usize>,
    /// Noise patch of every sample; (n, d).
    pub noise: Array2<f64>,
    /// The K signals.
    pub signals: Signals,
    /// Whether the signal is the first of a sample's two patches. The network does not see it.
    pub signal_first: Vec<bool>,
}

impl PatchSample {
    /// n.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The two patches of sample i, in the order in which they were drawn.
    pub fn patches(&self, i: usize) -> [Array1<f64>; 2] {
        let (signal, noise) = (self.signals.vector(self.labels[i]), self.noise.row(i).to_owned());
        if self.signal_first[i] { [signal, noise] } else { [noise, signal] }
    }
}

impl PatchLaw {
    /// The signals of one replica.
    pub fn signals(&self, key: &Key) -> Signals {
        let (classes, dimension, strength) = (self.classes, self.dimension, self.signal);
        match self.signal_law {
            SignalLaw::Basis => Signals::Basis { strength, classes, dimension },
            SignalLaw::Rotated => {
                let mut rng = key.child("signals").rng();
                let mut rows = Array2::from_shape_simple_fn((classes, dimension), || rng.sample(StandardNormal));
                orthonormalise(&mut rows);
                Signals::Dense(rows * strength)
            }
        }
    }

    /// n samples around the given signals.
    pub fn sample(&self, signals: &Signals, n: usize, labels: Labels, key: &Key) -> PatchSample {
        self.stream(signals, labels, key).sample(n)
    }

    /// The same samples, a few at a time: a test set need not lie in memory.
    pub fn stream<'a>(&self, signals: &'a Signals, labels: Labels, key: &Key) -> PatchStream<'a> {
        let rng = |purpose| key.child(purpose).rng();
        let (label, position, noise) = (rng("labels"), rng("position"), rng("noise"));
        PatchStream { law: *self, signals, labels, next: 0, label, position, noise }
    }

    /// The rate of `schedule = "adaptive"`: rate / max(mu^2 [some kept entry lies on a signal], sigma_n^2 keep d).
    ///
    /// `mask`: (K, m, d). The first term is the curvature along a signal, the second that along a masked noise patch: where
    /// no entry sees a signal, noise alone limits the step (trap T5 of the theory sheet).
    pub fn adaptive_rate(&self, rate: f64, keep: KeepFraction, mask: &Mask) -> f64 {
        let seen = match self.signal_law {
            SignalLaw::Basis => self.classes,
            SignalLaw::Rotated => self.dimension,
        };
        let sees_signal = mask.indices().any(|index| index % self.dimension < seen);
        let signal = if sees_signal { self.signal * self.signal } else { 0.0 };
        let curvature = signal.max(self.noise * self.noise * keep.get() * self.dimension as f64);
        if curvature > 0.0 { rate / curvature } else { rate }
    }
}

/// Samples of the law, a few at a time.
#[derive(Clone, Debug)]
pub struct PatchStream<'a> {
    law: PatchLaw,
    signals: &'a Signals,
    labels: Labels,
    next: usize,
    label: ChaCha8Rng,
    position: ChaCha8Rng,
    noise: ChaCha8Rng,
}

impl PatchStream<'_> {
    /// The next n samples.
    pub fn sample(&mut self, n: usize) -> PatchSample {
        let mut sample = PatchSample {
            labels: Vec::with_capacity(n),
            noise: Array2::zeros((n, self.law.dimension)),
            signals: self.signals.clone(),
            signal_first: Vec::with_capacity(n),
        };
        for mut row in sample.noise.rows_mut() {
            let (label, signal_first) = self.draw(row.as_slice_mut().expect("rows are contiguous"));
            sample.labels.push(label);
            sample.signal_first.push(signal_first);
        }
        sample
    }

    // Writes the next sample's noise (length d) and returns its label and whether its signal comes first.
    fn draw(&mut self, noise: &mut [f64]) -> (usize, bool) {
        let label = match self.labels {
            Labels::Balanced => self.next % self.law.classes,
            Labels::Uniform => self.label.random_range(0..self.law.classes),
        };
        self.next += 1;
        noise.fill_with(|| self.noise.sample(StandardNormal));
        if self.law.noise_law == NoiseLaw::Orthogonal {
            self.signals.project_off(noise);
        }
        noise.iter_mut().for_each(|x| *x *= self.law.noise);
        (label, self.position.random())
    }
}

// Gram-Schmidt, twice over: the second pass removes what rounding left of the first.
fn orthonormalise(rows: &mut Array2<f64>) {
    for k in 0..rows.nrows() {
        for _ in 0..2 {
            for earlier in 0..k {
                let (before, mut row) = rows.multi_slice_mut((ndarray::s![earlier, ..], ndarray::s![k, ..]));
                let along = dot(before.view(), row.view());
                row.scaled_add(-along, &before);
            }
        }
        let mut row = rows.row_mut(k);
        let length = dot(row.view(), row.view()).sqrt();
        row /= length;
    }
}

// In index order: the result must not depend on how a library blocks its sums.
fn dot(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAW: PatchLaw = PatchLaw {
        classes: 3,
        dimension: 12,
        signal: 2.0,
        noise: 0.5,
        signal_law: SignalLaw::Basis,
        noise_law: NoiseLaw::Full,
    };

    fn draw(law: PatchLaw, n: usize, labels: Labels) -> PatchSample {
        let key = Key::root("patches").child("data");
        law.sample(&law.signals(&key), n, labels, &key)
    }

    #[test]
    fn noise_levels_share_their_standard_draws() {
        let (a, b) = (draw(LAW, 5, Labels::Uniform), draw(PatchLaw { noise: 1.0, ..LAW }, 5, Labels::Uniform));
        assert_eq!(a.noise, &b.noise * 0.5);
        assert_eq!((a.labels, a.signal_first), (b.labels, b.signal_first));
    }

    #[test]
    fn the_first_samples_of_a_larger_sample_are_the_smaller_one() {
        let (small, large) = (draw(LAW, 4, Labels::Uniform), draw(LAW, 9, Labels::Uniform));
        assert_eq!(small.noise, large.noise.slice(ndarray::s![..4, ..]));
        assert_eq!(small.labels[..], large.labels[..4]);
    }

    #[test]
    fn orthogonal_noise_misses_every_signal() {
        for signal_law in [SignalLaw::Basis, SignalLaw::Rotated] {
            let sample = draw(PatchLaw { signal_law, noise_law: NoiseLaw::Orthogonal, ..LAW }, 6, Labels::Balanced);
            for k in 0..3 {
                let signal = sample.signals.vector(k);
                assert!(sample.noise.rows().into_iter().all(|xi| dot(xi, signal.view()).abs() < 1e-14));
            }
        }
    }

    #[test]
    fn rotated_signals_are_orthogonal_and_of_length_mu() {
        let sample = draw(PatchLaw { signal_law: SignalLaw::Rotated, ..LAW }, 1, Labels::Balanced);
        for (a, b) in [(0, 0), (0, 1), (1, 1), (1, 2), (0, 2), (2, 2)] {
            let product = dot(sample.signals.vector(a).view(), sample.signals.vector(b).view());
            assert!((product - if a == b { 4.0 } else { 0.0 }).abs() < 1e-13, "{a} {b} {product}");
        }
    }

    #[test]
    fn labels_follow_their_law() {
        assert_eq!(draw(LAW, 7, Labels::Balanced).labels, [0, 1, 2, 0, 1, 2, 0]);
        let uniform = draw(LAW, 3000, Labels::Uniform).labels;
        let first = uniform.iter().filter(|label| **label == 0).count();
        // 1000 +- 5.5 standard deviations of a binomial: false alarm below 1e-7.
        assert!((first as f64 - 1000.0).abs() < 5.5 * (3000.0f64 * 2.0 / 9.0).sqrt());
        assert!(uniform.iter().all(|label| *label < 3));
    }

    #[test]
    fn the_patch_order_is_kept_but_a_sample_has_one_of_each() {
        let sample = draw(LAW, 20, Labels::Uniform);
        assert!(sample.signal_first.iter().any(|first| *first) && !sample.signal_first.iter().all(|first| *first));
        for i in 0..20 {
            let [a, b] = sample.patches(i);
            let (signal, noise) = if sample.signal_first[i] { (a, b) } else { (b, a) };
            assert_eq!(signal, sample.signals.vector(sample.labels[i]));
            assert_eq!(noise, sample.noise.row(i));
        }
    }

    #[test]
    fn the_adaptive_rate_sees_whether_a_signal_survives() {
        let keep = KeepFraction::new(0.5).unwrap();
        let with = |entries: &[[usize; 3]]| {
            Mask::from_indices(&[3, 2, 12], entries.iter().map(|[k, r, j]| (k * 2 + r) * 12 + j))
        };
        // sigma_n^2 keep d = 0.25 * 0.5 * 12 = 1.5; mu^2 = 4.
        assert_eq!(LAW.adaptive_rate(3.0, keep, &with(&[[1, 1, 7]])), 2.0);
        assert_eq!(LAW.adaptive_rate(3.0, keep, &with(&[[0, 1, 2], [1, 1, 7]])), 0.75);
    }
}
