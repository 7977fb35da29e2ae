//! How far neurons lie along the signals and the noise of the two-patch law (arXiv 2301.00335, Lemmas 4 and 5).
//!
//! Everything is read from the pre-activations of an evaluated objective whose bank is one of the law: no product is
//! taken again.

use crate::network::patch::PatchObjective;
use crate::real::Real;

/// The largest correlation of every class with its signal, and of every sample's class with its noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Alignment {
    /// max_r <w_kr, mu_k>; K.
    pub signal: Vec<f64>,
    /// max_r <w_{y_i r}, xi_i>; n.
    pub noise: Vec<f64>,
}

impl Alignment {
    /// Of an objective that was evaluated on the samples with these labels.
    pub fn of<R: Real>(objective: &PatchObjective<R>, labels: &[usize]) -> Alignment {
        let (classes, neurons, _) = objective.shape();
        let n = labels.len();
        let mut largest = Alignment { signal: vec![f64::NEG_INFINITY; classes], noise: vec![f64::NEG_INFINITY; n] };
        for k in 0..classes {
            for r in 0..neurons {
                let [dense, hot] = objective.neuron(k, r);
                let own = if hot.is_empty() { dense[n + k] } else { hot[k] };
                largest.signal[k] = largest.signal[k].max(own.to_f64());
                // Only the samples of the neuron's own class.
                for ((most, z), _) in largest.noise.iter_mut().zip(dense).zip(labels).filter(|(_, y)| **y == k) {
                    *most = most.max(z.to_f64());
                }
            }
        }
        largest
    }
}

/// max_{k,r} |<w_kr, xi_i>| over all neurons, for each of the `n` samples of an evaluated objective.
pub fn largest_noise<R: Real>(objective: &PatchObjective<R>, n: usize) -> Vec<f64> {
    let (classes, neurons, _) = objective.shape();
    let mut largest = vec![R::ZERO; n];
    for at in 0..classes * neurons {
        let [dense, _] = objective.neuron(at / neurons, at % neurons);
        largest.iter_mut().zip(dense).for_each(|(most, z)| *most = most.max(z.abs()));
    }
    largest.into_iter().map(R::to_f64).collect()
}

/// Root mean square of <w_kr, xi_i> over all neurons and the `n` samples of an evaluated objective; its mean is 0 at
/// initialization, by symmetry.
pub fn noise_spread<R: Real>(objective: &PatchObjective<R>, n: usize) -> f64 {
    let (classes, neurons, _) = objective.shape();
    let squares = |at: usize| {
        let [dense, _] = objective.neuron(at / neurons, at % neurons);
        dense[..n].iter().map(|z| z.to_f64() * z.to_f64()).sum::<f64>()
    };
    let total: f64 = (0..classes * neurons).map(squares).sum();
    (total / (classes * neurons * n) as f64).sqrt()
}

/// When a correlation with the signals, and one with the training noise, first pass 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstPassage {
    /// First step at which that with the signals did, if there was one.
    pub signal: Option<u64>,
    /// First step at which that with the noise did, if there was one.
    pub noise: Option<u64>,
}

impl FirstPassage {
    /// Looks at a step; steps come in order.
    pub fn see(&mut self, step: u64, signal: f64, noise: f64) {
        self.signal = self.signal.or((signal > 1.0).then_some(step));
        self.noise = self.noise.or((noise > 1.0).then_some(step));
    }

    /// Which was first: `"signal"`, `"noise"`, `"both"` at one step, or `"neither"` so far.
    pub fn first(&self) -> &'static str {
        match (self.signal, self.noise) {
            (None, None) => "neither",
            (Some(signal), Some(noise)) if signal == noise => "both",
            (Some(signal), noise) if noise.is_none_or(|noise| signal < noise) => "signal",
            _ => "noise",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::patches::{Labels, NoiseLaw, PatchLaw, SignalLaw};
    use crate::fraction::KeepFraction;
    use crate::key::Key;
    use crate::mask::Mask;
    use crate::network::patch::{Outer, PatchBank, PatchNet};
    use crate::training::{Loss, Objective, Targets};

    #[test]
    fn correlations_are_those_of_plain_products() {
        for signal_law in [SignalLaw::Basis, SignalLaw::Rotated] {
            let law =
                PatchLaw { classes: 3, dimension: 40, signal: 1.5, noise: 0.4, signal_law, noise_law: NoiseLaw::Full };
            let key = Key::root("alignment").replica(0);
            let sample = law.sample(&law.signals(&key), 7, Labels::Balanced, &key.child("data"));
            let shape = [3, 5, 40];
            let mask = Mask::bernoulli(&shape, KeepFraction::new(0.4).unwrap(), &key.child("mask"));
            let net = PatchNet::<f64>::normal((3, 5, 40), 0.3, 3.0, Outer::Ones, &key.child("init"));
            let bank = PatchBank::of_law(&sample);
            let targets = Targets::classes(&sample.labels, 3).unwrap();
            let mut objective = PatchObjective::new(&net, Some(&mask), &bank, targets, Loss::CrossEntropy).unwrap();
            let theta = objective.pack(&net);
            objective.loss(&theta);

            let w = objective.unpack(&theta).w;
            let along = |k: usize, r: usize, x: &ndarray::Array1<f64>| w.slice(ndarray::s![k, r, ..]).dot(x);
            let most = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::NEG_INFINITY, f64::max);
            let all = || (0..3).flat_map(|k| (0..5).map(move |r| (k, r)));
            let found = Alignment::of(&objective, &sample.labels);
            let (fresh, spread) = (largest_noise(&objective, 7), noise_spread(&objective, 7));
            for k in 0..3 {
                let expected = most(&mut (0..5).map(|r| along(k, r, &sample.signals.vector(k))));
                assert!((found.signal[k] - expected).abs() < 1e-12);
            }
            let mut squares = 0.0;
            for i in 0..7 {
                let (xi, y) = (sample.noise.row(i).to_owned(), sample.labels[i]);
                let own = most(&mut (0..5).map(|r| along(y, r, &xi)));
                let any = most(&mut all().map(|(k, r)| along(k, r, &xi).abs()));
                assert!((found.noise[i] - own).abs() < 1e-12 && (fresh[i] - any).abs() < 1e-12);
                squares += all().map(|(k, r)| along(k, r, &xi).powi(2)).sum::<f64>();
            }
            assert!((spread - (squares / 105.0).sqrt()).abs() < 1e-12);
            for ((k, r), norm) in all().zip(objective.norms(&theta)) {
                assert!((norm - w.slice(ndarray::s![k, r, ..]).pow2().sum().sqrt()).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_first_passage_stays_what_it_was() {
        let mut seen = FirstPassage::default();
        let mut labels = Vec::new();
        for (step, (signal, noise)) in [(0.5, 0.5), (0.9, 1.0), (0.9, 1.1), (1.2, 0.3)].into_iter().enumerate() {
            seen.see(step as u64, signal, noise);
            labels.push(seen.first());
        }
        assert_eq!(labels, ["neither", "neither", "noise", "noise"]);
        assert_eq!(seen, FirstPassage { signal: Some(3), noise: Some(2) });
        assert_eq!(FirstPassage { signal: Some(2), noise: Some(2) }.first(), "both");
        assert_eq!(FirstPassage { signal: Some(2), noise: None }.first(), "signal");
    }
}
