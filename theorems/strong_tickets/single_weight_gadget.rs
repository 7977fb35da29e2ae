//! # The error of a gadget is the larger error of its two halves
//!
//! A single weight w is approximated on [-1, 1] by a hidden layer of units u_k x and output weights v_k, which are only
//! pruned: units with u_k > 0 serve x > 0, units with u_k < 0 serve x < 0. The largest error |w x - g(x)| is the larger of
//! |w - s+| and |w - s-|, s+ and s- the sums of kept products u_k v_k of the two halves, not their sum: the halves act on
//! disjoint half lines.
//!
//! ## Source
//! arXiv 2006.07990, Lemma 1; the exact error is derived here. `pensia2020optimal`.
//!
//! ## Symbols
//! u_k, v_k: first and second weights of the random network; s+, s-: sums of the kept products. The rest stands on the card.
//!
//! ## Assumptions
//! None beyond the construction: every subset that keeps units of the right sign obeys the identity.
//!
//! ## Identity
//! g(x) = s+ max(0, x) - s- max(0, -x), so that sup over [-1, 1] of |w x - g(x)| is max(|w - s+|, |w - s-|), reached at an end.
//!
//! ## Checked here
//! The masked network, evaluated on a grid that holds both ends, against the residuals of its halves.
//!
//! ## Not checked here
//! How small the error is.
//!
//! ## Gaps to the paper
//! The proof adds the errors of the halves, which is never less.

use super::construction::{UNITS, VARIANT, construction};
use super::{PENSIA, SUBJECT};
use crate::limit::Limit;
use crate::point::points;
use crate::{Assumption, Card, Claim, Class, Evidence, Finding, Level, Provenance, Symbol, TrialError};
use ndarray::{Array2, array};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::vocabulary as field;
use prunelaw_engine::settings::{Domain, Field, Schema, Settings};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row, Table};
use prunelaw_engine::ticket::{Target, WEIGHT_LAWS, construct};
use rand::RngExt;

/// Largest difference that counts as rounding, of sums of some ten products.
const TOLERANCE: f64 = 1e-12;
/// Steps of the grid on [-1, 1].
const STEPS: usize = 200;

/// max(|w - s+|, |w - s-|), from the residuals of the halves.
pub fn gadget_error(positive: f64, negative: f64) -> f64 {
    positive.abs().max(negative.abs())
}

static CARD: Card = Card {
    id: "single_weight_gadget",
    was: None,
    subject: &SUBJECT,
    class: Class::Exact,
    says: "the error of a two-neuron-block gadget for one weight on [-1,1] is the larger of the errors of its two halves",
    statement: "A weight w is approximated on [-1, 1] by hidden units u_k x and output weights v_k, only pruned: units with \
                u_k > 0 serve x > 0, the others x < 0. The largest error of the masked network is the larger of |w - s+| and \
                |w - s-|, s+ and s- the sums of the kept products of the two halves.",
    source: "arXiv 2006.07990, Lemma 1; the exact error derived here",
    reference: PENSIA,
    provenance: Provenance::Derived,
    symbols: &[
        UNITS,
        VARIANT,
        Symbol { letter: "w", name: "weight", meaning: "the weight to approximate; uniform on [-1, 1]" },
        Symbol { letter: "s+, s-", name: "sums", meaning: "sums of kept products u_k v_k for x > 0 and for x < 0" },
    ],
    assumptions: &[Assumption {
        name: "right signs",
        says: "every kept unit of the positive half has u_k > 0, every one of the negative half u_k < 0",
    }],
    bound: "max(|w - s+|, |w - s-|), equality to 1e-12; no constant enters",
    checked: &[
        "the largest error of the masked network on a grid of 201 points of [-1, 1] with both ends, evaluated layer by layer, \
         against the residuals of its halves",
        "strict and sign-adaptive halves, n = 1, 4, 12, uniform, Gaussian and hyperbolic weights",
    ],
    not_checked: &["how small the error is: width_logarithmic"],
    gaps: &["the proof adds the errors of the two halves, up to twice the exact error"],
    power: "no chance enters: one replica beyond rounding refutes",
    about: "the floating-point program, in f64; rounding is part of the tolerance",
    protocol: 1,
};

static FIELDS: [Field; 3] =
    [field::N.integer(12).axis(), field::VARIANT.axis(), field::LAW.within(Domain::Choice(&WEIGHT_LAWS)).axis()];

static SCHEMA: Schema = Schema { when: "the trials of single_weight_gadget", fields: &FIELDS, rules: &[] };

static COLUMNS: [Column; 4] = [
    Column::real("defect", "1", "|largest error on the grid - larger error of the halves|"),
    Column::real("sum_defect", "1", "|largest error on the grid - sum of the errors of the halves|"),
    Column::real("error", "1", "largest error on the grid"),
    Column::integer("range_failures", "halves", "halves whose products do not add up to the weight, of 2"),
];

fn one(settings: &Settings, key: &Key) -> Result<Row, TrialError> {
    let refuse = |error: &dyn std::error::Error| TrialError(error.to_string());
    let weight = key.child("target").rng().random_range(-1.0..=1.0);
    let target = Target::new(vec![array![[weight]]]).map_err(|error| refuse(&error))?;
    let how = construction(settings);
    let ticket = construct(&target, &how, &key.child("init"), &Stop::new()).expect("nobody asks to stop");
    let grid = Array2::from_shape_fn((STEPS + 1, 1), |(i, _)| 2.0 * i as f64 / STEPS as f64 - 1.0);
    let outputs = ticket.masked().outputs(&grid).map_err(|error| refuse(&error))?;
    let error = grid.iter().zip(&outputs).map(|(x, g)| (weight * x - g).abs()).fold(0.0, f64::max);
    let halves: Vec<f64> = ticket.layers[0].halves().map(|half| half.residual[[0, 0]]).collect();
    let reached = ticket.layers[0].halves().filter(|half| half.in_range[[0, 0]]).count();
    Ok(vec![
        (error - gadget_error(halves[0], halves[1])).abs().into(),
        (error - halves[0].abs() - halves[1].abs()).abs().into(),
        error.into(),
        (2 - reached).into(),
    ])
}

/// The identity, or its false sibling, which adds the errors of the halves.
#[derive(Debug)]
pub struct SingleWeightGadget {
    column: &'static str,
}

/// The claim.
pub static CLAIM: SingleWeightGadget = SingleWeightGadget { column: "defect" };
static FALSE: SingleWeightGadget = SingleWeightGadget { column: "sum_defect" };

impl Claim for SingleWeightGadget {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evidence(&self, effort: Effort, _: f64) -> Vec<Evidence> {
        let replicas = match effort {
            Effort::Smoke => 4,
            Effort::Normal => 200,
            Effort::Paper => 5000,
        };
        let settings = [("n", "1,4,12"), ("variant", "strict,adaptive"), ("law", "uniform,gaussian,hyperbolic")];
        vec![Evidence::fixed(&SCHEMA, &COLUMNS, replicas, one, &settings)]
    }

    fn judge(&self, seen: &[Table], _: &Level) -> Vec<Finding> {
        let limit = Limit { version: "as stated", ours: true, column: self.column, limit: TOLERANCE };
        seen.iter().flat_map(points).map(|point| limit.judge(&point, Vec::new())).collect()
    }

    fn false_sibling(&self) -> &'static dyn Claim {
        &FALSE
    }
}
