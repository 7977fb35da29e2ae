//! # Every coefficient of a signal or a noise moves in one direction only
//!
//! In the decomposition of the weights into initialization, signals and noises, the coefficient of a head's own signal and
//! those of the noises of its own class never fall, and those of all other signals and noises never rise.
//!
//! ## Source
//! arXiv 2301.00335 (JMLR 26(84), 2025), Def. 14, where zeta >= 0 grows and omega <= 0 falls; the sign of gamma is derived
//! here. `yang2025random`.
//!
//! ## Symbols
//! gamma_krc, zeta_kri: coefficients of [`signal_noise_decomposition`](super::signal_noise_decomposition). The rest stands
//! on the card.
//!
//! ## Assumptions
//! 1. Full-batch gradient descent on the softmax cross-entropy. Adam is outside.
//! 2. s does not decrease, as s(z) = max(0, z)^q for q >= 1.
//!
//! ## Law
//! The increments are -eta l'_ki s'(.) times something not negative; s' >= 0, and l'_ki = softmax_k - 1[k = y_i] is at
//! most 0 for k = y_i and at least 0 otherwise. No constant enters, and rounding changes no sign.
//!
//! ## Checked here
//! That no coefficient ever moves the wrong way, and that the coefficients are those of the trained weights.
//!
//! ## Not checked here
//! How far the coefficients grow.
//!
//! ## Gaps to the paper
//! The law is one of gamma and not of the correlation <w_kr, mu_c>: noise moves the signal's coordinates too. The false
//! sibling makes that mistake.

use super::decomposition::{FIELDS, follow, larger, outside_descent};
use super::{CLASSES, DIMENSION, KEEP, NEURONS, NOISE, PAPER, POWER, SAMPLES, SIGNAL, SUBJECT};
use crate::limit::Limit;
use crate::point::points;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use ndarray::{Array3, s};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::{Schema, Settings};
use prunelaw_engine::table::{Column, Row, Table};

/// Largest share of wrong-way movement, and largest relative error of the decomposition, that counts as rounding.
const TOLERANCE: f64 = 1e-10;

static CARD: Card = Card {
    id: "signal_noise_signs_monotone",
    was: None,
    subject: &SUBJECT,
    class: Class::Exact,
    says: "zeta and gamma move in one direction only",
    statement: "Under full-batch gradient descent on the cross-entropy of the masked patch network, gamma_krc never falls \
                if c = k and never rises otherwise, and zeta_kri never falls if sample i is of class k and never rises \
                otherwise.",
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
    ],
    assumptions: &[
        Assumption {
            name: "gradient descent",
            says: "the update is -eta times the gradient of the mean cross-entropy",
        },
        Assumption { name: "fixed mask", says: "the mask is drawn once, and the outer weights are ones" },
    ],
    bound: "d gamma_krc (2 [c = k] - 1) >= 0 and d zeta_kri (2 [y_i = k] - 1) >= 0 at every step, to 1e-10 of the distance \
            that the coefficients travel; no constant enters",
    checked: &[
        "the share of wrong-way movement, summed over all coefficients and steps",
        "that these coefficients rebuild the trained weights, to 1e-10, so that the signs are those of the weights",
        "keep fractions 1, 0.3, 0.1 and 0.02, q = 1, 2, 3, basis and rotated signals",
    ],
    not_checked: &[
        "how far the coefficients grow (Lemma 24)",
        "other losses, stochastic gradients, trained outer weights",
    ],
    gaps: &[
        "the paper writes two coefficients of noise, one of each sign; here one of both signs",
        "the law does not hold for the correlations <w_kr, mu_c>, which noise moves either way",
    ],
    power: "no chance enters: one replica beyond rounding refutes",
    about: "the floating-point program, in f64; rounding is part of the tolerance",
    protocol: 2,
};

static SCHEMA: Schema = Schema { when: "the trials of signal_noise_signs_monotone", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 4] = [
    Column::real("backward", "1", "share of the movement of gamma and zeta that goes the wrong way"),
    Column::real("correlation_backward", "1", "the same for the correlations <w, mu_c> in the place of gamma and zeta"),
    Column::real("distance", "1", "distance that all gamma and zeta travel"),
    Column::real("defect", "1", "largest |w - decomposition| / max(|w|, |w(0)|) over steps and neurons"),
];

/// Distance travelled by coefficients, and the part of it against their direction.
#[derive(Default)]
struct Travel {
    all: f64,
    wrong: f64,
}

impl Travel {
    fn go(&mut self, change: f64, upward: bool) {
        self.all += change.abs();
        self.wrong += if upward { (-change).max(0.0) } else { change.max(0.0) };
    }

    /// The share that went the wrong way; 0 where nothing moved.
    fn share(&self) -> f64 {
        if self.all == 0.0 { 0.0 } else { self.wrong / self.all }
    }
}

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let (mut coefficients, mut correlations, mut defect) = (Travel::default(), Travel::default(), 0.0);
    // gamma, zeta and <w, mu_c> at the step before.
    let mut before: Option<[Array3<f64>; 3]> = None;
    follow(settings, key, |step, objective, decomposition| {
        let preactivations = objective.preactivations();
        let correlation = preactivations.slice(s![.., .., decomposition.labels.len()..]).to_owned();
        let found = &decomposition.coefficients;
        let now = [found.gamma.clone(), found.zeta.clone(), correlation];
        if let Some([gamma, zeta, correlation]) = &before {
            let own_class = |k: usize, c: usize| c == k;
            let own_sample = |k: usize, i: usize| decomposition.labels[i] == k;
            moved(&mut coefficients, gamma, &now[0], own_class);
            moved(&mut coefficients, zeta, &now[1], own_sample);
            moved(&mut correlations, correlation, &now[2], own_class);
        }
        before = Some(now);
        defect = larger(defect, decomposition.defect(&objective.unpack(step.theta).w, true));
    })?;
    Ok(vec![coefficients.share().into(), correlations.share().into(), coefficients.all.into(), defect.into()])
}

/// Adds one step's movement of coefficients (K, m, .); those of a head's own kind go upward.
fn moved(travel: &mut Travel, from: &Array3<f64>, to: &Array3<f64>, own: impl Fn(usize, usize) -> bool) {
    for ((k, r, x), now) in to.indexed_iter() {
        travel.go(now - from[[k, r, x]], own(k, x));
    }
}

/// The law, or its false sibling, which takes the correlation with a signal for its coefficient.
#[derive(Debug)]
pub struct SignalNoiseSignsMonotone {
    column: &'static str,
}

/// The claim.
pub static CLAIM: SignalNoiseSignsMonotone = SignalNoiseSignsMonotone { column: "backward" };
static FALSE: SignalNoiseSignsMonotone = SignalNoiseSignsMonotone { column: "correlation_backward" };

impl Claim for SignalNoiseSignsMonotone {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 2,
            Effort::Normal => 10,
            Effort::Paper => 50,
        };
        let trial = |settings: &[(&str, &str)]| Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, settings);
        vec![
            trial(&[("keep", "0.02,0.1,0.3,1"), ("power", "1,2,3"), ("signal_law", "basis,rotated")]),
            trial(&[("optimizer", "adam"), ("rate", "0.01")]),
        ]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let limit = |version, column| Limit { version, ours: true, column, limit: TOLERANCE };
        let limits = [limit("as stated", self.column), limit("of the trained weights", "defect")];
        let points: Vec<_> = seen.iter().flat_map(points).collect();
        let at = |limit: &Limit| -> Vec<Finding> {
            points.iter().map(|point| limit.judge(point, outside_descent(point))).collect()
        };
        limits.iter().flat_map(at).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_way_movement_is_counted_and_not_netted() {
        let mut travel = Travel::default();
        for (change, upward) in [(3.0, true), (-1.0, true), (2.0, false), (-2.0, false)] {
            travel.go(change, upward);
        }
        assert_eq!((travel.all, travel.wrong, travel.share()), (8.0, 3.0, 0.375));
        assert_eq!(Travel::default().share(), 0.0);
    }
}
