//! Weights as initialization, signals and noises, recorded step by step: what the claims about the coefficients share.
//!
//! The identity and its symbols stand in [`signal_noise_decomposition`](super::signal_noise_decomposition).

use super::trial::{Start, recipe, start};
use crate::TrialError;
use crate::point::Point;
use ndarray::{Array1, Array2, Array3, ArrayView1, s};
use prunelaw_engine::data::patches::PatchSample;
use prunelaw_engine::key::Key;
use prunelaw_engine::mask::Mask;
use prunelaw_engine::measure::Coefficients;
use prunelaw_engine::network::patch::{PatchNet, PatchObjective};
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Domain, Field, Settings};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::training::{Optimizer, Step, Trained, train};

/// What their trials set.
pub(super) static FIELDS: [Field; 13] = [
    field::CLASSES.integer(3),
    field::NEURONS.integer(6),
    field::DIMENSION.integer(60),
    field::SAMPLES.integer(9),
    field::SIGNAL.real(1.0),
    field::NOISE.by_alias(0.5),
    field::SIGNAL_LAW.axis(),
    field::INIT_SCALE.real(0.3),
    field::POWER.real(3.0).axis(),
    field::KEEP.real(0.3).axis(),
    field::OPTIMIZER.within(Domain::Choice(&["gd", "adam"])).axis(),
    field::RATE.real(0.1),
    field::STEPS.integer(100),
];

/// The decomposition of a network's weights while it trains.
pub(super) struct Decomposition {
    /// w(0), masked; (K, m, d).
    start: Array3<f64>,
    /// The mask as 0 and 1; (K, m, d).
    pub(super) mask: Array3<f64>,
    /// mu_c; (K, d).
    signals: Array2<f64>,
    /// xi_i; (n, d).
    noises: Array2<f64>,
    /// y_i; n.
    pub(super) labels: Vec<usize>,
    /// gamma and zeta, updated step by step.
    pub(super) coefficients: Coefficients,
}

impl Decomposition {
    pub(super) fn of(start: &PatchNet<f64>, mask: &Mask, sample: &PatchSample) -> Decomposition {
        let (classes, neurons, dimension) = start.w.dim();
        let signals = Array2::from_shape_fn((classes, dimension), |(c, j)| sample.signals.vector(c)[j]);
        let coefficients = Coefficients::start(start.power, mask, sample);
        let kept = |(k, r, j)| f64::from(u8::from(mask.keeps((k * neurons + r) * dimension + j)));
        let mask = Array3::from_shape_fn(start.w.dim(), kept);
        Decomposition {
            start: &start.w * &mask,
            mask,
            signals,
            noises: sample.noise.clone(),
            labels: sample.labels.clone(),
            coefficients,
        }
    }

    /// (k, r) of every neuron.
    pub(super) fn neurons(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (classes, neurons, _) = self.start.dim();
        (0..classes).flat_map(move |k| (0..neurons).map(move |r| (k, r)))
    }

    /// Whether the mask leaves a neuron a part of its own class's signal.
    pub(super) fn sees_own_signal(&self, neuron: (usize, usize)) -> bool {
        self.masked(self.signals.row(neuron.0), neuron).iter().any(|x| *x != 0.0)
    }

    fn masked(&self, vector: ArrayView1<'_, f64>, (k, r): (usize, usize)) -> Array1<f64> {
        &vector * &self.mask.slice(s![k, r, ..])
    }

    /// w(t) of one neuron as the decomposition has it; `masked` says whether noise directions are masked.
    fn weights(&self, (k, r): (usize, usize), masked: bool) -> Array1<f64> {
        let mut w = self.start.slice(s![k, r, ..]).to_owned();
        for (c, signal) in self.signals.rows().into_iter().enumerate() {
            let direction = self.masked(signal, (k, r)) / signal.pow2().sum();
            w.scaled_add(self.coefficients.gamma[[k, r, c]], &direction);
        }
        for (i, noise) in self.noises.rows().into_iter().enumerate() {
            let kept = self.masked(noise, (k, r));
            let length = kept.pow2().sum();
            // A noise vector that the mask removes has no direction, and its coefficient never leaves 0.
            if length > 0.0 {
                let direction = if masked { kept } else { noise.to_owned() };
                w.scaled_add(self.coefficients.zeta[[k, r, i]] / length, &direction);
            }
        }
        w
    }

    /// Largest |w - decomposition| / max(|w|, |w(0)|) over the neurons that have a weight at all.
    pub(super) fn defect(&self, w: &Array3<f64>, masked: bool) -> f64 {
        let of = |neuron: (usize, usize)| {
            let found = w.slice(s![neuron.0, neuron.1, ..]);
            let error = (&self.weights(neuron, masked) - &found).pow2().sum();
            // A weight vector that passes near 0 is a difference of larger numbers, whose rounding it inherits.
            let size = larger(found.pow2().sum(), self.start.slice(s![neuron.0, neuron.1, ..]).pow2().sum());
            if error == 0.0 { 0.0 } else { (error / size).sqrt() }
        };
        self.neurons().map(of).fold(0.0, larger)
    }

    pub(super) fn emptied(&self) -> usize {
        let empty = |(neuron, i)| self.masked(self.noises.row(i), neuron).iter().all(|x| *x == 0.0);
        self.neurons()
            .flat_map(|neuron| (0..self.labels.len()).map(move |i| (neuron, i)))
            .filter(|at| empty(*at))
            .count()
    }
}

/// The larger of two numbers; NaN if one is.
pub(super) fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

/// The assumption that fails at a point, if one does: Adam's steps are no combination of signals and noises.
pub(super) fn outside_descent(point: &Point<'_>) -> Vec<String> {
    if point.word("optimizer") == "gd" { Vec::new() } else { vec!["gradient descent".to_owned()] }
}

/// Trains one replica, whose settings are [`FIELDS`]; `look` sees every step before its increments are added.
pub(super) fn follow(
    settings: &Settings,
    key: &Key,
    mut look: impl FnMut(&Step<'_, f64>, &PatchObjective<f64>, &Decomposition),
) -> Result<(Decomposition, Trained), TrialError> {
    let Start { sample, mask, net, mut objective } = start(settings, key)?;
    let mut theta = objective.pack(&net);
    let mut decomposition = Decomposition::of(&net, &mask, &sample);
    let mut observer = |step: &Step<'_, f64>, objective: &PatchObjective<f64>| {
        look(step, objective, &decomposition);
        decomposition.coefficients.advance(step.rate, objective);
    };
    let optimizer = match settings.text("optimizer") {
        "adam" => Optimizer::Adam { batch: sample.len() },
        _ => Optimizer::Gd,
    };
    let recipe = recipe(settings, optimizer);
    let trained = train(&mut objective, &mut theta, &recipe, &key.child("order"), &mut observer, &Stop::new());
    let trained = trained.ok_or_else(|| TrialError("training was cut short".to_owned()))?;
    Ok((decomposition, trained))
}

#[cfg(test)]
mod tests {
    use super::*;
    use prunelaw_engine::settings::{Request, Schema};

    #[test]
    fn weights_that_a_dropped_mask_brings_back_are_seen() {
        static SCHEMA: Schema = Schema { when: "this test", fields: &FIELDS, rules: &[] };
        let request = Request::resolve(&SCHEMA, &[], &[]).unwrap();
        let start = start(&request.cells()[0], &Key::root("dropped mask").replica(0)).unwrap();
        let decomposition = Decomposition::of(&start.net, &start.mask, &start.sample);
        let theta = start.objective.pack(&start.net);
        assert_eq!(decomposition.defect(&start.objective.unpack(&theta).w, true), 0.0);
        // The same network with the pruned weights in it.
        assert!(decomposition.defect(&start.net.w, true) > 0.1);
    }
}
