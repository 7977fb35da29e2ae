//! # Weights are initialization, signals and noises at every step
//!
//! Under full-batch gradient descent on the masked patch network, every weight vector stays its initial value plus a
//! combination of the masked signals and the masked noises of the training set; the coefficients follow from residuals
//! and pre-activations alone.
//!
//! ## Source
//! arXiv 2301.00335 (JMLR 26(84), 2025), Def. 14; here in the form of one coefficient zeta of both signs, and derived for
//! any loss and any q >= 1. `yang2025random`.
//!
//! ## Symbols
//! w_kr: weights of neuron r of head k, masked; m_kr its mask; gamma_krc, zeta_kri: coefficients; eta: rate; l'_ki:
//! derivative of the loss of sample i in output k. The rest stands on the card.
//!
//! ## Assumptions
//! 1. Full-batch gradient descent: the update is -eta times the gradient of the mean loss. Adam is outside.
//! 2. The mask is fixed and the outer weights are ones.
//!
//! ## Identity
//! w_kr(t) = w_kr(0) + sum_c gamma_krc (mu_c o m_kr) / mu^2 + sum_i zeta_kri (xi_i o m_kr) / |xi_i o m_kr|^2 with
//! d zeta_kri = -(eta/n) l'_ki s'(<w_kr, xi_i>) |xi_i o m_kr|^2 and
//! d gamma_krc = -eta mu^2 s'(<w_kr, mu_c>) (1/n) sum_{i: y_i = c} l'_ki. For a signal on one coordinate that the mask
//! removes, <w, mu_c> = 0 and gamma stays 0.
//!
//! ## Checked here
//! The identity at every step, basis and rotated signals, q = 1, 2, 3, keep fractions from nearly nothing to all.
//!
//! ## Not checked here
//! Signs and sizes of the coefficients.
//!
//! ## Gaps to the paper
//! The paper splits zeta into a positive and a negative part. Where a mask removes all of a noise vector, its direction
//! is 0/0 and its coefficient 0: such vectors occur at the smallest keep fraction here.

use super::trial::{Start, recipe, start};
use super::{CLASSES, DIMENSION, KEEP, NEURONS, NOISE, PAPER, POWER, SAMPLES, SIGNAL, SUBJECT};
use crate::limit::Limit;
use crate::point::points;
use crate::{
    Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Replicas, Symbol, Trial, TrialError,
};
use ndarray::{Array1, Array2, Array3, ArrayView1, s};
use prunelaw_engine::data::patches::PatchSample;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::mask::Mask;
use prunelaw_engine::network::patch::{PatchNet, PatchObjective};
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Assignment, Domain, Field, Schema, Settings};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row, Table};
use prunelaw_engine::training::{Optimizer, Step, train};

/// Largest relative error that counts as rounding.
const TOLERANCE: f64 = 1e-10;

static CARD: Card = Card {
    id: "signal_noise_decomposition",
    was: None,
    subject: &SUBJECT,
    class: Class::Exact,
    says: "weights = init + sum gamma mu + sum zeta xi at every step",
    statement: "Under full-batch gradient descent on the masked patch network every weight vector is, at every step, \
                its initial value plus a combination of the masked signals and of the masked training noises, whose \
                coefficients are driven by residuals and pre-activations alone.",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), Def. 14",
    reference: PAPER,
    provenance: Provenance::Derived,
    symbols: &[
        CLASSES,
        NEURONS,
        DIMENSION,
        SAMPLES,
        KEEP,
        POWER,
        SIGNAL,
        NOISE,
        Symbol { letter: "gamma_krc", name: "gamma", meaning: "signal coefficients; (K, m, K)" },
        Symbol { letter: "zeta_kri", name: "zeta", meaning: "noise coefficients; (K, m, n)" },
        Symbol { letter: "eta", name: "rate", meaning: "learning rate; 1/step, above 0" },
    ],
    assumptions: &[
        Assumption { name: "gradient descent", says: "the update is -eta times the gradient of the mean loss" },
        Assumption { name: "fixed mask", says: "the mask is drawn once, and the outer weights are ones" },
    ],
    bound: "w(t) = w(0) + sum_c gamma_c (mu_c o m)/mu^2 + sum_i zeta_i (xi_i o m)/|xi_i o m|^2; equality to 1e-10, \
            relative to |w(t)|; no constant enters",
    checked: &[
        "the identity at every step for every neuron, in f64, with increments taken from residuals and pre-activations",
        "keep fractions 1, 0.3, 0.1 and 0.02 (where whole noise vectors are masked away), q = 1, 2, 3, basis and \
         rotated signals",
    ],
    not_checked: &[
        "signs and growth of the coefficients",
        "trained outer weights, stochastic gradients, momentum and weight decay",
    ],
    gaps: &[
        "the paper writes two coefficients, zeta >= 0 for the own class and omega <= 0 otherwise; here one of both signs",
        "Def. 14 is stated for basis signals and q > 2; the identity needs neither",
    ],
    power: "no chance enters: one replica beyond rounding refutes",
    about: "the floating-point program, in f64; rounding is part of the tolerance",
    protocol: 1,
};

static FIELDS: [Field; 13] = [
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

static SCHEMA: Schema = Schema { when: "the trials of signal_noise_decomposition", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 5] = [
    Column::real("defect", "1", "largest |w - decomposition| / |w| over steps and neurons"),
    Column::real("unmasked_defect", "1", "the same with noise directions that the mask has not touched"),
    Column::integer("emptied_noises", "vectors", "masked noise vectors without a single entry, over all neurons"),
    Column::real("first_loss", "nats", "training loss at the initial weights"),
    Column::real("last_loss", "nats", "training loss at the final weights"),
];

/// The coefficients of the decomposition, updated step by step.
struct Decomposition {
    /// w(0), masked; (K, m, d).
    start: Array3<f64>,
    /// The mask as 0 and 1; (K, m, d).
    mask: Array3<f64>,
    /// mu_c; (K, d).
    signals: Array2<f64>,
    /// xi_i; (n, d).
    noises: Array2<f64>,
    labels: Vec<usize>,
    power: f64,
    /// gamma; (K, m, K).
    gamma: Array3<f64>,
    /// zeta; (K, m, n).
    zeta: Array3<f64>,
}

impl Decomposition {
    fn of(start: &PatchNet<f64>, mask: &Mask, sample: &PatchSample) -> Decomposition {
        let (classes, neurons, dimension) = start.w.dim();
        let signals = Array2::from_shape_fn((classes, dimension), |(c, j)| sample.signals.vector(c)[j]);
        let kept = |(k, r, j)| f64::from(u8::from(mask.keeps((k * neurons + r) * dimension + j)));
        let mask = Array3::from_shape_fn(start.w.dim(), kept);
        Decomposition {
            start: &start.w * &mask,
            mask,
            signals,
            noises: sample.noise.clone(),
            labels: sample.labels.clone(),
            power: start.power,
            gamma: Array3::zeros((classes, neurons, classes)),
            zeta: Array3::zeros((classes, neurons, sample.len())),
        }
    }

    /// (k, r) of every neuron.
    fn neurons(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (classes, neurons, _) = self.start.dim();
        (0..classes).flat_map(move |k| (0..neurons).map(move |r| (k, r)))
    }

    fn masked(&self, vector: ArrayView1<'_, f64>, (k, r): (usize, usize)) -> Array1<f64> {
        &vector * &self.mask.slice(s![k, r, ..])
    }

    /// Adds the increments of one step of length `rate`: residuals (K, n), pre-activations (K, m, n + K).
    fn advance(&mut self, rate: f64, residuals: &Array2<f64>, preactivations: &Array3<f64>) {
        let n = self.labels.len();
        let slope = |z: f64| if z > 0.0 { self.power * z.powf(self.power - 1.0) } else { 0.0 };
        for (k, r) in self.neurons() {
            for i in 0..n {
                let length = self.masked(self.noises.row(i), (k, r)).pow2().sum();
                let pull = residuals[[k, i]] * slope(preactivations[[k, r, i]]);
                self.zeta[[k, r, i]] -= rate / n as f64 * pull * length;
            }
            for c in 0..self.signals.nrows() {
                let own = (0..n).filter(|i| self.labels[*i] == c).map(|i| residuals[[k, i]]).sum::<f64>();
                let strength = self.signals.row(c).pow2().sum();
                self.gamma[[k, r, c]] -= rate * strength * slope(preactivations[[k, r, n + c]]) * own / n as f64;
            }
        }
    }

    /// w(t) of one neuron as the decomposition has it; `masked` says whether noise directions are masked.
    fn weights(&self, (k, r): (usize, usize), masked: bool) -> Array1<f64> {
        let mut w = self.start.slice(s![k, r, ..]).to_owned();
        for (c, signal) in self.signals.rows().into_iter().enumerate() {
            let direction = self.masked(signal, (k, r)) / signal.pow2().sum();
            w.scaled_add(self.gamma[[k, r, c]], &direction);
        }
        for (i, noise) in self.noises.rows().into_iter().enumerate() {
            let kept = self.masked(noise, (k, r));
            let length = kept.pow2().sum();
            // A noise vector that the mask removes has no direction, and its coefficient never leaves 0.
            if length > 0.0 {
                let direction = if masked { kept } else { noise.to_owned() };
                w.scaled_add(self.zeta[[k, r, i]] / length, &direction);
            }
        }
        w
    }

    /// Largest |w - decomposition| / |w| over the neurons that have a weight at all.
    fn defect(&self, w: &Array3<f64>, masked: bool) -> f64 {
        let of = |neuron: (usize, usize)| {
            let found = w.slice(s![neuron.0, neuron.1, ..]);
            let (error, size) = ((&self.weights(neuron, masked) - &found).pow2().sum(), found.pow2().sum());
            if error == 0.0 { 0.0 } else { (error / size).sqrt() }
        };
        self.neurons().map(of).fold(0.0, larger)
    }

    fn emptied(&self) -> usize {
        let empty = |(neuron, i)| self.masked(self.noises.row(i), neuron).iter().all(|x| *x == 0.0);
        self.neurons()
            .flat_map(|neuron| (0..self.labels.len()).map(move |i| (neuron, i)))
            .filter(|at| empty(*at))
            .count()
    }
}

/// The larger of two numbers; NaN if one is.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let Start { sample, mask, net, mut objective } = start(settings, key)?;
    let mut theta = objective.pack(&net);
    let mut decomposition = Decomposition::of(&net, &mask, &sample);
    let (mut defect, mut unmasked, mut first) = (0.0, 0.0, None);
    let mut observer = |step: &Step<'_, f64>, objective: &PatchObjective<f64>| {
        let w = objective.unpack(step.theta).w;
        defect = larger(defect, decomposition.defect(&w, true));
        unmasked = larger(unmasked, decomposition.defect(&w, false));
        first.get_or_insert(step.evaluation.loss);
        decomposition.advance(step.rate, &objective.residuals(), &objective.preactivations());
    };
    let optimizer = match settings.text("optimizer") {
        "adam" => Optimizer::Adam { batch: sample.len() },
        _ => Optimizer::Gd,
    };
    let recipe = recipe(settings, optimizer);
    let trained = train(&mut objective, &mut theta, &recipe, &key.child("order"), &mut observer, &Stop::new());
    let trained = trained.ok_or_else(|| TrialError("training was cut short".to_owned()))?;
    Ok(vec![
        defect.into(),
        unmasked.into(),
        decomposition.emptied().into(),
        first.unwrap_or(f64::NAN).into(),
        trained.last.loss.into(),
    ])
}

/// The claim, or its false sibling, which leaves the mask out of the noise directions.
#[derive(Debug)]
pub struct SignalNoiseDecomposition {
    column: &'static str,
}

/// The claim.
pub static CLAIM: SignalNoiseDecomposition = SignalNoiseDecomposition { column: "defect" };
static FALSE: SignalNoiseDecomposition = SignalNoiseDecomposition { column: "unmasked_defect" };

impl Claim for SignalNoiseDecomposition {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 2,
            Effort::Normal => 10,
            Effort::Paper => 50,
        };
        let trial = |settings: &[(&str, &str)]| {
            Evidence::Trial(Trial {
                schema: &SCHEMA,
                settings: settings.iter().map(|(key, value)| Assignment::own(key, *value)).collect(),
                columns: &COLUMNS,
                replicas: Replicas::Fixed(replicas),
                one,
            })
        };
        vec![
            trial(&[("keep", "0.02,0.1,0.3,1"), ("power", "1,2,3"), ("signal_law", "basis,rotated")]),
            trial(&[("optimizer", "adam"), ("rate", "0.01")]),
        ]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let limit = Limit { version: "as stated", ours: true, column: self.column, limit: TOLERANCE };
        let descent =
            |optimizer: String| if optimizer == "gd" { Vec::new() } else { vec!["gradient descent".to_owned()] };
        seen.iter().flat_map(points).map(|point| limit.judge(&point, descent(point.word("optimizer")))).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_that_a_dropped_mask_brings_back_are_seen() {
        let request = prunelaw_engine::settings::Request::resolve(&SCHEMA, &[], &[]).unwrap();
        let start = start(&request.cells()[0], &Key::root("dropped mask").replica(0)).unwrap();
        let decomposition = Decomposition::of(&start.net, &start.mask, &start.sample);
        let theta = start.objective.pack(&start.net);
        assert_eq!(decomposition.defect(&start.objective.unpack(&theta).w, true), 0.0);
        // The same network with the pruned weights in it.
        assert!(decomposition.defect(&start.net.w, true) > 0.1);
    }
}
