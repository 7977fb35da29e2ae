//! # Neuron-subnetworks are no stronger than bounded random features
//!
//! Removing whole neurons of a random two-layer network and scaling its output gives a predictor sum_k a_k phi_k on its random
//! features whose coefficients are 0 or one number c. So the best of them, over all subsets and |c| <= C, never has a
//! smaller error than the best predictor with |a_k| <= C on the same features.
//!
//! ## Source
//! arXiv 2002.00585, theorem on neuron-subnetworks; this inequality derived here. `malach2020proving`.
//!
//! ## Symbols
//! phi_k(x) = v_k max(0, u_k x): the random features. The rest stands on the card.
//!
//! ## Assumptions
//! 1. Survivors are not changed: one common scale is all that is added.
//!
//! ## Bound
//! min over |a_k| <= C of the mean squared error <= min over subsets S and |c| <= C, on any inputs and targets.
//!
//! ## Checked here
//! All 2^m subsets with their best scale against the bounded predictor, fitted by itself, from zero.
//!
//! ## Not checked here
//! That the best neuron-subnetwork comes close to the best bounded predictor as m grows, and the lower bounds that follow.
//!
//! ## Gaps to the paper
//! The paper compares expectations over networks; here every single network is compared with itself.

use super::{MALACH, SUBJECT};
use crate::limit::Limit;
use crate::point::points;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::network::init::InitLaw;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Field, Schema, Settings};
use prunelaw_engine::table::{Column, Row, Table};
use prunelaw_engine::ticket::neurons::Moments;

/// C: largest size of a coefficient.
const MOST: f64 = 2.0;
/// Sweeps over the coordinates of the bounded predictor.
const SWEEPS: usize = 2000;
/// What rounding and an unfinished descent may add to a relative error.
const TOLERANCE: f64 = 1e-9;

static CARD: Card = Card {
    id: "neuron_tickets_are_random_features",
    was: None,
    subject: &SUBJECT,
    class: Class::Inequality,
    says: "the best neuron-subnetwork never beats the best bounded-coefficient predictor on the same random features",
    statement: "Of a random two-layer network with features phi_k, keeping the neurons of a set S with one output scale |c| <= C \
                never has a smaller mean squared error than the best sum a_k phi_k with |a_k| <= C, on any inputs and targets.",
    source: "arXiv 2002.00585, theorem on neuron-subnetworks; the inequality in this form derived here",
    reference: MALACH,
    provenance: Provenance::Derived,
    symbols: &[
        Symbol { letter: "m", name: "neurons", meaning: "hidden neurons of the random network; count" },
        Symbol { letter: "d", name: "dimension", meaning: "inputs; count" },
        Symbol { letter: "T", name: "samples", meaning: "inputs on which the error is a mean; count" },
        Symbol { letter: "phi_k", name: "features", meaning: "v_k max(0, u_k x), u and v normal; (T, m)" },
        Symbol { letter: "C", name: "most", meaning: "bound of coefficients and of the scale; 2" },
    ],
    assumptions: &[Assumption {
        name: "untouched survivors",
        says: "kept neurons keep their weights: one common output scale is all that is fitted",
    }],
    bound: "min_{|a_k| <= C} E(sum a_k phi_k - y)^2 <= min_{S, |c| <= C} E(c sum_S phi_k - y)^2: a subset with a scale is a \
            predictor with coefficients 0 or c",
    checked: &[
        "all 2^m subsets with their best scale, m = 4, 8, 12, d = 3 and 10, T = 100 normal inputs, a single random ReLU neuron \
         as target, against the bounded predictor fitted from zero by coordinate descent",
    ],
    not_checked: &[
        "that subnetworks come close to bounded predictors as m grows",
        "lower bounds exponential in d for single ReLU neurons, whose exponent is from memory",
    ],
    gaps: &[
        "the fair comparison for pruned neurons is random features with the same first layer, not a trained network",
        "the paper compares expectations; here every network with itself, which is stronger",
    ],
    power: "no chance enters: one network whose subset has the smaller error refutes",
    about: "the floating-point program, in f64; 1e-9 of the target's square for rounding and an unfinished descent",
    protocol: 1,
};

static FIELDS: [Field; 3] = [
    Field { help: "hidden neurons of the random network", ..field::NEURONS.integer(8).axis() },
    Field { help: "inputs", ..field::DIMENSION.integer(3).axis() },
    Field { help: "inputs on which the error is a mean", ..field::SAMPLES.integer(100) },
];

static SCHEMA: Schema =
    Schema { when: "the trials of neuron_tickets_are_random_features", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 4] = [
    Column::real(
        "excess",
        "1",
        "error of the bounded predictor minus that of the best subset, over the target's square",
    ),
    Column::real("reverse_excess", "1", "the other way round"),
    Column::real("subnetwork_error", "1", "mean squared error of the best subset, over the target's square"),
    Column::real("features_error", "1", "mean squared error of the bounded predictor, over the target's square"),
];

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let [m, d, samples] = ["neurons", "dimension", "samples"].map(|name| settings.count(name));
    let normal = |shape, name: &str| InitLaw::Normal.draw(shape, 1.0, &key.child(name));
    let x = normal((samples, d), "data");
    let features = x.dot(&normal((m, d), "first").t()).mapv(|z| z.max(0.0)) * normal((1, m), "second");
    let targets = x.dot(&normal((d, 1), "target")).mapv(|z| z.max(0.0)).column(0).to_owned();
    let moments = Moments::new(&features, &targets);
    // Half a normal target vector: nearly never 0 on all inputs.
    let relative = |error: f64| error.max(0.0) / moments.square().max(f64::MIN_POSITIVE);
    let subnetwork = relative(moments.error(&moments.best_subnetwork(MOST)));
    let bounded = relative(moments.error(&moments.best_bounded(MOST, SWEEPS)));
    let excess = |a: f64, b: f64| (a - b).max(0.0);
    Ok(vec![excess(bounded, subnetwork).into(), excess(subnetwork, bounded).into(), subnetwork.into(), bounded.into()])
}

/// The inequality, or its false sibling, which has it the other way round.
#[derive(Debug)]
pub struct NeuronTicketsAreRandomFeatures {
    column: &'static str,
}

/// The claim.
pub static CLAIM: NeuronTicketsAreRandomFeatures = NeuronTicketsAreRandomFeatures { column: "excess" };
static FALSE: NeuronTicketsAreRandomFeatures = NeuronTicketsAreRandomFeatures { column: "reverse_excess" };

impl Claim for NeuronTicketsAreRandomFeatures {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 4,
            Effort::Normal => 50,
            Effort::Paper => 1000,
        };
        vec![Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &[("neurons", "4,8,12"), ("dimension", "3,10")])]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let limit = Limit { version: "as stated", ours: true, column: self.column, limit: TOLERANCE };
        seen.iter().flat_map(points).map(|point| limit.judge(&point, Vec::new())).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
