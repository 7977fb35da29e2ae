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
//! Sizes of the coefficients; their signs are a claim of their own.
//!
//! ## Gaps to the paper
//! The paper splits zeta into a positive and a negative part. Where a mask removes all of a noise vector, its direction
//! is 0/0 and its coefficient 0: such vectors occur at the smallest keep fraction here.

use super::decomposition::{FIELDS, follow, larger, outside_descent};
use super::{CLASSES, DIMENSION, KEEP, NEURONS, NOISE, PAPER, POWER, SAMPLES, SIGNAL, SUBJECT};
use crate::limit::Limit;
use crate::point::points;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::{Schema, Settings};
use prunelaw_engine::table::{Column, Row, Table};

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
            relative to max(|w(t)|, |w(0)|); no constant enters",
    checked: &[
        "the identity at every step for every neuron, in f64, with increments taken from residuals and pre-activations",
        "keep fractions 1, 0.3, 0.1 and 0.02 (where whole noise vectors are masked away), q = 1, 2, 3, basis and \
         rotated signals",
    ],
    not_checked: &[
        "growth of the coefficients; their signs are a claim of their own",
        "trained outer weights, stochastic gradients, momentum and weight decay",
    ],
    gaps: &[
        "the paper writes two coefficients, zeta >= 0 for the own class and omega <= 0 otherwise; here one of both signs",
        "Def. 14 is stated for basis signals and q > 2; the identity needs neither",
    ],
    power: "no chance enters: one replica beyond rounding refutes",
    about: "the floating-point program, in f64; rounding is part of the tolerance",
    protocol: 3,
};

static SCHEMA: Schema = Schema { when: "the trials of signal_noise_decomposition", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 5] = [
    Column::real("defect", "1", "largest |w - decomposition| / max(|w|, |w(0)|) over steps and neurons"),
    Column::real("unmasked_defect", "1", "the same with noise directions that the mask has not touched"),
    Column::integer("emptied_noises", "vectors", "masked noise vectors without a single entry, over all neurons"),
    Column::real("first_loss", "nats", "training loss at the initial weights"),
    Column::real("last_loss", "nats", "training loss at the final weights"),
];

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let (mut defect, mut unmasked, mut first) = (0.0, 0.0, None);
    let (decomposition, trained) = follow(settings, key, |step, objective, decomposition| {
        let w = objective.unpack(step.theta).w;
        defect = larger(defect, decomposition.defect(&w, true));
        unmasked = larger(unmasked, decomposition.defect(&w, false));
        first.get_or_insert(step.evaluation.loss);
    })?;
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
        let trial = |settings: &[(&str, &str)]| Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, settings);
        vec![
            trial(&[("keep", "0.02,0.1,0.3,1"), ("power", "1,2,3"), ("signal_law", "basis,rotated")]),
            trial(&[("optimizer", "adam"), ("rate", "0.01")]),
        ]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let limit = Limit { version: "as stated", ours: true, column: self.column, limit: TOLERANCE };
        seen.iter().flat_map(points).map(|point| limit.judge(&point, outside_descent(&point))).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
