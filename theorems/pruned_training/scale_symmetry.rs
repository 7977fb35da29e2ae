//! # Rescaling data, weights and rate together leaves every output unchanged
//!
//! Signal and noise times c, weights divided by c and rate divided by c^2 give the same outputs at every step of gradient
//! descent. So one may set mu = 1, and only SNR, sigma_0 mu and eta mu^2 matter.
//!
//! ## Source
//! Derived here for the model of arXiv 2301.00335 (JMLR 26(84), 2025), sec. 2. `yang2025random`.
//!
//! ## Symbols
//! c: the factor. The rest stands on the card.
//!
//! ## Assumptions
//! 1. Full-batch gradient descent without weight decay.
//! 2. For factors that are no powers of two: training is not chaotic, so that rounding stays rounding.
//!
//! ## Identity
//! <w/c, c x> = <w, x>; the gradient in w/c is c times that in w, and eta/c^2 times it is 1/c times the step.
//!
//! ## Checked here
//! Outputs on the training samples at every step: bit for bit for powers of two, to 1e-10 for other factors.
//!
//! ## Not checked here
//! Other precisions.
//!
//! ## Gaps to the paper
//! The paper fixes mu = Theta(1) and keeps the letter.

use super::decomposition::larger;
use super::trial::{Start, recipe, start};
use super::{CLASSES, DIMENSION, KEEP, NEURONS, NOISE, PAPER, POWER, SAMPLES, SIGNAL, SUBJECT};
use crate::limit::Limit;
use crate::point::{Point, points};
use crate::{
    Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Replicas, Symbol, Trial, TrialError,
};
use ndarray::Array2;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::network::patch::PatchObjective;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Assignment, Field, Schema, Settings, Value};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row, Table};
use prunelaw_engine::training::{Optimizer, Step, train};

/// Largest relative difference that counts as rounding, for factors that are no powers of two.
const TOLERANCE: f64 = 1e-10;

static CARD: Card = Card {
    id: "scale_symmetry",
    was: None,
    subject: &SUBJECT,
    class: Class::Exact,
    says: "xi, mu, W, eta rescaled leave F unchanged at each step",
    statement: "If signal and noise are multiplied by c, all weights divided by c and the learning rate divided by c^2, \
                full-batch gradient descent on the masked patch network gives the same outputs at every step.",
    source: "derived here for the model of arXiv 2301.00335 (JMLR 26(84), 2025), sec. 2",
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
        Symbol { letter: "c", name: "factor", meaning: "factor on signal and noise; above 0" },
        Symbol { letter: "eta", name: "rate", meaning: "learning rate; 1/step, above 0" },
        Symbol { letter: "F", name: "outputs", meaning: "outputs on the training samples; (K, n)" },
    ],
    assumptions: &[
        Assumption { name: "gradient descent", says: "the update is -eta times the gradient of the mean loss" },
        Assumption {
            name: "not chaotic",
            says: "rounding is not amplified; powers of two do not round and need it not",
        },
    ],
    bound: "F at every step is the same with (c mu, c xi, w/c, eta/c^2) as with (mu, xi, w, eta): bit for bit for powers \
            of two, else to 1e-10 of the largest |F| of the step",
    checked: &[
        "factors 0.25, 2 and 1024, bit for bit",
        "factors 0.1, 3 and 1000 to 1e-10, where the rate is small enough for the loss to fall steadily",
        "keep fractions 0.1 and 1, q = 1, 2, 3, basis and rotated signals",
    ],
    not_checked: &["f32", "rates at which training is chaotic, with factors that are no powers of two"],
    gaps: &["the paper does not state it; its Condition 2 fixes mu = Theta(1)"],
    power: "no chance enters: one replica beyond rounding refutes",
    about: "the floating-point program, in f64; rounding is part of the tolerance",
    protocol: 1,
};

/// c
const FACTOR: Field = Field { name: "factor", symbol: "c", help: "factor on signal and noise", ..field::SIGNAL };

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
    field::KEEP.real(1.0).axis(),
    field::RATE.real(0.03),
    field::STEPS.integer(100),
    FACTOR.real(2.0).axis(),
];

static SCHEMA: Schema = Schema { when: "the trials of scale_symmetry", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 4] = [
    Column::real("difference", "1", "largest |F - F'| over steps and samples, relative to the largest |F| of the step"),
    Column::real("wrong_rate_difference", "1", "the same with eta/c in the place of eta/c^2"),
    Column::real("first_loss", "nats", "training loss at the initial weights"),
    Column::real("last_loss", "nats", "training loss at the final weights"),
];

/// Outputs (K, n) and loss at every step.
fn trajectory(settings: &Settings, key: &Key) -> Result<Vec<(Array2<f64>, f64)>, TrialError> {
    let Start { net, mut objective, .. } = start(settings, key)?;
    let mut theta = objective.pack(&net);
    let mut seen = Vec::new();
    let mut observer = |step: &Step<'_, f64>, objective: &PatchObjective<f64>| {
        seen.push((objective.outputs(), step.evaluation.loss));
    };
    let recipe = recipe(settings, Optimizer::Gd);
    let trained = train(&mut objective, &mut theta, &recipe, &key.child("order"), &mut observer, &Stop::new());
    trained.map(|_| seen).ok_or_else(|| TrialError("training was cut short".to_owned()))
}

/// The cell with signal and noise times c, weights divided by c and the rate by `slowdown`.
fn rescaled(settings: &Settings, c: f64, slowdown: f64) -> Settings {
    let change = |settings: Settings, name: &str, factor: f64, divisor: f64| {
        settings.with(name, Value::Real(settings.real(name) * factor / divisor))
    };
    let data = change(change(settings.clone(), "signal", c, 1.0), "noise", c, 1.0);
    change(change(data, "init_scale", 1.0, c), "rate", 1.0, slowdown)
}

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let c = settings.real("factor");
    let plain = trajectory(settings, key)?;
    let against = |slowdown: f64| -> Result<f64, TrialError> {
        Ok(difference(&plain, &trajectory(&rescaled(settings, c, slowdown), key)?))
    };
    let loss = |at: Option<&(Array2<f64>, f64)>| at.map_or(f64::NAN, |(_, loss)| *loss);
    Ok(vec![against(c * c)?.into(), against(c)?.into(), loss(plain.first()).into(), loss(plain.last()).into()])
}

/// The largest difference of outputs over all steps, relative to the largest output of its step; NaN if `plain` is not
/// finite.
///
/// Where the other training is not finite, or ends early because of that, it differs altogether: 1 at least.
fn difference(plain: &[(Array2<f64>, f64)], other: &[(Array2<f64>, f64)]) -> f64 {
    let largest = |f: &Array2<f64>| f.iter().map(|f| f.abs()).fold(0.0, larger);
    let of = |(a, b): (&(Array2<f64>, f64), &(Array2<f64>, f64))| {
        let (size, apart) = (largest(&a.0), largest(&(&a.0 - &b.0)));
        match apart {
            0.0 => 0.0,
            _ if !size.is_finite() => f64::NAN,
            _ if !apart.is_finite() => 1.0,
            _ => apart / size,
        }
    };
    let together = plain.iter().zip(other).map(of).fold(0.0, larger);
    if plain.len() == other.len() { together } else { larger(together, 1.0) }
}

/// The identity, or its false sibling, which divides the rate by c only.
#[derive(Debug)]
pub struct ScaleSymmetry {
    column: &'static str,
}

/// The claim.
pub static CLAIM: ScaleSymmetry = ScaleSymmetry { column: "difference" };
static FALSE: ScaleSymmetry = ScaleSymmetry { column: "wrong_rate_difference" };

impl ScaleSymmetry {
    fn finding(&self, point: &Point<'_>) -> Finding {
        let (version, limit) = if power_of_two(point.number("factor")) {
            ("powers of two, bit for bit", 0.0)
        } else {
            ("any factor, to rounding", TOLERANCE)
        };
        Limit { version, ours: true, column: self.column, limit }.judge(point, Vec::new())
    }
}

/// Whether the mantissa of a positive normal number is 1.
fn power_of_two(c: f64) -> bool {
    c.to_bits() & ((1 << 52) - 1) == 0
}

impl Claim for ScaleSymmetry {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 2,
            Effort::Normal => 10,
            Effort::Paper => 50,
        };
        let settings = [
            ("factor", "0.1,0.25,2,3,1000,1024"),
            ("keep", "0.1,1"),
            ("power", "1,2,3"),
            ("signal_law", "basis,rotated"),
        ];
        vec![Evidence::Trial(Trial {
            schema: &SCHEMA,
            settings: settings.iter().map(|(key, value)| Assignment::own(key, *value)).collect(),
            columns: &COLUMNS,
            replicas: Replicas::Fixed(replicas),
            one,
        })]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        seen.iter().flat_map(points).map(|point| self.finding(&point)).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::slice::from_ref;

    #[test]
    fn powers_of_two_are_told_from_other_factors() {
        assert!([0.25, 1.0, 2.0, 1024.0].into_iter().all(power_of_two));
        assert!(![0.1, 3.0, 1000.0].into_iter().any(power_of_two));
    }

    #[test]
    fn a_training_that_ends_early_differs() {
        let step = (Array2::from_elem((1, 1), 2.0), 0.0);
        assert_eq!(difference(&[step.clone(), step.clone()], from_ref(&step)), 1.0);
        assert_eq!(difference(from_ref(&step), &[(Array2::from_elem((1, 1), 1.0), 0.0)]), 0.5);
    }
}
